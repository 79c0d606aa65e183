"""Addresses that nobody should ask for: refused, never a fault of ours, and nothing outside is read."""

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from tests.edge.conftest import API, LIVE
from tests.edge.test_routes import THINGS
from tests.waiting import PATIENCE

NASTY = [
    "%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80", "%e2%80%ae", "%C3%A9", "%F0%9F%92%A9", "%25", "%20",
    "%0d%0aX:1", "x" * 300, "y" * 4_000, "9" * 40, "..%2f..%2fetc%2fpasswd", "%2e%2e", "....", "-", "'",
    "1'%20or%20'1'='1", "%22%3E%3Cscript%3E", "{slug}", "$%7Bx%7D", ":", ":revoke", "a:b", "+", "~", "*",
    "-1", "0x10", "NaN", "null",
]  # fmt: skip
READS = [route for route in ROUTES if route.method == "GET" and "{" in route.path]
WRITES = [route for route in ROUTES if route.method != "GET" and "{" in route.path]


def paths(route, value):
    """The route's address with ``value`` in each of its places in turn."""
    places = re.findall(r"\{(\w+)(?::[^}]+)?\}", route.path)
    for place in places:
        things = {**THINGS, place: value}
        yield re.sub(r"\{(\w+)(?::[^}]+)?\}", lambda match, things=things: things[match[1]], route.path)


async def ask(house, guest, method, path, **options):
    """Status of a call whose address is sent exactly as it stands here."""
    async with house.client.request(
        method, URL(house.url + path, encoded=True), headers=guest.headers, allow_redirects=False, **options
    ) as answer:
        text = await answer.read()
        assert text or answer.status in {204, 304}, path
        assert b"root:" not in text, path
        assert "X" not in answer.headers
        return answer.status


@pytest.mark.parametrize("value", NASTY, ids=lambda value: value[:24])
async def test_no_value_in_an_address_is_a_fault(house, guests, value):
    for route in READS:
        for path in paths(route, value):
            status = await ask(house, guests[Role.ORGANISER], "GET", path)
            assert status < 500, path
    for route in WRITES:
        for path in paths(route, value):
            status = await ask(house, guests[Role.ORGANISER], route.method, path, json={})
            assert status < 500, path


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(READS),
    value=st.text(min_size=1, max_size=40) | st.binary(min_size=1, max_size=20),
    query=st.dictionaries(
        st.sampled_from(["lang", "limit", "cursor", "audience", "step"]), st.text(max_size=12)
    ),
)
async def test_whatever_stands_in_an_address_is_answered(house, guests, route, value, query):
    raw = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    encoded = "".join(f"%{byte:02x}" for byte in raw)
    asked = str(URL.build(query={key: text.encode(errors="replace").decode() for key, text in query.items()}))

    for path in paths(route, encoded):
        status = await ask(house, guests[Role.ORGANISER], "GET", path + asked)
        assert status < 500, path


STATIC = [
    "/static/0/../../../etc/passwd",
    "/static/0/..%2f..%2f..%2fetc%2fpasswd",
    "/static/0/%2e%2e/%2e%2e/templates/base.html",
    "/static/0/css/../../templates/base.html",
    "/static/0//etc/passwd",
    "/static/0/%2Fetc%2Fpasswd",
    "/static/0/css/style.css%00",
    "/static/0/%00.css",
    f"/static/0/{'x' * 300}.css",
    f"/static/0/{'x/' * 2_000}.css",
    "/static/0/css",
    "/static/0/css/",
    "/static/0/",
    "/static/0",
    "/static/",
    "/static/0/css\\style.css",
    "/static/0/CSS/STYLE.CSS",
    "/static/0/.css",
    "/static/0/%ff.css",
    "/static/0/../locales/en/LC_MESSAGES/streamhub.po",
    "/static/0/css/%2e%2e%2f%2e%2e%2fpackage.json",
]


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path[-40:])
async def test_only_our_files_are_served(house, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()

    assert answer.split(b" ")[1] == b"404", answer
    assert b"not_found" in answer


@pytest.mark.parametrize(
    "path",
    [
        "//",
        "///s//",
        f"//s/{LIVE}",
        f"/s/{LIVE}/",
        f"/s/{LIVE}/wall/",
        "/s/",
        "/J/abc",
        "/api/v1/",
        f"{API}/me/",
        "/../",
        "/%2e%2e/",
        "/s/../../etc/passwd",
        "/.git/config",
        "/.env",
        "/index.php?x=1",
        "*",
        "/?" + "x=1&" * 2_000,
    ],
    ids=lambda path: path[:40],
)
async def test_what_does_not_exist_is_not_found(house, guests, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()

    assert answer.split(b" ")[1] in {b"404", b"400", b"200"}
    assert (answer.split(b" ")[1] == b"200") == path.startswith("/?")


@pytest.mark.parametrize(
    "query", ["limit", "cursor", "audience", "window", "step", "version", "channel", "source"]
)
async def test_no_value_of_a_query_is_a_fault(house, guests, query):
    values = [
        "",
        "%00",
        "%ff",
        "%ed%a0%80",
        "-1",
        "1e9",
        "9" * 30,
        "x" * 3_000,
        "%C3%A9",
        "null",
        "1&" + query + "=2",
    ]
    for route in ROUTES:
        if route.method == "GET" and query in route.query:
            address = next(paths(route, LIVE), route.path) if "{slug}" in route.path else route.path
            if "{" not in address:
                for value in values:
                    status = await ask(house, guests[Role.ORGANISER], "GET", f"{address}?{query}={value}")
                    assert status < 500, (address, query, value)


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "[::1", "evil.example:99999", "x" * 3_000])
async def test_the_host_header_is_never_believed(house, host):
    invited = await house.invite()
    request = f"POST {invited.link.removeprefix(house.url)} HTTP/1.1\r\nHost: {host}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    writer.write(
        f"{request}X-Forwarded-Host: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()

    assert answer.split(b" ")[1] in {b"303", b"400"}
    assert b"evil" not in answer
    if answer.startswith(b"HTTP/1.1 303"):
        assert f"Location: /s/{LIVE}\r\n".encode() in answer
