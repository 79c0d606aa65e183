"""Who the people of a Zoom list are: one person per e-mail, else per exact name and meeting.

A name that starts with a known seat code (``BJ-03 · Cotonou``) matches by itself, then
what a human said of that e-mail or name before, then an e-mail that exactly one invited
person has, or that we drew for one. Everybody else waits for a human: two equal names are
never merged silently.
"""

import hashlib
import hmac
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from streamhub.attendance.zoom_list import ZoomRow
from streamhub.kit.ids import DelegationCode, ParticipantId

PersonKey = NewType("PersonKey", str)
"""Who counts as one in a list: the e-mail, else meeting and exact name."""

Alias = NewType("Alias", str)
"""What is remembered from one list to the next: the e-mail, else the exact name."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))  # what keyboards make of the dash of a code
_LONGEST_SEAT = 24  # a delegation's code of 16 characters, a dash and the number
_FINGERPRINT_CHARACTERS = 40  # 160 bits


class MatchedBy(StrEnum):
    """By what somebody was recognised."""

    CODE = "code"
    MEMORY = "memory"
    EMAIL = "email"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a person of a list is: a participant, or somebody of a delegation."""

    participant: ParticipantId | None = None
    delegation: DelegationCode | None = None

    def __post_init__(self) -> None:
        """Exactly one of the two, else ValueError."""
        if (self.participant is None) == (self.delegation is None):
            raise ValueError(self)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a list with their connections, in the order of the file."""

    key: PersonKey
    alias: Alias
    name: str
    email: str | None
    rows: tuple[ZoomRow, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What people are recognised by.

    ``emails`` are in lower case; ``remembered`` is what humans said before, by the
    fingerprint of the alias made with ``salt``.
    """

    seats: Mapping[str, ParticipantId]
    emails: Mapping[str, tuple[ParticipantId, ...]]
    remembered: Mapping[str, Target]
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Match:
    """A person, or some of the rows of one, and who that is; ``target`` None is for a human."""

    person: Person
    target: Target | None
    by: MatchedBy | None


def people(rows: Iterable[ZoomRow]) -> tuple[Person, ...]:
    """The people of a list in the order in which they first stand in it.

    Who only sat in the waiting room attended nothing and is not among them. A list that
    does not name its meeting is told from others by the first instant at which somebody joined.
    """
    every = tuple(rows)
    opened_at = min((row.joined_at for row in every), default=0)
    groups: dict[PersonKey, list[ZoomRow]] = {}
    for row in every:
        if not row.in_waiting_room:
            groups.setdefault(_key(row, row.meeting or f"opened at {opened_at}"), []).append(row)
    return tuple(
        Person(key, _alias(found[0]), full_name(found[0]), found[0].email, tuple(found))
        for key, found in groups.items()
    )


def full_name(row: ZoomRow) -> str:
    """The name as the list writes it: ``iPhone (Luc)``; the exact name of who has no e-mail."""
    return f"{row.name} ({row.original_name})" if row.original_name else row.name


def recognise(persons: Iterable[Person], known: Known) -> tuple[Match, ...]:
    """Say of everybody who they are, as far as that is sure.

    Somebody who used one e-mail under the codes of several seats is several matches.
    """
    every = tuple(persons)
    bearers = Counter(name for person in every for name in {full_name(row) for row in person.rows})
    return tuple(match for person in every for match in _recognised(person, known, bearers[person.name]))


def seat_of(name: str, seats: Mapping[str, ParticipantId]) -> ParticipantId | None:
    """The holder of the longest seat code that ``name`` starts with.

    Behind the code the name ends or goes on with neither letter nor digit: ``BJ-031`` is
    not ``BJ-03``.
    """
    text = unicodedata.normalize("NFKC", name).translate(_DASHES).strip().upper()
    for end in range(min(len(text), _LONGEST_SEAT), 0, -1):
        if not text[end : end + 1].isalnum() and text[:end] in seats:
            return seats[text[:end]]
    return None


def email_alias(email: str) -> Alias:
    """What is remembered of who has this e-mail, in lower case."""
    return Alias(f"e-mail {email}")


def name_alias(name: str) -> Alias:
    """What is remembered of who has this exact name and no e-mail."""
    return Alias(f"name {name}")


def fingerprint(salt: bytes, *parts: str) -> str:
    """What stands in the database for a name or an e-mail: of no use without the salt."""
    message = "\0".join(parts).encode()
    return hmac.new(salt, message, hashlib.sha256).hexdigest()[:_FINGERPRINT_CHARACTERS]


def _key(row: ZoomRow, meeting: str) -> PersonKey:
    return PersonKey(_alias(row) if row.email else f"{meeting} {_alias(row)}")


def _alias(row: ZoomRow) -> Alias:
    return email_alias(row.email) if row.email else name_alias(full_name(row))


def _recognised(person: Person, known: Known, bearers: int) -> Iterator[Match]:
    by_seat: dict[ParticipantId, list[ZoomRow]] = {}
    rest: list[ZoomRow] = []
    for row in person.rows:
        holder = _seat_of_row(row, known.seats)
        (rest if holder is None else by_seat.setdefault(holder, [])).append(row)
    for holder, rows in by_seat.items():
        yield Match(_part(person, rows), Target(holder), MatchedBy.CODE)
    if rest:
        target, by = _otherwise(person, known, tuple(by_seat), bearers)
        yield Match(_part(person, rest), target, by)


def _seat_of_row(row: ZoomRow, seats: Mapping[str, ParticipantId]) -> ParticipantId | None:
    return seat_of(row.name, seats) or seat_of(row.original_name or "", seats)


def _part(person: Person, rows: list[ZoomRow]) -> Person:
    return Person(person.key, person.alias, full_name(rows[0]), person.email, tuple(rows))


def _otherwise(
    person: Person, known: Known, holders: tuple[ParticipantId, ...], bearers: int
) -> tuple[Target | None, MatchedBy | None]:
    """Who the rows without a code belong to.

    What was said of a name holds only where one person of the list has it. An e-mail
    that was used under one code elsewhere in the list is the holder of that seat.
    """
    remembered = known.remembered.get(fingerprint(known.salt, person.alias))
    if remembered is not None and (person.email or bearers == 1):
        return remembered, MatchedBy.MEMORY
    invited = known.emails.get(person.email, ()) if person.email else ()
    if len(invited) == 1:
        return Target(invited[0]), MatchedBy.EMAIL
    if len(holders) == 1:
        return Target(holders[0]), MatchedBy.CODE
    return None, None
