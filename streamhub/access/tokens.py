"""Join tokens: signed by us, checked strictly. Pure: keys and time are arguments."""

import json
from typing import Any, NoReturn

import jwt

from streamhub.access import strict
from streamhub.access.keys import SIGNING_ALGORITHM, KeySet, SigningKey, VerifyingKey
from streamhub.access.strict import Claims
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.errors import TokenExpired, TokenInvalid, TokenNotYetValid

CLOCK_SKEW_SECONDS = 60  # an issuer's clock may run ahead of ours by this much

_JWS = jwt.PyJWS()
_JWS.unregister_algorithm("none")
_JWS.register_algorithm("Ed25519", jwt.get_algorithm_by_name(SIGNING_ALGORITHM))  # its name in RFC 9864


def encode(claims: Claims, key: SigningKey) -> str:
    """Sign ``claims``: header ``{alg, kid, typ}`` and nothing else."""
    payload = json.dumps(_as_json(claims), separators=(",", ":"), ensure_ascii=False).encode()
    return _JWS.encode(
        payload,
        key.private,
        algorithm=SIGNING_ALGORITHM,
        headers={"kid": key.kid, "typ": strict.TYPE},
    )


def decode(token: str, keys: KeySet, now: Instant) -> Claims:
    """The claims of a good token.

    Raises TokenInvalid for everything up to signature, issuer and audience (its
    ``reason`` tells which), then TokenExpired or TokenNotYetValid.
    """
    claims = verify(token, keys)
    check_times(claims, now)
    return claims


def verify(token: str, keys: KeySet) -> Claims:
    """The claims of a token whose form, issuer, audience and signature are good, whenever it is for."""
    parts = strict.split(token)
    header = strict.own_header(parts.header)
    claims = strict.claims(parts.payload)
    key = keys.find(claims.iss, header.kid or "")
    if key is None:
        reason = "key" if keys.kids(claims.iss) else "issuer"
        raise TokenInvalid(reason=reason, explanation="no key of this issuer has this kid")
    _check_algorithm(key, header.alg)
    algorithm = _JWS.get_algorithm_by_name(header.alg)
    # the form was checked above, more strictly than PyJWT would again
    if not algorithm.verify(parts.signed, algorithm.prepare_key(key.material), parts.signature):
        _refuse_signature()
    return claims


def check_times(claims: Claims, now: Instant) -> None:
    """Raise unless ``now`` lies in [nbf, exp) and the token was not made in the future."""
    if claims.iat * SECOND > now + CLOCK_SKEW_SECONDS * SECOND:
        raise TokenInvalid(reason="issued_later", explanation="iat lies in the future")
    if claims.exp * SECOND <= now:
        raise TokenExpired("the token is over", expired_at=claims.exp * SECOND)
    if claims.nbf * SECOND > now:
        raise TokenNotYetValid("the token is for later", opens_at=claims.nbf * SECOND)


def verify_raw(token: str, keys: tuple[VerifyingKey, ...]) -> bytes:
    """The payload of any JWS in compact form that one of ``keys`` signed; no claims are read."""
    parts = strict.split(token, max_bytes=strict.MAX_RAW_BYTES)
    header = strict.raw_header(parts.header)
    key = _raw_key(header.kid, keys)
    _check_algorithm(key, header.alg)
    try:
        _JWS.decode_complete(token, key=key.material, algorithms=[header.alg])
    except jwt.PyJWTError as error:
        _refuse_signature(error)
    return parts.payload


def _raw_key(kid: str | None, keys: tuple[VerifyingKey, ...]) -> VerifyingKey:
    """The key named ``kid``; without one, the only key of a set of one."""
    fitting = keys if kid is None else tuple(key for key in keys if key.kid == kid)
    if len(fitting) != 1:
        raise TokenInvalid(reason="key", explanation="no key for this kid")
    return fitting[0]


def _check_algorithm(key: VerifyingKey, alg: str) -> None:
    """The algorithm is the key's: the header may only agree with it."""
    if alg not in key.algorithms:
        raise TokenInvalid(reason="algorithm", explanation="alg is not the algorithm of the key")


def _refuse_signature(cause: Exception | None = None) -> NoReturn:
    raise TokenInvalid(reason="signature", explanation="the signature does not fit") from cause


def _as_json(claims: Claims) -> dict[str, Any]:
    sid: Any = strict.EVERY_SESSION if claims.sid is None else sorted(claims.sid)
    required = {
        "iss": claims.iss,
        "aud": strict.AUDIENCE,
        "sub": claims.sub,
        "jti": claims.jti,
        "dlg": claims.dlg,
        "role": claims.role.value,
        "sid": sid,
        "nbf": claims.nbf,
        "iat": claims.iat,
        "exp": claims.exp,
    }
    own = {"inv": claims.inv, "gen": claims.gen, "dep": claims.dep, "run": claims.run}
    return required | {name: value for name, value in own.items() if value is not None}
