"""Facebook's numbers, with the token of a page: every one of them optional, for Meta withdraws metrics.

Source: https://developers.facebook.com/docs/graph-api/reference/live-video and .../reference/video (v26.0),
error codes https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from streamhub.audience.sample_model import Answer, Fault, PlatformFault, Reading, Video
from streamhub.kit.clock import Instant
from streamhub.kit.outgoing import Outgoing, Reply

BASE = "https://graph.facebook.com"
VERSION = "v26.0"
BUSY_PERCENT = 75
"""Above this share of the app's allowance Meta is asked half as often."""

THROTTLES = frozenset({4, 17, 32, 341, 613})
MISSING_RIGHTS = frozenset({3, 10, *range(200, 300)})
TOKEN, UNKNOWN_METRIC, TEMPORARY = 190, 100, frozenset({1, 2})

T = TypeVar("T")


class _Node(msgspec.Struct):
    id: str


class _Live(msgspec.Struct):
    video: _Node | None = None
    status: str = ""
    live_views: int | None = None


class _Lives(msgspec.Struct):
    data: list[_Live] = []


class _Views(msgspec.Struct):
    views: int | None = None


class _Error(msgspec.Struct):
    code: int = 0


class _Refusal(msgspec.Struct):
    error: _Error


class _Usage(msgspec.Struct):
    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0


class Facebook:
    """Reads a page's live videos. A link names the video, not the live video: the page's list joins them."""

    def __init__(self, outgoing: Outgoing, page: str, token: str, base: str = "") -> None:
        """``base`` stands in for the platform, in tests and demonstrations."""
        self._outgoing = outgoing
        self._page = page
        self._headers = {"Authorization": f"Bearer {token}"}
        self._base = base or BASE

    async def read(self, videos: Sequence[Video], now: Instant) -> Answer:  # noqa: ARG002 - as the others
        """The counts of the videos. Raises PlatformFault, Unanswered."""
        fields = "id,video,status,live_views"
        reply = await self._get(f"{self._page}/live_videos?fields={fields}&limit=100")
        lives = {live.video.id: live for live in _optional(reply, _Lives, _Lives()).data if live.video}
        readings: dict[Video, Reading] = {}
        slower = _is_busy(reply)
        for video in videos:
            reply = await self._get(f"{video.id}?fields=views")
            slower = slower or _is_busy(reply)
            live = lives.get(video.id)
            views = _optional(reply, _Views, _Views()).views
            if live is not None or views is not None:
                viewers = live.live_views if live and live.status == "LIVE" else None
                readings[video] = Reading(viewers, views)
        missing = frozenset(videos) - readings.keys()
        return Answer(readings, missing, calls=1 + len(videos), slower=slower)

    async def _get(self, path: str) -> Reply:
        return await self._outgoing.get(f"{self._base}/{VERSION}/{path}", self._headers)


def _optional(reply: Reply, form: type[T], absent: T) -> T:
    """What was asked for, or nothing of it where Meta knows no such video or metric."""
    if reply.status == 200:  # noqa: PLR2004 - HTTP
        return reply.read(form)
    if reply.status >= 500:  # noqa: PLR2004 - HTTP
        raise PlatformFault(Fault.UNAVAILABLE)
    code = reply.read(_Refusal).error.code
    if code == UNKNOWN_METRIC:
        return absent
    if code == TOKEN:
        raise PlatformFault(Fault.KEY_REFUSED)
    if code in MISSING_RIGHTS:
        raise PlatformFault(Fault.RIGHT_MISSING)
    if code in THROTTLES:
        raise PlatformFault(Fault.THROTTLED)
    raise PlatformFault(Fault.UNAVAILABLE if code in TEMPORARY else Fault.REFUSED)


def _is_busy(reply: Reply) -> bool:
    """Whether the app has used most of what it may ask: ``X-App-Usage``, in per cent."""
    try:
        usage = msgspec.json.decode(reply.headers.get("x-app-usage", "{}"), type=_Usage)
    except msgspec.DecodeError:
        return False
    return max(usage.call_count, usage.total_time, usage.total_cputime) > BUSY_PERCENT
