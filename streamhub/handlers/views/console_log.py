"""The organiser's console: requests for access, and the audit log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from streamhub.handlers.views.console import Tab, tabs
from streamhub.handlers.views.console_people import Choice
from streamhub.handlers.views.programme import Reader
from streamhub.kit.audit import AuditFilter, AuditPage, AuditRow
from streamhub.kit.clock import Instant, from_datetime, rfc3339
from streamhub.kit.ids import InvitationId
from streamhub.kit.times import Moment
from streamhub.programme.model import Delegation
from streamhub.requests.model import AccessRequest, Page, RequestKind, RequestState

KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request; who asked is blank once it was accepted, then ``seat`` is what the person was given.

    ``kilobytes`` is None without a document.
    """

    id: str
    kind: RequestKind
    name: str
    email: str
    label: str
    delegation: str
    message: str
    asked: Moment
    state: RequestState
    decided: Moment | None
    reason: str
    kilobytes: int | None
    seat: str
    delegations: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class RequestsConsole:
    """What ``/console/requests`` shows. ``until`` is None where nobody may ask."""

    tabs: tuple[Tab, ...]
    state: str
    rows: tuple[RequestRow, ...]
    next: str | None
    until: Moment | None
    open: bool


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of the log. ``who`` is a seat where a participant did it, else ``cli`` or ``clock``."""

    at: Moment
    who: str
    by: str
    role: str
    action: str
    target: str
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """What was asked for, to stand in the form again: days and words."""

    since: str
    until: str
    by: str
    action: str


@dataclass(frozen=True, slots=True)
class AuditConsole:
    """What ``/console/audit`` shows, by day, the newest first."""

    tabs: tuple[Tab, ...]
    asked: AuditAsked
    lines: tuple[AuditLine, ...]
    next: str | None
    families: tuple[str, ...]
    csv: str


def requests_console(
    page: Page,
    state: str,
    until: Instant | None,
    delegations: Sequence[Delegation],
    seats: Mapping[InvitationId, str],
    reader: Reader,
) -> RequestsConsole:
    """Who asks to be let in, in the order in which they asked."""
    return RequestsConsole(
        tabs=tabs("requests"),
        state=state,
        rows=tuple(_request(one, delegations, seats, reader) for one in page.items),
        next=page.next,
        until=reader.times.maybe(until),
        open=until is not None and reader.now < until,
    )


def audit_console(
    page: AuditPage,
    asked: AuditAsked,
    families: Iterable[str],
    seats: Mapping[str, str],
    reader: Reader,
) -> AuditConsole:
    """Who did what when; ``seats`` by participant and by invitation."""
    wanted = audit_filter(asked, reader)
    fields = {
        "since": None if wanted.since is None else rfc3339(wanted.since),
        "until": None if wanted.until is None else rfc3339(wanted.until),
        "by": wanted.by,
        "action": wanted.action,
    }
    query = urlencode({name: value for name, value in fields.items() if value})
    return AuditConsole(
        tabs=tabs("audit"),
        asked=asked,
        lines=tuple(_line(row, seats, reader) for row in page.items),
        next=page.next,
        families=tuple(sorted(set(families))),
        csv=f"/api/v1/audit.csv?{query}" if query else "/api/v1/audit.csv",
    )


def audit_filter(asked: AuditAsked, reader: Reader) -> AuditFilter:
    """Days of the summit as instants; the last day is included. A day that is none asks for nothing."""
    until = _day(asked.until)
    return AuditFilter(
        since=_midnight(_day(asked.since), reader),
        until=_midnight(until + timedelta(days=1) if until else None, reader),
        by=asked.by or None,
        action=asked.action or None,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 3000 else None  # noqa: PLR2004 - what our clock can tell


def _midnight(day: date | None, reader: Reader) -> Instant | None:
    return None if day is None else from_datetime(datetime.combine(day, time(), reader.times.zone))


def _request(
    one: AccessRequest, delegations: Sequence[Delegation], seats: Mapping[InvitationId, str], reader: Reader
) -> RequestRow:
    asked, lang = one.asked, reader.times.lang
    names = {d.code: d.names.get(lang) for d in delegations}
    press = next((d.code for d in delegations if d.kind.value == "press"), None)
    wanted = asked.delegation or (press if asked.kind is RequestKind.PRESS else None)
    return RequestRow(
        id=one.id,
        kind=asked.kind,
        name=asked.name,
        email=asked.email,
        label=asked.label,
        delegation=names.get(asked.delegation, asked.delegation) if asked.delegation else "",
        message=asked.message,
        asked=reader.times.moment(one.created_at),
        state=one.state,
        decided=reader.times.maybe(one.decided_at),
        reason=one.reason,
        kilobytes=-(-one.document.size // KILOBYTE) if one.document else None,
        seat=seats.get(one.invitation, "") if one.invitation else "",
        delegations=tuple(Choice(code, name, code == wanted) for code, name in names.items()),
    )


def _line(row: AuditRow, seats: Mapping[str, str], reader: Reader) -> AuditLine:
    act = row.act
    return AuditLine(
        at=reader.times.moment(row.at),
        who=seats.get(act.by, act.by),
        by=act.by,
        role=act.role,
        action=act.action,
        target=seats.get(act.target, act.target),
        detail=tuple((name, str(value)) for name, value in act.detail if value is not None),
    )
