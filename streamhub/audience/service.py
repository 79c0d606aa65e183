"""Figures that people declare and platforms report, kept beside ours and never added to them."""

from collections.abc import Sequence
from dataclasses import replace

from streamhub.audience import sample_store, store
from streamhub.audience.model import FigureKind, FigureOrder, PlatformFigure
from streamhub.audience.sample_model import Curve, Video, covers_of, figures_of
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.text import clean
from streamhub.programme.clock import window_of
from streamhub.programme.service import ProgrammeService
from streamhub.relay.service import RelayService


class AudienceService:
    """The platforms' own counts, as far as somebody brought them here."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService, relay: RelayService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._relay = relay

    async def declare(self, order: FigureOrder, author: ParticipantId | None) -> PlatformFigure:
        """Store a figure that a person vouches for.

        Raises FieldInvalid naming the field, UnknownSession for a session that is not there.
        """
        order = replace(order, source=clean(order.source))
        order.check(self._clock.now())
        for slug in order.covers:
            await self._programme.session(slug)

        def command(tx: WriteTx) -> int:
            number = store.add(tx, order, FigureKind.DECLARED, author)
            tx.notice("figures", str(number))
            return number

        number = await self._db.write(command)
        declared = await self._db.read(store.everything)
        return next(figure for figure in declared if figure.id == number)

    async def figures(self) -> Sequence[PlatformFigure]:
        """Every figure, oldest first: declared ones, and what the samples of platforms amount to."""
        declared = await self._db.read(store.everything)
        sampled = await self._db.read(sample_store.summed)
        reported = figures_of(sampled, await self._covers()) if sampled else []
        return sorted([*declared, *reported], key=lambda figure: figure.at)

    async def of_session(self, slug: SessionSlug) -> Sequence[PlatformFigure]:
        """The figures that cover a session, alone or with others."""
        return [figure for figure in await self.figures() if slug in figure.covers]

    async def curves(self, slug: SessionSlug) -> tuple[Curve, ...]:
        """The samples of each video that the session shows, taken while it ran. Raises UnknownSession."""
        session = await self._programme.session(slug)
        window = window_of(session, await self._programme.history(slug), self._clock.now())
        shown = [video for video, covers in (await self._covers()).items() if slug in covers]
        if window is None:
            return tuple(Curve(video, ()) for video in shown)
        taken = await self._db.read(lambda tx: sample_store.between(tx, window.since, window.until))
        return tuple(Curve(video, tuple(s for s in taken if s.video == video)) for video in shown)

    async def _covers(self) -> dict[Video, tuple[SessionSlug, ...]]:
        sessions = await self._programme.sessions()
        return covers_of(await self._relay.links([session.slug for session in sessions]))
