"""The demonstration as a running process, for the tests of the spine and of the pages."""

import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from tests.client import calling
from tests.process import running


@asynccontextmanager
async def demonstration(data, log=None, options=(), port=0, **environment):
    """A running demonstration: ``url``, callers by role, links and ids by role, the session that is live."""
    async with running(
        "demo", "--port", str(port), "--data", str(data), "--json", *options, log=log, **environment
    ) as server:
        printed = json.loads(server.printed[-1])
        links = {row["role"]: row for row in printed["links"]}
        async with calling(server.url) as api:
            sessions = (await api().get("/api/v1/sessions"))["items"]
            slugs = {s["state"]: [t["slug"] for t in sessions if t["state"] == s["state"]] for s in sessions}
            yield SimpleNamespace(
                server=server,
                data=data,
                url=server.url,
                api=api,
                links=links,
                sessions=sessions,
                live=slugs["live"][0],
                ended=slugs["ended"],
                by={role: api(row["token"]) for role, row in links.items()},
            )


@pytest.fixture
async def demo(tmp_path):
    """A demonstration of its own."""
    async with demonstration(tmp_path / "demo") as started:
        yield started
