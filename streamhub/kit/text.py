"""Text that a person typed: cleaned once at the border, then shown as it is."""

import re
import unicodedata
from dataclasses import dataclass

SOURCE_LANGUAGE = "fr"

_BEFORE_SIGN = re.compile(r" (?=[:;?!»]|%%)")
_AFTER_QUOTE = re.compile(r"(?<=«) ")


@dataclass(frozen=True, slots=True)
class Localised:
    """One text in several languages, in the order in which the organiser gave them."""

    entries: tuple[tuple[str, str], ...] = ()

    def get(self, lang: str) -> str:
        """The text in ``lang``, else in French, else in the first language there is."""
        texts = dict(self.entries)
        return texts.get(lang) or texts.get(SOURCE_LANGUAGE) or next(iter(texts.values()), "")

    def as_dict(self) -> dict[str, str]:
        """Language to text, for JSON."""
        return dict(self.entries)


def localised(texts: dict[str, str]) -> Localised:
    """Keep the languages that have a text."""
    return Localised(tuple((lang, text) for lang, text in texts.items() if text))


def clean(text: str) -> str:
    """NFC, without control characters and without spaces around."""
    kept = "".join(c for c in text if unicodedata.category(c) != "Cc" or c in "\n\t")
    return unicodedata.normalize("NFC", kept).strip()


def folded(text: str) -> str:
    """For comparing and searching: no case, no accents, straight apostrophes."""
    flat = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(c for c in flat if not unicodedata.combining(c)).strip()


def typeset(text: str) -> str:
    """French as a printer sets it: a narrow no-break space before : ; ? ! » % and after «.

    A per cent sign is doubled where values are still to be filled in.
    """
    return _AFTER_QUOTE.sub("\u202f", _BEFORE_SIGN.sub("\u202f", text))
