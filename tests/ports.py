"""A port for a server that is known before it starts, or comes back after a stop."""

import random
import socket
from contextlib import closing
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 10_000


def free_port():
    """A free port that the system gives to no outgoing connection.

    One of those would be taken now and then by whoever connects meanwhile: another test, or a page that
    tries again and again to reach the server that is gone, and then reaches itself.
    """
    highest = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32_768
    while True:
        port = random.randrange(LOWEST, max(highest, LOWEST + 5_000))
        with closing(socket.socket()) as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
