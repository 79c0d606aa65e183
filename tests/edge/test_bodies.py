"""What is sent to a route that takes a body: its form, its size, its fields, whatever stands in them."""

import dataclasses
import gzip
import io
import json
import shutil

import msgspec
import pytest
from aiohttp import FormData
from msgspec import inspect
from msgspec.inspect import type_info

from streamhub.access.roles import Role
from streamhub.handlers.api_figures import FigureBody
from streamhub.handlers.routes import ROUTES
from streamhub.kit.settings import Settings
from tests.edge.conftest import LIVE, open_example
from tests.edge.test_routes import address, name

BODIES = [route for route in ROUTES if route.body is not None]
LIMIT = Settings().body_bytes

# Where a made-up value would stop at the first check: what makes the rest of a body count.
GOOD = {
    "api_access.OrderBody": {"role": "delegate", "delegation": "BJ", "sessions": [LIVE]},
    "api_people.CorrectionBody": {"channel": "hall"},
    "api_door.CheckInBody": {"nonce": "nonce-0001", "code": None, "session": None, "venue": None},
    "api_figures.FigureBody": {"platform": "youtube", "metric": "views", "sessions": [LIVE], "summit": None},
    "api_sources.NewSourceBody": {"url": "https://youtu.be/dQw4w9WgXcQ", "text": ""},
    "api_floor.AskBody": {"delegation": "BJ"},
    "api_access.EnterBody": {"code": "a" * 26, "token": None},
    "api_imports.MatchBody": {"delegation": None},
    "beat.BeatBody": {"page": "page-0001", "viewer": "viewer-01", "bye": False},
}


def body_of(kind):
    """A body of that kind: something in each field, and what is said above."""
    made = {field.encode_name: value_of(field.type) for field in type_info(kind).fields}
    dated = {name: "2021-11-04T12:00:00Z" for name in made if name in {"at", "since"} or name.endswith("_at")}
    until = {name: "2021-11-05T12:00:00Z" for name in made if name in {"until", "expires_at", "ends_at"}}
    return made | dated | until | GOOD.get(f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}", {})


def value_of(kind):  # noqa: PLR0911 - one for each kind of field
    """A value that a field of this kind takes."""
    match kind:
        case inspect.UnionType(types=types):
            return value_of(next(inner for inner in types if not isinstance(inner, inspect.NoneType)))
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.EnumType(cls=words):
            return next(iter(words)).value
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return 1
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
            return [value_of(inner)]
        case inspect.DictType():
            return {"fr": "eau"}
        case _:
            return "eau"


NASTY = [
    None, "", " ", 0, -1, 1.5, 10**18, 10**40, True, [], [None], {}, {"a": 1},
    "x" * 20_000, "a\x00b", "\u202egnp.exe", "é" * 300, "=1+1", "../../etc/passwd", "%00",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2021-02-30T00:00:00Z", "-1-01-01T00:00:00Z",
    ["x" * 300] * 50, [10**40], [-1],
]  # fmt: skip


@pytest.fixture(scope="module")
async def house(example, tmp_path_factory):
    """A server on which one caller may try as often as a test likes."""
    folder = tmp_path_factory.mktemp("house") / "data"
    shutil.copytree(example, folder)
    often = {name: 10**9 for name in settings_names() if name.endswith("_per_minute")}
    async with open_example(folder, **often) as running:
        yield running


def settings_names():
    return [field.name for field in dataclasses.fields(Settings)]


@pytest.fixture(scope="module")
async def organiser(house):
    """May use every route that takes a body."""
    return await house.guest(Role.ORGANISER)


async def send(house, route, guest, raw, content_type="application/json"):
    headers = guest.headers | {"Content-Type": content_type}
    async with house.client.request(
        route.method, address(route), data=io.BytesIO(raw), headers=headers
    ) as answer:
        text = await answer.read()
        return answer.status, msgspec.json.decode(text) if text else None


@pytest.mark.parametrize("route", BODIES, ids=name)
async def test_an_unknown_field_is_refused_by_name(house, organiser, route):
    body = body_of(route.body) | {"surprise": 1}

    status, answer = await send(house, route, organiser, json.dumps(body).encode())

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [problem["field"] for problem in answer["errors"]] == ["surprise"]


@pytest.mark.parametrize("route", BODIES, ids=name)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_anything_but_json_is_415(house, organiser, route, content_type):
    raw = json.dumps(body_of(route.body)).encode()

    status, answer = await send(house, route, organiser, raw, content_type)

    assert (status, answer["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("route", BODIES, ids=name)
async def test_a_body_has_at_most_64_kibibytes(house, organiser, route):
    found = []
    for size in (LIMIT - 1, LIMIT, LIMIT + 1, 20 * LIMIT):
        status, answer = await send(house, route, organiser, b'{"surprise":"' + b"x" * (size - 15) + b'"}')
        found.append((status, answer["code"]))

    assert found == [(422, "field_invalid")] * 2 + [(413, "too_large")] * 2


@pytest.mark.parametrize("route", BODIES, ids=name)
@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"\xff\xfe", b"[" * 30_000, b'{"\\ud800":"\\ud800"}'],
)
async def test_what_is_no_json_object_is_422(house, organiser, route, raw):
    status, answer = await send(house, route, organiser, raw)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert len(answer["errors"]) == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/enter", "application/json"),
        ("/api/v1/participants:preview", "text/csv"),
        ("/hooks/zoom", "application/json"),
        ("/j/" + "a" * 26, "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_not_compressed_as_it_says_is_400(house, organiser, path, kind, encoding):
    headers = organiser.headers | {"Content-Type": kind, "Content-Encoding": encoding, "Connection": "close"}

    async with house.client.post(path, data=b"\x78 nothing of the kind", headers=headers) as answer:
        assert answer.status == 400


async def test_a_small_body_that_unpacks_to_a_large_one_is_too_large(house, organiser):
    headers = organiser.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * 50_000_000)

    async with house.client.post("/api/v1/enter", data=bomb, headers=headers) as answer:
        assert (len(bomb) < LIMIT, answer.status) == (True, 413)


NAMED = 'Content-Disposition: form-data; name="reason"\r\n'


@pytest.mark.parametrize("path", ["/j/" + "a" * 26, "/me/corrections", "/me/erase"])
@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("application/x-www-form-urlencoded", b"a=\xff"),
        ("application/x-www-form-urlencoded; charset=nowhere", b"a=b"),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header"),
        ("multipart/form-data; boundary=x", b"nothing"),
        (
            "multipart/form-data; boundary=x",
            f"--x\r\n{NAMED}Content-Transfer-Encoding: 4\r\n\r\n1\r\n--x--".encode(),
        ),
    ],
)
async def test_a_form_that_cannot_be_read_is_400(house, organiser, path, kind, raw):
    headers = organiser.headers | {"Content-Type": kind, "Connection": "close"}

    async with house.client.post(path, data=raw, headers=headers) as answer:
        assert answer.status == 400, await answer.text()


async def test_a_file_in_the_place_of_a_text_of_a_form_is_no_text(house, organiser):
    data = FormData(default_to_multipart=True)
    for field in ("session", "since", "until", "present", "reason"):
        data.add_field(field, b"x", filename="a.txt")

    async with house.client.post("/me/corrections", data=data, headers=organiser.headers) as answer:
        assert answer.status == 404  # no session was named


@pytest.mark.parametrize("route", BODIES, ids=name)
async def test_whatever_stands_in_a_field_is_no_fault_of_ours(house, organiser, route):
    good = body_of(route.body)

    for field in route.body.__struct_fields__:
        for value in NASTY:
            status, answer = await send(house, route, organiser, json.dumps(good | {field: value}).encode())
            assert status < 500, (field, value, answer)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"])
async def test_a_time_that_no_page_could_show_is_refused(house, organiser, at):
    body = body_of(FigureBody) | {"at": at}

    status, answer = await house.ask("POST", "/figures", organiser, body)

    assert (status, [problem["field"] for problem in answer["errors"]]) == (422, ["at"])
    async with house.raw("GET", "/figures", organiser) as page:
        assert page.status == 200
