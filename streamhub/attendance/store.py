"""The ledger in SQL: events are only ever added; ``stays`` follows them."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.model import (
    Cause,
    Correction,
    Event,
    EventKind,
    Key,
    Stay,
    end_of,
    key_of,
)
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ImportId, NodeId, ParticipantId, SessionSlug

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("participant", sa.Text, index=True),
    sa.Column("session", sa.Text),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("since", sa.BigInteger),
    sa.Column("until", sa.BigInteger),
    sa.Column("bridges", sa.BigInteger),
    sa.Column("cause", sa.Text),
    sa.Column("import_id", sa.Text, index=True),
    sa.Column("row", sa.Text),
    sa.Column("venue", sa.Text),
    sa.Column("present", sa.Boolean),
    sa.Column("by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("nonce", sa.Text, unique=True),
    sa.Column("node", sa.Text),
    sqlite_autoincrement=True,
)

stays = sa.Table(
    "stays",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("participant", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("cause", sa.Text),
    sa.Column("import_id", sa.Text, index=True),
    sa.Column("row", sa.Text),
    sa.Column("node", sa.Text),
    sa.Index("stays_by_session", "session", "run"),
    sa.Index("stays_by_participant", "participant", "session", "run", "channel"),
    sa.Index(
        "stays_open",
        "until",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    ),
)

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("lease_at", sa.BigInteger, nullable=False),
)

_EVENT_COLUMNS = tuple(column.name for column in ledger.columns if column.name not in {"seq", "recorded_at"})


def append(tx: WriteTx, events: Iterable[Event], recorded_at: Instant) -> None:
    """Add events to the ledger and let ``stays`` follow, in order."""
    for event in events:
        values = {name: getattr(event, name) for name in _EVENT_COLUMNS}
        seq = tx.insert(ledger.insert(), {"recorded_at": recorded_at, **values})
        _follow(tx, event, seq)


def _follow(tx: WriteTx, event: Event, seq: int) -> None:
    if event.kind is EventKind.ARRIVE:
        _open(tx, event, seq)
    elif event.kind is EventKind.LEAVE:
        _close(tx, event)
    elif event.kind is EventKind.IMPORT:
        tx.execute(stays.insert(), _imported(event, seq))
    elif event.kind is EventKind.UNDO:
        which = stays.c.import_id == event.import_id
        tx.execute(stays.delete().where(which if event.row is None else which & (stays.c.row == event.row)))


def _open(tx: WriteTx, event: Event, seq: int) -> None:
    key = key_of(event)
    last = last_stay(tx, key)
    if last is not None and last.until is None:
        return
    if last is not None and event.bridges is not None and last.until == event.bridges:
        tx.execute(
            stays.update().where(_of(key), stays.c.until == event.bridges, stays.c.import_id.is_(None)),
            {"until": None, "cause": None, "node": event.node},
        )
        return
    values = {"id": seq, **_key_values(key), "since": event.at, "node": event.node}
    tx.execute(stays.insert(), values)


def _close(tx: WriteTx, event: Event) -> None:
    open_one = last_stay(tx, key_of(event))
    if open_one is not None and open_one.until is None:
        tx.execute(
            stays.update().where(_of(open_one.key), stays.c.until.is_(None)),
            {"until": end_of(open_one, event.at), "cause": event.cause},
        )


def _imported(event: Event, seq: int) -> dict[str, Any]:
    return {
        "id": seq,
        **_key_values(key_of(event)),
        "since": event.since,
        "until": event.until,
        "import_id": event.import_id,
        "row": event.row,
    }


def last_stay(tx: ReadTx, key: Key) -> Stay | None:
    """The open stay of ``key``, else the one that ended last; imported ones aside."""
    statement = (
        sa.select(stays)
        .where(_of(key), stays.c.import_id.is_(None))
        .order_by(stays.c.until.is_(None).desc(), stays.c.until.desc(), stays.c.id.desc())
        .limit(1)
    )
    row = tx.first(statement)
    return _stay(row) if row else None


def open_stays(
    tx: ReadTx, *, session: SessionSlug | None = None, channel: Channel | None = None
) -> list[Stay]:
    """The stays that last, of one session or all, of one channel or all."""
    statement = sa.select(stays).where(stays.c.until.is_(None)).order_by(stays.c.id)
    if session is not None:
        statement = statement.where(stays.c.session == session)
    if channel is not None:
        statement = statement.where(stays.c.channel == channel)
    return [_stay(row) for row in tx.all(statement)]


def ended_stays(tx: ReadTx, *, since: Instant, causes: Iterable[Cause]) -> list[Stay]:
    """The stays that ended at ``since`` or later for one of these causes, the first to end first."""
    which = sa.and_(stays.c.until >= since, stays.c.cause.in_([cause.value for cause in causes]))
    return [_stay(row) for row in tx.all(sa.select(stays).where(which).order_by(stays.c.until, stays.c.id))]


def stays_of_session(tx: ReadTx, session: SessionSlug, run: int) -> list[Stay]:
    """Every stay of one holding of a session."""
    statement = sa.select(stays).where(stays.c.session == session, stays.c.run == run).order_by(stays.c.id)
    return [_stay(row) for row in tx.all(statement)]


def stays_of_participant(tx: ReadTx, participant: ParticipantId) -> list[Stay]:
    """Every stay of one person, oldest first."""
    statement = sa.select(stays).where(stays.c.participant == participant).order_by(stays.c.since, stays.c.id)
    return [_stay(row) for row in tx.all(statement)]


def all_stays(tx: ReadTx) -> list[Stay]:
    """Every stay, in the order in which they were opened."""
    return [_stay(row) for row in tx.all(sa.select(stays).order_by(stays.c.id))]


def all_events(tx: ReadTx) -> list[Event]:
    """The whole ledger, in order."""
    return [_event(row) for row in tx.all(sa.select(ledger).order_by(ledger.c.seq))]


def corrections(tx: ReadTx, session: SessionSlug, run: int) -> list[Correction]:
    """The corrections of one holding of a session, oldest first."""
    statement = (
        sa.select(ledger)
        .where(ledger.c.kind == EventKind.CORRECT, ledger.c.session == session, ledger.c.run == run)
        .order_by(ledger.c.seq)
    )
    return [
        Correction(
            ParticipantId(row.participant),
            SessionSlug(row.session),
            row.run,
            row.since,
            row.until,
            row.present,
            Channel(row.channel),
            row.seq,
            row.by,
            row.reason,
        )
        for row in tx.all(statement)
    ]


def last_instant(tx: ReadTx) -> Instant:
    """The latest instant at which anything was stored; 0 for an empty database."""
    recorded = tx.scalar(sa.select(sa.func.max(ledger.c.recorded_at))) or 0
    leased = tx.scalar(sa.select(sa.func.max(nodes.c.lease_at))) or 0
    return max(recorded, leased)


def lease(tx: ReadTx, node: NodeId | None) -> Instant | None:
    """Until when a node is known to have lived."""
    instant: Instant | None = tx.scalar(sa.select(nodes.c.lease_at).where(nodes.c.id == node))
    return instant


def start_node(tx: WriteTx, node: NodeId, now: Instant) -> None:
    """Announce a node."""
    tx.execute(nodes.insert(), {"id": node, "started_at": now, "lease_at": now})


def renew_lease(tx: WriteTx, node: NodeId, now: Instant) -> None:
    """Say that a node lives."""
    tx.execute(nodes.update().where(nodes.c.id == node), {"lease_at": now})


def _of(key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(
        stays.c.participant == key.participant,
        stays.c.session == key.session,
        stays.c.run == key.run,
        stays.c.channel == key.channel,
    )


def _key_values(key: Key) -> dict[str, Any]:
    return {
        "participant": key.participant,
        "session": key.session,
        "run": key.run,
        "channel": key.channel,
    }


def _key(row: sa.Row[Any]) -> Key:
    return Key(ParticipantId(row.participant), SessionSlug(row.session), row.run, Channel(row.channel))


def _stay(row: sa.Row[Any]) -> Stay:
    return Stay(
        _key(row),
        row.since,
        row.until,
        Cause(row.cause) if row.cause else None,
        ImportId(row.import_id) if row.import_id else None,
        row.row,
        NodeId(row.node) if row.node else None,
    )


def _event(row: sa.Row[Any]) -> Event:
    values = {name: getattr(row, name) for name in _EVENT_COLUMNS}
    values["kind"] = EventKind(row.kind)
    values["channel"] = Channel(row.channel) if row.channel else None
    values["cause"] = Cause(row.cause) if row.cause else None
    return Event(**values)


def rows_matching(tx: ReadTx, import_id: ImportId) -> Sequence[str]:
    """The rows of an import that stand in the ledger now."""
    return [row.row for row in tx.all(sa.select(stays.c.row).where(stays.c.import_id == import_id))]
