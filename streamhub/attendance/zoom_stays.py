"""A Zoom meeting's stays in the ledger: told anew whenever more of it becomes known.

What differs is found by reading, and written for some people at a time: a hall that empties at once must
not keep anybody else's arrival waiting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streamhub.attendance import guests_store, model, store, zoom_queue_store
from streamhub.attendance.matching import fingerprint
from streamhub.attendance.model import Event, Key
from streamhub.attendance.zoom_fold import ZoomTime
from streamhub.attendance.zoom_model import BY, HeardMeeting, Holding, import_id
from streamhub.attendance.zoom_queue_store import Stranger
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import ParticipantId, new_id

Guests = Mapping[str, tuple[str, ParticipantId]]
"""Whom nobody knows, by the connection: under which mark and pseudonym."""


@dataclass(slots=True)
class Change:
    """What is to be written of one person: rows that go, times that come."""

    gone: list[str] = field(default_factory=list)
    new: list[ZoomTime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """The changes for some people of a meeting in one holding of a session."""

    held: Holding
    heard: HeardMeeting
    changes: Sequence[tuple[ParticipantId, Change]]
    guests: Guests


def guests_of(tx: WriteTx, uuid: str, times: Iterable[ZoomTime]) -> Guests:
    """The guests of a meeting; the first use makes their pseudonyms."""
    salt = guests_store.salt(tx)
    marks = {time.user_id: _mark(salt, uuid, time.user_id) for time in times if time.participant is None}
    known = guests_store.guests_named(tx, marks.values())
    return {user: (mark, known[mark]) for user, mark in marks.items()}


def changes(
    tx: ReadTx, held: Holding, heard: HeardMeeting, times: Iterable[ZoomTime], guests: Guests
) -> dict[ParticipantId, Change]:
    """By what the stays of a meeting in one holding of a session differ from these times."""
    wanted = {(_who(time, guests), time.since, time.until): time for time in times}
    found: dict[ParticipantId, Change] = {}
    for stay in store.stays_of_import(tx, import_id(held.session, held.run, heard.uuid)):
        told = (stay.key.participant, stay.since, stay.until)
        if wanted.pop(told, None) is None and stay.row is not None:
            found.setdefault(stay.key.participant, Change()).gone.append(stay.row)
    for (who, _, _), time in wanted.items():
        found.setdefault(who, Change()).new.append(time)
    return found


def write(tx: WriteTx, part: Part, now: Instant) -> None:
    """Write what differs for some people. Guests stand in the queue, each once with all their times."""
    held, heard, some, guests = part.held, part.heard, part.changes, part.guests
    name = import_id(held.session, held.run, heard.uuid)
    events: list[Event] = []
    for who, change in some:
        events += [model.undo(name, now, row=row, by=BY) for row in change.gone]
        key = Key(who, held.session, held.run, Channel.ZOOM)
        for time in change.new:
            queued = _stranger(held, heard, time, guests)
            row = new_id("zt") if queued is None else zoom_queue_store.add(tx, queued, now)
            events.append(model.import_stay(key, time.since, time.until, import_id=name, row=row, at=now))
    zoom_queue_store.remove(tx, name, [row for _, change in some for row in change.gone])
    store.append(tx, events, now)
    tx.notice("ledger", held.session)


def user_of(tx: WriteTx, uuid: str, users: Iterable[str], mark: str) -> str | None:
    """Which connection of a meeting somebody of the queue is."""
    salt = guests_store.salt(tx)
    return next((user for user in users if _mark(salt, uuid, user) == mark), None)


def _who(time: ZoomTime, guests: Guests) -> ParticipantId:
    return guests[time.user_id][1] if time.participant is None else time.participant


def _stranger(held: Holding, heard: HeardMeeting, time: ZoomTime, guests: Guests) -> Stranger | None:
    """What the queue shows of a time; None where somebody is known."""
    if time.participant is not None:
        return None
    mark, guest = guests[time.user_id]
    return Stranger(
        import_id=import_id(held.session, held.run, heard.uuid),
        session=held.session,
        run=held.run,
        number=heard.number,
        mark=mark,
        guest=guest,
        since=time.since,
        until=time.until,
    )


def _mark(salt: bytes, uuid: str, user: str) -> str:
    return fingerprint(salt, "zoom", uuid, user)
