"""People and their links: finding somebody, showing a link again, a link as QR code."""

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from streamhub.access import qr
from streamhub.access.directory import Found, Person, Standing, Wanted, found, page_of
from streamhub.access.orders import check_managed
from streamhub.access.roles import Role
from streamhub.handlers.api_access import SessionsJson, sessions_json
from streamhub.handlers.request import body, grant_of, json_answer, number, services
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import DelegationCode, InvitationId

Word = TypeVar("Word", bound=StrEnum)

PAGE = 100
MAX_PAGE = 1_000
MAX_LINK = 1_800  # characters: beyond no phone reads the code
MAX_QUERY = 200


class PersonAnswer(Answer):
    """One invited person. ``name`` and ``email`` are empty where none is kept."""

    participant: str
    invitation: str
    delegation: str
    role: Role
    seat: str
    label: str
    name: str
    email: str
    standing: Standing
    sessions: SessionsJson
    devices: int
    expires_at: str
    generation: int


class PersonList(Answer):
    """One page of people; ``total`` counts all that were found."""

    items: list[PersonAnswer]
    total: int
    next: str | None


class LinkAnswer(Answer):
    """A signed link that opens what the invitation opens now."""

    link: str
    expires_at: str


class QrBody(Body):
    """A personal link of this server."""

    link: str


class QrAnswer(Answer):
    """The code as SVG."""

    svg: str


async def people(request: web.Request) -> web.Response:
    """GET /api/v1/participants?q=&delegation=&role=&standing=."""
    shown = await found_people(request, limit=number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE))
    items = [_person(person) for person in shown.people]
    return json_answer(PersonList(items=items, total=shown.total, next=shown.next))


async def link(request: web.Request) -> web.Response:
    """POST /api/v1/invitations/{id}:link."""
    use = services(request)
    row = await use.access.invitation(InvitationId(request.match_info["id"]))
    check_managed(row, grant_of(request))
    facts = await use.access.facts()
    row.check_open(epoch=facts.epoch(row.delegation), now=facts.now)
    answer = LinkAnswer(link=await use.access.personal_link(row), expires_at=rfc3339(row.expires_at))
    return json_answer(answer, status=201)


async def qr_code(request: web.Request) -> web.Response:
    """POST /api/v1/qr: the code is made here, so that no link leaves for another site."""
    asked = await body(request, QrBody)
    ours = tuple(f"{services(request).settings.public_url}/j{after}" for after in "/#")
    if not asked.link.startswith(ours) or len(asked.link) > MAX_LINK:
        raise FieldInvalid(FieldProblem("link", "must be a personal link of this server"))
    return json_answer(QrAnswer(svg=qr.qr_svg(asked.link)))


async def found_people(
    request: web.Request, *, limit: int, among: Collection[InvitationId] | None = None
) -> Found:
    """Whom the query looks for; raises FieldInvalid for a word that is none.

    ``among``: only these invitations, whatever their standing.
    """
    use = services(request)
    wanted = Wanted(
        words=_words(request),
        delegation=_code(request),
        roles=_role(request),
        standing=None if among is not None else _word(request, "standing", Standing),
    )
    everybody = found(
        await use.access.every_invitation(),
        await use.access.identities(),
        {d.code: d.names for d in await use.programme.delegations()},
        wanted,
        use.clock.now(),
    )
    shown = [one for one in everybody if among is None or one.invitation.id in among]
    return page_of(shown, number(request, "cursor", 0), limit)


def _words(request: web.Request) -> str:
    words = request.query.get("q", "")
    if len(words) > MAX_QUERY:
        raise FieldInvalid(FieldProblem("q", f"at most {MAX_QUERY} characters"))
    return words


def _code(request: web.Request) -> DelegationCode | None:
    code = request.query.get("delegation")
    return DelegationCode(code) if code else None


def _role(request: web.Request) -> frozenset[Role] | None:
    role = _word(request, "role", Role)
    return None if role is None else frozenset({role})


def _word(request: web.Request, name: str, words: type[Word]) -> Word | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return words(text)
    except ValueError:
        raise FieldInvalid(FieldProblem(name, f"must be one of: {', '.join(words)}")) from None


def _person(person: Person) -> PersonAnswer:
    row = person.invitation
    return PersonAnswer(
        participant=row.participant,
        invitation=row.id,
        delegation=row.delegation,
        role=row.role,
        seat=row.seat,
        label=row.label,
        name=person.identity.name if person.identity else "",
        email=person.identity.email if person.identity else "",
        standing=person.standing,
        sessions=sessions_json(row.sessions),
        devices=row.devices,
        expires_at=rfc3339(row.expires_at),
        generation=row.generation,
    )
