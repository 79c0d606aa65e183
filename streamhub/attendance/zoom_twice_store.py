"""Who is in a meeting by a link of their own, in SQL."""

from collections.abc import Iterable

import sqlalchemy as sa

from streamhub.attendance.zoom_events_store import zoom_events, zoom_meetings
from streamhub.attendance.zoom_twice_model import Use
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx
from streamhub.kit.ids import ParticipantId
from streamhub.relay.zoom_hooks import Change
from streamhub.relay.zoom_registrants_model import Numbered
from streamhub.relay.zoom_registrants_store import zoom_registrants

_JOINS = frozenset({Change.JOINED, Change.JOINED_BREAKOUT})
_LEAVES = frozenset({Change.LEFT, Change.LEFT_BREAKOUT})


def uses(tx: ReadTx, meeting: Numbered) -> list[Use]:
    """The connections by links that stand: what was done with one that was replaced is of no interest."""
    since = _links(tx, meeting)
    runs = sa.select(zoom_meetings.c.uuid, zoom_meetings.c.ended_at)
    mine = (zoom_meetings.c.account == meeting.account) & (zoom_meetings.c.number == meeting.number)
    ended = {row.uuid: row.ended_at for row in tx.all(runs.where(mine))}
    rows = tx.all(
        sa.select(zoom_events)
        .where(
            zoom_events.c.uuid.in_(ended),
            zoom_events.c.participant.in_(since),
            zoom_events.c.customer_key.is_(None),  # in our page nobody needs a link
        )
        .order_by(zoom_events.c.at)
    )
    joined = {(row.uuid, row.user): row for row in reversed(rows) if Change(row.change) in _JOINS}
    left = {(row.uuid, row.user): row.at for row in reversed(rows) if Change(row.change) in _LEAVES}
    found = (
        Use(
            row.participant,
            row.uuid,
            row.user,
            row.at,
            _end(left.get(key), ended[row.uuid], row.at),
            row.parent,
        )
        for key, row in joined.items()
    )
    return [use for use in found if use.since >= since[ParticipantId(use.person)]]


def _links(tx: ReadTx, meeting: Numbered) -> dict[ParticipantId, Instant]:
    """Since when each person has the link that stands now."""
    table = zoom_registrants.c
    rows = tx.all(
        sa.select(table.participant, table.registered_at).where(
            table.account == meeting.account,
            table.meeting == meeting.number,
            table.registered_at.is_not(None),
            table.cancelled_at.is_(None),
            table.participant != "",
        )
    )
    return {ParticipantId(row.participant): row.registered_at for row in rows}


def _end(left: Instant | None, ended: Instant | None, since: Instant) -> Instant | None:
    ends: Iterable[Instant] = [at for at in (left, ended) if at is not None and at >= since]
    return min(ends, default=None)
