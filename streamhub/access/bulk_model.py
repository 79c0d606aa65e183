"""What taking over a list of people would change: who is new, who is known, which fields differ. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from streamhub.access import roster
from streamhub.access.bulk_columns import Field, Reading
from streamhub.access.bulk_rows import Registration, Registrations
from streamhub.access.bulk_table import Table
from streamhub.access.model import Identity, Invitation, IssuedInvitation, Sessions
from streamhub.access.orders import Facts
from streamhub.access.roster import Listed
from streamhub.kit.errors import FieldProblem, FileInvalid, FileProblem
from streamhub.kit.ids import InvitationId
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.model import RESERVED


class Outcome(StrEnum):
    """What becomes of one person of the list."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was invited before."""

    invitation: Invitation
    external_id: str
    identity: Identity | None
    label_edited: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a known person that the list says otherwise."""

    field: Field
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One person of the list, and what would be stored. ``known`` None: an invitation is made."""

    line: int | None
    listed: Listed
    known: Known | None
    identity: Identity | None
    changes: tuple[FieldChange, ...]
    update: bool

    @property
    def outcome(self) -> Outcome:
        """New, changed, or nothing to do."""
        if self.known is None:
            return Outcome.NEW
        return Outcome.CHANGED if self.changes or self.update else Outcome.UNCHANGED


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody handed it over. ``columns``: header to field; ``constants``: field to value."""

    file: str
    content: bytes
    columns: Mapping[str, str]
    constants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file was understood, and what it would change or has changed."""

    table: Table
    reading: Reading
    people: tuple[Planned, ...]
    issued: tuple[IssuedInvitation, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many people of that kind."""
        return sum(1 for one in self.people if one.outcome is outcome)


def planned(
    asked: Registrations, known: Iterable[Known], facts: Facts, code_hashes: Sequence[str]
) -> tuple[Planned, ...]:
    """What each row means; ``code_hashes`` holds one for each row.

    Raises FileInvalid with every row that cannot be invited, that might mean several known
    people, or that means the same one as a row before.
    """
    people = _People(known)
    problems: list[FileProblem] = []
    plans = []
    for row, code_hash in zip(asked.rows, code_hashes, strict=True):
        found = people.of(row.entry)
        wrong = _people_problems(found, people.seen(found, row.line))
        one = found[0] if found else None
        entry = row.entry if one is None else _completed(row.entry, one, asked.said)
        wrong += roster.problems_of(entry, facts)
        if wrong:
            problems += [_placed(asked.file, row, problem) for problem in wrong]
        else:
            plans.append(_plan(row.line, entry, one, facts, code_hash))
    if problems:
        raise FileInvalid(problems)
    return tuple(plans)


def _people_problems(found: list[Known], before: str) -> list[FieldProblem]:
    if len(found) > 1:
        message = f"{len(found)} invited people have this address: external_id must say who is meant"
        return [FieldProblem(Field.EMAIL, message)]
    return [FieldProblem(Field.EXTERNAL_ID, f"is the same person as {before}")] if before else []


def _placed(file: str, row: Registration, problem: FieldProblem) -> FileProblem:
    """A row whose line is not known any more is told by its id."""
    named = "" if row.line else f" (external_id {row.entry.external_id})"
    return FileProblem(file, row.line, problem.field, f"{problem.message}{named}")


class _People:
    """Everybody invited, by external id and by e-mail address."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_id: dict[str, Known] = {}
        self._by_address: dict[str, list[Known]] = {}
        self._seen: dict[InvitationId, str] = {}
        for one in known:
            if one.external_id:
                self._by_id[one.external_id] = one
            if one.identity is not None and one.identity.email:
                self._by_address.setdefault(one.identity.email.casefold(), []).append(one)

    def of(self, entry: ParticipantEntry) -> list[Known]:
        """Who is meant: by id; else by address, where the two do not name different people."""
        if entry.external_id in self._by_id:
            return [self._by_id[entry.external_id]]
        same = self._by_address.get(entry.email.casefold(), []) if entry.email else []
        return [one for one in same if not (entry.external_id and one.external_id)]

    def seen(self, found: list[Known], line: int | None) -> str:
        """Where the same person stood before; remembers this place."""
        if not found:
            return ""
        before = self._seen.get(found[0].invitation.id, "")
        self._seen.setdefault(found[0].invitation.id, f"line {line}" if line else "a row before")
        return before


def _plan(
    line: int | None, entry: ParticipantEntry, known: Known | None, facts: Facts, code_hash: str
) -> Planned:
    listed = roster.listed_one(entry, facts, code_hash)
    if known is None:
        return Planned(line, listed, None, listed.identity(listed.new.participant), (), update=True)
    # Who is out stays out, and a name that was erased with the invitation does not come back.
    revoked = known.invitation.revoked_at is not None
    identity = None if revoked else listed.identity(known.invitation.participant)
    changes = tuple(_changes(known, listed, identity))
    update = roster.is_changed(known.invitation, listed.new, facts)
    store_identity = None if identity == known.identity else identity
    return Planned(line, listed, known, store_identity, changes, update=update)


def as_listed(known: Known) -> dict[Field, str | bool | tuple[str, ...] | None]:
    """What a list would say of somebody who is known."""
    was, who = known.invitation, known.identity
    return {
        Field.EXTERNAL_ID: known.external_id,
        Field.DELEGATION: None if was.delegation in RESERVED else was.delegation,
        Field.ROLE: was.role.value,
        Field.LABEL: was.label,
        Field.NAME: who.name if who else "",
        Field.EMAIL: who.email if who else "",
        Field.LANG: who.lang if who else "",
        Field.SESSIONS: None if was.sessions is None else tuple(sorted(was.sessions)),
        Field.SPEAK: was.speak,
    }


def _completed(entry: ParticipantEntry, known: Known, said: frozenset[Field]) -> ParticipantEntry:
    """What the list does not speak of stays as it is."""
    kept = {field.value: value for field, value in as_listed(known).items() if field not in said}
    if not entry.external_id:
        kept["external_id"] = known.external_id
    return replace(entry, **kept)  # type: ignore[arg-type]


def _changes(known: Known, listed: Listed, identity: Identity | None) -> list[FieldChange]:
    was, new = known.invitation, listed.new
    who = known.identity
    pairs = [
        (Field.EXTERNAL_ID, known.external_id, listed.external_id),
        (Field.DELEGATION, was.delegation, new.delegation),
        (Field.ROLE, was.role.value, new.role.value),
        (Field.LABEL, was.label, new.label),
        (Field.SESSIONS, _slugs(was.sessions), _slugs(new.sessions)),
        (Field.SPEAK, _yes(was.speak), _yes(new.speak)),
    ]
    if identity is not None:
        pairs += [
            (Field.NAME, who.name if who else "", identity.name),
            (Field.EMAIL, who.email if who else "", identity.email),
            (Field.LANG, who.lang if who else "", identity.lang),
        ]
    return [FieldChange(field, before, after) for field, before, after in pairs if before != after]


def _slugs(sessions: Sessions) -> str:
    return "*" if sessions is None else " ".join(sorted(sessions))


def _yes(speak: bool) -> str:  # noqa: FBT001 - a word for a truth
    return "yes" if speak else "no"
