"""Switching over HTTP: taken back whole, planned, proposed, made by the clock; who may look ahead."""

import pytest

from streamhub.access.roles import Role
from streamhub.kit.audit import CLOCK, AuditFilter
from streamhub.kit.clock import MINUTE, rfc3339
from streamhub.live.announcer import Announcer
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource
from streamhub.relay.timetable import TimetableService
from tests.handlers.house import HLS, OPEN, ROOM, YOUTUBE, ZOOM, heard, open_house

BASE = f"/sessions/{ROOM}"
OTHER = "https://youtu.be/aaaaaaaaaaa"


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def two(house, slug=ROOM):
    """What is on, and a second source, ten minutes later."""
    first = await house.show(HLS, slug)
    second = await house.use.relay.add(slug, NewSource(url=YOUTUBE, label="Chaîne"), None)
    house.clock.advance(minutes=10)
    return first, second


async def on_air(house, slug=ROOM):
    return [source.id for source in await house.use.relay.on_air(slug)]


async def history(house, moderator):
    _, answer = await house.ask("GET", f"{BASE}/sources/history", moderator)
    return [(row["id"], row["since"], row["until"], row["by_clock"]) for row in answer["items"]]


# Taking back


async def test_a_switch_is_taken_back_on_its_channel_alone_and_the_history_says_so(house):
    moderator = await house.guest(Role.MODERATOR)
    first, second = await two(house)
    english = await house.show(OTHER, channel="en")
    start, switched = rfc3339(first.added_at), rfc3339(house.clock.now())
    await house.ask("PUT", f"{BASE}/source", moderator, {"id": second.id})
    back = rfc3339(house.clock.advance(seconds=4))

    status, answer = await house.ask("POST", f"{BASE}/source:undo", moderator, {"id": second.id})

    assert status == 200
    assert [item["active"] for item in answer["items"]] == [True, False, True]
    assert await on_air(house) == [first.id, english.id]
    assert [row for row in await history(house, moderator) if row[0] != english.id] == [
        (first.id, start, switched, False),
        (second.id, switched, back, False),
        (first.id, back, None, False),
    ]


async def test_the_first_link_of_a_session_is_taken_back_to_nothing(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    _, added = await house.ask("POST", f"{BASE}/sources", moderator, {"url": YOUTUBE, "activate": True})
    house.clock.advance(seconds=3)

    _, answer = await house.ask("POST", f"{BASE}/source:undo", moderator, {"id": added["id"]})
    status, _ = await house.ask("GET", f"{BASE}/source", delegate)

    assert (answer["items"], status) == ([], 404)
    [row] = await history(house, moderator)
    assert (row[0], row[2]) == (added["id"], rfc3339(house.clock.now()))


async def test_a_switch_is_taken_back_once_soon_and_only_while_it_stands(house):
    moderator = await house.guest(Role.MODERATOR)
    first, second = await two(house)
    await house.ask("PUT", f"{BASE}/source", moderator, {"id": second.id})

    not_on = await house.ask("POST", f"{BASE}/source:undo", moderator, {"id": first.id})
    house.clock.advance(seconds=11)
    too_late = await house.ask("POST", f"{BASE}/source:undo", moderator, {"id": second.id})

    assert [(status, body["code"]) for status, body in (not_on, too_late)] == [(409, "state_conflict")] * 2
    assert await on_air(house) == [second.id]


# The order of falling back


async def test_each_channel_names_what_to_fall_back_to_and_the_text_comes_last(house):
    moderator = await house.guest(Role.MODERATOR)
    first, second = await two(house)
    words = await house.use.relay.add(ROOM, NewSource(text="Appelez.", phone="+32 81 00 00 00"), None)
    english = await house.show(OTHER, channel="en")
    order = [words.id, english.id, first.id, second.id]

    _, answer = await house.ask("PUT", f"{BASE}/sources/order", moderator, {"order": order})

    assert [item["id"] for item in answer["items"]] == order
    assert [item["id"] for item in answer["items"] if item["next"]] == [second.id]
    for following in (words.id, None):
        house.clock.advance(seconds=1)
        await house.ask("PUT", f"{BASE}/source", moderator, {"id": second.id if following else words.id})
        _, answer = await house.ask("GET", f"{BASE}/sources", moderator)
        assert [item["id"] for item in answer["items"] if item["next"]] == ([following] if following else [])


# The timetable


async def planned(house, moderator, source, minutes):
    """Plan a source so many minutes after the session's start."""
    at = (await house.use.programme.session(ROOM)).starts_at + minutes * MINUTE
    return await house.ask("PUT", f"{BASE}/sources/{source.id}/plan", moderator, {"at": rfc3339(at)})


async def at_start(house, minutes=0.0):
    """The clock stands so many minutes after the session's start."""
    session = await house.use.programme.session(ROOM)
    house.clock.advance(seconds=(session.starts_at - house.clock.now()) // 1000 + minutes * 60)
    await house.use.programme.settle()


async def proposed(house, moderator):
    _, answer = await house.ask("GET", f"{BASE}/sources", moderator)
    return [item["id"] for item in answer["items"] if item["proposed"]]


async def test_at_its_time_open_walls_hear_a_proposal_and_nothing_changes_by_itself(house):
    moderator = await house.guest(Role.MODERATOR)
    first, second = await two(house)
    status, answer = await planned(house, moderator, second, 30)
    assert (status, answer["items"][1]["planned_at"]) == (200, "2021-11-04T14:30:00.000Z")
    await at_start(house, 29.9)
    await house.use.timetable.tick()
    assert await proposed(house, moderator) == []

    async with house.page(moderator) as wall:
        await at_start(house, 30)
        await house.use.timetable.tick()
        await heard(wall, "sources")

    assert await proposed(house, moderator) == [second.id]
    assert await on_air(house) == [first.id]
    await house.ask("PUT", f"{BASE}/sources/{second.id}/plan", moderator, {"at": None})
    assert await proposed(house, moderator) == []


async def test_a_proposal_moves_with_the_session_and_outlives_a_restart(house):
    moderator = await house.guest(Role.MODERATOR)
    _, second = await two(house)
    await planned(house, moderator, second, 30)
    await at_start(house, 31)
    assert await proposed(house, moderator) == [second.id]

    await house.ask("POST", f"{BASE}:shift", moderator, {"minutes": 15})

    assert await proposed(house, moderator) == []
    use = house.use
    again = TimetableService(use.db, house.clock, use.programme, use.relay)
    [row] = [row for row in (await again.board(ROOM)).rows if row.source.id == second.id]
    assert rfc3339(row.planned_at) == "2021-11-04T14:45:00.000Z"


async def test_an_automatic_timetable_switches_in_the_name_of_the_clock(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    first, second = await two(house)
    await planned(house, moderator, second, 30)
    await house.ask("PUT", f"{BASE}/timetable", moderator, {"automatic": True})
    await at_start(house, 1)

    async with house.page(delegate) as page:
        await at_start(house, 30)
        await house.use.timetable.tick()
        assert (await heard(page, "source"))["source"]["id"] == second.id

    assert (await history(house, moderator))[-1][0::3] == (second.id, True)
    [act] = [
        r.act for r in await house.use.audit.all(AuditFilter(action="source.switch")) if r.act.by == CLOCK
    ]
    assert (act.target, dict(act.detail)["session"]) == (second.id, ROOM)
    house.clock.advance(seconds=3)
    _, answer = await house.ask("POST", f"{BASE}/source:undo", moderator, {"id": second.id})
    await house.use.timetable.tick()
    assert await on_air(house) == [first.id]
    assert [item["planned_at"] for item in answer["items"]] == [None, None]


async def test_while_the_session_before_is_live_an_automatic_timetable_only_proposes(house):
    moderator = await house.guest(Role.MODERATOR)
    first, second = await two(house)
    await planned(house, moderator, second, -1)
    await house.ask("PUT", f"{BASE}/timetable", moderator, {"automatic": True})
    await house.begin(OPEN, SessionState.LIVE)
    await at_start(house, -0.5)
    await house.use.timetable.tick()

    _, answer = await house.ask("GET", f"{BASE}/sources", moderator)
    assert (answer["held"], [item["proposed"] for item in answer["items"]]) == (True, [False, True])
    assert await on_air(house) == [first.id]

    await house.begin(OPEN, SessionState.ENDED)
    await house.use.timetable.tick()
    assert await on_air(house) == [second.id]


@pytest.mark.parametrize(
    "at", ["2021-11-04T12:00:00Z", "2021-11-09T12:00:00Z", "soon", "2021-11-04T25:00", "2021-11-04"]
)
async def test_a_plan_needs_an_instant_to_come_near_the_session(house, at):
    moderator = await house.guest(Role.MODERATOR)
    _, second = await two(house)

    status, answer = await house.ask("PUT", f"{BASE}/sources/{second.id}/plan", moderator, {"at": at})

    assert (status, [problem["field"] for problem in answer["errors"]]) == (422, ["at"])


async def test_a_plan_may_be_a_local_time_of_the_summit(house):
    moderator = await house.guest(Role.MODERATOR)
    _, second = await two(house)

    body = {"at": "2021-11-04T15:30"}
    _, answer = await house.ask("PUT", f"{BASE}/sources/{second.id}/plan", moderator, body)
    unknown, _ = await house.ask("PUT", f"{BASE}/sources/src_none/plan", moderator, body)

    assert answer["items"][1]["planned_at"] == "2021-11-04T14:30:00.000Z"
    assert unknown == 404


# What pages may know


async def test_only_those_who_see_the_wall_may_look_at_a_source_before_it_is_on(house):
    await house.begin()
    first, _ = await two(house)
    await house.use.relay.reorder(ROOM, [s.id for s in reversed(await house.use.relay.sources(ROOM))], None)
    kept = next(s for s in await house.use.relay.sources(ROOM) if s.id != first.id)
    people = [None, *[await house.guest(role) for role in (Role.DELEGATE, Role.MODERATOR, Role.TECHNICIAN)]]

    found = []
    for guest in people:
        async with house.raw("GET", f"/s/{ROOM}/player?source={kept.id}", guest) as answer:
            found.append((answer.status, "youtube-nocookie.com/embed" in await answer.text()))

    assert found == [(401, False), (404, False), (200, True), (200, True)]


async def test_a_page_opened_after_the_switch_has_the_new_address_and_the_old_one_is_gone(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    old = await house.show(OTHER)
    house.clock.advance(seconds=1)
    await house.ask("POST", f"{BASE}/sources", moderator, {"url": YOUTUBE, "activate": True})

    async with house.raw("GET", f"/s/{ROOM}", delegate) as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    async with house.raw("GET", f"/s/{ROOM}/player?source={old.id}", delegate) as answer:
        gone = answer.status
    async with house.page(delegate, ROOM):
        _, source = await house.ask("GET", f"{BASE}/source", delegate)

    assert ("dQw4w9WgXcQ" in page, "aaaaaaaaaaa" in page, gone) == (True, False, 404)
    assert "youtube" not in policy
    assert source["provider"] == "youtube"
    assert "dQw4w9WgXcQ" in source["embed_url"]


async def test_a_page_that_comes_in_during_a_switch_is_told_what_is_on_at_last(house, monkeypatch):
    delegate = await house.guest()
    await house.begin()
    first, second = await two(house)
    welcome = Announcer.welcome

    async def interrupted(self, visit, session):
        told = await welcome(self, visit, session)
        await house.use.relay.activate(ROOM, second.id, "p_mod")
        await house.use.changes.catch_up()  # told to everybody who is in, and this page is not yet
        return told

    monkeypatch.setattr(Announcer, "welcome", interrupted)
    url = f"/api/v1/live?session={ROOM}"
    async with house.client.ws_connect(
        url, headers=delegate.headers, protocols=("streamhub.v1.json",)
    ) as page:
        assert (await heard(page, "welcome"))["source"]["id"] == first.id
        assert (await heard(page, "source"))["source"]["id"] == second.id


async def test_before_the_doors_no_page_of_the_audience_holds_an_address(house):
    await two(house)
    for guest in (await house.guest(), await house.guest(Role.PRESS)):
        async with house.raw("GET", f"/s/{ROOM}", guest) as answer:
            text = await answer.text()
        assert ("youtu" in text, "stream.example.be" in text) == (False, False)
        for path in ("source", "sources", "sources/history", "checklist"):
            status, _ = await house.ask("GET", f"{BASE}/{path}", guest)
            assert status == 403


async def test_the_history_holds_no_passcode(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.show(ZOOM)

    status, answer = await house.ask("GET", f"{BASE}/sources/history", moderator)

    assert status == 200
    assert "pwd" not in str(answer)
