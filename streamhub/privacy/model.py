"""What is recorded of people, how long, and what happens to it. Values and rules only."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from streamhub.kit.clock import DAY, Instant, from_datetime, rfc3339
from streamhub.kit.ids import InvitationId, ParticipantId
from streamhub.kit.settings import Settings


class Holds(StrEnum):
    """What a column holds of a person; erasing, exporting and the record follow from it."""

    ABOUT = "about"
    """The participant whom the row is about: drawn anew when they are erased."""

    BY = "by"
    """Who did it, a participant or ``cli`` or ``clock``: drawn anew too."""

    MENTIONS = "mentions"
    """A text in which the id of a participant may stand: drawn anew there."""

    INVITATION = "invitation"
    """An invitation; the one that its link and token name has nobody behind it after an erasure."""

    NAME = "name"
    """A name, an address, or what another system calls the person: erased with them."""

    WORDS = "words"
    """What somebody typed about a person or themself: erased with them."""

    FINGERPRINT = "fingerprint"
    """A salted hash of a name or an address."""

    SECRET = "secret"
    """A hash or key that opens something: shown to nobody."""

    FACT = "fact"
    """Something about the person that does not name them."""

    WHEN = "when"
    """An instant."""

    PLAIN = "plain"
    """Nothing of a person."""


class Kept(StrEnum):
    """How long rows are kept. The run of every day does what stands here, and the record says it."""

    IDENTITIES = "identities"
    """``identities_days`` after the summit's last day."""

    STAYS = "stays"
    """``stays_days`` after the summit's last day; the figures are kept before."""

    INVITATION = "invitation"
    """As long as an invitation is good, at least as long as the stays."""

    LOG = "log"
    """``stays_days`` after each row was written."""

    NOTICE = "notice"
    """A day: every server has noticed by then."""

    RULE = "rule"
    """By a rule of its own, which its line in the record names."""

    SUMMIT = "summit"
    """As long as the data folder."""


class OnErase(StrEnum):
    """What happens to rows about a person who is erased."""

    REDRAW = "redraw"
    """They stay, under a pseudonym that leads nowhere."""

    DELETE = "delete"
    """They go."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the database, every column of it."""

    name: str
    kept: Kept
    on_erase: OnErase
    columns: tuple[tuple[str, Holds], ...]

    def holding(self, *kinds: Holds) -> tuple[str, ...]:
        """The columns that hold one of these."""
        return tuple(name for name, holds in self.columns if holds in kinds)

    @property
    def personal(self) -> bool:
        """Whether any column holds something of a person; instants alone do not."""
        return bool({holds for _, holds in self.columns} - {Holds.PLAIN, Holds.WHEN})


Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds of somebody; a row is (column, value), instants as RFC 3339."""

    name: str
    rows: tuple[tuple[tuple[str, Value], ...], ...]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is recorded of one person."""

    participant: ParticipantId
    generated_at: Instant
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: how many stays stand under another pseudonym now."""

    at: Instant
    named: bool
    stays: int


@dataclass(frozen=True, slots=True)
class Trace:
    """By what rows are a person's: the pseudonym, the invitation of their link, their address."""

    participant: ParticipantId
    invitation: InvitationId
    email: str = ""


@dataclass(frozen=True, slots=True)
class Anew:
    """The fresh pseudonyms of one erasure; nothing leads to them from the old ones."""

    participant: ParticipantId
    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows of one table went, or would go."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What one run did, or would do.

    ``figures_kept`` is the number of sessions whose figures were counted a last time.
    """

    at: Instant
    identities_until: Instant | None
    stays_until: Instant | None
    dropped: tuple[Dropped, ...]
    figures_kept: int

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to do."""
        return not self.dropped and not self.figures_kept


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When things go; None where the summit has no last day yet."""

    identities: Instant | None
    stays: Instant | None
    log: Instant

    @staticmethod
    def of(settings: Settings, last_day: date | None, timezone: str, now: Instant) -> "Deadlines":
        """The deadlines of a summit; the log's is for what was written before it."""
        end = None if last_day is None else _end_of(last_day, timezone)
        return Deadlines(
            identities=None if end is None else end + settings.identities_days * DAY,
            stays=None if end is None else end + settings.stays_days * DAY,
            log=now - settings.stays_days * DAY,
        )


def shown(column: str, holds: Holds, value: Value) -> tuple[str, Value]:
    """A column as an export shows it."""
    if holds is Holds.WHEN and isinstance(value, int):
        return column, rfc3339(value)
    return column, value


def _end_of(day: date, timezone: str) -> Instant:
    """The midnight that ends a day of the summit."""
    return from_datetime(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)))
