"""The organiser's console with invented values, filled and empty."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from streamhub.access.directory import Standing, Wanted, found, page_of
from streamhub.access.model import DevicePolicy, Identity, Invitation
from streamhub.access.roles import Role
from streamhub.handlers.views.console import Counts, programme_console, session_console
from streamhub.handlers.views.console_lists import lists_console
from streamhub.handlers.views.console_log import AuditAsked, audit_console, requests_console
from streamhub.handlers.views.console_people import (
    TEAM,
    Known,
    Search,
    delegations_console,
    people_console,
    staff_console,
)
from streamhub.handlers.views.console_zoom import zoom_console
from streamhub.kit.audit import Act, AuditPage, AuditRow
from streamhub.kit.clock import DAY, HOUR, MINUTE
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.programme.editing import Editable
from streamhub.relay.zoom_model import ZoomKind
from streamhub.relay.zoom_registrants_model import ZoomNames
from streamhub.relay.zoom_sources import Registering
from streamhub.requests.model import (
    AccessRequest,
    Asked,
    DocumentType,
    Page,
    RequestId,
    RequestKind,
    RequestState,
)
from streamhub.requests.model import Document as Proof
from streamhub.requests.trials_model import Trial
from tests.web import samples as s
from tests.web import samples_switching

Filled = tuple[str, str, dict[str, Any]]


def console(lang: str) -> Iterator[Filled]:
    """Name, template and values of every page and state."""
    organiser = s.grant(Role.ORGANISER, "STAFF", "ORG-01", "")
    reader = s.reader(lang, organiser)
    for name, template, page, more in (*_programme(reader), *_people(reader), *_log(reader), *_lists(lang)):
        yield name, template, s.frame(lang, organiser, "/console") | {"page": page} | more


def _editable(row: Any, *, from_file: bool = True, edited: tuple[str, ...] = ()) -> Editable[Any]:
    return Editable(row=row, version="0123456789abcdef", from_file=from_file, edited=edited)


def _programme(reader: Any) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    rows = [_editable(session) for session in s.SESSIONS]
    rows[1] = _editable(s.SESSIONS[1], edited=("titles", "starts_at"))
    rows[-1] = _editable(dataclasses.replace(s.SESSIONS[-1], cancelled=True), from_file=False)
    counts = Counts({s.LIVE.slug: 3}, {s.LIVE.slug: 1})
    yield "console", "console.html", programme_console(rows, counts, s.SUMMIT, reader), {}
    yield "console-empty", "console.html", programme_console([], Counts({}, {}), s.SUMMIT, reader), {}
    documents = [_editable(document, edited=("titles",)) for document in s.DOCUMENTS]
    on = frozenset({s.YOUTUBE.id})
    for name, session, sources in (
        ("console-session", _editable(s.LIVE, edited=("room",)), (s.YOUTUBE, s.ZOOM, s.TEXT)),
        ("console-session-cancelled", rows[-1], ()),
    ):
        page = session_console(session, s.SESSIONS, documents, sources, on, s.SUMMIT, reader)
        panel = samples_switching.several(reader.times.lang)
        zoom = zoom_console(("ville", "region"), ("ville",), ZOOM_MEETINGS, {TWICE.id}, [TWICE], reader)
        yield name, "console_session.html", page, {"zoom": zoom, "switching": panel}


def _people(reader: Any) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    lang = reader.times.lang
    delegations = [_editable(d, edited=("seats",) if d.code == "BJ" else ()) for d in s.DELEGATIONS]
    invited = [row.person() for row in INVITATIONS]
    here = frozenset({ParticipantId("p_1")})
    page = delegations_console(delegations, invited, here, {DelegationCode("BJ"): 2}, s.SUMMIT, lang)
    yield "console-delegations", "console_delegations.html", page, {}
    empty = delegations_console([], [], frozenset(), {}, s.SUMMIT, lang)
    yield "console-delegations-empty", "console_delegations.html", empty, {}
    tested = {INVITATIONS[0].id: Trial(s.NOW, socket=True, player=True, clock_skew_ms=0)}
    known = Known(s.DELEGATIONS, s.SESSIONS, here, tested)
    names = {d.code: d.names for d in s.DELEGATIONS}
    everybody = found(INVITATIONS, IDENTITIES, names, Wanted(), s.NOW)
    more = {"every_role": tuple(Role), "mail": True}
    for name, people, search in (
        ("console-people", page_of(everybody, 0, 4), Search("", "BJ", "delegate", Standing.VALID.value)),
        ("console-people-none", page_of([], 0, 4), Search("x", "", "", "")),
        ("console-people-empty", page_of([], 0, 4), Search("", "", "", "")),
    ):
        yield name, "console_people.html", people_console(people, search, known, reader), more
    team = [person for person in everybody if person.invitation.role in TEAM]
    yield "console-staff", "console_staff.html", staff_console(team, known, reader), {}


def _log(reader: Any) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    for name, page, state, until in (
        ("console-requests", Page(REQUESTS[:2], "2"), "waiting", s.NOW + DAY),
        ("console-requests-decided", Page(REQUESTS[2:], None), "refused", s.NOW - DAY),
        ("console-requests-empty", Page((), None), "waiting", None),
    ):
        made = requests_console(page, state, until, s.DELEGATIONS, {}, reader)
        yield name, "console_requests.html", made, {"mail": state == "waiting"}
    rows = (
        AuditRow(
            2,
            s.NOW,
            Act(by="p_1", role="organiser", action="session.edit", target="a", detail=(("count", 2),)),
        ),
        AuditRow(1, s.NOW - HOUR, Act(by="clock", action="retention.run")),
    )
    seats = {"p_1": "ORG-01"}
    asked = AuditAsked("2026-11-01", "2026-11-04", "ORG-01", "session")
    for name, page_of_rows, words in (
        ("console-audit", AuditPage(rows, "1"), asked),
        ("console-audit-empty", AuditPage((), None), AuditAsked("", "", "", "")),
    ):
        made_log = audit_console(page_of_rows, words, ["session", "invitation"], seats, reader)
        yield name, "console_audit.html", made_log, {}


def _lists(lang: str) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    for name, mail in (("console-lists", True), ("console-lists-no-mail", False)):
        yield name, "console_lists.html", lists_console(s.DELEGATIONS, lang, mail=mail), {}


def _invitation(number: int, role: Role, delegation: str, **changed: Any) -> Invitation:
    made = Invitation(
        id=InvitationId(f"i_{number}"),
        participant=ParticipantId(f"p_{number}"),
        delegation=DelegationCode(delegation),
        role=role,
        label="Maire de Cotonou" if number == 1 else "",
        seat=f"{delegation}-{number:02d}",
        speak=False,
        sessions=None,
        not_before=None,
        expires_at=s.NOW + DAY,
        devices=2,
        device_policy=DevicePolicy.REPLACE_OLDEST,
        generation=1,
        epoch=0,
        created_at=s.NOW - DAY,
        revoked_at=None,
    )
    return dataclasses.replace(made, **changed)


INVITATIONS = (
    _invitation(1, Role.DELEGATE, "BJ", generation=3, sessions=frozenset({s.LIVE.slug})),
    _invitation(2, Role.PRESS, "BE", revoked_at=s.NOW - HOUR),
    _invitation(3, Role.CORRESPONDENT, "SN", expires_at=s.NOW - HOUR),
    _invitation(4, Role.OBSERVER, "FR", not_before=s.NOW + HOUR),
    _invitation(5, Role.MODERATOR, "STAFF"),
)
IDENTITIES = (
    Identity(participant=ParticipantId("p_1"), name="Awa Diop", email="awa@ville.example", lang="fr"),
)


def _request(ident: str, kind: RequestKind, state: RequestState, **words: Any) -> AccessRequest:
    asked = Asked(kind=kind, name="Zoé Martin", email="zoe@journal.example", function="Journaliste", **words)
    decided = state is not RequestState.WAITING
    return AccessRequest(
        id=RequestId(ident),
        asked=asked,
        state=state,
        created_at=s.NOW - HOUR,
        document=None if decided else Proof(DocumentType.PDF, 81_000),
        decided_at=s.NOW if decided else None,
        decided_by="p_5" if decided else None,
        reason="Complet" if decided else "",
        invitation=None,
    )


REQUESTS = (
    _request(
        "ar_1", RequestKind.PRESS, RequestState.WAITING, medium="Le Journal", message="Deux lignes.\nMerci."
    ),
    _request("ar_2", RequestKind.DELEGATION, RequestState.WAITING, delegation=DelegationCode("BJ")),
    _request("ar_3", RequestKind.PRESS, RequestState.REFUSED, medium="La Radio"),
)

TWICE = INVITATIONS[0].person()

ZOOM_MEETINGS = (
    Registering(
        source=s.ZOOM.id,
        account="ville",
        names=ZoomNames.LABEL,
        number="85512345678",
        kind=ZoomKind.WEBINAR,
        wanted=42,
        registered=41,
        panelists=6,
        to_cancel=2,
        fault="right_missing",
        right="webinar:update:registrant_status:admin",
        rest_until=s.NOW + MINUTE,
    ),
)
