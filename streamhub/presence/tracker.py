"""Who is there in one session: person → channels → sources. Pure; time is an argument."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.presence.model import (
    HEAD,
    DelegationHeads,
    Departure,
    Diff,
    Expired,
    Head,
    Heads,
    Person,
    PersonState,
    Snapshot,
    SourceKey,
    Summary,
    Who,
)

UNSTABLE_MS = 12 * SECOND
GRACE_MS = 20 * SECOND


@dataclass(slots=True)
class _Source:
    """``credit`` is how long the loop had been blocked, in all, at the last sign of life."""

    owner: "_Person"
    place: "_Place"
    life: Instant
    credit: int
    rhythm_ms: int
    quiet: bool = False
    lost: bool = False


@dataclass(slots=True)
class _Place:
    """A channel in which a person is, or the door (channel None); ``last`` is its last sign of life."""

    channel: Channel | None
    since: Instant
    last: Instant
    sources: dict[SourceKey, _Source] = field(default_factory=dict)


@dataclass(slots=True)
class _Person:
    who: Who
    places: dict[Channel | None, _Place] = field(default_factory=dict)
    elsewhere_since: Instant | None = None


class PresenceTracker:
    """Who is there in one session.

    Track somebody only after the ledger has stored the arrival; write every Departure
    into the ledger. Pages (channel web, and the door) must show life; a check-in and a
    time in Zoom last until they are untracked.
    """

    def __init__(self, *, unstable_ms: int = UNSTABLE_MS, grace_ms: int = GRACE_MS) -> None:
        self._unstable_ms = unstable_ms
        self._grace_ms = grace_ms
        self._people: dict[ParticipantId, _Person] = {}
        self._sources: dict[SourceKey, _Source] = {}
        self._pages: dict[SourceKey, _Source] = {}
        self._blocked_ms = 0
        self._revision = 0
        self._changed: dict[ParticipantId, None] = {}
        self._published: dict[ParticipantId, Person] = {}
        self._heads: Counter[tuple[DelegationCode | None, Head]] = Counter()
        self._summary: Summary | None = None

    # Coming

    def track(
        self, source: SourceKey, who: Who, channel: Channel, at: Instant, *, rhythm_ms: int = 0
    ) -> None:
        """``source`` brings ``who`` into ``channel``; somebody elsewhere or at the door is there now.

        A page told again shows life; a check-in or a time in Zoom told again began at ``at``.
        ``rhythm_ms`` is the silence that is usual for this source: a page that beats every
        30 s over HTTP is given 30 s more than a socket that is pinged.
        """
        person = self._person(who)
        person.elsewhere_since = None
        self._put(source, person, channel, at, rhythm_ms)

    def wait(self, source: SourceKey, who: Who, at: Instant, *, rhythm_ms: int = 0) -> None:
        """``who`` stands at the door: in the list, in no count, in no stay."""
        self._put(source, self._person(who), None, at, rhythm_ms)

    def touch(self, source: SourceKey, at: Instant) -> None:
        """Something came from ``source``: a sign of life. Unknown sources are ignored."""
        page = self._pages.get(source)
        if page is None:
            return
        page.life = max(page.life, at)
        page.credit = self._blocked_ms
        if page.quiet or page.lost:
            page.quiet = page.lost = False
            self._mark(page.owner)

    # Going

    def lose(self, source: SourceKey) -> None:
        """The socket broke without a goodbye: unstable now, gone when the grace has passed."""
        page = self._pages.get(source)
        if page is not None:
            page.quiet = page.lost = True
            self._mark(page.owner)

    def untrack(self, source: SourceKey, at: Instant) -> Departure | None:
        """``source`` ended for good at ``at``; answers the departure if it was the channel's last."""
        found = self._sources.get(source)
        if found is None:
            return None
        found.life = max(found.life, at)
        return self._drop(source, found)

    def leave(self, participant: ParticipantId, channel: Channel, at: Instant) -> Departure | None:
        """Every source of one channel ended at ``at``: a check-out, or the end of a Zoom meeting."""
        return self._end(self._people.get(participant), channel, at)

    def elsewhere(self, who: Who, at: Instant) -> Departure | None:
        """``who`` left by a link-out: the web stay ends, the person is elsewhere until confirmed.

        They stay so though the page dies: a phone suspends it. Zoom, a check-in, or the
        page itself when it is looked at again, each by ``track``, say where they are.
        """
        person = self._person(who)
        if Channel.ZOOM not in person.places and person.elsewhere_since is None:
            person.elsewhere_since = at
        self._end(person, None, at)
        return self._end(person, Channel.WEB, at)

    def expel(self, participant: ParticipantId, at: Instant) -> Departure | None:
        """Revoked or removed: no page, not at the door, not elsewhere. Hall and Zoom are not ours to end."""
        person = self._people.get(participant)
        if person is None:
            return None
        person.elsewhere_since = None
        self._keep(person)
        self._end(person, None, at)
        return self._end(person, Channel.WEB, at)

    def revise(self, who: Who) -> None:
        """Somebody's function, role or delegation is another now; who is not there stays so."""
        person = self._people.get(who.participant)
        if person is not None:
            person.who = who
            self._mark(person)

    # Time

    def expire(self, now: Instant) -> Expired:
        """Let go of pages silent for the grace; call it every second.

        A departure is dated at the last sign of life, not at ``now``: a lost network must
        not lengthen anyone's attendance.
        """
        gone: list[tuple[SourceKey, _Source]] = []
        for key, page in self._pages.items():
            silence = now - page.life - page.rhythm_ms - (self._blocked_ms - page.credit)
            if silence >= self._grace_ms:
                gone.append((key, page))
            elif silence >= self._unstable_ms and not page.quiet:
                page.quiet = True
                self._mark(page.owner)
        departures = [self._drop(key, page) for key, page in gone]
        return Expired(tuple(key for key, _ in gone), tuple(d for d in departures if d is not None))

    def delay(self, ms: int) -> None:
        """The event loop was blocked for ``ms``: nobody could be heard, so every deadline moves by it."""
        self._blocked_ms += ms

    # Looking

    def anybody(self) -> bool:
        """Whether anybody is in the list."""
        return bool(self._people)

    def tracks(self, source: SourceKey) -> bool:
        """Whether ``source`` is known here; a page whose person went elsewhere is not."""
        return source in self._sources

    def person(self, participant: ParticipantId) -> Person | None:
        """The person as of now, published or not; None for somebody who is not there."""
        known = self._people.get(participant)
        return None if known is None else _row(known)

    def elsewhere_since(self, participant: ParticipantId) -> Instant | None:
        """When the person left by a link-out that nobody has confirmed yet."""
        known = self._people.get(participant)
        return None if known is None else known.elsewhere_since

    def changed(self) -> bool:
        """Whether a diff may be due."""
        return bool(self._changed)

    def take_diff(self) -> Diff | None:
        """What changed since the last diff; None, and no new revision, when nothing did."""
        joins: list[Person] = []
        updates: list[Person] = []
        leaves: list[ParticipantId] = []
        for participant in self._changed:
            before, after = self._published.get(participant), self.person(participant)
            if before == after:
                continue
            self._publish(participant, before, after)
            if after is None:
                leaves.append(participant)
            else:
                (joins if before is None else updates).append(after)
        self._changed.clear()
        if not (joins or updates or leaves):
            return None
        self._revision += 1
        self._summary = None
        return Diff(self._revision, tuple(joins), tuple(updates), tuple(leaves))

    @property
    def revision(self) -> int:
        """The number of the last diff."""
        return self._revision

    def snapshot(self) -> Snapshot:
        """The list after the last diff: take that first for the newest."""
        return Snapshot(self._revision, tuple(self._published.values()), self.summary())

    def summary(self) -> Summary:
        """The heads after the last diff."""
        if self._summary is None:
            codes = sorted({code for code, _ in self._heads}, key=lambda code: (code is None, code or ""))
            delegations = tuple(DelegationHeads(code, self._heads_of([code])) for code in codes)
            self._summary = Summary(self._heads_of(codes), delegations)
        return self._summary

    # Inside

    def _person(self, who: Who) -> _Person:
        person = self._people.get(who.participant)
        if person is None:
            person = self._people[who.participant] = _Person(who)
        person.who = who
        self._mark(person)
        return person

    def _put(
        self, key: SourceKey, person: _Person, channel: Channel | None, at: Instant, rhythm_ms: int
    ) -> None:
        known = self._sources.get(key)
        if known is not None and known.place is person.places.get(channel):
            known.rhythm_ms = rhythm_ms
            if key in self._pages:
                self.touch(key, at)
            else:
                known.place.since = at
            return
        place = person.places.setdefault(channel, _Place(channel, at, at))
        source = _Source(person, place, at, self._blocked_ms, rhythm_ms)
        if known is not None:
            self._drop(key, known)
        place.sources[key] = self._sources[key] = source
        if channel is None or channel is Channel.WEB:
            self._pages[key] = source

    def _drop(self, key: SourceKey, source: _Source) -> Departure | None:
        del self._sources[key]
        self._pages.pop(key, None)
        place, person = source.place, source.owner
        del place.sources[key]
        place.last = max(place.last, source.life)
        if place.sources:
            self._mark(person)
            return None
        return self._close(person, place)

    def _end(self, person: _Person | None, channel: Channel | None, at: Instant) -> Departure | None:
        if person is None or channel not in person.places:
            return None
        place = person.places[channel]
        for key in place.sources:
            del self._sources[key]
            self._pages.pop(key, None)
        place.last = max(place.last, at)
        return self._close(person, place)

    def _close(self, person: _Person, place: _Place) -> Departure | None:
        del person.places[place.channel]
        self._keep(person)
        if place.channel is None:
            return None
        return Departure(person.who.participant, place.channel, place.last)

    def _keep(self, person: _Person) -> None:
        """Mark the person, and forget one who is nowhere."""
        self._mark(person)
        if not person.places and person.elsewhere_since is None:
            self._people.pop(person.who.participant, None)

    def _mark(self, person: _Person) -> None:
        self._changed[person.who.participant] = None

    def _publish(self, participant: ParticipantId, before: Person | None, after: Person | None) -> None:
        if before is not None and before.who.counted:
            self._count(before, -1)
        if after is not None and after.who.counted:
            self._count(after, 1)
        if after is None:
            del self._published[participant]
        else:
            self._published[participant] = after

    def _count(self, person: Person, step: int) -> None:
        key = (person.who.delegation, HEAD[person.state])
        self._heads[key] += step
        if not self._heads[key]:
            del self._heads[key]

    def _heads_of(self, codes: Iterable[DelegationCode | None]) -> Heads:
        return Heads(*(sum(self._heads[code, head] for code in codes) for head in Head))


def _row(person: _Person) -> Person | None:
    state = _state(person)
    if state is None:
        return None
    return Person(
        who=person.who,
        state=state,
        channels=tuple(channel for channel in Channel if channel in person.places),
        connections=sum(not page.lost for page in _pages(person, Channel.WEB, None)),
        since=_since(person, state),
    )


def _state(person: _Person) -> PersonState | None:
    if Channel.HALL in person.places:
        return PersonState.HALL
    if Channel.ZOOM in person.places or any(not page.quiet for page in _pages(person, Channel.WEB)):
        return PersonState.ONLINE
    if Channel.WEB in person.places:
        return PersonState.UNSTABLE
    if person.elsewhere_since is not None:
        return PersonState.ELSEWHERE
    return PersonState.WAITING if None in person.places else None


def _since(person: _Person, state: PersonState) -> Instant:
    if state is PersonState.ELSEWHERE and person.elsewhere_since is not None:
        return person.elsewhere_since
    channels: tuple[Channel | None, ...] = {
        PersonState.HALL: (Channel.HALL,),
        PersonState.WAITING: (None,),
    }.get(state, (Channel.ZOOM, Channel.WEB))
    return min(person.places[channel].since for channel in channels if channel in person.places)


def _pages(person: _Person, *channels: Channel | None) -> Iterable[_Source]:
    return (
        page
        for channel in channels
        if channel in person.places
        for page in person.places[channel].sources.values()
    )
