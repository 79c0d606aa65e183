"""Checking in over HTTP: what the desk is told."""

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from tests.handlers.house import OPEN, ROOM, open_house

NINE, NINE_LATER, TEN = (f"2021-11-04T{time}:00.000Z" for time in ("09:00", "09:30", "10:00"))


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def test_a_code_of_before_is_told_from_one_that_was_withdrawn(house):
    desk = await house.guest(Role.DESK)
    links = []
    for change in (house.use.access.replace, house.use.access.revoke):
        [issued] = await house.use.access.issue(InvitationOrder(role=Role.OBSERVER, delegation="BJ"), "test")
        await change(issued.invitation.id, "test")
        links.append(issued.link)

    answers = [
        await house.ask("POST", "/check-ins", desk, {"code": link, "direction": "in", "nonce": f"nonce-{i}"})
        for i, link in enumerate(links)
    ]

    assert [(status, answer["code"], answer.get("replaced")) for status, answer in answers] == [
        (410, "invitation_revoked", True),
        (410, "invitation_revoked", None),
    ]


async def test_a_desk_asks_for_what_other_desks_did_since(house):
    one, other, ada, ben = [
        await house.guest(role) for role in (Role.DESK, Role.DESK, Role.DELEGATE, Role.DELEGATE)
    ]

    async def told(after):
        _, answer = await house.ask("GET", f"/check-ins?after={after}", other)
        return [(row["seat"], row["since"], row["left_at"]) for row in answer["items"]], answer["last"]

    async def passes(person, direction, at, nonce):
        body = {"participant": person.participant, "direction": direction, "nonce": nonce, "at": at}
        assert (await house.ask("POST", "/check-ins", one, body))[0] == 200

    await passes(ada, "in", NINE, "nonce-01")
    first, last = await told(0)
    assert first == [(ada.seat, NINE, None)]
    assert await told(last) == ([], last)

    await passes(ada, "out", NINE_LATER, "nonce-05")
    await passes(ada, "in", NINE_LATER, "nonce-06")  # the leave is taken back
    assert (await told(last))[0] == [(ada.seat, NINE_LATER, None)]

    await passes(ada, "out", TEN, "nonce-02")
    await passes(ben, "in", TEN, "nonce-03")
    await passes(ben, "out", TEN, "nonce-04")  # taken back
    assert sorted((await told(last))[0]) == sorted([(ada.seat, None, TEN), (ben.seat, None, None)])
    assert len((await told(999_999_999))[0]) == 2  # of a ledger that was restored from a backup since


async def test_a_desk_of_one_session_hears_nobody_of_others(house):
    desk = await house.guest(Role.DESK, sessions=(ROOM,))
    hall, here, elsewhere = (
        await house.guest(Role.DESK),
        await house.guest(),
        await house.guest(sessions=(OPEN,)),
    )
    for order, person in enumerate((here, elsewhere)):
        body = {"participant": person.participant, "direction": "in", "nonce": f"nonce-{order}0"}
        await house.ask("POST", "/check-ins", hall, body)

    _, answer = await house.ask("GET", "/check-ins", desk)

    assert [row["participant"] for row in answer["items"]] == [here.participant]
