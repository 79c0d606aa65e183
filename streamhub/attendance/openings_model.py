"""Times that are counted beside attendance: a public page open, a player opened."""

import re
from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant

_VIEWER = re.compile(r"[A-Za-z0-9_-]{8,64}")


class OpeningKind(StrEnum):
    """What was open."""

    PAGE = "page"
    """A public page; ``who`` is a viewer id that lives in that page's memory only."""

    PLAYER = "player"
    """The player in an invited person's page; ``who`` is the participant."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that something was open; ``until`` is None while it is."""

    who: str
    since: Instant
    until: Instant | None


def is_viewer(text: str) -> bool:
    """Whether a page may call itself so."""
    return _VIEWER.fullmatch(text) is not None
