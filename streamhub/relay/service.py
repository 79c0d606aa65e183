"""The sources of a session: which there are, which one is on, and switching it for everybody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from streamhub.access.model import Grant
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.ids import SessionSlug, SourceId, new_id
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.relay import store
from streamhub.relay.link_model import Link, Provider
from streamhub.relay.links import parse_link
from streamhub.relay.model import (
    Loaded,
    NewSource,
    PageNeeds,
    Showing,
    Source,
    SourcePeriod,
    SourceView,
    appended,
    drafted,
    gone,
    merged,
    on_air,
    reordered,
    split_channel,
    still_wanted,
)
from streamhub.relay.offer import Offer, after, offered, playable
from streamhub.relay.providers import page_needs, token_of, view_of
from streamhub.relay.zoom_links import OwnLinks

TOPIC = "source"
"""What is noticed, with the slug, when a session's sources or its active one changed."""

LIST_TOPIC = "sources"
"""What is noticed, with the slug, when something changed that only moderators see of its sources."""

UNDO_MS = 10 * SECOND
"""How long a switch can be taken back: the page offers five seconds, the rest is for slow lines."""

T = TypeVar("T")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """The sources of one session as last read."""

    sources: tuple[Source, ...]
    on_air: tuple[Source, ...]
    showing: Mapping[str, Showing]


class RelayService:
    """Sources of sessions. Whoever calls has checked that the session exists and may be seen.

    What was read is kept until ``forget``, which must hear of every change noticed
    under ``TOPIC`` and ``LIST_TOPIC``: a whole summit may arrive in one minute.
    """

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._known: dict[SessionSlug, _Known] = {}
        self._forgotten = 0
        self.own = OwnLinks(db)

    async def forget(self, slug: str) -> None:
        """Read the session's sources again at the next question; subscribe this to ``TOPIC``."""
        self._forget(SessionSlug(slug))

    async def sources(self, slug: SessionSlug) -> tuple[Source, ...]:
        """Every source of the session, in order."""
        return (await self._read(slug)).sources

    async def active(self, slug: SessionSlug) -> Source | None:
        """What the session shows: its active floor, else its first source; None without any."""
        return next(iter(await self.on_air(slug)), None)

    async def beside(self, slug: SessionSlug) -> Source | None:
        """A meeting beside what is on, in which invited people can speak; None without."""
        active = await self.active(slug)
        meetings = (s for s in await self.sources(slug) if s.provider is Provider.ZOOM)
        return next((s for s in meetings if s != active), None)

    async def on_air(self, slug: SessionSlug) -> tuple[Source, ...]:
        """What each channel of the session shows, floor first."""
        return (await self._read(slug)).on_air

    async def offer(self, slug: SessionSlug) -> Offer:
        """What pages are told: what is on, what the other channels show, what there is to read."""
        known = await self._read(slug)
        return offered(known.sources, known.on_air)

    async def after(self, slug: SessionSlug, failed: SourceId) -> Source | None:
        """What a viewer may try next where this source does not start; None where nothing is left."""
        known = await self._read(slug)
        return after(known.sources, known.on_air, failed)

    async def playable(self, slug: SessionSlug) -> tuple[Source, ...]:
        """What viewers may watch now: what is on, and what stands after it in its channel."""
        known = await self._read(slug)
        return playable(known.sources, known.on_air)

    async def showing(self, slug: SessionSlug) -> Mapping[str, Showing]:
        """Since when each channel shows what it shows, by channel."""
        return (await self._read(slug)).showing

    async def links(self, slugs: Iterable[SessionSlug]) -> dict[SessionSlug, tuple[Link, ...]]:
        """The links of each of these sessions, passcodes left out."""
        return {
            slug: tuple(s.link.without_passcode() for s in await self.sources(slug) if s.link)
            for slug in slugs
        }

    async def periods(self, slug: SessionSlug) -> tuple[SourcePeriod, ...]:
        """Which source was active when, oldest first."""
        return await self._db.read(lambda tx: store.periods_of(tx, slug))

    async def csp(self, slug: SessionSlug) -> PageNeeds:
        """What the session's pages must be allowed to load."""
        return page_needs(await self.sources(slug), player_id=self._settings.dailymotion_player_id)

    def needs(self, source: Source) -> PageNeeds:
        """What a page that shows this source alone must be allowed to load."""
        return page_needs([source], player_id=self._settings.dailymotion_player_id)

    def view(self, source: Source, grant: Grant | None, lang: str = "fr") -> SourceView:
        """The source for a page whose reader may enter the session, invited or not.

        Where the reader has a link of their own to a meeting, it is that one, and personal.
        """
        view = self.shown(source, joining=grant is not None, lang=lang)
        own = self.own.of(source, grant)
        return view if own is None else replace(view, link_url=own, personal=True)

    async def listed(self, source: Source, lang: str = "fr") -> SourceView:
        """The source in a list of staff: no passcode and nobody's own link, but whether there are such."""
        await self.own.learn([source])
        return replace(self.shown(source, joining=False, lang=lang), personal=self.own.has_any(source))

    def shown(self, source: Source, *, joining: bool, lang: str = "fr") -> SourceView:
        """The source as many read it.

        The passcode of a meeting is only in what invited people get to join it.
        """
        player_id = self._settings.dailymotion_player_id
        return view_of(source, joining=joining, lang=lang, player_id=player_id)

    async def tokens(self, slug: SessionSlug) -> tuple[str, ...]:
        """The links as ``[channel=]url`` for a programme file, passcodes included: ``load`` reads them."""
        return tuple(token_of(source) for source in await self.sources(slug) if source.link)

    def parse(self, url: str) -> Link:
        """Read a pasted link. Raises LinkRefused."""
        hosts = self._settings
        return parse_link(url, hosts.peertube_hosts, hosts.hls_hosts, hosts.stream_hosts)

    def check_link(self, token: str) -> None:
        """Raise LinkRefused when a ``[channel=]url`` of a programme file cannot be shown."""
        _, url = split_channel(token)
        self.parse(url)

    async def add(
        self, slug: SessionSlug, new: NewSource, by: str | None, *, activate: bool = False
    ) -> Source:
        """Add a source at the end of the session's list, and switch to it if asked.

        A link that the channel has already is that source again, with its new label and
        passcode. Raises FieldInvalid and LinkRefused.
        """
        link = self.parse(new.url) if new.url.strip() else None
        draft = drafted(_new_id(), slug, new, link, by, self._clock.now())

        def command(tx: WriteTx) -> Source:
            source, after = appended(store.sources_of(tx, slug), draft)
            self._store(tx, slug, after, by)
            if activate:
                self._switch(tx, source, by)
            return source

        return await self._write(slug, command)

    async def activate(self, slug: SessionSlug, source_id: SourceId, by: str | None) -> Source:
        """Show this source to everybody on its channel, from now. Doing it twice does nothing more.

        Raises NotFound when the session has no such source.
        """

        def command(tx: WriteTx) -> Source:
            for source in store.sources_of(tx, slug):
                if source.id == source_id:
                    self._switch(tx, source, by)
                    return source
            raise NotFound("the session has no such source")

        return await self._write(slug, command)

    async def undo(self, slug: SessionSlug, source_id: SourceId, by: str | None) -> Source | None:
        """Show again what this source has just replaced on its channel; answers that.

        Where nothing was on before, and the source is alone on its channel, it is taken away: None.
        Raises StateConflict for a source that is not on, or has been for longer than a moment,
        or where what was on before is not there any more.
        """

        def command(tx: WriteTx) -> Source | None:
            now = self._clock.now()
            sources = {source.id: source for source in store.sources_of(tx, slug)}
            on = next((one for one in store.showing(tx, slug).values() if one.source == source_id), None)
            if on is None or now - on.since > UNDO_MS:
                raise StateConflict("this switch cannot be taken back any more; switch to another source")
            earlier = store.before(tx, on, slug)
            if earlier is None and sum(s.channel == on.channel for s in sources.values()) == 1:
                _take_back(tx, slug, on, now)
                return None
            if earlier not in sources:
                raise StateConflict("what was on before is not there any more; switch to another source")
            self._switch(tx, sources[earlier], by)
            return sources[earlier]

        return await self._write(slug, command)

    async def remove(self, slug: SessionSlug, source_id: SourceId, by: str | None) -> None:
        """Take a source away; what it showed stays in the history.

        Raises NotFound, and StateConflict for what is on: switch to another one first.
        """

        def command(tx: WriteTx) -> None:
            sources = store.sources_of(tx, slug)
            if source_id not in {source.id for source in sources}:
                raise NotFound("the session has no such source")
            if source_id in {source.id for source in on_air(sources, store.active_ids(tx, slug))}:
                raise StateConflict("this source is on; switch to another one first")
            store.take_away(tx, source_id, self._clock.now())
            tx.notice(TOPIC, slug)

        await self._write(slug, command)
        log.info("source taken away", session=slug, source=source_id, by=by)

    async def reorder(
        self, slug: SessionSlug, order: Iterable[SourceId], by: str | None
    ) -> tuple[Source, ...]:
        """Sort the session's sources by hand; a file loaded later leaves them so. Raises FieldInvalid."""

        def command(tx: WriteTx) -> tuple[Source, ...]:
            after = reordered(store.sources_of(tx, slug), order)
            for source in after:
                store.place(tx, source.id, source.order, by)
            tx.notice(TOPIC, slug)
            return after

        return await self._write(slug, command)

    async def load(
        self, slug: SessionSlug, tokens: Iterable[str], by: str | None = None, *, force: bool = False
    ) -> Loaded:
        """Bring the ``[channel=]url`` tokens of a programme file in, in their order.

        Sources that the session has already are kept, those gone from the file too; what was
        taken away since stays away unless forced. A channel without an active source starts
        with its first. Raises LinkRefused.
        """
        drafts = self._drafts(slug, tokens, by)

        def command(tx: WriteTx) -> Loaded:
            after, loaded = _planned(tx, slug, drafts, by, force=force)
            self._store(tx, slug, after, by)
            return loaded

        return await self._write(slug, command)

    async def plan(
        self, slug: SessionSlug, tokens: Iterable[str], by: str | None = None, *, force: bool = False
    ) -> Loaded:
        """What ``load`` would do; nothing is stored. The session may be one that is to come."""
        drafts = self._drafts(slug, tokens, by)
        return (await self._db.read(lambda tx: _planned(tx, slug, drafts, by, force=force)))[1]

    def _drafts(self, slug: SessionSlug, tokens: Iterable[str], by: str | None) -> tuple[Source, ...]:
        now = self._clock.now()
        return tuple(
            drafted(_new_id(), slug, NewSource(channel=channel), self.parse(url), by, now)
            for channel, url in map(split_channel, tokens)
        )

    def _store(self, tx: WriteTx, slug: SessionSlug, after: tuple[Source, ...], by: str | None) -> None:
        """Store the new list, and start each channel that has no active source."""
        done = _differing(store.sources_of(tx, slug), after)
        for source in done.added:
            store.add(tx, source)
        for source in done.changed:
            store.update(tx, source)
        if done.added or done.changed:
            tx.notice(TOPIC, slug)
        for source in on_air(after, store.active_ids(tx, slug)):
            self._switch(tx, source, by)

    def _switch(self, tx: WriteTx, source: Source, by: str | None) -> None:
        """Switch, unless it is on already. The time is read here: commands run in their order."""
        if source.id not in store.active_ids(tx, source.session):
            store.switch(tx, source, self._clock.now(), by)
            tx.notice(TOPIC, source.session)

    async def _read(self, slug: SessionSlug) -> _Known:
        known = self._known.get(slug)
        if known is None:
            mark = self._forgotten
            known = await self._db.read(lambda tx: _known(tx, slug))
            await self.own.learn(known.sources)
            if mark == self._forgotten:  # else what we read may be older than the change
                self._known[slug] = known
        return known

    async def _write(self, slug: SessionSlug, command: Callable[[WriteTx], T]) -> T:
        try:
            return await self._db.write(command)
        finally:
            self._forget(slug)

    def _forget(self, slug: SessionSlug) -> None:
        self._forgotten += 1
        self._known.pop(slug, None)


def _known(tx: ReadTx, slug: SessionSlug) -> _Known:
    sources, showing = store.sources_of(tx, slug), store.showing(tx, slug)
    return _Known(sources, on_air(sources, store.active_ids(tx, slug)), showing)


def _take_back(tx: WriteTx, slug: SessionSlug, on: Showing, now: Instant) -> None:
    """Nothing is on the channel again, as before."""
    store.stop(tx, on, slug, now)
    store.take_away(tx, on.source, now)
    tx.notice(TOPIC, slug)


def _planned(
    tx: ReadTx, slug: SessionSlug, drafts: tuple[Source, ...], by: str | None, *, force: bool
) -> tuple[tuple[Source, ...], Loaded]:
    """The list of a session with the links of a file, and what that changes."""
    there = store.sources_of(tx, slug)
    wanted = drafts if force else still_wanted(there, store.removed_of(tx, slug), drafts)
    after = merged(there, wanted, by_hand=not force and store.is_placed(tx, slug))
    kept_away = tuple(draft for draft in drafts if draft not in wanted)
    return after, replace(_differing(there, after), kept_away=kept_away, gone=gone(there, drafts, by))


def _differing(before: tuple[Source, ...], after: tuple[Source, ...]) -> Loaded:
    known = {source.id: source for source in before}
    return Loaded(
        added=tuple(source for source in after if source.id not in known),
        changed=tuple(source for source in after if source != known.get(source.id, source)),
    )


def _new_id() -> SourceId:
    return SourceId(new_id("src"))
