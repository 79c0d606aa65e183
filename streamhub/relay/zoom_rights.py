"""The scopes that Zoom must give for what is wanted, and those that are lacking. Pure.

Zoom has granular scopes, and the classic ones that some apps still hold: either will do.
Source: ``rest-api`` and ``granular-scopes`` of zoom/skills 8212edf; Zoom's own refusals (4711) name
the scopes of panelists.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Work(StrEnum):
    """What is asked from Zoom."""

    REPORT = "report"
    REGISTRANTS = "registrants"
    PANELISTS = "panelists"


@dataclass(frozen=True, slots=True)
class Scope:
    """One right by its granular name; any of ``instead`` covers it too."""

    name: str
    instead: tuple[str, ...]

    @property
    def words(self) -> str:
        """Both names, as somebody has to find them at Zoom."""
        return f"{self.name} (or the classic {' or '.join(self.instead)})"


def _scope(name: str, classic: str) -> Scope:
    """The granular scope of an account's app; an app of one user drops ``:admin``, which is not enough."""
    return Scope(name, (classic,))


_REPORT = "report:read:admin"
_MEETING, _WEBINAR = "meeting:write:admin", "webinar:write:admin"
_MEETINGS, _WEBINARS = "meeting:read:admin", "webinar:read:admin"

MEETINGS: dict[Work, tuple[Scope, ...]] = {
    Work.REPORT: (_scope("report:read:list_meeting_participants:admin", _REPORT),),
    Work.REGISTRANTS: (
        _scope("meeting:read:meeting:admin", _MEETINGS),
        _scope("meeting:read:list_registrants:admin", _MEETINGS),
        _scope("meeting:write:batch_registrants:admin", _MEETING),
        _scope("meeting:update:registrant_status:admin", _MEETING),
    ),
}
"""What meetings need; they have no panelists."""

WEBINARS: dict[Work, tuple[Scope, ...]] = {
    Work.REPORT: (_scope("report:read:list_webinar_participants:admin", _REPORT),),
    Work.REGISTRANTS: (
        _scope("webinar:read:webinar:admin", _WEBINARS),
        _scope("webinar:read:list_registrants:admin", _WEBINARS),
        _scope("webinar:write:batch_registrants:admin", _WEBINAR),
        _scope("webinar:update:registrant_status:admin", _WEBINAR),
    ),
    Work.PANELISTS: (
        _scope("webinar:write:panelist:admin", _WEBINAR),
        _scope("webinar:read:list_panelists:admin", _WEBINARS),
        _scope("webinar:delete:panelist:admin", _WEBINAR),
    ),
}
"""What webinars need."""


def lacking(given: frozenset[str], wanted: Iterable[Scope]) -> tuple[Scope, ...]:
    """The scopes that are wanted and that neither name gives, in their order."""
    return tuple(scope for scope in wanted if given.isdisjoint((scope.name, *scope.instead)))
