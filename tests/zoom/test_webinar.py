"""The scripted webinar itself: it holds every disorder, and its oracle sees folds that are wrong."""

import json
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from tests.stand_ins import zoom_sender as zoom
from tests.stand_ins.zoom_sender import Guest, Running, body_of
from tests.zoom import webinar_oracle as oracle
from tests.zoom.broken_folds import Flaw, second, told
from tests.zoom.truth import DOWN, FIRST, LULLS, RUNS, SECOND, Person, Time, Way, Webinar, webinar
from tests.zoom.webinar import deliveries, report

TRUTH = webinar()
ARRIVING = deliveries(TRUTH)
NAMES = {
    **{registrant: f"person {who}" for who, registrant in TRUTH.registrants.items()},
    **{key: f"person {who}" for who, key in TRUTH.keys.items()},
    **{email: f"person {who}" for who, email in TRUTH.emails.items()},
}
RUN_OF = {str(time.user): time.run for time in TRUTH.times}


def name(key):
    return NAMES.get(key, "")


@cache
def folded(flaw):
    """What a fold makes of everything that arrives, as the oracle calls people."""
    found = told([delivery.body for delivery in ARRIVING], name, flaw)
    return {
        who if who.startswith("person") else f"guest {who} of run {RUN_OF.get(who)}": spans
        for who, spans in found.items()
    }


def sayings():
    return [json.loads(delivery.body) for delivery in ARRIVING]


# Nothing of the list is missing


def test_two_hundred_people_come_in_every_way_and_the_afternoon_is_the_same_each_time():
    assert Counter(person.way for person in TRUTH.people) == {
        Way.REGISTRANT: 105,
        Way.COMMON: 37,
        Way.SDK: 38,
        Way.PANELIST: 20,
    }
    assert webinar() == TRUTH
    assert deliveries(webinar()) == ARRIVING
    assert webinar(6) != TRUTH


def test_one_number_has_two_runs_that_cover_two_sessions():
    numbers = {str(event["payload"]["object"]["id"]) for event in sayings()}
    begun = {e["payload"]["object"]["uuid"] for e in sayings() if e["event"] == "webinar.started"}
    over = {e["payload"]["object"]["uuid"] for e in sayings() if e["event"] == "webinar.ended"}

    assert numbers == {"85512345678"}
    assert begun == over == {run.uuid for run, _ in RUNS}
    assert RUNS[0][0].started < FIRST[0] < FIRST[1] < SECOND[0] < RUNS[0][1] < RUNS[1][0].started < SECOND[1]


def test_every_disorder_of_the_list_is_there():
    seen = Counter()
    joined, left, over = set(), set(), set()
    bodies = Counter()
    for delivery, event in zip(ARRIVING, sayings(), strict=True):
        about, word = event["payload"]["object"], event["event"].partition(".")[2]
        late = delivery.at - event["event_ts"] // 1_000
        seen["as late as Zoom tries"] += late >= zoom.RETRIES[2]
        seen["later than a minute"] += late > 60
        user = about.get("participant", {}).get("user_id")
        bodies[word, about["uuid"], user] += 1
        seen["joined after its left"] += word == "participant_joined" and user in left
        seen["left after the run ended"] += word == "participant_left" and about["uuid"] in over
        seen["breakout"] += "breakout" in word
        seen["waiting"] += "waiting" in word
        seen["id as a number"] += isinstance(about["id"], int)
        seen["while we are down"] += DOWN[0] <= delivery.at < DOWN[1]
        if word == "participant_joined":
            joined.add(user)
        elif word == "participant_left":
            left.add(user)
        elif word == "ended":
            over.add(about["uuid"])
    seen["doubled"] = sum(many > 1 for many in bodies.values())
    seen["never joined"] = len(left - joined)
    seen["never left"] = len(joined - left)

    assert len(ARRIVING) > 700
    assert {what: many for what, many in seen.items() if many < 3} == {}


@pytest.mark.parametrize("gap", [1, 59, 60, 61])
def test_people_are_back_after_less_and_more_than_a_minute_and_exactly_one(gap):
    gaps = Counter()
    for person in TRUTH.people:
        mine = sorted((t.since, t.until) for t in TRUTH.times if t.who == person.number and person.known)
        gaps.update(later[0] - before[1] for before, later in pairwise(mine))

    assert gaps[gap] > 0


def test_a_killed_app_is_told_of_when_the_person_is_back_already():
    order = {}
    for number, event in enumerate(sayings()):
        user = event["payload"]["object"].get("participant", {}).get("user_id")
        order.setdefault((event["event"], user), number)
    killed = [person.number for person in TRUTH.people if person.plan == "killed"]
    turned = 0
    for who in killed:
        first, again = sorted((t for t in TRUTH.times if t.who == who), key=lambda t: t.since)
        turned += (
            order["webinar.participant_left", str(first.user)]
            > order["webinar.participant_joined", str(again.user)]
        )

    assert turned >= 8


def test_the_report_says_something_else_than_the_webhooks():
    webhooks, listed = oracle.by_webhooks(TRUTH), oracle.by_report(TRUTH)
    differing = [who for who in webhooks.keys() | listed.keys() if webhooks.get(who) != listed.get(who)]

    assert len(differing) > 50
    assert len(listed.keys() - webhooks.keys()) >= 3
    assert len(webhooks.keys() - listed.keys()) >= 1
    assert {row["status"] for row in report(TRUTH, 0)} == {"in_meeting", "in_waiting_room"}


# The oracle: the table of cases in the facts, each as the truth behind it


HOUR = [(0, 60)]
CASES = {
    "an hour, and its events twice, and left first": ([("A", 0, 60, {})], 62, {"A": HOUR}),
    "a left that comes late closes its own user only": (
        [("A", 0, 30, {}), ("A", 31, 62, {})],
        62,
        {"A": [(0, 30), (31, 62)]},
    ),
    "two devices": ([("A", 0, 60, {}), ("A", 10, 20, {})], 62, {"A": HOUR}),
    "ended without left": ([("A", 0, 50, {"says_left": False})], 62, {"A": [(0, 62)]}),
    "left without join": ([("A", 0, 5, {"says_join": False})], 62, {}),
    "nobody known": ([("", 3, 10, {})], 62, {"guest 1 of run 0": [(3, 10)]}),
    "a breakout room": (
        [("A", 0, 10, {}), ("A", 10, 20, {"parent": 1}), ("A", 20, 60, {})],
        62,
        {"A": HOUR},
    ),
    "a breakout room beside": ([("A", 0, 60, {}), ("A", 10, 20, {"parent": 1})], 62, {"A": HOUR}),
}


@pytest.mark.parametrize(("times", "end", "expected"), CASES.values(), ids=list(CASES))
def test_the_oracle_has_the_cases_of_the_facts(monkeypatch, times, end, expected):
    assert expected_of(monkeypatch, times, end) == expected


def expected_of(monkeypatch, times, end):
    """By the oracle, of a little truth in minutes; A is somebody known."""
    monkeypatch.setattr(oracle, "RUNS", ((Running("u", 0), end * 60),))
    people = (Person(0, Way.REGISTRANT, ""), Person(1, Way.COMMON, ""))
    truth = Webinar(
        people,
        tuple(
            Time(who=0 if who else 1, run=0, user=n + 1, since=a * 60, until=b * 60, **words)
            for n, (who, a, b, words) in enumerate(times)
        ),
        {0: "r"},
        {},
        {},
        0,
    )
    found = oracle.by_webhooks(truth)
    return {
        "A" if who == "person 0" else who: [(a // 60, b // 60) for a, b in spans]
        for who, spans in found.items()
    }


ARRIVALS = {
    "J1 A0, L1 60": (["J 1 A 0", "L 1 60"], {"A": [(0, 60)]}),
    "each twice": (["J 1 A 0", "J 1 A 0", "L 1 60", "L 1 60"], {"A": [(0, 60)]}),
    "left first": (["L 1 60", "J 1 A 0"], {"A": [(0, 60)]}),
    "late left": (["J 1 A 0", "J 2 A 31", "L 1 30", "E 90"], {"A": [(0, 30), (31, 90)]}),
    "two devices": (["J 1 A 0", "J 2 A 10", "L 2 20", "L 1 60"], {"A": [(0, 60)]}),
    "ended": (["J 1 A 0", "E 62"], {"A": [(0, 62)]}),
    "ended, then left": (["J 1 A 0", "E 62", "L 1 62"], {"A": [(0, 62)]}),
    "left without join": (["L 9 5", "E 62"], {}),
    "anonymous": (["J 1 - 3", "L 1 10"], {"1": [(3, 10)]}),
    "breakout": (
        ["J 1 A 0", "B 7 1 A 10", "L 1 10", "b 7 20", "J 8 A 20", "L 8 60"],
        {"A": [(0, 60)]},
    ),
}
"""Table B, row by row, in the order of arrival; B and b are a breakout room's join and leave."""


@pytest.mark.parametrize(("arrivals", "expected"), ARRIVALS.values(), ids=list(ARRIVALS))
def test_the_plain_fold_has_the_table_of_the_facts(arrivals, expected):
    run = Running("u", 0)
    bodies = [body_of(arrival(run, *text.split())) for text in arrivals]

    found = told(bodies, lambda key: key)

    assert {who: [(a // 60, b // 60) for a, b in spans] for who, spans in found.items()} == expected


def arrival(run, kind, *words):
    at = int(words[-1]) * 60
    if kind == "E":
        return zoom.ended(run, at)
    if kind in {"L", "b"}:
        return (zoom.left if kind == "L" else zoom.left_breakout)(run, Guest(words[0]), at)
    who = Guest(words[0], registrant_id=words[-2].strip("-"), parent=words[1] if kind == "B" else "")
    return (zoom.joined if kind == "J" else zoom.joined_breakout)(run, who, at)


# What the oracle sees


def test_a_fold_without_a_flaw_agrees_with_the_truth_in_every_second():
    assert folded(Flaw.NONE) == oracle.by_webhooks(TRUTH)


@pytest.mark.parametrize("flaw", [flaw for flaw in Flaw if flaw is not Flaw.NONE])
def test_the_oracle_sees_a_fold_that(flaw):
    assert folded(flaw) != oracle.by_webhooks(TRUTH)


@pytest.mark.parametrize("flaw", [flaw for flaw in Flaw if flaw is not Flaw.NONE])
def test_so_do_the_windows_of_the_two_sessions(flaw):
    found, expected = folded(flaw), oracle.by_webhooks(TRUTH)

    assert any(oracle.within(found, window) != oracle.within(expected, window) for window in (FIRST, SECOND))


def test_at_a_lull_all_that_happened_before_has_come():
    for lull in LULLS:
        late = [
            event
            for delivery, event in zip(ARRIVING, sayings(), strict=True)
            if event["event_ts"] // 1_000 < lull <= delivery.at
        ]
        assert late == []
        assert len(oracle.present(TRUTH, lull)) > 90


def test_seconds_are_read_as_they_are_written():
    assert second(zoom.iso(1_635_976_805)) == 1_635_976_805
