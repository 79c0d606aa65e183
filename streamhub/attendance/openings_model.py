"""Openings of public pages: counted, never called people."""

import re
from dataclasses import dataclass

from streamhub.kit.clock import Instant
from streamhub.kit.ids import ViewerId

_VIEWER = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that a public page was open; ``viewer`` lives in that page's memory only."""

    viewer: ViewerId
    since: Instant
    until: Instant | None


def is_viewer(text: str) -> bool:
    """Whether a page may call itself so."""
    return _VIEWER.fullmatch(text) is not None
