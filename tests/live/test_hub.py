"""The sockets of a node: who is told what."""

import asyncio

import pytest

from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.live.close_codes import CloseCode
from streamhub.live.connection import ALIVE
from streamhub.live.hub import Hub, Listener, To
from streamhub.live.limits import Limits
from tests.live.harness import BOTH_WAYS, ROOM, all_that_comes, live_server, notice
from tests.waiting import eventually

pytestmark = pytest.mark.parametrize("direct", BOTH_WAYS, ids=["direct", "by library"])


@pytest.fixture
async def server(direct):
    async with live_server(Limits(direct_frames=direct, close_seconds=2.0)) as running:
        yield running


async def hears(page) -> list[str]:
    await page.close()
    return (await all_that_comes(page)).texts


async def test_each_kind_of_listener_is_told_its_own(server):
    async with (
        server.page("moderator", kind="MODERATORS") as moderator,
        server.page("delegate", kind="INVITED") as delegate,
        server.page("viewer", kind="PUBLIC") as viewer,
        server.page("waiting", kind="WAITING") as waiting,
    ):
        server.hub.broadcast(ROOM, notice("presence"), To.MODERATORS)
        server.hub.broadcast(ROOM, notice("floor"), To.MODERATORS | To.INVITED)
        server.hub.broadcast(ROOM, notice("source"))
        server.hub.broadcast(ROOM, notice("opens later"), To.WAITING)
        server.hub.broadcast(SessionSlug("another-room"), notice("not here"), To.ALL)

        assert (server.hub.count(ROOM), server.hub.count(ROOM, To.ALL)) == (3, 4)
        assert await hears(moderator) == ["presence", "floor", "source"]
        assert await hears(delegate) == ["floor", "source"]
        assert await hears(viewer) == ["source"]
        assert await hears(waiting) == ["opens later"]


async def test_admission_moves_a_socket_from_the_door_into_the_room(server):
    async with server.page("ada", kind="WAITING") as page:
        connection = server.connection("ada")
        server.hub.add(connection, Listener(session=ROOM, kind=To.INVITED, participant=ParticipantId("ada")))
        server.hub.broadcast(ROOM, notice("in the room"))
        server.hub.broadcast(ROOM, notice("at the door"), To.WAITING)

        assert len(server.hub) == 1
        assert await hears(page) == ["in the room"]


async def test_a_person_is_told_on_every_page_of_the_session(server):
    async with server.page("ada") as phone, server.page("ada") as laptop, server.page("ben") as other:
        server.hub.tell(ParticipantId("ada"), ROOM, notice("your turn"))
        server.hub.tell(ParticipantId("ada"), SessionSlug("another-room"), notice("not here"))

        assert [await hears(page) for page in (phone, laptop, other)] == [["your turn"], ["your turn"], []]


async def test_a_revoked_persons_pages_are_closed_and_no_others(server):
    async with server.page("ada") as phone, server.page("ada") as laptop, server.page("ben") as other:
        closed = server.hub.close_where(
            lambda listener: listener.participant == "ada", CloseCode.REVOKED, "invitation_revoked"
        )

        assert closed == 2
        assert [(await all_that_comes(page)).code for page in (phone, laptop)] == [4410, 4410]
        assert await hears(other) == []


async def test_the_oldest_page_of_a_person_comes_first(server):
    async with server.page("ada") as oldest, server.page("ada"):
        first, _second = server.hub.connections(ParticipantId("ada"), ROOM)
        server.hub.close([first], CloseCode.MOVED, "moved")

        assert (await all_that_comes(oldest)).code == 4411


async def test_a_full_process_keeps_those_it_has(direct):
    async with (
        live_server(Limits(direct_frames=direct), hub=Hub(max_connections=1)) as server,
        server.page("ada") as ada,
        server.page(None) as late,
    ):
        await late.send('{"type":"hello","viewer":"viewer-01"}')
        assert (await all_that_comes(late)).code == 4006
        assert await hears(ada) == []


async def test_whoever_has_left_is_forgotten(server):
    async with server.page("ada"):
        connection = server.connection("ada")
        assert server.hub.listener(connection).participant == "ada"
    await server.ended.get()

    assert len(server.hub) == 0
    assert server.hub.listener(connection) is None
    assert server.hub.connections(ParticipantId("ada")) == []
    assert (server.hub._rooms, server.hub._by_participant) == ({}, {})
    assert not any(server.hub._slices)
    server.hub.discard(connection)


async def test_every_socket_is_pinged_in_each_heartbeat(server):
    async with server.page("ada"), server.page("ben"), server.page("eve"):
        beating = asyncio.get_running_loop().create_task(server.hub.heartbeat(0.16))
        await eventually(lambda: len(server.heard) >= 6)
        beating.cancel()

    assert set(server.heard) == {ALIVE}


async def test_a_drain_gives_every_page_its_own_delay_and_waits_for_the_last(server):
    delays = iter([0.0, 0.5, 2.0])
    longest = []

    def uniform(low: float, high: float) -> float:
        longest.append((low, high))
        return next(delays)

    async with server.page("ada") as ada, server.page("ben") as ben, server.page("eve") as eve:
        assert not await server.hub.wait_empty(0.01)
        server.hub.drain(uniform)
        received = [await all_that_comes(page) for page in (ada, ben, eve)]
        assert await server.hub.wait_empty(2)

    assert [r.code for r in received] == [4001, 4001, 4001]
    assert [r.closing["retry_after_ms"] for r in received] == [0, 500, 2_000]
    assert longest == [(0.0, 2.0)] * 3


async def test_a_thousand_frames_for_thirty_pages_reach_all_of_them(server, direct):
    names = [f"p{number}" for number in range(30)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listen(server, name)) for name in names]
        await eventually(lambda: len(server.hub) == len(names))
        for number in range(1_000):
            server.hub.broadcast(ROOM, notice(str(number)))
            if number % 20 == 0:
                await asyncio.sleep(0.002)
        server.hub.close_where(lambda _listener: True, CloseCode.RESTART, "restart")

    assert all(task.result() == [str(number) for number in range(1_000)] for task in tasks)


async def listen(server, name: str) -> list[str]:
    async with server.page(name) as page:
        return (await all_that_comes(page)).texts


async def test_people_inside_are_counted_once_however_many_pages_they_have(server):
    async with server.page("ada") as phone, server.page("ada"), server.page("ben"):
        async with server.page("eve", kind="WAITING"):
            assert server.hub.people(ROOM) == 2
            connection = server.connection("eve")
            server.hub.add(
                connection, Listener(session=ROOM, kind=To.INVITED, participant=ParticipantId("eve"))
            )
            assert server.hub.people(ROOM) == 3
        await eventually(lambda: server.hub.people(ROOM) == 2)
        await phone.close()
        await eventually(lambda: len(server.hub) == 2)
        assert server.hub.people(ROOM) == 2
    await eventually(lambda: not len(server.hub))
    assert server.hub.people(ROOM) == 0
