"""A correspondent sees and manages the own delegation, and nothing of any other."""

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.ids import DelegationCode
from streamhub.programme.model import SessionState
from tests.handlers.house import ROOM, open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
async def correspondent(house):
    return await house.guest(Role.CORRESPONDENT)


async def seats(house, correspondent):
    status, answer = await house.ask("GET", "/delegation", correspondent)
    assert status == 200
    return answer


async def issued(house, correspondent, label=""):
    status, answer = await house.ask(
        "POST", "/invitations", correspondent, {"role": "delegate", "label": label}
    )
    assert status == 201
    return answer["items"][0]


async def entered(house, link):
    async with house.raw("POST", "/api/v1/enter", body={"code": link}) as answer:
        assert answer.status == 204
        return answer.headers["Location"]


async def test_a_link_goes_from_issued_to_entered_to_tested_to_revoked(house, correspondent):
    made = await issued(house, correspondent, "Maire")
    states = []

    async def look():
        answer = await seats(house, correspondent)
        [row] = [row for row in answer["items"] if row["id"] == made["id"]]
        states.append((row["state"], answer["taken"]))
        return row

    await look()
    await entered(house, made["link"])
    await look()
    test = {"socket": True, "player": True, "clock_skew_ms": -40}
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert (await house.ask("POST", "/me/connection-test", None, test, **headers))[0] == 204
    row = await look()
    await house.ask("POST", f"/invitations/{made['id']}:revoke", correspondent)
    await look()

    assert states == [("issued", 1), ("entered", 1), ("tested", 1), ("revoked", 0)]
    assert row["test"] == test | {"tested_at": row["test"]["tested_at"]}
    assert (row["label"], row["seat"]) == ("Maire", made["seat"])


async def test_a_replaced_link_has_not_been_opened(house, correspondent):
    made = await issued(house, correspondent)
    await entered(house, made["link"])

    status, answer = await house.ask("POST", f"/invitations/{made['id']}:replace", correspondent)

    assert status == 201
    [row] = [row for row in (await seats(house, correspondent))["items"] if row["id"] == made["id"]]
    assert (row["state"], row["generation"]) == ("issued", 2)
    assert answer["items"][0]["link"] != made["link"]


async def test_who_is_in_now_stands_beside_the_seat(house, correspondent):
    delegate = await house.guest()
    await house.begin(ROOM)

    async with house.page(delegate):
        rows = (await seats(house, correspondent))["items"]

    [row] = [row for row in rows if row["participant"] == delegate.participant]
    assert row["presence"] == {"session": ROOM, "state": "online", "since": row["presence"]["since"]}
    assert [one["presence"] for one in rows if one is not row] == [None] * (len(rows) - 1)


async def test_nobody_is_in_before_the_doors_open(house, correspondent):
    await house.guest()

    assert {row["presence"] for row in (await seats(house, correspondent))["items"]} == {None}


async def test_a_delegation_gives_no_more_seats_than_it_has(house, correspondent):
    for _ in range(6):
        await issued(house, correspondent)

    status, problem = await house.ask("POST", "/invitations", correspondent, {"role": "delegate"})

    assert (status, problem["code"]) == (422, "field_invalid")
    answer = await seats(house, correspondent)
    assert (answer["seats"], answer["taken"]) == (6, 6)


async def test_a_label_is_changed_and_shown(house, correspondent):
    made = await issued(house, correspondent, "Maire")
    path = f"/invitations/{made['id']}/label"

    status, answer = await house.ask("PUT", path, correspondent, {"label": "  Maire \u0007 adjointe "})

    assert (status, answer["label"]) == (200, "Maire adjointe")
    async with house.raw("GET", "/api/v1/me", Authorization=f"Bearer {made['token']}") as me:
        assert (await me.json())["label"] == "Maire adjointe"
    assert (await house.ask("PUT", path, correspondent, {"label": "x" * 121}))[0] == 422


async def test_a_link_is_shown_again_and_opens_the_seat(house, correspondent):
    made = await issued(house, correspondent)

    status, answer = await house.ask("POST", f"/invitations/{made['id']}:link", correspondent)

    assert status == 201
    token = answer["link"].partition("#")[2]
    async with house.raw("GET", "/api/v1/me", Authorization=f"Bearer {token}") as me:
        assert (await me.json())["seat"] == made["seat"]


ACTS = [
    ("GET", "", None),
    ("POST", ":revoke", None),
    ("POST", ":replace", None),
    ("POST", ":link", None),
    ("PUT", "/label", {"label": "x"}),
]


@pytest.mark.parametrize(("method", "act", "body"), ACTS, ids=str)
async def test_another_delegations_seats_are_out_of_reach(house, correspondent, method, act, body):
    other = await house.guest(delegation="UNESCO")
    invitation = await house.use.access.invitation_of(other.participant)

    status, problem = await house.ask(method, f"/invitations/{invitation.id}{act}", correspondent, body)

    assert (status, problem["code"]) == (403, "role_forbidden")
    assert (await house.use.access.invitation(invitation.id)) == invitation
    mine = await seats(house, correspondent)
    assert other.participant not in {row["participant"] for row in mine["items"]}


@pytest.mark.parametrize("act", [":revoke", ":replace", ":link", "/label"])
async def test_a_correspondent_does_not_hold_the_link_of_another_correspondent(house, correspondent, act):
    second = await house.guest(Role.CORRESPONDENT)
    invitation = await house.use.access.invitation_of(second.participant)
    method, body = ("PUT", {"label": "x"}) if act == "/label" else ("POST", None)

    status, _ = await house.ask(method, f"/invitations/{invitation.id}{act}", correspondent, body)

    assert status == 403


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CORRESPONDENT}))
async def test_the_page_and_its_list_are_for_correspondents_alone(house, role):
    guest = await house.guest(role)

    async with house.raw("GET", "/delegation", guest) as page:
        assert page.status == 403
    assert (await house.ask("GET", "/delegation", guest))[0] == 403


async def test_the_page_reads_without_a_script_and_names_no_other_delegation(house, correspondent):
    made = await issued(house, correspondent, "Maire de Cotonou")
    other = await house.guest(delegation="UNESCO")
    await house.begin(ROOM, SessionState.DOORS)

    async with house.raw("GET", "/delegation", correspondent) as page:
        text = await page.text()

    assert page.status == 200
    assert made["seat"] in text
    assert "Maire de Cotonou" in text
    assert other.seat not in text
    assert made["token"] not in text
    assert "/j/" not in text


async def test_a_correspondent_begins_at_the_seats(house):
    order = InvitationOrder(role=Role.CORRESPONDENT, delegation=DelegationCode("BJ"))
    [made] = await house.use.access.issue(order, "test")

    assert await entered(house, made.link) == "/delegation"
