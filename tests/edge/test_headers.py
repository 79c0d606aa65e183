"""Security headers, row by row, on every kind of answer."""

import asyncio
import shutil

import pytest

from streamhub.access.roles import Role
from tests.edge.conftest import LIVE, ROOM, open_example
from tests.waiting import PATIENCE

API = "/api/v1"
PUBLIC_URL = "https://live.example.org"

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
NO_DEVICES = "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()"
PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Server": "streamhub",
}

# What is asked, the status, Cache-Control, Referrer-Policy.
PAGES = [
    ("GET /", 200, "no-store", "same-origin"),
    (f"GET /s/{LIVE}", 200, "no-store", "same-origin"),
    ("GET /privacy", 200, "no-store", "same-origin"),
    ("GET /me", 200, "no-store", "same-origin"),
    (f"GET /s/{LIVE}/wall", 200, "no-store", "same-origin"),
    (f"GET /s/{LIVE}/projector", 200, "no-store", "same-origin"),
    ("GET /desk", 200, "no-store", "same-origin"),
    ("GET /figures", 200, "no-store", "same-origin"),
    (f"GET /figures/{LIVE}", 200, "no-store", "same-origin"),
    ("GET /figures/print", 200, "no-store", "same-origin"),
    (f"GET /j/{'a' * 26}", 200, "no-store", "no-referrer"),
    ("GET /j", 200, "no-store", "no-referrer"),
    (f"POST /j/{'a' * 26}", 404, "no-store", "no-referrer"),
    ("GET /s/nulle-part", 404, "no-store", "same-origin"),
    ("GET /nulle-part", 404, "no-store", "same-origin"),
    ("DELETE /", 405, "no-store", "same-origin"),
]
OTHERS = [
    ("GET /healthz", 200, "no-store"),
    ("GET /readyz", 200, "no-store"),
    ("GET /openapi.json", 200, "no-store"),
    ("GET /.well-known/jwks.json", 200, "no-store"),
    (f"GET {API}/sessions", 200, "no-store"),
    (f"GET {API}/me", 200, "no-store"),
    (f"GET {API}/sessions/{LIVE}/statistics", 200, "no-store"),
    (f"GET {API}/report.csv", 200, "private, no-cache"),
    (f"GET {API}/sessions/nulle-part", 404, "no-store"),
    (f"GET {API}/nulle-part", 404, "no-store"),
    (f"DELETE {API}/sessions", 405, "no-store"),
    (f"POST {API}/enter", 422, "no-store"),
    (f"POST {API}/sessions/{LIVE}/source:open", 204, "no-store"),
    ("GET /brand/accent.css", 404, "no-store"),
    ("GET /brand/logo", 404, "no-store"),
    ("GET /static/0/css/style.css", 200, "no-cache"),
    ("GET /static/0/css/nothing.css", 404, "no-store"),
]


@pytest.fixture(scope="module")
async def secure_house(example, tmp_path_factory):
    """A server that people reach by https (a proxy would stand before it)."""
    folder = tmp_path_factory.mktemp("secure") / "data"
    shutil.copytree(example, folder)
    async with open_example(folder, public_url=PUBLIC_URL, issuer=PUBLIC_URL) as running:
        yield running


@pytest.fixture(scope="module")
async def organiser(secure_house):
    return await secure_house.guest(Role.ORGANISER)


def directives(answer):
    """The policy of an answer by its directives."""
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def assert_always(answer):
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    for name in (
        "Server",
        "X-Frame-Options",
        "Content-Security-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
    ):
        assert len(answer.headers.getall(name)) == 1, name
    assert "X-Powered-By" not in answer.headers


@pytest.mark.parametrize(("call", "status", "cache", "referrer"), PAGES)
async def test_a_page(secure_house, organiser, call, status, cache, referrer):
    method, path = call.split()
    async with secure_house.raw(method, path, organiser, Accept="text/html") as answer:
        assert answer.status == status
        assert (answer.content_type, answer.charset) == ("text/html", "utf-8")
        assert_always(answer)
        policy = directives(answer)
        frames = policy.pop("frame-src", "'self'")
        assert (policy, frames) == (PAGE, "'self'")
        assert answer.headers["Permissions-Policy"].startswith(f"{NO_DEVICES}, autoplay=(self)")
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == cache
        assert answer.headers["Referrer-Policy"] == referrer
        assert "Set-Cookie" not in answer.headers


async def test_by_the_rules_of_mozillas_observatory_a_page_has_130_points(secure_house):
    """Of 100, a bonus for each of four; the fifth, for cookies, is for sites that give one to everybody."""
    async with secure_house.client.get("/") as answer:
        headers, policy = answer.headers, directives(answer)
    wide = {"'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*"}
    bonus = {
        "default-src 'none', nothing unsafe, forms to ourselves": 10
        * (
            policy["default-src"] == "'none'"
            and policy["form-action"] in {"'none'", "'self'"}
            and not any(wide & set(sources.split()) for sources in policy.values())
        ),
        "no frame of others, said in the policy": 5 * (policy["frame-ancestors"] == "'none'"),
        "a private Referrer-Policy": 5 * (headers["Referrer-Policy"] in {"no-referrer", "same-origin"}),
        "Cross-Origin-Resource-Policy": 10 * (headers["Cross-Origin-Resource-Policy"] == "same-origin"),
    }
    seconds = int(headers["Strict-Transport-Security"].partition(";")[0].removeprefix("max-age="))

    assert 100 + sum(bonus.values()) == 130, bonus
    assert seconds >= 15_768_000
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not {"Access-Control-Allow-Origin", "Set-Cookie"} & set(headers)


@pytest.mark.parametrize(("call", "status", "cache"), OTHERS)
async def test_what_is_no_page(secure_house, organiser, call, status, cache):
    method, path = call.split()
    body = {} if method == "POST" else None
    async with secure_house.raw(method, path, organiser, body) as answer:
        assert answer.status == status, await answer.text()
        assert_always(answer)
        assert answer.headers["Content-Security-Policy"] == NOTHING
        assert answer.headers["Permissions-Policy"] == NO_DEVICES
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == cache
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if status >= 400:
            assert answer.content_type == "application/problem+json"


async def test_a_static_file_of_this_version_is_kept_for_ever(secure_house):
    async with secure_house.client.get("/") as page:
        [style] = [part.split('"')[0] for part in (await page.text()).split('href="') if "/css/style" in part]
    async with secure_house.client.get(style) as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
        assert_always(answer)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"


async def test_only_the_player_of_a_session_may_load_its_provider_and_be_framed_by_us(
    secure_house, organiser
):
    source = await secure_house.show("https://youtu.be/dQw4w9WgXcQ", LIVE)
    async with secure_house.raw("GET", f"/s/{LIVE}/player?source={source.id}", organiser) as answer:
        assert answer.status == 200
        assert_always(answer)
        policy = directives(answer)

    provider = "https://www.youtube-nocookie.com"
    assert policy == PAGE | {"frame-ancestors": "'self'", "frame-src": provider}
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert f'autoplay=(self "{provider}")' in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_answer_to_a_handshake_has_them_too(secure_house, organiser):
    async with secure_house.socket(LIVE, organiser.headers) as page:
        headers = page.response.headers

    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert headers["Content-Security-Policy"] == NOTHING


async def test_entering_leads_on_with_the_headers_of_a_link_page(secure_house):
    link = (await secure_house.invite()).link
    path = link.removeprefix(PUBLIC_URL)
    async with secure_house.client.post(path, allow_redirects=False) as answer:
        assert answer.status == 303
        assert_always(answer)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "sent",
    [
        b"no http at all\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
    ids=["no http", "version", "length", "long path", "long header"],
)
async def test_what_is_no_request_is_refused_without_naming_our_software(house, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    for word in (b"aiohttp", b"Python", b"Traceback"):
        assert word not in answer


async def test_plain_http_promises_no_https(house):
    async with house.client.get("/") as answer:
        assert "Strict-Transport-Security" not in answer.headers


async def test_a_room_that_was_refused_is_a_page_with_them_too(secure_house):
    async with secure_house.client.get(f"/s/{ROOM}", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 401
        assert_always(answer)
        assert answer.headers["Cache-Control"] == "no-store"
