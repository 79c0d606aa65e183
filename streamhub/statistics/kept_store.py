"""Kept figures in SQL: one row for each window of a session's holding, and one for the summit."""

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import WindowKind
from streamhub.statistics import kept
from streamhub.statistics.kept import KeptFigures
from streamhub.statistics.results import SummitStatistics

kept_figures = sa.Table(
    "kept_figures",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("kept_at", sa.BigInteger, nullable=False),
)
"""``kind`` is the window of a session, or ``summit``; the summit's row names no session."""

_SUMMIT = "summit"


def put_session(tx: WriteTx, figures: KeptFigures, run: int, kind: WindowKind, at: Instant) -> None:
    """Keep the figures of a session; those that are kept already stay."""
    _put(tx, kind, figures.statistics.session, run, kept.encoded(figures), at)


def put_summit(tx: WriteTx, figures: SummitStatistics, at: Instant) -> None:
    """Keep the figures of the summit; those that are kept already stay."""
    _put(tx, _SUMMIT, "", 0, kept.encoded(figures), at)


def session(tx: ReadTx, slug: SessionSlug, run: int, kind: WindowKind) -> KeptFigures | None:
    """The kept figures of a session's holding, None while they are counted."""
    text = tx.scalar(_value(kind, slug, run))
    return None if text is None else kept.session_figures(text)


def summit(tx: ReadTx) -> SummitStatistics | None:
    """The kept figures of the summit, None while they are counted."""
    text = tx.scalar(_value(_SUMMIT, "", 0))
    return None if text is None else kept.summit_figures(text)


def _put(tx: WriteTx, kind: str, slug: str, run: int, value: str, at: Instant) -> None:
    if tx.scalar(_value(kind, slug, run)) is None:
        row = {"kind": kind, "session": slug, "run": run, "value": value, "kept_at": at}
        tx.execute(kept_figures.insert(), row)


def _value(kind: str, slug: str, run: int) -> sa.Select[tuple[str]]:
    column = kept_figures.c
    return sa.select(column.value).where(column.kind == kind, column.session == slug, column.run == run)
