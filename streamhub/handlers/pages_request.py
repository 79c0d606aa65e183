"""The public form by which people ask to be let in; it works without a script."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, hdrs, web

from streamhub.handlers.api_requests import CHUNK
from streamhub.handlers.limiter import LIMITER
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import language, services
from streamhub.handlers.views.request import Term, request_page
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.i18n import languages
from streamhub.kit.ids import DelegationCode
from streamhub.requests.documents import Received
from streamhub.requests.model import Asked, RequestKind

MAX_PARTS = 20
MAX_PART_BYTES = 16_384
FIELDS = frozenset(
    {"kind", "name", "email", "function", "medium", "delegation", "message", "consent", "website"}
)
TRAP = "website"
"""A field that people do not see: whoever fills it in is a program, and is thanked like everybody."""


@dataclass(slots=True)
class Form:
    """What was sent: texts by name, and the file that came with them."""

    values: dict[str, str] = field(default_factory=dict)
    received: Received | None = None
    wrong: FieldInvalid | None = None


async def show(request: web.Request) -> web.Response:
    """GET /access-request."""
    return await _page(request, sent=request.query.get("sent") == "1")


async def ask(request: web.Request) -> web.StreamResponse:
    """POST /access-request: on to a page of thanks, or the form again with what to mend."""
    use, form = services(request), Form()
    request.app[LIMITER].asked(request)
    use.requests.check_open()
    try:
        await _read(request, form)
        return await _answer(request, form)
    finally:
        if form.received is not None:
            use.requests.drop(form.received)


async def _answer(request: web.Request, form: Form) -> web.StreamResponse:
    try:
        if not form.values.get(TRAP):
            await services(request).requests.ask(await _checked(request, form), form.received)
    except FieldInvalid as wrong:
        return await _page(request, values=form.values, wrong=wrong)
    return web.Response(status=303, headers={hdrs.LOCATION: _thanks(request), hdrs.CACHE_CONTROL: "no-store"})


async def _page(
    request: web.Request,
    *,
    sent: bool = False,
    values: Mapping[str, str] | None = None,
    wrong: FieldInvalid | None = None,
) -> web.Response:
    use, reader = services(request), await reader_of(request)
    term = Term(use.requests.until(), use.requests.is_open(), use.settings.identities_days)
    delegations = await use.programme.delegations()
    page = request_page(term, delegations, reader.times, sent=sent, values=values, wrong=wrong)
    return await render(request, "access_request.html", status=422 if wrong else 200, page=page)


async def _read(request: web.Request, form: Form) -> None:
    """The parts of the form as they come: texts are short, a file goes to the disk.

    A file that is not taken is remembered as what is wrong, so that the texts come back to be mended.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="the form must be multipart/form-data")
    try:
        reader = await request.multipart()
        await _parts(request, reader, form)
    except ValueError:
        raise FieldInvalid(FieldProblem("", "the form cannot be read")) from None


async def _parts(request: web.Request, reader: MultipartReader, form: Form) -> None:
    for _ in range(MAX_PARTS):
        part = await reader.next()
        if part is None:
            return
        if isinstance(part, MultipartReader):
            raise ValueError  # noqa: TRY004 - a form in a form, sent by no browser
        if part.name == "document" and part.filename:
            await _file(request, part, form)
        elif part.name in FIELDS:
            form.values[part.name] = await _text(part)
    raise ValueError


async def _file(request: web.Request, part: BodyPartReader, form: Form) -> None:
    if form.received is None:
        try:
            form.received = await services(request).requests.receive(_chunks(part))
        except FieldInvalid as wrong:
            form.wrong = wrong
    with contextlib.suppress(AssertionError):
        await part.release()


async def _text(part: BodyPartReader) -> str:
    text = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        text += chunk
        if len(text) > MAX_PART_BYTES:
            raise ValueError
    return text.decode()


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk


async def _checked(request: web.Request, form: Form) -> Asked:
    """What is asked; raises FieldInvalid with everything that has to be mended."""
    asked = _asked(form.values, language(request))
    problems = [*form.wrong.problems] if form.wrong else []
    if form.values.get("kind") not in set(RequestKind):
        problems.append(FieldProblem("kind", "say who you are"))
    if form.values.get("consent") != "yes":
        problems.append(FieldProblem("consent", "say that we may keep this"))
    try:
        await services(request).requests.check(asked)
    except FieldInvalid as wrong:
        problems += wrong.problems
    if problems:
        raise FieldInvalid(*problems)
    return asked


def _asked(values: Mapping[str, str], lang: str) -> Asked:
    kind = values.get("kind", "")
    return Asked(
        kind=RequestKind(kind) if kind in set(RequestKind) else RequestKind.PRESS,
        name=values.get("name", ""),
        email=values.get("email", ""),
        function=values.get("function", ""),
        medium=values.get("medium", ""),
        delegation=DelegationCode(values.get("delegation", "")) or None,
        message=values.get("message", ""),
        lang=lang,
    )


def _thanks(request: web.Request) -> str:
    asked = request.query.get("lang")
    return "/access-request?sent=1" + (f"&lang={asked}" if asked in languages() else "")
