"""Testing one's connection: a socket that tells the time, a frame of ours, and who has tried."""

import pytest
from aiohttp import WSServerHandshakeError

from streamhub.access.roles import AUDIENCE, Role
from streamhub.handlers.request import COOKIE
from tests.handlers.house import ROOM, open_house
from tests.waiting import PATIENCE

GOOD = {"socket": True, "player": True, "clock_skew_ms": -1_200}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def listed(house, query=""):
    organiser = await house.guest(Role.ORGANISER)
    status, answer = await house.ask("GET", f"/connection-tests{query}", organiser)
    assert status == 200
    return answer


async def test_the_socket_answers_with_our_time_and_counts_nobody(house):
    guest = await house.guest()
    await house.begin(ROOM)

    async with house.client.ws_connect("/api/v1/connection-test", headers=guest.headers) as socket:
        await socket.send_str("ping")
        answer = await socket.receive_json(timeout=PATIENCE)

    assert answer == {"type": "pong", "at": "2021-11-04T12:00:00.000Z", "ms": house.clock.now()}
    assert house.use.presence.now(ROOM).people == ()
    assert await house.use.attendance.stays_of(guest.participant) == []


async def test_the_socket_answers_a_few_times_and_ends(house):
    guest = await house.guest()
    answered = 0

    async with house.client.ws_connect("/api/v1/connection-test", headers=guest.headers) as socket:
        for _ in range(30):
            await socket.send_str("ping")
        async for _ in socket:
            answered += 1

    assert answered == 20


async def test_the_socket_needs_an_invitation_and_our_own_page(house):
    guest = await house.guest()
    entered = await house.use.access.enter(guest.token)
    cookie = {"Cookie": f"{COOKIE}={entered.cookie}"}

    for headers, status in (
        ({}, 401),
        (cookie, 403),
        (cookie | {"Origin": "https://elsewhere.example"}, 403),
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await house.client.ws_connect("/api/v1/connection-test", headers=headers)
        assert refused.value.status == status
    async with house.client.ws_connect("/api/v1/connection-test", headers=cookie | {"Origin": house.url}):
        pass


async def test_the_organiser_sees_who_has_not_tested(house):
    guest, other = await house.guest(), await house.guest(delegation="UNESCO")
    await house.guest(Role.MODERATOR)
    assert (await house.ask("POST", "/me/connection-test", guest, GOOD))[0] == 204

    everybody, some, none = [await listed(house, query) for query in ("", "?tested=yes", "?tested=no")]

    assert [row["participant"] for row in everybody["items"]] == [guest.participant, other.participant]
    [row] = some["items"]
    assert row["test"] == GOOD | {"tested_at": "2021-11-04T12:00:00.000Z"}
    assert (row["seat"], row["delegation"]) == (guest.seat, "BJ")
    assert [(row["participant"], row["test"]) for row in none["items"]] == [(other.participant, None)]


async def test_the_last_test_counts(house):
    guest = await house.guest()
    for result in (GOOD, GOOD | {"player": False}):
        await house.ask("POST", "/me/connection-test", guest, result)

    [row] = (await listed(house))["items"]

    assert (row["test"]["player"], row["test"]["socket"]) == (False, True)


async def test_whoever_was_revoked_or_is_over_need_not_test(house):
    guest = await house.guest()
    invitation = await house.use.access.invitation_of(guest.participant)
    await house.use.access.revoke(invitation.id, "test")

    assert (await listed(house))["items"] == []


async def test_the_list_goes_on_behind_its_cursor(house):
    guests = [await house.guest() for _ in range(3)]

    first = await listed(house, "?limit=2")
    rest = await listed(house, f"?limit=2&cursor={first['next']}")

    found = [row["participant"] for row in first["items"] + rest["items"]]
    assert (found, rest["next"]) == ([guest.participant for guest in guests], None)


@pytest.mark.parametrize(
    "wrong",
    [{"socket": "yes"}, {"clock_skew_ms": 10**16}, {"clock_skew_ms": 0.5}, {"user_agent": "x"}],
    ids=str,
)
async def test_a_result_of_another_form_is_refused(house, wrong):
    status, problem = await house.ask("POST", "/me/connection-test", await house.guest(), GOOD | wrong)

    assert (status, problem["code"]) == (422, "field_invalid")


@pytest.mark.parametrize("role", sorted(Role))
async def test_everybody_invited_may_test(house, role):
    guest = await house.guest(role)

    for path in ("/test", "/test/player"):
        async with house.raw("GET", path, guest) as page:
            assert page.status == 200
    assert (await house.ask("POST", "/me/connection-test", guest, GOOD))[0] == 204
    counted = {row["role"] for row in (await listed(house))["items"]}
    assert counted == ({role.value} if role in AUDIENCE else set())


async def test_the_frame_stands_in_our_pages_alone_and_asks_nobody_else(house):
    guest = await house.guest()

    async with house.raw("GET", "/test/player", guest) as page:
        policy = page.headers["Content-Security-Policy"]
    async with house.raw("GET", "/test/player") as stranger:
        assert stranger.status == 401

    assert "frame-ancestors 'self'" in policy
    assert "media-src 'self' blob:" in policy
    assert "http" not in policy
