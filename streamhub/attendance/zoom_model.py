"""What is kept of a running Zoom meeting, when its report is asked for, and how hearing goes. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass

from streamhub.attendance.zoom_fold import Opening
from streamhub.kit.clock import DAY, HOUR, MINUTE, Instant
from streamhub.kit.ids import ImportId, SessionSlug
from streamhub.programme.model import SessionState, StateChange

REPORT_AFTER_MS = (5 * MINUTE, 15 * MINUTE, HOUR, DAY)
"""How long after the end the report is asked for, until it comes: Zoom does not say when it is ready."""

SILENT_MS = 2 * HOUR
"""A meeting of which nothing was heard for so long is taken for ended: that word may have been lost."""

VALIDATED_MS = 72 * HOUR
"""How often Zoom asks whether the address is ours."""

BODY_KEPT_MS = DAY
"""Bodies hold names and addresses: after this only what was read in them is left."""

DIGEST_KEPT_MS = 7 * DAY
"""How long a delivery that comes again is known."""

HEARD = "zoom"
"""What is noticed when meetings are to be told anew. Key: a session whose live list is to follow, or ""."""

BY = "zoom"
"""Who tells stays when Zoom does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMeeting:
    """One run of a meeting or webinar; ``version`` grows with everything that may change its stays.

    ``tries`` counts how often the report was asked for; ``reported_at`` is when it came.
    """

    uuid: str
    account: str
    number: str
    webinar: bool
    version: int
    last_at: Instant
    ended_at: Instant | None
    tries: int
    reported_at: Instant | None

    @property
    def report_due_at(self) -> Instant | None:
        """When the report is asked for next; None where it came, or will not come any more."""
        if self.reported_at is not None or self.tries >= len(REPORT_AFTER_MS):
            return None
        ended = self.last_at + SILENT_MS if self.ended_at is None else self.ended_at
        return ended + REPORT_AFTER_MS[self.tries]


@dataclass(frozen=True, slots=True)
class Holding:
    """One holding of a session that a meeting serves, and when it is open to that."""

    session: SessionSlug
    run: int
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomStanding:
    """How it goes with one account. ``fault`` is a stable word, empty where nothing is wrong.

    ``validated``: Zoom asked within 72 h whether the address is ours. ``waiting`` deliveries are stored
    and not worked off, ``set_aside`` could not be read.
    """

    account: str
    hears: bool
    asks: bool
    last_webhook_at: Instant | None = None
    last_validation_at: Instant | None = None
    validated: bool = False
    last_report_at: Instant | None = None
    fault: str = ""
    right: str = ""
    fault_at: Instant | None = None
    waiting: int = 0
    set_aside: int = 0


def import_id(session: SessionSlug, run: int, uuid: str) -> ImportId:
    """Under what the stays of a meeting in one holding of a session stand in the ledger."""
    return ImportId(f"{BY}:{session}:{run}:{uuid}")


def uuid_of(name: ImportId) -> str | None:
    """The meeting of such an import; None for a list."""
    parts = name.split(":", 3)
    return parts[3] if len(parts) == 4 and parts[0] == BY else None  # noqa: PLR2004


def openings_of(history: Iterable[StateChange], run: int) -> tuple[Opening, ...]:
    """When one holding of a session was open to people: from its doors to its end, as its page is.

    The figures are cut to the window, whatever the channel.
    """
    found: list[Opening] = []
    since: Instant | None = None
    for step in history:
        if step.run != run:
            continue
        if step.state is SessionState.ENDED:
            if since is not None and since < step.at:
                found.append(Opening(since, step.at))
            since = None
        elif step.state is not SessionState.SCHEDULED and since is None:
            since = step.at
    return (*found, Opening(since, None)) if since is not None else tuple(found)


def overlap(openings: Iterable[Opening], others: Iterable[Opening]) -> tuple[Opening, ...]:
    """What lies in both; an opening without end lasts."""
    found = []
    every = tuple(others)
    for one in openings:
        for other in every:
            since = max(one.since, other.since)
            until = min((at for at in (one.until, other.until) if at is not None), default=None)
            if until is None or since < until:
                found.append(Opening(since, until))
    return tuple(found)
