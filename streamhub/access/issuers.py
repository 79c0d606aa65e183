"""Other issuers whose tokens are taken: by configuration only, each for its own roles and sessions.

A TOML file with one table for each::

    [[issuer]]
    iss = "https://tickets.example.org"
    keys = "tickets.jwks.json"        # a key set beside this file, or a list of JWKs
    roles = ["delegate", "press"]
    sessions = ["ouverture"]          # or "*"
    delegations = ["BJ", "SN"]        # optional; else every one of ours

Nothing is ever fetched: a key that is not in the configuration is no key.
"""

import base64
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamhub.access import keys
from streamhub.access.keys import KeyRefused, KeySet, VerifyingKey
from streamhub.access.model import Sessions
from streamhub.access.roles import Role
from streamhub.access.strict import EVERY_SESSION, MAX_TEXT
from streamhub.kit.errors import SettingInvalid
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug
from streamhub.programme.model import is_slug

ALGORITHMS = frozenset({"EdDSA", "Ed25519", "ES256", "RS256", "HS256"})
ID_LENGTH = 24  # base32 characters of a hash, 120 bits; logs take 26 of them for a link's code

_REQUIRED = frozenset({"iss", "keys", "roles", "sessions"})
_OPTIONAL = frozenset({"delegations"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who else may invite, and to what. ``delegations`` None: every one of ours."""

    iss: str
    keys: tuple[VerifyingKey, ...]
    roles: frozenset[Role]
    sessions: Sessions
    delegations: frozenset[DelegationCode] | None

    def allows_delegation(self, code: DelegationCode) -> bool:
        """Whether this issuer may invite for the delegation."""
        return self.delegations is None or code in self.delegations


@dataclass(frozen=True, slots=True)
class Issuers:
    """Every other issuer, in the order of the file."""

    items: tuple[Issuer, ...] = ()

    def find(self, iss: str) -> Issuer | None:
        """The issuer of this name, or None."""
        return next((issuer for issuer in self.items if issuer.iss == iss), None)

    def keys(self) -> KeySet:
        """The keys of all of them, each under its issuer."""
        every = KeySet({})
        for issuer in self.items:
            every |= keys.key_set(issuer.iss, issuer.keys)
        return every


NOBODY_ELSE = Issuers()
"""Only our own tokens are taken."""


def participant_of(iss: str, sub: str) -> ParticipantId:
    """The pseudonym here of somebody whom another issuer calls ``sub``: no two issuers share one."""
    return ParticipantId(f"p_{_hash(iss, sub)}")


def invitation_of(iss: str, sub: str) -> InvitationId:
    """The invitation of that person, which is made when they first come."""
    return InvitationId(f"i_{_hash(iss, sub)}")


def _hash(iss: str, sub: str) -> str:
    hashed = hashlib.sha256(f"{iss}\x00{sub}".encode()).digest()  # no claim holds control characters
    return base64.b32encode(hashed).decode().lower()[:ID_LENGTH]


def load_issuers(file: Path, own: str) -> Issuers:
    """Read the file; ``own`` is the name under which we sign ourselves.

    Raises SettingInvalid naming the issuer and what is wrong.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingInvalid(f"issuers_file: {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(f"issuers_file: {file}: {error}") from None
    tables = found.get("issuer", [])
    if set(found) - {"issuer"} or not isinstance(tables, list):
        raise SettingInvalid(f"issuers_file: {file}: it holds tables [[issuer]] and nothing else")
    items = tuple(_named(file, number, table) for number, table in enumerate(tables, 1))
    _check_together(file, items, own)
    return Issuers(items)


def _named(file: Path, number: int, table: Any) -> Issuer:  # noqa: ANN401 - whatever the file holds
    try:
        return _issuer(file.parent, table)
    except (KeyRefused, ValueError) as error:
        raise SettingInvalid(f"issuers_file: {file}: issuer {number}: {error}") from None


def _issuer(folder: Path, table: Any) -> Issuer:  # noqa: ANN401 - whatever the file holds
    if not isinstance(table, dict):
        raise ValueError("write it as a table [[issuer]]")  # noqa: TRY004 - of the file, not of a caller
    if missing := sorted(_REQUIRED - set(table)):
        raise ValueError(f"without {', '.join(missing)}")
    if unknown := sorted(set(table) - _REQUIRED - _OPTIONAL):
        raise ValueError(f"no such field: {', '.join(unknown)}")
    iss = table["iss"]
    if not isinstance(iss, str) or not 0 < len(iss) <= MAX_TEXT or not iss.isprintable():
        raise ValueError(f"iss must be a text of 1 to {MAX_TEXT} characters")
    codes = table.get("delegations")
    return Issuer(
        iss=iss,
        keys=tuple(map(_bounded, _keys(folder, table["keys"]))),
        roles=frozenset(_role(name) for name in _texts(table, "roles")),
        sessions=_sessions(table),
        delegations=None
        if codes is None
        else frozenset(DelegationCode(code) for code in _texts(table, "delegations")),
    )


def _keys(folder: Path, given: object) -> tuple[VerifyingKey, ...]:
    """A key set in a file beside ours, or written out as a list of JWKs."""
    if isinstance(given, str):
        try:
            return keys.load_jwks((folder / given).read_bytes())
        except OSError as error:
            raise ValueError(f"keys: {given}: {error.strerror}") from None
    if isinstance(given, list) and given:
        return keys.load_jwks(json.dumps({"keys": given}, default=str).encode())
    raise ValueError("keys must name a file with a key set, or be a list of JWKs")


def _bounded(key: VerifyingKey) -> VerifyingKey:
    """The key for the algorithms that are taken from others; its ``kid`` is how a token names it."""
    if key.kid is None:
        raise KeyRefused("each key needs a kid")
    left = key.algorithms & ALGORITHMS
    if not left:
        raise KeyRefused(f"key {key.kid}: none of Ed25519, ES256, RS256, HS256")
    return replace(key, algorithms=left)


def _texts(table: Mapping[str, Any], name: str) -> list[str]:
    given = table[name]
    if not isinstance(given, list) or not given or not all(isinstance(text, str) for text in given):
        raise ValueError(f"{name} must be a list of texts that is not empty")
    return given


def _role(name: str) -> Role:
    if name not in set(Role):
        raise ValueError(f"no role {name!r}; one of {', '.join(Role)}")
    return Role(name)


def _sessions(table: Mapping[str, Any]) -> Sessions:
    if table["sessions"] == EVERY_SESSION:
        return None
    slugs = _texts(table, "sessions")
    if wrong := [slug for slug in slugs if not is_slug(slug)]:
        raise ValueError(f'sessions: {", ".join(wrong)}: list slugs, or write "*" for all of them')
    return frozenset(map(SessionSlug, slugs))


def _check_together(file: Path, items: Iterable[Issuer], own: str) -> None:
    """No name twice or ours, and no secret that two share: each could sign as the other."""
    names: set[str] = set()
    secrets: set[bytes] = set()
    for issuer in items:
        if issuer.iss == own or issuer.iss in names:
            owner = "us" if issuer.iss == own else "another issuer here"
            raise SettingInvalid(f"issuers_file: {file}: {issuer.iss} is the name of {owner}")
        shared = {key.material for key in issuer.keys if isinstance(key.material, bytes)}
        if shared & secrets:
            raise SettingInvalid(f"issuers_file: {file}: {issuer.iss} has the secret of another issuer")
        names.add(issuer.iss)
        secrets |= shared
