"""People whom Zoom's events and reports do not name, in the queue of those to be recognised, in SQL.

They stand there as people of lists do, without a name: the meeting, the sessions and the times are all
that a human has to go by.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from streamhub.attendance.imports_model import ImportCounts, ImportKind, ImportState, called
from streamhub.attendance.imports_store import import_people, import_rows, imports
from streamhub.attendance.zoom_model import BY
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import ImportId, ParticipantId, SessionSlug

NOTHING = ImportCounts(
    rows=0, waiting_room=0, outside=0, people=0, matched=0, unmatched=0, stays=0, already=0, problems=0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A time of somebody in one holding of a session; ``mark`` tells them apart in their meeting.

    ``until`` is None while they are there.
    """

    import_id: ImportId
    session: SessionSlug
    run: int
    number: str
    mark: str
    guest: ParticipantId
    since: Instant
    until: Instant | None


def add(tx: WriteTx, stranger: Stranger, at: Instant) -> str:
    """Put a time into the queue; answers the row's name in the ledger."""
    _open(tx, stranger, at)
    person = import_people.c
    same = (person.import_id == stranger.import_id) & (person.person == stranger.mark)
    found: int | None = tx.scalar(sa.select(person.id).where(same))
    if found is None:
        values = {"import_id": stranger.import_id, "person": stranger.mark, "alias": stranger.mark}
        who = {"participant": stranger.guest, "delegation": None, "matched_by": None, "email": None}
        found = tx.insert(import_people.insert(), {**values, **who, "name": called(stranger.mark)})
    row = {"import_id": stranger.import_id, "person_id": found, "session": stranger.session}
    time = {"run": stranger.run, "line": 0, "since": stranger.since, "until": stranger.until}
    return str(tx.insert(import_rows.insert(), {**row, **time, "content": stranger.mark, "applied": True}))


def _open(tx: WriteTx, stranger: Stranger, at: Instant) -> None:
    """The import of the meeting, as far as the queue needs one."""
    if tx.first(sa.select(imports.c.id).where(imports.c.id == stranger.import_id)) is not None:
        return
    values = {
        "id": stranger.import_id,
        "kind": ImportKind.ZOOM_EVENTS,
        "state": ImportState.APPLIED,
        "file": f"Zoom {stranger.number}",
        "sessions": stranger.session,
        "timezone": "UTC",
        "date_order": DateOrder.YMD,
        **asdict(NOTHING),
    }
    told = {"created_at": at, "created_by": BY, "applied_at": at, "applied_by": BY}
    tx.execute(imports.insert(), values | told)


def remove(tx: WriteTx, name: ImportId, rows: Iterable[str]) -> None:
    """Take times out of the queue, and people who have none left."""
    numbers = [int(row) for row in rows if row.isdigit()]
    if not numbers:
        return
    row = import_rows.c
    tx.execute(import_rows.delete().where(row.import_id == name, row.id.in_(numbers)))
    left = sa.select(row.person_id).where(row.import_id == name)
    person = import_people.c
    tx.execute(import_people.delete().where(person.import_id == name, person.id.not_in(left)))


def lists_of(tx: ReadTx, number: str) -> frozenset[tuple[SessionSlug, int]]:
    """The holdings of sessions into which somebody imported a list of this meeting."""
    named = (sa.literal(" ") + imports.c.meetings + " ").contains(f" {number} ", autoescape=True)
    statement = (
        sa.select(import_rows.c.session, import_rows.c.run)
        .join(imports, imports.c.id == import_rows.c.import_id)
        .where(imports.c.state == ImportState.APPLIED, named)
        .distinct()
    )
    return frozenset((SessionSlug(row.session), row.run) for row in tx.all(statement))
