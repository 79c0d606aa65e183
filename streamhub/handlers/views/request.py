"""The public form by which people ask to be let in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from streamhub.kit.clock import Instant
from streamhub.kit.errors import FieldInvalid
from streamhub.kit.times import Moment, Times
from streamhub.programme.model import Delegation
from streamhub.requests.model import RequestKind, official


@dataclass(frozen=True, slots=True)
class RequestPage:
    """What ``/access-request`` shows.

    ``until`` None: no requests are taken. ``wrong`` are the fields to mend, ``values`` what was
    typed into the others; a ``kind`` that nobody chose yet is empty.
    """

    until: Moment | None
    open: bool
    sent: bool
    kind: str
    delegations: tuple[tuple[str, str], ...]
    identities_days: int
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """Until when one may ask, and whether one may now."""

    until: Instant | None
    open: bool
    identities_days: int


def request_page(
    term: Term,
    delegations: Sequence[Delegation],
    times: Times,
    *,
    sent: bool = False,
    values: Mapping[str, str] | None = None,
    wrong: FieldInvalid | None = None,
) -> RequestPage:
    """The form, empty or with what has to be mended."""
    typed = dict(values or {})
    kind = typed.get("kind", "")
    return RequestPage(
        until=times.maybe(term.until),
        open=term.open,
        sent=sent,
        kind=kind if kind in set(RequestKind) else "",
        delegations=tuple((d.code, d.names.get(times.lang)) for d in official(delegations)),
        identities_days=term.identities_days,
        values=typed,
        wrong=frozenset(problem.field for problem in wrong.problems) if wrong else frozenset(),
    )
