"""Whom a moderator let in beyond the seats of a delegation: for one holding of a session, no longer."""

from dataclasses import dataclass

from streamhub.kit.ids import DelegationCode, ParticipantId


@dataclass(frozen=True, slots=True)
class Admissions:
    """Those who need no seat in one holding of a session."""

    people: frozenset[ParticipantId] = frozenset()
    delegations: frozenset[DelegationCode] = frozenset()

    def covers(self, participant: ParticipantId, delegation: DelegationCode | None) -> bool:
        """Whether a moderator let this person in, or the whole delegation."""
        return participant in self.people or delegation in self.delegations
