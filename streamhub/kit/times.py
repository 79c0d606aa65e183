"""How pages tell the time: in the summit's zone, in the reader's language."""

from dataclasses import dataclass
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal

from streamhub.kit.clock import HOUR, MINUTE, SECOND, Instant, rfc3339, to_datetime

_LOCALES = {"en": "en_GB"}  # day before month, as the French pages have it
_WHOLE_DAY = {"fr": "EEEE d MMMM", "en": "EEEE d MMMM"}
_DATE = {"fr": "d MMMM y", "en": "d MMMM y"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant, ready to be shown; ``iso`` is for machines, ``ms`` for scripts."""

    ms: Instant
    iso: str
    hm: str
    day: str
    date: str


@dataclass(frozen=True, slots=True)
class Times:
    """Tells the time of one summit in one language."""

    lang: str
    zone: tzinfo
    city: str

    def moment(self, instant: Instant) -> Moment:
        """An instant on the summit's clock."""
        local = to_datetime(instant).astimezone(self.zone)
        return Moment(
            ms=instant,
            iso=rfc3339(instant),
            hm=f"{local:%H:%M}",
            day=format_date(local, _WHOLE_DAY.get(self.lang, "full"), locale=locale_of(self.lang)),
            date=format_date(local, _DATE.get(self.lang, "long"), locale=locale_of(self.lang)),
        )

    def maybe(self, instant: Instant | None) -> Moment | None:
        """The same for an instant that there may not be."""
        return None if instant is None else self.moment(instant)

    def local_date(self, instant: Instant) -> date:
        """The day on which an instant falls at the summit."""
        return to_datetime(instant).astimezone(self.zone).date()


def times_of(timezone: str, lang: str) -> Times:
    """``city`` is the zone's own: people say "heure de Bruxelles", wherever the hall is."""
    zone = ZoneInfo(timezone)
    city = get_timezone_location(zone, locale=locale_of(lang), return_city=True)
    return Times(lang, zone, city)


def days(first: date, last: date, lang: str) -> str:
    """``2–5 novembre 2021``."""
    end = format_date(last, _DATE.get(lang, "long"), locale=locale_of(lang))
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    start = format_date(first, "d MMMM" if first.year == last.year else "d MMMM y", locale=locale_of(lang))
    return f"{start} – {end}"


def duration(milliseconds: int) -> str:
    """``2 h 03``, ``47 min``, ``35 s``: floored, never rounded up."""
    if milliseconds >= HOUR:
        return f"{milliseconds // HOUR}\u00a0h\u00a0{milliseconds % HOUR // MINUTE:02}"
    if milliseconds >= MINUTE:
        return f"{milliseconds // MINUTE}\u00a0min"
    return f"{milliseconds // SECOND}\u00a0s"


def number(value: int, lang: str) -> str:
    """``1 012`` in French, ``1,012`` in English."""
    return format_decimal(value, locale=locale_of(lang))


def locale_of(lang: str) -> str:
    """The locale in which a language's dates and numbers are written."""
    return _LOCALES.get(lang, lang)
