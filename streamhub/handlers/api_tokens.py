"""Asking whether a token opens something: tokens:verify."""

from aiohttp import web

from streamhub.access.roles import Role
from streamhub.access.strict import Claims
from streamhub.handlers.api_access import SessionsJson, sessions_json
from streamhub.handlers.limiter import count_failure
from streamhub.handlers.request import body, json_answer, services
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.errors import TokenInvalid
from streamhub.kit.ids import SessionSlug


class VerifyBody(Body):
    """A token to be judged, for a session or in itself."""

    token: str
    session: str | None = None


class ClaimsAnswer(Answer, omit_defaults=True):
    """The claims of a token whose signature is good."""

    iss: str
    aud: str
    sub: str
    jti: str
    dlg: str
    role: Role
    sid: SessionsJson
    nbf: int
    iat: int
    exp: int
    inv: str | None = None
    gen: int | None = None
    dep: int | None = None
    run: int | None = None


class VerdictAnswer(Answer):
    """Whether a token opens something now."""

    valid: bool
    code: str | None
    claims: ClaimsAnswer | None


async def verify(request: web.Request) -> web.Response:
    """POST /api/v1/tokens:verify."""
    asked = await body(request, VerifyBody)
    session = None if asked.session is None else SessionSlug(asked.session)
    verdict = await services(request).access.verify(asked.token, session)
    if verdict.code == TokenInvalid.code:
        count_failure(request, asked.token)
    claims = None if verdict.claims is None else claims_answer(verdict.claims)
    return json_answer(VerdictAnswer(valid=verdict.valid, code=verdict.code, claims=claims))


def claims_answer(claims: Claims) -> ClaimsAnswer:
    """Claims as the token holds them."""
    return ClaimsAnswer(
        iss=claims.iss,
        aud="streamhub",
        sub=claims.sub,
        jti=claims.jti,
        dlg=claims.dlg,
        role=claims.role,
        sid=sessions_json(claims.sid),
        nbf=claims.nbf,
        iat=claims.iat,
        exp=claims.exp,
        inv=claims.inv,
        gen=claims.gen,
        dep=claims.dep,
        run=claims.run,
    )
