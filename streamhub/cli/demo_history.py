"""What happened so far in the demonstration: invented attendance, written like any other.

Every participant but a few attends the sessions that are over, in the hall, by Zoom or on
our page. The numbers are drawn from the participant's place in the list, so every
demonstration shows the same figures.
"""

from collections.abc import Iterator, Sequence

from streamhub.access.model import Participant
from streamhub.access.roles import AUDIENCE
from streamhub.attendance import model
from streamhub.attendance.model import Cause, Event, Key
from streamhub.audience.model import FigureOrder
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, SECOND, Instant
from streamhub.programme.model import Session, SessionState
from streamhub.services import Services

EXPECTED = 131
"""As many people attend as in the report that the product was made for."""

VIEWS = 398


async def invent_history(use: Services) -> None:
    """Write the attendance of the sessions that have ended, and one declared figure."""
    sessions = [s for s in await use.programme.sessions() if s.state is SessionState.ENDED]
    people = [p for p in await use.access.participants() if p.role in AUDIENCE]
    present = _attending(people)
    await use.attendance.record(event for session in sessions for event in _session_events(session, present))
    if sessions:
        await use.audience.declare(_views(sessions[-2:], use.clock.now()), None)


def _attending(people: Sequence[Participant]) -> list[Participant]:
    """All but a few; the first of each delegation always comes, so that each is represented."""
    seen: set[str] = set()
    first: list[Participant] = []
    others: list[Participant] = []
    for person in people:
        (others if person.delegation in seen else first).append(person)
        seen.add(person.delegation)
    return first + others[: max(0, EXPECTED - len(first))]


def _session_events(session: Session, people: Sequence[Participant]) -> Iterator[Event]:
    for place, person in enumerate(people):
        if not person.allows(session.slug) or (place + session.order) % 9 == 0:
            continue
        key = Key(person.id, session.slug, session.run, _channel(place))
        since, until = _times(session, place)
        yield model.arrive(key, since)
        yield model.leave(key, until, Cause.ENDED if until == session.ends_at else Cause.BYE)


def _channel(place: int) -> Channel:
    if place % 9 < 4:  # noqa: PLR2004 - of nine people four are in the hall, three use Zoom, two our page
        return Channel.HALL
    return Channel.ZOOM if place % 9 < 7 else Channel.WEB  # noqa: PLR2004


def _times(session: Session, place: int) -> tuple[Instant, Instant]:
    """Most come a little early or late, some leave before the end."""
    late = (place * 37 % 25 - 8) * MINUTE + place * 7 % 60 * SECOND
    early = (place * 53 % 30) * MINUTE if place % 4 == 0 else 0
    return session.starts_at + late, max(session.starts_at + 30 * MINUTE, session.ends_at - early)


def _views(sessions: Sequence[Session], now: Instant) -> FigureOrder:
    return FigureOrder(
        platform="facebook",
        metric="views",
        value=VIEWS,
        at=now,
        source="Page de la vidéo, lue par la communication",
        covers=tuple(session.slug for session in sessions),
    )
