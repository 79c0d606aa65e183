"""Imports of lists: what is asked, what was found, and how rows are cut to sessions. Values only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from streamhub.attendance.matching import (
    Known,
    Match,
    MatchedBy,
    Target,
    fingerprint,
    people,
    recognise,
)
from streamhub.attendance.zoom_list import ZoomList, ZoomRow
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.clock import DAY, Instant
from streamhub.kit.errors import FileProblem
from streamhub.kit.ids import DelegationCode, ImportId, ParticipantId, SessionSlug

NAMES_KEPT_MS = 7 * DAY
"""After this a name that nobody recognised leaves the queue; the person stays counted."""

PREVIEW_KEPT_MS = DAY
"""A preview that nobody applied by then was looked at and left."""


class ImportKind(StrEnum):
    """From where people came into the ledger who need not be known."""

    ZOOM_PARTICIPANTS = "zoom-participants"
    """A list that somebody imports."""

    ZOOM_EVENTS = "zoom-events"
    """What Zoom itself says of a running meeting: the queue alone knows of it, nobody takes it back."""


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; ``file`` is its name, for messages."""

    file: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomOrder:
    """Into what a list is imported: the sessions named, or all of one local day of the summit.

    ``timezone`` is the one of the portal that wrote the list (IANA).
    """

    timezone: str
    sessions: tuple[SessionSlug, ...] = ()
    day: date | None = None
    date_orders: tuple[DateOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """One holding of a session and the time ``[since, until)`` that counts."""

    session: SessionSlug
    run: int
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Cut:
    """What one line of a list means for one session; ``content`` tells the line again."""

    held: Held
    line: int
    since: Instant
    until: Instant
    content: str


@dataclass(frozen=True, slots=True)
class Part:
    """A person, or some rows of one, with the stays that follow; hashes instead of names."""

    match: Match
    person: str
    alias: str
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """What a list holds.

    ``rows`` and ``outside`` (in none of the sessions) leave the waiting room out.
    ``people`` are those in the sessions, ``matched`` and ``unmatched`` together; ``stays``
    those that the import adds, ``already`` those that an earlier one had added.
    """

    rows: int
    waiting_room: int
    outside: int
    people: int
    matched: int
    unmatched: int
    stays: int
    already: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import as it stands; ``meetings`` are the numbers that its list names."""

    id: ImportId
    kind: ImportKind
    state: ImportState
    file: str
    sessions: tuple[SessionSlug, ...]
    timezone: str
    date_order: DateOrder
    counts: ImportCounts
    created_at: Instant
    created_by: str
    applied_at: Instant | None = None
    meetings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do, and the lines of the file that it leaves out."""

    asked: Import
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """Somebody whom nobody recognised yet, of a list or in Zoom; the name is erased at ``erased_at``.

    ``until`` is None for who is there still.
    """

    id: int
    import_id: ImportId
    file: str
    name: str
    email: str | None
    sessions: tuple[SessionSlug, ...]
    since: Instant
    until: Instant | None
    erased_at: Instant


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in Zoom who is no invited participant, under a pseudonym; ``mark`` is their fingerprint."""

    participant: ParticipantId
    delegation: DelegationCode | None
    mark: str


def called(mark: str) -> str:
    """How somebody is called in the queue and on the wall of whom no name is kept."""
    return f"Zoom {mark[:6]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPerson:
    """A ``Part`` as it is kept: names only while a human may need them."""

    id: int
    import_id: ImportId
    person: str
    alias: str
    participant: ParticipantId | None
    delegation: DelegationCode | None
    matched_by: MatchedBy | None

    @property
    def target(self) -> Target | None:
        """Whom the person was recognised as; None while nobody did."""
        if self.matched_by is None:
            return None
        return Target(delegation=self.delegation) if self.delegation else Target(self.participant)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """A ``Cut``, or what Zoom told of (``until`` None while it lasts); ``id`` names it in the ledger."""

    id: int
    person_id: int
    import_id: ImportId
    session: SessionSlug
    run: int
    since: Instant
    until: Instant | None
    content: str

    @property
    def taken(self) -> "Taken":
        """What makes another row the same stay."""
        return self.session, self.run, self.content, self.since, self.until


Taken = tuple[SessionSlug, int, str, Instant, Instant | None]
"""What makes two imported stays the same: session, run, content, since, until."""


def parts(found: ZoomList, held: Sequence[Held], known: Known) -> tuple[Part, ...]:
    """Everybody who was there during one of the sessions, who they are, their rows cut to them."""
    matches = recognise(people(found.rows), known)
    every = (_part(match, held, known.salt) for match in matches)
    return tuple(part for part in every if part.cuts)


def _part(match: Match, held: Sequence[Held], salt: bytes) -> Part:
    person = match.person
    cuts = tuple(cut for row in person.rows for cut in _cuts(row, person.alias, held, salt))
    return Part(match, fingerprint(salt, person.key), fingerprint(salt, person.alias), cuts)


def is_outside(row: ZoomRow, held: Sequence[Held]) -> bool:
    """Whether somebody was in the meeting and in none of the sessions."""
    return not any(row.joined_at < one.until and row.left_at > one.since for one in held)


def _cuts(row: ZoomRow, alias: str, held: Sequence[Held], salt: bytes) -> list[Cut]:
    content = fingerprint(salt, alias, str(row.joined_at), str(row.left_at))
    return [
        Cut(one, row.line, max(row.joined_at, one.since), min(row.left_at, one.until), content)
        for one in held
        if not is_outside(row, [one])
    ]


def counted(
    found: ZoomList, held: Sequence[Held], pieces: Sequence[Part], taken: frozenset[Taken]
) -> ImportCounts:
    """What the list holds and what it would add to what is ``taken``."""
    inside = [row for row in found.rows if not row.in_waiting_room]
    cuts = [(c.held.session, c.held.run, c.content, c.since, c.until) for part in pieces for c in part.cuts]
    new = set(cuts) - taken
    matched = sum(1 for part in pieces if part.match.target is not None)
    return ImportCounts(
        rows=len(inside),
        waiting_room=len(found.rows) - len(inside),
        outside=sum(1 for row in inside if is_outside(row, held)),
        people=len(pieces),
        matched=matched,
        unmatched=len(pieces) - matched,
        stays=len(new),
        already=len(cuts) - len(new),
        problems=len(found.problems),
    )


def without_doubles(rows: Iterable[StoredRow], taken: frozenset[Taken]) -> list[StoredRow]:
    """The rows that say something new: not those that stand already, nor any twice."""
    known = set(taken)
    new: list[StoredRow] = []
    for row in rows:
        if row.taken not in known:
            new.append(row)
            known.add(row.taken)
    return new
