"""Every page with invented values, as files: to look at, and for the tests that read all pages.

    python -m tests.web.gallery FOLDER
"""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamhub.access.roles import Role
from streamhub.handlers.render import Pages
from streamhub.handlers.views.enter import enter_page
from streamhub.handlers.views.session import session_page
from streamhub.programme.model import SessionState
from tests.web import samples as s


@dataclasses.dataclass(frozen=True)
class Shot:
    """One page in one state."""

    name: str
    template: str
    values: dict[str, Any]


def shots(lang: str) -> Iterator[Shot]:
    """Every page and state in one language."""
    yield from entering(lang)
    yield from watching(lang)


def entering(lang: str) -> Iterator[Shot]:
    """The page behind a link."""
    yield Shot("enter", "enter.html", s.frame(lang) | {"page": enter_page("direct.sommet.example")})
    asked = enter_page("direct.sommet.example", open_for="BJ-01", arriving="BJ-03")
    yield Shot("enter-other", "enter.html", s.frame(lang) | {"page": asked})
    fragment = enter_page("direct.sommet.example", by_fragment=True, open_for="BJ-01", participant="p_1")
    yield Shot("enter-fragment", "enter.html", s.frame(lang) | {"page": fragment})


def watching(lang: str) -> Iterator[Shot]:
    """The delegate's page in its states."""
    delegate = s.grant()
    cases = {
        "session-scheduled": (SessionState.SCHEDULED, None, delegate),
        "session-live": (SessionState.LIVE, s.YOUTUBE, delegate),
        "session-zoom": (SessionState.LIVE, s.ZOOM, delegate),
        "session-text": (SessionState.PAUSED, s.TEXT, delegate),
        "session-ended": (SessionState.ENDED, None, delegate),
        "session-public": (SessionState.LIVE, s.YOUTUBE, None),
        "session-interpreter": (SessionState.LIVE, s.YOUTUBE, s.grant(Role.INTERPRETER, "STAFF", "ST-01", "Interprète")),
    }
    for name, (state, source, given) in cases.items():
        session = dataclasses.replace(s.LIVE, state=state)
        page = session_page(session, s.SESSIONS, s.DOCUMENTS, source, s.reader(lang, given))
        yield Shot(name, "session.html", s.frame(lang, given) | {"page": page})


def render_all(folder: Path, pages: Pages | None = None) -> list[Path]:
    """Write every shot in every language; static files are linked beside them."""
    pages = pages or Pages()
    written = []
    for lang in ("fr", "en"):
        for shot in shots(lang):
            file = folder / f"{shot.name}.{lang}.html"
            text = pages.text(shot.template, lang, shot.values)
            file.write_text(text.replace(f"/static/{pages.version}/", "static/"), encoding="utf-8")
            written.append(file)
    static = folder / "static"
    if not static.exists():
        static.symlink_to(pages.folder / "static")
    return written


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for path in render_all(target):
        print(path)  # noqa: T201
