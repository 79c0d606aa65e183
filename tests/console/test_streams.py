"""Sources taken away or sorted by hand, and the links of a programme file."""

import pytest

from streamhub.kit.ids import SessionSlug
from streamhub.kit.settings import Settings
from streamhub.relay.model import NewSource
from streamhub.relay.service import RelayService
from tests.support import FakeClock, open_database

ROOM = SessionSlug("atelier")
ONE, TWO, THREE = (f"https://youtu.be/{name}" for name in ("dQw4w9WgXcQ", "aqz-KE-bpKQ", "9bZkp7q19f0"))


@pytest.fixture
async def relay(tmp_path):
    async with open_database(tmp_path) as db:
        yield RelayService(db, FakeClock(), Settings())


async def ids(relay):
    return [source.link.id for source in await relay.sources(ROOM)]


async def test_a_source_taken_away_does_not_come_back_with_the_file(relay):
    await relay.load(ROOM, [ONE, TWO])
    [_, second] = await relay.sources(ROOM)
    await relay.remove(ROOM, second.id, "test")

    loaded = await relay.load(ROOM, [ONE, TWO])
    kept = await ids(relay)
    forced = await relay.load(ROOM, [ONE, TWO], force=True)

    assert (loaded.added, len(loaded.kept_away), kept) == ((), 1, ["dQw4w9WgXcQ"])
    assert (len(forced.added), await ids(relay)) == (1, ["dQw4w9WgXcQ", "aqz-KE-bpKQ"])


async def test_a_source_pasted_again_is_there_again_and_the_file_knows_it(relay):
    await relay.load(ROOM, [ONE, TWO])
    [_, second] = await relay.sources(ROOM)
    await relay.remove(ROOM, second.id, "test")
    await relay.add(ROOM, NewSource(url=TWO), "test")

    loaded = await relay.load(ROOM, [ONE, TWO])

    assert (loaded.added, loaded.changed, loaded.kept_away) == ((), (), ())


async def test_an_order_made_by_hand_stays_and_what_is_new_in_the_file_comes_last(relay):
    await relay.load(ROOM, [ONE, TWO])
    first, second = await relay.sources(ROOM)
    await relay.reorder(ROOM, [second.id, first.id], "test")

    await relay.load(ROOM, [THREE, ONE, TWO])

    assert await ids(relay) == ["aqz-KE-bpKQ", "dQw4w9WgXcQ", "9bZkp7q19f0"]
