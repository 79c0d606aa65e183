"""Lists of people taken over, and everybody's link for a mail merge, on paper and in calendars."""

from collections.abc import Sequence
from enum import StrEnum

from aiohttp import hdrs, web

from streamhub.access import papers
from streamhub.access.bulk_model import FieldChange, Outcome, Planned, Preview, Upload
from streamhub.access.bulk_service import Personal
from streamhub.access.calendar_service import personal as personal_calendar
from streamhub.access.mail_letter import language_for
from streamhub.access.model import Grant, Invitation
from streamhub.access.orders import check_managed
from streamhub.access.papers import Papers
from streamhub.access.roles import Role
from streamhub.handlers.auditing import noted
from streamhub.handlers.render import PAGES
from streamhub.handlers.request import NO_STORE, body, grant_of, json_answer, language, services
from streamhub.handlers.uploads import file_name, uploaded
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, RoleForbidden
from streamhub.kit.text import SOURCE_LANGUAGE
from streamhub.services import Services


class Form(StrEnum):
    """What can be written of many links."""

    CSV = "csv"
    BADGES = "badges"
    LIST = "list"
    ICS = "ics"


_TYPES = {
    Form.CSV: ("text/csv", "csv"),
    Form.BADGES: ("text/html", "html"),
    Form.LIST: ("text/html", "html"),
    Form.ICS: ("text/calendar", "ics"),
}


class ColumnAnswer(Answer):
    """One column of the file; ``field`` null: it is passed over."""

    name: str
    field: str | None
    samples: list[str]


class ChangeAnswer(Answer):
    """One field of a known person that the list says otherwise."""

    field: str
    before: str
    after: str


class PersonAnswer(Answer):
    """What becomes of one row; ``seat`` is empty for somebody new."""

    line: int | None
    outcome: Outcome
    seat: str
    delegation: str
    role: Role
    label: str
    name: str
    changes: list[ChangeAnswer]


class ListAnswer(Answer):
    """How a list was understood, and what it changes."""

    file: str
    encoding: str
    delimiter: str
    columns: list[ColumnAnswer]
    counts: dict[str, int]
    items: list[PersonAnswer]
    stored: bool


class ExportBody(Body):
    """Whose links to write and how: a calendar is one person's, names only where they are asked for."""

    format: Form
    delegation: str | None = None
    invitation: str | None = None
    lang: str | None = None
    identities: bool = False


async def preview(request: web.Request) -> web.Response:
    """POST /api/v1/participants:preview."""
    found = await services(request).bulk.preview(await _upload(request))
    return json_answer(_list(found, stored=False))


async def take_over(request: web.Request) -> web.Response:
    """POST /api/v1/participants:import."""
    done = await services(request).bulk.take_over(await _upload(request), grant_of(request).participant)
    noted(request, new=done.count(Outcome.NEW), changed=done.count(Outcome.CHANGED))
    return json_answer(_list(done, stored=True))


async def export(request: web.Request) -> web.Response:
    """POST /api/v1/invitations:export."""
    asked = await body(request, ExportBody)
    _check_asked(asked, grant_of(request))
    people = await services(request).bulk.personal(await _chosen(request, asked))
    content = await _written(request, asked, people)
    kind, ending = _TYPES[asked.format]
    slug = (await services(request).programme.summit()).slug
    name = "-".join((slug, people[0].invitation.seat if asked.format is Form.ICS else asked.format))
    noted(request, asked.delegation or asked.invitation or "", format=asked.format.value, count=len(people))
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}.{ending}"',
        hdrs.CACHE_CONTROL: NO_STORE,
    }
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)


async def calendar(request: web.Request) -> web.Response:
    """GET /me/calendar.ics: what the reader's grant opens, by a link that opens no more than it."""
    use, grant = services(request), grant_of(request)
    row = await use.access.invitation(grant.invitation)
    link = await use.access.personal_link(row, grant)
    summit = await use.programme.summit()
    content = await use.calendars.personal(grant.sessions, link, language(request))
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{summit.slug}.ics"',
        hdrs.CACHE_CONTROL: NO_STORE,
    }
    return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)


async def _upload(request: web.Request) -> Upload:
    columns, constants = _pairs(request, "map"), _pairs(request, "set", last=False)
    return Upload(file_name(request), await uploaded(request), columns, constants)


def _pairs(request: web.Request, name: str, *, last: bool = True) -> dict[str, str]:
    """``left=right`` of the query: a header may hold an ``=`` of its own, and so may a value."""
    pairs = {}
    for text in request.query.getall(name, []):
        left, sign, right = text.rpartition("=") if last else text.partition("=")
        if not sign:
            raise FieldInvalid(FieldProblem(name, f"{text!r} is not of the form left=right"))
        pairs[left.strip()] = right.strip()
    return pairs


def _list(found: Preview, *, stored: bool) -> ListAnswer:
    return ListAnswer(
        file=found.table.file,
        encoding=found.table.encoding,
        delimiter=found.table.delimiter,
        columns=[
            ColumnAnswer(column.name, column.field, list(column.samples)) for column in found.reading.columns
        ],
        counts={outcome.value: found.count(outcome) for outcome in Outcome},
        items=[_person(one) for one in found.people],
        stored=stored,
    )


def _person(one: Planned) -> PersonAnswer:
    new = one.listed.new
    return PersonAnswer(
        line=one.line,
        outcome=one.outcome,
        seat=one.known.invitation.seat if one.known else "",
        delegation=new.delegation,
        role=new.role,
        label=new.label,
        name=one.listed.name,
        changes=[_change(change) for change in one.changes],
    )


def _change(change: FieldChange) -> ChangeAnswer:
    return ChangeAnswer(change.field, change.before, change.after)


def _check_asked(asked: ExportBody, grant: Grant) -> None:
    """A calendar is one person's; a correspondent has the own delegation's links and knows no names."""
    if asked.format is Form.ICS and asked.invitation is None:
        raise FieldInvalid(FieldProblem("invitation", "whose calendar?"))
    if grant.role is Role.ORGANISER:
        return
    if asked.identities or asked.delegation not in (None, grant.delegation):
        raise RoleForbidden("a correspondent has the links of the own delegation, without names")


async def _chosen(request: web.Request, asked: ExportBody) -> list[Invitation]:
    """The open invitations that were asked for and that the caller may manage."""
    use, grant = services(request), grant_of(request)
    if asked.invitation is not None:
        rows = [row for row in await use.bulk.open_invitations() if row.id == asked.invitation]
        for row in rows:
            check_managed(row, grant)
    else:
        rows = [row for row in await use.bulk.open_invitations() if _is_wanted(row, asked, grant)]
    if not rows:
        raise NotFound("no open invitation")
    return rows


def _is_wanted(row: Invitation, asked: ExportBody, grant: Grant) -> bool:
    try:
        check_managed(row, grant)
    except RoleForbidden:
        return False
    return asked.delegation in (None, row.delegation)


async def _written(request: web.Request, asked: ExportBody, people: Sequence[Personal]) -> bytes:
    use = services(request)
    if asked.format is Form.CSV:
        return papers.as_csv(people, with_identities=asked.identities).encode()
    if asked.format is Form.ICS:
        return await _calendar_of(use, people[0], asked.lang)
    shared = Papers(
        summit=await use.programme.summit(),
        delegations=await use.programme.delegations(),
        lang=asked.lang or SOURCE_LANGUAGE,
        with_identities=asked.identities,
    )
    make = papers.as_list if asked.format is Form.LIST else papers.as_badges
    return make(people, shared, request.app[PAGES]).encode()


async def _calendar_of(use: Services, one: Personal, lang: str | None) -> bytes:
    shared = await use.calendars.shared()
    spoken = lang or language_for(one.identity.lang if one.identity else "", shared.summit)
    return personal_calendar(shared, one.invitation.sessions, one.link, spoken)
