"""Security headers, and the content security policy of a page from its own parts."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import hdrs, web, web_response

SERVER = "streamhub"  # without versions
# The answer to what is no request at all passes none of our code.
web_response.SERVER_SOFTWARE = SERVER  # type: ignore[attr-defined]

CSP = "Content-Security-Policy"
PERMISSIONS = "Permissions-Policy"
REFERRER = "Referrer-Policy"
FRAME_OPTIONS = "X-Frame-Options"

_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_NO_DEVICES = "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()"
HSTS_SECONDS = 63_072_000  # two years: what the preload list asks for


@dataclass(frozen=True, slots=True)
class PagePolicy:
    """What one page may load beside our own files: only the providers of its session.

    ``media`` is played by the browser alone; ``streams`` (HLS) may also be read piece by piece by
    a script and its worker. ``frames_self``: it shows pages of ours in frames. ``framed_by_self``:
    it is such a page; every other one stands in no frame at all.
    """

    frames: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    no_referrer: bool = False
    frames_self: bool = False
    framed_by_self: bool = False

    def csp(self) -> str:
        """The content security policy, from ``default-src 'none'`` up."""
        ancestors = "'self'" if self.framed_by_self else "'none'"
        parts = [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src {_sources(self.sockets + self.streams)}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {ancestors}",
        ]
        frames = [*(["'self'"] if self.frames_self else []), *sorted(set(self.frames))]
        if frames:
            parts.append(f"frame-src {' '.join(frames)}")
        if self.media or self.streams:
            pieces = " blob:" if self.streams else ""
            parts.append(f"media-src {_sources(self.media + self.streams)}{pieces}")
        if self.streams:
            parts.append("worker-src blob:")
        return "; ".join(parts)

    def permissions(self) -> str:
        """Which frames may play by themselves, full screen or in a small window."""
        allowed = " ".join(["self", *(f'"{origin}"' for origin in sorted(set(self.frames)))])
        players = ", ".join(
            f"{name}=({allowed})" for name in ("autoplay", "fullscreen", "picture-in-picture")
        )
        return f"{_NO_DEVICES}, {players}"


def _sources(origins: Iterable[str]) -> str:
    return " ".join(["'self'", *sorted(set(origins))])


def apply_policy(response: web.Response, policy: PagePolicy) -> None:
    """Put a page's own policy on its answer."""
    response.headers[CSP] = policy.csp()
    response.headers[PERMISSIONS] = policy.permissions()
    response.headers[REFERRER] = "no-referrer" if policy.no_referrer else "same-origin"
    if policy.framed_by_self:
        response.headers[FRAME_OPTIONS] = "SAMEORIGIN"


def secure(response: web.StreamResponse, *, https: bool, link: bool) -> None:
    """Headers that every answer has; a page keeps its own policy.

    ``link``: the address is a personal link, which no other request may name, however it ends.
    """
    headers = response.headers
    if link:
        headers[REFERRER] = "no-referrer"
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    headers.setdefault(CSP, _NOTHING)
    headers.setdefault(PERMISSIONS, _NO_DEVICES)
    headers.setdefault(REFERRER, "same-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault(FRAME_OPTIONS, "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if https:
        headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}; includeSubDomains")
    headers[hdrs.SERVER] = SERVER
