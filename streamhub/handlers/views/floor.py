"""The one speaking list of hall and screens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.floor.model import Order, RequestState
from streamhub.floor.service import Line
from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.programme.model import Delegation

ENDING_MS = MINUTE
"""The last minute of a speaking time is said as such."""


@dataclass(frozen=True, slots=True)
class FloorItem:
    """One request; ``position`` is 0 for who speaks. ``granted_at`` is when that began."""

    request: str
    delegation: str
    label: str
    subject: str
    minutes: int | None
    speaking: bool
    position: int
    granted_at: Instant | None


@dataclass(frozen=True, slots=True)
class FloorView:
    """Who speaks and who is next."""

    sorting: Order
    items: tuple[FloorItem, ...]

    @property
    def speaking(self) -> FloorItem | None:
        """Who has the floor."""
        return next((item for item in self.items if item.speaking), None)

    @property
    def waiting(self) -> tuple[FloorItem, ...]:
        """Who is next, in order."""
        return tuple(item for item in self.items if not item.speaking)


def floor_view(
    line: Line, delegations: Sequence[Delegation], labels: Mapping[ParticipantId, str], lang: str
) -> FloorView:
    """The queue with names of delegations; ``labels`` are seats or functions of who asked."""
    names = {d.code: d.names.get(lang) for d in delegations}
    waiting = [r.id for r in line.requests if r.state is RequestState.WAITING]
    items = tuple(
        FloorItem(
            request=r.id,
            delegation=_name(names, r.delegation),
            label=labels.get(r.participant, "") if r.participant else "",
            subject=r.subject,
            minutes=r.minutes,
            speaking=r.state is RequestState.SPEAKING,
            position=waiting.index(r.id) + 1 if r.id in waiting else 0,
            granted_at=r.granted_at,
        )
        for r in line.requests
    )
    return FloorView(line.sorting, items)


def _name(names: Mapping[DelegationCode, str], code: DelegationCode) -> str:
    return names.get(code) or code
