"""Answers kept in memory are never older than the last change; questions at the same time are one query."""

import asyncio

import pytest

from streamhub.kit.remembered import Gathered, Kept


class Shelf:
    """What is read: slowly where ``gate`` is closed."""

    def __init__(self):
        self.values = {"a": 1, "b": 2}
        self.reads = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def one(self, key):
        self.reads.append(key)
        found = self.values[key]
        await self.gate.wait()
        return found

    async def some(self, keys):
        self.reads.append(frozenset(keys))
        found = {key: self.values[key] for key in keys if key in self.values}
        await self.gate.wait()
        return found


@pytest.fixture
async def shelf():
    return Shelf()


async def test_what_was_read_is_kept_until_it_is_forgotten(shelf):
    kept = Kept(shelf.one)

    assert [await kept.get("a"), await kept.get("a"), await kept.get("b")] == [1, 1, 2]
    shelf.values["a"] = 7
    kept.forget()

    assert await kept.get("a") == 7
    assert shelf.reads == ["a", "b", "a"]


async def test_many_who_ask_at_once_wait_for_one_read(shelf):
    kept = Kept(shelf.one)

    assert await asyncio.gather(*(kept.get("a") for _ in range(50))) == [1] * 50
    assert shelf.reads == ["a"]


async def test_what_was_read_before_a_change_is_not_kept_after_it(shelf):
    kept = Kept(shelf.one)
    shelf.gate.clear()
    asked = asyncio.gather(kept.get("a"))
    await asyncio.sleep(0)
    shelf.values["a"] = 7
    kept.forget()
    shelf.gate.set()
    await asked

    assert await kept.get("a") == 7


async def test_whoever_asked_before_a_change_is_told_what_came_after_it(shelf):
    kept = Kept(shelf.one)
    shelf.gate.clear()
    asked = asyncio.gather(kept.get("a"))
    await asyncio.sleep(0)
    shelf.values["a"] = 7
    kept.forget()
    shelf.gate.set()

    assert await asked == [7]


async def test_a_read_that_fails_is_tried_again_by_the_next(shelf):
    kept = Kept(shelf.one)
    with pytest.raises(KeyError):
        await kept.get("c")
    shelf.values["c"] = 3

    assert await kept.get("c") == 3


async def test_questions_asked_while_one_query_runs_are_the_next_one(shelf):
    gathered = Gathered(shelf.some)
    shelf.gate.clear()
    first = asyncio.gather(gathered.get("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = asyncio.gather(gathered.get("b"), gathered.get("nobody"), gathered.get("a"))
    await asyncio.sleep(0)
    shelf.gate.set()

    assert await first == [1]
    assert await later == [2, None, 1]
    assert shelf.reads == [{"a"}, {"a", "b", "nobody"}]


async def test_who_stops_asking_keeps_nobody_else_from_the_answer(shelf):
    gathered = Gathered(shelf.some)
    shelf.gate.clear()
    hasty = asyncio.gather(gathered.get("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    patient = asyncio.gather(gathered.get("a"), gathered.get("b"))
    await asyncio.sleep(0)
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    shelf.gate.set()

    assert await patient == [1, 2]
