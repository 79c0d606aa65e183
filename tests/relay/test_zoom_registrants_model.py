"""Whom Zoom shows how, and how long a pause lasts."""

from dataclasses import replace

import pytest

from streamhub.access.model import DevicePolicy, Invitation
from streamhub.access.roles import Role
from streamhub.kit.clock import HOUR, SECOND
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug
from streamhub.programme.model import REHEARSAL, STAFF, SessionState
from streamhub.relay.zoom_model import ZoomKind
from streamhub.relay.zoom_registrants_model import (
    Facts,
    Numbered,
    Place,
    ZoomNames,
    ZoomRegistrant,
    pause_after,
    planned,
    registered_by_us,
    zoom_name,
)
from tests.programme.samples import session
from tests.support import NOON

MEETING = Numbered("ville", "85512345678")
NAMES = {"BJ": "Bénin"}


def invitation(number=1, **changes):
    base = Invitation(
        id=InvitationId(f"i{number}"),
        participant=ParticipantId(f"p{number}"),
        delegation=DelegationCode("BJ"),
        role=Role.DELEGATE,
        label="Ministre du Numérique",
        seat=f"BJ-{number:02}",
        speak=False,
        sessions=None,
        not_before=None,
        expires_at=NOON + 48 * HOUR,
        devices=2,
        device_policy=DevicePolicy.REFUSE,
        generation=1,
        epoch=0,
        created_at=NOON,
        revoked_at=None,
    )
    return replace(base, **changes)


# Names


@pytest.mark.parametrize(
    ("changes", "names", "shown"),
    [
        ({}, ZoomNames.LABEL, "Bénin, Ministre du Numérique"),
        ({"label": ""}, ZoomNames.LABEL, "Bénin, BJ-01"),
        ({"label": "  Maire \n de  Namur"}, ZoomNames.LABEL, "Bénin, Maire de Namur"),
        ({}, ZoomNames.PSEUDONYM, "BJ-01"),
        ({"delegation": STAFF, "seat": "STAFF-02"}, ZoomNames.LABEL, "STAFF-02"),
    ],
)
def test_zoom_shows_delegation_and_function_or_the_seat_alone(changes, names, shown):
    assert zoom_name(invitation(**changes), names, NAMES, "p@example.org").name == shown


def test_a_name_has_the_length_that_zoom_takes():
    name = zoom_name(invitation(label="x" * 120), ZoomNames.LABEL, {"BJ": "y" * 120}, "p@example.org")
    assert (len(name.first_name), len(name.last_name)) == (64, 64)


@pytest.mark.parametrize(
    ("changes", "registered"),
    [
        ({}, True),
        ({"role": Role.PRESS}, True),
        ({"role": Role.CORRESPONDENT}, True),
        ({"role": Role.OBSERVER}, False),
        ({"role": Role.INTERPRETER}, False),
        ({"role": Role.INTERPRETER, "speak": True}, True),
        ({"delegation": REHEARSAL}, False),
    ],
)
def test_the_audience_and_whoever_may_speak_is_registered(changes, registered):
    assert registered_by_us(invitation(**changes)) is registered


# The plan


def facts(*invitations, **changes):
    base = Facts(now=NOON, days=7, invitations=invitations, epochs={"BJ": 0}, removed={})
    return replace(base, **changes)


def registrant(one, **changes):
    base = ZoomRegistrant(
        id=f"zr_{one.id}",
        meeting=MEETING,
        kind=ZoomKind.MEETING,
        panelist=False,
        names=ZoomNames.LABEL,
        invitation=one.id,
        participant=one.participant,
        generation=one.generation,
        email=f"{one.id}@example.org",
        asked_at=NOON,
        registered_at=NOON,
    )
    return replace(base, **changes)


PLACE = Place(session("atelier", 0, 60), "src_1")
MINISTER = invitation()


@pytest.mark.parametrize(
    "ended",
    [
        facts(replace(MINISTER, revoked_at=NOON)),
        facts(replace(MINISTER, generation=2)),
        facts(replace(MINISTER, expires_at=NOON)),
        facts(replace(MINISTER, role=Role.OBSERVER)),
        facts(replace(MINISTER, sessions=frozenset({SessionSlug("ouverture")}))),
        facts(MINISTER, epochs={"BJ": 1}),
        facts(MINISTER, removed={SessionSlug("atelier"): {MINISTER.participant}}),
        facts(),
    ],
)
def test_whatever_ends_the_right_to_come_makes_the_link_unwanted(ended):
    assert planned(MEETING, [PLACE], [registrant(MINISTER)], facts(MINISTER)).idle

    plan = planned(MEETING, [PLACE], [registrant(MINISTER)], ended)

    assert [one.id for one in plan.to_cancel] == ["zr_i1"]


@pytest.mark.parametrize("state", [SessionState.ENDED, SessionState.LIVE])
def test_a_session_that_ended_keeps_who_is_registered_and_takes_nobody_more(state):
    place = Place(replace(PLACE.session, state=state), PLACE.source)
    plan = planned(MEETING, [place], [registrant(MINISTER)], facts(MINISTER, invitation(2)))

    assert plan.unwanted == ()
    assert len(plan.missing) == (0 if state is SessionState.ENDED else 1)


def test_who_was_put_out_of_one_session_still_comes_to_the_other_in_the_same_meeting():
    other = Place(session("debat", 60, 120), "src_2")
    out = facts(MINISTER, removed={SessionSlug("atelier"): {MINISTER.participant}})
    assert planned(MEETING, [PLACE, other], [registrant(MINISTER)], out).idle


def test_one_source_that_keeps_names_back_decides_for_its_meeting():
    private = Place(session("debat", 60, 120), "src_2", ZoomNames.PSEUDONYM)
    assert planned(MEETING, [PLACE, private], [], facts(MINISTER)).names is ZoomNames.PSEUDONYM


def test_pauses_double_up_to_ten_minutes():
    assert [pause_after(faults) // SECOND for faults in (1, 2, 3, 8, 100)] == [10, 20, 40, 600, 600]
