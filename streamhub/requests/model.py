"""Requests for access: what somebody without invitation asks for, and what became of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from streamhub.access.model import MAX_LABEL
from streamhub.access.roles import AUDIENCE, Role
from streamhub.kit.clock import HOUR, Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug
from streamhub.kit.text import clean
from streamhub.programme.model import RESERVED, Delegation, DelegationKind

RequestId = NewType("RequestId", str)

MAX_LINE = 120  # characters of a name, a function, a medium
MAX_EMAIL = 254  # characters (RFC 5321)
MAX_MESSAGE = 2_000
MAX_REASON = 500
MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
UPLOAD_WITHIN_MS = HOUR
"""How long after the request its document may follow."""

GRANTED = AUDIENCE | {Role.OBSERVER}
"""What a request may lead to: nobody comes to work here by a public form."""


class RequestKind(StrEnum):
    """Who asks: the press, or one more member of a delegation."""

    PRESS = "press"
    DELEGATION = "delegation"


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class DocumentType(StrEnum):
    """What may be sent as proof."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


_BEGINNINGS = {
    DocumentType.PDF: b"%PDF-",
    DocumentType.PNG: b"\x89PNG\r\n\x1a\n",
    DocumentType.JPEG: b"\xff\xd8\xff",
}
LONGEST_BEGINNING = max(map(len, _BEGINNINGS.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks. ``delegation`` for members of one, ``medium`` for the press."""

    kind: RequestKind
    name: str
    email: str
    function: str
    medium: str = ""
    delegation: DelegationCode | None = None
    message: str = ""
    lang: str = ""

    @property
    def label(self) -> str:
        """What will be shown of the person: the function, and the medium of the press."""
        words = ", ".join(word for word in (self.function, self.medium) if word)
        return words[:MAX_LABEL].rstrip(" ,")


@dataclass(frozen=True, slots=True)
class Document:
    """A proof that lies beside the database."""

    kind: DocumentType
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """A request as it stands. Who asked is blank once it was accepted: identities hold it then."""

    id: RequestId
    asked: Asked
    state: RequestState
    created_at: Instant
    document: Document | None
    decided_at: Instant | None
    decided_by: str | None
    reason: str
    invitation: InvitationId | None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request just stored; with ``secret`` its sender may send one document, within the hour."""

    id: RequestId
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What an organiser lets somebody in as; None leaves it to what was asked. ``reason``: a word to them."""

    role: Role | None = None
    delegation: DelegationCode | None = None
    sessions: tuple[SessionSlug, ...] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next`` is the cursor of the following page, None at the end."""

    items: tuple[AccessRequest, ...]
    next: str | None


def checked(asked: Asked, delegations: Iterable[Delegation]) -> Asked:
    """The request with clean words; raises FieldInvalid with every wrong field."""
    one = replace(
        asked,
        name=_line(asked.name),
        email=clean(asked.email),
        function=_line(asked.function),
        medium=_line(asked.medium) if asked.kind is RequestKind.PRESS else "",
        delegation=asked.delegation if asked.kind is RequestKind.DELEGATION else None,
        message=clean(asked.message),
    )
    codes = {delegation.code for delegation in official(delegations)}
    problems = [*_words(one), *_kind(one, codes)]
    if problems:
        raise FieldInvalid(*problems)
    return one


def official(delegations: Iterable[Delegation]) -> list[Delegation]:
    """The delegations whose members may ask here."""
    return [d for d in delegations if d.code not in RESERVED and d.kind is not DelegationKind.PRESS]


def role_for(request: AccessRequest, given: Acceptance) -> Role:
    """As what somebody is let in; raises FieldInvalid for a role that a request cannot lead to."""
    usual = Role.PRESS if request.asked.kind is RequestKind.PRESS else Role.DELEGATE
    role = given.role or usual
    if role not in GRANTED:
        raise FieldInvalid(FieldProblem("role", f"one of {', '.join(sorted(GRANTED))}"))
    return role


def delegation_for(
    request: AccessRequest, given: Acceptance, delegations: Iterable[Delegation]
) -> DelegationCode | None:
    """Where somebody is let in: as said, else as asked, else in the first delegation of the press."""
    if given.delegation is not None or request.asked.delegation is not None:
        return given.delegation or request.asked.delegation
    return next((d.code for d in delegations if d.kind is DelegationKind.PRESS), None)


def reason_of(text: str) -> str:
    """The organiser's word, cleaned; raises FieldInvalid for one that is too long."""
    words = clean(text)
    if len(words) > MAX_REASON:
        raise FieldInvalid(FieldProblem("reason", f"must not be longer than {MAX_REASON} characters"))
    return words


def document_type(beginning: bytes) -> DocumentType | None:
    """What a file is by its first bytes, whatever its name says; None for what is not taken."""
    return next((kind for kind, magic in _BEGINNINGS.items() if beginning.startswith(magic)), None)


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _words(asked: Asked) -> list[FieldProblem]:
    limits = (("name", asked.name, 1), ("function", asked.function, 1), ("medium", asked.medium, 0))
    problems = [
        FieldProblem(field, f"must have {least} to {MAX_LINE} characters")
        for field, words, least in limits
        if not least <= len(words) <= MAX_LINE
    ]
    if len(asked.message) > MAX_MESSAGE:
        problems.append(FieldProblem("message", f"must not be longer than {MAX_MESSAGE} characters"))
    if not _is_address(asked.email):
        problems.append(FieldProblem("email", "is no e-mail address"))
    return problems


def _kind(asked: Asked, codes: set[DelegationCode]) -> list[FieldProblem]:
    if asked.kind is RequestKind.PRESS and not asked.medium:
        return [FieldProblem("medium", "say for which medium")]
    if asked.kind is RequestKind.DELEGATION and asked.delegation not in codes:
        return [FieldProblem("delegation", "say of which delegation")]
    return []


def _is_address(text: str) -> bool:
    """Something at something with a dot; whether it exists shows when it is written to."""
    local, _, domain = text.rpartition("@")
    plain = not any(c.isspace() or c in '<>,;"()' for c in text)
    return bool(local) and "@" not in local and "." in domain.strip(".") and plain and len(text) <= MAX_EMAIL
