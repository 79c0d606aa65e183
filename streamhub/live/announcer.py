"""What open pages are told: of presence, state, source, the floor and notices."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from streamhub.access.service import AccessService
from streamhub.attendance.excused import ExcusedService
from streamhub.floor.model import FloorRequest, position
from streamhub.floor.service import FloorService, Line
from streamhub.kit.clock import rfc3339
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.live import messages, rows
from streamhub.live.frames import Frame, text_frame
from streamhub.live.hub import Hub, To
from streamhub.live.messages import ServerMessage, encode
from streamhub.live.rows import Places
from streamhub.live.visit import Visit
from streamhub.presence.model import Diff, Summary
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService
from streamhub.relay.model import Source, SourceView
from streamhub.relay.offer import Offer
from streamhub.relay.service import RelayService


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the news come from, and the hub that takes them round."""

    settings: Settings
    hub: Hub
    programme: ProgrammeService
    relay: RelayService
    floor: FloorService
    excused: ExcusedService
    access: AccessService
    presence: PresenceService


Show = Callable[[Source], SourceView]
"""A source as those see it whom a frame is for."""


class Announcer:
    """Turns what happened into frames, once for many."""

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        self._counts: dict[SessionSlug, Frame] = {}
        self._frames: dict[SessionSlug, tuple[Summary, Frame]] = {}
        self._asked: dict[SessionSlug, dict[str, ParticipantId]] = {}

    # To one page

    async def welcome(self, visit: Visit, session: Session) -> Offer:
        """The first word inside; a moderator's is followed by the whole list. Answers what it says is on."""
        offer = await self._use.relay.offer(session.slug)
        show = self._for(visit)
        beside = None if visit.grant is None else await self._use.relay.beside(session.slug)
        line = await self._use.floor.line(session.slug)
        moderates = visit.kind is To.MODERATORS
        state = await self._whole(session.slug) if moderates else None
        message = messages.Welcome(
            session=session.slug,
            revision=self._use.presence.revision(session.slug),
            state=session.state,
            source=_shown(offer.source, show),
            heartbeat_seconds=self._use.settings.heartbeat_seconds,
            since=rfc3339(visit.since),
            beside=_shown(beside, show) or UNSET,
            channels=_channels(offer, show),
            words=_shown(offer.words, show) or UNSET,
        )
        name = {"participant": visit.grant.participant} if visit.grant else {"viewer": str(visit.viewer)}
        first = _frame(msgspec.structs.replace(message, **name))
        summary = self._use.presence.summary(session.slug)
        if state is not None:
            count, queue = rows.exact_count(summary), _queue(line, await self._labels())
            visit.page.send_all(first, _frame(state), _frame(count), _frame(queue))
        else:
            visit.page.send_all(first, self._rounded(session.slug, summary))
            self._own_floor(visit, line)
        return offer

    async def catch_up(self, visit: Visit, told: Offer) -> None:
        """Tell a page that has just come in what was switched while it was being welcomed."""
        offer = await self._use.relay.offer(visit.session)
        if offer != told:
            visit.page.send(_switched(offer, self._for(visit)))

    # To many

    def presence(self, slug: SessionSlug, diff: Diff, summary: Summary) -> None:
        """A diff and exact counts for moderators, rounded counts for the others."""
        if self._use.hub.count(slug, To.MODERATORS):
            self._use.hub.broadcast(slug, _frame(rows.presence_diff(diff)), To.MODERATORS)
            self._use.hub.broadcast_latest(slug, _frame(rows.exact_count(summary)), To.MODERATORS)
        rounded = self._rounded(slug, summary)
        if self._counts.get(slug) != rounded:
            self._counts[slug] = rounded
            self._use.hub.broadcast_latest(slug, rounded, To.INVITED | To.PUBLIC)

    def state(self, session: Session) -> None:
        """Where the session stands, to everybody, those at the door included."""
        message = messages.State(
            state=session.state,
            starts_at=rfc3339(session.starts_at),
            ends_at=rfc3339(session.ends_at),
            cancelled=session.cancelled,
        )
        self._use.hub.broadcast(session.slug, _frame(message), To.ALL)

    async def source(self, slug: SessionSlug) -> None:
        """What is on, on every channel; only invited people are told a meeting's passcode."""
        offer = await self._use.relay.offer(slug)
        for to, joining in ((To.MODERATORS | To.INVITED, True), (To.PUBLIC, False)):
            show = partial(self._use.relay.shown, joining=joining)
            self._use.hub.broadcast(slug, _switched(offer, show), to)

    async def own_source(self, slug: SessionSlug, visits: Iterable[Visit]) -> None:
        """The same to each who has an own link to what is on; common frames hold nobody's."""
        offer = await self._use.relay.offer(slug)
        shown = [source for source in (offer.source, *offer.channels) if source is not None]
        if not any(map(self._use.relay.own.has_any, shown)):
            return
        for visit in visits:
            if any(self._use.relay.own.of(source, visit.grant) for source in shown):
                visit.page.send(_switched(offer, self._for(visit)))

    def sources(self, slug: SessionSlug) -> None:
        """Moderators' pages read the list of sources again."""
        self._use.hub.broadcast(slug, _frame(messages.SourcesChanged()), To.MODERATORS)

    def notice(self, slug: SessionSlug, text: str, lang: str) -> None:
        """A few words to everybody inside."""
        self._use.hub.broadcast(slug, _frame(messages.Notice(text=text, lang=lang)))

    async def floor(self, slug: SessionSlug) -> None:
        """The queue to moderators; to each who asked, where they stand."""
        line = await self._use.floor.line(slug)
        self._use.hub.broadcast(slug, _frame(_queue(line, await self._labels())), To.MODERATORS)
        asked = {r.id: r.participant for r in line.requests if r.participant is not None}
        for request in line.requests:
            if request.participant is not None:
                self._use.hub.tell(request.participant, slug, _frame(_floor(request, line)))
        for request_id, participant in self._asked.get(slug, {}).items():
            if request_id not in asked:
                state = (await self._use.floor.request(slug, request_id)).state
                over = messages.Floor(request=request_id, state=state, position=None)
                self._use.hub.tell(participant, slug, _frame(over))
        self._asked[slug] = asked

    async def whole(self, slug: SessionSlug) -> None:
        """The whole list again, with who is excused and who is removed, to moderators."""
        if self._use.hub.count(slug, To.MODERATORS):
            self._use.hub.broadcast(slug, _frame(await self._whole(slug)), To.MODERATORS)

    async def _whole(self, slug: SessionSlug) -> messages.PresenceState:
        places = await self.places(slug)
        excused = [one.participant for one in await self._use.excused.of_session(slug)]
        removed = await self._use.access.removed(slug)
        return rows.presence_state(self._use.presence.now(slug), places, excused, removed)

    async def _labels(self) -> Mapping[ParticipantId, str]:
        """The function of everybody, else the seat, for the speaking list."""
        return {p.id: p.label or p.seat for p in await self._use.access.participants()}

    async def places(self, slug: SessionSlug) -> Mapping[DelegationCode, Places]:
        """Seats of every delegation, in protocol order, and how many of its people are excused."""
        people = {p.id: p.delegation for p in await self._use.access.participants()}
        excused = Counter(people.get(e.participant) for e in await self._use.excused.of_session(slug))
        delegations = await self._use.programme.delegations()
        return {d.code: Places(d.seats, excused[d.code]) for d in delegations}

    def _for(self, visit: Visit) -> Show:
        """Sources as this page may see them."""
        return partial(self._use.relay.view, grant=visit.grant)

    def _rounded(self, slug: SessionSlug, summary: Summary) -> Frame:
        """The rounded count; everybody who comes between two diffs is told the same."""
        known = self._frames.get(slug)
        if known is not None and known[0] is summary:
            return known[1]
        frame = _frame(rows.rounded_count(summary, self._use.settings.disclosure_threshold))
        self._frames[slug] = (summary, frame)
        return frame

    def _own_floor(self, visit: Visit, line: Line) -> None:
        for request in line.requests:
            if visit.grant is not None and request.participant == visit.grant.participant:
                visit.page.send(_frame(_floor(request, line)))


def _frame(message: ServerMessage) -> Frame:
    return text_frame(encode(message))


def _shown(source: Source | None, show: Show) -> messages.Source | None:
    return None if source is None else _source(show(source))


def _channels(offer: Offer, show: Show) -> tuple[messages.Source, ...] | UnsetType:
    return tuple(_source(show(source)) for source in offer.channels) or UNSET


def _switched(offer: Offer, show: Show) -> Frame:
    return _frame(
        messages.SourceSwitched(
            source=_shown(offer.source, show),
            channels=_channels(offer, show),
            words=_shown(offer.words, show) or UNSET,
        )
    )


def _source(view: SourceView) -> messages.Source:
    return messages.Source(
        id=view.id,
        provider=view.provider,
        channel=view.channel,
        embed_url=view.embed_url,
        link_url=view.link_url,
        personal=view.personal,
        label=view.label,
        name=view.name,
        company=view.company,
        needs_click=view.needs_click,
        elsewhere=view.elsewhere,
        megabytes_per_hour=view.megabytes_per_hour,
        text=view.text,
        phone=view.phone,
    )


def _floor(request: FloorRequest, line: Line) -> messages.Floor:
    return messages.Floor(
        request=request.id, state=request.state, position=position(line.requests, request.id)
    )


def _queue(line: Line, labels: Mapping[ParticipantId, str]) -> messages.Queue:
    items = (
        messages.QueueItem(
            request=request.id,
            participant=request.participant or "",
            delegation=request.delegation,
            label=labels.get(request.participant, "") if request.participant else "",
            subject=request.subject,
            minutes=request.minutes,
            state=request.state,
            position=line.position(request.id) or 0,
        )
        for request in line.requests
    )
    return messages.Queue(items=tuple(items), order=line.sorting)
