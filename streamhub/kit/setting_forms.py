"""The forms that values of settings must have. Pure."""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from streamhub.kit.clock import parse_rfc3339

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?", re.IGNORECASE)


def is_host(text: str) -> bool:
    """Whether it is the name of a host, without scheme, port or path; of another script as xn--…."""
    return bool(_HOST.fullmatch(text))


def is_network(text: str) -> bool:
    """Whether it is an address or a network such as 10.0.0.0/8."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def is_instant(text: str) -> bool:
    """Whether it is a time with its zone (RFC 3339)."""
    try:
        parse_rfc3339(text)
    except (ValueError, OverflowError):
        return False
    return True


def as_browsers_write(url: str) -> str:
    """Small letters and no default port: what a browser says in ``Origin`` must be the same text."""
    scheme, colon, host = url.strip().rstrip("/").lower().partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}{colon}{host.removesuffix(default)}"


def is_origin(url: str) -> bool:
    """Whether it is scheme, host and perhaps a port, and nothing else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bare and url.isascii()
