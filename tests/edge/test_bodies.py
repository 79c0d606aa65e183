"""What is sent to a route that takes a body: its form, its size, its fields, whatever stands in them."""

import io
import json

import msgspec
import pytest

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from streamhub.kit.settings import Settings
from tests.edge.conftest import LIVE
from tests.edge.test_routes import address, name

BODIES = [route for route in ROUTES if route.body is not None]
LIMIT = Settings().body_bytes

GOOD = {
    "OrderBody": {
        "role": "delegate",
        "delegation": "BJ",
        "count": 1,
        "sessions": [LIVE],
        "devices": 1,
        "device_policy": "replace_oldest",
        "not_before": "2021-11-04T12:00:00Z",
        "expires_at": "2021-11-05T12:00:00Z",
        "label": "Ministre",
        "speak": True,
    },
    "TokenOrderBody": {"invitation": "i_none", "ttl": 60},
    "VerifyBody": {"token": "x", "session": LIVE},
    "EnterBody": {"code": "a" * 26},
    "StateBody": {"state": "live"},
    "ShiftBody": {"minutes": 5, "following": True},
    "CorrectionBody": {
        "participant": "p_none",
        "since": "2021-11-04T12:00:00Z",
        "until": "2021-11-04T12:10:00Z",
        "present": True,
        "reason": "seen",
        "channel": "hall",
    },
    "CheckInBody": {
        "direction": "in",
        "nonce": "nonce-0001",
        "participant": "p_none",
        "venue": "Hall",
        "at": "2021-11-04T12:00:00Z",
    },
    "FigureBody": {
        "platform": "youtube",
        "metric": "views",
        "value": 398,
        "at": "2021-11-04T12:00:00Z",
        "source": "Studio",
        "sessions": [LIVE],
    },
    "SwitchBody": {"id": "x_none"},
    "NewSourceBody": {
        "url": "https://youtu.be/dQw4w9WgXcQ",
        "phone": "+32 2 000",
        "channel": "floor",
        "label": "Salle",
        "activate": True,
    },
    "NewSessionBody": {
        "slug": "debat",
        "titles": {"fr": "Débat"},
        "kind": "panel",
        "starts_at": "2021-11-04T18:00",
        "ends_at": "2021-11-04T18:00:00Z",
    },
    "SessionBody": {
        "titles": {"fr": "Débat", "en": "Debate"},
        "kind": "panel",
        "venue": "Hall",
        "room": "",
        "access": "public",
        "notes": "",
    },
    "DocumentBody": {"titles": {"fr": "Note"}, "url": "https://docs.example/note.pdf"},
    "DelegationBody": {"names": {"fr": "Bénin"}, "kind": "country", "country": "BJ", "seats": None},
    "NewDelegationBody": {"code": "ZZ", "names": {"fr": "Ailleurs"}, "kind": "other", "seats": 3},
    "SourceOrderBody": {"order": []},
    "QrBody": {"link": "https://elsewhere.example/j/x"},
    "NoticeBody": {"text": "Bonjour", "lang": "fr"},
    "ExcusedBody": {"excused": True, "reason": "train", "represented_by": "Awa"},
    "AskBody": {"delegation": "BJ", "subject": "eau", "minutes": 3},
    "SortBody": {"order": "hand", "requests": ["f_none"]},
    "MatchBody": {"participant": "p_none", "rows": [1]},
    "BeatBody": {
        "page": "page-0001",
        "visible": True,
        "player": "closed",
        "viewer": "viewer-01",
        "bye": False,
    },
}

NASTY = [
    None, "", " ", 0, -1, 1.5, 10**18, 10**40, True, [], [None], {}, {"a": 1},
    "x" * 20_000, "a\x00b", "\u202egnp.exe", "é" * 300, "=1+1", "../../etc/passwd", "%00",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2021-02-30T00:00:00Z", "-1-01-01T00:00:00Z",
    ["x" * 300] * 50, [10**40], [-1],
]  # fmt: skip


@pytest.fixture
def organiser(guests):
    """May use every route that takes a body."""
    return guests[Role.ORGANISER]


def test_every_body_has_an_example_here():
    assert {route.body.__name__ for route in BODIES} == set(GOOD)


async def send(house, route, guest, raw, content_type="application/json"):
    headers = guest.headers | {"Content-Type": content_type}
    async with house.client.request(
        route.method, address(route), data=io.BytesIO(raw), headers=headers
    ) as answer:
        text = await answer.read()
        return answer.status, msgspec.json.decode(text) if text else None


@pytest.mark.parametrize("route", BODIES, ids=name)
async def test_an_unknown_field_is_refused_by_name(house, organiser, route):
    body = GOOD[route.body.__name__] | {"surprise": 1}

    status, answer = await send(house, route, organiser, json.dumps(body).encode())

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [problem["field"] for problem in answer["errors"]] == ["surprise"]


@pytest.mark.parametrize("route", BODIES, ids=name)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
async def test_anything_but_json_is_415(house, organiser, route, content_type):
    raw = json.dumps(GOOD[route.body.__name__]).encode()

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
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 30_000, b'{"a":NaN}', b'{"\\ud800":"\\ud800"}'],
)
async def test_what_is_no_json_object_is_422(house, organiser, route, raw):
    status, answer = await send(house, route, organiser, raw)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert len(answer["errors"]) == 1


@pytest.mark.parametrize("route", BODIES, ids=name)
async def test_whatever_stands_in_a_field_is_no_fault_of_ours(house, organiser, route):
    good = GOOD[route.body.__name__]

    for field in route.body.__struct_fields__:
        for value in NASTY:
            status, answer = await send(house, route, organiser, json.dumps(good | {field: value}).encode())
            assert status < 500, (field, value, answer)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"])
async def test_a_time_that_no_page_could_show_is_refused(house, organiser, at):
    body = GOOD["FigureBody"] | {"at": at}

    status, answer = await house.ask("POST", "/figures", organiser, body)

    assert (status, [problem["field"] for problem in answer["errors"]]) == (422, ["at"])
    async with house.raw("GET", "/figures", organiser) as page:
        assert page.status == 200
