"""A moderator's words to every open page of a session."""

from aiohttp import web

from streamhub.handlers import auditing
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import body, json_answer, language, services
from streamhub.handlers.wire import Answer, Body, line
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.programme.model import is_language

MAX_NOTICE = 500  # characters


class NoticeBody(Body):
    """A few words; ``lang`` is theirs, by default the one in which the moderator reads."""

    text: str
    lang: str | None = None


class NoticeAnswer(Answer):
    """How many people it reached, and how many are elsewhere and did not get it."""

    sent_to: int
    elsewhere: int


async def notice(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/notices."""
    session, _ = await invited_to(request)
    asked = await body(request, NoticeBody)
    lang = asked.lang or language(request)
    if not is_language(lang):
        raise FieldInvalid(FieldProblem("lang", "must be a language tag such as fr"))
    text = line("text", asked.text, minimum=1, maximum=MAX_NOTICE)
    await auditing.begin(request)
    sent_to, elsewhere = await services(request).live.notice(session.slug, text, lang)
    return json_answer(NoticeAnswer(sent_to=sent_to, elsewhere=elsewhere), status=201)
