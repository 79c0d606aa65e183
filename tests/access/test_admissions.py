"""What a moderator lifts: the seats of a delegation in a session, the devices of an invitation."""

import pytest

from streamhub.access.admissions import AdmissionService
from streamhub.access.admissions_model import Admissions
from streamhub.access.model import DevicePolicy
from streamhub.kit.errors import FieldInvalid, NotFound, SettingInvalid, UnknownSession
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug
from streamhub.kit.settings import DEVICE_POLICIES, load_settings
from streamhub.programme import store as programme_store
from tests.access.conftest import BENIN, OPENING, SENEGAL, TABLE


@pytest.fixture
def admissions(house):
    return AdmissionService(house.db, house.clock, house.programme, house.access)


async def admitted(house, admissions, slug=OPENING):
    return await admissions.of(await house.programme.session(slug))


# Seats


async def test_whoever_is_admitted_needs_no_seat_in_that_session_alone(house, admissions):
    person = (await house.issue()).invitation.participant

    await house.access.admit(OPENING, person, "i_moderator")

    assert (await admitted(house, admissions)).covers(person, BENIN)
    assert not (await admitted(house, admissions)).covers("p_other", BENIN)
    assert not (await admitted(house, admissions, TABLE)).covers(person, BENIN)


async def test_a_whole_delegation_is_admitted_at_once(house, admissions):
    await admissions.admit_delegation(OPENING, BENIN, "i_moderator")

    assert (await admitted(house, admissions)).covers("p_anybody", BENIN)
    assert not (await admitted(house, admissions)).covers("p_anybody", SENEGAL)


async def test_what_was_known_is_read_again_once_it_is_forgotten(house, admissions):
    person = (await house.issue()).invitation.participant
    assert await admitted(house, admissions) == Admissions()
    await house.access.admit(OPENING, person, "test")
    assert await admitted(house, admissions) == Admissions()

    await admissions.forget(OPENING)

    assert await admitted(house, admissions) == Admissions(people=frozenset({person}))


async def test_admitting_twice_is_noticed_once(house, admissions):
    person = (await house.issue()).invitation.participant

    for _ in range(2):
        await house.access.admit(OPENING, person, "test")
        await admissions.admit_delegation(TABLE, BENIN, "test")

    assert await house.noticed("admission") == [OPENING, TABLE]


async def test_who_is_removed_needs_a_seat_again(house, admissions):
    person = (await house.issue()).invitation.participant
    await house.access.admit(OPENING, person, "test")

    await house.access.remove(OPENING, person, "test")

    assert await admitted(house, admissions) == Admissions()
    assert await house.noticed("admission") == [OPENING, OPENING]


async def test_an_admission_is_for_one_holding_of_the_session(house, admissions):
    await admissions.admit_delegation(OPENING, BENIN, "test")
    sessions = programme_store.sessions
    again = sessions.update().where(sessions.c.slug == OPENING).values(run=2)
    await house.db.write(lambda tx: tx.execute(again))
    await house.programme.forget(OPENING)

    assert await admitted(house, admissions) == Admissions()


async def test_an_unknown_session_or_delegation_is_said(house, admissions):
    with pytest.raises(UnknownSession):
        await admissions.admit_delegation(SessionSlug("nulle-part"), BENIN, "test")
    with pytest.raises(NotFound):
        await admissions.admit_delegation(OPENING, DelegationCode("XX"), "test")


# Devices


@pytest.mark.parametrize("policy", DevicePolicy)
async def test_an_invitation_keeps_its_policy_and_its_grants_know_it(house, policy):
    issued = await house.issue(device_policy=policy, devices=3)

    grant = (await house.access.enter(issued.token)).grant

    assert (grant.devices, grant.device_policy) == (3, policy)


async def test_the_default_is_two_devices_and_the_oldest_gives_way(house):
    invitation = (await house.issue()).invitation

    assert (invitation.devices, invitation.device_policy) == (2, DevicePolicy.REPLACE_OLDEST)


async def test_who_takes_over_is_on_one_device_unless_said_otherwise(house):
    one = await house.issue(device_policy=DevicePolicy.TAKE_OVER)
    two = await house.issue(device_policy=DevicePolicy.TAKE_OVER, devices=2)

    assert (one.invitation.devices, two.invitation.devices) == (1, 2)


async def test_a_moderator_lifts_the_limit_and_old_grants_are_as_good(house, admissions):
    issued = await house.issue(device_policy=DevicePolicy.REFUSE, devices=1)
    entered = await house.access.enter(issued.token)

    changed = await admissions.set_devices(issued.invitation.id, 4, None, "i_moderator")

    grant = await house.access.grant_for_cookie(entered.cookie)
    assert (changed.devices, changed.device_policy) == (4, DevicePolicy.REFUSE)
    assert (grant.devices, grant.device_policy) == (4, DevicePolicy.REFUSE)
    assert issued.invitation.id in await house.noticed("invitation")


async def test_the_policy_may_change_with_the_limit(house, admissions):
    issued = await house.issue()

    changed = await admissions.set_devices(issued.invitation.id, 1, DevicePolicy.TAKE_OVER, "test")

    assert changed.device_policy is DevicePolicy.TAKE_OVER


@pytest.mark.parametrize("devices", [0, 21])
async def test_a_limit_that_cannot_be_names_its_field(house, admissions, devices):
    issued = await house.issue()

    with pytest.raises(FieldInvalid, match=r"^devices: "):
        await admissions.set_devices(issued.invitation.id, devices, None, "test")


async def test_the_limit_of_an_unknown_invitation_is_not_found(admissions):
    with pytest.raises(NotFound):
        await admissions.set_devices(InvitationId("i_none"), 2, None, "test")


def test_the_setting_takes_the_words_of_the_invitation():
    assert tuple(DevicePolicy) == DEVICE_POLICIES
    with pytest.raises(SettingInvalid, match=r"^device_policy: "):
        load_settings(environment={"STREAMHUB_DEVICE_POLICY": "ask"})
