"""Exact figures on their way into the database: whoever carries them sees none of them."""

from dataclasses import dataclass
from typing import final

from streamhub.kit.clock import Instant
from streamhub.kit.db import WriteTx
from streamhub.programme.clock import WindowKind
from streamhub.statistics import kept_store
from streamhub.statistics.kept import KeptFigures
from streamhub.statistics.results import SummitStatistics


@dataclass(frozen=True, slots=True)
class Holding:
    """One holding of a session in one window, with its figures."""

    run: int
    kind: WindowKind
    figures: KeptFigures


@final
class FiguresToKeep:
    """What ``StatisticsService.to_keep`` counted, to be written where the stays are erased."""

    __slots__ = ("_at", "_holdings", "_summit")

    def __init__(self, holdings: tuple[Holding, ...], summit: SummitStatistics, at: Instant) -> None:
        self._holdings = holdings
        self._summit = summit
        self._at = at

    @property
    def sessions(self) -> int:
        """Of how many sessions these are the figures."""
        return len(self._summit.sessions)

    def write(self, tx: WriteTx) -> None:
        """Keep them, in the transaction that erases the stays."""
        for one in self._holdings:
            kept_store.put_session(tx, one.figures, one.run, one.kind, self._at)
        kept_store.put_summit(tx, self._summit, self._at)
