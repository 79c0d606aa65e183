"""Issuing: what may be ordered, what comes out, and what is kept of it."""

import re
from dataclasses import replace
from datetime import date

import pytest

from streamhub.access import orders, store
from streamhub.access.model import Invitation, InvitationOrder
from streamhub.access.orders import WITHOUT_DATES
from streamhub.access.roles import Role
from streamhub.kit.clock import DAY, HOUR, MINUTE, parse_rfc3339
from streamhub.kit.errors import FieldInvalid, RoleForbidden
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.model import REHEARSAL, STAFF
from tests.access.conftest import BENIN, OPENING, SENEGAL, TABLE, URL, House, summit_files
from tests.access.token_samples import members
from tests.support import NOON


async def fields_refused(house: House, **order: object) -> list[str]:
    """The fields that an order is refused for."""
    asked = {"role": Role.DELEGATE, "delegation": BENIN} | order
    with pytest.raises(FieldInvalid) as caught:
        await house.access.issue(InvitationOrder(**asked), "test")
    return [problem.field for problem in caught.value.problems]


async def test_an_invitation_comes_with_a_short_link_and_a_token(house):
    issued = await house.issue(label="Ministre du numérique")

    assert re.fullmatch(re.escape(URL) + "/j/[a-z2-7]{26}", issued.link)
    assert members(issued.token.split(".")[0])["typ"] == "join+jwt"
    assert issued.invitation.label == "Ministre du numérique"


async def test_a_token_claims_what_the_contract_says(house):
    issued = await house.issue(sessions=(OPENING,))

    claims = members(issued.token.split(".")[1])

    row = issued.invitation
    assert claims.pop("jti").startswith("t_")
    assert claims == {
        "iss": URL,
        "aud": "streamhub",
        "sub": row.participant,
        "dlg": "BJ",
        "role": "delegate",
        "sid": [OPENING],
        "nbf": NOON // 1_000,
        "iat": NOON // 1_000,
        "exp": row.expires_at // 1_000,
        "inv": row.id,
        "gen": 1,
        "dep": 0,
    }


async def test_seats_count_on_within_a_delegation(house):
    first = await house.access.issue(InvitationOrder(role=Role.DELEGATE, delegation=BENIN, count=2), "t")
    other = await house.issue(delegation=SENEGAL)
    third = await house.issue()

    assert [one.invitation.seat for one in (*first, other, third)] == ["BJ-01", "BJ-02", "SN-01", "BJ-03"]


async def test_staff_stand_in_the_reserved_delegation_under_readable_seats(house):
    roles = [Role.MODERATOR, Role.MODERATOR, Role.DESK, Role.COMMUNICATIONS, Role.ORGANISER, Role.OBSERVER]

    rows = [(await house.issue(role)).invitation for role in roles]

    assert {row.delegation for row in rows} == {STAFF}
    assert [row.seat for row in rows] == ["MOD-01", "MOD-02", "DESK-01", "COM-01", "ORG-01", "OBS-01"]


async def test_a_delegation_called_like_a_staff_seat_gets_other_numbers(house):
    files = summit_files()
    comoros = files.delegations[0].__class__(
        DelegationCode("COM"), files.summit.titles, files.delegations[0].kind
    )
    await house.programme.load(files.__class__(files.summit, delegations=(*files.delegations, comoros)))

    staff = await house.issue(Role.COMMUNICATIONS)
    delegate = await house.issue(delegation=DelegationCode("COM"))

    assert staff.invitation.seat == "COM-01"
    assert delegate.invitation.seat == "COM-02"


async def test_only_the_hash_of_a_code_is_stored(house):
    issued = await house.issue()
    code = issued.link.rpartition("/")[2]

    await house.db.write(lambda tx: tx.execute(store.invitations.select()))
    content = (house.folder / "streamhub.db").read_bytes() + (house.folder / "streamhub.db-wal").read_bytes()

    assert code.encode() not in content
    assert issued.token.split(".")[2].encode() not in content


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        ({"delegation": DelegationCode("XX")}, ["delegation"]),
        ({"delegation": None}, ["delegation"]),
        ({"delegation": STAFF}, ["delegation"]),
        ({"role": Role.PRESS, "delegation": None}, ["delegation"]),
        ({"role": Role.CORRESPONDENT, "delegation": None}, ["delegation"]),
        ({"count": 0}, ["count"]),
        ({"count": 501}, ["count"]),
        ({"devices": 0}, ["devices"]),
        ({"devices": 21}, ["devices"]),
        ({"sessions": ()}, ["sessions"]),
        ({"sessions": (OPENING, SessionSlug("nulle-part"))}, ["sessions"]),
        ({"expires_at": NOON}, ["expires_at"]),
        ({"expires_at": NOON + 401 * DAY}, ["expires_at"]),
        ({"not_before": NOON + 2 * HOUR, "expires_at": NOON + HOUR}, ["not_before"]),
        ({"label": "x" * 121}, ["label"]),
        ({"count": 0, "devices": 99, "delegation": DelegationCode("XX")}, ["delegation", "count", "devices"]),
    ],
)
async def test_a_wrong_field_is_named(house, order, fields):
    assert await fields_refused(house, **order) == fields


@pytest.mark.parametrize("order", [{"count": 500}, {"devices": 20}, {"expires_at": NOON + 400 * DAY}])
async def test_the_bounds_themselves_are_good(house, order):
    asked = InvitationOrder(role=Role.DELEGATE, delegation=SENEGAL, **order)

    assert len(await house.access.issue(asked, "test")) == asked.count


async def test_labels_are_cleaned(house):
    issued = await house.issue(label="  De\u0301le\u0301gue\u0301e\x00\nadjointe ")

    assert issued.invitation.label == "Déléguée adjointe"


async def test_rehearsal_people_belong_to_no_delegation_of_the_files(house):
    issued = await house.issue(delegation=REHEARSAL)

    assert issued.invitation.seat == "REHEARSAL-01"


async def test_a_link_works_until_the_last_day_is_over_plus_the_overrun(house):
    issued = await house.issue()

    # midnight after 5 November in Brussels is 23:00 UTC, plus 60 minutes
    assert issued.invitation.expires_at == parse_rfc3339("2021-11-06T00:00:00Z")
    assert issued.invitation.devices == 2


async def test_a_link_works_until_a_last_session_in_the_night_is_over_plus_the_overrun(house):
    await house.load(ends_on=date(2021, 11, 4))

    issued = await house.issue()

    # the table goes on until 11:00 UTC of the day after the summit's last
    assert issued.invitation.expires_at == parse_rfc3339("2021-11-05T12:00:00Z")


async def test_after_the_summit_a_link_works_for_thirty_days(house):
    now = house.clock.advance(minutes=3 * 24 * 60)

    issued = await house.issue()

    assert issued.invitation.expires_at == now + WITHOUT_DATES


def test_the_last_day_is_that_of_the_summits_zone_across_the_end_of_summer_time():
    summit = summit_files(ends_on=date(2021, 10, 31)).summit

    end = orders.summit_end(summit, (), 0, parse_rfc3339("2021-10-30T12:00:00Z"))

    assert end == parse_rfc3339("2021-10-31T23:00:00Z")  # a day of 25 hours


async def grant_of(house: House, role: Role, **order: object):
    """The grant of somebody of that role."""
    return (await house.access.enter((await house.issue(role, **order)).token)).grant


async def test_a_correspondent_fills_the_seats_of_the_own_delegation(house):
    grant = await grant_of(house, Role.CORRESPONDENT)
    order = InvitationOrder(role=Role.DELEGATE)

    first, second = [(await house.access.issue_as(order, grant))[0] for _ in range(2)]
    with pytest.raises(FieldInvalid) as caught:
        await house.access.issue_as(order, grant)
    await house.access.revoke(first.invitation.id, "test")
    third = await house.access.issue_as(order, grant)

    assert {first.invitation.delegation, second.invitation.delegation} == {BENIN}
    assert caught.value.problems[0].field == "count"
    assert third[0].invitation.seat == "BJ-04"


async def test_a_correspondent_brings_nobody_back_beyond_the_seats(house):
    grant = await grant_of(house, Role.CORRESPONDENT)
    order = InvitationOrder(role=Role.DELEGATE)
    [brief] = await house.access.issue_as(replace(order, expires_at=NOON + MINUTE), grant)
    house.clock.advance(minutes=1)
    standing = [(await house.access.issue_as(order, grant))[0] for _ in range(2)]

    with pytest.raises(FieldInvalid) as caught:
        await house.access.replace_as(brief.invitation.id, grant)
    again = await house.access.replace_as(standing[0].invitation.id, grant)
    await house.access.revoke(standing[1].invitation.id, "test")
    back = await house.access.replace_as(brief.invitation.id, grant)

    assert caught.value.problems[0].field == "count"
    assert (again.invitation.generation, back.invitation.generation) == (2, 2)


async def test_a_correspondent_of_a_delegation_without_limit_has_none(house):
    grant = await grant_of(house, Role.CORRESPONDENT, delegation=SENEGAL)

    issued = await house.access.issue_as(InvitationOrder(role=Role.DELEGATE, count=50), grant)

    assert len(issued) == 50


@pytest.mark.parametrize(
    "order",
    [
        {"role": Role.DELEGATE, "delegation": SENEGAL},
        {"role": Role.MODERATOR},
        {"role": Role.ORGANISER},
        {"role": Role.CORRESPONDENT, "delegation": BENIN},
        {"role": Role.PRESS, "delegation": BENIN},
    ],
)
async def test_a_correspondent_invites_nobody_else(house, order):
    grant = await grant_of(house, Role.CORRESPONDENT)

    with pytest.raises(RoleForbidden):
        await house.access.issue_as(InvitationOrder(**order), grant)


async def test_the_desk_invites_one_more_person_for_the_day(house):
    grant = await grant_of(house, Role.DESK)

    [issued] = await house.access.issue_as(InvitationOrder(role=Role.DELEGATE, delegation=SENEGAL), grant)
    [sooner] = await house.access.issue_as(
        InvitationOrder(role=Role.DELEGATE, delegation=SENEGAL, expires_at=NOON + HOUR), grant
    )
    [longer] = await house.access.issue_as(
        InvitationOrder(role=Role.DELEGATE, delegation=SENEGAL, expires_at=NOON + DAY), grant
    )

    midnight = parse_rfc3339("2021-11-04T23:00:00Z")  # in Brussels
    assert (issued.invitation.expires_at, longer.invitation.expires_at) == (midnight, midnight)
    assert sooner.invitation.expires_at == NOON + HOUR


async def test_the_desk_invites_one_at_a_time_and_no_staff(house):
    grant = await grant_of(house, Role.DESK)

    with pytest.raises(FieldInvalid):
        await house.access.issue_as(InvitationOrder(role=Role.DELEGATE, delegation=BENIN, count=2), grant)
    with pytest.raises(RoleForbidden):
        await house.access.issue_as(InvitationOrder(role=Role.ORGANISER), grant)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.COMMUNICATIONS, Role.INTERPRETER, Role.OBSERVER])
async def test_nobody_else_invites(house, role):
    grant = await grant_of(house, role)

    with pytest.raises(RoleForbidden):
        await house.access.issue_as(InvitationOrder(role=Role.DELEGATE, delegation=BENIN), grant)


async def test_the_list_comes_in_pages(house):
    await house.access.issue(InvitationOrder(role=Role.DELEGATE, delegation=SENEGAL, count=5), "test")
    await house.issue()

    first = await house.access.invitations(limit=4)
    second = await house.access.invitations(limit=4, cursor=first.next)
    own = await house.access.invitations(delegation=BENIN)

    assert [row.seat for row in (*first.items, *second.items)] == [
        *("SN-01", "SN-02", "SN-03", "SN-04", "SN-05"),
        "BJ-01",
    ]
    assert second.next is None
    assert [row.seat for row in own.items] == ["BJ-01"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "9" * 40, "²"])
async def test_a_cursor_of_somebody_elses_making_is_refused(house, cursor):
    with pytest.raises(FieldInvalid):
        await house.access.invitations(cursor=cursor)


async def test_participants_are_known_by_pseudonym_only(house):
    row: Invitation = (await house.issue(label="Ministre")).invitation

    [person] = await house.access.participants()

    assert person.id == row.participant
    assert (person.seat, person.label, person.invited) == ("BJ-01", "Ministre", True)
    assert person.allows(TABLE)
    assert not hasattr(person, "name")
