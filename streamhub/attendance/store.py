"""The ledger in SQL: events are only ever added; ``stays`` follows them.

Arrivals and leaves come by the thousand. A run of them is one statement with its rows as one
JSON parameter: SQLite then works through them without asking for Python's lock at each row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
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
_MANY = frozenset({EventKind.ARRIVE, EventKind.LEAVE})
_MANY_COLUMNS = ("kind", "at", "participant", "session", "run", "channel", "bridges", "cause", "node")
_cells_of = attrgetter(*_MANY_COLUMNS)
_cells_of_key = attrgetter("participant", "session", "run", "channel")
_OPENED_COLUMNS = ("id", "participant", "session", "run", "channel", "since", "node")


def _cells(count: int) -> str:
    return ", ".join(f"json_extract(value, '$[{number}]')" for number in range(count))


def _insert_many(table: sa.Table, columns: Sequence[str]) -> sa.TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    cells = _cells(len(columns))
    return sa.text(f"INSERT INTO {table.name} ({names}) SELECT {cells} FROM json_each(:rows) ORDER BY key")  # noqa: S608 - our own names


# As text: to look these up in SQLAlchemy's cache as expressions takes longer than to run them.
_ADD_MANY = _insert_many(ledger, ("recorded_at", *_MANY_COLUMNS))
_OPEN_MANY = _insert_many(stays, _OPENED_COLUMNS)
_CONTINUE_MANY = sa.text(
    "UPDATE stays SET until = NULL, cause = NULL, node = json_extract(value, '$[1]')"
    " FROM json_each(:rows) WHERE stays.id = json_extract(value, '$[0]')"
)
_CLOSE_MANY = sa.text(
    "UPDATE stays SET until = json_extract(value, '$[1]'), cause = json_extract(value, '$[2]')"
    " FROM json_each(:rows) WHERE stays.id = json_extract(value, '$[0]')"
)
_LAST_MANY = sa.text(
    "SELECT stays.* FROM json_each(:rows) CROSS JOIN stays"
    " ON participant = json_extract(value, '$[0]') AND session = json_extract(value, '$[1]')"
    " AND run = json_extract(value, '$[2]') AND channel = json_extract(value, '$[3]')"
    " WHERE import_id IS NULL ORDER BY until IS NULL, until, stays.id"
)
_RENEW = "UPDATE nodes SET lease_at = ? WHERE id = ?"


class Last(NamedTuple):
    """The open stay of a key, else the one that ended last, and its number."""

    id: int
    stay: Stay


def append(tx: WriteTx, events: Iterable[Event], recorded_at: Instant) -> None:
    """Add events to the ledger and let ``stays`` follow, in order."""
    for part in _parts(events):
        if part[0].kind in _MANY:
            append_many(tx, part, last_stays(tx, map(key_of, part)), recorded_at)
        else:
            values = {name: getattr(part[0], name) for name in _EVENT_COLUMNS}
            seq = tx.insert(ledger.insert(), {"recorded_at": recorded_at, **values})
            _follow(tx, part[0], seq)


def _parts(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Runs of arrivals, or of leaves, each of another stay; every other event by itself."""
    part: list[Event] = []
    keys: set[Key] = set()
    for event in events:
        key = key_of(event) if event.kind in _MANY else None
        if part and (key is None or key in keys or event.kind is not part[0].kind):
            yield part
            part, keys = [], set()
        part.append(event)
        if key is not None:
            keys.add(key)
    if part:
        yield part


def append_many(
    tx: WriteTx, events: Sequence[Event], last_of: Mapping[Key, Last], recorded_at: Instant
) -> None:
    """``append`` for arrivals alone or leaves alone, each of another stay.

    ``last_of`` is what ``last_stays`` answered in this transaction, after the last change.
    """
    if not events:
        return
    seq = tx.insert_many(_ADD_MANY, _rows([(recorded_at, *_cells_of(event)) for event in events]))
    if events[0].kind is EventKind.ARRIVE:
        _open(tx, events, last_of, seq - len(events) + 1)
    else:
        _close(tx, events, last_of)


def _follow(tx: WriteTx, event: Event, seq: int) -> None:
    if event.kind is EventKind.IMPORT:
        tx.execute(stays.insert(), _imported(event, seq))
    elif event.kind is EventKind.UNDO:
        tx.execute(stays.delete().where(_undone(event)))


def _undone(event: Event) -> sa.ColumnElement[bool]:
    if event.import_id is None:
        same = (stays.c[name] == value for name, value in _key_values(key_of(event)).items())
        return sa.and_(stays.c.import_id.is_(None), *same)
    which = stays.c.import_id == event.import_id
    return which if event.row is None else which & (stays.c.row == event.row)


def _open(tx: WriteTx, events: Sequence[Event], last_of: Mapping[Key, Last], first: int) -> None:
    """Open a stay for each arrival that finds none open, or continue the one that it bridges.

    ``first`` is the number of the first event.
    """
    opened, continued = [], []
    for seq, event in enumerate(events, first):
        last = last_of.get(key_of(event))
        if last is None or last.stay.until not in {None, event.bridges}:
            opened.append((seq, *_cells_of_key(event), event.at, event.node))
        elif last.stay.until is not None:
            continued.append((last.id, event.node))
    if opened:
        tx.execute(_OPEN_MANY, _rows(opened))
    if continued:
        tx.execute(_CONTINUE_MANY, _rows(continued))


def _close(tx: WriteTx, events: Sequence[Event], last_of: Mapping[Key, Last]) -> None:
    closed = []
    for event in events:
        last = last_of.get(key_of(event))
        if last is not None and last.stay.until is None:
            closed.append((last.id, end_of(last.stay, event.at), event.cause))
    if closed:
        tx.execute(_CLOSE_MANY, _rows(closed))


def _rows(rows: Sequence[Sequence[object]]) -> dict[str, str]:
    return {"rows": msgspec.json.encode(rows).decode()}


def _imported(event: Event, seq: int) -> dict[str, Any]:
    return {
        "id": seq,
        **_key_values(key_of(event)),
        "since": event.since,
        "until": event.until,
        "import_id": event.import_id,
        "row": event.row,
    }


def last_stays(tx: ReadTx, keys: Iterable[Key]) -> dict[Key, Last]:
    """Of each key the open stay, else the one that ended last; imported ones aside."""
    found = tx.all(_LAST_MANY, _rows(list(map(_cells_of_key, keys))))
    return {_key(row): Last(row.id, _stay(row)) for row in found}


def told_stays(tx: ReadTx, key: Key) -> list[Stay]:
    """Every stay of ``key`` but imported ones, the oldest first."""
    same = (stays.c[name] == value for name, value in _key_values(key).items())
    statement = sa.select(stays).where(stays.c.import_id.is_(None), *same)
    return [_stay(row) for row in tx.all(statement.order_by(stays.c.since, stays.c.id))]


def stays_of_import(tx: ReadTx, import_id: ImportId) -> list[Stay]:
    """What stands of an import, in the order in which it was written."""
    statement = sa.select(stays).where(stays.c.import_id == import_id).order_by(stays.c.id)
    return [_stay(row) for row in tx.all(statement)]


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


def holdings_told(tx: ReadTx, by: str, source: str) -> frozenset[tuple[SessionSlug, int]]:
    """The holdings of sessions with stays under imports named ``by:session:run:source``."""
    named = stays.c.import_id.between(f"{by}:", f"{by};") & stays.c.import_id.endswith(
        f":{source}", autoescape=True
    )
    rows = tx.all(sa.select(stays.c.session, stays.c.run).where(named).distinct())
    return frozenset((SessionSlug(row.session), row.run) for row in rows)


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
    return [correction_of(row) for row in tx.all(statement)]


def correction_of(row: sa.Row[Any]) -> Correction:
    """A correction as its line of the ledger says it."""
    return Correction(
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
    tx.run_each(_RENEW, [(now, node)])


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
