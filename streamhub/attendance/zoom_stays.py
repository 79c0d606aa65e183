"""A Zoom meeting's stays in the ledger: told anew whenever more of it becomes known."""

from streamhub.attendance import guests_store, model, store
from streamhub.attendance.matching import fingerprint
from streamhub.attendance.model import Event, Key
from streamhub.attendance.zoom_fold import ZoomMeeting, ZoomTime
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.db import WriteTx
from streamhub.kit.ids import ImportId, ParticipantId
from streamhub.programme.model import Session

BY = "zoom"


def tell(tx: WriteTx, session: Session, meeting: str, found: ZoomMeeting, now: Instant) -> None:
    """Make the stays of a meeting in a session those that were ``found``; nothing where they are."""
    name = ImportId(f"zoom:{session.slug}:{session.run}:{meeting}")
    told = {(s.key.participant, s.since, s.until): s.row for s in store.stays_of_import(tx, name)}
    times = {(_who(tx, meeting, time), time.since, time.until) for time in found.times}
    events: list[Event] = [
        model.undo(name, now, row=row, by=BY) for one, row in told.items() if one not in times
    ]
    for who, since, until in sorted(times - told.keys(), key=lambda one: (one[1], one[0])):
        key = Key(who, session.slug, session.run, Channel.ZOOM)
        row = f"{who} {since} {until}"
        events.append(model.import_stay(key, since, until, import_id=name, row=row, at=now))
    if events:
        store.append(tx, events, now)
        tx.notice("ledger", session.slug)


def _who(tx: WriteTx, meeting: str, time: ZoomTime) -> ParticipantId:
    if time.participant is not None:
        return time.participant
    salt = guests_store.salt(tx)
    return guests_store.guest(tx, fingerprint(salt, "zoom", meeting, time.user_id))
