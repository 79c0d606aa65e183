"""The audit log: who did what when. Ids and stable words; never a name, a code or an address."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import HOUR, Clock, Instant
from streamhub.kit.cursor import position
from streamhub.kit.db import Database, ReadTx, WriteTx, metadata
from streamhub.kit.log import redact

CLI = "cli"
"""Who acts on the command line."""

CLOCK = "clock"
"""Who acts when nobody does: the service itself."""

SHOWN_AGAIN_MS = HOUR
"""Looking at the same thing again within this time is one look."""

Detail = tuple[tuple[str, str | int | bool | None], ...]

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

_ADD = 'INSERT INTO audit (at, "by", role, action, target, detail) VALUES (?, ?, ?, ?, ?, ?)'


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did. ``by`` is a participant, ``cli`` or ``clock``; ``role`` is empty for those two.

    ``action`` is a stable word such as ``invitation.revoke``, ``target`` an id or a slug.
    """

    by: str
    action: str
    role: str = ""
    target: str = ""
    detail: Detail = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An act as it was written down."""

    id: int
    at: Instant
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows are asked for: half-open ``[since, until)``.

    ``action`` is the whole word or its first part: ``invitation`` finds ``invitation.revoke``.
    """

    since: Instant | None = None
    until: Instant | None = None
    by: str | None = None
    action: str | None = None


EVERYTHING = AuditFilter()


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows, the newest first; ``next`` is the cursor of the following page, None at the end."""

    items: tuple[AuditRow, ...]
    next: str | None


class AuditLog:
    """The log of one data folder. Rows are only added here; retention drops old ones."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def write(self, act: Act) -> None:
        """Write an act down; returns after the commit."""
        await self.submit(act)

    def submit(self, act: Act) -> "asyncio.Future[None]":
        """Queue an act; done after the commit."""
        return self._db.submit_each(self._append, act)

    def _append(self, tx: WriteTx, acts: Sequence[Act]) -> Sequence[None]:
        _add(tx, acts, self._clock.now())
        return [None] * len(acts)

    async def shown(self, act: Act) -> None:
        """Write down that somebody looked; the same look within the hour is one row."""
        now = self._clock.now()
        if not await self._db.read(lambda tx: _is_known(tx, act, now - SHOWN_AGAIN_MS)):
            await self._db.write(lambda tx: append(tx, act, now))

    async def page(self, asked: AuditFilter, *, limit: int, cursor: str | None = None) -> AuditPage:
        """The newest rows, or those after the cursor; raises FieldInvalid for a bad cursor."""
        before = position(cursor) or None
        found = await self._db.read(lambda tx: rows(tx, asked, before=before, limit=limit + 1))
        shown = tuple(found[:limit])
        return AuditPage(shown, str(shown[-1].id) if len(found) > limit else None)

    async def all(self, asked: AuditFilter) -> Sequence[AuditRow]:
        """Every row that the filter lets through, the newest first."""
        return await self._db.read(lambda tx: rows(tx, asked))


def append(tx: WriteTx, act: Act, at: Instant) -> None:
    """Write an act down in the transaction of the act itself."""
    _add(tx, (act,), at)


def rows(
    tx: ReadTx, asked: AuditFilter = EVERYTHING, *, before: int | None = None, limit: int | None = None
) -> list[AuditRow]:
    """Rows that the filter lets through, the newest first."""
    statement = sa.select(audit).where(*_conditions(asked)).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    return [_row(row) for row in tx.all(statement)]


def drop(tx: WriteTx, before: Instant) -> int:
    """Forget the rows written before that instant; answers how many."""
    return tx.execute(audit.delete().where(audit.c.at < before))


def count(tx: ReadTx, before: Instant) -> int:
    """How many rows were written before that instant."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(audit).where(audit.c.at < before)) or 0)


def _add(tx: WriteTx, acts: Sequence[Act], at: Instant) -> None:
    tx.run_each(_ADD, [(at, act.by, act.role, act.action, act.target, _text(act.detail)) for act in acts])


def _conditions(asked: AuditFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.since is not None:
        found.append(audit.c.at >= asked.since)
    if asked.until is not None:
        found.append(audit.c.at < asked.until)
    if asked.by is not None:
        found.append(audit.c.by == asked.by)
    if asked.action is not None:
        family = audit.c.action.startswith(f"{asked.action}.", autoescape=True)
        found.append((audit.c.action == asked.action) | family)
    return found


def _is_known(tx: ReadTx, act: Act, since: Instant) -> bool:
    same = (
        audit.c.at > since,
        audit.c.by == act.by,
        audit.c.action == act.action,
        audit.c.target == act.target,
        audit.c.detail == _text(act.detail),
    )
    return tx.first(sa.select(audit.c.id).where(*same).limit(1)) is not None


def _text(detail: Detail) -> str:
    """The detail as JSON; whatever looks like a code, a token or an address does not get in."""
    clean = {name: redact(value) if isinstance(value, str) else value for name, value in detail}
    return json.dumps(clean, ensure_ascii=False)


def _row(row: sa.Row[Any]) -> AuditRow:
    detail: Detail = tuple(json.loads(row.detail).items())
    act = Act(by=row.by, role=row.role, action=row.action, target=row.target, detail=detail)
    return AuditRow(row.id, row.at, act)
