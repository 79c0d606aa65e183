"""An invented delegation, for looking at its page and for testing it."""

from streamhub.access.delegates_model import DelegationLinks, Link, LinkState
from streamhub.access.model import DevicePolicy, Invitation
from streamhub.access.roles import Role
from streamhub.handlers.views.delegation import DelegationNow, Here
from streamhub.kit.channel import Channel
from streamhub.kit.clock import DAY, MINUTE
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.presence.model import Person, PersonState, Who
from streamhub.requests.trials_model import Trial
from tests.web import samples as s

_SEATS = (
    ("SN-01", "", Role.CORRESPONDENT, LinkState.ENTERED, True, PersonState.ONLINE),
    ("SN-02", "Maire de Dakar", Role.DELEGATE, LinkState.ENTERED, True, PersonState.HALL),
    ("SN-03", "Directrice du numérique", Role.DELEGATE, LinkState.ENTERED, False, PersonState.ELSEWHERE),
    ("SN-04", "", Role.DELEGATE, LinkState.ISSUED, None, None),
    ("SN-05", "Conseiller", Role.DELEGATE, LinkState.REVOKED, None, None),
)


def delegation_now(*, empty: bool = False) -> DelegationNow:
    """A delegation with seats in every state, or none."""
    seats = () if empty else _SEATS
    links = tuple(
        Link(_invitation(seat, label, role), state, s.NOW - DAY) for seat, label, role, state, *_ in seats
    )
    trials = {
        InvitationId(f"i_{seat}"): Trial(s.NOW - DAY, works, works, 120)
        for seat, *_, works, _ in seats
        if works is not None
    }
    here = {
        ParticipantId(f"p_{seat}"): Here(s.LIVE, _person(seat, label, role, state))
        for seat, label, role, _, _, state in seats
        if state is not None
    }
    taken = 0 if empty else 3
    return DelegationNow(DelegationLinks(DelegationCode("SN"), 3, taken, links), trials, here)


def _person(seat: str, label: str, role: Role, state: PersonState) -> Person:
    who = Who(
        participant=ParticipantId(f"p_{seat}"),
        delegation=DelegationCode("SN"),
        role=role,
        label=label,
        seat=seat,
    )
    return Person(who, state, (Channel.WEB,), 1, s.NOW - 9 * MINUTE)


def _invitation(seat: str, label: str, role: Role) -> Invitation:
    return Invitation(
        id=InvitationId(f"i_{seat}"),
        participant=ParticipantId(f"p_{seat}"),
        delegation=DelegationCode("SN"),
        role=role,
        label=label,
        seat=seat,
        speak=False,
        sessions=None,
        not_before=None,
        expires_at=s.NOW + 30 * DAY,
        devices=2,
        device_policy=DevicePolicy.REPLACE_OLDEST,
        generation=1,
        epoch=0,
        created_at=s.NOW - 9 * DAY,
        revoked_at=None,
    )
