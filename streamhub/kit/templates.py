"""Jinja templates in every language, and static files under a hash of their content."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from streamhub.kit.assets import web_folder
from streamhub.kit.i18n import languages, translators
from streamhub.kit.text import SOURCE_LANGUAGE, typeset


class Pages:
    """The templates, one environment per language."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or web_folder()
        self.version = _tree_hash(self.folder / "static")
        self._environments = {lang: self._environment(lang) for lang in languages()}

    def text(self, template: str, lang: str, values: Mapping[str, Any]) -> str:
        """One rendered template."""
        return self._environments[lang].get_template(template).render(values)

    def asset(self, name: str) -> str:
        """The address of a static file; it changes when any static file does."""
        return f"/static/{self.version}/{name}"

    def inlined(self, name: str) -> str:
        """The text of a static file, for a page that must stand alone."""
        return (self.folder / "static" / name).read_text(encoding="utf-8")

    def _environment(self, lang: str) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self.folder / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["ext.i18n.trimmed"] = True
        translator = translators()[lang]
        set_ = typeset if lang == SOURCE_LANGUAGE else str
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            lambda message: set_(translator.gettext(message)),
            lambda one, many, number: set_(translator.ngettext(one, many, number)),
            newstyle=True,
            pgettext=lambda context, message: set_(translator.pgettext(context, message)),
        )
        environment.globals.update(
            asset=self.asset,
            inlined=self.inlined,
            lang=lang,
            languages=languages(),
            other_lang=next((other for other in languages() if other != lang), lang),
        )
        return environment


@cache
def pages() -> Pages:
    """The templates of this installation: read once, compiled at their first use."""
    return Pages()


def _tree_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
