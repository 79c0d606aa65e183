"""Each sequence of the sender, alone, against the whole application: what becomes of it in the ledger."""

from dataclasses import replace
from itertools import count

import pytest

from tests.attendance.zoom_house import serve, zoom_house
from tests.handlers.house import ROOM
from tests.stand_ins import zoom_sender
from tests.stand_ins.zoom_sender import Delivery, body_of

TURNS = count(1)


@pytest.fixture(scope="module")
async def zoom(tmp_path_factory):
    async with zoom_house(tmp_path_factory.mktemp("sequences") / "house") as opened:
        await serve(opened, ROOM)
        await opened.house.begin()
        yield opened


@pytest.fixture
async def told(zoom):
    """Half an hour of its own for each test: its run, its beginning, and what stays came of it."""
    begin = 30 * next(TURNS)
    await zoom.until(begin)
    await zoom.house.begin()
    run = replace(zoom.run, uuid=f"/run//{begin}A==", started=zoom.at(begin))
    before = await zoom.stays(ROOM)

    async def came():
        await zoom.house.use.zoom.work_off()
        new = [stay for stay in await zoom.stays(ROOM) if stay not in before]
        return [(who, a - begin, None if b is None else b - begin) for who, a, b in new]

    return run, begin, came


@pytest.mark.parametrize(
    "sequence",
    [
        zoom_sender.normal,
        zoom_sender.duplicate,
        zoom_sender.left_before_join,
        zoom_sender.ended_without_lefts,
    ],
)
async def test_a_time_is_told_once_and_whole(zoom, told, sequence):
    run, begin, came = told
    events = sequence(run, zoom.person(7, "A"), zoom.at(begin + 1), zoom.at(begin + 10))
    await zoom.until(begin + 15)

    assert set(await zoom.send(*events)) == {204}

    assert await came() == [("A", 1, 10)]


async def test_a_left_that_comes_after_the_next_join_closes_its_own_time_alone(zoom, told):
    run, begin, came = told
    times = [zoom.at(begin + minute) for minute in (1, 5, 7)]
    events = zoom_sender.late_left_after_rejoin(run, zoom.person(7, "A"), *times)
    await zoom.until(begin + 15)

    await zoom.send(*events)

    assert await came() == [("A", 1, 5), ("A", 7, None)]
    await zoom.send(zoom_sender.ended(run, zoom.at(begin + 9)))
    assert await came() == [("A", 1, 5), ("A", 7, 9)]


@pytest.mark.parametrize("anew", [True, False])
async def test_the_tries_after_a_slow_answer_are_all_taken_and_counted_once(zoom, told, anew):
    """The last one 85 minutes later, signed as the first one was: not too old."""
    run, begin, came = told
    who = zoom.person(7, "B")
    await zoom.send(zoom_sender.left(run, who, zoom.at(begin + 20)))
    first = Delivery(zoom.at(begin + 21), body_of(zoom_sender.joined(run, who, zoom.at(begin + 1))))

    statuses = []
    for one in zoom_sender.after_a_slow_answer(first, signed_anew=anew):
        await zoom.until((one.at - zoom.noon) / 60)
        statuses.append(await zoom.post(one))
        next(TURNS)

    assert statuses == [204] * 4
    assert await came() == [("B", 1, 20)]
