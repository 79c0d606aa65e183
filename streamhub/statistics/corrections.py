"""What moderators said about attendance, laid over what was recorded."""

from collections.abc import Iterable, Mapping

from streamhub.attendance.model import Correction
from streamhub.kit.channel import Channel
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.kit.intervals import Union, difference, union
from streamhub.statistics.model import Attendance

Times = dict[Channel, Union]


def apply_corrections(
    stays: Iterable[Attendance],
    corrections: Iterable[Correction],
    delegations: Mapping[ParticipantId, DelegationCode | None],
) -> tuple[Attendance, ...]:
    """The stays as corrected: of two corrections about the same time the later one wins.

    "Absent" cuts the time from every channel, "present" adds it in its own; what an earlier
    "absent" cut stays cut elsewhere. ``delegations`` says where people belong who have no
    stay. The stays of people without correction come back as they are.
    """
    asked: dict[ParticipantId, list[Correction]] = {}
    for correction in sorted(corrections, key=lambda c: c.order):
        asked.setdefault(correction.participant, []).append(correction)
    kept: list[Attendance] = []
    recorded: dict[ParticipantId, list[Attendance]] = {who: [] for who in asked}
    for stay in stays:
        recorded.get(stay.participant, kept).append(stay)
    for who, own in asked.items():
        kept.extend(_corrected(who, delegations.get(who), recorded[who], own))
    return tuple(kept)


def _corrected(
    who: ParticipantId,
    delegation: DelegationCode | None,
    stays: Iterable[Attendance],
    corrections: Iterable[Correction],
) -> Iterable[Attendance]:
    times: Times = dict.fromkeys(Channel, ())
    for stay in stays:
        delegation = delegation or stay.delegation
        times[stay.channel] = (*times[stay.channel], (stay.since, stay.until))
    times = {channel: union(spans) for channel, spans in times.items()}
    for correction in corrections:
        times = _after(times, correction)
    for channel, spans in times.items():
        for since, until in spans:
            yield Attendance(who, delegation, channel, since, until)


def _after(times: Times, correction: Correction) -> Times:
    span = (correction.since, correction.until)
    if correction.present:
        return times | {correction.channel: union((*times[correction.channel], span))}
    return {channel: difference(spans, union([span])) for channel, spans in times.items()}
