"""YouTube's numbers: ``videos.list`` of the Data API v3, at most 50 videos for one unit.

Source: https://developers.google.com/youtube/v3/docs/videos/list and its discovery document.
"""

from collections.abc import Sequence

import msgspec

from streamhub.audience.sample_model import (
    Answer,
    Fault,
    PlatformFault,
    Reading,
    Video,
    pacific_midnight,
)
from streamhub.kit.clock import Instant
from streamhub.kit.outgoing import Outgoing, Reply

BASE = "https://youtube.googleapis.com"
BATCH = 50
PATH = (
    "/youtube/v3/videos?part=statistics,liveStreamingDetails"
    "&fields=items(id,statistics(viewCount),liveStreamingDetails(concurrentViewers))"
)


class _Statistics(msgspec.Struct):
    viewCount: str | None = None  # noqa: N815 - YouTube's word


class _Live(msgspec.Struct):
    concurrentViewers: str | None = None  # noqa: N815 - YouTube's word


class _Item(msgspec.Struct):
    id: str
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    liveStreamingDetails: _Live = msgspec.field(default_factory=_Live)  # noqa: N815 - YouTube's word


class _List(msgspec.Struct):
    items: list[_Item] = []


class _Reason(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    errors: list[_Reason] = []
    details: list[_Reason] = []


class _Refusal(msgspec.Struct):
    error: _Error


class YouTube:
    """Reads counts with an API key, which stands in a header: addresses end up in logs."""

    def __init__(self, outgoing: Outgoing, key: str, base: str = "") -> None:
        """``base`` stands in for the platform, in tests and demonstrations."""
        self._outgoing = outgoing
        self._key = key
        self._base = base or BASE

    async def read(self, videos: Sequence[Video], now: Instant) -> Answer:
        """The counts of the videos. Raises PlatformFault, Unanswered."""
        readings: dict[Video, Reading] = {}
        batches = [videos[start : start + BATCH] for start in range(0, len(videos), BATCH)]
        for batch in batches:
            ids = ",".join(video.id for video in batch)
            reply = await self._outgoing.get(f"{self._base}{PATH}&id={ids}", {"X-Goog-Api-Key": self._key})
            found = {item.id: item for item in _items(reply, now)}
            readings |= {video: _reading(found[video.id]) for video in batch if video.id in found}
        return Answer(readings, frozenset(videos) - readings.keys(), calls=len(batches))


def _items(reply: Reply, now: Instant) -> list[_Item]:
    if reply.status == 200:  # noqa: PLR2004 - HTTP
        return reply.read(_List).items
    if reply.status == 404:  # noqa: PLR2004 - HTTP; videoNotFound
        return []
    if reply.status >= 500:  # noqa: PLR2004 - HTTP
        raise PlatformFault(Fault.UNAVAILABLE)
    error = reply.read(_Refusal).error
    reasons = {one.reason for one in (*error.errors, *error.details)}
    if reasons & {"quotaExceeded", "dailyLimitExceeded"}:
        raise PlatformFault(Fault.QUOTA, pacific_midnight(now))
    if reasons & {"rateLimitExceeded", "userRateLimitExceeded"} or reply.status == 429:  # noqa: PLR2004 - HTTP
        raise PlatformFault(Fault.THROTTLED)
    if reasons & {"keyInvalid", "API_KEY_INVALID", "keyExpired", "API_KEY_EXPIRED"}:
        raise PlatformFault(Fault.KEY_REFUSED)
    if reply.status == 403:  # noqa: PLR2004 - HTTP
        raise PlatformFault(Fault.RIGHT_MISSING)
    raise PlatformFault(Fault.REFUSED)


def _reading(item: _Item) -> Reading:
    """Counters are texts; an absent one is unknown: the owner hides it, or nobody watches."""
    return Reading(
        viewers=count_of(item.liveStreamingDetails.concurrentViewers),
        views=count_of(item.statistics.viewCount),
    )


def count_of(text: str | None) -> int | None:
    """A counter that came as text; None for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None  # noqa: PLR2004
