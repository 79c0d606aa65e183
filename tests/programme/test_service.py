"""The programme as others use it."""

import asyncio
from datetime import date

import pytest

from streamhub.kit.db import changes_after
from streamhub.kit.errors import FieldInvalid, NotConfigured, NotFound, StateConflict, UnknownSession
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.model import SessionState
from streamhub.programme.service import ProgrammeService
from tests.programme.samples import SUMMIT, at, loaded

OPENING, WORKSHOP = SessionSlug("ouverture"), SessionSlug("atelier")


async def test_before_the_first_load_there_is_no_summit(programme):
    with pytest.raises(NotConfigured):
        await programme.summit()
    with pytest.raises(NotConfigured):
        await programme.export()
    assert await programme.sessions() == ()
    assert await programme.settle() == ()


async def test_the_days_of_a_summit_are_those_of_its_sessions_unless_its_file_says_others(programme):
    await programme.load(loaded())
    summit = await programme.summit()
    await programme.load(loaded(summit=f"{SUMMIT}starts_on = 2021-11-02\n"))

    assert (summit.starts_on, summit.ends_on) == (date(2021, 11, 4), date(2021, 11, 4))
    assert (await programme.summit()).starts_on == date(2021, 11, 2)


async def test_who_asks_for_what_is_not_there_is_told(programme):
    await programme.load(loaded())

    with pytest.raises(UnknownSession):
        await programme.session(SessionSlug("nowhere"))
    with pytest.raises(UnknownSession):
        await programme.history(SessionSlug("nowhere"))
    with pytest.raises(NotFound):
        await programme.delegation(DelegationCode("STAFF"))


async def test_documents_belong_to_their_session(programme):
    await programme.load(loaded())

    assert [d.url for d in await programme.documents(WORKSHOP)] == ["https://docs.example/note.pdf"]
    assert await programme.documents(OPENING) == ()


async def test_doors_open_when_the_settings_say(db, clock):
    programme = ProgrammeService(db, clock, Settings(doors_minutes=45))
    await programme.load(loaded())

    assert await programme.doors_at(await programme.session(OPENING)) == at(-45)


async def test_the_clock_makes_the_changes_that_are_due_and_says_so(programme, db, clock):
    await programme.load(loaded())
    clock.advance(seconds=1)

    changes = await programme.settle()

    assert [(c.session, c.state, c.at, c.by) for c in changes] == [
        ("ouverture", "doors", at(-30), "clock"),
        ("ouverture", "live", at(0), "clock"),
    ]
    assert (await programme.session(OPENING)).state is SessionState.LIVE
    assert (await db.read(lambda tx: changes_after(tx, 0)))[-1].key == "ouverture"
    assert await programme.settle() == ()


async def test_a_server_that_slept_writes_the_same_history(programme, clock):
    await programme.load(loaded())
    clock.advance(minutes=600)
    await programme.settle()

    assert [(c.state, c.at) for c in await programme.history(OPENING)] == [
        ("doors", at(-30)),
        ("live", at(0)),
        ("ended", at(60)),
    ]
    assert (await programme.session(WORKSHOP)).state is SessionState.ENDED


async def test_a_change_by_hand_comes_after_what_was_due_and_makes_the_session_manual(programme, clock):
    await programme.load(loaded())
    clock.advance(minutes=10)

    session = await programme.set_state(OPENING, SessionState.PAUSED, "inv_1")

    assert (session.state, session.automatic) == (SessionState.PAUSED, False)
    assert [(c.state, c.automatic, c.by) for c in await programme.history(OPENING)] == [
        ("doors", True, "clock"),
        ("live", True, "clock"),
        ("paused", False, "inv_1"),
    ]


async def test_the_same_change_twice_is_one(programme, db):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.ENDED, "inv_1")
    told = await db.read(lambda tx: len(changes_after(tx, 0)))

    session = await programme.set_state(OPENING, SessionState.ENDED, "inv_1")

    assert session.state is SessionState.ENDED
    assert len([c for c in await programme.history(OPENING) if c.state == "ended"]) == 1
    assert await db.read(lambda tx: len(changes_after(tx, 0))) == told


async def test_going_live_ends_the_one_before_in_the_room_and_tells_of_both(programme, db, clock):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.LIVE, "inv_1")
    clock.advance(minutes=50)
    already = len(await db.read(lambda tx: changes_after(tx, 0)))

    await programme.set_state(WORKSHOP, SessionState.LIVE, "inv_2")

    assert (await programme.session(OPENING)).state is SessionState.ENDED
    told = [(c.topic, c.key) for c in await db.read(lambda tx: changes_after(tx, 0))]
    assert set(told[already:]) == {("session", "ouverture"), ("session", "atelier")}


async def test_an_ended_session_is_opened_again_but_never_scheduled_again(programme):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.ENDED, "inv_1")

    with pytest.raises(StateConflict):
        await programme.set_state(OPENING, SessionState.SCHEDULED, "inv_1")
    assert (await programme.set_state(OPENING, SessionState.LIVE, "inv_1")).state is SessionState.LIVE


async def test_a_refused_change_leaves_what_was_due(programme):
    await programme.load(loaded())

    with pytest.raises(UnknownSession):
        await programme.set_state(SessionSlug("nowhere"), SessionState.LIVE, "inv_1")

    assert [c.state for c in await programme.settle()] == ["doors", "live"]


async def test_a_shift_moves_the_session_and_those_after_it(programme, db):
    await programme.load(loaded())

    moved = await programme.shift(OPENING, 11, "inv_1", following=True)

    assert [(s.slug, s.starts_at, s.scheduled_starts_at) for s in moved] == [
        ("ouverture", at(11), at(0)),
        ("atelier", at(71), at(60)),
    ]
    assert [s.state for s in moved] == ["doors", "scheduled"]
    keys = {c.key for c in await db.read(lambda tx: changes_after(tx, 0)) if c.topic == "session"}
    assert keys == {"ouverture", "atelier"}


async def test_a_shift_of_no_minutes_changes_nothing(programme, db):
    await programme.load(loaded())
    await programme.settle()
    already = await db.read(lambda tx: changes_after(tx, 0))

    [session] = await programme.shift(OPENING, 0, "inv_1")

    assert session.state is SessionState.LIVE
    assert await db.read(lambda tx: changes_after(tx, 0)) == already


@pytest.mark.parametrize("minutes", [1_441, -1_441])
async def test_a_shift_is_at_most_a_day(programme, minutes):
    await programme.load(loaded())

    with pytest.raises(FieldInvalid, match="minutes"):
        await programme.shift(OPENING, minutes, "inv_1")


async def test_an_ended_session_cannot_be_shifted(programme):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.ENDED, "inv_1")

    with pytest.raises(StateConflict):
        await programme.shift(OPENING, 15, "inv_1")


async def test_what_another_process_wrote_is_seen_once_it_was_noticed(programme, db, clock):
    await programme.load(loaded())
    await programme.sessions()
    other = ProgrammeService(db, clock, Settings())
    await other.set_state(OPENING, SessionState.PAUSED, "cli")

    before = await programme.session(OPENING)
    await programme.forget("ouverture")

    assert before.state is SessionState.SCHEDULED
    assert (await programme.session(OPENING)).state is SessionState.PAUSED


async def test_those_who_ask_at_once_after_a_change_are_answered_by_one_reading(programme, db, monkeypatch):
    await programme.load(loaded())
    readings = []

    def read(query, ask=db.read):
        readings.append(query)
        return ask(query)

    monkeypatch.setattr(db, "read", read)
    answers = await asyncio.gather(*(programme.session(OPENING) for _ in range(50)))

    assert {session.slug for session in answers} == {OPENING}
    assert len(readings) == 1
