"""Our frames as the `websockets` library reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Close
from websockets.frames import Frame as Read
from websockets.frames import Opcode as ReadOpcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from streamhub.live.frames import (
    PING,
    Opcode,
    close_frame,
    opcode_of,
    payload_of,
    ping_frame,
    pong_frame,
    text_frame,
)


def read(*frames: bytes) -> list[Read]:
    """What a client that was just connected receives."""
    client = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=2**21)
    client.receive_data(b"".join(frames))
    assert client.parser_exc is None
    return client.events_received()


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_text_of_any_length_arrives_whole(length):
    [frame] = read(text_frame(b"x" * length))

    assert (frame.opcode, frame.fin, frame.rsv1) == (ReadOpcode.TEXT, True, False)
    assert frame.data == b"x" * length


def test_pings_and_pongs_carry_their_payload():
    ping, pong = read(ping_frame(b"12"), pong_frame(b"34"))

    assert (ping.opcode, ping.data) == (ReadOpcode.PING, b"12")
    assert (pong.opcode, pong.data) == (ReadOpcode.PONG, b"34")


def test_a_close_frame_carries_code_and_reason():
    [frame] = read(close_frame(4410, "revoked"))

    assert Close.parse(frame.data) == Close(4410, "revoked")


@given(st.text(max_size=200))
def test_a_long_reason_is_cut_between_two_characters(reason):
    [frame] = read(close_frame(4001, reason))

    said = Close.parse(frame.data).reason
    assert reason.startswith(said)
    assert len(said) == len(reason) or len(said.encode()) > 123 - 4


@given(st.lists(st.text(max_size=300), max_size=6))
def test_frames_written_one_after_the_other_arrive_in_order(texts):
    received = read(*[text_frame(text.encode()) for text in texts])

    assert [frame.data.decode() for frame in received] == texts


@pytest.mark.parametrize("length", [0, 125, 126, 65_536])
def test_a_library_that_frames_by_itself_gets_the_payload_back(length):
    frame = text_frame(b"x" * length)

    assert (opcode_of(frame), payload_of(frame)) == (Opcode.TEXT, b"x" * length)
    assert (opcode_of(PING), payload_of(PING)) == (Opcode.PING, b"")


def test_a_control_frame_above_125_bytes_is_a_mistake_of_ours():
    ping_frame(b"x" * 125)
    with pytest.raises(ValueError, match="125"):
        ping_frame(b"x" * 126)
