"""Who is there on this node: one tracker per session, its diffs in time, its departures at once."""

import asyncio
from collections.abc import Callable, Container, Mapping, Sequence

from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.presence.model import Departure, Diff, Person, Snapshot, SourceKey, Summary, Who
from streamhub.presence.pace import Pace
from streamhub.presence.tracker import PresenceTracker

log = get_logger(__name__)

DiffListener = Callable[[SessionSlug, Diff, Summary], None]
SilenceListener = Callable[[SessionSlug, Sequence[SourceKey], Sequence[Departure]], None]

EXPIRE_EVERY_MS = SECOND
BLOCKED_MS = SECOND // 2
"""A tick that comes later than this was held up by the loop, not by the people."""


class PresenceService:
    """The live lists. Track nobody whose arrival the ledger has not stored."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._trackers: dict[SessionSlug, PresenceTracker] = {}
        self._paces: dict[SessionSlug, Pace] = {}
        self._due: set[SessionSlug] = set()
        self._diff_listeners: list[DiffListener] = []
        self._silence_listeners: list[SilenceListener] = []

    def subscribe(self, listener: DiffListener) -> None:
        """Be told every diff of every session, in order."""
        self._diff_listeners.append(listener)

    def subscribe_silence(self, listener: SilenceListener) -> None:
        """Be told which sources fell silent for good and who left by that."""
        self._silence_listeners.append(listener)

    # Pages

    def track(
        self, slug: SessionSlug, source: SourceKey, who: Who, at: Instant, *, rhythm_ms: int = 0
    ) -> None:
        """An open page brings ``who`` on line."""
        self._tracker(slug).track(source, who, Channel.WEB, at, rhythm_ms=rhythm_ms)
        self._changed(slug)

    def wait(
        self, slug: SessionSlug, source: SourceKey, who: Who, at: Instant, *, rhythm_ms: int = 0
    ) -> None:
        """An open page whose person is not let in yet."""
        self._tracker(slug).wait(source, who, at, rhythm_ms=rhythm_ms)
        self._changed(slug)

    def touch(self, slug: SessionSlug, source: SourceKey) -> None:
        """A sign of life from a page."""
        tracker = self._tracker(slug)
        tracker.touch(source, self._clock.now())
        if tracker.changed():
            self._changed(slug)

    def lose(self, slug: SessionSlug, source: SourceKey) -> None:
        """The line broke; the grace begins at the last sign of life."""
        self._tracker(slug).lose(source)
        self._changed(slug)

    def untrack(self, slug: SessionSlug, source: SourceKey, at: Instant) -> Departure | None:
        """The page ended for good; answers the departure that the ledger must be told."""
        departure = self._tracker(slug).untrack(source, at)
        self._changed(slug)
        return departure

    def tracks(self, slug: SessionSlug, source: SourceKey) -> bool:
        """Whether this page counts for somebody."""
        return self._tracker(slug).tracks(source)

    # People

    def elsewhere(self, slug: SessionSlug, who: Who, at: Instant) -> Departure | None:
        """``who`` opened a link-out; answers the departure from our page."""
        departure = self._tracker(slug).elsewhere(who, at)
        self._changed(slug)
        return departure

    def expel(self, slug: SessionSlug, participant: ParticipantId, at: Instant) -> Departure | None:
        """Revoked or removed: off the page; hall and Zoom are not ours to end."""
        departure = self._tracker(slug).expel(participant, at)
        self._changed(slug)
        return departure

    def set_halls(self, who: Who, halls: Mapping[SessionSlug, Instant], at: Instant) -> None:
        """``who`` is in the halls of exactly these sessions, since when."""
        for slug, since in halls.items():
            self._tracker(slug).track(_door(who.participant), who, Channel.HALL, since)
            self._changed(slug)
        for slug, tracker in self._trackers.items():
            if slug not in halls and tracker.leave(who.participant, Channel.HALL, at) is not None:
                self._changed(slug)

    def empty_hall(self, slug: SessionSlug, at: Instant) -> None:
        """The session is over: its hall empties; open pages stay."""
        tracker = self._tracker(slug)
        for person in self.now(slug).people:
            tracker.leave(person.who.participant, Channel.HALL, at)
        self._changed(slug)

    def inside(self, slug: SessionSlug, channel: Channel) -> frozenset[ParticipantId]:
        """Who is in a session by a channel, as of now."""
        return frozenset(p.who.participant for p in self.now(slug).people if channel in p.channels)

    def set_zoom(self, slug: SessionSlug, inside: Mapping[Who, Instant], at: Instant) -> None:
        """Exactly these are in the session's Zoom, since when; somebody gone elsewhere is found again."""
        tracker = self._tracker(slug)
        for participant in self.inside(slug, Channel.ZOOM) - {who.participant for who in inside}:
            tracker.leave(participant, Channel.ZOOM, at)
        for who, since in inside.items():
            tracker.track(f"zoom:{who.participant}", who, Channel.ZOOM, since)
        if tracker.changed():
            self._changed(slug)

    def revise(self, who: Who) -> None:
        """Show somebody under another function, role or delegation, wherever they are."""
        for slug, tracker in self._trackers.items():
            tracker.revise(who)
            if tracker.changed():
                self._changed(slug)

    def anybody(self) -> bool:
        """Whether somebody is in any list."""
        return any(tracker.anybody() for tracker in self._trackers.values())

    def keep_only(self, known: Container[ParticipantId], at: Instant) -> None:
        """Nobody else of those invited is there: pseudonyms drawn anew have nobody behind them.

        The ledger has ended what they had; it is told nothing.
        """
        for slug, tracker in self._trackers.items():
            invited = [p.who.participant for p in self.now(slug).people if not p.who.guest]
            for participant in (one for one in invited if one not in known):
                tracker.expel(participant, at)
                for channel in Channel:
                    tracker.leave(participant, channel, at)
                self._changed(slug)

    # Looking

    def now(self, slug: SessionSlug) -> Snapshot:
        """The list as of this moment; what had changed goes out as a diff first."""
        self._publish(slug)
        return self._tracker(slug).snapshot()

    def revision(self, slug: SessionSlug) -> int:
        """The number of the last diff."""
        return self._tracker(slug).revision

    def summary(self, slug: SessionSlug) -> Summary:
        """The numbers after the last diff."""
        return self._tracker(slug).summary()

    def person(self, slug: SessionSlug, participant: ParticipantId) -> Person | None:
        """One person as of now, None for somebody who is not there."""
        return self._tracker(slug).person(participant)

    # Time

    async def keep_time(self) -> None:
        """Every second: let silent pages go, and forgive what a blocked loop could not hear."""
        last = self._clock.now()
        while True:
            await asyncio.sleep(EXPIRE_EVERY_MS / SECOND)
            now = self._clock.now()
            blocked = now - last - EXPIRE_EVERY_MS
            last = now
            if blocked > BLOCKED_MS:
                log.warning("the loop was blocked", ms=blocked)
                self._forgive(blocked)
            self.expire(now)

    def expire(self, now: Instant) -> None:
        """Let silent pages go, each at its last sign of life."""
        for slug, tracker in self._trackers.items():
            expired = tracker.expire(now)
            if tracker.changed():
                self._changed(slug)
            if expired.sources:
                for listener in self._silence_listeners:
                    listener(slug, expired.sources, expired.departures)

    def _forgive(self, blocked_ms: int) -> None:
        for tracker in self._trackers.values():
            tracker.delay(blocked_ms)

    def _tracker(self, slug: SessionSlug) -> PresenceTracker:
        if slug not in self._trackers:
            self._trackers[slug] = PresenceTracker(
                unstable_ms=self._settings.unstable_seconds * SECOND,
                grace_ms=self._settings.grace_seconds * SECOND,
            )
            self._paces[slug] = Pace()
        return self._trackers[slug]

    def _changed(self, slug: SessionSlug) -> None:
        if slug in self._due:
            return
        self._due.add(slug)
        now = self._clock.now()
        wait_ms = self._paces[slug].due(now) - now
        asyncio.get_running_loop().call_later(wait_ms / SECOND, self._flush, slug)

    def _flush(self, slug: SessionSlug) -> None:
        began = self._clock.now()
        self._due.discard(slug)
        if self._publish(slug):
            self._paces[slug].sent(began, self._clock.now() - began)

    def _publish(self, slug: SessionSlug) -> bool:
        tracker = self._tracker(slug)
        diff = tracker.take_diff()
        if diff is None:
            return False
        summary = tracker.summary()
        for listener in self._diff_listeners:
            listener(slug, diff, summary)
        return True


def _door(participant: ParticipantId) -> SourceKey:
    return f"door:{participant}"
