"""Excuses: written once, taken back, and of one holding of a session."""

import pytest
import sqlalchemy as sa

from streamhub.attendance.excused import ExcusedService
from streamhub.attendance.excused_model import ExcuseOrder
from streamhub.kit.db import changes_after
from streamhub.kit.errors import UnknownSession
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme import store as programme_store
from streamhub.programme.service import ProgrammeService
from tests.programme.samples import loaded
from tests.support import FakeClock, open_database

ROOM = SessionSlug("atelier")
OTHER = SessionSlug("ouverture")
AWA = ParticipantId("p_awa")
INES = ParticipantId("p_ines")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as db:
        yield db


@pytest.fixture
async def programme(database, clock):
    service = ProgrammeService(database, clock, Settings())
    await service.load(loaded())
    return service


@pytest.fixture
def excused(database, clock, programme):
    return ExcusedService(database, clock, programme)


async def noticed(database):
    changes = await database.read(lambda tx: changes_after(tx, 0))
    return [change.key for change in changes if change.topic == "excused"]


async def test_who_is_excused_stands_in_the_list_of_that_session_alone(excused, clock):
    row = await excused.set(ROOM, ExcuseOrder(AWA, "Vol annulé", "BJ-02"), "p_mod")

    assert await excused.of_session(ROOM) == (row,)
    assert await excused.of_session(OTHER) == ()
    assert (row.reason, row.represented_by, row.by, row.at) == ("Vol annulé", "BJ-02", "p_mod", clock.now())


async def test_the_same_words_again_change_nothing_and_other_words_replace_them(excused, database, clock):
    first = await excused.set(ROOM, ExcuseOrder(AWA, "Vol annulé"), "p_mod")
    clock.advance(minutes=5)

    assert await excused.set(ROOM, ExcuseOrder(AWA, "Vol annulé"), "p_other") == first
    await excused.set(ROOM, ExcuseOrder(AWA, "Malade"), "p_other")

    [row] = await excused.of_session(ROOM)
    assert (row.reason, row.by, row.at) == ("Malade", "p_other", clock.now())
    assert await noticed(database) == [ROOM, ROOM]


async def test_people_stand_in_the_order_in_which_they_were_excused(excused, clock):
    await excused.set(ROOM, ExcuseOrder(INES), "p_mod")
    clock.advance(seconds=1)
    await excused.set(ROOM, ExcuseOrder(AWA), "p_mod")

    assert [row.participant for row in await excused.of_session(ROOM)] == [INES, AWA]


async def test_an_excuse_that_is_taken_back_is_gone_and_a_second_time_changes_nothing(excused, database):
    await excused.set(ROOM, ExcuseOrder(AWA), "p_mod")

    await excused.take_back(ROOM, AWA, "p_mod")
    await excused.take_back(ROOM, AWA, "p_mod")

    assert await excused.of_session(ROOM) == ()
    assert await noticed(database) == [ROOM, ROOM]


async def test_a_session_that_is_held_again_begins_without_excuses(excused, database, programme):
    await excused.set(ROOM, ExcuseOrder(AWA), "p_mod")
    again = sa.update(programme_store.sessions).where(programme_store.sessions.c.slug == ROOM).values(run=2)
    await database.write(lambda tx: tx.execute(again))
    await programme.forget(ROOM)

    assert await excused.of_session(ROOM) == ()


async def test_nobody_is_excused_from_a_session_that_is_not_there(excused):
    with pytest.raises(UnknownSession):
        await excused.set(SessionSlug("nulle-part"), ExcuseOrder(AWA), "p_mod")
