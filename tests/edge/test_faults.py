"""When something of ours breaks: what people are told, and that they are told it in one piece."""

import asyncio
import json

import pytest
from websockets.exceptions import ConnectionClosed

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from streamhub.kit.errors import StorageUnavailable
from streamhub.kit.folder import DataFolder
from streamhub.server import prepare
from tests.edge.conftest import API, LIVE, open_example
from tests.edge.test_routes import address, name
from tests.waiting import PATIENCE

SECRET = "k3x7q2mzab4cdefghijklmnopq"


@pytest.fixture
def broken(house, monkeypatch):
    """A server that cannot say which sessions there are."""

    async def fail(*_):
        raise RuntimeError(f"no table for {SECRET}")

    monkeypatch.setattr(house.use.programme, "sessions", fail)
    return house


async def test_a_fault_is_a_page_that_tells_nothing_of_it(broken):
    async with broken.client.get("/", headers={"Accept": "text/html"}) as answer:
        text = await answer.text()

    assert (answer.status, answer.content_type) == (500, "text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Le service a eu un raté." in text
    assert SECRET not in text
    assert "RuntimeError" not in text


@pytest.mark.parametrize("path", ["/me", "/s/nulle-part", "/nulle-part", "/figures"])
async def test_a_refusal_that_cannot_be_put_into_words_is_a_fault_and_still_a_page(house, monkeypatch, path):
    async def fail(*_):
        raise RuntimeError(SECRET)

    monkeypatch.setattr(house.use.programme, "summit", fail)
    async with house.client.get(path, headers={"Accept": "text/html"}) as answer:
        text = await answer.text()

    assert (answer.status, answer.content_type) == (500, "text/html")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Le service a eu un raté." in text
    assert SECRET not in text


async def test_a_fault_of_the_interface_is_a_problem_document(broken):
    async with broken.client.get(f"{API}/sessions") as answer:
        said = await answer.json(content_type="application/problem+json")

    assert (answer.status, said["status"], said["code"]) == (500, 500, "internal")
    assert SECRET not in json.dumps(said)


async def test_a_fault_behind_an_open_page_closes_it_and_the_server_goes_on(house, monkeypatch):
    guest = await house.guest()

    async def fail(*_):
        raise RuntimeError(SECRET)

    async with house.socket(LIVE, guest.headers) as page:
        await page.recv()
        monkeypatch.setattr(house.use.live, "hear", fail)
        await page.send('{"type":"resync"}')
        said = await until_closed(page)
        monkeypatch.undo()

    assert page.close_code == 1011
    assert SECRET not in said
    assert "HTTP/1.1" not in said
    async with house.socket(LIVE, guest.headers) as page:
        assert "welcome" in await page.recv()


async def until_closed(page):
    said = ""
    try:
        while True:
            said += await asyncio.wait_for(page.recv(), PATIENCE)
    except ConnectionClosed:
        return said


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_what_could_not_be_stored_says_when_to_try_again(house, monkeypatch, accept):
    invited = await house.invite()

    async def fail(*_):
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(house.use.db, "write", fail)
    path = invited.link.removeprefix(house.url)
    async with house.client.post(path, headers={"Accept": accept}, allow_redirects=False) as page:
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        assert "Set-Cookie" not in page.headers
    async with house.client.post(f"{API}/enter", json={"token": invited.token}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert (await answer.json(content_type=None))["code"] == "storage_unavailable"


async def test_who_cannot_be_written_down_is_not_welcomed(house, monkeypatch):
    guest = await house.guest()

    async def fail(*_):
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(house.use.attendance, "arrive", fail)
    async with house.socket(LIVE, guest.headers) as page:
        said = await until_closed(page)

    assert page.close_code == 4005
    assert "welcome" not in said
    assert json.loads(said)["retry_after_ms"] == 1_000


@pytest.fixture(scope="module")
async def empty(tmp_path_factory):
    """A server on a folder in which no summit was loaded yet."""
    folder = DataFolder(tmp_path_factory.mktemp("empty") / "data")
    prepare(folder)
    async with open_example(folder.path) as running:
        yield running


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "GET"], ids=name)
async def test_without_a_summit_every_address_is_answered(empty, route):
    async with empty.client.get(address(route), headers={"Accept": "text/html"}) as answer:
        text = await answer.text()

    assert answer.status in {200, 400, 401, 404, 422, 503}, text
    assert text


async def test_without_a_summit_the_programme_says_that_it_is_not_there_yet(empty):
    async with empty.client.get("/", headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.content_type) == (503, "text/html")
    async with empty.client.get(f"{API}/sessions/{LIVE}") as answer:
        assert answer.status in {404, 503}
    for path in ("/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json"):
        assert (await empty.status("GET", path))[0] == 200


async def test_a_server_that_stops_is_not_ready_and_lets_nobody_new_in(house, monkeypatch):
    guest = await house.guest(Role.PRESS)
    monkeypatch.setattr(house.use, "draining", True)
    monkeypatch.setattr(house.use.live, "_draining", True)

    ready, alive = await house.status("GET", "/readyz"), await house.status("GET", "/healthz")
    async with house.socket(LIVE, guest.headers) as page:
        await until_closed(page)

    assert (ready[0], alive[0], page.close_code) == (503, 200, 4005)
