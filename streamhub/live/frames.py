"""Frames from server to client (RFC 6455 section 5): unmasked, whole, never compressed.

A message for many is framed once and the same bytes are written to each socket.
"""

import struct
from enum import IntEnum
from typing import NewType

Frame = NewType("Frame", bytes)
"""Header and payload, ready to be written."""


class Opcode(IntEnum):
    """What a frame carries (RFC 6455 section 5.2)."""

    TEXT = 0x1
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_FINAL = 0x80
_OPCODE_BITS = 0x0F
_LENGTH_BITS = 0x7F
_SHORT = 125  # the longest payload of a control frame, and of a two-byte header
_EXTENDED_16, _EXTENDED_64 = 126, 127
_MAX_16 = 0xFFFF
_HEADER_BYTES = {_EXTENDED_16: 4, _EXTENDED_64: 10}
_CODE_BYTES = 2


def text_frame(payload: bytes) -> Frame:
    """A text message; ``payload`` is UTF-8."""
    return _frame(Opcode.TEXT, payload)


def ping_frame(payload: bytes = b"") -> Frame:
    """A ping; a live client answers with the same payload. At most 125 bytes."""
    return _control(Opcode.PING, payload)


def pong_frame(payload: bytes) -> Frame:
    """The answer to a ping."""
    return _control(Opcode.PONG, payload)


def close_frame(code: int, reason: str = "") -> Frame:
    """The last frame; a reason above 123 bytes is cut, never in the middle of a character."""
    said = reason.encode()[: _SHORT - _CODE_BYTES].decode(errors="ignore").encode()
    return _control(Opcode.CLOSE, struct.pack("!H", code) + said)


def opcode_of(frame: Frame) -> Opcode:
    """What the frame carries."""
    return Opcode(frame[0] & _OPCODE_BITS)


def payload_of(frame: Frame) -> bytes:
    """The payload alone, for a library that frames by itself."""
    return frame[_HEADER_BYTES.get(frame[1] & _LENGTH_BITS, 2) :]


def _control(opcode: Opcode, payload: bytes) -> Frame:
    if len(payload) > _SHORT:
        raise ValueError(f"a control frame carries {_SHORT} bytes at the most, not {len(payload)}")
    return _frame(opcode, payload)


def _frame(opcode: Opcode, payload: bytes) -> Frame:
    first, length = _FINAL | opcode, len(payload)
    if length <= _SHORT:
        header = struct.pack("!BB", first, length)
    elif length <= _MAX_16:
        header = struct.pack("!BBH", first, _EXTENDED_16, length)
    else:
        header = struct.pack("!BBQ", first, _EXTENDED_64, length)
    return Frame(header + payload)


PING = ping_frame()
