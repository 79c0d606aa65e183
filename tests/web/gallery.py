"""Every page with invented values, as files: to look at, and for the tests that read all pages.

python -m tests.web.gallery FOLDER
"""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamhub.access.roles import Role
from streamhub.handlers.pages_player import PlayerPage
from streamhub.handlers.pages_zoom import ZoomPage
from streamhub.handlers.views.corrections import corrections_page
from streamhub.handlers.views.delegation import delegation_page, trial_view
from streamhub.handlers.views.desk import desk_page
from streamhub.handlers.views.enter import enter_page
from streamhub.handlers.views.figures import figures_page
from streamhub.handlers.views.me import me_page, privacy_page
from streamhub.handlers.views.platforms import NO_PLATFORMS
from streamhub.handlers.views.problem import ProblemPage, problem_page
from streamhub.handlers.views.programme import programme_page
from streamhub.handlers.views.programme import row as programme_row
from streamhub.handlers.views.request import Term, request_page
from streamhub.handlers.views.session import OnStage, session_page
from streamhub.handlers.views.summit import SummitReport, summit_figures, summit_page
from streamhub.handlers.views.wall import projector_page, wall_page
from streamhub.handlers.views.zoom_hearing import NO_ZOOM
from streamhub.kit import errors
from streamhub.kit.channel import Channel
from streamhub.kit.clock import DAY
from streamhub.kit.settings import Settings
from streamhub.kit.templates import Pages
from streamhub.presence.model import Snapshot
from streamhub.privacy.model import Erased
from streamhub.privacy.record import processing
from streamhub.programme.model import SessionState
from streamhub.requests.trials_model import Trial
from tests.web import samples as s
from tests.web import samples_delegation as d
from tests.web import samples_figures as f
from tests.web import samples_live as live
from tests.web import samples_switching
from tests.web.gallery_console import console


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
    yield from stage(lang)
    yield from working(lang)
    yield from counting(lang)
    yield from reading(lang)
    yield from asking(lang)
    yield from refused(lang)
    for name, template, values in console(lang):
        yield Shot(name, template, values)


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
        "session-channels": (SessionState.LIVE, s.YOUTUBE, delegate),
        "session-channels-light": (SessionState.LIVE, s.YOUTUBE, delegate),
        "session-light": (SessionState.LIVE, s.YOUTUBE, delegate),
        "session-interpreter": (
            SessionState.LIVE,
            s.YOUTUBE,
            s.grant(Role.INTERPRETER, "STAFF", "ST-01", "Interprète"),
        ),
    }
    for name, (state, source, given) in cases.items():
        session = dataclasses.replace(s.LIVE, state=state)
        beside = s.ZOOM if source is s.YOUTUBE and given else None
        on = () if source is None else (source, *s.CHANNELS) if "channels" in name else (source,)
        stage = OnStage(
            on,
            s.TEXT if on and source is not s.TEXT else None,
            beside,
            light="1" * ("light" in name),
            embedded=name == "session-zoom",
        )
        page = session_page(session, s.SESSIONS, s.DOCUMENTS, stage, s.reader(lang, given))
        yield Shot(name, "session.html", s.frame(lang, given) | {"page": page})
    zoom = ZoomPage("Souveraineté numérique", "souverainete", "src_1", "Bénin, BJ-01", s.ZOOM.link_url)
    yield Shot("zoom", "zoom.html", s.frame(lang, delegate) | {"page": zoom})


def stage(lang: str) -> Iterator[Shot]:
    """The wall and the projector."""
    moderator = s.grant(Role.MODERATOR, "STAFF", "ST-02", "")
    given = live.wall_input(lang)
    wall = wall_page(given, s.reader(lang, moderator))
    yield Shot("wall", "wall.html", s.frame(lang, moderator, "/s/souverainete/wall") | {"page": wall})
    technician = s.grant(Role.TECHNICIAN, "STAFF", "ST-03", "")
    empty = dataclasses.replace(
        given, snapshot=Snapshot(0, (), given.snapshot.summary), points=(),
        switching=samples_switching.switching(lang),
        floor=dataclasses.replace(given.floor, items=()),
    )  # fmt: skip
    page = wall_page(empty, s.reader(lang, technician))
    yield Shot("wall-empty", "wall.html", s.frame(lang, technician, "/s/souverainete/wall") | {"page": page})
    busy = dataclasses.replace(
        given, switching=samples_switching.several(lang), checklist=samples_switching.CHECKLIST
    )
    page = wall_page(busy, s.reader(lang, moderator))
    yield Shot("wall-busy", "wall.html", s.frame(lang, moderator, "/s/souverainete/wall") | {"page": page})
    for name, floor in (("projector", given.floor), ("projector-quiet", empty.floor)):
        shown = projector_page(
            s.LIVE, given.snapshot, s.DELEGATIONS, s.SESSIONS[3], floor, s.reader(lang, technician)
        )
        yield Shot(name, "projector.html", s.frame(lang, technician) | {"page": shown})


def working(lang: str) -> Iterator[Shot]:
    """Programme and desk."""
    for name, given in (
        ("programme", s.grant()),
        ("programme-public", None),
        ("programme-staff", s.grant(Role.ORGANISER, "STAFF", "ST-09", "")),
    ):
        yield Shot(
            name,
            "programme.html",
            s.frame(lang, given) | {"page": programme_page(s.SESSIONS, s.reader(lang, given))},
        )
    nothing = programme_page((), s.reader(lang, s.grant()))
    yield Shot("programme-empty", "programme.html", s.frame(lang, s.grant()) | {"page": nothing})
    desk = s.grant(Role.DESK, "STAFF", "ST-05", "")
    for name, given in (
        ("desk", f.desk_input()),
        ("desk-empty", dataclasses.replace(f.desk_input(), participants=())),
    ):
        page = desk_page(given, s.reader(lang).times, s.NOW)
        yield Shot(name, "desk.html", s.frame(lang, desk, "/desk") | {"page": page})


def counting(lang: str) -> Iterator[Shot]:
    """Figures and reports, exact and for publication."""
    staff = s.grant(Role.COMMUNICATIONS, "STAFF", "ST-06", "")
    reader = s.reader(lang, staff)
    for name, stats, audience in (
        ("", f.EXACT, "internal"),
        ("-public", f.PUBLISHED, "public"),
        ("-early", f.NOT_BEGUN, "internal"),
    ):
        values = s.frame(lang, staff, "/figures/plateformes") | {
            "page": figures_page(f.figures_input(stats, lang, audience), reader),
            "platforms": f.platforms(reader.times) if audience == "internal" else NO_PLATFORMS,
            "zoom": f.zoom(reader.times) if audience == "internal" else NO_ZOOM,
        }
        yield Shot(f"figures-session{name}", "figures_session.html", values)
        yield Shot(f"report{name}", "report.html", values)
    yield Shot(
        "report-standalone",
        "report.html",
        values | {"standalone": True, "page": figures_page(f.figures_input(f.EXACT, lang, "public"), reader)},
    )
    figures = summit_figures(f.summit_statistics(), s.SESSIONS, s.DELEGATIONS, reader, hidden=False)
    page = summit_page(figures, s.SESSIONS, s.DELEGATIONS, f.lists(), reader, "internal")
    yield Shot("figures", "figures.html", s.frame(lang, staff, "/figures") | {"page": page})
    report = SummitReport("public", reader.times.moment(s.NOW), figures, *f.summit_words(lang), None)
    yield Shot("report-summit", "report_summit.html", s.frame(lang, staff, "/figures") | {"page": report})


def reading(lang: str) -> Iterator[Shot]:
    """What a person sees of themself, the notice on privacy, the player's frame."""
    given = s.grant()
    for name, stays, asked in (("me", f.stays(), f.correction_requests()), ("me-empty", [], [])):
        page = me_page(given, stays, asked, s.SESSIONS, s.reader(lang))
        yield Shot(name, "me.html", s.frame(lang, given) | {"page": page})
    moderator = s.grant(Role.MODERATOR, "STAFF", "MOD-01", "")
    asked = corrections_page(f.correction_requests(), {}, {}, s.reader(lang, moderator))
    for name, page in (("corrections", asked), ("corrections-empty", ())):
        values = s.frame(lang, moderator) | {"page": page, "channels": tuple(Channel)}
        yield Shot(name, "corrections.html", values)
    for name, done in (
        ("erased", Erased(s.NOW, named=True, stays=3)),
        ("erased-nothing", Erased(s.NOW, named=False, stays=0)),
        ("erased-asked", None),
    ):
        yield Shot(name, "erased.html", s.frame(lang, given if done is None else None) | {"done": done})
    privacy = privacy_page(
        Settings(),
        processing(Settings(), lang),
        controller="Ville hôte",
        email="equipe@sommet.example",
        phone="+32 2 555 01 23",
    )
    yield Shot("privacy", "privacy.html", s.frame(lang) | {"page": privacy})
    for name, element, hls in (("", "iframe", None), ("-stream", "video", ""), ("-sound", "audio", None)):
        player = PlayerPage("Ouverture", "YouTube", "about:blank", element, hls)
        yield Shot(f"player{name}", "player.html", s.frame(lang) | {"player": player})


def asking(lang: str) -> Iterator[Shot]:
    """A delegation's seats, the test of a connection, the public request for access."""
    correspondent, times = s.grant(Role.CORRESPONDENT, "SN", "SN-01", ""), s.reader(lang).times
    titles = {session.slug: session.titles.get(lang) for session in s.SESSIONS}
    for name, empty in (("delegation", False), ("delegation-empty", True)):
        page = delegation_page(d.delegation_now(empty=empty), "Sénégal", titles, times)
        frame = s.frame(lang, correspondent, "/delegation")
        yield Shot(name, "delegation.html", frame | {"page": page, "zoom": True})
    for name, trial in (("connection", None), ("connection-again", Trial(s.NOW, True, False, 9))):
        values = s.frame(lang, s.grant()) | {"trial": trial_view(trial, times)}
        yield Shot(name, "connection.html", values)
    yield Shot("connection-player", "connection_player.html", s.frame(lang))
    term, over = Term(s.NOW + DAY, True, 30), Term(s.NOW, False, 30)
    wrong = errors.FieldInvalid(
        *(errors.FieldProblem(f, "x") for f in ("kind", "name", "medium", "document"))
    )
    for name, page in (
        ("access-request", request_page(term, s.DELEGATIONS, times)),
        ("access-request-wrong", request_page(term, s.DELEGATIONS, times, values={"name": "A"}, wrong=wrong)),
        ("access-request-sent", request_page(term, s.DELEGATIONS, times, sent=True)),
        ("access-request-over", request_page(over, s.DELEGATIONS, times)),
        ("access-request-closed", request_page(Term(None, False, 30), s.DELEGATIONS, times)),
    ):
        yield Shot(name, "access_request.html", s.frame(lang) | {"page": page})


def refused(lang: str) -> Iterator[Shot]:
    """Every error page, and one for the time when not even the summit can be read."""
    reader = s.reader(lang, s.grant())
    yours = tuple(programme_row(session, reader) for session in s.SESSIONS[3:5])
    at = s.NOW + DAY
    found: list[errors.StreamhubError] = [
        errors.TokenInvalid(),
        errors.TokenExpired("x", expired_at=at),
        errors.TokenNotYetValid("x", opens_at=at),
        errors.DoorsClosed("x", opens_at=at),
        errors.WrongSession("x"),
        errors.InvitationRevoked("x"),
        errors.InvitationRevoked("x", replaced=True),
        errors.Removed("x"),
        errors.DeviceLimit("x"),
        errors.RoleForbidden("x"),
        errors.UnknownSession("x"),
        errors.CodeUnknown("x"),
        errors.CrossOrigin("x"),
        errors.InsecureOrigin("x"),
        errors.RateLimited("x", retry_after=90),
        errors.StorageUnavailable("x"),
        errors.FieldInvalid(errors.FieldProblem("a", "b")),
        errors.NotConfigured("x"),
        errors.NotFound("x"),
    ]
    for error in found:
        page = problem_page(error, reader.times, yours if isinstance(error, errors.WrongSession) else ())
        yield Shot(f"error-{page.code}", "problem.html", s.frame(lang) | {"page": page})
    bare = s.frame(lang) | {"page": problem_page(errors.StorageUnavailable("x"), None), "summit": None}
    yield Shot("error-without-summit", "problem.html", bare)
    yield Shot("error-internal", "problem.html", s.frame(lang) | {"page": ProblemPage("internal")})


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
