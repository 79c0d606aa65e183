"""``rehearse`` against a real server: everybody in and counted, and no trace of them in any figure."""

import asyncio
import json
import signal
import sqlite3
from contextlib import closing

import pytest
import pytest_asyncio

from streamhub.cli.crowd import Seen, Switch
from streamhub.cli.rehearse_verdict import Verdict, as_json, sentences
from tests.demo import demonstration
from tests.nursery import born
from tests.process import ENVIRONMENT, streamhub
from tests.waiting import PATIENCE

PEOPLE = 20
PRETEND = "(SELECT id FROM participants WHERE delegation = 'REHEARSAL')"


@pytest_asyncio.fixture(scope="module")
async def demo(tmp_path_factory):
    async with demonstration(tmp_path_factory.mktemp("rehearse") / "demo") as started:
        yield started


def words(demo, session, *more, people=PEOPLE):
    return (
        "rehearse", "--url", demo.url, "--token", demo.links["organiser"]["token"], "--session", session,
        "--people", str(people), "--seconds", "5", *more,
    )  # fmt: skip


def rows(data, sql):
    with closing(sqlite3.connect(data / "streamhub.db")) as db:
        return db.execute(sql).fetchall()


def online(presence):
    """Pretend delegates with a line; whose line was cut on purpose is kept for the grace, as everybody is."""
    people = [row for row in presence["people"] if row["delegation"] == "REHEARSAL"]
    return [row for row in people if row["state"] != "unstable"]


async def figures(demo, session):
    """Every figure as the bytes that are served."""
    calls = (
        "/api/v1/statistics",
        f"/api/v1/sessions/{session}/statistics",
        f"/api/v1/sessions/{session}/timeline",
    )
    return [json.dumps(await demo.by["organiser"].get(f"{one}?audience=internal")) for one in calls]


async def report(data, *subject):
    text = await streamhub(
        "report", *subject, "--format", "json", "--audience", "internal", "-o", "-", "--data", str(data)
    )
    return json.loads(text) | {"generated_at": ""}


def without_pretend(data, copy):
    """The same data, as if nobody had rehearsed."""
    copy.mkdir()
    with (
        closing(sqlite3.connect(data / "streamhub.db")) as db,
        closing(sqlite3.connect(copy / "streamhub.db")) as other,
    ):
        db.backup(other)
        for table in ("stays", "ledger"):
            other.execute(f"DELETE FROM {table} WHERE participant IN {PRETEND}")
        other.commit()
    return copy


async def test_in_a_live_session_nobody_rehearses_by_mistake(demo):
    process = await born(words(demo, demo.live), ENVIRONMENT, None, b"")
    _, said = await process.communicate()

    assert process.returncode == 1
    assert "is live" in said.decode()
    assert "--yes" in said.decode()
    assert rows(demo.data, f"SELECT count(*) FROM participants WHERE id IN {PRETEND}") == [(0,)]


async def test_all_come_in_are_disturbed_are_counted_and_leave_no_figure_changed(demo, tmp_path):
    async with demo.by["delegate"].socket(demo.live) as page:
        await page.next("welcome")

        verdict = json.loads(await streamhub(*words(demo, demo.live, "--yes", "--json")))

        presence = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")
        floor = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/floor")
        await demo.by["moderator"].put(f"/api/v1/sessions/{demo.live}/state", {"state": "ended"})

    assert verdict["good"], verdict
    assert verdict["in"] == verdict["counted"] == PEOPLE
    assert (verdict["lost"], verdict["refused"]) == (0, {})
    assert (verdict["tabs"], verdict["dropped"], verdict["returned"]) == (2, 2, 2)
    assert verdict["floor"] == {"asked": 5, "answered": 5}
    assert verdict["slowest_switch_ms"] is None  # real people are there: the stream is left alone
    assert online(presence) == []
    assert [
        row for row in floor["items"] if row["delegation"] == "REHEARSAL" and row["state"] == "waiting"
    ] == []

    [(stays, length)] = rows(
        demo.data, f"SELECT count(*), sum(until - since) FROM stays WHERE participant IN {PRETEND}"
    )
    assert stays >= PEOPLE
    assert length > PEOPLE * 1_000
    never = without_pretend(demo.data, tmp_path / "never")
    for subject in (("--session", demo.live), ("--summit",)):
        assert await report(demo.data, *subject) == await report(never, *subject)
    standing = f"SELECT count(*) FROM invitations WHERE revoked_at IS NULL AND participant IN {PRETEND}"
    assert rows(demo.data, standing) == [(0,)]


async def test_before_doors_open_for_real_people_a_switch_is_tried_too_and_figures_are_the_same_bytes(demo):
    later = next(s["slug"] for s in demo.sessions if s["state"] in {"scheduled", "doors"})
    moderator = demo.by["moderator"]
    await moderator.put(f"/api/v1/sessions/{later}/state", {"state": "doors"})
    for number in (1, 2):
        link = {"url": f"https://www.youtube.com/watch?v=dQw4w9WgXc{number}", "activate": number == 1}
        await moderator.post(f"/api/v1/sessions/{later}/sources", link, status=201)
    on = await moderator.get(f"/api/v1/sessions/{later}/source")
    before = await figures(demo, later)

    verdict = json.loads(await streamhub(*words(demo, later, "--at-once", "--json")))

    assert verdict["good"], verdict
    assert verdict["slowest_switch_ms"] is not None
    assert (await moderator.get(f"/api/v1/sessions/{later}/source"))["id"] == on["id"]
    assert await figures(demo, later) == before


async def test_after_ctrl_c_nobody_pretended_is_left(demo):
    later = next(s["slug"] for s in demo.sessions if s["state"] in {"scheduled", "doors"})
    await demo.by["moderator"].put(f"/api/v1/sessions/{later}/state", {"state": "doors"})
    process = await born(words(demo, later, "--seconds", "300", "--json"), ENVIRONMENT, None, b"")
    while not (line := await process.stderr.readline()).startswith(b"1 of"):
        assert line

    process.send_signal(signal.SIGINT)
    said, _ = await asyncio.wait_for(process.communicate(), 2 * PATIENCE)

    verdict = json.loads(said)
    assert (process.returncode, verdict["stopped"], verdict["good"]) == (1, True, False)
    standing = f"SELECT count(*) FROM invitations WHERE revoked_at IS NULL AND participant IN {PRETEND}"
    assert rows(demo.data, standing) == [(0,)]
    presence = await demo.by["moderator"].get(f"/api/v1/sessions/{later}/presence")
    assert online(presence) == []


async def test_only_an_organiser_takes_pretend_delegates_away(demo):
    await demo.by["moderator"].post("/api/v1/rehearsal:end", status=403)

    assert await demo.by["organiser"].post("/api/v1/rehearsal:end") == {"ended": 0}


def test_the_verdict_says_first_whether_it_holds():
    seen = Seen(welcomed={"p_1": 1.0, "p_2": 2.0}, slowest_welcome=0.4, dropped=1, returns=[1.5], tabs=1)
    seen.switches.append(Switch("o_1", 10.0, 10.2, 2))

    assert sentences(Verdict(2, seen, 2, stopped=False)) == [
        "It holds: 2 people came in and each was counted once.",
        "2 of 2 in, all after 2.0 s; the slowest waited 0.4 s at the door.",
        "Counted at the end: 2. Lost: 0.",
        "1 lines were cut, 1 came back, the slowest after 1.5 s.",
        "A switch of the stream reached the last page 0.20 s after the first.",
        "1 second tabs; 0 of 0 requests for the floor were heard.",
    ]


@pytest.mark.parametrize(("people", "counted", "lost"), [(2, 1, 1), (3, 2, 0), (2, 3, 0)])
def test_one_too_few_or_too_many_and_it_does_not_hold(people, counted, lost):
    seen = Seen(welcomed={"p_1": 1.0, "p_2": 2.0})
    seen.refused["4401"] += 1

    verdict = Verdict(people, seen, counted, stopped=False)

    assert not verdict.good
    assert as_json(verdict)["lost"] == lost
    assert sentences(verdict)[0].startswith("It does not hold")
    assert "Refused: 1 x 4401" in sentences(verdict)
