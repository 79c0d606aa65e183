"""Samples of platforms, and how reading them goes, in SQL."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from streamhub.audience.sample_model import Fault, Sample, Standing, Video
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.relay.link_model import Provider

samples = sa.Table(
    "platform_samples",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("video", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("viewers", sa.BigInteger),
    sa.Column("views", sa.BigInteger),
    sa.Index("ix_platform_samples_video", "platform", "video", "at"),
)

standings = sa.Table(
    "platform_standings",
    metadata,
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("tried_at", sa.BigInteger),
    sa.Column("answered_at", sa.BigInteger),
    sa.Column("fault", sa.Text),
    sa.Column("faults", sa.Integer, nullable=False),
    sa.Column("rest_until", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("missing", sa.Text, nullable=False),
)


def add(tx: WriteTx, found: Iterable[Sample]) -> None:
    """Store samples."""
    rows = [
        {
            "platform": sample.video.platform,
            "host": sample.video.host,
            "video": sample.video.id,
            "at": sample.at,
            "viewers": sample.viewers,
            "views": sample.views,
        }
        for sample in found
    ]
    if rows:
        tx.execute(samples.insert(), rows)


def between(tx: ReadTx, since: Instant, until: Instant) -> list[Sample]:
    """The samples of ``[since, until]``, oldest first."""
    inside = samples.c.at.between(since, until)
    return [_sample(row) for row in tx.all(sa.select(samples).where(inside).order_by(samples.c.at))]


def summed(tx: ReadTx) -> list[Sample]:
    """For each video its last sample with views and its first one with the most viewers."""
    known = ((samples.c.views, samples.c.at.desc()), (samples.c.viewers, samples.c.viewers.desc()))
    found: list[Sample] = []
    for column, order in known:
        rank = sa.func.row_number().over(
            partition_by=(samples.c.platform, samples.c.host, samples.c.video), order_by=(order, samples.c.at)
        )
        ranked = sa.select(samples, rank.label("place")).where(column.is_not(None)).subquery()
        found += [_sample(row) for row in tx.all(sa.select(ranked).where(ranked.c.place == 1))]
    return found


def last_tried(tx: ReadTx) -> dict[Video, Instant]:
    """When each video was sampled last."""
    query = sa.select(
        samples.c.platform, samples.c.host, samples.c.video, sa.func.max(samples.c.at).label("at")
    )
    rows = tx.all(query.group_by(samples.c.platform, samples.c.host, samples.c.video))
    return {_video(row): row.at for row in rows}


def drop_before(tx: WriteTx, until: Instant) -> int:
    """Forget the samples from before; answers how many they were."""
    older = samples.c.at < until
    rows = int(tx.scalar(sa.select(sa.func.count()).select_from(samples).where(older)) or 0)
    if rows:
        tx.execute(samples.delete().where(older))
    return rows


def standings_of(tx: ReadTx) -> dict[Provider, Standing]:
    """How reading goes, for each platform that was ever asked."""
    return {Provider(row.platform): _standing(row) for row in tx.all(sa.select(standings))}


def keep(tx: WriteTx, standing: Standing) -> None:
    """Store how reading a platform goes."""
    values = {
        "tried_at": standing.tried_at,
        "answered_at": standing.answered_at,
        "fault": standing.fault,
        "faults": standing.faults,
        "rest_until": standing.rest_until,
        "day": standing.day,
        "calls": standing.calls,
        "missing": " ".join(sorted(f"{video.host}/{video.id}" for video in standing.missing)),
    }
    tx.execute(standings.delete().where(standings.c.platform == standing.platform))
    tx.execute(standings.insert().values(platform=standing.platform, **values))


def _video(row: sa.Row[Any]) -> Video:
    return Video(Provider(row.platform), row.video, row.host)


def _sample(row: sa.Row[Any]) -> Sample:
    return Sample(_video(row), row.at, row.viewers, row.views)


def _standing(row: sa.Row[Any]) -> Standing:
    platform = Provider(row.platform)
    named = (word.partition("/") for word in row.missing.split())
    return Standing(
        platform=platform,
        tried_at=row.tried_at,
        answered_at=row.answered_at,
        fault=Fault(row.fault) if row.fault else None,
        faults=row.faults,
        rest_until=row.rest_until,
        day=row.day,
        calls=row.calls,
        missing=frozenset(Video(platform, ident, host) for host, _, ident in named),
    )
