"""Figures that others counted: each with its kind, its time, its source and what it covers."""

import re
from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.text import clean

PLATFORMS = ("youtube", "facebook", "peertube", "zoom", "vimeo", "dailymotion", "room", "other")
METRICS = ("views", "peak_viewers", "viewers", "reach", "head_count", "watch_hours", "other")
MAX_VALUE = 10**12
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")


class FigureKind(StrEnum):
    """Who vouches for a number."""

    MEASURED = "measured"
    REPORTED = "reported"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class PlatformFigure:
    """One number of a platform or of a person; never added to any other.

    ``covers`` are the sessions it speaks of together, empty for the whole summit.
    """

    id: int
    platform: str
    metric: str
    value: int
    kind: FigureKind
    at: Instant
    source: str
    author: ParticipantId | None
    covers: tuple[SessionSlug, ...]


@dataclass(frozen=True, slots=True)
class FigureOrder:
    """A figure that somebody types in, with where it was read."""

    platform: str
    metric: str
    value: int
    at: Instant
    source: str
    covers: tuple[SessionSlug, ...]

    def check(self, now: Instant) -> None:
        """Raise FieldInvalid naming every field that is wrong."""
        problems = [
            FieldProblem(name, "must be a word of small letters, digits and _")
            for name, word in (("platform", self.platform), ("metric", self.metric))
            if not _WORD.fullmatch(word)
        ]
        if not 0 <= self.value <= MAX_VALUE:
            problems.append(FieldProblem("value", f"must be a whole number from 0 to {MAX_VALUE}"))
        if self.at > now:
            problems.append(FieldProblem("at", "must not be in the future"))
        if not clean(self.source):
            problems.append(FieldProblem("source", "must say where the number was read"))
        if len(set(self.covers)) != len(self.covers):
            problems.append(FieldProblem("sessions", "names a session twice"))
        if problems:
            raise FieldInvalid(*problems)
