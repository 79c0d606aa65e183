"""The seats of one's own delegation, and the function shown of a seat."""

from dataclasses import replace

from aiohttp import web

from streamhub.access.delegates_model import DelegationLinks, Link
from streamhub.access.orders import check_managed
from streamhub.access.roles import Role
from streamhub.handlers.api_access import invitation_answer
from streamhub.handlers.request import body, grant_of, json_answer, services
from streamhub.handlers.views.delegation import DelegationNow, Here, here_of
from streamhub.handlers.views.programme import OPEN
from streamhub.handlers.wire import Answer, Body, time_or_null
from streamhub.kit.clock import rfc3339
from streamhub.kit.ids import InvitationId, ParticipantId
from streamhub.presence.model import PersonState
from streamhub.requests.trials_model import Trial


class LabelBody(Body):
    """The function to be shown."""

    label: str


class TrialAnswer(Answer):
    """The last test of a connection; ``clock_skew_ms`` above 0: the device is ahead of us."""

    tested_at: str
    socket: bool
    player: bool
    clock_skew_ms: int


class HereAnswer(Answer):
    """Where somebody is now."""

    session: str
    state: PersonState
    since: str


class SeatAnswer(Answer):
    """One invitation of the delegation; ``state`` is issued, entered, tested, revoked or dead."""

    id: str
    generation: int
    participant: str
    seat: str
    label: str
    role: Role
    state: str
    entered_at: str | None
    expires_at: str
    revoked_at: str | None
    test: TrialAnswer | None
    presence: HereAnswer | None


class DelegationAnswer(Answer):
    """A delegation as its correspondent sees it; ``seats`` null is no limit."""

    delegation: str
    seats: int | None
    taken: int
    items: list[SeatAnswer]


async def delegation(request: web.Request) -> web.Response:
    """GET /api/v1/delegation."""
    now = await delegation_now(request)
    return json_answer(
        DelegationAnswer(
            delegation=now.links.code,
            seats=now.links.seats,
            taken=now.links.taken,
            items=[_seat(link, now) for link in now.links.links],
        )
    )


async def rename(request: web.Request) -> web.Response:
    """PUT /api/v1/invitations/{id}/label."""
    asked, grant = await body(request, LabelBody), grant_of(request)
    use = services(request)
    found = await use.access.invitation(InvitationId(request.match_info["id"]))
    check_managed(found, grant)
    renamed = await use.delegates.rename(found.id, asked.label, grant.participant)
    return json_answer(invitation_answer(renamed))


async def delegation_now(request: web.Request) -> DelegationNow:
    """The caller's own delegation, as far as the caller's sessions go: its links, tests, who is in."""
    use, grant = services(request), grant_of(request)
    known = await use.delegates.of(grant.delegation)
    links = replace(known, links=tuple(one for one in known.links if grant.meets(one.invitation.sessions)))
    trials = await use.trials.of([link.invitation.id for link in links.links])
    return DelegationNow(links, trials, await _here(request, links))


async def _here(request: web.Request, links: DelegationLinks) -> dict[ParticipantId, Here]:
    use = services(request)
    grant = grant_of(request)
    sessions = [s for s in await use.programme.sessions() if s.state in OPEN and grant.allows(s.slug)]
    people = [link.invitation.participant for link in links.links]
    found = {one: here_of((s, use.presence.person(s.slug, one)) for s in sessions) for one in people}
    return {one: here for one, here in found.items() if here is not None}


def _seat(link: Link, now: DelegationNow) -> SeatAnswer:
    row = link.invitation
    return SeatAnswer(
        id=row.id,
        generation=row.generation,
        participant=row.participant,
        seat=row.seat,
        label=row.label,
        role=row.role,
        state=now.state(link),
        entered_at=time_or_null(link.entered_at),
        expires_at=rfc3339(row.expires_at),
        revoked_at=time_or_null(row.revoked_at),
        test=trial_answer(now.trials.get(row.id)),
        presence=_presence(now.here.get(row.participant)),
    )


def trial_answer(trial: Trial | None) -> TrialAnswer | None:
    """A test as JSON."""
    if trial is None:
        return None
    return TrialAnswer(
        tested_at=rfc3339(trial.tested_at),
        socket=trial.socket,
        player=trial.player,
        clock_skew_ms=trial.clock_skew_ms,
    )


def _presence(here: Here | None) -> HereAnswer | None:
    if here is None:
        return None
    return HereAnswer(session=here.session.slug, state=here.person.state, since=rfc3339(here.person.since))
