"""Where a request comes from, as far as limits need it: kept in memory, under a key of this process."""

import hashlib
import secrets
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from aiohttp import hdrs, web

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

CONNECTION_BITS = 64  # of an IPv6 address: what one connection to the Internet is given at least
KEY_BYTES = 32
HASH_BYTES = 16
MAX_HOPS = 20  # proxies that one request may have passed


class Callers:
    """Tells callers apart without keeping their addresses.

    ``X-Forwarded-For`` is believed from the proxies that the organiser named, from its end
    backwards, up to the first address that is none of them.
    """

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._proxies: tuple[Network, ...] = tuple(ip_network(text) for text in trusted_proxies)
        self._key = secrets.token_bytes(KEY_BYTES)

    def caller(self, request: web.Request) -> bytes:
        """One connection to the Internet; of IPv6 the network, not each of its addresses."""
        address = self._address(request)
        if isinstance(address, IPv6Address):
            return self.hashed(address.packed[: CONNECTION_BITS // 8])
        return self.hashed(b"" if address is None else address.packed)

    def is_here(self, request: web.Request) -> bool:
        """A program of this machine, or a proxy that nobody named: its address tells nobody apart."""
        address = self._address(request)
        return address is None or address.is_loopback

    def hashed(self, secret: bytes) -> bytes:
        """What is kept of an address, link or token; it means nothing after the process."""
        return hashlib.blake2b(secret, key=self._key, digest_size=HASH_BYTES).digest()

    def _address(self, request: web.Request) -> Address | None:
        address = _parsed(request.remote or "")
        hops = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, [])).split(",")
        for hop in hops[: -MAX_HOPS - 1 : -1]:
            before = _parsed(hop)
            if before is None or address is None or not any(address in proxy for proxy in self._proxies):
                break
            address = before
        return address


def _parsed(text: str) -> Address | None:
    """An address as sockets and proxies write it: with or without a port, a zone or brackets."""
    bare = text.strip().partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
