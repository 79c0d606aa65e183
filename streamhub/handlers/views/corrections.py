"""What people ask to have corrected, for the moderators who decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.access.model import Participant
from streamhub.attendance.correction_requests_model import CorrectionRequest
from streamhub.handlers.views.programme import Reader
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.times import Moment


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One request that waits; ``who`` is the seat with its function, never a name."""

    id: str
    who: str
    session: str
    since: Moment
    until: Moment
    present: bool
    reason: str


def corrections_page(
    waiting: Sequence[CorrectionRequest],
    people: Mapping[ParticipantId, Participant],
    titles: Mapping[SessionSlug, str],
    reader: Reader,
) -> tuple[AskedRow, ...]:
    """The requests, oldest first."""
    return tuple(
        AskedRow(
            id=one.id,
            who=_who(people.get(one.participant)),
            session=titles.get(one.session, one.session),
            since=reader.times.moment(one.since),
            until=reader.times.moment(one.until),
            present=one.present,
            reason=one.reason,
        )
        for one in waiting
    )


def _who(person: Participant | None) -> str:
    if person is None:
        return "–"
    return f"{person.seat} · {person.label}" if person.label else person.seat
