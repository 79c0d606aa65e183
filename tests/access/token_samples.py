"""Tokens and keys for the tests of access."""

import base64
import json
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streamhub.access import keys, tokens
from streamhub.access.keys import KeySet, SigningKey
from streamhub.access.roles import Role
from streamhub.access.strict import Claims
from streamhub.kit.clock import parse_rfc3339
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug

ISSUER = "https://live.example.org"
NOW = parse_rfc3339("2021-11-04T12:00:00Z")
SECONDS = NOW // 1_000
KEY = SigningKey("k_test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
CLAIMS = Claims(
    iss=ISSUER,
    sub=ParticipantId("p_awa"),
    jti="t_1",
    dlg=DelegationCode("SN"),
    role=Role.DELEGATE,
    sid=frozenset({SessionSlug("ouverture"), SessionSlug("table-ronde")}),
    nbf=SECONDS - 60,
    iat=SECONDS - 60,
    exp=SECONDS + 3_600,
    inv=InvitationId("i_awa"),
    gen=1,
    dep=0,
)


def key_set(key: SigningKey = KEY, issuer: str = ISSUER) -> KeySet:
    """The public part of ``key`` for ``issuer``."""
    jwk = keys.public_jwk(key.kid, key.public())
    return keys.key_set(issuer, [keys.verifying_key(jwk)])


def token(**changes: Any) -> str:
    """A good token, some claims changed."""
    return tokens.encode(replace(CLAIMS, **changes), KEY)


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def members(segment: str) -> dict[str, Any]:
    """The JSON object in one segment of a token."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def signed(header: object, claims: object, key: SigningKey = KEY) -> str:
    """Whatever header and claims, under a good Ed25519 signature. Text is taken as it is."""
    parts = [
        b64(part.encode() if isinstance(part, str) else json.dumps(part).encode())
        for part in (header, claims)
    ]
    signature = key.private.sign(".".join(parts).encode())
    return ".".join([*parts, b64(signature)])


def good_header() -> dict[str, Any]:
    """The header of a good token."""
    return members(token().split(".")[0])


def good_claims() -> dict[str, Any]:
    """The claims of a good token, as JSON."""
    return members(token().split(".")[1])
