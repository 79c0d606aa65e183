"""The programme: what runs now, and every session by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from streamhub.access.model import Grant
from streamhub.access.roles import FIGURES, STAGE, Role
from streamhub.kit.clock import Instant
from streamhub.kit.ids import SessionSlug
from streamhub.kit.times import Moment, Times
from streamhub.programme.clock import doors_at
from streamhub.programme.model import Session, SessionAccess, SessionState

OPEN = frozenset({SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED})


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session in a list. ``href`` is None where the reader's invitation does not open it.

    ``planned`` is the start of the timetable where the session was moved away from it.
    """

    slug: SessionSlug
    title: str
    kind: str
    state: SessionState
    starts: Moment
    ends: Moment
    doors: Moment
    planned: Moment | None
    venue: str
    room: str
    public: bool
    cancelled: bool
    href: str | None
    wall_href: str | None
    figures_href: str | None


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of the programme."""

    label: str
    today: bool
    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """What ``/`` shows. ``now`` are the sessions whose doors are open, running ones first.

    ``coming`` is the reader's next session where none is open now, None where nothing comes any more.
    """

    now: tuple[SessionRow, ...]
    coming: SessionRow | None
    days: tuple[DayView, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a list is made: the invitation, the clock, the minutes that doors open before."""

    grant: Grant | None
    times: Times
    now: Instant
    doors_minutes: int


def programme_page(sessions: Sequence[Session], reader: Reader) -> ProgrammePage:
    """The whole programme; ``closed`` where nothing of it is open to this reader."""
    rows = sorted(sessions, key=lambda s: (s.starts_at, s.order))
    today = reader.times.local_date(reader.now)
    by_day = groupby(rows, key=lambda s: reader.times.local_date(s.starts_at))
    days = tuple(
        DayView(reader.times.moment(same[0].starts_at).day, day == today, tuple(row(s, reader) for s in same))
        for day, same in ((day, list(group)) for day, group in by_day)
    )
    mine = [session for session in rows if opens(session, reader.grant)]
    now = sorted((s for s in mine if s.state in OPEN), key=lambda s: s.state is SessionState.DOORS)
    coming = (s for s in mine if s.state is SessionState.SCHEDULED and not s.cancelled)
    return ProgrammePage(
        now=tuple(row(session, reader) for session in now),
        coming=next((row(session, reader) for session in coming if not now), None),
        days=days,
        closed=not mine,
    )


def row(session: Session, reader: Reader) -> SessionRow:
    """One session as this reader sees it."""
    moved = session.starts_at != session.scheduled_starts_at
    return SessionRow(
        slug=session.slug,
        title=session.titles.get(reader.times.lang),
        kind=session.kind,
        state=session.state,
        starts=reader.times.moment(session.starts_at),
        ends=reader.times.moment(session.ends_at),
        doors=reader.times.moment(doors_at(session, reader.doors_minutes)),
        planned=reader.times.moment(session.scheduled_starts_at) if moved else None,
        venue=session.venue,
        room=session.room,
        public=session.access is SessionAccess.PUBLIC,
        cancelled=session.cancelled,
        href=f"/s/{session.slug}" if opens(session, reader.grant) else None,
        wall_href=f"/s/{session.slug}/wall" if _works_in(session, reader.grant, STAGE) else None,
        figures_href=f"/figures/{session.slug}" if _works_in(session, reader.grant, FIGURES) else None,
    )


def _works_in(session: Session, grant: Grant | None, roles: frozenset[Role]) -> bool:
    """Whether the reader has one of these roles in this session."""
    return grant is not None and grant.role in roles and grant.allows(session.slug)


def opens(session: Session, grant: Grant | None) -> bool:
    """Whether the reader may open the session: one of the invitation's, without one a public one."""
    return session.access is SessionAccess.PUBLIC if grant is None else grant.allows(session.slug)


def after(
    sessions: Sequence[Session], current: Session, reader: Reader, *, limit: int = 3
) -> tuple[SessionRow, ...]:
    """The reader's next sessions: those open elsewhere, then those to come, in time order."""
    coming = [
        s
        for s in sorted(sessions, key=lambda s: (s.starts_at, s.order))
        if s.slug != current.slug
        and s.state is not SessionState.ENDED
        and s.ends_at > current.starts_at
        and opens(s, reader.grant)
    ]
    return tuple(row(session, reader) for session in coming[:limit])
