"""Who else may invite, and new links for a whole delegation."""

from aiohttp import web

from streamhub.access.issuers import Issuer
from streamhub.access.renewal_service import Renewed
from streamhub.access.roles import Role
from streamhub.handlers.api_access import IssuedAnswer, SessionsJson, issued_answer, sessions_json
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import grant_of, json_answer, services
from streamhub.handlers.wire import Answer
from streamhub.kit.ids import DelegationCode


class IssuerAnswer(Answer):
    """One other issuer; ``delegations`` null: every one of ours. Keys are named, never shown."""

    iss: str
    kids: list[str]
    roles: list[Role]
    sessions: SessionsJson
    delegations: list[str] | None


class IssuerList(Answer):
    """Every other issuer of the configuration."""

    items: list[IssuerAnswer]


class RenewedAnswer(Answer):
    """The new link of everybody of the delegation who may still come, shown this once."""

    delegation: str
    epoch: int
    items: list[IssuedAnswer]


class RehearsalAnswer(Answer):
    """How many pretend delegates were taken away."""

    ended: int


async def issuers(request: web.Request) -> web.Response:
    """GET /api/v1/issuers."""
    known = services(request).access.issuers.items
    return json_answer(IssuerList(items=[_issuer_answer(issuer) for issuer in known]))


async def renew(request: web.Request) -> web.Response:
    """POST /api/v1/delegations/{code}:renew."""
    code = DelegationCode(request.match_info["code"])
    renewed = await services(request).renewals.renew(code, grant_of(request).participant)
    return json_answer(renewed_answer(renewed), status=201)


async def end_rehearsal(request: web.Request) -> web.Response:
    """POST /api/v1/rehearsal:end."""
    ended = await services(request).renewals.end_rehearsal(grant_of(request).participant)
    noted(request, "", count=ended)
    return json_answer(RehearsalAnswer(ended=ended))


def renewed_answer(renewed: Renewed) -> RenewedAnswer:
    """A delegation's new links."""
    items = [issued_answer(one) for one in renewed.issued]
    return RenewedAnswer(delegation=renewed.delegation, epoch=renewed.epoch, items=items)


def _issuer_answer(issuer: Issuer) -> IssuerAnswer:
    return IssuerAnswer(
        iss=issuer.iss,
        kids=[key.kid or "" for key in issuer.keys],
        roles=sorted(issuer.roles),
        sessions=sessions_json(issuer.sessions),
        delegations=None if issuer.delegations is None else sorted(issuer.delegations),
    )
