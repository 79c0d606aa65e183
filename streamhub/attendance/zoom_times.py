"""Times in a Zoom list: local, without a zone, in the order of the portal's language.

``10/05/2026 05:55:00 PM`` is a day in October or in May, so an order has to be given
or found (see ``zoom_list``). Months written out say it themselves, in English, French
or German.
"""

import re
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from streamhub.kit.clock import Instant, from_datetime


class DateOrder(StrEnum):
    """The order in which a numeric date gives month, day and year."""

    MDY = "mdy"
    DMY = "dmy"
    YMD = "ymd"


_MONTHS = (
    ("january", "janvier", "januar"),
    ("february", "fevrier", "februar"),
    ("march", "mars", "marz", "maerz"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin", "juni"),
    ("july", "juillet", "juli"),
    ("august", "aout"),
    ("september", "septembre"),
    ("october", "octobre", "oktober"),
    ("november", "novembre"),
    ("december", "decembre", "dezember"),
)
_SHORTEST_MONTH = 3  # "jan", "mar"; "ju" could be two months

_CLOCK = r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[ap])m)?"
_NUMERIC = re.compile(rf"(\d{{1,4}})([/.-])(\d{{1,2}})\2(\d{{1,4}}) {_CLOCK}")
_MONTH_FIRST = re.compile(rf"([a-z]+) (\d{{1,2}}) (\d{{4}}) {_CLOCK}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[ -]([a-z]+)[ -](\d{{4}}) {_CLOCK}")
_FILLERS = re.compile(r"[,\s]+(?:a |at |um )?|(?<=\d)t(?=\d)")
_DOTS_OF_WORDS = re.compile(r"(?<=[a-z])\.|(?<=\d)\.(?=\s)")

_CENTURY = 2000  # of a year of two digits, and the only one in which there are Zoom lists
_YEAR_DIGITS = frozenset({2, 4})
_NOON_HOUR = 12


def read_time(text: str, order: DateOrder) -> datetime | None:
    """The time that ``text`` says when dates are in ``order``; None if it says none then.

    Naive: the zone is the portal's.
    """
    flat = _flat(text)
    if match := _NUMERIC.fullmatch(flat):
        date = _numeric_date(match[1], match[3], match[4], order)
    elif match := _MONTH_FIRST.fullmatch(flat):
        date = _named_date(match[3], match[1], match[2])
    elif match := _DAY_FIRST.fullmatch(flat):
        date = _named_date(match[3], match[2], match[1])
    else:
        return None
    clock = _clock(match)
    if date is None or clock is None:
        return None
    return _made(*date, *clock)


def to_instant(local: datetime, zone: ZoneInfo, *, after: Instant | None = None) -> Instant | None:
    """The instant of a portal time, or None for a local time that the clocks skipped.

    A local time that exists twice is the earlier one; only where the earlier one is
    not past ``after`` (a leave after its join) can it be the later one.
    """
    earlier = _instant(local, zone, fold=0)
    if earlier is None or after is None or earlier > after:
        return earlier
    return _instant(local, zone, fold=1)


def _instant(local: datetime, zone: ZoneInfo, *, fold: int) -> Instant | None:
    moment = local.replace(tzinfo=zone, fold=fold)
    exists = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    return from_datetime(moment) if exists else None


def _flat(text: str) -> str:
    """Lower case, no accents, one plain space between parts, ``p.m.`` as ``pm``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _FILLERS.sub(" ", _DOTS_OF_WORDS.sub("", plain)).strip()


def _numeric_date(first: str, second: str, third: str, order: DateOrder) -> tuple[int, int, int] | None:
    year, month, day = {
        DateOrder.MDY: (third, first, second),
        DateOrder.DMY: (third, second, first),
        DateOrder.YMD: (first, second, third),
    }[order]
    if len(year) not in _YEAR_DIGITS or max(len(month), len(day)) > 2:  # noqa: PLR2004 - two digits
        return None
    century = _CENTURY if len(year) == 2 else 0  # noqa: PLR2004
    return century + int(year), int(month), int(day)


def _named_date(year: str, word: str, day: str) -> tuple[int, int, int] | None:
    months = [
        number
        for number, names in enumerate(_MONTHS, start=1)
        if len(word) >= _SHORTEST_MONTH and any(name.startswith(word) for name in names)
    ]
    return (int(year), months[0], int(day)) if len(months) == 1 else None


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    hour, half = int(match["hour"]), match["half"]
    if half:
        if not 1 <= hour <= _NOON_HOUR:
            return None
        hour = hour % _NOON_HOUR + (_NOON_HOUR if half == "p" else 0)
    return hour, int(match["minute"]), int(match["second"] or 0)


def _made(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    if not _CENTURY <= year < _CENTURY + 100:
        return None
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local time of the portal
    except ValueError:
        return None
