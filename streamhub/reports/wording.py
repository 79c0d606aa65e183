"""How a report writes texts, numbers and times in one language."""

from babel.dates import format_date
from babel.numbers import format_decimal

from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.i18n import translators
from streamhub.kit.text import SOURCE_LANGUAGE, typeset
from streamhub.programme.local_time import zone_of

_LOCALES = {"en": "en_GB"}


class Wording:
    """Texts of the product's catalogue, filled in; times on the summit's clock.

    The methods are named as gettext's so that the catalogue tool finds their messages.
    """

    def __init__(self, lang: str, timezone: str) -> None:
        self.lang = lang
        self._translator = translators()[lang]
        self.zone = zone_of(timezone)

    def gettext(self, message: str, **values: object) -> str:
        """A text with its ``%(name)s`` filled in."""
        return self._set(self._translator.gettext(message)) % values

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """The form for ``number``, which stands in it as ``%(num)s``."""
        text = self._translator.ngettext(singular, plural, number)
        return self._set(text) % ({"num": self.number(number)} | values)

    def number(self, value: int) -> str:
        """``1 012`` in French, ``1,012`` in English."""
        return format_decimal(value, locale=_LOCALES.get(self.lang, self.lang))

    def time(self, instant: Instant) -> str:
        """``15:42`` where the summit is."""
        return f"{to_datetime(instant).astimezone(self.zone):%H:%M}"

    def day(self, instant: Instant) -> str:
        """``4 novembre 2021`` where the summit is."""
        local = to_datetime(instant).astimezone(self.zone)
        return format_date(local, "d MMMM y", locale=_LOCALES.get(self.lang, self.lang))

    def _set(self, text: str) -> str:
        return typeset(text) if self.lang == SOURCE_LANGUAGE else text
