"""Figures that people declare, kept beside ours and never added to them."""

from collections.abc import Sequence
from dataclasses import replace

from streamhub.audience import store
from streamhub.audience.model import FigureKind, FigureOrder, PlatformFigure
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.text import clean
from streamhub.programme.service import ProgrammeService


class AudienceService:
    """The platforms' own counts, as far as somebody brought them here."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme

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
        return next(figure for figure in await self.figures() if figure.id == number)

    async def figures(self) -> Sequence[PlatformFigure]:
        """Every figure, oldest first."""
        return await self._db.read(store.everything)

    async def of_session(self, slug: SessionSlug) -> Sequence[PlatformFigure]:
        """The figures that cover a session, alone or with others."""
        return [figure for figure in await self.figures() if slug in figure.covers]
