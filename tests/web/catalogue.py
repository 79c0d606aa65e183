"""The messages that code and templates ask for, and the catalogues that answer.

``python -m tests.web.catalogue`` adds new messages to every ``.po`` file and drops those
that nothing asks for; the translation itself is written by hand.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "web" / "locales"
HEADER = "# French is the source of every text; see CONTRIBUTING.md for how to add a language."
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "translate": (2,)}


def extracted() -> Catalog:
    """Every message of the source, in the order of files."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    catalog = Catalog(locale="fr", project="streamhub", charset="utf-8")
    for folder in ("streamhub", "web/templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(p.removeprefix(f"{folder}/"), m) for p, m in methods],
            {p.removeprefix(f"{folder}/"): o for p, o in options.items()},
            KEYWORDS,
        )
        for name, _line, message, comments, context in found:
            catalog.add(
                message, locations=[(f"{folder}/{name}", None)], auto_comments=comments, context=context
            )
    return catalog


def catalogues() -> dict[str, Path]:
    """Language to its file."""
    return {file.parent.parent.name: file for file in sorted(LOCALES.glob("*/LC_MESSAGES/streamhub.po"))}


def stored(lang: str) -> Catalog:
    """The catalogue of a language as it is on disk."""
    with catalogues()[lang].open("rb") as stream:
        return read_po(stream, locale=lang)


def update(lang: str) -> None:
    """Bring one catalogue up to date with the source."""
    file = LOCALES / lang / "LC_MESSAGES" / "streamhub.po"
    catalog = stored(lang) if file.exists() else Catalog(locale=lang, project="streamhub", charset="utf-8")
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.header_comment = HEADER
    catalog.fuzzy = False
    catalog.obsolete.clear()
    out = BytesIO()
    write_po(out, catalog, width=110, omit_header=False, sort_by_file=False, include_lineno=False)
    file.write_bytes(out.getvalue())


if __name__ == "__main__":
    for language in catalogues() or {"en": None}:
        update(language)
