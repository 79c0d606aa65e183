"""A Zoom webinar of 200 people over two sessions, with every disorder: the oracle's times, to the second."""

from itertools import pairwise

import pytest

from tests.handlers.house import OPEN, ROOM
from tests.zoom import webinar_oracle as oracle
from tests.zoom.played import OPENED, WINDOWS, afternoon
from tests.zoom.truth import LULLS

STAGES = {"by_webhooks": oracle.by_webhooks, "by_report": oracle.by_report, "after_all": oracle.by_report}
each_stage = pytest.mark.parametrize("stage", STAGES)
each_session = pytest.mark.parametrize("slug", [OPEN, ROOM])


@pytest.fixture(scope="module")
async def day(tmp_path_factory):
    """The afternoon that took place, with what the application told after it."""
    async with afternoon(tmp_path_factory.mktemp("webinar")) as played:
        await played.prepare()
        await played.play()
        await played.count()
        yield played


def expected(day, stage, window):
    """Everybody's times in a window, by the oracle."""
    return oracle.within(STAGES[stage](day.truth), window)


def lengths(times):
    return sorted(sum(until - since for since, until in spans) for spans in times.values())


@each_stage
def test_each_persons_stays_are_the_oracles_to_the_second(day, stage):
    seen, times = getattr(day, stage).stays, STAGES[stage](day.truth)
    cut = {slug: oracle.within(times, opened) for slug, opened in OPENED.items()}

    wrong = {
        number: (mine, {slug: spans})
        for number, mine in seen.items()
        for slug in OPENED
        if mine.get(slug, []) != (spans := cut[slug].get(f"person {number}", []))
    }

    assert wrong == {}
    assert len(seen) > 150


@each_stage
@each_session
def test_the_curve_is_the_oracles_in_every_second_guests_among_them(day, stage, slug):
    times = expected(day, stage, WINDOWS[slug])

    assert getattr(day, stage).heads[slug] == oracle.heads(times.values(), WINDOWS[slug])


@each_stage
@each_session
def test_people_peak_and_time_are_the_oracles(day, stage, slug):
    times, window = expected(day, stage, WINDOWS[slug]), WINDOWS[slug]
    seen, heads, long = (
        getattr(day, stage).statistics[slug],
        oracle.heads(times.values(), window),
        lengths(times),
    )
    known = sum(who.startswith("person") for who in times)

    assert seen["final"] is True
    assert seen["attended"] == len(times)
    assert seen["by_channel"] == {"hall": 0, "zoom": len(times), "web": 0}
    assert {row["code"]: row["attended"] for row in seen["by_delegation"] if row["attended"]} == {
        "BJ": known,
        None: len(times) - known,
    }
    assert seen["peak"]["present"] == max(heads)
    assert seen["duration"]["total_seconds"] == sum(long)
    assert seen["duration"]["median_seconds"] == (long[(len(long) - 1) // 2] + long[len(long) // 2]) // 2
    enough = [some for some in long if some * 100 >= 80 * (window[1] - window[0])]
    assert seen["attended_threshold"] == {"percent": 80, "people": len(enough)}


@pytest.mark.parametrize("lull", LULLS)
def test_who_is_in_zoom_stands_in_the_live_list(day, lull):
    inside = oracle.present(day.truth, lull)
    expected = {guest.participant for number, guest in day.guests.items() if f"person {number}" in inside}
    open_now = [slug for slug, (since, until) in OPENED.items() if since <= lull < until]

    for slug, told in day.live[lull].items():
        there = [one for one in told["people"] if "zoom" in one["channels"]]
        known = {one["participant"] for one in there if not one.get("guest")}
        assert known == (expected if slug in open_now else set())
        assert len(there) == told["present"] == (len(inside) if slug in open_now else 0)


@pytest.mark.parametrize("lull", LULLS)
def test_the_figures_of_that_moment_say_the_same(day, lull):
    on = [slug for slug, (since, until) in WINDOWS.items() if since <= lull < until]

    assert [day.now[lull][slug] for slug in on] == [day.live[lull][slug]["present"] for slug in on]


def test_while_the_service_was_down_events_were_lost_and_came_again(day):
    assert day.unheard >= 3
    assert day.again == 0


def test_the_report_changed_what_webhooks_had_said(day):
    stages = [getattr(day, stage).stays for stage in STAGES]

    assert [one == other for one, other in pairwise(stages)] == [False, True]
