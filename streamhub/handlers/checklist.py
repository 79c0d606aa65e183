"""The checklist of the wall: what has to stand before a session begins, each line a function of its own."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from streamhub.access.roles import DESK
from streamhub.audience.sample_model import Fault, video_of
from streamhub.kit.clock import MINUTE, SECOND, SystemClock
from streamhub.presence.model import PersonState
from streamhub.programme.model import Session
from streamhub.relay.checking import BEFORE_MS, GOOD, about_to_begin
from streamhub.relay.link_check import CheckReason
from streamhub.relay.zoom_sources import Registering
from streamhub.services import Services

BEFORE_MINUTES = BEFORE_MS // MINUTE
SKEW_MS = 2 * SECOND
MIN_FREE_MEGABYTES = 500
MEGABYTE = 1_000_000

_HERE = frozenset({PersonState.ONLINE, PersonState.UNSTABLE, PersonState.HALL})


@dataclass(frozen=True, slots=True)
class Check:
    """One line. ``problem`` is a stable word, empty where the line is green.

    The words of both stand in ``_wall_checklist.html``: ``c_<name>`` and ``c_<problem>``, which says
    what to do; ``values`` fill them.
    """

    name: str
    problem: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every line; ``shown`` from a quarter of an hour before the session until it is live."""

    shown: bool
    items: tuple[Check, ...]


async def checklist_of(use: Services, session: Session) -> Checklist:
    """What stands and what is missing; nothing is looked at while the list is not shown."""
    if not about_to_begin(session, use.clock.now()):
        return Checklist(shown=False, items=())
    found = [check for look in CHECKS for check in await look(use, session)]
    return Checklist(shown=True, items=tuple(found))


async def _sources(use: Services, session: Session) -> tuple[Check, ...]:
    there = await use.relay.sources(session.slug)
    return (Check("sources", "" if there else "no_sources", (("count", str(len(there))),)),)


LINK_PROBLEMS = {
    "": "link_unchecked",
    CheckReason.NOT_EMBEDDABLE: "link_not_embeddable",
    CheckReason.NOT_FOUND: "link_not_found",
    CheckReason.NO_PLAYER_ID: "link_no_player_id",
    CheckReason.NO_ANSWER: "link_no_answer",
    CheckReason.OPENS_ELSEWHERE: "",
    CheckReason.NOT_ASKED: "",
    GOOD: "",
}
"""What the last look at a link means for the list."""


async def _links(use: Services, session: Session) -> tuple[Check, ...]:
    """The link that each channel shows, as it was looked at last."""
    return tuple(
        Check(
            "link",
            LINK_PROBLEMS[source.checked],
            (("name", use.relay.view(source, None).label), ("channel", source.channel)),
        )
        for source in await use.relay.on_air(session.slug)
        if source.link is not None
    )


async def _fallback(use: Services, session: Session) -> tuple[Check, ...]:
    texts = [source for source in await use.relay.sources(session.slug) if source.link is None]
    return (Check("fallback", "" if texts else "no_text"),)


async def _team(use: Services, session: Session) -> tuple[Check, ...]:
    """Somebody has the wall or the session's page open who can act: a technician may only look."""
    people = use.presence.now(session.slug).people
    there = any(p.who.role in DESK and p.state in _HERE for p in people)
    return (Check("team", "" if there else "nobody_in"),)


_KEYS = frozenset({Fault.KEY_REFUSED, Fault.RIGHT_MISSING, Fault.REFUSED})
_PATIENCE = frozenset({Fault.QUOTA, Fault.THROTTLED})


async def _platforms(use: Services, session: Session) -> tuple[Check, ...]:
    """How reading the counts of this session's platforms goes."""
    links = [source.link for source in await use.relay.sources(session.slug)]
    shown = {video.platform for link in links if (video := video_of(link)) is not None}
    return tuple(
        Check("platform", _platform_problem(standing.fault), (("platform", PLATFORMS[standing.platform]),))
        for standing in await use.sampler.standings()
        if standing.platform in shown
    )


PLATFORMS = {"youtube": "YouTube", "facebook": "Facebook", "peertube": "PeerTube"}


def _platform_problem(fault: Fault | None) -> str:
    if fault is None:
        return ""
    if fault in _KEYS:
        return "platform_key"
    return "platform_quota" if fault in _PATIENCE else "platform_silent"


async def _zoom(use: Services, session: Session) -> tuple[Check, ...]:
    """Whether the Zoom accounts that the sources name are set up here."""
    known = {account.name for account in use.zoom_accounts}
    named = {source.account for source in await use.relay.sources(session.slug) if source.account}
    return tuple(
        Check("zoom", "" if account in known else "zoom_account_unknown", (("account", account),))
        for account in sorted(named)
    )


async def _zoom_links(use: Services, session: Session) -> tuple[Check, ...]:
    """Whether everybody has a link of their own, and nobody has one any more who must not."""
    asked = [one for one in await use.zoom_sources.of_session(session.slug) if one.number]
    return tuple(
        Check(
            "zoom_links",
            _zoom_problem(one),
            (
                ("account", one.account),
                ("done", str(one.registered)),
                ("all", str(one.wanted)),
                ("count", str(one.to_cancel)),
                ("right", one.right),
            ),
        )
        for one in asked
        if one.account in use.registrar.accounts
    )


ZOOM_FAULTS = frozenset({"key_refused", "right_missing", "not_found", "registration_off"})
"""Faults that somebody must mend; others go by themselves."""


def _zoom_problem(one: Registering) -> str:
    if one.fault:
        return f"zoom_{one.fault}" if one.fault in ZOOM_FAULTS else "zoom_waits"
    if one.to_cancel:
        return "zoom_to_cancel"
    return "zoom_missing" if one.registered < one.wanted else ""


async def _clock(use: Services, _session: Session) -> tuple[Check, ...]:
    """The machine's clock must not have been moved since the start: ours does not follow it."""
    skew = use.clock.skew() if isinstance(use.clock, SystemClock) else 0
    seconds = str(round(abs(skew) / SECOND))
    return (Check("clock", "clock_off" if abs(skew) > SKEW_MS else "", (("seconds", seconds),)),)


async def _storage(use: Services, _session: Session) -> tuple[Check, ...]:
    if not await use.db.answers():
        return (Check("storage", "database_silent"),)
    free = shutil.disk_usage(use.folder.path).free // MEGABYTE
    problem = "disk_full" if free < MIN_FREE_MEGABYTES else ""
    return (Check("storage", problem, (("megabytes", str(free)),)),)


CHECKS: tuple[Callable[[Services, Session], Awaitable[tuple[Check, ...]]], ...] = (
    _sources,
    _links,
    _fallback,
    _team,
    _zoom,
    _zoom_links,
    _platforms,
    _clock,
    _storage,
)
"""In the order of the list. One that does not apply to a session gives no line."""
