"""Several people, browsers and sessions at once; and a viewer who becomes a delegate."""

import asyncio
import json

from streamhub.access.roles import Role
from tests.edge.conftest import API, LIVE, ROOM
from tests.waiting import PATIENCE


async def welcomed(page):
    while (message := json.loads(await asyncio.wait_for(page.recv(), PATIENCE)))["type"] != "welcome":
        pass
    return message


async def presence(house, moderator, slug=LIVE):
    status, answer = await house.ask("GET", f"/sessions/{slug}/presence", moderator)
    assert status == 200
    return answer


async def test_two_people_enter_at_once_and_each_is_who_they_are(house):
    invited = await asyncio.gather(*(house.invite() for _ in range(2)))

    cookies = await asyncio.gather(*(house.cookie(one) for one in invited))
    found = []
    for cookie in cookies:
        async with house.client.get(f"{API}/me", headers=cookie) as answer:
            found.append((await answer.json())["participant"])

    assert found == [one.invitation.participant for one in invited]
    assert len(set(found)) == 2


async def test_thirty_people_arrive_at_once_and_are_thirty(house):
    moderator = await house.guest(Role.MODERATOR)
    guests = [await house.guest(delegation="SN") for _ in range(30)]
    before = (await presence(house, moderator))["present"]

    sockets = [house.socket(LIVE, guest.headers) for guest in guests]
    pages = await asyncio.gather(*(socket.__aenter__() for socket in sockets))
    welcomes = await asyncio.gather(*(welcomed(page) for page in pages))
    there = await presence(house, moderator)
    for socket in sockets:
        await socket.__aexit__(None, None, None)

    assert {w["participant"] for w in welcomes} == {g.participant for g in guests}
    assert there["present"] - before == 30
    assert next(d["present"] for d in there["delegations"] if d["code"] == "SN") == 30


async def test_one_link_entered_twice_at_once_is_one_person_on_two_devices(house):
    moderator, invited = await house.guest(Role.MODERATOR), await house.invite()
    one, two = await asyncio.gather(house.cookie(invited), house.cookie(invited))

    async with (
        house.socket(LIVE, one, origin=house.url) as first,
        house.socket(LIVE, two, origin=house.url) as second,
    ):
        await asyncio.gather(welcomed(first), welcomed(second))
        people = (await presence(house, moderator))["people"]

    assert one != two
    mine = [p for p in people if p["participant"] == invited.invitation.participant]
    assert [p["connections"] for p in mine] == [2]


async def test_the_same_cookie_in_two_sessions_is_there_in_both_and_each_has_its_own_stay(house):
    moderator, guest = await house.guest(Role.MODERATOR), await house.guest()
    cookie = await house.cookie(guest)

    async with (
        house.socket(LIVE, cookie, origin=house.url) as here,
        house.socket(ROOM, cookie, origin=house.url) as there,
    ):
        await asyncio.gather(welcomed(here), welcomed(there))
        for slug in (LIVE, ROOM):
            people = (await presence(house, moderator, slug))["people"]
            assert guest.participant in {p["participant"] for p in people}
        await here.send('{"type":"bye"}')
        await here.wait_closed()
        await house.use.db.write(lambda tx: None)  # what was submitted before it is written
        status, stays = await house.ask("GET", "/me/stays", guest)

    assert status == 200
    assert sorted((s["session"], s["until"] is None) for s in stays["items"]) == [(LIVE, False), (ROOM, True)]


async def test_a_viewer_is_in_no_count_and_becomes_a_delegate_by_entering(house):
    moderator, invited = await house.guest(Role.MODERATOR), await house.invite()
    me = invited.invitation.participant

    async with house.socket(LIVE) as viewer:
        await viewer.send('{"type":"hello","viewer":"viewer-0001"}')
        assert (await welcomed(viewer))["viewer"] == "viewer-0001"
        looking = await presence(house, moderator)
        cookie = await house.cookie(invited)
        async with house.socket(LIVE, cookie, origin=house.url) as page:
            assert (await welcomed(page))["participant"] == me
            taking_part = await presence(house, moderator)

    assert "viewer-0001" not in json.dumps(looking)
    assert me not in {p["participant"] for p in looking["people"]}
    assert me in {p["participant"] for p in taking_part["people"]}
    assert taking_part["present"] == looking["present"] + 1


async def test_a_viewer_who_takes_a_participants_name_stays_a_viewer(house):
    moderator, guest = await house.guest(Role.MODERATOR), await house.guest()

    async with house.socket(LIVE) as viewer:
        await viewer.send(json.dumps({"type": "hello", "viewer": guest.participant}))
        welcome = await welcomed(viewer)
        found = await presence(house, moderator)

    assert "participant" not in welcome
    assert guest.participant not in {p["participant"] for p in found["people"]}
    status, stays = await house.ask("GET", "/me/stays", guest)
    assert (status, stays["items"]) == (200, [])


async def test_revoking_while_somebody_enters_lets_nobody_stay(house):
    for _ in range(5):
        invited = await house.invite()
        entered = asyncio.gather(
            house.status("POST", f"{API}/enter", json={"token": invited.token}),
            house.use.access.revoke(invited.invitation.id, "test"),
        )
        (status, _), _ = await entered
        assert status in {204, 410}
        bearer = {"Authorization": f"Bearer {invited.token}"}
        assert await house.status("GET", f"{API}/me", headers=bearer) == (410, "invitation_revoked")


async def test_a_hundred_calls_at_once_are_all_answered(house):
    guest = await house.guest()
    paths = [f"{API}/me", f"{API}/sessions", f"{API}/sessions/{LIVE}/source", "/healthz", "/"] * 20

    found = await asyncio.gather(*(house.status("GET", path, headers=guest.headers) for path in paths))

    assert {status for status, _ in found} == {200}
