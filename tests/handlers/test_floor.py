"""The speaking list over HTTP: who asks, who gives, who sees what of it."""

import pytest

from streamhub.access.roles import ASKING, MODERATION, STAGE, Role
from streamhub.programme.model import SessionState
from tests.handlers.house import OPEN, ROOM, heard, open_house

FLOOR = f"/sessions/{ROOM}/floor"
ITEM = {
    "request",
    "participant",
    "delegation",
    "label",
    "subject",
    "minutes",
    "state",
    "position",
    "asked_at",
}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def ask(house, guest, **body):
    status, item = await house.ask("POST", FLOOR, guest, body)
    assert status == 201, item
    house.clock.advance(seconds=1)
    return item


async def line(house, reader):
    status, answer = await house.ask("GET", FLOOR, reader)
    assert status == 200, answer
    return [(item["delegation"], item["state"], item["position"]) for item in answer["items"]]


async def test_a_delegate_asks_before_the_doors_open(house):
    delegate = await house.guest()

    item = await ask(house, delegate, subject="Données de santé", minutes=3)

    assert set(item) == ITEM
    assert (
        item.items()
        >= {
            "participant": delegate.participant,
            "delegation": "BJ",
            "label": delegate.seat,
            "subject": "Données de santé",
            "minutes": 3,
            "state": "waiting",
            "position": 1,
            "asked_at": "2021-11-04T12:00:00.000Z",
        }.items()
    )


async def test_asking_twice_is_asking_once(house):
    delegate = await house.guest()

    first, second = await ask(house, delegate), await ask(house, delegate)

    assert first == second


async def test_a_moderator_asks_for_a_delegation_in_the_hall(house):
    moderator = await house.guest(Role.MODERATOR)

    item = await ask(house, moderator, delegation="UNESCO")

    assert (item["delegation"], item["participant"], item["label"]) == ("UNESCO", None, "")
    assert await line(house, moderator) == [("UNESCO", "waiting", 1)]


@pytest.mark.parametrize(
    ("role", "body", "status", "code"),
    [
        (Role.MODERATOR, {}, 422, "field_invalid"),
        (Role.MODERATOR, {"delegation": "XX"}, 422, "field_invalid"),
        (Role.DELEGATE, {"delegation": "UNESCO"}, 403, "role_forbidden"),
        (Role.DELEGATE, {"minutes": 0}, 422, "field_invalid"),
        (Role.DELEGATE, {"minutes": "3"}, 422, "field_invalid"),
        (Role.DELEGATE, {"subject": "x" * 201}, 422, "field_invalid"),
        (Role.DELEGATE, {"colour": "red"}, 422, "field_invalid"),
        (Role.PRESS, {}, 403, "role_forbidden"),
        (Role.TECHNICIAN, {"delegation": "BJ"}, 403, "role_forbidden"),
    ],
)
async def test_what_cannot_be_asked(house, role, body, status, code):
    guest = await house.guest(role)

    found, answer = await house.ask("POST", FLOOR, guest, body)

    assert (found, answer["code"]) == (status, code)
    assert (await house.use.floor.line(ROOM)).requests == []


async def test_a_delegate_may_name_the_own_delegation(house):
    item = await ask(house, await house.guest(), delegation="BJ")

    assert item["delegation"] == "BJ"


async def test_nobody_asks_after_the_end(house):
    delegate = await house.guest()
    await house.begin(ROOM, SessionState.ENDED)

    status, answer = await house.ask("POST", FLOOR, delegate, {})

    assert (status, answer["code"]) == (409, "state_conflict")


async def test_a_delegate_sees_the_queue_but_not_who_the_others_are(house):
    own, other = await house.guest(), await house.guest(delegation="UNESCO")
    mine = await ask(house, own, subject="Eau")
    await ask(house, other, subject="Secret", minutes=2)

    _, answer = await house.ask("GET", FLOOR, own)

    hidden = dict.fromkeys(ITEM) | {"delegation": "UNESCO", "state": "waiting", "position": 2}
    assert answer == {"order": "protocol", "items": [mine, hidden], "next": None}


@pytest.mark.parametrize("role", sorted(STAGE))
async def test_those_on_stage_see_everything(house, role):
    item = await ask(house, await house.guest(), subject="Eau")

    _, answer = await house.ask("GET", FLOOR, await house.guest(role))

    assert answer["items"] == [item]


@pytest.mark.parametrize("role", sorted(set(Role) - STAGE - ASKING))
async def test_nobody_else_sees_the_queue(house, role):
    status, answer = await house.ask("GET", FLOOR, await house.guest(role))

    assert (status, answer["code"]) == (403, "role_forbidden")


async def test_the_floor_is_given_taken_up_and_given_on(house):
    moderator = await house.guest(Role.MODERATOR)
    first = await ask(house, await house.guest())
    second = await ask(house, await house.guest(delegation="UNESCO"))

    status, given = await house.ask("POST", f"{FLOOR}/{first['request']}:grant", moderator)
    assert (status, given["state"], given["position"]) == (200, "speaking", 0)
    assert await line(house, moderator) == [("BJ", "speaking", 0), ("UNESCO", "waiting", 1)]

    await house.ask("POST", f"{FLOOR}/{second['request']}:grant", moderator)
    assert await line(house, moderator) == [("UNESCO", "speaking", 0)]

    status, over = await house.ask("POST", f"{FLOOR}/{second['request']}:done", moderator)
    assert (status, over["state"], over["position"]) == (200, "done", None)
    assert await line(house, moderator) == []


async def test_a_request_that_is_over_is_not_given_the_floor(house):
    moderator = await house.guest(Role.MODERATOR)
    item = await ask(house, await house.guest())
    await house.ask("POST", f"{FLOOR}/{item['request']}:done", moderator)

    status, answer = await house.ask("POST", f"{FLOOR}/{item['request']}:grant", moderator)

    assert (status, answer["code"]) == (409, "state_conflict")


async def test_a_delegate_takes_the_own_request_back_and_no_other(house):
    own, other = await house.guest(), await house.guest()
    mine, theirs = await ask(house, own), await ask(house, other)

    status, gone = await house.ask("POST", f"{FLOOR}/{mine['request']}:withdraw", own)
    refused, answer = await house.ask("POST", f"{FLOOR}/{theirs['request']}:withdraw", own)

    assert (status, gone["state"]) == (200, "withdrawn")
    assert (refused, answer["code"]) == (403, "role_forbidden")
    assert len((await house.use.floor.line(ROOM)).requests) == 1


async def test_a_moderator_takes_any_request_back(house):
    item = await ask(house, await house.guest())
    moderator = await house.guest(Role.MODERATOR)

    status, _ = await house.ask("POST", f"{FLOOR}/{item['request']}:withdraw", moderator)

    assert (status, await line(house, moderator)) == (200, [])


async def test_the_queue_is_sorted_as_the_moderator_says(house):
    moderator = await house.guest(Role.MODERATOR)
    late = await ask(house, await house.guest(delegation="UNESCO"))
    early = await ask(house, await house.guest())
    orders = [
        ({"order": "arrival"}, ["UNESCO", "BJ"]),
        ({"order": "protocol"}, ["BJ", "UNESCO"]),
        ({"order": "hand", "requests": [late["request"], early["request"]]}, ["UNESCO", "BJ"]),
    ]

    for body, expected in orders:
        status, answer = await house.ask("PUT", f"{FLOOR}/order", moderator, body)
        assert (status, answer["order"]) == (200, body["order"])
        assert [item["delegation"] for item in answer["items"]] == expected
        assert await house.ask("GET", FLOOR, moderator) == (200, answer)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order"),
        ({"order": "loudness"}, "order"),
        ({"order": "hand", "requests": ["f_nobody"]}, "requests"),
        ({"order": "arrival", "requests": []}, "requests"),
    ],
)
async def test_an_order_that_does_not_fit_is_refused(house, body, field):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("PUT", f"{FLOOR}/order", moderator, body)

    assert (status, answer["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("role", sorted(set(Role) - MODERATION))
async def test_only_moderators_give_the_floor_and_sort(house, role):
    item = await ask(house, await house.guest())
    guest = await house.guest(role)

    for method, path, body in [
        ("POST", f"{FLOOR}/{item['request']}:grant", None),
        ("POST", f"{FLOOR}/{item['request']}:done", None),
        ("PUT", f"{FLOOR}/order", {"order": "arrival"}),
    ]:
        status, answer = await house.ask(method, path, guest, body)
        assert (status, answer["code"]) == (403, "role_forbidden"), path


async def test_a_request_of_another_session_is_not_found(house):
    moderator = await house.guest(Role.MODERATOR)
    item = await ask(house, await house.guest())

    for verb in ("grant", "done", "withdraw"):
        path = f"/sessions/{OPEN}/floor/{item['request']}:{verb}"
        status, answer = await house.ask("POST", path, moderator)
        assert (status, answer["code"]) == (404, "not_found"), verb


async def test_an_invitation_for_another_session_neither_asks_nor_gives(house):
    delegate = await house.guest(sessions=(OPEN,))
    moderator = await house.guest(Role.MODERATOR, sessions=(OPEN,))
    item = await ask(house, await house.guest())

    answers = [
        await house.ask("POST", FLOOR, delegate, {}),
        await house.ask("GET", FLOOR, delegate),
        await house.ask("POST", f"{FLOOR}/{item['request']}:grant", moderator),
    ]

    assert [(status, answer["code"]) for status, answer in answers] == [(403, "wrong_session")] * 3


async def test_who_was_removed_does_not_ask(house):
    delegate = await house.guest()
    await house.use.access.remove(ROOM, delegate.participant, "test")

    status, answer = await house.ask("POST", FLOOR, delegate, {})

    assert (status, answer["code"]) == (403, "removed")


async def test_open_pages_hear_of_it(house):
    delegate, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    await house.begin()

    async with house.page(delegate) as page, house.page(moderator) as wall:
        assert (await heard(wall, "queue"))["items"] == []  # what the wall starts from
        item = await ask(house, delegate)
        told, shown = await heard(page, "floor"), await heard(wall, "queue")
        await house.ask("POST", f"{FLOOR}/{item['request']}:grant", moderator)
        given = await heard(page, "floor")

    assert (told["request"], told["state"], told["position"]) == (item["request"], "waiting", 1)
    assert [i["request"] for i in shown["items"]] == [item["request"]]
    assert (given["state"], given["position"]) == ("speaking", 0)


async def test_every_wall_hears_how_the_list_is_sorted(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.begin(ROOM)

    async with house.page(moderator) as page:
        first = await heard(page, "queue")
        await house.ask("PUT", f"{FLOOR}/order", moderator, {"order": "arrival"})
        then = await heard(page, "queue")

    assert (first["order"], then["order"]) == ("protocol", "arrival")
