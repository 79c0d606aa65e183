"""What every peer needs: the token check, one text frame, the line that says where it listens."""

import os
import socket
import struct
from collections.abc import Mapping
from typing import Any

import jwt

PROTOCOL = "streamhub.v1.json"
WELCOME = '{"type":"welcome"}'
BACKLOG = 1024

_KEY = jwt.PyJWK.from_json(os.environ["BENCH_KEY"]).key  # parsed once, never per request
_ISSUER, _AUDIENCE = os.environ["BENCH_ISSUER"], "streamhub"


def claims_of(authorization: str) -> Mapping[str, Any]:
    """The claims of ``Bearer <token>``; raises jwt.PyJWTError."""
    token = authorization.removeprefix("Bearer ")
    claims: Mapping[str, Any] = jwt.decode(
        token, _KEY, algorithms=["EdDSA"], audience=_AUDIENCE, issuer=_ISSUER
    )
    return claims


def text_frame(payload: bytes) -> bytes:
    """An unmasked text frame of less than 64 KiB."""
    size = len(payload)
    header = struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)
    return header + payload


def listening() -> socket.socket:
    """A free port of this machine."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(("127.0.0.1", 0))
    sock.listen(BACKLOG)
    return sock


def say_ready(sock: socket.socket, control: socket.socket | None = None) -> None:
    """Name the port of the sockets and the one that takes broadcasts."""
    port = sock.getsockname()[1]
    print("ready", port, (control or sock).getsockname()[1], flush=True)
