"""One catalogue: French is the source of every text, other languages are ``.po`` files."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from streamhub.kit.assets import web_folder
from streamhub.kit.text import SOURCE_LANGUAGE


class Translator:
    """Texts in one language; also what Jinja's i18n extension asks for."""

    def __init__(self, lang: str, catalog: Catalog | None) -> None:
        self.lang = lang
        self._catalog = catalog

    def gettext(self, message: str) -> str:
        """The text of a message; the message itself where there is no translation."""
        found = self._catalog.get(message) if self._catalog else None
        return str(found.string) if found and found.string else message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form for ``number``: French says 0 participant, 2 participants."""
        if self._catalog is None:
            return singular if abs(number) < 2 else plural  # noqa: PLR2004 - the French rule
        found = self._catalog.get(singular)
        forms = found.string if found and isinstance(found.string, list | tuple) else ()
        index = 0 if number == 1 else 1
        return str(forms[index]) if len(forms) > index and forms[index] else (singular, plural)[index]

    def pgettext(self, context: str, message: str) -> str:
        """The text of a message that needs a context."""
        found = self._catalog.get(message, context) if self._catalog else None
        return str(found.string) if found and found.string else message


@cache
def translators(folder: Path | None = None) -> Mapping[str, Translator]:
    """One translator per language that has a catalogue, French first."""
    found = {SOURCE_LANGUAGE: Translator(SOURCE_LANGUAGE, None)}
    locales = (folder or web_folder()) / "locales"
    for file in sorted(locales.glob("*/LC_MESSAGES/streamhub.po")):
        lang = file.parent.parent.name
        with file.open("rb") as stream:
            found[lang] = Translator(lang, read_po(stream, locale=lang))
    return found


def translate(lang: str, message: str, **values: object) -> str:
    """A message in ``lang`` with its ``%(name)s`` filled in."""
    known = translators()
    text = known.get(lang, known[SOURCE_LANGUAGE]).gettext(message)
    return text % values if values else text


def languages() -> tuple[str, ...]:
    """The languages in which the pages exist, French first."""
    return tuple(translators())
