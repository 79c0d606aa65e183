"""The session clock: which state a session is in, since when, and the window that counts.

Until the first change by hand a session follows its times: doors, live, ended. After it
only a hand ends the session, or the next one of its room going live.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from streamhub.kit.clock import MINUTE, Instant, to_datetime
from streamhub.kit.errors import StateConflict, UnknownSession
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import BY_CLOCK, Session, SessionState, StateChange

SCHEDULED, DOORS, LIVE, PAUSED, ENDED = SessionState
_STEP = {SCHEDULED: 0, DOORS: 1, LIVE: 2, PAUSED: 2, ENDED: 3}


class WindowKind(StrEnum):
    """Which times bound a session's figures: as it was held, or as it was planned."""

    ACTUAL = "actual"
    SCHEDULED = "scheduled"


class ClockMinutes(NamedTuple):
    """How long before its start a session opens, and how long after its end it ends by itself."""

    doors: int
    overrun: int


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open time ``[since, until)`` that a session's figures are about.

    Not ``final`` while the session, or time, can still change it; ``until`` is then now at the most.
    """

    kind: WindowKind
    since: Instant
    until: Instant
    final: bool


def doors_at(session: Session, doors_minutes: int) -> Instant:
    """When the session's page opens by itself."""
    return session.starts_at - doors_minutes * MINUTE


def state_by_clock(session: Session, now: Instant, doors_minutes: int, overrun_minutes: int) -> SessionState:
    """The state that the session's times alone give at ``now``."""
    if now >= session.ends_at + overrun_minutes * MINUTE:
        return ENDED
    if now >= session.starts_at:
        return LIVE
    return DOORS if now >= doors_at(session, doors_minutes) else SCHEDULED


def same_room(one: Session, other: Session) -> bool:
    """Whether the two cannot be held at once.

    Sessions of one venue without a room name share its only room, unless the timetable
    itself has them overlap: then they are parallel.
    """
    if one.venue != other.venue or one.room != other.room:
        return False
    if one.room:
        return True
    overlap = (
        one.scheduled_starts_at < other.scheduled_ends_at
        and other.scheduled_starts_at < one.scheduled_ends_at
    )
    return bool(one.venue) and not overlap


def standing(session: Session, history: Iterable[StateChange]) -> Session:
    """The session with the state and mode that its history gives."""
    return _after(session, _of_run(session, history))


def _after(session: Session, steps: Sequence[StateChange]) -> Session:
    return replace(
        session,
        state=steps[-1].state if steps else SCHEDULED,
        automatic=all(step.automatic for step in steps),
    )


def due_changes(
    sessions: Sequence[Session],
    history: Sequence[StateChange],
    now: Instant,
    doors_minutes: int,
    overrun_minutes: int,
) -> tuple[StateChange, ...]:
    """The changes that the rules ask for up to ``now`` and that the history lacks.

    Each is dated at the instant of its rule, so it does not matter how often or how late
    this is asked: a server that slept writes the same history as one that did not.
    """
    board = _Board(sessions, history)
    due = [
        step
        for session in board.sessions.values()
        if not session.cancelled
        for step in _steps(session, doors_minutes, overrun_minutes)
        if step.at <= now
    ]
    for step in sorted(due, key=lambda step: (step.at, -_STEP[step.state])):
        board.follow(step)
    return tuple(board.changes)


def change_by_hand(
    sessions: Sequence[Session],
    history: Sequence[StateChange],
    asked: StateChange,
) -> tuple[StateChange, ...]:
    """What ``asked`` changes: nothing if the state is that already, else it and its room.

    Raises UnknownSession, and StateConflict for ``ended`` → ``scheduled``: what was held
    cannot be unheld, it can be opened again. So it does for a cancelled session.
    """
    board = _Board(sessions, history)
    session = board.sessions.get(asked.session)
    if session is None:
        raise UnknownSession(asked.session)
    if session.state is asked.state:
        return ()
    if session.cancelled:
        raise StateConflict("the session is cancelled; restore it first")
    if session.state is ENDED and asked.state is SCHEDULED:
        raise StateConflict("an ended session cannot be scheduled again; it can be opened again")
    board.step(replace(asked, run=session.run, automatic=False))
    return tuple(board.changes)


def change_by_move(
    sessions: Sequence[Session],
    history: Sequence[StateChange],
    moved: Iterable[SessionSlug],
    now: Instant,
    minutes: ClockMinutes,
    by: str,
) -> tuple[StateChange, ...]:
    """The changes at ``now`` of automatic sessions whose times have just been moved.

    A session that went live by the clock and starts later after all is back at its doors.
    An ended session stays ended, a cancelled one follows no clock.
    """
    board = _Board(sessions, history)
    for slug in moved:
        session = board.sessions[slug]
        state = state_by_clock(session, now, *minutes)
        if session.automatic and not session.cancelled and session.state not in {ENDED, state}:
            board.step(StateChange(slug, session.run, state, now, automatic=True, by=by))
    return tuple(board.changes)


def shifted(
    sessions: Sequence[Session], slug: SessionSlug, minutes: int, zone: ZoneInfo, *, following: bool
) -> tuple[Session, ...]:
    """The session, and if asked the later ones of its room that day, moved by ``minutes``.

    Scheduled times stay. Raises UnknownSession, and StateConflict for an ended session.
    """
    first = next((session for session in sessions if session.slug == slug), None)
    if first is None:
        raise UnknownSession(slug)
    if first.state is ENDED:
        raise StateConflict("the session has ended; its times are history")
    later = [s for s in sessions if following and s.state is not ENDED and _follows(first, s, zone)]
    return tuple(_moved(session, minutes * MINUTE) for session in (first, *later))


def window_of(
    session: Session,
    history: Sequence[StateChange],
    now: Instant,
    kind: WindowKind = WindowKind.ACTUAL,
) -> Window | None:
    """The window of the session's present run; None if it has not begun.

    Held by hand: from the first ``live`` to the last ``ended``, pauses included. By the
    clock: by its times, and never beyond its end. Still running: until now, not final.
    A start that was taken back (to ``doors`` or ``scheduled``, before any end) is none.
    """
    steps = _of_run(session, history)
    ended_at = max((step.at for step in steps if step.state is ENDED), default=None)
    final = bool(steps) and steps[-1].state is ENDED
    if kind is WindowKind.SCHEDULED:
        return _window(kind, session.scheduled_starts_at, session.scheduled_ends_at, now, final=final)
    if all(step.automatic for step in steps):
        until = session.ends_at if ended_at is None else min(session.ends_at, ended_at)
        return _window(kind, session.starts_at, until, now, final=final)
    since = _begun_at(steps)
    if since is None:
        return None
    return _window(kind, since, ended_at if final and ended_at is not None else now, now, final=final)


class _Board:
    """Sessions as they stand while changes are made one after the other."""

    def __init__(self, sessions: Iterable[Session], history: Sequence[StateChange]) -> None:
        steps: dict[tuple[SessionSlug, int], list[StateChange]] = {}
        for step in history:
            steps.setdefault((step.session, step.run), []).append(step)
        self.sessions = {s.slug: _after(s, steps.get((s.slug, s.run), [])) for s in sessions}
        self.changes: list[StateChange] = []
        self._last = {slug: made[-1].at for (slug, _), made in steps.items()}

    def follow(self, step: StateChange) -> None:
        """Make a step of the clock if the session still follows it and has not got so far."""
        session = self.sessions[step.session]
        if session.automatic and _STEP[session.state] < _STEP[step.state]:
            self.step(step)

    def step(self, step: StateChange) -> None:
        """Make a step; going live ends what is open before it in the same room."""
        session = self.sessions[step.session]
        if step.state is LIVE:
            for other in self._open_before(session):
                self._put(replace(step, session=other.slug, run=other.run, state=ENDED, automatic=True))
        self._put(step)

    def _open_before(self, session: Session) -> list[Session]:
        return [
            other
            for other in self.sessions.values()
            if other.starts_at < session.starts_at and _is_open(other) and same_room(other, session)
        ]

    def _put(self, step: StateChange) -> None:
        at = max(step.at, self._last.get(step.session, step.at))
        self._last[step.session] = at
        self.changes.append(replace(step, at=at))
        session = self.sessions[step.session]
        self.sessions[step.session] = replace(
            session, state=step.state, automatic=session.automatic and step.automatic
        )


def _steps(session: Session, doors_minutes: int, overrun_minutes: int) -> tuple[StateChange, ...]:
    def step(state: SessionState, at: Instant) -> StateChange:
        return StateChange(session.slug, session.run, state, at, automatic=True, by=BY_CLOCK)

    opening = (step(DOORS, doors_at(session, doors_minutes)),) if doors_minutes else ()
    return (*opening, step(LIVE, session.starts_at), step(ENDED, session.ends_at + overrun_minutes * MINUTE))


def _is_open(session: Session) -> bool:
    """Live or paused, or doors that a hand opened; the clock's own doors may still go live."""
    return session.state in {LIVE, PAUSED} or (session.state is DOORS and not session.automatic)


def _follows(first: Session, other: Session, zone: ZoneInfo) -> bool:
    return (
        other.starts_at > first.starts_at
        and same_room(first, other)
        and _day(other, zone) == _day(first, zone)
    )


def _day(session: Session, zone: ZoneInfo) -> int:
    return to_datetime(session.starts_at).astimezone(zone).toordinal()


def _moved(session: Session, by_ms: int) -> Session:
    return replace(session, starts_at=session.starts_at + by_ms, ends_at=session.ends_at + by_ms)


def _of_run(session: Session, history: Iterable[StateChange]) -> list[StateChange]:
    return [step for step in history if step.session == session.slug and step.run == session.run]


def _begun_at(steps: Iterable[StateChange]) -> Instant | None:
    since: Instant | None = None
    held = False
    for step in steps:
        if step.state in {SCHEDULED, DOORS} and not held:
            since = None
        elif step.state is LIVE and since is None:
            since = step.at
        held = held or (step.state is ENDED and since is not None)
    return since


def _window(kind: WindowKind, since: Instant, until: Instant, now: Instant, *, final: bool) -> Window | None:
    final, until = final and until <= now, min(until, now)
    return Window(kind, since, until, final) if until > since else None
