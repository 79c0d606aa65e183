"""The desk's interface: check-in and out, and what other desks did."""

import re
from collections.abc import Sequence

from aiohttp import web

from streamhub.access.model import Grant, Participant
from streamhub.attendance.door_model import CheckInOrder, Direction, place_of
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, number, services
from streamhub.handlers.wire import Answer, Body, one_of, optional_instant, time_or_null
from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem, InvitationRevoked, WrongSession
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.programme.model import Session

MOST_EVENTS = 999_999_999
"""No ledger is longer."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class CheckInBody(Body):
    """One passage. ``nonce`` is drawn by the desk: sending it twice changes nothing."""

    direction: Direction
    nonce: str
    code: str | None = None
    participant: str | None = None
    venue: str | None = None
    session: str | None = None
    at: str | None = None


class CheckInAnswer(Answer, omit_defaults=True):
    """Who came or went, and whether that was known already."""

    participant: str
    delegation: str
    label: str
    state: str
    repeated: bool
    elsewhere_since: str | None = None


class DoorPerson(Answer):
    """How one person stands today: inside ``since``, or out since ``left_at``."""

    participant: str
    delegation: str
    seat: str
    label: str
    since: str | None
    left_at: str | None


class DoorAnswer(Answer):
    """Who passed a door after ``after``; the next question names ``last``."""

    items: list[DoorPerson]
    last: int


async def check_ins(request: web.Request) -> web.Response:
    """GET /api/v1/check-ins."""
    use, grant = services(request), grant_of(request)
    found = await use.door.today(number(request, "after", 0, maximum=MOST_EVENTS))
    people = {p.id: p for p in await use.access.participants()} if found.people else {}
    mine = [(one, people[one.participant]) for one in found.people if one.participant in people]
    items = [
        DoorPerson(
            participant=person.id,
            delegation=person.delegation,
            seat=person.seat,
            label=person.label or person.seat,
            since=time_or_null(one.since),
            left_at=time_or_null(one.left_at),
        )
        for one, person in mine
        if grant.meets(person.sessions)
    ]
    return json_answer(DoorAnswer(items=items, last=found.last))


async def check_in(request: web.Request) -> web.Response:
    """POST /api/v1/check-ins."""
    asked = await body(request, CheckInBody)
    use = services(request)
    person = await _person(request, asked)
    if not grant_of(request).meets(person.sessions):
        raise WrongSession("this person is not invited to the sessions that your invitation opens")
    other = await _other_since(request, person.id)
    done = await use.door.check(await _order(request, asked, person))
    noted(request, person.id, direction=asked.direction, repeated=done.repeated)
    return json_answer(
        CheckInAnswer(
            participant=person.id,
            delegation=person.delegation,
            label=person.label or person.seat,
            state="hall" if done.in_hall else "out",
            repeated=done.repeated,
            elsewhere_since=rfc3339(other) if other is not None and done.in_hall else None,
        )
    )


async def _person(request: web.Request, asked: CheckInBody) -> Participant:
    """The person of a scanned code or of the list; raises CodeUnknown, InvitationRevoked, NotFound."""
    access = services(request).access
    if one_of("participant", {"code": asked.code, "participant": asked.participant}) == "code":
        return await access.participant_by_code(asked.code or "")
    person = await access.participant(ParticipantId(asked.participant or ""))
    if not person.invited and asked.direction is Direction.IN:
        raise InvitationRevoked("the invitation was revoked")
    return person


async def _order(request: web.Request, asked: CheckInBody, person: Participant) -> CheckInOrder:
    use = services(request)
    if not _NONCE.fullmatch(asked.nonce):
        raise FieldInvalid(FieldProblem("nonce", "must be 8 to 64 letters, digits, - or _"))
    if asked.venue is not None and asked.session is not None:
        raise FieldInvalid(FieldProblem("venue", "give a venue or a session, not both"))
    slug = SessionSlug(asked.session) if asked.session is not None else None
    if slug is not None:
        await use.programme.session(slug)
    if asked.venue is not None and asked.venue not in {s.venue for s in await use.programme.sessions()}:
        raise FieldInvalid(FieldProblem("venue", "no session takes place there"))
    _check_covered(grant_of(request), asked.venue, slug, await use.programme.sessions())
    at = optional_instant("at", asked.at)
    return CheckInOrder(
        participant=person.id,
        place=place_of(asked.venue, slug),
        direction=asked.direction,
        at=use.clock.now() if at is None else at,
        nonce=asked.nonce,
        by=grant_of(request).participant,
    )


def _check_covered(
    grant: Grant, venue: str | None, slug: SessionSlug | None, sessions: Sequence[Session]
) -> None:
    """Raise WrongSession for a door that leads into more than the caller's sessions."""
    behind = frozenset(s.slug for s in sessions if s.venue == venue) if venue is not None else None
    if not grant.covers(behind if slug is None else frozenset({slug})):
        raise WrongSession("this door leads into sessions that the invitation does not open")


async def _other_since(request: web.Request, participant: ParticipantId) -> Instant | None:
    """Since when the person attends from elsewhere: on line now, or gone to a link-out."""
    use = services(request)
    found = [
        person.since
        for session in await use.programme.sessions()
        if (person := use.presence.person(session.slug, participant)) is not None and person.state != "hall"
    ]
    return min(found, default=None)
