"""A Zoom meeting's stays in the ledger: told anew whenever more of it becomes known."""

from collections.abc import Iterable

from streamhub.attendance import guests_store, model, store, zoom_queue_store
from streamhub.attendance.matching import fingerprint
from streamhub.attendance.model import Event, Key
from streamhub.attendance.zoom_fold import ZoomTime
from streamhub.attendance.zoom_model import BY, HeardMeeting, Holding, import_id
from streamhub.attendance.zoom_queue_store import Stranger
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.db import WriteTx
from streamhub.kit.ids import ParticipantId, new_id

Told = tuple[ParticipantId, Instant, Instant | None]


def tell(tx: WriteTx, held: Holding, heard: HeardMeeting, times: Iterable[ZoomTime], now: Instant) -> bool:
    """Make the stays of a meeting in one holding of a session these; answers whether anything changed.

    Whom nobody knows is a guest, and stands in the queue with the times that have ended.
    """
    name, salt = import_id(held.session, held.run, heard.uuid), guests_store.salt(tx)
    wanted = {_told(tx, salt, heard.uuid, time): time for time in times}
    kept: set[Told] = set()
    gone: list[str] = []
    for stay in store.stays_of_import(tx, name):
        one = (stay.key.participant, stay.since, stay.until)
        if one in wanted and one not in kept:
            kept.add(one)
        elif stay.row is not None:
            gone.append(stay.row)
    new = sorted(wanted.keys() - kept, key=lambda one: (one[1], one[0]))
    if not gone and not new:
        return False
    zoom_queue_store.remove(tx, name, gone)
    events: list[Event] = [model.undo(name, now, row=row, by=BY) for row in gone]
    for one in new:
        key = Key(one[0], held.session, held.run, Channel.ZOOM)
        queued = _stranger(salt, held, heard, one, wanted[one])
        row = new_id("zt") if queued is None else zoom_queue_store.add(tx, queued, now)
        events.append(model.import_stay(key, one[1], one[2], import_id=name, row=row, at=now))
    store.append(tx, events, now)
    tx.notice("ledger", held.session)
    return True


def user_of(tx: WriteTx, uuid: str, users: Iterable[str], mark: str) -> str | None:
    """Which connection of a meeting somebody of the queue is."""
    salt = guests_store.salt(tx)
    return next((user for user in users if _mark(salt, uuid, user) == mark), None)


def _told(tx: WriteTx, salt: bytes, uuid: str, time: ZoomTime) -> Told:
    who = time.participant
    if who is None:
        who = guests_store.guest(tx, _mark(salt, uuid, time.user_id))
    return who, time.since, time.until


def _stranger(salt: bytes, held: Holding, heard: HeardMeeting, told: Told, time: ZoomTime) -> Stranger | None:
    """What the queue shows of a time; None where somebody is known, or still there."""
    if time.participant is not None or time.until is None:
        return None
    return Stranger(
        import_id=import_id(held.session, held.run, heard.uuid),
        session=held.session,
        run=held.run,
        number=heard.number,
        mark=_mark(salt, heard.uuid, time.user_id),
        guest=told[0],
        since=time.since,
        until=time.until,
    )


def _mark(salt: bytes, uuid: str, user: str) -> str:
    return fingerprint(salt, "zoom", uuid, user)
