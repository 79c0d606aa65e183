"""Asking, giving, ending and sorting, on a real database and a real programme."""

import asyncio

import pytest

from streamhub.floor.model import MAX_MINUTES, MAX_SUBJECT, Order, RequestState
from streamhub.floor.service import FloorOrder, FloorService
from streamhub.kit.db import changes_after
from streamhub.kit.errors import FieldInvalid, NotFound, StateConflict, UnknownSession
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.model import SessionState
from streamhub.programme.service import ProgrammeService
from tests.programme.samples import loaded
from tests.support import FakeClock, open_database

ROOM = SessionSlug("atelier")
OTHER = SessionSlug("ouverture")
BENIN = DelegationCode("BJ")
UNESCO = DelegationCode("UNESCO")

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
def floor(database, clock, programme):
    return FloorService(database, clock, programme)


async def ask(floor, participant, delegation=BENIN, **words):
    return await floor.ask(ROOM, FloorOrder(delegation, participant, **words))


async def waiting(floor):
    return [request.id for request in (await floor.line(ROOM)).requests]


async def noticed(database):
    changes = await database.read(lambda tx: changes_after(tx, 0))
    return [change.key for change in changes if change.topic == "floor"]


# Asking


async def test_a_delegate_asks_before_the_session_and_stands_in_its_queue(floor, database, clock):
    request = await ask(floor, AWA, subject="  Données   de santé ", minutes=3)

    line = await floor.line(ROOM)
    assert line.sorting is Order.PROTOCOL
    assert line.requests == [request]
    assert (request.subject, request.minutes, request.asked_at) == ("Données de santé", 3, clock.now())
    assert line.of(AWA) == request
    assert line.of(INES) is None
    assert line.position(request.id) == 1
    assert await noticed(database) == [ROOM]


async def test_asking_again_keeps_the_place_and_the_words(floor, database, clock):
    first = await ask(floor, AWA, subject="Eau", minutes=3)
    clock.advance(minutes=1)
    await ask(floor, INES, UNESCO)

    again = await ask(floor, AWA)

    assert again == first
    assert await noticed(database) == [ROOM, ROOM]


async def test_asking_again_with_other_words_changes_the_words_only(floor, clock):
    first = await ask(floor, AWA, subject="Eau", minutes=3)
    clock.advance(minutes=1)

    await ask(floor, AWA, subject="Santé")

    [request] = (await floor.line(ROOM)).requests
    assert (request.id, request.asked_at) == (first.id, first.asked_at)
    assert (request.subject, request.minutes) == ("Santé", 3)


async def test_a_moderator_asks_once_for_a_delegation_beside_the_requests_of_its_people(floor, clock):
    of_a_person = await ask(floor, AWA)
    clock.advance(seconds=1)

    for_benin = await ask(floor, None)
    again = await ask(floor, None)

    assert again == for_benin
    assert await waiting(floor) == [of_a_person.id, for_benin.id]


async def test_the_same_person_in_two_sessions_stands_in_two_queues(floor):
    await ask(floor, AWA)
    await floor.ask(OTHER, FloorOrder(BENIN, AWA))

    assert len((await floor.line(ROOM)).requests) == 1
    assert len((await floor.line(OTHER)).requests) == 1


async def test_a_hundred_taps_at_once_are_one_request(floor):
    made = await asyncio.gather(*(ask(floor, AWA) for _ in range(100)))

    assert {request.id for request in made} == {made[0].id}


async def test_nobody_asks_in_a_session_that_has_ended(floor, programme):
    await programme.set_state(ROOM, SessionState.ENDED, "p_mod")

    with pytest.raises(StateConflict):
        await ask(floor, AWA)


async def test_nobody_asks_in_a_session_that_is_not_there(floor):
    with pytest.raises(UnknownSession):
        await floor.ask(SessionSlug("nulle-part"), FloorOrder(BENIN, AWA))


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("minutes", FloorOrder(BENIN, AWA, minutes=0)),
        ("minutes", FloorOrder(BENIN, AWA, minutes=MAX_MINUTES + 1)),
        ("subject", FloorOrder(BENIN, AWA, subject="x" * (MAX_SUBJECT + 1))),
        ("delegation", FloorOrder(DelegationCode("XX"), None)),
    ],
)
async def test_a_wrong_field_is_named(floor, field, order):
    with pytest.raises(FieldInvalid) as refused:
        await floor.ask(ROOM, order)

    assert [problem.field for problem in refused.value.problems] == [field]


async def test_the_longest_subject_and_the_longest_time_are_taken(floor):
    request = await ask(floor, AWA, subject="x" * MAX_SUBJECT, minutes=MAX_MINUTES)

    assert request.minutes == MAX_MINUTES


# Giving and ending


async def test_giving_the_floor_ends_the_speech_before(floor, clock):
    first, second = await ask(floor, AWA), await ask(floor, INES, UNESCO)
    await floor.grant(ROOM, first.id)
    clock.advance(minutes=2)

    given = await floor.grant(ROOM, second.id)

    assert (given.state, given.granted_at) == (RequestState.SPEAKING, clock.now())
    assert await waiting(floor) == [second.id]
    assert (await floor.line(ROOM)).position(second.id) == 0
    assert (await floor.request(ROOM, first.id)).state is RequestState.DONE


async def test_giving_it_twice_changes_nothing(floor, database, clock):
    request = await ask(floor, AWA)
    given = await floor.grant(ROOM, request.id)
    clock.advance(minutes=2)

    again = await floor.grant(ROOM, request.id)

    assert again == given
    assert len(await noticed(database)) == 2


@pytest.mark.parametrize("state", [RequestState.DONE, RequestState.WITHDRAWN])
async def test_what_ended_stays_ended(floor, state):
    request = await ask(floor, AWA)
    await floor.end(ROOM, request.id, state)

    again = await floor.end(ROOM, request.id, state)

    assert again.state is state
    assert await waiting(floor) == []
    with pytest.raises(StateConflict):
        await floor.grant(ROOM, request.id)


async def test_a_speech_that_is_done_cannot_be_withdrawn(floor):
    request = await ask(floor, AWA)
    await floor.end(ROOM, request.id, RequestState.DONE)

    with pytest.raises(StateConflict):
        await floor.end(ROOM, request.id, RequestState.WITHDRAWN)


async def test_who_spoke_may_ask_again_and_stands_at_the_end(floor, clock):
    first = await ask(floor, AWA)
    await ask(floor, INES)
    await floor.grant(ROOM, first.id)
    await floor.end(ROOM, first.id, RequestState.DONE)
    clock.advance(minutes=1)

    again = await ask(floor, AWA)

    assert again.id != first.id
    assert (await waiting(floor))[-1] == again.id


async def test_a_person_who_leaves_withdraws_the_own_request_alone(floor, database):
    own, other = await ask(floor, AWA), await ask(floor, INES)

    await floor.withdraw_own(ROOM, AWA)
    await floor.withdraw_own(ROOM, AWA)

    assert await waiting(floor) == [other.id]
    assert (await floor.request(ROOM, own.id)).state is RequestState.WITHDRAWN
    assert len(await noticed(database)) == 3


async def test_a_request_of_another_session_is_not_found(floor):
    request = await ask(floor, AWA)

    with pytest.raises(NotFound):
        await floor.grant(OTHER, request.id)
    with pytest.raises(NotFound):
        await floor.end(OTHER, request.id, RequestState.DONE)
    with pytest.raises(NotFound):
        await floor.request(OTHER, request.id)


async def test_two_moderators_who_give_the_floor_at_once_leave_one_speaker(floor):
    requests = [await ask(floor, ParticipantId(f"p_{n}")) for n in range(8)]

    await asyncio.gather(*(floor.grant(ROOM, request.id) for request in requests))

    states = [(await floor.request(ROOM, request.id)).state for request in requests]
    assert states.count(RequestState.SPEAKING) == 1
    assert states.count(RequestState.DONE) == 7


# Sorting


async def test_by_hand_the_queue_stands_as_it_was_put(floor, clock):
    first = await ask(floor, AWA)
    clock.advance(seconds=1)
    second = await ask(floor, INES)
    clock.advance(seconds=1)
    third = await ask(floor, None, UNESCO)

    line = await floor.sort(ROOM, Order.HAND, [third.id, first.id])

    assert [request.id for request in line.requests] == [third.id, first.id, second.id]
    assert await floor.line(ROOM) == line


async def test_by_hand_without_a_list_the_queue_stays_as_it_stands(floor, clock):
    of_unesco = await ask(floor, AWA, UNESCO)
    clock.advance(seconds=1)
    of_benin = await ask(floor, INES, BENIN)

    await floor.sort(ROOM, Order.HAND)
    clock.advance(seconds=1)
    late = await ask(floor, None, BENIN)

    assert await waiting(floor) == [of_benin.id, of_unesco.id, late.id]


async def test_another_sorting_forgets_the_order_by_hand(floor, clock):
    first = await ask(floor, AWA)
    clock.advance(seconds=1)
    second = await ask(floor, INES)
    await floor.sort(ROOM, Order.HAND, [second.id, first.id])

    await floor.sort(ROOM, Order.ARRIVAL)
    assert await waiting(floor) == [first.id, second.id]
    await floor.sort(ROOM, Order.HAND, [])
    assert await waiting(floor) == [first.id, second.id]


async def test_a_list_that_does_not_fit_is_refused_and_nothing_changes(floor):
    request = await ask(floor, AWA)

    for order, ranked in [
        (Order.HAND, ["f_nobody"]),
        (Order.HAND, [request.id, request.id]),
        (Order.ARRIVAL, [request.id]),
    ]:
        with pytest.raises(FieldInvalid) as refused:
            await floor.sort(ROOM, order, ranked)
        assert refused.value.problems[0].field == "requests"
    assert (await floor.line(ROOM)).sorting is Order.PROTOCOL
