"""What the rollup reads: everything once, then only what came since; see ``statistics.rollups``."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.model import Correction, EventKind
from streamhub.attendance.openings_model import OpeningKind
from streamhub.attendance.openings_store import openings
from streamhub.attendance.store import correction_of, ledger, stays
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx
from streamhub.kit.ids import SessionSlug

AT_ONCE = 50_000  # rows: a million stays would take 300 MB as rows
NAMES_AT_ONCE = 500

RecordedStay = tuple[str, Channel, Instant, Instant | None]
RecordedOpening = tuple[int, OpeningKind, str, Instant, Instant | None]


def last_seq(tx: ReadTx) -> int:
    """The number of the ledger's last line, 0 where there is none."""
    return tx.scalar(sa.select(sa.func.max(ledger.c.seq))) or 0


def touched(tx: ReadTx, session: SessionSlug, run: int, after: int) -> set[str]:
    """Whose stays or corrections in one holding of a session lines after ``after`` may have changed."""
    here = sa.and_(ledger.c.session == session, ledger.c.run == run)
    columns = (ledger.c.participant, ledger.c.kind, ledger.c.import_id)
    new = sa.select(*columns).where(ledger.c.seq > after, here | (ledger.c.kind == EventKind.UNDO))
    rows = tx.all(new)  # no DISTINCT: SQLite would read a whole index for it
    found = {row.participant for row in rows}
    for undone in {row.import_id for row in rows if row.kind == EventKind.UNDO} - {None}:
        of_import = sa.select(ledger.c.participant).where(ledger.c.import_id == undone, here)
        found.update(row.participant for row in tx.all(of_import))
    return found - {None}


def every_stay(tx: ReadTx, session: SessionSlug, run: int) -> Iterator[RecordedStay]:
    """All stays of one holding of a session, a part at a time."""
    here = sa.and_(stays.c.session == session, stays.c.run == run)
    yield from _stays(_pages(tx, sa.select(*_STAY).where(here), stays.c.id))


def stays_of(
    tx: ReadTx, session: SessionSlug, run: int, participants: Iterable[str]
) -> Iterator[RecordedStay]:
    """The stays of some people in one holding of a session."""
    here = sa.and_(stays.c.session == session, stays.c.run == run)
    for names in _some(participants):
        yield from _stays(tx.all(sa.select(*_STAY).where(here, stays.c.participant.in_(names))))


def corrections_of(
    tx: ReadTx, session: SessionSlug, run: int, participants: Iterable[str]
) -> Iterator[Correction]:
    """The corrections of some people in one holding of a session."""
    here = sa.and_(ledger.c.session == session, ledger.c.run == run, ledger.c.kind == EventKind.CORRECT)
    for names in _some(participants):
        found = tx.all(sa.select(ledger).where(here, ledger.c.participant.in_(names)))
        yield from (correction_of(row) for row in found)


def every_opening(tx: ReadTx, session: SessionSlug, run: int, after: int) -> Iterator[RecordedOpening]:
    """The openings of one holding of a session after number ``after``, in order."""
    here = sa.and_(openings.c.session == session, openings.c.run == run)
    yield from _openings(_pages(tx, sa.select(*_OPENING).where(here), openings.c.id, after))


def openings_of(
    tx: ReadTx, session: SessionSlug, run: int, kind: OpeningKind, who: Iterable[str]
) -> Iterator[RecordedOpening]:
    """The openings of one kind of some people or viewers in one holding of a session."""
    here = sa.and_(openings.c.session == session, openings.c.run == run, openings.c.kind == kind)
    for names in _some(who):
        yield from _openings(tx.all(sa.select(*_OPENING).where(here, openings.c.who.in_(names))))


def ended_openings(tx: ReadTx, lasting: str) -> Sequence[int]:
    """Which of the openings, a JSON list of numbers, are not open any more."""
    numbers = sa.func.json_each(lasting).table_valued("value")
    ended = sa.select(openings.c.id).where(
        openings.c.id.in_(sa.select(numbers.c.value)), openings.c.until.is_not(None)
    )
    return [row.id for row in tx.all(ended)]


_STAY = (stays.c.id, stays.c.participant, stays.c.channel, stays.c.since, stays.c.until)
_OPENING = (openings.c.id, openings.c.kind, openings.c.who, openings.c.since, openings.c.until)


def _pages(
    tx: ReadTx, statement: "sa.Select[Any]", number: "sa.ColumnElement[int]", after: int = 0
) -> Iterator[sa.Row[Any]]:
    while rows := tx.all(statement.where(number > after).order_by(number).limit(AT_ONCE)):
        yield from rows
        after = rows[-1].id


def _stays(rows: Iterable[sa.Row[Any]]) -> Iterator[RecordedStay]:
    channels = {str(channel): channel for channel in Channel}
    return ((row.participant, channels[row.channel], row.since, row.until) for row in rows)


def _openings(rows: Iterable[sa.Row[Any]]) -> Iterator[RecordedOpening]:
    kinds = {str(kind): kind for kind in OpeningKind}
    return ((row.id, kinds[row.kind], row.who, row.since, row.until) for row in rows)


def _some(names: Iterable[str]) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, NAMES_AT_ONCE)):
        yield part
