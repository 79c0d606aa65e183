"""Loading files into the tables, in one transaction: first what differs, then storing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.errors import StateConflict
from streamhub.kit.ids import SessionSlug
from streamhub.programme import edit_store, store
from streamhub.programme import files as names
from streamhub.programme.clock import ClockMinutes, change_by_move, due_changes
from streamhub.programme.differences import (
    MADE_HERE,
    Entry,
    FieldChange,
    LoadReport,
    Merged,
    Stored,
    gone,
    key_of,
    merged,
    reordered,
    row_name,
)
from streamhub.programme.editing import check_may_cancel
from streamhub.programme.files import SessionEntry, SummitFiles
from streamhub.programme.local_time import day_of, zone_of
from streamhub.programme.model import Delegation, Document, Session, SessionState, StateChange, Summit


@dataclass(frozen=True, slots=True)
class Plan:
    """What to store, and what to tell about it."""

    files: SummitFiles
    summit: Merged[Summit]
    sessions: tuple[Merged[SessionEntry], ...]
    delegations: tuple[Merged[Delegation], ...]
    documents: tuple[Merged[Document], ...]
    report: LoadReport


def planned(tx: ReadTx, files: SummitFiles, *, force: bool) -> Plan:
    """Compare the files with what is stored.

    Raises StateConflict when another summit is stored: one data folder is one summit.
    """
    stored = store.summit_of(tx)
    if stored is not None and stored.entry.slug != files.summit.slug:
        raise StateConflict(
            f"this data folder holds the summit {stored.entry.slug!r}, not {files.summit.slug!r}"
        )
    zone = zone_of(files.summit.timezone)
    summit = merged(files.summit, stored, zone, force=force)
    report = _told(LoadReport(warnings=files.warnings), [summit])
    sessions, report = _table(
        report, names.PROGRAMME_FILE, store.session_entries(tx), files.sessions, zone, force
    )
    delegations, report = _table(
        report, names.DELEGATIONS_FILE, store.delegations_of(tx), files.delegations, zone, force
    )
    _check_cancelled(tx, sessions)
    wanted, kept_away = _taken_away(tx, files.documents, force=force)
    documents, report = _table(report, names.DOCUMENTS_FILE, store.documents_of(tx), wanted, zone, force)
    report = replace(report, conflicts=(*report.conflicts, *kept_away))
    return Plan(files, summit, sessions, delegations, documents, report)


def apply(tx: WriteTx, plan: Plan, now: Instant, minutes: ClockMinutes, by: str) -> LoadReport:
    """Store what was planned, and let the sessions follow their new times from ``now`` on."""
    before = {session.slug: session for session in store.sessions_of(tx)}
    store.put_summit(tx, plan.summit, plan.files.logo)
    for session in plan.sessions:
        store.put_session(tx, session)
    _follow_cancelled(tx, plan.sessions, now, minutes, by)
    for delegation in plan.delegations:
        store.put_delegation(tx, delegation)
    for document in plan.documents:
        store.put_document(tx, document)
    follow_new_times(tx, before, now, minutes, by)
    _notice(tx, plan)
    return replace(plan.report, applied=True)


def _table(
    report: LoadReport,
    file: str,
    stored: Sequence[Stored[Entry]],
    entries: Sequence[Entry] | None,
    zone: ZoneInfo,
    force: bool,  # noqa: FBT001 - as the caller was told
) -> tuple[tuple[Merged[Entry], ...], LoadReport]:
    if entries is None:
        return (), report
    known = {key_of(row.entry): row for row in stored}
    rows = [row.entry for row in stored]
    of_the_file = [row.entry for row in stored if row.loaded != MADE_HERE]
    result = tuple(merged(entry, known.get(key_of(entry)), zone, force=force) for entry in entries)
    told = _told(report, result)
    return result, replace(
        told,
        changed=(*told.changed, *reordered(file, rows, entries)),
        gone=(*told.gone, *gone(file, of_the_file, entries)),
    )


def _told(report: LoadReport, rows: Sequence[Merged[Entry]]) -> LoadReport:
    return replace(
        report,
        added=(*report.added, *(row_name(row.entry) for row in rows if row.before is None)),
        changed=(*report.changed, *(change for row in rows for change in row.changed)),
        conflicts=(*report.conflicts, *(change for row in rows for change in row.conflicts)),
    )


def follow_new_times(
    tx: WriteTx, before: dict[SessionSlug, Session], now: Instant, minutes: ClockMinutes, by: str
) -> None:
    """A session on another day that had begun is held once more; the others follow the clock."""
    zone = _zone(tx)
    history = store.history_of(tx)
    begun = {(change.session, change.run) for change in history}
    moved = []
    for session in store.sessions_of(tx):
        old = before.get(session.slug)
        if old is None or (old.starts_at, old.ends_at) == (session.starts_at, session.ends_at):
            continue
        another_day = day_of(old.starts_at, zone) != day_of(session.starts_at, zone)
        if another_day and (session.slug, session.run) in begun:
            _hold_again(tx, session, now, by)
        else:
            moved.append(session.slug)
    sessions, history = store.sessions_of(tx), store.history_of(tx)
    store.add_changes(tx, change_by_move(sessions, history, moved, now, minutes, by))


def cancel(tx: WriteTx, session: Session, now: Instant, by: str) -> None:
    """Leave a session in the programme as cancelled. Raises StateConflict once it has begun."""
    check_may_cancel(session)
    if session.state is SessionState.DOORS:
        closed = StateChange(session.slug, session.run, SessionState.SCHEDULED, now, automatic=True, by=by)
        store.add_changes(tx, [closed])
    edit_store.set_cancelled(tx, session.slug, now)


def restore(tx: WriteTx, slug: SessionSlug, now: Instant, minutes: ClockMinutes, by: str) -> None:
    """Hold a cancelled session after all: it follows its times again from now on."""
    edit_store.set_cancelled(tx, slug, None)
    sessions, history = store.sessions_of(tx), store.history_of(tx)
    store.add_changes(tx, change_by_move(sessions, history, [slug], now, minutes, by))


def _check_cancelled(tx: ReadTx, rows: Iterable[Merged[SessionEntry]]) -> None:
    """Raise StateConflict for a session that the file cancels and that has begun."""
    there = {session.slug: session for session in store.sessions_of(tx) if not session.cancelled}
    for row in rows:
        if row.entry.cancelled and row.entry.slug in there:
            try:
                check_may_cancel(there[row.entry.slug])
            except StateConflict as error:
                raise StateConflict(f"{row_name(row.entry)}: cancelled: {error}") from None


def _follow_cancelled(
    tx: WriteTx, rows: Iterable[Merged[SessionEntry]], now: Instant, minutes: ClockMinutes, by: str
) -> None:
    """What the file cancelled is cancelled, what it takes back is held."""
    there = {session.slug: session for session in store.sessions_of(tx)}
    for row in rows:
        session = there[row.entry.slug]
        if row.entry.cancelled and not session.cancelled:
            cancel(tx, session, now, by)
        elif session.cancelled and not row.entry.cancelled:
            restore(tx, session.slug, now, minutes, by)


def settle(tx: WriteTx, now: Instant, minutes: ClockMinutes) -> tuple[StateChange, ...]:
    """Make the changes that the clock asks for by ``now``; answers them."""
    changes = due_changes(store.sessions_of(tx), store.history_of(tx), now, *minutes)
    store.add_changes(tx, changes)
    return changes


def _taken_away(
    tx: ReadTx, entries: tuple[Document, ...] | None, *, force: bool
) -> tuple[tuple[Document, ...] | None, tuple[FieldChange, ...]]:
    """The file's documents without those that the console took away since, which are conflicts."""
    if entries is None or force:
        return entries, ()
    away = store.removed_documents(tx)
    kept_away = [entry for entry in entries if key_of(entry) in away]
    wanted = tuple(entry for entry in entries if entry not in kept_away)
    file = names.DOCUMENTS_FILE
    return wanted, tuple(FieldChange(file, key_of(one), "url", "", one.url) for one in kept_away)


def _hold_again(tx: WriteTx, session: Session, now: Instant, by: str) -> None:
    if session.state is not SessionState.ENDED:
        end = StateChange(session.slug, session.run, SessionState.ENDED, now, automatic=True, by=by)
        store.add_changes(tx, [end])
    store.next_run(tx, session.slug)


def _zone(tx: ReadTx) -> ZoneInfo:
    stored = store.summit_of(tx)
    return zone_of(stored.entry.timezone if stored else "UTC")


def _notice(tx: WriteTx, plan: Plan) -> None:
    if plan.report.added or plan.report.changed:
        tx.notice("programme", "")
    for slug in _touched(plan.sessions):
        tx.notice("session", slug)


def _touched(sessions: Iterable[Merged[SessionEntry]]) -> list[SessionSlug]:
    return [row.entry.slug for row in sessions if row.before is None or row.changed]
