"""What a token must look like before any library sees it (RFC 7515, RFC 8725).

Pure. Every refusal is a TokenInvalid whose ``reason`` is one stable word; the
words reach the log and the command line, never HTTP.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from streamhub.access.roles import Role
from streamhub.kit.errors import TokenInvalid
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug
from streamhub.programme.model import is_slug

MAX_TOKEN_BYTES = 4_096
MAX_RAW_BYTES = 65_536
MAX_LIFETIME_SECONDS = 400 * 24 * 3_600
MAX_TEXT = 255  # characters of one text claim
MAX_NUMBER = 2**63 - 1  # what databases and other programs can hold
TYPE = "join+jwt"
AUDIENCE = "streamhub"
EVERY_SESSION = "*"

HEADERS = 64  # as good as all tokens of one key begin with the same

_ROLES = frozenset(role.value for role in Role)
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_HEADER = frozenset({"alg", "kid", "typ"})
_DANGEROUS = frozenset({"crit", "jwk", "jku", "x5u", "x5c"})
_REQUIRED = ("iss", "aud", "sub", "jti", "dlg", "role", "sid", "nbf", "iat", "exp")


@dataclass(frozen=True, slots=True)
class Parts:
    """The three decoded segments and the text that was signed; the signature is not checked yet."""

    header: bytes
    payload: bytes
    signature: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What a header may say. ``alg`` must agree with the key, ``kid`` is only a look-up."""

    alg: str
    kid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of a join token; ``nbf``, ``iat`` and ``exp`` in seconds (RFC 7519).

    ``sid`` None = every session. The last four are written by this deployment only.
    """

    iss: str
    sub: ParticipantId
    jti: str
    dlg: DelegationCode
    role: Role
    sid: frozenset[SessionSlug] | None
    nbf: int
    iat: int
    exp: int
    inv: InvitationId | None = None
    gen: int | None = None
    dep: int | None = None
    run: int | None = None


def split(token: str, *, max_bytes: int = MAX_TOKEN_BYTES) -> Parts:
    """Three canonical base64url segments of at most ``max_bytes`` in all."""
    if len(token) > max_bytes:
        _refuse("too_long", f"longer than {max_bytes} bytes")
    segments = token.split(".")
    if len(segments) != 3:  # noqa: PLR2004 - header, payload, signature
        _refuse("segments", "not three segments")
    header, payload, signature = (decoded(segment) for segment in segments)
    if not header or not signature:
        _refuse("segments", "an empty segment")
    return Parts(header, payload, signature, token.rpartition(".")[0].encode())


def decoded(segment: str) -> bytes:
    """The bytes of one base64url segment, if it is the only way to write them."""
    if not _ALPHABET.fullmatch(segment):
        _refuse("alphabet", "a character outside base64url")
    if len(segment) % 4 == 1:
        _refuse("alphabet", "a length that base64url cannot have")
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != segment:
        _refuse("not_canonical", "unused bits are set")
    return data


@lru_cache(HEADERS)
def own_header(data: bytes) -> Header:
    """The header of a join token: ``alg``, ``kid`` and ``typ``, and nothing else."""
    header = strict_json(data, "header")
    if set(header) != _HEADER:
        _refuse("header_members", "the header must hold alg, kid and typ only")
    if header["typ"] != TYPE:
        _refuse("typ", f"typ is not {TYPE}")
    return Header(_text(header, "alg"), _text(header, "kid"))


def raw_header(data: bytes) -> Header:
    """The header of any JWS, without members that would bring or point to a key."""
    header = strict_json(data, "header")
    if found := sorted(_DANGEROUS & set(header)):
        _refuse("header_members", f"{', '.join(found)} in the header")
    return Header(_text(header, "alg"), _text(header, "kid") if "kid" in header else None)


def claims(data: bytes) -> Claims:
    """Every required claim, of its type, for this audience, with a bounded lifetime."""
    found = strict_json(data, "claims")
    if missing := [name for name in _REQUIRED if name not in found]:
        _refuse("claim_missing", f"without {', '.join(missing)}")
    if found["aud"] != AUDIENCE:
        _refuse("audience", f"aud is not {AUDIENCE}")
    made = Claims(
        iss=_text(found, "iss"),
        sub=ParticipantId(_text(found, "sub")),
        jti=_text(found, "jti"),
        dlg=DelegationCode(_text(found, "dlg")),
        role=_role(found["role"]),
        sid=_sessions(found["sid"]),
        nbf=_number(found, "nbf"),
        iat=_number(found, "iat"),
        exp=_number(found, "exp"),
        inv=InvitationId(_text(found, "inv")) if "inv" in found else None,
        gen=_number(found, "gen") if "gen" in found else None,
        dep=_number(found, "dep") if "dep" in found else None,
        run=_number(found, "run") if "run" in found else None,
    )
    _check_lifetime(made)
    return made


def strict_json(data: bytes, what: str) -> dict[str, Any]:
    """One JSON object in UTF-8, without duplicate members and without NaN or Infinity."""
    try:
        found = _JSON.decode(data.decode("utf-8", errors="strict"))
    except (ValueError, RecursionError):
        _refuse(f"{what}_json", f"the {what} are not one JSON object with unique members")
    if not isinstance(found, dict):
        _refuse(f"{what}_json", f"the {what} are not a JSON object")
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_JSON = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_constant)


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    # not printable: control characters, and the lone surrogates that UTF-8 cannot write
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        _refuse("claim_type", f"{name} must be a text")
    return value


def _number(found: Mapping[str, Any], name: str) -> int:
    value = found.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_NUMBER:
        _refuse("claim_type", f"{name} must be a whole number")
    return value


def _role(value: object) -> Role:
    if not isinstance(value, str) or value not in _ROLES:
        _refuse("role", "no such role")
    return Role(value)


def _sessions(value: object) -> frozenset[SessionSlug] | None:
    if value == EVERY_SESSION:
        return None
    if not isinstance(value, list) or not value:
        _refuse("claim_type", "sid must be a list of sessions or *")
    if not all(isinstance(slug, str) and is_slug(slug) for slug in value):
        _refuse("claim_type", "sid must hold slugs")
    return frozenset(SessionSlug(slug) for slug in value)


def _check_lifetime(made: Claims) -> None:
    if not 0 < made.exp - made.iat <= MAX_LIFETIME_SECONDS:
        _refuse("lifetime", "exp must lie within 400 days after iat")
    if made.nbf >= made.exp:
        _refuse("lifetime", "nbf must lie before exp")


def _refuse(reason: str, explanation: str) -> NoReturn:
    raise TokenInvalid(reason=reason, explanation=explanation)
