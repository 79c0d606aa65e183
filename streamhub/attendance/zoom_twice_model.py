"""Whose own link two people use at the same time: it was passed on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from streamhub.kit.clock import MINUTE, Instant

OVERLAP_MS = 2 * MINUTE
"""An app that was killed leaves up to 90 s late: only a longer time side by side is two at once."""


@dataclass(frozen=True, slots=True)
class Use:
    """One connection to a running meeting (``uuid``) by a registrant's link. ``until`` None: it lasts.

    ``user`` is Zoom's ``user_id``; ``parent`` that in the main room of somebody in a breakout room.
    """

    person: str
    uuid: str
    user: str
    since: Instant
    until: Instant | None
    parent: str = ""


def used_twice(uses: Iterable[Use], now: Instant) -> frozenset[str]:
    """Whose link two people use: joins side by side for longer than an app takes to say that it left."""
    by_link: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        if use.person:
            by_link.setdefault((use.person, use.uuid), []).append(use)
    return frozenset(person for (person, _), some in by_link.items() if _side_by_side(some, now))


def _side_by_side(uses: list[Use], now: Instant) -> bool:
    ranked = sorted(uses, key=lambda use: use.since)
    return any(
        _together(one, other, now) > OVERLAP_MS
        for place, one in enumerate(ranked)
        for other in ranked[place + 1 :]
        if one.user != other.user and (one.parent or one.user) != (other.parent or other.user)
    )


def _together(one: Use, other: Use, now: Instant) -> int:
    ends = (now if use.until is None else use.until for use in (one, other))
    return min(ends) - max(one.since, other.since)
