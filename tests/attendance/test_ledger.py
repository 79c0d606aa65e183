"""The ledger: what the table of stays says is what the events amount to, always."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.attendance import model, store
from streamhub.attendance.model import Cause, Key, Stay, fold
from streamhub.attendance.service import AttendanceService
from streamhub.kit.channel import Channel
from streamhub.kit.ids import ImportId, ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from tests.support import NOON, FakeClock, open_database

ADA = Key(ParticipantId("p_ada"), SessionSlug("plenary"), 1, Channel.WEB)
ADA_IN_HALL = Key(ParticipantId("p_ada"), SessionSlug("plenary"), 1, Channel.HALL)
MINUTE = 60_000

keys = st.builds(
    Key,
    st.sampled_from([ParticipantId("p_ada"), ParticipantId("p_bo")]),
    st.sampled_from([SessionSlug("plenary"), SessionSlug("workshop")]),
    st.just(1),
    st.sampled_from([Channel.WEB, Channel.HALL, Channel.ZOOM]),
)
minutes = st.integers(0, 12).map(lambda n: NOON + n * MINUTE)
imports = st.sampled_from([ImportId("i_one"), ImportId("i_two")])
events = st.lists(
    st.one_of(
        st.builds(model.arrive, keys, minutes, bridges=st.none() | minutes),
        st.builds(model.leave, keys, minutes, st.sampled_from([Cause.BYE, Cause.CRASH])),
        st.builds(
            lambda key, at, import_id, row: model.import_stay(
                key, at, at + MINUTE, import_id=import_id, row=row, at=at
            ),
            keys,
            minutes,
            imports,
            st.sampled_from(["2", "3"]),
        ),
        st.builds(
            lambda one, row: model.undo(one, NOON, row=row),
            imports,
            st.none() | st.sampled_from(["2", "3"]),
        ),
    ),
    max_size=14,
)


@pytest.fixture
async def db(tmp_path):
    async with open_database(tmp_path) as database:
        yield database


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def attendance(db, clock):
    service = AttendanceService(db, clock, Settings())
    await service.start()
    return service


async def test_the_table_of_stays_is_what_the_events_amount_to(tmp_path_factory):
    async with open_database(tmp_path_factory.mktemp("fold")) as db:

        async def check(some):
            def write(tx):
                tx.execute(store.stays.delete())
                tx.execute(store.ledger.delete())
                store.append(tx, some, NOON)
                return store.all_stays(tx)

            stored = await db.write(write)
            assert sorted(stored, key=repr) == sorted(fold(some), key=repr)

        loop = asyncio.get_running_loop()

        @settings(max_examples=150, deadline=None)
        @given(events)
        def property_holds(some):
            asyncio.run_coroutine_threadsafe(check(some), loop).result(10)

        await asyncio.to_thread(property_holds)


async def stays(attendance):
    return list(await attendance.stays_of(ADA.participant))


async def test_an_arrival_is_stored_when_it_returns(attendance):
    since = await attendance.arrive(ADA, NOON)

    assert since == NOON
    assert await stays(attendance) == [Stay(ADA, NOON, None, node=attendance.node)]


async def test_a_second_tab_opens_no_second_stay(attendance):
    await attendance.arrive(ADA, NOON)

    since = await attendance.arrive(ADA, NOON + MINUTE)

    assert since == NOON
    assert len(await stays(attendance)) == 1


@pytest.mark.parametrize(
    ("cause", "gap_seconds", "continues"),
    [
        (Cause.BYE, 20, True),
        (Cause.BYE, 21, False),
        (Cause.LOST, 20, True),
        (Cause.LOST, 21, False),
        (Cause.RESTART, 60, True),
        (Cause.RESTART, 61, False),
        (Cause.CRASH, 60, True),
        (Cause.CRASH, 61, False),
        (Cause.ENDED, 1, False),
        (Cause.ELSEWHERE, 1, False),
        (Cause.REMOVED, 1, False),
    ],
)
async def test_a_short_gap_is_bridged_when_it_was_nobodys_wish(attendance, cause, gap_seconds, continues):
    await attendance.arrive(ADA, NOON)
    await attendance.depart([(ADA, NOON + MINUTE)], cause)

    since = await attendance.arrive(ADA, NOON + MINUTE + gap_seconds * 1_000)

    assert (since == NOON) is continues
    assert len(await stays(attendance)) == (1 if continues else 2)


async def test_a_departure_during_an_arrival_of_the_same_person_is_none(attendance):
    await attendance.arrive(ADA, NOON)

    returning = asyncio.ensure_future(attendance.arrive(ADA, NOON + MINUTE))  # noqa: TID251 - a race on purpose
    await asyncio.sleep(0)
    await attendance.depart([(ADA, NOON + 1_000)], Cause.LOST)
    await returning

    assert [s.until for s in await stays(attendance)] == [None]


async def test_after_a_crash_an_open_stay_ends_at_the_last_lease(db, clock):
    first = AttendanceService(db, clock, Settings())
    await first.start()
    await first.arrive(ADA, NOON)
    clock.advance(minutes=5)
    await db.write(lambda _tx: None)  # any group renews the lease
    clock.advance(minutes=30)

    second = AttendanceService(db, clock, Settings())
    await second.start()

    [stay] = await stays(second)
    assert (stay.until, stay.cause) == (NOON + 5 * MINUTE, Cause.CRASH)


async def test_after_a_crash_somebody_just_arrived_was_there_for_a_second(db, clock):
    first = AttendanceService(db, clock, Settings())
    await first.start()
    await first.arrive(ADA, NOON)
    clock.advance(minutes=30)

    second = AttendanceService(db, clock, Settings())
    await second.start()

    [stay] = await stays(second)
    assert stay.until == NOON + 1_000


async def test_a_crash_does_not_empty_the_hall(db, clock):
    first = AttendanceService(db, clock, Settings())
    await first.start()
    await db.write(lambda tx: store.append(tx, [model.arrive(ADA_IN_HALL, NOON)], NOON))

    second = AttendanceService(db, clock, Settings())
    await second.start()

    assert [s.until for s in await stays(second)] == [None]


async def test_a_stop_marks_every_web_stay_of_this_node_as_our_restart(attendance, clock):
    await attendance.arrive(ADA, NOON)

    await attendance.stop(clock.advance(minutes=3))

    [stay] = await stays(attendance)
    assert (stay.until, stay.cause) == (NOON + 3 * MINUTE, Cause.RESTART)


async def test_a_stay_never_ends_before_it_began(attendance):
    await attendance.arrive(ADA, NOON)

    await attendance.depart([(ADA, NOON - MINUTE)], Cause.LOST)

    assert [s.until for s in await stays(attendance)] == [NOON]


async def test_the_doctor_finds_a_table_that_somebody_changed(attendance, db):
    await attendance.arrive(ADA, NOON)
    assert (await attendance.compare()).missing == ()

    await db.write(lambda tx: tx.execute(store.stays.update(), {"since": NOON - MINUTE}))

    found = await attendance.compare()
    assert len(found.missing) == len(found.surplus) == 1
