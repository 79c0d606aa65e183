"""Sessions over HTTP: who sees which, and moderators who change and move them."""

import pytest

from streamhub.access.roles import Role
from tests.handlers.house import OPEN, ROOM, open_house

CONTRACT = [
    *("slug", "title", "titles", "starts_at", "ends_at", "doors_at"),
    *("state", "automatic", "room", "kind", "access", "cancelled"),
]


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def slugs(house, guest=None, query=""):
    _, answer = await house.ask("GET", f"/sessions{query}", guest)
    return [item["slug"] for item in answer["items"]], answer["next"]


# Who sees what


async def test_a_session_is_told_with_the_fields_of_the_contract(house):
    status, answer = await house.ask("GET", f"/sessions/{OPEN}")

    assert status == 200
    assert answer == {
        "slug": "ouverture",
        "title": "Ouverture",
        "titles": {"fr": "Ouverture", "en": "Opening"},
        "starts_at": "2021-11-04T13:00:00.000Z",
        "ends_at": "2021-11-04T14:00:00.000Z",
        "doors_at": "2021-11-04T12:30:00.000Z",
        "state": "scheduled",
        "automatic": True,
        "room": "Salle",
        "kind": "ceremony",
        "access": "public",
        "cancelled": False,
    }
    assert list(answer) == CONTRACT


async def test_its_title_is_in_the_readers_language(house):
    _, asked = await house.ask("GET", f"/sessions/{OPEN}?lang=en")
    _, preferred = await house.ask("GET", f"/sessions/{OPEN}", Accept_Language="en-GB,en;q=0.8")

    assert (asked["title"], preferred["title"]) == ("Opening", "Opening")


async def test_without_invitation_public_sessions_alone_are_listed(house):
    assert await slugs(house) == ([OPEN], None)
    status, answer = await house.ask("GET", f"/sessions/{ROOM}")

    assert (status, answer["code"]) == (401, "token_invalid")


async def test_an_invitation_shows_its_sessions_and_the_public_ones(house):
    everywhere = await house.guest()
    opening_only = await house.guest(sessions=(OPEN,))

    assert await slugs(house, everywhere) == ([OPEN, ROOM], None)
    assert await slugs(house, opening_only) == ([OPEN], None)
    status, answer = await house.ask("GET", f"/sessions/{ROOM}", opening_only)
    assert (status, answer["code"]) == (403, "wrong_session")


async def test_a_session_that_is_not_there_is_unknown(house):
    status, answer = await house.ask("GET", "/sessions/nowhere")

    assert (status, answer["code"]) == (404, "unknown_session")


async def test_a_long_list_comes_in_pages(house):
    guest = await house.guest()

    assert await slugs(house, guest, "?limit=1") == ([OPEN], OPEN)
    assert await slugs(house, guest, f"?limit=1&cursor={OPEN}") == ([ROOM], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=nowhere", f"cursor={ROOM}"])
async def test_a_page_that_cannot_be_is_refused_by_its_field(house, query):
    status, answer = await house.ask("GET", f"/sessions?{query}")

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [error["field"] for error in answer["errors"]] == [query.partition("=")[0]]


# Changing the state


async def test_a_moderator_changes_the_state_and_the_session_is_manual(house):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "live"})

    assert (status, answer["state"], answer["automatic"]) == (200, "live", False)
    assert list(answer) == CONTRACT
    [change] = await house.use.programme.history(OPEN)
    assert (change.state, change.automatic) == ("live", False)
    assert change.by.startswith("i")


async def test_the_same_state_again_changes_nothing(house):
    moderator = await house.guest(Role.MODERATOR)
    first = await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "doors"})

    again = await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "doors"})

    assert again == first
    assert len(await house.use.programme.history(OPEN)) == 1


async def test_what_was_held_is_not_scheduled_again(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "ended"})

    status, answer = await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "scheduled"})

    assert (status, answer["code"]) == (409, "state_conflict")


@pytest.mark.parametrize("body", [{"state": "open"}, {}, {"state": "live", "why": "x"}, {"state": None}])
async def test_a_state_that_is_none_is_refused(house, body):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, body)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert answer["errors"][0]["field"] in {"state", "why"}


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.TECHNICIAN, Role.DESK, Role.COMMUNICATIONS])
async def test_others_change_nothing(house, role):
    guest = await house.guest(role)

    state = await house.ask("PUT", f"/sessions/{OPEN}/state", guest, {"state": "live"})
    shift = await house.ask("POST", f"/sessions/{OPEN}:shift", guest, {"minutes": 5})

    assert [(status, answer["code"]) for status, answer in (state, shift)] == [(403, "role_forbidden")] * 2
    assert await house.use.programme.history(OPEN) == ()


async def test_a_moderator_of_one_session_does_not_touch_another(house):
    moderator = await house.guest(Role.MODERATOR, sessions=(OPEN,))

    state = await house.ask("PUT", f"/sessions/{ROOM}/state", moderator, {"state": "live"})
    shift = await house.ask("POST", f"/sessions/{ROOM}:shift", moderator, {"minutes": 5})

    assert [(status, answer["code"]) for status, answer in (state, shift)] == [(403, "wrong_session")] * 2


# Moving


async def test_a_moderator_moves_a_session_and_those_after_it(house):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask(
        "POST", f"/sessions/{OPEN}:shift", moderator, {"minutes": 11, "following": True}
    )

    assert (status, answer["starts_at"], answer["moved"]) == (200, "2021-11-04T13:11:00.000Z", [OPEN, ROOM])
    _, after = await house.ask("GET", f"/sessions/{ROOM}", moderator)
    assert after["starts_at"] == "2021-11-04T14:11:00.000Z"


async def test_a_shift_moves_one_session_unless_asked_for_more(house):
    moderator = await house.guest(Role.MODERATOR)

    _, answer = await house.ask("POST", f"/sessions/{OPEN}:shift", moderator, {"minutes": -5})

    assert (answer["starts_at"], answer["moved"]) == ("2021-11-04T12:55:00.000Z", [OPEN])


@pytest.mark.parametrize(
    "body", [{"minutes": 1_441}, {"minutes": "5"}, {"minutes": 1.5}, {"following": True}]
)
async def test_minutes_that_cannot_be_are_refused(house, body):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("POST", f"/sessions/{OPEN}:shift", moderator, body)

    assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "field_invalid", "minutes")


async def test_a_session_that_has_ended_does_not_move(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.ask("PUT", f"/sessions/{OPEN}/state", moderator, {"state": "ended"})

    status, answer = await house.ask("POST", f"/sessions/{OPEN}:shift", moderator, {"minutes": 5})

    assert (status, answer["code"]) == (409, "state_conflict")


# What a moderator says of somebody


async def test_a_correction_is_answered_with_its_times_in_utc(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin(OPEN)
    said = {"since": "2021-11-04T12:50:00+01:00", "until": "2021-11-04T11:55:00Z", "present": True}
    body = said | {"participant": delegate.participant, "reason": "vu"}

    status, answer = await house.ask("POST", f"/sessions/{OPEN}/corrections", moderator, body)

    assert status == 201
    assert answer == {
        "participant": delegate.participant,
        "session": OPEN,
        "since": "2021-11-04T11:50:00.000Z",
        "until": "2021-11-04T11:55:00.000Z",
        "present": True,
        "channel": "hall",
    }
