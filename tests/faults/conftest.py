"""A loaded summit with a session that is live, made once and copied for each test."""

import json

import pytest

from tests.client import calling
from tests.faults.summit import PUBLIC, Summit
from tests.process import invite, start

PEOPLE = 320


@pytest.fixture(scope="session")
async def original(tmp_path_factory):
    """The summit that every test begins with: nobody has come yet."""
    data = tmp_path_factory.mktemp("faults") / "data"
    server = await start("demo", "--port", "0", "--data", str(data), "--json", **PUBLIC)
    async with calling(server.url) as api:
        sessions = (await api().get("/api/v1/sessions"))["items"]
    assert await server.stop() == 0
    people = await invite(data, "delegate", "--delegation", "BJ", "--count", str(PEOPLE), **PUBLIC)
    links = json.loads(server.printed[-1])["links"]
    organiser = next(link for link in links if link["role"] == "organiser")
    slug = next(s["slug"] for s in sessions if s["state"] == "live")
    return Summit(data, slug, people, organiser)


@pytest.fixture
def summit(original, tmp_path):
    """A copy of its own."""
    return original.copy(tmp_path)
