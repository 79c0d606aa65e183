"""Invitations, tokens, entering, and what a person sees of themselves."""

from typing import Literal

from aiohttp import hdrs, web

from streamhub.access.model import (
    DevicePolicy,
    Grant,
    Invitation,
    InvitationOrder,
    IssuedInvitation,
    Sessions,
)
from streamhub.access.orders import BEYOND, check_managed, check_manager
from streamhub.access.roles import Role
from streamhub.handlers.auditing import noted
from streamhub.handlers.entering import enter as let_in
from streamhub.handlers.entering import set_cookie
from streamhub.handlers.pages_join import landing
from streamhub.handlers.request import GRANT, body, grant_of, json_answer, number, services, slug_of
from streamhub.handlers.wire import Answer, Body, one_of, optional_instant, time_or_null
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import WrongSession
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug

PAGE = 100  # invitations of one answer, unless asked otherwise
MAX_PAGE = 1_000

SessionsJson = list[str] | Literal["*"]
"""Slugs, or ``"*"`` for every session, as in the claim ``sid``."""


class OrderBody(Body):
    """Invitations to be made."""

    role: Role
    delegation: str | None = None
    count: int = 1
    sessions: SessionsJson | None = None
    devices: int | None = None
    device_policy: DevicePolicy | None = None
    not_before: str | None = None
    expires_at: str | None = None
    label: str = ""
    speak: bool = False


class InvitationAnswer(Answer):
    """One invitation, without the secrets that open it. ``issuer`` is another issuer, null for ours.

    ``speak``: the person is to speak, in a webinar of Zoom as a panelist.
    """

    id: str
    participant: str
    delegation: str
    role: Role
    seat: str
    label: str
    sessions: SessionsJson
    devices: int
    device_policy: DevicePolicy
    not_before: str | None
    expires_at: str
    created_at: str
    revoked_at: str | None
    issuer: str | None = None
    speak: bool = False


class IssuedAnswer(Answer):
    """One invitation with its link and token, shown this once."""

    id: str
    participant: str
    delegation: str
    role: Role
    seat: str
    label: str
    sessions: SessionsJson
    link: str
    token: str
    expires_at: str


class IssuedList(Answer):
    """What was made."""

    items: list[IssuedAnswer]


class InvitationList(Answer):
    """One page of invitations."""

    items: list[InvitationAnswer]
    next: str | None


class DevicesBody(Body):
    """On how many devices a link may be open at once; without a policy that stays as it is."""

    devices: int
    device_policy: DevicePolicy | None = None


class TokenOrderBody(Body):
    """A token for one session; ``ttl`` in seconds."""

    invitation: str
    ttl: int | None = None


class TokenAnswer(Answer):
    """A token for one session."""

    token: str
    expires_at: str
    link: str


class EnterBody(Body):
    """A link's code, or a token."""

    code: str | None = None
    token: str | None = None


class MeAnswer(Answer):
    """What a person's own link says of them: no name."""

    participant: str
    delegation: str
    role: Role
    seat: str
    label: str
    sessions: SessionsJson
    expires_at: str
    devices: int


class StayAnswer(Answer):
    """One uninterrupted attendance."""

    session: str
    channel: str
    since: str
    until: str | None


class StayList(Answer):
    """Everything that is recorded of a person's attendance."""

    items: list[StayAnswer]


async def issue(request: web.Request) -> web.Response:
    """POST /api/v1/invitations."""
    asked = await body(request, OrderBody)
    made = await services(request).access.issue_as(_order(asked), grant_of(request))
    row = made[0].invitation
    noted(request, row.id, role=row.role, delegation=row.delegation, count=len(made))
    return json_answer(IssuedList(items=[issued_answer(one) for one in made]), status=201)


async def invitations(request: web.Request) -> web.Response:
    """GET /api/v1/invitations."""
    grant = grant_of(request)
    page = await services(request).access.invitations(
        delegation=grant.delegation if grant.role is Role.CORRESPONDENT else None,
        limit=number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE),
        cursor=request.query.get("cursor"),
    )
    shown = [invitation_answer(row) for row in page.items if grant.meets(row.sessions)]
    return json_answer(InvitationList(items=shown, next=page.next))


async def invitation(request: web.Request) -> web.Response:
    """GET /api/v1/invitations/{id}."""
    found = await services(request).access.invitation(_id_of(request))
    _check_seen(found, grant_of(request))
    return json_answer(invitation_answer(found))


async def revoke(request: web.Request) -> web.Response:
    """POST /api/v1/invitations/{id}:revoke."""
    found = await _managed(request)
    revoked = await services(request).access.revoke(found.id, grant_of(request).participant)
    return json_answer(invitation_answer(revoked))


async def replace(request: web.Request) -> web.Response:
    """POST /api/v1/invitations/{id}:replace."""
    found = await _managed(request)
    made = await services(request).access.replace_as(found.id, grant_of(request))
    return json_answer(IssuedList(items=[issued_answer(made)]), status=201)


async def set_devices(request: web.Request) -> web.Response:
    """PUT /api/v1/invitations/{id}/devices."""
    asked = await body(request, DevicesBody)
    found = await services(request).access.invitation(_id_of(request))
    check_manager(found, grant_of(request))
    by = grant_of(request).participant
    changed = await services(request).admissions.set_devices(found.id, asked.devices, asked.device_policy, by)
    noted(request, devices=changed.devices, policy=changed.device_policy.value)
    return json_answer(invitation_answer(changed))


async def session_token(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/tokens."""
    asked = await body(request, TokenOrderBody)
    made = await services(request).access.session_token(
        slug_of(request), InvitationId(asked.invitation), asked.ttl
    )
    noted(request, asked.invitation)
    answer = TokenAnswer(token=made.token, expires_at=rfc3339(made.expires_at), link=made.link)
    return json_answer(answer, status=201)


async def enter(request: web.Request) -> web.Response:
    """POST /api/v1/enter: the cookie, and in ``Location`` the page where somebody of this role begins."""
    asked = await body(request, EnterBody)
    one_of("code", {"code": asked.code, "token": asked.token})
    entered = await let_in(request, asked.code or asked.token or "")
    request[GRANT] = entered.grant
    response = web.Response(status=204, headers={hdrs.LOCATION: await landing(request, entered.grant)})
    set_cookie(request, response, entered)
    return response


async def me(request: web.Request) -> web.Response:
    """GET /api/v1/me."""
    grant = grant_of(request)
    return json_answer(
        MeAnswer(
            participant=grant.participant,
            delegation=grant.delegation,
            role=grant.role,
            seat=grant.seat,
            label=grant.label,
            sessions=sessions_json(grant.sessions),
            expires_at=rfc3339(grant.expires_at),
            devices=grant.devices,
        )
    )


async def my_stays(request: web.Request) -> web.Response:
    """GET /api/v1/me/stays."""
    stays = await services(request).attendance.stays_of(grant_of(request).participant)
    items = [
        StayAnswer(
            session=stay.key.session,
            channel=stay.key.channel,
            since=rfc3339(stay.since),
            until=time_or_null(stay.until),
        )
        for stay in stays
    ]
    return json_answer(StayList(items=items))


def sessions_json(sessions: Sessions) -> SessionsJson:
    """Slugs in order, or ``"*"``."""
    return "*" if sessions is None else sorted(sessions)


def issued_answer(issued: IssuedInvitation) -> IssuedAnswer:
    """A fresh invitation, its link and token."""
    row = issued.invitation
    return IssuedAnswer(
        id=row.id,
        participant=row.participant,
        delegation=row.delegation,
        role=row.role,
        seat=row.seat,
        label=row.label,
        sessions=sessions_json(row.sessions),
        link=issued.link,
        token=issued.token,
        expires_at=rfc3339(row.expires_at),
    )


def invitation_answer(row: Invitation) -> InvitationAnswer:
    """A row without link or token."""
    return InvitationAnswer(
        id=row.id,
        participant=row.participant,
        delegation=row.delegation,
        role=row.role,
        seat=row.seat,
        label=row.label,
        sessions=sessions_json(row.sessions),
        devices=row.devices,
        device_policy=row.device_policy,
        not_before=time_or_null(row.not_before),
        expires_at=rfc3339(row.expires_at),
        created_at=rfc3339(row.created_at),
        revoked_at=time_or_null(row.revoked_at),
        issuer=row.issuer,
        speak=row.speak,
    )


def _order(asked: OrderBody) -> InvitationOrder:
    listed = (
        None if asked.sessions is None or asked.sessions == "*" else tuple(map(SessionSlug, asked.sessions))
    )
    return InvitationOrder(
        role=asked.role,
        delegation=None if asked.delegation is None else DelegationCode(asked.delegation),
        count=asked.count,
        sessions=listed,
        devices=asked.devices,
        device_policy=asked.device_policy,
        not_before=optional_instant("not_before", asked.not_before),
        expires_at=optional_instant("expires_at", asked.expires_at),
        label=asked.label,
        speak=asked.speak,
    )


def _id_of(request: web.Request) -> InvitationId:
    return InvitationId(request.match_info["id"])


async def _managed(request: web.Request) -> Invitation:
    """The invitation in the path, if the caller may change it."""
    found = await services(request).access.invitation(_id_of(request))
    check_managed(found, grant_of(request))
    return found


def _check_seen(found: Invitation, grant: Grant) -> None:
    """Moderators see every row of their sessions; correspondents those of the own delegation."""
    if grant.role is Role.CORRESPONDENT and found.delegation != grant.delegation:
        check_managed(found, grant)
    if not grant.meets(found.sessions):
        raise WrongSession(BEYOND)
