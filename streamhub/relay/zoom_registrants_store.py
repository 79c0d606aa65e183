"""Registrations at Zoom in SQL, how it goes with each meeting, and how people are named there."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import DAY, Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import InvitationId, ParticipantId, SourceId
from streamhub.relay.store import sources
from streamhub.relay.zoom_model import Registrant, ZoomKind
from streamhub.relay.zoom_registrants_model import Numbered, Standing, ZoomNames, ZoomRegistrant
from streamhub.relay.zoom_sdk import OwnLink

TOPIC = "zoom_link"
"""What is noticed, with account and number, when people's own links came or went."""

NOBODY = ""

zoom_registrants = sa.Table(
    "zoom_registrants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("panelist", sa.Boolean, nullable=False),
    sa.Column("names", sa.Text, nullable=False),
    sa.Column("invitation", sa.Text, nullable=False, index=True),
    sa.Column("participant", sa.Text, nullable=False, index=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("zoom_id", sa.Text, nullable=False),
    sa.Column("join_url", sa.Text, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("registered_at", sa.BigInteger),
    sa.Column("cancelled_at", sa.BigInteger),
    sa.Index("ix_zoom_registrants_zoom", "account", "zoom_id"),
    sa.Index("ix_zoom_registrants_meeting", "account", "meeting"),
)

zoom_standings = sa.Table(
    "zoom_standings",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("meeting", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("fault", sa.Text, nullable=False),
    sa.Column("right", sa.Text, nullable=False),
    sa.Column("faults", sa.Integer, nullable=False),
    sa.Column("tried_at", sa.BigInteger),
    sa.Column("answered_at", sa.BigInteger),
    sa.Column("rest_until", sa.BigInteger, nullable=False),
)

zoom_sources = sa.Table(
    "zoom_sources",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("names", sa.Text, nullable=False),
)
"""Sources whose people are not named by function and delegation at Zoom."""


def participant_of_registrant(tx: ReadTx, account: str, registrant_id: str) -> ParticipantId | None:
    """Whom Zoom means by this id of a registrant or panelist, cancelled ones too; None for nobody of ours."""
    mine = (zoom_registrants.c.account == account) & (zoom_registrants.c.zoom_id == registrant_id)
    return _participant(tx, mine) if registrant_id else None


def participant_of_email(tx: ReadTx, account: str, email: str) -> ParticipantId | None:
    """Whom Zoom means by one of our addresses: of panelists it tells no other id."""
    wanted = email.strip().lower()
    mine = (zoom_registrants.c.account == account) & (zoom_registrants.c.email == wanted)
    return _participant(tx, mine) if wanted else None


def emails(tx: ReadTx) -> dict[str, ParticipantId]:
    """Every address that we gave somebody, as lists of Zoom show it; cancelled ones too."""
    chosen = sa.select(zoom_registrants.c.email, zoom_registrants.c.participant)
    rows = tx.all(chosen.where(zoom_registrants.c.participant != NOBODY))
    return {row.email: ParticipantId(row.participant) for row in rows}


def registrants_of(tx: ReadTx, account: str) -> dict[Numbered, tuple[ZoomRegistrant, ...]]:
    """The registrations of an account that were not cancelled, the oldest first, by meeting."""
    chosen = zoom_registrants.c.account == account
    rows = tx.all(
        sa.select(zoom_registrants)
        .where(chosen, zoom_registrants.c.cancelled_at.is_(None))
        .order_by(zoom_registrants.c.asked_at, zoom_registrants.c.id)
    )
    found: dict[Numbered, tuple[ZoomRegistrant, ...]] = {}
    for one in map(_registrant, rows):
        found[one.meeting] = (*found.get(one.meeting, ()), one)
    return found


def own_link(tx: ReadTx, meeting: Numbered, invitation: InvitationId, generation: int) -> OwnLink | None:
    """The registration of this link of an invitation, as far as it opens the meeting."""
    mine = (zoom_registrants.c.invitation == invitation) & (zoom_registrants.c.generation == generation)
    row = tx.first(sa.select(zoom_registrants).where(_open(meeting), mine))
    return OwnLink(row.email, row.join_url) if row is not None else None


def links_of(tx: ReadTx, meeting: Numbered) -> dict[tuple[InvitationId, int], str]:
    """The own links to a meeting, each by the invitation and the generation of its link."""
    rows = tx.all(sa.select(zoom_registrants).where(_open(meeting), zoom_registrants.c.invitation != NOBODY))
    return {(InvitationId(row.invitation), row.generation): row.join_url for row in rows}


def add(tx: WriteTx, registrants: Iterable[ZoomRegistrant]) -> None:
    """Store whom Zoom is about to be asked for: from here on it can be resumed."""
    rows = [_columns(one) for one in registrants]
    if rows:
        tx.execute(zoom_registrants.insert(), rows)


def asked(tx: WriteTx, registrants: Iterable[ZoomRegistrant], at: Instant) -> None:
    """Zoom is about to be asked for these once more."""
    for one in registrants:
        tries = 1 if one.asked_at + DAY <= at else one.tries + 1
        which = zoom_registrants.c.id == one.id
        tx.execute(zoom_registrants.update().where(which).values(asked_at=at, tries=tries))


def found(
    tx: WriteTx, registrants: Iterable[ZoomRegistrant], answers: Iterable[Registrant], at: Instant
) -> int:
    """Store what Zoom answered for these; how many of them it has."""
    by_email = {answer.email.lower(): answer for answer in answers}
    told = [(one, by_email[one.email]) for one in registrants if one.email in by_email]
    for one, answer in told:
        link = answer.join_url if one.invitation else ""
        values = {"zoom_id": answer.id, "join_url": link, "registered_at": at}
        tx.execute(zoom_registrants.update().where(zoom_registrants.c.id == one.id), values)
    _notice(tx, [one for one, _ in told])
    return len(told)


def cancelled(tx: WriteTx, registrants: Iterable[ZoomRegistrant], at: Instant) -> None:
    """Zoom has cancelled these: their links open nothing. Of erased people nothing is left."""
    known = list(registrants)
    for one in known:
        which = zoom_registrants.c.id == one.id
        if one.invitation:
            tx.execute(zoom_registrants.update().where(which).values(cancelled_at=at, join_url=""))
        else:
            tx.execute(zoom_registrants.delete().where(which))
    _notice(tx, known)


def drop(tx: WriteTx, registrants: Iterable[ZoomRegistrant]) -> None:
    """Forget registrations that Zoom never had."""
    ids = [one.id for one in registrants]
    tx.execute(zoom_registrants.delete().where(zoom_registrants.c.id.in_(ids)))


def release(tx: WriteTx, participant: ParticipantId) -> None:
    """Nothing leads from Zoom to this person any more; what Zoom still has is left to be cancelled."""
    mine = zoom_registrants.c.participant == participant
    _notice(tx, [_registrant(row) for row in tx.all(sa.select(zoom_registrants).where(mine))])
    tx.execute(zoom_registrants.delete().where(mine, zoom_registrants.c.cancelled_at.is_not(None)))
    values = {"participant": NOBODY, "invitation": NOBODY, "join_url": ""}
    tx.execute(zoom_registrants.update().where(mine).values(**values))


def cancelled_count(tx: ReadTx, meeting: Numbered) -> int:
    """How many registrations for a meeting were cancelled."""
    gone = zoom_registrants.c.cancelled_at.is_not(None)
    chosen = sa.select(sa.func.count()).select_from(zoom_registrants).where(_of(meeting), gone)
    return int(tx.scalar(chosen) or 0)


def standing(tx: ReadTx, meeting: Numbered) -> Standing:
    """How it goes with one meeting; nothing was tried yet where nothing is stored."""
    c = zoom_standings.c
    mine = (c.account == meeting.account) & (c.meeting == meeting.number)
    row = tx.first(sa.select(zoom_standings).where(mine))
    if row is None:
        return Standing(meeting)
    return Standing(
        meeting=meeting,
        kind=ZoomKind(row.kind) if row.kind else None,
        fault=row.fault,
        right=row.right,
        faults=row.faults,
        tried_at=row.tried_at,
        answered_at=row.answered_at,
        rest_until=row.rest_until,
    )


def keep(tx: WriteTx, now: Standing) -> None:
    """Store how it goes with one meeting."""
    c, meeting = zoom_standings.c, now.meeting
    tx.execute(zoom_standings.delete().where(c.account == meeting.account, c.meeting == meeting.number))
    values = {
        "account": meeting.account,
        "meeting": meeting.number,
        "kind": now.kind.value if now.kind else None,
        "fault": now.fault,
        "right": now.right,
        "faults": now.faults,
        "tried_at": now.tried_at,
        "answered_at": now.answered_at,
        "rest_until": now.rest_until,
    }
    tx.execute(zoom_standings.insert(), values)


def names_of(tx: ReadTx, ids: Sequence[SourceId]) -> dict[SourceId, ZoomNames]:
    """How people are named at Zoom through each of these sources."""
    rows = tx.all(sa.select(zoom_sources).where(zoom_sources.c.source.in_(ids)))
    chosen = {row.source: ZoomNames(row.names) for row in rows}
    return {ident: chosen.get(ident, ZoomNames.LABEL) for ident in ids}


def choose(
    tx: WriteTx, source: SourceId, *, account: str | None, label: str | None, names: ZoomNames | None
) -> None:
    """Change what is given of a source's choices; None leaves it."""
    changed = {name: value for name, value in (("account", account), ("label", label)) if value is not None}
    if changed:
        tx.execute(sources.update().where(sources.c.id == source), changed)
    if names is not None:
        tx.execute(zoom_sources.delete().where(zoom_sources.c.source == source))
        tx.execute(zoom_sources.insert(), {"source": source, "names": names.value})


def _notice(tx: WriteTx, registrants: Iterable[ZoomRegistrant]) -> None:
    for meeting in {one.meeting for one in registrants}:
        tx.notice(TOPIC, f"{meeting.account}/{meeting.number}")


def _participant(tx: ReadTx, mine: sa.ColumnElement[bool]) -> ParticipantId | None:
    row = tx.first(sa.select(zoom_registrants.c.participant).where(mine))
    return ParticipantId(row.participant) if row is not None and row.participant else None


def _open(meeting: Numbered) -> sa.ColumnElement[bool]:
    """The registrations whose link opens the meeting, as far as we know."""
    there = zoom_registrants.c.registered_at.is_not(None) & zoom_registrants.c.cancelled_at.is_(None)
    return _of(meeting) & there


def _of(meeting: Numbered) -> sa.ColumnElement[bool]:
    c = zoom_registrants.c
    return sa.and_(c.account == meeting.account, c.meeting == meeting.number)


def _columns(one: ZoomRegistrant) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.meeting.account,
        "meeting": one.meeting.number,
        "kind": one.kind.value,
        "panelist": one.panelist,
        "names": one.names.value,
        "invitation": one.invitation,
        "participant": one.participant,
        "generation": one.generation,
        "email": one.email,
        "zoom_id": one.zoom_id,
        "join_url": one.join_url,
        "asked_at": one.asked_at,
        "tries": one.tries,
        "registered_at": one.registered_at,
        "cancelled_at": one.cancelled_at,
    }


def _registrant(row: sa.Row[Any]) -> ZoomRegistrant:
    return ZoomRegistrant(
        id=row.id,
        meeting=Numbered(row.account, row.meeting),
        kind=ZoomKind(row.kind),
        panelist=bool(row.panelist),
        names=ZoomNames(row.names),
        invitation=InvitationId(row.invitation),
        participant=ParticipantId(row.participant),
        generation=row.generation,
        email=row.email,
        zoom_id=row.zoom_id,
        join_url=row.join_url,
        asked_at=row.asked_at,
        tries=row.tries,
        registered_at=row.registered_at,
        cancelled_at=row.cancelled_at,
    )
