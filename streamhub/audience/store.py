"""Declared and reported figures in SQL."""

from typing import Any

import sqlalchemy as sa

from streamhub.audience.model import FigureKind, FigureOrder, PlatformFigure
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId, SessionSlug

figures = sa.Table(
    "figures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("metric", sa.Text, nullable=False),
    sa.Column("value", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("author", sa.Text),
)

figure_sessions = sa.Table(
    "figure_sessions",
    metadata,
    sa.Column("figure", sa.Integer, sa.ForeignKey("figures.id"), primary_key=True),
    sa.Column("session", sa.Text, primary_key=True),
)


def add(tx: WriteTx, order: FigureOrder, kind: FigureKind, author: ParticipantId | None) -> int:
    """Store a figure; answers its number."""
    values = {
        "platform": order.platform,
        "metric": order.metric,
        "value": order.value,
        "kind": kind,
        "at": order.at,
        "source": order.source,
        "author": author,
    }
    figure = tx.insert(figures.insert(), values)
    if order.covers:
        rows = [{"figure": figure, "session": slug} for slug in order.covers]
        tx.execute(figure_sessions.insert(), rows)
    return figure


def everything(tx: ReadTx) -> list[PlatformFigure]:
    """Every figure, oldest first."""
    covers: dict[int, list[SessionSlug]] = {}
    for row in tx.all(sa.select(figure_sessions).order_by(figure_sessions.c.session)):
        covers.setdefault(row.figure, []).append(SessionSlug(row.session))
    rows = tx.all(sa.select(figures).order_by(figures.c.at, figures.c.id))
    return [_figure(row, tuple(covers.get(row.id, ()))) for row in rows]


def _figure(row: sa.Row[Any], covers: tuple[SessionSlug, ...]) -> PlatformFigure:
    author = ParticipantId(row.author) if row.author else None
    kind = FigureKind(row.kind)
    return PlatformFigure(
        row.id, row.platform, row.metric, row.value, kind, row.at, row.source, author, covers
    )
