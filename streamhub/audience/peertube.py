"""PeerTube's numbers: public, without a key, from each configured server.

Source: https://docs.joinpeertube.org/api-rest-reference.html (``GET /api/v1/videos/{id}``).
"""

from collections.abc import Sequence

import msgspec

from streamhub.audience.sample_model import Answer, Fault, PlatformFault, Reading, Video
from streamhub.kit.clock import Instant
from streamhub.kit.outgoing import Outgoing, Unanswered


class _Video(msgspec.Struct):
    views: int | None = None
    viewers: int | None = None
    isLive: bool = False  # noqa: N815 - PeerTube's word


class PeerTube:
    """Reads counts of videos on the servers that the settings name."""

    def __init__(self, outgoing: Outgoing, hosts: Sequence[str], base: str = "") -> None:
        """``base`` stands in for every host, in tests and demonstrations."""
        self._outgoing = outgoing
        self._hosts = frozenset(hosts)
        self._base = base

    async def read(self, videos: Sequence[Video], now: Instant) -> Answer:  # noqa: ARG002 - as the others
        """The counts of the videos; a server that fails takes nothing away from the others.

        Raises PlatformFault, Unanswered when no server answered.
        """
        readings: dict[Video, Reading] = {}
        missing: set[Video] = set()
        failures: list[PlatformFault | Unanswered] = []
        for video in videos:
            try:
                reading = await self._one(video)
            except (PlatformFault, Unanswered) as failure:
                failures.append(failure)
                continue
            if reading is None:
                missing.add(video)
            else:
                readings[video] = reading
        if failures and not readings:
            raise failures[0]
        return Answer(readings, frozenset(missing), calls=len(videos))

    async def _one(self, video: Video) -> Reading | None:
        if video.host not in self._hosts:
            return None
        base = self._base or f"https://{video.host}"
        reply = await self._outgoing.get(f"{base}/api/v1/videos/{video.id}")
        if reply.status in {403, 404}:
            return None
        if reply.status == 429:  # noqa: PLR2004 - HTTP
            raise PlatformFault(Fault.THROTTLED)
        if reply.status != 200:  # noqa: PLR2004 - HTTP
            raise PlatformFault(Fault.UNAVAILABLE)
        found = reply.read(_Video)
        return Reading(viewers=found.viewers if found.isLive else None, views=found.views)
