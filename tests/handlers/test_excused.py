"""Excusing people over HTTP."""

import pytest

from streamhub.access.roles import MODERATION, Role
from tests.handlers.house import OPEN, ROOM, heard, open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def path(guest, slug=ROOM):
    return f"/sessions/{slug}/people/{guest.participant}/excused"


async def test_a_moderator_writes_down_who_is_excused_and_who_speaks_instead(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    body = {"reason": "Vol annulé", "represented_by": "Ambassadrice, BJ-02"}

    status, answer = await house.ask("PUT", path(delegate), moderator, body)

    assert status == 200
    assert answer == {"participant": delegate.participant, "session": ROOM, "excused": True} | body
    [row] = await house.use.excused.of_session(ROOM)
    assert (row.participant, row.by) == (delegate.participant, moderator.participant)


async def test_nothing_need_be_said(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()

    status, answer = await house.ask("PUT", path(delegate), moderator, {})

    assert (status, answer["excused"], answer["reason"]) == (200, True, "")


async def test_an_excuse_is_taken_back(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.ask("PUT", path(delegate), moderator, {"reason": "Vol annulé"})

    status, answer = await house.ask("PUT", path(delegate), moderator, {"excused": False})

    assert (status, answer["excused"], answer["reason"]) == (200, False, "")
    assert await house.use.excused.of_session(ROOM) == ()


async def test_the_delegation_shows_how_many_are_excused(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.ask("PUT", path(delegate), moderator, {})

    _, presence = await house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    assert {row["code"]: row["excused"] for row in presence["delegations"]} == {"BJ": 1, "UNESCO": 0}


async def test_another_wall_hears_at_once_who_is_excused_and_who_is_removed(house):
    one, other, delegate = (
        await house.guest(Role.MODERATOR),
        await house.guest(Role.MODERATOR),
        await house.guest(),
    )
    person = f"/sessions/{ROOM}/people/{delegate.participant}"
    mine, seen = [delegate.participant], []

    async with house.page(other) as wall:
        await heard(wall, "presence_state")
        for method, change, body in (
            ("PUT", "/excused", {}),
            ("POST", ":remove", None),
            ("PUT", "/excused", {"excused": False}),
            ("POST", ":admit", None),
        ):
            await house.ask(method, f"{person}{change}", one, body)
            state = await heard(wall, "presence_state")
            seen.append((state["excused"], state["removed"]))

    assert seen == [(mine, []), (mine, mine), ([], mine), ([], [])]


async def test_who_was_not_invited_cannot_be_excused(house):
    moderator = await house.guest(Role.MODERATOR)
    other = await house.guest(sessions=(OPEN,))

    answers = [
        await house.ask("PUT", path(other), moderator, {}),
        await house.ask("PUT", f"/sessions/{ROOM}/people/p_nobody/excused", moderator, {}),
    ]

    assert [(status, answer["code"]) for status, answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x" * 301}, "reason"),
        ({"represented_by": "x" * 121}, "represented_by"),
        ({"excused": "no"}, "excused"),
        ({"because": "x"}, "because"),
    ],
)
async def test_a_wrong_field_is_named(house, body, field):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()

    status, answer = await house.ask("PUT", path(delegate), moderator, body)

    assert (status, answer["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("role", sorted(set(Role) - MODERATION))
async def test_only_moderators_excuse(house, role):
    status, answer = await house.ask("PUT", path(await house.guest()), await house.guest(role), {})

    assert (status, answer["code"]) == (403, "role_forbidden")
