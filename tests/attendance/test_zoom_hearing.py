"""Zoom's webhooks over HTTP, from the bytes to the stays: one house for all, a meeting for each test."""

import pytest

from tests.attendance.zoom_house import serve, zoom_house

CASES = {
    "an hour": (["J 1 A 0", "L 1 60"], [("A", 0, 60)]),
    "each event twice": (["J 1 A 0", "J 1 A 0", "L 1 60", "L 1 60"], [("A", 0, 60)]),
    "left comes first": (["L 1 60", "J 1 A 0"], [("A", 0, 60)]),
    "a late left closes its own": (["J 1 A 0", "J 2 A 31", "L 1 30"], [("A", 0, 30), ("A", 31, None)]),
    "two devices": (["J 1 A 0", "J 2 A 10", "L 2 20", "L 1 60"], [("A", 0, 60)]),
    "the meeting ends": (["J 1 A 0", "E 62"], [("A", 0, 62)]),
    "the end, then left": (["J 1 A 0", "E 62", "L 1 62"], [("A", 0, 62)]),
    "left without having come": (["L 9 5", "E 62"], []),
    "nobody knows": (["J 1 - 3", "L 1 10"], [("?", 3, 10)]),
    "a breakout room": (
        ["J 1 A 0", "B 7 1 10", "L 1 10", "L 7 20", "J 8 A 20", "L 8 60"],
        [("A", 0, 60)],
    ),
}


@pytest.fixture
async def zoom(tmp_path):
    async with zoom_house(tmp_path) as found:
        yield found


def event(zoom, text, start):
    kind, *words = text.split()
    if kind == "E":
        return zoom.ended(start + int(words[0]))
    if kind == "L":
        return zoom.left(words[0], start + int(words[1]))
    if kind == "B":
        return zoom.joined(words[0], "", start + int(words[2]), parent=words[1])
    return zoom.joined(words[0], words[1].strip("-"), start + int(words[2]))


async def opened(zoom, *slugs):
    """The sessions are live from noon, by hand, and served by the meeting."""
    for slug in slugs:
        await zoom.house.begin(slug)
    await serve(zoom, *slugs)


async def test_the_cases_of_the_facts_become_stays(tmp_path):
    for number, (events, expected) in enumerate(CASES.values()):
        async with zoom_house(tmp_path / str(number)) as zoom:
            await opened(zoom, "atelier")
            await zoom.until(70)
            await zoom.hear(*(event(zoom, text, 0) for text in events))
            assert await zoom.stays("atelier") == expected, list(CASES)[number]
            found = await zoom.house.use.attendance.compare()
            assert (found.missing, found.surplus) == ((), ())
