"""What was read in Zoom's events and reports, in SQL: pseudonyms, keys, times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.zoom_fold import MeetingEvent, Move, Reported
from streamhub.attendance.zoom_model import HeardMeeting
from streamhub.attendance.zoom_people import Keys, find
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId
from streamhub.relay import zoom_hooks
from streamhub.relay.zoom_hooks import Change
from streamhub.relay.zoom_model import ReportRow

zoom_meetings = sa.Table(
    "zoom_meetings",
    metadata,
    sa.Column("uuid", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False, index=True),
    sa.Column("webinar", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("told", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reported_at", sa.BigInteger),
)
"""Runs of meetings. What differs between ``version`` and ``told`` is not in the ledger yet."""

zoom_events = sa.Table(
    "zoom_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uuid", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("parent", sa.Text, nullable=False),
    sa.Column("participant", sa.Text, index=True),
    sa.Column("customer_key", sa.Text),
    sa.Column("registrant", sa.Text),
    sa.Index("one_zoom_event", "uuid", "change", "user", "at", unique=True),
)

zoom_reported = sa.Table(
    "zoom_reported",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uuid", sa.Text, nullable=False, index=True),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("participant", sa.Text, index=True),
    sa.Column("customer_key", sa.Text),
    sa.Column("registrant", sa.Text),
)

_KINDS = {
    Change.JOINED: Move.JOINED,
    Change.JOINED_BREAKOUT: Move.JOINED,
    Change.LEFT: Move.LEFT,
    Change.LEFT_BREAKOUT: Move.LEFT,
    Change.ENDED: Move.ENDED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """All that Zoom said of a meeting; ``reported`` is empty until its report came."""

    events: tuple[MeetingEvent, ...]
    reported: tuple[Reported, ...]


def add(tx: WriteTx, account: str, event: zoom_hooks.ZoomEvent) -> None:
    """Take in an event; the same one again changes nothing."""
    same = zoom_events.c.uuid == event.uuid
    same &= (zoom_events.c.change == event.change) & (zoom_events.c.user == event.user)
    if tx.first(sa.select(zoom_events.c.id).where(same, zoom_events.c.at == event.at)) is not None:
        return
    values = {"uuid": event.uuid, "change": event.change, "user": event.user, "at": event.at}
    keys = Keys(event.customer_key, event.registrant, event.email)
    tx.execute(zoom_events.insert(), {**values, "parent": event.parent, **_who(tx, account, keys)})
    _hear(tx, account, event)


def _hear(tx: WriteTx, account: str, event: zoom_hooks.ZoomEvent) -> None:
    """The meeting goes on, or has ended."""
    ended = event.at if event.change is Change.ENDED else None
    before = meeting(tx, event.uuid)
    if before is None:
        values = {"uuid": event.uuid, "account": account, "number": event.meeting, "webinar": event.webinar}
        first = {"version": 1, "told": 0, "last_at": event.at, "ended_at": ended, "tries": 0}
        tx.execute(zoom_meetings.insert(), {**values, **first, "reported_at": None})
        return
    changed: dict[str, int | None] = {"webinar": event.webinar, "version": before.version + 1}
    changed["last_at"] = max(before.last_at, event.at)
    if before.reported_at is not None and event.at > before.reported_at:  # it was too early
        tx.execute(zoom_reported.delete().where(zoom_reported.c.uuid == event.uuid))
        changed |= {"reported_at": None, "tries": 0}
    if ended is not None:
        changed["ended_at"] = ended if before.ended_at is None else min(before.ended_at, ended)
    if ended is not None and before.ended_at is None:
        changed["tries"] = 0
    tx.execute(zoom_meetings.update().where(zoom_meetings.c.uuid == event.uuid).values(**changed))


def meeting(tx: ReadTx, uuid: str) -> HeardMeeting | None:
    """One run of a meeting, or None."""
    row = tx.first(sa.select(zoom_meetings).where(zoom_meetings.c.uuid == uuid))
    return None if row is None else _meeting(row)


def untold(tx: ReadTx) -> list[HeardMeeting]:
    """The runs of which something is not in the ledger yet."""
    which = zoom_meetings.c.version != zoom_meetings.c.told
    return [_meeting(row) for row in tx.all(sa.select(zoom_meetings).where(which))]


def unreported(tx: ReadTx) -> list[HeardMeeting]:
    """The runs whose report has not come."""
    which = zoom_meetings.c.reported_at.is_(None)
    return [_meeting(row) for row in tx.all(sa.select(zoom_meetings).where(which))]


def said_of(tx: ReadTx, heard: HeardMeeting) -> Said:
    """All that Zoom said of a meeting; who became known since is named."""

    def who(row: sa.Row[Any]) -> ParticipantId | None:
        if row.participant is not None:
            return ParticipantId(row.participant)
        return find(tx, heard.account, Keys(row.customer_key or "", row.registrant or ""))

    events = tx.all(sa.select(zoom_events).where(zoom_events.c.uuid == heard.uuid))
    rows = tx.all(sa.select(zoom_reported).where(zoom_reported.c.uuid == heard.uuid))
    return Said(
        tuple(
            MeetingEvent(_KINDS[Change(row.change)], row.at, row.user, who(row), row.parent)
            for row in events
            if Change(row.change) in _KINDS
        ),
        tuple(Reported(row.user, who(row), row.since, row.until) for row in rows),
    )


def set_told(tx: WriteTx, heard: HeardMeeting) -> None:
    """What was known at this version stands in the ledger; who became known since stays so."""
    for table in (zoom_events, zoom_reported):
        keyed = table.c.customer_key.is_not(None) | table.c.registrant.is_not(None)
        unknown = (table.c.uuid == heard.uuid) & table.c.participant.is_(None) & keyed
        for row in tx.all(sa.select(table.c.id, table.c.customer_key, table.c.registrant).where(unknown)):
            who = find(tx, heard.account, Keys(row.customer_key or "", row.registrant or ""))
            if who is not None:
                tx.execute(table.update().where(table.c.id == row.id).values(participant=who))
    tx.execute(zoom_meetings.update().where(zoom_meetings.c.uuid == heard.uuid).values(told=heard.version))


def heard_of(tx: ReadTx, numbers: Sequence[str]) -> list[str]:
    """Of which of these meetings something was heard."""
    which = zoom_meetings.c.number.in_(numbers)
    return [row.number for row in tx.all(sa.select(zoom_meetings.c.number).where(which).distinct())]


def touch(tx: WriteTx, numbers: Sequence[str]) -> int:
    """The runs of these meetings are to be told anew; answers how many."""
    which = zoom_meetings.c.number.in_(numbers)
    return tx.execute(zoom_meetings.update().where(which).values(version=zoom_meetings.c.version + 1))


def touch_run(tx: WriteTx, uuid: str) -> None:
    """One run is to be told anew."""
    which = zoom_meetings.c.uuid == uuid
    tx.execute(zoom_meetings.update().where(which).values(version=zoom_meetings.c.version + 1))


def set_tried(tx: WriteTx, heard: HeardMeeting) -> None:
    """The report was asked for and did not come."""
    tx.execute(zoom_meetings.update().where(zoom_meetings.c.uuid == heard.uuid).values(tries=heard.tries + 1))


def report(tx: WriteTx, heard: HeardMeeting, rows: Sequence[ReportRow], at: Instant) -> None:
    """The report came: its rows stand for the meeting from now on."""
    tx.execute(zoom_reported.delete().where(zoom_reported.c.uuid == heard.uuid))
    for number, row in enumerate(rows):
        keys = Keys(row.customer_key, row.registrant, row.email)
        values = {"uuid": heard.uuid, "user": row.user or f"row {number}", "since": row.since}
        who = _who(tx, heard.account, keys)
        tx.execute(zoom_reported.insert(), {**values, "until": row.until, **who})
    tx.execute(zoom_meetings.update().where(zoom_meetings.c.uuid == heard.uuid).values(reported_at=at))
    touch_run(tx, heard.uuid)


def recognise(tx: WriteTx, uuid: str, user: str, participant: ParticipantId) -> None:
    """A human said who somebody of a meeting is whom Zoom does not name."""
    values = {"participant": participant}
    theirs = (zoom_events.c.user == user) | (zoom_events.c.parent == user)
    mine = (zoom_events.c.uuid == uuid) & theirs & zoom_events.c.participant.is_(None)
    tx.execute(zoom_events.update().where(mine).values(values))
    row = (zoom_reported.c.uuid == uuid) & (zoom_reported.c.user == user)
    tx.execute(zoom_reported.update().where(row & zoom_reported.c.participant.is_(None)).values(values))


def end_of(tx: WriteTx, participant: ParticipantId, at: Instant) -> None:
    """The person is in no meeting any more, as far as we are to know: what lasts ended at ``at``."""
    theirs = zoom_events.c.participant == participant
    joins = [Change.JOINED, Change.JOINED_BREAKOUT]
    chosen = sa.select(zoom_events.c.uuid, zoom_events.c.user, zoom_events.c.parent)
    for row in tx.all(chosen.where(theirs, zoom_events.c.change.in_(joins)).distinct()):
        same = (zoom_events.c.uuid == row.uuid) & (zoom_events.c.user == row.user)
        left = sa.select(zoom_events.c.id).where(
            same, zoom_events.c.change.in_([Change.LEFT, Change.LEFT_BREAKOUT])
        )
        if tx.first(left) is None:
            values = {"uuid": row.uuid, "change": Change.LEFT, "user": row.user, "at": at}
            who = {"participant": participant, "customer_key": None, "registrant": None}
            tx.execute(zoom_events.insert(), {**values, "parent": row.parent, **who})
            touch_run(tx, row.uuid)


def users_of(tx: ReadTx, uuid: str) -> frozenset[str]:
    """Every connection of a meeting, in the main room or not."""
    events = tx.all(sa.select(zoom_events.c.user, zoom_events.c.parent).where(zoom_events.c.uuid == uuid))
    rows = tx.all(sa.select(zoom_reported.c.user).where(zoom_reported.c.uuid == uuid))
    found = {row.user for row in (*events, *rows)} | {row.parent for row in events}
    return frozenset(found - {""})


def _who(tx: ReadTx, account: str, keys: Keys) -> dict[str, str | None]:
    """Who it is, and by which keys; an address is nobody's here."""
    return {
        "participant": find(tx, account, keys),
        "customer_key": keys.customer_key or None,
        "registrant": keys.registrant or None,
    }


def _meeting(row: sa.Row[Any]) -> HeardMeeting:
    return HeardMeeting(
        uuid=row.uuid,
        account=row.account,
        number=row.number,
        webinar=row.webinar,
        version=row.version,
        last_at=row.last_at,
        ended_at=row.ended_at,
        tries=row.tries,
        reported_at=row.reported_at,
    )
