"""The timetable of sources: what is planned, what it asks for now, and what a moderator sees of it all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant
from streamhub.kit.ids import SourceId
from streamhub.programme.clock import same_room
from streamhub.programme.model import Session, SessionState
from streamhub.relay.model import Showing, Source

_RUNNING = frozenset({SessionState.LIVE, SessionState.PAUSED})


@dataclass(frozen=True, slots=True)
class Plan:
    """The source is to be on its channel from ``at``."""

    source: SourceId
    channel: str
    at: Instant


class Verdict(StrEnum):
    """What a plan asks for now."""

    WAIT = "wait"
    """Its time has not come, or its session is over."""

    PROPOSE = "propose"
    """A moderator is asked."""

    SWITCH = "switch"
    """It is switched to without asking."""

    OVER = "over"
    """It asks for nothing any more: done, decided otherwise since, or replaced by a later plan."""


@dataclass(frozen=True, slots=True)
class Row:
    """A source in the list of its session. ``next``: what to fall back to when the active one fails.

    ``since``: it is on since then. ``by_clock``: the timetable put it on. ``proposed``: its time has
    come, and a moderator is asked.
    """

    source: Source
    active: bool
    next: bool
    since: Instant | None
    by_clock: bool
    planned_at: Instant | None
    proposed: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The sources of a session in order, as moderators see them.

    ``automatic``: the timetable switches by itself. ``held``: it may not, for what is before the
    session in its room is still running.
    """

    rows: tuple[Row, ...]
    automatic: bool
    held: bool


def plans_of(session: Session, sources: Iterable[Source]) -> tuple[Plan, ...]:
    """The plans of a session by its times as they are now: they move when it is shifted."""
    return tuple(
        Plan(source.id, source.channel, session.starts_at + source.planned_ms)
        for source in sources
        if source.planned_ms is not None
    )


def held(session: Session, sessions: Iterable[Session]) -> bool:
    """Whether an earlier session in the same room is still live or paused."""
    return any(
        other.state in _RUNNING and other.starts_at < session.starts_at and same_room(other, session)
        for other in sessions
        if other.slug != session.slug
    )


def verdicts(
    session: Session,
    plans: Iterable[Plan],
    showing: Mapping[str, Showing],
    now: Instant,
    *,
    alone: bool,
) -> dict[SourceId, Verdict]:
    """What each plan asks for at ``now``; ``showing`` is by channel. ``alone``: nobody has to agree.

    Of the plans of a channel whose time has come only the last counts: a server that slept
    switches once. What somebody switched to since then, or what is on already, settles it.
    """
    running = session.state is not SessionState.ENDED and not session.cancelled
    given = sorted(plans, key=lambda plan: plan.at)
    due = {plan.channel: plan for plan in given if plan.at <= now} if running else {}
    return {
        plan.source: _verdict(plan, due.get(plan.channel), showing.get(plan.channel), alone=alone)
        if running and plan.at <= now
        else Verdict.WAIT
        for plan in given
    }


def _verdict(plan: Plan, last: Plan | None, on: Showing | None, *, alone: bool) -> Verdict:
    if plan != last or (on is not None and (on.source == plan.source or on.since >= plan.at)):
        return Verdict.OVER
    return Verdict.SWITCH if alone else Verdict.PROPOSE
