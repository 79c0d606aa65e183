"""The product with its coalescing taken out: every change goes to every page at once.

``python -m benchmarks.naive serve …`` is ``streamhub serve …`` but for that. What the presence
benchmark compares the product with.
"""

from streamhub import composition
from streamhub.cli import main
from streamhub.kit.ids import SessionSlug
from streamhub.live import rows
from streamhub.live.announcer import Announcer
from streamhub.live.frames import text_frame
from streamhub.live.hub import To
from streamhub.live.messages import encode
from streamhub.presence.model import Diff, Summary
from streamhub.presence.service import PresenceService


class EachChange(PresenceService):
    """Tells its listeners of every change when it happens."""

    def _changed(self, slug: SessionSlug) -> None:
        self._publish(slug)


class ToEverybody(Announcer):
    """Sends every count to every page, whatever was sent before."""

    def presence(self, slug: SessionSlug, diff: Diff, summary: Summary) -> None:
        """A diff for moderators, an exact count for everybody."""
        hub = self._use.hub
        if hub.count(slug, To.MODERATORS):
            hub.broadcast(slug, text_frame(encode(rows.presence_diff(diff))), To.MODERATORS)
        hub.broadcast_latest(slug, text_frame(encode(rows.exact_count(summary))))


for _name, _part in (("PresenceService", EachChange), ("Announcer", ToEverybody)):
    setattr(composition, _name, _part)

if __name__ == "__main__":
    main()
