"""What people write into a registration form, in our words: roles, languages, delegations. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from babel import Locale

from streamhub.access.roles import Role
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import folded
from streamhub.programme.model import Delegation, Session

Word = TypeVar("Word", DelegationCode, SessionSlug)

SPOKEN = ("fr", "en")
"""The languages in which forms name languages and countries."""

_ROLES: Mapping[Role, tuple[str, ...]] = {
    Role.DELEGATE: ("delegue", "deleguee", "membre de delegation", "participant", "participante"),
    Role.PRESS: ("presse", "journaliste", "media", "medias", "journalist"),
    Role.OBSERVER: ("observateur", "observatrice"),
    Role.INTERPRETER: ("interprete",),
    Role.TECHNICIAN: ("technicien", "technicienne", "technique", "regie"),
    Role.CORRESPONDENT: ("correspondant", "correspondante"),
    Role.MODERATOR: ("moderateur", "moderatrice"),
    Role.DESK: ("accueil",),
    Role.COMMUNICATIONS: ("communication",),
    Role.ORGANISER: ("organisateur", "organisatrice", "organizer"),
}

_ROLE_WORDS = {word: role for role, words in _ROLES.items() for word in (role.value, *words)}


@dataclass(frozen=True, slots=True)
class Directory:
    """The summit's delegations and sessions under every name that a form may give them."""

    delegations: Mapping[str, DelegationCode]
    sessions: Mapping[str, SessionSlug]
    codes: frozenset[DelegationCode]
    slugs: frozenset[SessionSlug]

    def delegation(self, cell: str) -> str:
        """The code of a delegation said by code, name or country; other words stay as they are."""
        return self.delegations.get(folded(cell), cell)

    def sessions_of(self, cell: str) -> str:
        """Slugs with spaces between: each part of the cell may also be a session's title."""
        whole = self.sessions.get(folded(cell))
        if whole is not None:
            return whole
        parts = [part.strip() for part in cell.replace("|", ";").split(";")]
        return " ".join(self.sessions.get(folded(part), part) for part in parts if part)


def directory(delegations: Iterable[Delegation], sessions: Iterable[Session]) -> Directory:
    """The names by which people call delegations and sessions.

    A country stands for a delegation only where it has a single one.
    """
    delegations, sessions = tuple(delegations), tuple(sessions)
    titles = [(title, s.slug) for s in sessions for _, title in s.titles.entries]
    return Directory(
        delegations=_names_of(delegations),
        sessions=_unambiguous(titles) | {folded(s.slug): s.slug for s in sessions},
        codes=frozenset(d.code for d in delegations),
        slugs=frozenset(s.slug for s in sessions),
    )


def role_word(cell: str) -> str:
    """Our word for a role, or the cell as it is."""
    role = _ROLE_WORDS.get(folded(cell))
    return cell if role is None else role.value


def language_tag(cell: str) -> str:
    """``fr`` for ``Français``, ``French`` or ``fr_FR``; other words stay as they are."""
    named = _languages().get(folded(cell))
    return named or cell.replace("_", "-").partition("-")[0].lower()


def _names_of(delegations: tuple[Delegation, ...]) -> dict[str, DelegationCode]:
    """Codes win over names, names over countries."""
    countries = [
        (name, d.code) for d in delegations if d.country for name in (d.country, *_territories(d.country))
    ]
    names = [(name, d.code) for d in delegations for _, name in d.names.entries]
    codes = {folded(d.code): d.code for d in delegations}
    return _unambiguous(countries) | _unambiguous(names) | codes


def _unambiguous(pairs: Iterable[tuple[str, Word]]) -> dict[str, Word]:
    found: dict[str, set[Word]] = {}
    for name, what in pairs:
        found.setdefault(folded(name), set()).add(what)
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def _territories(country: str) -> list[str]:
    return [str(Locale(lang).territories[country]) for lang in SPOKEN if country in Locale(lang).territories]


@cache
def _languages() -> dict[str, str]:
    """Names of languages, in the languages that forms are written in."""
    found: dict[str, str] = {}
    for lang in SPOKEN:
        for tag, name in Locale(lang).languages.items():
            if tag.isalpha():
                found.setdefault(folded(str(name)), str(tag))
    return found
