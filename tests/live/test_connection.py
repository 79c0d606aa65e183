"""One live socket over a real server, with the `websockets` library as the page."""

import asyncio
import socket
import struct

import pytest
from websockets.exceptions import ConnectionClosed

from streamhub.kit.errors import InvitationRevoked, StorageUnavailable
from streamhub.live.close_codes import CloseCode
from streamhub.live.connection import ALIVE
from streamhub.live.frames import text_frame
from streamhub.live.limits import Limits
from streamhub.live.messages import Beat, Bye, Hello, Unknown
from tests.live.harness import BOTH_WAYS, all_that_comes, live_server, notice
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.parametrize("direct", BOTH_WAYS, ids=["direct", "by library"])


@pytest.fixture
async def server(direct):
    async with live_server(Limits(direct_frames=direct, close_seconds=0.3)) as running:
        yield running


def padded_hello(length: int) -> str:
    empty = '{"type":"hello","token":""}'
    return empty[:-2] + "x" * (length - len(empty)) + empty[-2:]


async def test_a_page_speaks_our_subprotocol_without_compression(server):
    async with server.page() as page:
        assert page.subprotocol == "streamhub.v1.json"
        assert page.protocol.extensions == []


async def test_what_a_page_says_is_heard_in_order(server):
    async with server.page() as page:
        await page.send('{"type":"beat","visible":true,"player":"closed"}')
        await page.send('{"type":"wave"}')
        await page.send('{"type":"bye"}')
        await page.close()
        await server.ended.get()

    assert server.heard == [Beat(visible=True, player="closed"), Unknown("wave"), Bye()]


async def test_interleaved_broadcast_direct_and_close_frames_arrive_in_order(server):
    async with server.page("ada") as ada, server.page("ben") as ben:
        connection = server.connection("ada")
        for number in range(40):
            server.hub.broadcast("atelier-1", notice(f"all {number} " + "é" * 100 * number))
            connection.send(notice(f"ada {number}"))
            if number % 7 == 0:
                connection.ping()
                await asyncio.sleep(0)
        connection.close(CloseCode.REVOKED, "invitation_revoked")
        connection.send(notice("after the end"))
        server.hub.broadcast("atelier-1", notice("for ben"))
        server.connection("ben").close(CloseCode.RESTART, "restart", retry_after_ms=1_234)
        for_ada, for_ben = await asyncio.gather(all_that_comes(ada), all_that_comes(ben))

    heads = [text.split(" é")[0].strip() for text in for_ada.texts]
    assert heads == [f"{who} {number}" for number in range(40) for who in ("all", "ada")]
    assert for_ada.closing == {
        "type": "closing",
        "code": 4410,
        "reason": "invitation_revoked",
        "retry_after_ms": None,
    }
    assert (for_ada.code, for_ada.reason) == (4410, "invitation_revoked")
    assert for_ben.texts[-1] == "for ben"
    assert (for_ben.code, for_ben.closing["retry_after_ms"]) == (4001, 1_234)


async def test_an_error_closes_with_its_code_and_says_whether_to_come_back(server):
    async with server.page("ada") as ada, server.page("ben") as ben:
        server.connection("ada").refuse(InvitationRevoked("revoked"))
        server.connection("ben").refuse(StorageUnavailable("disk full"))
        for_ada, for_ben = await asyncio.gather(all_that_comes(ada), all_that_comes(ben))

    assert (for_ada.code, for_ada.closing["reason"], for_ada.closing["retry_after_ms"]) == (
        4410,
        "invitation_revoked",
        None,
    )
    assert (for_ben.code, for_ben.closing["retry_after_ms"]) == (4005, 1_000)


async def test_the_second_close_says_nothing(server):
    async with server.page() as page:
        connection = server.connection("ada")
        connection.close(CloseCode.REVOKED, "invitation_revoked")
        connection.close(CloseCode.RESTART, "restart")

        assert (await all_that_comes(page)).code == 4410


async def test_a_page_that_does_not_read_is_cut_and_hears_why_when_it_reads_again(direct):
    limits = Limits(direct_frames=direct, close_seconds=10.0)
    async with live_server(limits) as server, server.page(max_queue=1) as page:
        connection = server.connection("ada")
        await flood(connection)
        received = await all_that_comes(page)

    assert (received.code, received.closing["reason"]) == (4002, "too_slow")
    assert received.texts == [f"{number:<60000}" for number in range(len(received.texts))]


async def test_a_page_that_never_reads_is_let_go(direct):
    limits = Limits(direct_frames=direct, close_seconds=0.2)
    async with live_server(limits) as server, server.page(max_queue=1) as page:
        await flood(server.connection("ada"))
        connection = await asyncio.wait_for(server.ended.get(), PATIENCE)
        page.transport.abort()

    assert connection.peer_code is None
    assert len(server.hub) == 0


async def flood(connection) -> None:
    number = 0
    while not connection.closing:
        connection.send(notice(f"{number:<60000}"))
        number += 1
        await asyncio.sleep(0)


async def test_a_slow_page_gets_the_newest_count_and_not_all_of_them(server, direct):
    async with server.page(max_queue=1) as page:
        connection = server.connection("ada")
        while backlog(connection) == 0:
            connection.send(notice("x" * 60_000))
            await asyncio.sleep(0)
        for number in range(500):
            connection.send_latest(notice(f"count {number}"))
        reading = asyncio.get_running_loop().create_task(all_that_comes(page))
        await eventually(lambda: backlog(connection) == 0)
        connection.ping()
        await asyncio.sleep(0.05)
        connection.close(CloseCode.REVOKED, "over")
        received = await reading

    assert [text for text in received.texts if text.startswith("count")] == ["count 499"]


def backlog(connection) -> int:
    waiting = connection._transport.get_write_buffer_size()
    return waiting + getattr(connection._outbox, "_bytes", 0)


@pytest.mark.parametrize(("messages", "fine"), [(9, True), (10, True), (11, False)])
async def test_ten_messages_in_a_second_and_not_eleven(server, messages, fine):
    async with server.page() as page:
        for _ in range(messages):
            await page.send('{"type":"resync"}')
        await end(server, page, fine=fine, code=4429)


@pytest.mark.parametrize(("pings", "fine"), [(19, True), (20, True), (21, False)])
async def test_twenty_control_frames_in_a_second_and_not_twenty_one(server, pings, fine):
    async with server.page() as page:
        for _ in range(pings):
            await page.ping()
        await end(server, page, fine=fine, code=4429)


async def test_a_flood_of_pings_is_closed_and_heard_no_further(server):
    async with server.page() as page:
        for _ in range(5_000):
            page.transport.write(b"\x89\x80\x00\x00\x00\x00")
        received = await all_that_comes(page)

    assert received.code == 4429
    assert len([heard for heard in server.heard if heard is ALIVE]) == 20


@pytest.mark.parametrize(("length", "fine"), [(16_383, True), (16_384, True), (16_385, False)])
async def test_a_message_has_at_most_sixteen_kibibytes(server, length, fine):
    async with server.page() as page:
        await page.send(padded_hello(length))
        await end(server, page, fine=fine, code=4413)


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 3_000_000])
async def test_a_message_far_too_large_is_told_so_all_the_same(server, length):
    async with server.page() as page:
        await page.send(padded_hello(length))

        assert (await all_that_comes(page)).code == 4413


async def test_a_large_message_in_pieces_is_still_large(server):
    async with server.page() as page:
        await page.send(["x" * 4_000] * 5)

        assert (await all_that_comes(page)).code == 4413


async def test_the_size_is_that_of_the_bytes_and_not_of_the_characters(server):
    async with server.page() as page:
        await page.send('{"type":"wave","x":"' + "é" * 8_200 + '"}')

        assert (await all_that_comes(page)).code == 4413


async def end(server, page, *, fine: bool, code: int) -> None:
    """The page either is still welcome or has been closed with ``code``."""
    if fine:
        await page.close()
        assert (await server.ended.get()).peer_code == 1000
    else:
        assert (await all_that_comes(page)).code == code


@pytest.mark.parametrize(
    "sent",
    [
        b"binary",
        "no JSON",
        "[]",
        '{"type":"bye","and":1}',
        '{"type":"wave","x":' + "[" * 8_000 + "]" * 8_000 + "}",
    ],
)
async def test_what_is_no_message_closes_with_4400(server, sent):
    async with server.page() as page:
        await page.send(sent)
        received = await all_that_comes(page)

    assert (received.code, received.closing["reason"]) == (4400, "bad_message")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xc1\x80\x00\x00\x00\x00",  # compressed, which was not agreed on
        b"\x83\x80\x00\x00\x00\x00",  # an opcode that does not exist
        b"\x81\x82\x00\x00\x00\x00\xff\xfe",  # no UTF-8
        b"\x80\x80\x00\x00\x00\x00",  # the rest of nothing
        b"\x89\xfe\x00\x80\x00\x00\x00\x00" + b"x" * 128,  # a ping of 128 bytes
    ],
)
async def test_frames_that_break_the_rules_close_with_4400(server, raw):
    async with server.page() as page:
        page.transport.write(raw)

        assert (await all_that_comes(page)).code == 4400


async def test_a_ping_is_answered_with_its_own_payload_and_is_a_sign_of_life(server):
    async with server.page() as page:
        await asyncio.wait_for(await page.ping(b"12345"), PATIENCE)

    assert server.heard == [ALIVE]


async def test_our_ping_is_answered_by_the_page(server):
    async with server.page():
        server.connection("ada").ping()

        await eventually(lambda: server.heard == [ALIVE])


async def test_a_page_that_closes_is_answered_and_told_apart_from_a_lost_line(server):
    async with server.page("ada") as ada:
        await ada.close(1001)
        assert ada.close_code == 1000
        assert (await server.ended.get()).peer_code == 1001

    async with server.page("ben") as ben:
        sock = ben.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ben.transport.abort()
        assert (await server.ended.get()).peer_code is None


async def test_hello_says_who_is_there(server):
    async with server.page(None) as page:
        await page.ping()
        await page.send('{"type":"hello","viewer":"viewer-01"}')
        await page.recv()

        assert server.connection("viewer-01") is not None


async def test_a_socket_that_says_nothing_is_closed_with_4008(direct):
    async with (
        live_server(Limits(direct_frames=direct, hello_seconds=0.1)) as server,
        server.page(None) as page,
    ):
        received = await all_that_comes(page)

    assert (received.code, received.closing["reason"]) == (4008, "hello_too_late")
    assert received.closing["retry_after_ms"] == 1_000


async def test_anything_else_before_hello_closes_with_4400(server):
    async with server.page(None) as page:
        await page.send('{"type":"resync"}')

        assert (await all_that_comes(page)).code == 4400


async def test_leaving_before_hello_is_no_error(server):
    async with server.page(None) as page:
        await page.close()

        assert (await server.ended.get()).peer_code == 1000


async def test_nothing_is_heard_after_our_close(server):
    async with server.page() as page:
        server.connection("ada").close(CloseCode.REVOKED, "over")
        await page.send('{"type":"bye"}')
        await all_that_comes(page)
        await server.ended.get()

    assert server.heard == []


async def test_a_large_frame_arrives_whole(server):
    async with server.page() as page:
        server.connection("ada").send(text_frame(b'"' + b"x" * 3_000_000 + b'"'))

        assert len(await page.recv()) == 3_000_002


async def test_a_handler_that_ends_by_itself_closes_the_socket(server):
    async with server.page("ada") as page:
        [task] = server.tasks
        task.cancel()
        with pytest.raises(ConnectionClosed):
            await page.recv()


def test_a_hello_of_the_right_length_is_a_hello(direct):
    assert len(padded_hello(100)) == 100
    assert isinstance(Hello(token="x"), Hello)
