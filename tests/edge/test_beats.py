"""Presence by HTTP: what a page without a socket hears, and when."""

import asyncio
import shutil

from tests.edge.conftest import ENDED, LATER, LIVE, ROOM, open_example
from tests.live.harness import all_that_comes
from tests.waiting import eventually

BEAT = f"/sessions/{LIVE}/beat"


async def beat(house, guest, page, **said):
    """The messages that a page missed."""
    status, answer = await house.ask("POST", BEAT, guest, {"page": page, **said})
    assert status == 200, answer
    return answer["messages"]


async def test_the_third_device_puts_out_the_first_which_hears_so_once(house):
    guest = await house.guest()
    for page in ("page-0001", "page-0002", "page-0003"):
        assert (await beat(house, guest, page))[0]["type"] == "welcome"

    [last] = [m for m in await beat(house, guest, "page-0001") if m["type"] == "closing"]
    others = [m["type"] for page in ("page-0002", "page-0003") for m in await beat(house, guest, page)]

    assert (last["code"], last["reason"], last["retry_after_ms"]) == (4411, "moved", None)
    assert "closing" not in others
    assert (await beat(house, guest, "page-0001"))[0]["type"] == "welcome"  # the user asked for it


async def test_a_removed_person_hears_it_with_the_next_beat(house):
    guest = await house.guest()
    await beat(house, guest, "page-0001")
    await house.use.access.remove(LIVE, guest.participant, "test")
    await eventually(lambda: house.use.presence.person(LIVE, guest.participant) is None)

    told = await beat(house, guest, "page-0001")

    assert [m["code"] for m in told if m["type"] == "closing"] == [4410]
    assert [m["reason"] for m in await beat(house, guest, "page-0001")] == ["removed"]


async def test_a_page_that_was_silent_too_long_simply_comes_in_again(house):
    guest = await house.guest()
    await beat(house, guest, "page-0001")
    house.use.presence.expire(house.clock.advance(seconds=120))
    assert house.use.presence.person(LIVE, guest.participant) is None

    told = await beat(house, guest, "page-0001")

    assert told[0]["type"] == "welcome"


async def test_a_page_that_nobody_counts_is_let_go_when_its_beats_end(house):
    guest = await house.guest()
    places = {ENDED: guest, ROOM: guest, LATER: None}
    for slug, who in places.items():
        status, _ = await house.ask("POST", f"/sessions/{slug}/beat", who, {"page": "page-0001"})
        assert status == 200
    await house.use.live.gone_elsewhere(ROOM, await house.use.access.grant_for_token(guest.token))
    before = len(house.use.hub), len(house.use.beats)

    house.clock.advance(seconds=49)
    await house.use.beats.end_silent()
    still = len(house.use.hub), len(house.use.beats)
    house.clock.advance(seconds=1)
    await house.use.beats.end_silent()

    assert still == before
    assert (len(house.use.hub), len(house.use.beats)) == (0, 0)


async def test_a_goodbye_is_the_last_word(house):
    guest = await house.guest()
    await beat(house, guest, "page-0001")

    told = await beat(house, guest, "page-0001", bye=True)

    assert [m["type"] for m in told] == ["closing"]
    assert house.use.presence.person(LIVE, guest.participant) is None


async def test_a_stop_ends_beating_pages_too(example, tmp_path):
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data") as house:
        guests = [await house.guest() for _ in range(3)]
        for guest in guests:
            await beat(house, guest, "page-0001")
        async with house.socket(LIVE, guests[0].headers) as page:
            await page.recv()
            received, _ = await asyncio.gather(all_that_comes(page), house.use.live.drain())

            status, answer = await house.ask("POST", BEAT, guests[1], {"page": "page-0002"})

    assert received.closing["code"] == received.code == 4001
    assert (status, answer["code"]) == (503, "storage_unavailable")
