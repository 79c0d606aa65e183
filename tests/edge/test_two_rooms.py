"""Role by session by route, all of them: what a link opens, and that the rest is refused without a word.

What is expected follows from the table of test_routes.py and from the two rules below, never from
the product's own table.
"""

import json
import re

import pytest
import pytest_asyncio
from aiohttp import WSMsgType, WSServerHandshakeError

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from tests.edge.test_routes import ANYBODY, INVITED, WHO_MAY, name
from tests.edge.two_rooms import (
    LIST,
    NAME,
    OTHER,
    TITLE,
    UNKNOWN,
    correction,
    everybody,
    everything,
    figure,
    opened,
)
from tests.handlers.house import API, OPEN, ROOM, YOUTUBE, open_house
from tests.waiting import PATIENCE

NARROWED = {
    f"{method} {API}{path}"
    for method, path in (
        ("POST", "/invitations"),
        ("GET", "/invitations"),
        ("GET", "/invitations/{id}"),
        ("POST", "/invitations/{id}:revoke"),
        ("POST", "/invitations/{id}:replace"),
        ("POST", "/invitations/{id}:link"),
        ("POST", "/invitations/{id}:mail"),
        ("PUT", "/invitations/{id}/devices"),
        ("PUT", "/invitations/{id}/label"),
        ("POST", "/invitations:export"),
        ("GET", "/delegation"),
        ("GET", "/check-ins"),
        ("POST", "/check-ins"),
        ("POST", "/figures"),
        ("GET", "/correction-requests"),
        ("POST", "/correction-requests/{id}:accept"),
        ("POST", "/correction-requests/{id}:refuse"),
        ("POST", "/qr"),
    )
} | {
    "GET /delegation",
    "GET /desk",
    "GET /corrections",
    "POST /corrections/{id}:accept",
    "POST /corrections/{id}:refuse",
}
"""They name no session and are for the invited to single sessions too, within these."""

OWN_ROOM_ONLY = {
    f"POST {API}/sessions/{{slug}}/people/{{participant}}:admit",
    f"POST {API}/sessions/{{slug}}/people/{{participant}}:remove",
    f"POST {API}/sessions/{{slug}}/delegations/{{code}}:admit",
    f"POST {API}/sessions/{{slug}}/delegations/{{code}}:hold",
    f"POST {API}/sessions/{{slug}}/corrections",
}
"""Whoever they name, they are about the room in the path."""

SOCKETS = {f"GET {API}/live", f"GET {API}/connection-test"}
SIGNED = {"POST /hooks/zoom"}
"""Another service proves itself there by its signature; whatever else it sends is not looked at."""

ENDS = {f"DELETE {API}/me", "POST /me/erase"}
LISTED = {
    f"POST {API}/imports/{{kind}}",
    f"POST {API}/participants:import",
    f"POST {API}/participants:preview",
}
NONE = {"id": "i_none", "participant": "p_none", "row": "1", "kind": "zoom-participants", "code": "ZZ",
        "version": "0", "name": "css/style.css"}  # fmt: skip

ALIVE = [
    "nobody",
    *(f"{role} of {what}" for role in Role for what in ("the summit", "one room")),
    "an organiser's token for one room",
]
DEAD = [
    "revoked",
    "replaced",
    "expired",
    "for later",
    "of yesterday's run",
    "forged",
    "with the cookie of a revoked link",
]
EVERY = [*ALIVE, *DEAD]
NARROW = [one for one in ALIVE if one.endswith("one room")]


@pytest_asyncio.fixture(scope="module")
async def rooms(tmp_path_factory):
    """The house, what is in its other room, and everybody who asks."""
    async with open_house(tmp_path_factory.mktemp("rooms")) as house:
        _, other = await opened(house)
        callers = await everybody(house)
        assert [caller.name for caller in callers] == EVERY
        yield house, other, {caller.name: caller for caller in callers}


def verdict(caller, key, slug):
    """Status and code with which a call is refused; None where the caller may."""
    if caller.refused and (key in SIGNED or not caller.by_cookie):
        return None if key in SIGNED else caller.refused
    nobody = caller.refused or (401, "token_invalid")
    named, roles = "{slug}" in key, WHO_MAY[key]
    if roles == ANYBODY:
        return (
            _of_a_session(caller, slug, nobody, seen=key == f"GET {API}/sessions/{{slug}}") if named else None
        )
    if caller.role is None:
        return nobody
    if caller.role not in roles.split():
        return 403, "role_forbidden"
    if named:
        return _of_a_session(caller, slug, nobody, seen=False)
    beyond = caller.sessions is not None and roles != INVITED and key not in NARROWED
    return (403, "wrong_session") if beyond else None


def _of_a_session(caller, slug, nobody, *, seen):
    """``seen``: a public session's line of the programme, which everybody may read."""
    if slug == UNKNOWN:
        return 404, "unknown_session"
    if slug == OPEN and (caller.role is None or seen):
        return None
    if caller.role is None:
        return nobody
    return None if caller.opens(slug) else (403, "wrong_session")


def calls(route, caller):
    """The sessions that a route is asked for: all kinds that differ for this caller."""
    if "{slug}" not in route.path:
        return (None,)
    if caller.role is not None and caller.sessions is None:
        return (ROOM, UNKNOWN)
    return (ROOM, OTHER) if caller.name in DEAD else (ROOM, OTHER, OPEN, UNKNOWN)


def address(route, slug, things):
    collection = re.search(r"([a-z-]+)/\{(?:id|row|kind)[^}]*\}", route.path)
    known = NONE | things.get("", {}) | (things.get(collection[1], {}) if collection else {})
    path = re.sub(r"\{(\w+)(?::[^}]+)?\}", lambda m: str((known | {"slug": slug})[m[1]]), route.path)
    if name(route) in LISTED:
        return f"{path}?session={OTHER}&timezone=Europe/Brussels&date_order=ymd&file=z.csv"
    return path


def bodies(things):
    """What would do something to the other room, or by the words of the other room, were it let."""
    invitation, source = things["invitations"]["id"], things["sources"]["id"]
    person, at = things[""]["participant"], f"{API}/sessions/{{slug}}"
    return {
        f"POST {API}/invitations": {"role": "delegate", "delegation": "BJ", "sessions": [OTHER]},
        f"POST {API}/invitations:export": {"format": "csv", "invitation": invitation},
        f"PUT {API}/invitations/{{id}}/devices": {"devices": 3},
        f"PUT {API}/invitations/{{id}}/label": {"label": "Autre"},
        f"POST {at}/tokens": {"invitation": invitation},
        f"PUT {at}/state": {"state": "ended"},
        f"POST {at}:shift": {"minutes": 5},
        f"POST {at}/sources": {"url": YOUTUBE},
        f"PUT {at}/source": {"id": source},
        f"PUT {at}/sources/order": {"order": [source]},
        f"POST {at}/notices": {"text": "Bonjour"},
        f"POST {at}/floor": {"delegation": "BJ", "subject": "Autre"},
        f"PUT {at}/floor/order": {"order": "arrival"},
        f"POST {at}/beat": {"page": "page-0001"},
        f"POST {at}/corrections": {key: value for key, value in correction(OTHER).items() if key != "session"}
        | {"participant": person},
        f"POST {at}/documents": {"titles": {"fr": "Autre"}, "url": "https://docs.example.org/autre.pdf"},
        f"PATCH {at}/documents/{{id}}": {"titles": {"fr": "Autre"}},
        f"PATCH {at}": {"notes": "Autre"},
        f"POST {API}/sessions": {"titles": {"fr": "Autre"}, "kind": "plenary",
                                 "starts_at": "2021-11-04T18:00", "ends_at": "2021-11-04T19:00"},
        f"POST {API}/delegations": {"code": "ZA", "names": {"fr": "Autre"}, "kind": "country"},
        f"PATCH {API}/delegations/{{code}}": {"seats": 1},
        f"POST {API}/check-ins": {"participant": person, "session": OTHER, "direction": "in",
                                  "nonce": "nonce-zz-1"},
        f"POST {API}/figures": figure(OTHER),
        f"POST {API}/queue/{{row}}:match": {"delegation": "BJ"},
        f"POST {API}/me/corrections": correction(OTHER),
        "POST /me/corrections": correction(OTHER) | {"present": "yes"},
        "POST /corrections/{id}:accept": {"channel": "web"},
    }  # fmt: skip


async def ask(house, caller, route, slug, things, body=None, method=None):
    """Status, problem code or None, and text of one call."""
    given = {"json": body if body is not None else {}}
    headers = dict(caller.headers)
    if route.form:
        given = {"data": body or {}}
    elif name(route) in LISTED:
        given, headers = {"data": LIST.encode()}, headers | {"Content-Type": "text/csv"}
    if route.method in {"GET", "DELETE"}:
        given = {}
    path = address(route, slug, things)
    async with house.client.request(
        method or route.method, path, headers=headers, allow_redirects=False, **given
    ) as answer:
        text = await answer.text(errors="replace")
        code = json.loads(text)["code"] if text and "problem" in answer.content_type else None
        return answer.status, code, text


def told(words, text, given=""):
    """The words of the other room that an answer holds, but those that the caller said."""
    return [word for word in words if word in text and word not in given]


@pytest.mark.parametrize("who", EVERY)
async def test_whatever_a_link_does_not_open_is_refused_without_a_word_or_a_change(rooms, who):
    house, other, callers = rooms
    caller, written, before = callers[who], bodies(other.things), everything(house)
    refused = 0

    for route in ROUTES:
        key = name(route)
        for slug in calls(route, caller) if key not in SOCKETS else ():
            expected = verdict(caller, key, slug)
            if expected is None:
                continue
            refused += 1
            status, code, text = await ask(house, caller, route, slug, other.things, written.get(key))
            assert (status, code or expected[1]) == expected, (key, slug, text[:300])
            if not caller.opens(OTHER):
                assert told(other.words, text) == [], (key, slug)
            if route.method == "GET" and slug in {None, OTHER} and not caller.refused:
                head = await ask(house, caller, route, slug, other.things, method="HEAD")
                assert head == (expected[0], None, ""), key

    assert refused >= 5
    assert everything(house) == before


@pytest.mark.parametrize(
    "who", [one for one in EVERY if one == "nobody" or " of " in one or one in NARROW][:22]
)
async def test_whatever_a_link_opens_answers_and_says_nothing_of_the_other_room(rooms, who):
    house, other, callers = rooms
    caller, opened_calls = callers[who], 0

    for route in ROUTES:
        key = name(route)
        for slug in calls(route, caller) if key not in SOCKETS | ENDS else ():
            if verdict(caller, key, slug) is not None:
                continue
            opened_calls += 1
            body = {"page": "page-0001"} if key.endswith("/beat") else None
            status, code, text = await ask(house, caller, route, slug, {}, body)
            assert status not in {401, 403, 500}, (key, slug, code)
            if not caller.opens(OTHER):
                words = [word for word in other.words if key != "GET /" or word != TITLE]
                assert told(words, text) == [], (key, slug)

    assert opened_calls > 20


@pytest.mark.parametrize("who", NARROW)
async def test_things_of_the_other_room_are_not_reached_through_the_own_one(rooms, who):
    house, other, callers = rooms
    caller, written, before = callers[who], bodies(other.things), everything(house)

    for route in ROUTES:
        key = name(route)
        slug = ROOM if "{slug}" in route.path else None
        reaches = re.search(r"\{(id|participant|row|kind|code)", route.path) or key in written
        if not reaches or WHO_MAY[key] == ANYBODY or key in OWN_ROOM_ONLY | OF_THE_OWN_ROOM:
            continue
        if verdict(caller, key, slug) is not None:
            continue
        status, code, text = await ask(house, caller, route, slug, other.things, written.get(key))
        assert status in {403, 404, 409, 422}, (key, status, text[:300])
        assert told(other.words, text, json.dumps(written.get(key)) + str(other.things)) == [], (key, code)

    assert everything(house) == before


AT = f"{API}/sessions/{{slug}}"
OF_THE_OWN_ROOM = {
    f"PUT {AT}/state",
    f"POST {AT}:shift",
    f"POST {AT}/sources",
    f"POST {AT}/notices",
    f"POST {AT}/floor",
    f"PUT {AT}/floor/order",
    f"POST {AT}/documents",
    f"PATCH {AT}",
}
"""Their body says nothing of another room."""


def handshake(caller, slug):
    """What a socket hears: HTTP status, close code or ``welcome``."""
    if caller.refused and not caller.by_cookie:
        return caller.refused[0]
    refused = _of_a_session(caller, slug, caller.refused or (401, "token_invalid"), seen=False)
    return "welcome" if refused is None else {401: 4401, 403: 4403, 404: 4404, 410: 4410}[refused[0]]


@pytest.mark.parametrize("who", EVERY)
async def test_a_socket_of_another_room_is_refused_without_a_word_or_a_change(rooms, who):
    house, other, callers = rooms
    caller, before = callers[who], everything(house)

    for slug in (ROOM, OTHER, OPEN, UNKNOWN):
        expected = handshake(caller, slug)
        if expected != "welcome":
            found, text = await heard(house, caller, slug)
            assert found == expected, slug
            assert told(other.words, text) == []

    assert everything(house) == before


@pytest.mark.parametrize("who", ALIVE)
async def test_a_socket_of_the_own_room_opens_and_says_nothing_of_the_other(rooms, who):
    house, other, callers = rooms
    caller = callers[who]

    for slug in (ROOM, OTHER, OPEN):
        if handshake(caller, slug) == "welcome":
            found, text = await heard(house, caller, slug)
            assert found == "welcome", slug
            assert told([] if caller.opens(OTHER) else other.words, text) == []


async def heard(house, caller, slug):
    """How a socket of this session answers, and all that it said until then."""
    path = f"{API}/live?session={slug}"
    try:
        async with house.client.ws_connect(path, headers=caller.headers) as socket:
            if caller.role is None:
                await socket.send_json({"type": "hello"})
            said = []
            while (message := await socket.receive(timeout=PATIENCE)).type is WSMsgType.TEXT:
                said.append(message.data)
                if json.loads(message.data)["type"] == "welcome":
                    await socket.send_json({"type": "bye"})
            welcome = any(json.loads(text)["type"] == "welcome" for text in said)
            return "welcome" if welcome else socket.close_code, " ".join(said)
    except WSServerHandshakeError as error:
        return error.status, ""


async def test_the_words_of_the_other_room_are_told_to_whom_it_is_open(rooms):
    """Else the search above would find nothing because there is nothing."""
    house, other, callers = rooms
    boss = callers["organiser of the summit"]
    read = [r for r in ROUTES if r.method == "GET" and name(r) not in SOCKETS and "static" not in r.path]
    texts = [(await ask(house, boss, route, OTHER, other.things))[2] for route in read]

    text = " ".join(texts)
    assert [word for word in other.words if word not in text and not word.startswith("ey")][1:] == []
    assert NAME in text
