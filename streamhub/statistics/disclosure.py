"""What may be published: figures leave this package only as ``Protected``.

**Internal** figures are exact; whoever shows them marks them. **Public** ones hold no
delegation × session counts. Every number of people from 1 to threshold − 1 is hidden, and
more, until each hidden number can still take two values. A true 0 is shown. A hidden number is
None and the object that holds it says ``suppressed``; nothing is rounded, blurred or added.

**The attacker** has everything public: all sessions, their curves at any step, the summit,
who was represented where, and this program. They know that

- attended = hall + zoom + web, and so at every point of a curve, each person in one of them;
- attended is at least the number of delegations represented, the peak, those over the
  threshold of time;
- over the summit all = the sum of countries = the sum of delegations, and a session's people
  are at most those of the delegations represented in it and of the unofficial ones;
- the curve bounds the total time; total and median bound how many stayed long.

``sums`` and ``sums_nested`` deal with the sums, ``hiding`` with the rest: where a bound would
leave one value only, the total, the median or the split is hidden as well.

Out of reach: an earlier version of a running session beside a later one (freeze, then
publish), and what somebody knows who was there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, final

from streamhub.programme.model import Delegation
from streamhub.statistics import hiding
from streamhub.statistics.results import SessionStatistics, SummitStatistics, Timeline

T = TypeVar("T")
_SEAL = object()


class Audience(StrEnum):
    """Whom figures are for."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Suppression:
    """The threshold in force, and whether anything was hidden for it."""

    threshold: int
    applied: bool


@final
class Protected(Generic[T]):
    """Figures that may leave: only the functions of this module can make one."""

    __slots__ = ("_audience", "_suppression", "_value")

    def __init__(self, value: T, audience: Audience, suppression: Suppression, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("figures leave through statistics.disclosure only")
        self._value = value
        self._audience = audience
        self._suppression = suppression

    @property
    def value(self) -> T:
        """The figures as ``audience`` may see them."""
        return self._value

    @property
    def audience(self) -> Audience:
        """Whom they were made for."""
        return self._audience

    @property
    def suppression(self) -> Suppression:
        """What was done to them."""
        return self._suppression


def internal(value: T, threshold: int) -> Protected[T]:
    """Exact figures, for staff. Whoever shows them marks them, and that they were seen is logged."""
    return Protected(value, Audience.INTERNAL, Suppression(threshold, applied=False), seal=_SEAL)


def protect_session(session: SessionStatistics, threshold: int) -> Protected[SessionStatistics]:
    """A session's figures for publication."""
    return _public(hiding.hide_in_session(session, threshold), hiding.public_form(session), threshold)


def protect_timeline(timeline: Timeline, session: SessionStatistics, threshold: int) -> Protected[Timeline]:
    """A session's curve for publication; ``session`` are the exact figures of the same window."""
    return _public(hiding.hide_in_timeline(timeline, session, threshold), timeline, threshold)


def protect_summit(
    summit: SummitStatistics, delegations: Sequence[Delegation], threshold: int
) -> Protected[SummitStatistics]:
    """The summit's figures for publication, those of its sessions included."""
    hidden = hiding.hide_in_summit(summit, delegations, threshold)
    return _public(hidden, hiding.public_summit_form(summit), threshold)


def _public(hidden: T, exact: T, threshold: int) -> Protected[T]:
    return Protected(hidden, Audience.PUBLIC, Suppression(threshold, applied=hidden != exact), seal=_SEAL)
