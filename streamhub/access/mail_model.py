"""A mail that brings somebody their link, and what became of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from streamhub.access.model import Identity, Invitation
from streamhub.kit.clock import Instant
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import InvitationId


class MailState(StrEnum):
    """Where a mail stands.

    ``sending`` is written before the server gets the letter and left after it answered. A
    sender that finds one left over from another cannot know which of the two happened:
    that mail is ``unknown`` and is not sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail for one generation of an invitation's link: it knows no address.

    ``code`` and ``reason`` are the server's last answer, without addresses.
    """

    invitation: InvitationId
    generation: int
    state: MailState
    code: int | None
    reason: str
    changed_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOrder:
    """Who shall get a mail: delegations or seats (none: everybody), at most ``limit`` of them.

    Those whose mail was refused, or whose fate is unknown, only where it is said.
    """

    only: tuple[str, ...] = ()
    limit: int | None = None
    retry_refused: bool = False
    retry_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said to one letter: sent, refused for good, queued for later, or unknown."""

    state: MailState
    code: int | None = None
    reason: str = ""


class Standing(StrEnum):
    """Whether somebody gets a mail of this order, and why not."""

    TO_SEND = "to send"
    SENT = "sent already"
    REFUSED = "refused before"
    UNKNOWN = "unknown"
    NO_ADDRESS = "no address"
    LATER = "beyond the limit"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with an open invitation, and the mail for its present link if there is one."""

    invitation: Invitation
    identity: Identity | None
    mail: Mail | None


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody whom an order speaks of."""

    candidate: Candidate
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Somebody who asked for access and was not let in, and the mail that says so with ``word``."""

    request: str
    name: str
    email: str
    lang: str
    word: str
    state: MailState
    code: int | None
    reason: str
    changed_at: Instant


@dataclass(frozen=True, slots=True)
class Answered:
    """A refusal of which an order speaks."""

    refusal: Refusal
    standing: Standing


@dataclass(frozen=True, slots=True)
class Step:
    """One letter of a run: the ``number``-th of ``total``, to a seat or about a request.

    ``outcome`` None: it was not due any more.
    """

    number: int
    total: int
    name: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class MailReport:
    """What a run did.

    ``unknown`` counts the letters of runs before of which nobody knows, ``refused`` those that
    were refused before and were not tried again.
    """

    steps: tuple[Step, ...]
    unknown: int
    stopped: bool
    refused: int = 0

    def count(self, state: MailState) -> int:
        """How many letters ended like that."""
        return sum(1 for step in self.steps if step.outcome and step.outcome.state is state)


def addressed(candidates: Iterable[Candidate], order: MailOrder) -> tuple[Addressed, ...]:
    """Everybody whom the order names, in the order of the invitations, and who gets a letter.

    Raises NotFound for a delegation or seat of which nobody has an open invitation.
    """
    named = [one for one in candidates if _is_named(one, order.only)]
    missing = [word for word in order.only if not any(_is_named(one, (word,)) for one in named)]
    if missing:
        raise NotFound(f"nobody to write to: no open invitation of {', '.join(missing)}")
    left = len(named) if order.limit is None else order.limit
    found = []
    for one in named:
        standing = _standing(one, order)
        if standing is Standing.TO_SEND:
            standing = Standing.TO_SEND if left > 0 else Standing.LATER
            left -= 1
        found.append(Addressed(one, standing))
    return tuple(found)


def count_of(standing: Standing, plan: Iterable[Addressed], answers: Iterable[Answered]) -> int:
    """How many people of an order stand like that."""
    everybody: list[Addressed | Answered] = [*plan, *answers]
    return sum(1 for one in everybody if one.standing is standing)


def answered(refusals: Iterable[Refusal], order: MailOrder) -> tuple[Answered, ...]:
    """The refusals that the order names, all of them where it names nobody; they go before the links."""
    left, found = order.limit, []
    for one in refusals:
        if order.only and one.request not in order.only:
            continue
        standing = _standing_of(one.state, one.email, order)
        if standing is Standing.TO_SEND and left is not None:
            standing = Standing.TO_SEND if left > 0 else Standing.LATER
            left -= 1
        found.append(Answered(one, standing))
    return tuple(found)


def beside(order: MailOrder, answers: Iterable[Answered]) -> MailOrder | None:
    """What is left of an order for people with links; None where it named refusals only."""
    answers = tuple(answers)
    requests = {one.refusal.request for one in answers}
    only = tuple(word for word in order.only if word not in requests)
    if order.only and not only:
        return None
    count = sum(1 for one in answers if one.standing is Standing.TO_SEND)
    return replace(order, only=only, limit=None if order.limit is None else max(0, order.limit - count))


def _is_named(one: Candidate, only: tuple[str, ...]) -> bool:
    return not only or one.invitation.delegation in only or one.invitation.seat in only


def _standing(one: Candidate, order: MailOrder) -> Standing:
    address = one.identity.email if one.identity else ""
    return _standing_of(one.mail.state if one.mail else None, address, order)


def _standing_of(state: MailState | None, address: str, order: MailOrder) -> Standing:
    if state is MailState.SENT:
        return Standing.SENT
    if state is MailState.REFUSED and not order.retry_refused:
        return Standing.REFUSED
    if state in {MailState.UNKNOWN, MailState.SENDING} and not order.retry_unknown:
        return Standing.UNKNOWN
    return Standing.TO_SEND if address else Standing.NO_ADDRESS
