"""Every route and who may use it, against a table written down here a second time."""

import re

import msgspec
import pytest
from openapi_spec_validator import validate

from streamhub.access.roles import Role
from streamhub.handlers.app import build_app
from streamhub.handlers.routes import ROUTES
from streamhub.handlers.routing import PUBLIC
from tests.edge.conftest import LIVE, ROOM

API = "/api/v1"
ANYBODY = "anybody"
INVITED = " ".join(Role)
ORGANISER = "organiser"
MODERATORS = "moderator organiser"
STAGE = "technician moderator organiser"
DESK = "desk moderator organiser"
FIGURES = "communications organiser"
LINKS = "correspondent moderator organiser"

# The contract's table of calls and pages, in its order.
WHO_MAY = {
    "POST /api/v1/invitations": "organiser desk correspondent",
    "GET /api/v1/invitations": LINKS,
    "GET /api/v1/invitations/{id}": LINKS,
    "POST /api/v1/invitations/{id}:revoke": LINKS,
    "POST /api/v1/invitations/{id}:replace": LINKS,
    "PUT /api/v1/invitations/{id}/devices": MODERATORS,
    "PUT /api/v1/invitations/{id}/label": "correspondent organiser",
    "GET /api/v1/delegation": "correspondent",
    "GET /delegation": "correspondent",
    "GET /access-request": ANYBODY,
    "POST /access-request": ANYBODY,
    "POST /api/v1/access-requests": ANYBODY,
    "PUT /api/v1/access-requests/{id}/document": ANYBODY,
    "GET /api/v1/access-requests": ORGANISER,
    "GET /api/v1/access-requests/{id}/document": ORGANISER,
    "POST /api/v1/access-requests/{id}:accept": ORGANISER,
    "POST /api/v1/access-requests/{id}:refuse": ORGANISER,
    "DELETE /api/v1/access-requests/{id}": ORGANISER,
    "GET /test": INVITED,
    "GET /test/player": INVITED,
    "GET /api/v1/connection-test": INVITED,
    "POST /api/v1/me/connection-test": INVITED,
    "GET /api/v1/connection-tests": ORGANISER,
    "POST /api/v1/sessions/{slug}/tokens": ORGANISER,
    "POST /api/v1/tokens:verify": ANYBODY,
    "POST /api/v1/enter": ANYBODY,
    "GET /api/v1/me": INVITED,
    "GET /api/v1/me/stays": INVITED,
    "GET /api/v1/sessions": ANYBODY,
    "GET /api/v1/sessions/{slug}": ANYBODY,
    "PUT /api/v1/sessions/{slug}/state": MODERATORS,
    "POST /api/v1/sessions/{slug}:shift": MODERATORS,
    "GET /api/v1/sessions/{slug}/source": ANYBODY,
    "POST /api/v1/sessions/{slug}/source:open": ANYBODY,
    "GET /api/v1/sessions/{slug}/sources": STAGE,
    "POST /api/v1/sessions/{slug}/sources": MODERATORS,
    "POST /api/v1/sessions/{slug}/sources:check": MODERATORS,
    "PUT /api/v1/sessions/{slug}/source": MODERATORS,
    "POST /api/v1/sessions/{slug}/source:undo": MODERATORS,
    "PATCH /api/v1/sessions/{slug}/sources/{id}": MODERATORS,
    "GET /api/v1/sessions/{slug}/zoom": STAGE,
    "PUT /api/v1/sessions/{slug}/sources/{id}/plan": MODERATORS,
    "POST /api/v1/sessions/{slug}/sources/{id}:check": MODERATORS,
    "GET /api/v1/sessions/{slug}/sources/history": STAGE,
    "PUT /api/v1/sessions/{slug}/timetable": MODERATORS,
    "GET /api/v1/sessions/{slug}/checklist": STAGE,
    "POST /api/v1/sessions/{slug}/zoom:sign": INVITED,
    "GET /s/{slug}/zoom": INVITED,
    "GET /api/v1/sessions/{slug}/presence": STAGE,
    "POST /api/v1/sessions/{slug}/people/{participant}:admit": MODERATORS,
    "POST /api/v1/sessions/{slug}/people/{participant}:remove": MODERATORS,
    "POST /api/v1/sessions/{slug}/delegations/{code}:admit": MODERATORS,
    "POST /api/v1/sessions/{slug}/delegations/{code}:hold": MODERATORS,
    "PUT /api/v1/sessions/{slug}/people/{participant}/excused": MODERATORS,
    "POST /api/v1/sessions/{slug}/notices": MODERATORS,
    "GET /api/v1/sessions/{slug}/floor": "delegate correspondent technician moderator organiser",
    "POST /api/v1/sessions/{slug}/floor": "delegate correspondent moderator organiser",
    "POST /api/v1/sessions/{slug}/floor/{id}:grant": MODERATORS,
    "POST /api/v1/sessions/{slug}/floor/{id}:done": MODERATORS,
    "POST /api/v1/sessions/{slug}/floor/{id}:withdraw": "delegate correspondent moderator organiser",
    "PUT /api/v1/sessions/{slug}/floor/order": MODERATORS,
    "GET /api/v1/check-ins": DESK,
    "POST /api/v1/check-ins": DESK,
    "POST /api/v1/sessions/{slug}/corrections": MODERATORS,
    "POST /hooks/zoom": ANYBODY,
    "GET /api/v1/zoom": FIGURES,
    "GET /api/v1/platforms": FIGURES,
    "GET /api/v1/sessions/{slug}/viewers": FIGURES,
    "GET /api/v1/sessions/{slug}/statistics": FIGURES,
    "GET /api/v1/statistics": FIGURES,
    "GET /api/v1/sessions/{slug}/timeline": FIGURES,
    "POST /api/v1/figures": FIGURES,
    "POST /api/v1/imports/{kind}": FIGURES,
    "POST /api/v1/imports/{id}:apply": FIGURES,
    "POST /api/v1/imports/{id}:undo": FIGURES,
    "GET /api/v1/queue": FIGURES,
    "POST /api/v1/queue/{row}:match": FIGURES,
    "GET /api/v1/sessions/{slug}/report.json": FIGURES,
    "GET /api/v1/sessions/{slug}/report.csv": FIGURES,
    "GET /api/v1/sessions/{slug}/report.html": FIGURES,
    "GET /api/v1/report.json": FIGURES,
    "GET /api/v1/report.csv": FIGURES,
    "GET /api/v1/report.html": FIGURES,
    "GET /api/v1/programme": ORGANISER,
    "POST /api/v1/sessions": ORGANISER,
    "PATCH /api/v1/sessions/{slug}": ORGANISER,
    "POST /api/v1/sessions/{slug}:cancel": ORGANISER,
    "POST /api/v1/sessions/{slug}:restore": ORGANISER,
    "GET /api/v1/sessions/{slug}/documents": ORGANISER,
    "POST /api/v1/sessions/{slug}/documents": ORGANISER,
    "PATCH /api/v1/sessions/{slug}/documents/{id}": ORGANISER,
    "DELETE /api/v1/sessions/{slug}/documents/{id}": ORGANISER,
    "DELETE /api/v1/sessions/{slug}/sources/{id}": MODERATORS,
    "PUT /api/v1/sessions/{slug}/sources/order": MODERATORS,
    "GET /api/v1/delegations": ORGANISER,
    "POST /api/v1/delegations": ORGANISER,
    "PATCH /api/v1/delegations/{code}": ORGANISER,
    "POST /api/v1/delegations/{code}:renew": ORGANISER,
    "POST /api/v1/rehearsal:end": ORGANISER,
    "GET /api/v1/issuers": ORGANISER,
    "GET /api/v1/participants": ORGANISER,
    "POST /api/v1/invitations/{id}:link": "correspondent organiser",
    "POST /api/v1/invitations/{id}:mail": LINKS,
    "POST /api/v1/invitations:export": "correspondent organiser",
    "POST /api/v1/participants:preview": ORGANISER,
    "POST /api/v1/participants:import": ORGANISER,
    "GET /api/v1/mails": ORGANISER,
    "POST /api/v1/mails": ORGANISER,
    "POST /api/v1/mails:stop": ORGANISER,
    "GET /me/calendar.ics": INVITED,
    "POST /api/v1/qr": "correspondent desk moderator organiser",
    "GET /console": ORGANISER,
    "GET /console/sessions/{slug}": ORGANISER,
    "GET /console/delegations": ORGANISER,
    "GET /console/people": ORGANISER,
    "GET /console/staff": ORGANISER,
    "GET /console/lists": ORGANISER,
    "GET /console/requests": ORGANISER,
    "GET /console/audit": ORGANISER,
    "GET /healthz": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /.well-known/jwks.json": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /asyncapi.json": ANYBODY,
    "GET /api/v1/live": ANYBODY,
    "POST /api/v1/sessions/{slug}/beat": ANYBODY,
    "GET /": ANYBODY,
    "GET /j/{code}": ANYBODY,
    "POST /j/{code}": ANYBODY,
    "GET /j": ANYBODY,
    "GET /s/{slug}": ANYBODY,
    "GET /s/{slug}/player": ANYBODY,
    "GET /s/{slug}/wall": STAGE,
    "GET /s/{slug}/projector": STAGE,
    "GET /desk": DESK,
    "GET /figures": FIGURES,
    "GET /figures/print": FIGURES,
    "GET /figures/{slug}": FIGURES,
    "GET /figures/{slug}/print": FIGURES,
    "GET /me": INVITED,
    "GET /accessibility": ANYBODY,
    "GET /privacy": ANYBODY,
    "DELETE /api/v1/me": INVITED,
    "GET /api/v1/me/export": INVITED,
    "GET /api/v1/me/corrections": INVITED,
    "POST /api/v1/me/corrections": INVITED,
    "POST /me/corrections": INVITED,
    "POST /me/erase": INVITED,
    "GET /api/v1/participants/{participant}/export": ORGANISER,
    "POST /api/v1/participants/{participant}:erase": ORGANISER,
    "GET /api/v1/correction-requests": MODERATORS,
    "POST /api/v1/correction-requests/{id}:accept": MODERATORS,
    "POST /api/v1/correction-requests/{id}:refuse": MODERATORS,
    "GET /corrections": MODERATORS,
    "POST /corrections/{id}:accept": MODERATORS,
    "POST /corrections/{id}:refuse": MODERATORS,
    "GET /api/v1/audit": ORGANISER,
    "GET /api/v1/audit.csv": ORGANISER,
    "GET /static/{version}/{name}": ANYBODY,
    "GET /brand/logo": ANYBODY,
    "GET /brand/accent.css": ANYBODY,
}

ENDS = {"DELETE /api/v1/me", "POST /me/erase"}
"""After these calls their caller is nobody any more."""

BODIES = {"POST /api/v1/mails": {"dry_run": True}}
"""What is sent instead of nothing: without a mail server the rest is refused to everybody."""

THINGS = {
    "slug": LIVE,
    "id": "i_none",
    "participant": "p_none",
    "row": "1",
    "kind": "zoom-participants",
    "code": "a" * 26,
    "version": "0",
    "name": "css/style.css",
}


def name(route):
    """``GET /static/{version}/{name}``: without the patterns that a parameter must match."""
    return f"{route.method} {re.sub(r':[^}]+(?=})', '', route.path)}"


def address(route, slug=LIVE):
    return re.sub(r"\{(\w+)(?::[^}]+)?\}", lambda match: (THINGS | {"slug": slug})[match[1]], route.path)


NAMED = [route for route in ROUTES if name(route) in WHO_MAY]


def test_the_table_is_the_one_written_here():
    assert sorted(name(route) for route in ROUTES) == sorted(WHO_MAY)


@pytest.mark.parametrize("route", NAMED, ids=name)
def test_a_route_says_who_may_use_it(route):
    expected = (
        PUBLIC if WHO_MAY[name(route)] == ANYBODY else frozenset(map(Role, WHO_MAY[name(route)].split()))
    )

    assert route.allow == expected


async def test_the_router_holds_the_table_and_nothing_else(house):
    found = [f"{r.method} {r.resource.canonical}" for r in build_app(house.use).router.routes()]
    sockets = {"GET /api/v1/live", "GET /api/v1/connection-test"}
    read = {key for key in WHO_MAY if key.startswith("GET ")} - sockets

    assert sorted(found) == sorted([*WHO_MAY, *(key.replace("GET", "HEAD") for key in read)])


async def test_openapi_is_valid_and_lists_exactly_the_routes(house):
    async with house.client.get("/openapi.json") as answer:
        document = await answer.json()

    validate(document)
    listed = {
        f"{method.upper()} {path}": said
        for path, item in document["paths"].items()
        for method, said in item.items()
    }
    assert sorted(listed) == sorted(WHO_MAY)
    for key, roles in WHO_MAY.items():
        assert listed[key]["x-roles"] == (roles if roles == ANYBODY else sorted(roles.split())), key
        assert ("security" in listed[key]) == (roles != ANYBODY), key


async def test_asyncapi_is_an_asyncapi_document(house):
    async with house.client.get("/asyncapi.json") as answer:
        assert (await answer.json())["asyncapi"].startswith("3.")


@pytest.mark.parametrize("route", NAMED, ids=name)
async def test_the_named_roles_may_and_nobody_else(house, guests, route):
    body = BODIES.get(name(route), {}) if route.method in {"POST", "PUT"} and not route.form else None
    if name(route) in ENDS:
        guests = {role: await house.guest(role) for role in guests}

    for role, guest in [*guests.items(), (None, None)]:
        async with house.raw(route.method, address(route), guest, body) as answer:
            status, text = answer.status, await answer.read()
            problem = msgspec.json.decode(text) if answer.content_type == "application/problem+json" else {}
        if route.signed:  # nobody is asked who they are, and no Zoom account is set up here
            assert (status, problem["code"]) == (503, "not_configured")
            continue
        assert status < 500, (role, text)
        assert_sensible(route, answer, text, problem)
        if WHO_MAY[name(route)] == ANYBODY or (role is not None and role in WHO_MAY[name(route)].split()):
            assert status not in {401, 403}, (role, text)
        elif role is None:
            assert status == 401
            assert problem.get("code", "token_invalid") == "token_invalid"
        else:
            assert status == 403, (role, text)
            assert problem.get("code", "role_forbidden") == "role_forbidden"


def assert_sensible(route, answer, text, problem):
    """No empty page and no half answer: an error is a problem document, on pages a page."""
    if answer.status in {204, 304}:
        assert text == b""
    elif answer.status < 400:
        assert text
    elif not problem:
        assert route.page
        assert text.lstrip().startswith(b"<!doctype html>")
    else:
        assert set(problem) >= {"type", "title", "status", "detail", "code"}
        assert problem["status"] == answer.status


INVITED_ONLY = [
    f"GET {API}/sessions/{ROOM}",
    f"GET {API}/sessions/{ROOM}/source",
    f"POST {API}/sessions/{ROOM}/source:open",
    f"POST {API}/sessions/{ROOM}/beat",
    f"GET /s/{ROOM}",
    f"GET /s/{ROOM}/player",
]


@pytest.mark.parametrize("call", INVITED_ONLY)
async def test_public_routes_of_an_invited_session_want_the_invitation(house, guests, call):
    method, path = call.split()
    stranger = await house.guest(sessions=(LIVE,))
    body = {"page": "page-0001"} if method == "POST" else None

    found = []
    for guest in (None, stranger, guests[Role.DELEGATE]):
        async with house.raw(method, path, guest, body) as answer:
            found.append(answer.status)

    assert found[:2] == [401, 403]
    assert found[2] in {200, 204, 404}  # 404: no such source to play


MANAGED = [
    ("PUT", "state", {"state": "live"}),
    ("POST", "notices", {"text": "Bonjour"}),
    ("GET", "presence", None),
    ("GET", "sources", None),
    ("GET", "floor", None),
    ("POST", "people/p_none:remove", {}),
    ("POST", "people/p_none:admit", {}),
    ("PUT", "people/p_none/excused", {}),
    (
        "POST",
        "corrections",
        {
            "participant": "p_none",
            "since": "2021-11-04T12:00:00Z",
            "until": "2021-11-04T12:10:00Z",
            "present": True,
            "reason": "vu",
        },
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), MANAGED, ids=lambda value: str(value)[:24])
async def test_a_moderator_of_one_session_does_nothing_in_another(house, method, path, body):
    moderator = await house.guest(Role.MODERATOR, sessions=(LIVE,))

    status, answer = await house.ask(method, f"/sessions/{ROOM}/{path}", moderator, body)

    assert (status, answer["code"]) == (403, "wrong_session")
