"""Rows of the programme. Beside each stands what its file said when it was last loaded."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import Localised
from streamhub.programme.differences import Merged, Stored
from streamhub.programme.entries import source_of
from streamhub.programme.files import SessionEntry
from streamhub.programme.model import (
    Delegation,
    DelegationKind,
    Document,
    Logo,
    Session,
    SessionAccess,
    SessionState,
    StateChange,
    Summit,
)

summit = sa.Table(
    "summit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("titles", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("languages", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Text),
    sa.Column("ends_on", sa.Text),
    sa.Column("logo", sa.Text, nullable=False),
    sa.Column("logo_digest", sa.Text, nullable=False),
    sa.Column("logo_type", sa.Text, nullable=False, server_default=""),
    sa.Column("logo_content", sa.LargeBinary),
    sa.Column("accent", sa.Text, nullable=False),
    sa.Column("partners", sa.Text, nullable=False),
    sa.Column("hashtag", sa.Text, nullable=False),
    sa.Column("contact_name", sa.Text, nullable=False),
    sa.Column("contact_phone", sa.Text, nullable=False),
    sa.Column("contact_email", sa.Text, nullable=False),
    sa.Column("fallback_text", sa.Text, nullable=False),
    sa.Column("represented", sa.Integer),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("loaded", sa.Text, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("titles", sa.Text, nullable=False),
    sa.Column("venue", sa.Text, nullable=False),
    sa.Column("room", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("source_urls", sa.Text, nullable=False),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("scheduled_starts_at", sa.BigInteger, nullable=False),
    sa.Column("scheduled_ends_at", sa.BigInteger, nullable=False),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("loaded", sa.Text, nullable=False),
    sa.Column("cancelled_at", sa.BigInteger),
)

session_states = sa.Table(
    "session_states",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("session", sa.Text, nullable=False, index=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("by", sa.Text),
)

session_moves = sa.Table(
    "session_moves",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("session", sa.Text, nullable=False, index=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
"""Who moved a session to which times; ``at`` is when that was done."""

delegations = sa.Table(
    "delegations",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("names", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("seats", sa.Integer),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("renewed_at", sa.BigInteger),
    sa.Column("loaded", sa.Text, nullable=False),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("titles", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("loaded", sa.Text, nullable=False),
    sa.Column("removed_at", sa.BigInteger),
)
"""Those that the console took away stay as rows: so a file that still has them is a conflict."""

THE_SUMMIT = 1  # one data folder, one summit, one row


def summit_of(tx: ReadTx) -> Stored[Summit] | None:
    """The summit of this data folder, None before the first load."""
    row = tx.first(sa.select(summit))
    return None if row is None else Stored(_summit(row), row.loaded)


def logo_of(tx: ReadTx) -> Logo | None:
    """The summit's picture."""
    row = tx.first(sa.select(summit.c.logo, summit.c.logo_type, summit.c.logo_content))
    if row is None or row.logo_content is None:
        return None
    return Logo(row.logo, row.logo_type, row.logo_content)


def put_summit(tx: WriteTx, merged: Merged[Summit], logo: Logo | None) -> None:
    """Store the summit and, where it is still the summit's, the picture that came with it."""
    entry = merged.entry
    values: dict[str, Any] = {
        "slug": entry.slug,
        "titles": _texts(entry.titles),
        "timezone": entry.timezone,
        "languages": json.dumps(entry.languages),
        "starts_on": _day_text(entry.starts_on),
        "ends_on": _day_text(entry.ends_on),
        "logo": entry.logo,
        "logo_digest": entry.logo_digest,
        "accent": entry.accent,
        "partners": json.dumps(entry.partners, ensure_ascii=False),
        "hashtag": entry.hashtag,
        "contact_name": entry.contact_name,
        "contact_phone": entry.contact_phone,
        "contact_email": entry.contact_email,
        "fallback_text": _texts(entry.fallback_text),
        "represented": entry.represented,
        "settings": json.dumps(dict(entry.settings)),
        "loaded": merged.loaded,
    }
    if merged.before is None or merged.before.logo_digest != entry.logo_digest:
        values["logo_content"] = logo.content if logo else None
        values["logo_type"] = logo.content_type if logo else ""
    _put(tx, summit, {"id": THE_SUMMIT}, values)


def sessions_of(tx: ReadTx) -> tuple[Session, ...]:
    """Every session, by its time, then by its place in the file."""
    ordered = sa.select(sessions).order_by(sessions.c.starts_at, sessions.c.position, sessions.c.slug)
    return tuple(_session(row) for row in tx.all(ordered))


def session_entries(tx: ReadTx) -> tuple[Stored[SessionEntry], ...]:
    """Every session as its file would say it now, in the order of the file."""
    rows = tx.all(sa.select(sessions).order_by(sessions.c.position, sessions.c.slug))
    return tuple(Stored(_session_entry(row), row.loaded) for row in rows)


def put_session(tx: WriteTx, merged: Merged[SessionEntry]) -> None:
    """Store a session of the timetable; new times are scheduled ones too, the state stays."""
    entry, before = merged.entry, merged.before
    values: dict[str, Any] = {
        "position": entry.order,
        "kind": entry.kind,
        "titles": _texts(entry.titles),
        "venue": entry.venue,
        "room": entry.room,
        "access": entry.access.value,
        "notes": entry.notes,
        "source_urls": " ".join(map(str, entry.sources)),
        "loaded": merged.loaded,
    }
    if before is None or (before.starts_at, before.ends_at) != (entry.starts_at, entry.ends_at):
        values |= {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
        values |= {"scheduled_starts_at": entry.starts_at, "scheduled_ends_at": entry.ends_at}
    if before is None:
        values |= {"run": 1, "automatic": True, "state": SessionState.SCHEDULED.value}
    _put(tx, sessions, {"slug": entry.slug}, values)


def move(tx: WriteTx, session: Session, at: Instant, by: str) -> None:
    """Store a session's new times; the scheduled ones stay. ``by`` did it at ``at``."""
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at}
    tx.execute(sa.update(sessions).where(sessions.c.slug == session.slug).values(times))
    moved = {"session": session.slug, "run": session.run, "at": at, "by": by, **times}
    tx.execute(sa.insert(session_moves), moved)


def next_run(tx: WriteTx, slug: SessionSlug) -> None:
    """The session will be held once more: it follows the clock again, from the beginning."""
    fresh = {"run": sessions.c.run + 1, "automatic": True, "state": SessionState.SCHEDULED.value}
    tx.execute(sa.update(sessions).where(sessions.c.slug == slug).values(fresh))


def history_of(tx: ReadTx, slug: SessionSlug | None = None) -> tuple[StateChange, ...]:
    """The changes of one session or of all, in the order in which they were made."""
    chosen = sa.select(session_states).order_by(session_states.c.id)
    if slug is not None:
        chosen = chosen.where(session_states.c.session == slug)
    return tuple(_change(row) for row in tx.all(chosen))


def add_changes(tx: WriteTx, changes: Iterable[StateChange]) -> None:
    """Write the changes into the history, bring their sessions to where they lead, and notice them."""
    changes = tuple(changes)
    for slug in dict.fromkeys(change.session for change in changes):
        tx.notice("session", slug)
    for change in changes:
        tx.execute(sa.insert(session_states), _change_values(change))
        reached: dict[str, Any] = {"state": change.state.value}
        if not change.automatic:
            reached["automatic"] = False
        here = (sessions.c.slug == change.session) & (sessions.c.run == change.run)
        tx.execute(sa.update(sessions).where(here).values(reached))


def delegations_of(tx: ReadTx) -> tuple[Stored[Delegation], ...]:
    """Every delegation in protocol order."""
    rows = tx.all(sa.select(delegations).order_by(delegations.c.position, delegations.c.code))
    return tuple(Stored(_delegation(row), row.loaded) for row in rows)


def put_delegation(tx: WriteTx, merged: Merged[Delegation]) -> None:
    """Store a delegation; its epoch is not the file's."""
    entry = merged.entry
    values: dict[str, Any] = {
        "names": _texts(entry.names),
        "kind": entry.kind.value,
        "country": entry.country,
        "seats": entry.seats,
        "position": entry.order,
        "loaded": merged.loaded,
    }
    if merged.before is None:
        values["epoch"] = 0
    _put(tx, delegations, {"code": entry.code}, values)


def documents_of(tx: ReadTx) -> tuple[Stored[Document], ...]:
    """Every document in the order of the file."""
    there = sa.select(documents).where(documents.c.removed_at.is_(None))
    rows = tx.all(there.order_by(documents.c.position, documents.c.session, documents.c.url))
    return tuple(
        Stored(Document(SessionSlug(row.session), _localised(row.titles), row.url, row.position), row.loaded)
        for row in rows
    )


def removed_documents(tx: ReadTx) -> frozenset[str]:
    """What the console took away, each as session and address with a space between."""
    away = sa.select(documents.c.session, documents.c.url).where(documents.c.removed_at.is_not(None))
    return frozenset(f"{row.session} {row.url}" for row in tx.all(away))


def put_document(tx: WriteTx, merged: Merged[Document]) -> None:
    """Store a document."""
    entry = merged.entry
    words = {"titles": _texts(entry.titles), "loaded": merged.loaded}
    values = {**words, "position": entry.order, "removed_at": None}
    _put(tx, documents, {"session": entry.session, "url": entry.url}, values)


def _put(tx: WriteTx, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Update the row of that key, or insert it."""
    here = sa.and_(*(table.c[name] == value for name, value in key.items()))
    if not tx.execute(sa.update(table).where(here).values(values)):
        tx.execute(sa.insert(table), {**key, **values})


def _summit(row: sa.Row[Any]) -> Summit:
    return Summit(
        slug=row.slug,
        titles=_localised(row.titles),
        timezone=row.timezone,
        languages=tuple(json.loads(row.languages)),
        starts_on=_day(row.starts_on),
        ends_on=_day(row.ends_on),
        logo=row.logo,
        logo_digest=row.logo_digest,
        accent=row.accent,
        partners=tuple(json.loads(row.partners)),
        hashtag=row.hashtag,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        contact_email=row.contact_email,
        fallback_text=_localised(row.fallback_text),
        represented=row.represented,
        settings=tuple(json.loads(row.settings).items()),
    )


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        slug=SessionSlug(row.slug),
        run=row.run,
        order=row.position,
        kind=row.kind,
        titles=_localised(row.titles),
        venue=row.venue,
        room=row.room,
        access=SessionAccess(row.access),
        notes=row.notes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        scheduled_starts_at=row.scheduled_starts_at,
        scheduled_ends_at=row.scheduled_ends_at,
        automatic=bool(row.automatic),
        state=SessionState(row.state),
        cancelled=row.cancelled_at is not None,
    )


def _session_entry(row: sa.Row[Any]) -> SessionEntry:
    return SessionEntry(
        slug=SessionSlug(row.slug),
        kind=row.kind,
        titles=_localised(row.titles),
        venue=row.venue,
        room=row.room,
        access=SessionAccess(row.access),
        notes=row.notes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        sources=tuple(source_of(token) for token in row.source_urls.split()),
        order=row.position,
        cancelled=row.cancelled_at is not None,
    )


def _delegation(row: sa.Row[Any]) -> Delegation:
    return Delegation(
        code=DelegationCode(row.code),
        names=_localised(row.names),
        kind=DelegationKind(row.kind),
        country=row.country,
        seats=row.seats,
        order=row.position,
        epoch=row.epoch,
        renewed_at=row.renewed_at,
    )


def _change(row: sa.Row[Any]) -> StateChange:
    state = SessionState(row.state)
    return StateChange(SessionSlug(row.session), row.run, state, row.at, bool(row.automatic), row.by)


def _change_values(change: StateChange) -> dict[str, Any]:
    return {
        "session": change.session,
        "run": change.run,
        "state": change.state.value,
        "at": change.at,
        "automatic": change.automatic,
        "by": change.by,
    }


def _texts(texts: Localised) -> str:
    return json.dumps(texts.as_dict(), ensure_ascii=False)


def _localised(text: str) -> Localised:
    return Localised(tuple(json.loads(text).items()))


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
