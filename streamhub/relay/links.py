"""Reading a pasted link, strictly: from the text to a ``Link``, or refused with a reason.

The host is compared whole, the path in full, the id against its own pattern; nothing is
fetched. The table itself is in ``link_forms``.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from streamhub.relay.link_forms import (
    FACEBOOK_PAGE,
    GRAMMARS,
    HLS,
    IDS,
    PEERTUBE,
    SOUND,
    TIME,
    VIMEO_HASH,
    ZOOM_PWD,
    Form,
    Grammar,
)
from streamhub.relay.link_model import Kind, Link, Provider, Refusal, refused

MAX_LENGTH = 2_000  # characters; the longest link of any provider is far below
_EDGES = " \t\r\n\u00a0\u200b\ufeff"  # what comes along when people copy from a mail
_MANY_HOSTS = frozenset({Provider.PEERTUBE, Provider.HLS, Provider.SOUND, Provider.ZOOM})
_STREAMS = frozenset({Kind.HLS_STREAM, Kind.SOUND_STREAM})


@dataclass(frozen=True, slots=True)
class _Address:
    """The parts of an http or https address; ``path`` has no empty parts, fields no repeats."""

    secure: bool
    host: str
    path: str
    query: Mapping[str, str]
    fragment: Mapping[str, str]


def parse_link(
    text: str,
    peertube_hosts: Collection[str] = (),
    hls_hosts: Collection[str] = (),
    stream_hosts: Collection[str] = (),
) -> Link:
    """Read a link that a session is to show.

    The lists name the hosts that the organiser trusts with PeerTube, with HLS, and with plain
    audio streams (HLS too). Raises LinkRefused with one of the words of ``Refusal``.
    """
    address = _address(text)
    if _is_among(address.host, stream_hosts) and not _is_among(address.host, peertube_hosts):
        return _read(address, HLS if address.path.endswith(".m3u8") else SOUND)
    return _read(address, _grammar(address, peertube_hosts, hls_hosts))


def _address(text: str) -> _Address:
    text = text.strip(_EDGES)
    if len(text) > MAX_LENGTH or not text.isprintable() or " " in text:
        raise refused(Refusal.NOT_A_LINK)
    try:
        parts = urlsplit(text)
        if not _is_plain(parts):
            raise refused(Refusal.NOT_A_LINK)
        return _Address(
            secure=parts.scheme == "https",
            host=(parts.hostname or "").removesuffix("."),
            path="/" + "/".join(part for part in parts.path.split("/") if part),
            query=_fields(parts.query),
            fragment=_fields(parts.fragment),
        )
    except ValueError:  # brackets, ports out of range, hosts that change under NFKC, 50 fields
        raise refused(Refusal.NOT_A_LINK) from None


def _is_plain(parts: SplitResult) -> bool:
    """A web address with a host, no user name, and the port that everybody uses."""
    return bool(
        parts.scheme in {"http", "https"}
        and parts.hostname
        and "@" not in parts.netloc
        and parts.port in {None, 80, 443}
    )


def _fields(query: str) -> dict[str, str]:
    """The first value of each field, as browsers' ``get`` finds it."""
    return dict(reversed(parse_qsl(query, max_num_fields=50)))


def _grammar(address: _Address, peertube_hosts: Collection[str], hls_hosts: Collection[str]) -> Grammar:
    is_peertube = _is_among(address.host, peertube_hosts)
    if _is_among(address.host, hls_hosts) and (address.path.endswith(".m3u8") or not is_peertube):
        return HLS
    if is_peertube:
        return PEERTUBE
    for grammar in GRAMMARS:
        if grammar.hosts.fullmatch(address.host):
            return grammar
    raise refused(Refusal.UNKNOWN_PROVIDER)


def _is_among(host: str, configured: Collection[str]) -> bool:
    return host in {name.strip().lower().removesuffix(".") for name in configured}


def _read(address: _Address, grammar: Grammar) -> Link:
    for form in grammar.forms:
        match = form.path.fullmatch(address.path)
        if match and (not form.query or form.query in address.query):
            return _link(address, grammar, form, match.groupdict())
    raise refused(grammar.otherwise)


def _link(address: _Address, grammar: Grammar, form: Form, parts: Mapping[str, str | None]) -> Link:
    if form.wraps:
        return _unwrapped(address.query[form.query], grammar)
    if form.kind is None:
        raise refused(form.refusal or grammar.otherwise)
    ident = parts.get("id") or address.query.get(form.query, "")
    provider = grammar.provider
    return Link(
        provider=provider,
        kind=form.kind,
        id=_ident(ident, form.kind, address),
        host=address.host if provider in _MANY_HOSTS else "",
        start=_start(address),
        hash=_part(VIMEO_HASH, parts.get("hash") or address.query.get("h"), provider is Provider.VIMEO),
        page=_page(parts.get("page")),
        pwd=_part(ZOOM_PWD, address.query.get("pwd"), provider is Provider.ZOOM),
    )


def _unwrapped(text: str, grammar: Grammar) -> Link:
    """The link inside a player's address; it must be of the same hosts and not wrapped again."""
    inner = _address(text)
    if not grammar.hosts.fullmatch(inner.host):
        raise refused(Refusal.NEEDS_VIDEO_LINK)
    forms = tuple(form for form in grammar.forms if not form.wraps)
    return _read(inner, Grammar(grammar.provider, grammar.hosts, forms))


def _ident(text: str, kind: Kind, address: _Address) -> str:
    if kind in _STREAMS and not address.secure:
        raise refused(Refusal.NOT_HTTPS)
    if kind in _STREAMS and address.query:  # often a token: it would stand in every page
        raise refused(Refusal.BAD_ID)
    if not IDS[kind].fullmatch(text):
        raise refused(Refusal.BAD_ID)
    return text


def _part(pattern: re.Pattern[str], text: str | None, wanted: bool) -> str:  # noqa: FBT001 - private
    """An optional part: empty when not there, refused when there and damaged."""
    if not wanted or not text:
        return ""
    if not pattern.fullmatch(text):
        raise refused(Refusal.BAD_ID)
    return text


def _page(text: str | None) -> str:
    """A Facebook page's name if it is a plain one; the video is found without it."""
    return text if text and FACEBOOK_PAGE.fullmatch(text) else ""


def _start(address: _Address) -> int:
    """Seconds into the video: ``90``, ``90s``, ``1h2m3s``; 0 when absent or not understood."""
    found = address.query.get("t") or address.query.get("start") or address.fragment.get("t") or ""
    time = TIME.fullmatch(found)
    if time is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in time.groups())
    return hours * 3_600 + minutes * 60 + seconds
