"""Testing one's connection: a socket that answers with our time, and what came out of it."""

import asyncio
import contextlib

import msgspec
from aiohttp import WSMsgType, web

from streamhub.access.roles import Role
from streamhub.handlers.api_delegation import TrialAnswer, trial_answer
from streamhub.handlers.limiter import LIMITER
from streamhub.handlers.live import check_handshake
from streamhub.handlers.request import body, choice, grant_of, json_answer, number, services
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.clock import Instant, rfc3339
from streamhub.requests.trials_model import Tested

PAGE = 100
MAX_PAGE = 1_000
MAX_MESSAGES = 20  # of one test: the page sends five
MAX_MESSAGE_BYTES = 1_024
TEST_SECONDS = 30
_ANSWERS = {"any": None, "yes": True, "no": False}


class TestBody(Body):
    """What a device could do; ``clock_skew_ms`` above 0: its clock is ahead of ours."""

    socket: bool
    player: bool
    clock_skew_ms: int


class TestedAnswer(Answer):
    """One invited person and the last test; ``test`` null: none yet."""

    invitation: str
    participant: str
    delegation: str
    role: Role
    seat: str
    label: str
    test: TrialAnswer | None


class TestedList(Answer):
    """One page of the people who are counted."""

    items: list[TestedAnswer]
    next: str | None


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    """The answer to each message of the test: when it was read here."""

    at: str
    ms: Instant


async def echo(request: web.Request) -> web.WebSocketResponse:
    """GET /api/v1/connection-test: nothing is recorded, nobody is counted."""
    grant = grant_of(request)
    check_handshake(request)
    with request.app[LIMITER].holding(grant):
        socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES, autoping=True)
        await socket.prepare(request)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TEST_SECONDS):
                await _answer(request, socket)
        await socket.close()
    return socket


async def record(request: web.Request) -> web.Response:
    """POST /api/v1/me/connection-test."""
    said = await body(request, TestBody)
    await services(request).trials.record(
        grant_of(request), socket=said.socket, player=said.player, clock_skew_ms=said.clock_skew_ms
    )
    return web.Response(status=204)


async def tests(request: web.Request) -> web.Response:
    """GET /api/v1/connection-tests?tested=."""
    page = await services(request).trials.audience(
        _ANSWERS[choice(request, "tested", *_ANSWERS)],
        limit=number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE),
        cursor=request.query.get("cursor"),
    )
    return json_answer(TestedList(items=[_tested(one) for one in page.items], next=page.next))


async def _answer(request: web.Request, socket: web.WebSocketResponse) -> None:
    """Answer a few messages; more than a test needs end it."""
    answered = 0
    async for message in socket:
        if message.type is not WSMsgType.TEXT or answered == MAX_MESSAGES:
            break
        answered += 1
        now = services(request).clock.now()
        await socket.send_str(msgspec.json.encode(Pong(rfc3339(now), now)).decode())


def _tested(one: Tested) -> TestedAnswer:
    return TestedAnswer(
        invitation=one.invitation,
        participant=one.participant,
        delegation=one.delegation,
        role=one.role,
        seat=one.seat,
        label=one.label,
        test=trial_answer(one.trial),
    )
