"""A summit with three seats for each delegation, on the real program, with quick timings."""

import csv
import json
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

from websockets.asyncio.client import connect

from tests.client import PROTOCOL, Api, Live, calling
from tests.process import running, streamhub

EXAMPLE = Path(__file__).resolve().parents[1] / "config" / "example"
SLUG = "table-ronde-ministerielle"
QUICK = {
    "STREAMHUB_ENFORCE_SEATS": "true",
    "STREAMHUB_HEARTBEAT_SECONDS": "1",
    "STREAMHUB_UNSTABLE_SECONDS": "2",
    "STREAMHUB_GRACE_SECONDS": "2",
}


async def loaded(folder):
    """A data folder with the example, three seats for each delegation."""
    shutil.copytree(EXAMPLE, folder / "summit")
    file = folder / "summit" / "delegations.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(row | {"seats": "3"} for row in rows)
    data = folder / "data"
    await streamhub("summit", "load", str(folder / "summit"), "--data", str(data))
    return data, [row["code"] for row in rows]


async def issued(data, port, role):
    """An invitation of the command line, for the address at which the program will be."""
    url = {"STREAMHUB_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    [row] = json.loads(
        await streamhub("invite", "issue", "--role", role, "--data", str(data), "--json", **url)
    )
    return row


@asynccontextmanager
async def summit(data, port, codes, **environment):
    """The running program, the session live, and everybody who is needed to conduct it."""
    staff = {role: await issued(data, port, role) for role in ("organiser", "moderator", "desk")}
    async with (
        running("serve", "--data", str(data), "--port", str(port), **(QUICK | environment)) as server,
        calling(server.url) as api,
    ):
        by = {role: api(row["token"]) for role, row in staff.items()}
        await by["moderator"].put(f"/api/v1/sessions/{SLUG}/state", {"state": "live"})
        yield SimpleNamespace(server=server, url=server.url, data=data, codes=codes, by=by, api=api)


async def people(room, code, count, **order):
    """So many new delegates."""
    body = {"role": "delegate", "delegation": code, "count": count, **order}
    return (await room.by["organiser"].post("/api/v1/invitations", body, status=201))["items"]


class Browser(Api):
    """One browser in which somebody entered: its tabs share the cookie."""

    async def enter(self):
        body = {"token": self.token}
        async with self.http.post(f"{self.url}/api/v1/enter", json=body) as answer:
            assert answer.status == 204, await answer.text()
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self.headers = {"Cookie": cookie, "Origin": self.url}
        return self

    @asynccontextmanager
    async def tab(self, slug=SLUG):
        """An open page of this browser."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/v1/live?session={slug}"
        async with connect(address, additional_headers=self.headers, subprotocols=[PROTOCOL]) as page:
            yield Live(page)


async def browser(room, person):
    caller = room.api(person["token"])
    return await Browser(caller.http, caller.url, caller.token).enter()


class Pages:
    """Open pages, closed together at the end."""

    def __init__(self, room, stack):
        self.room = room
        self.stack = stack

    async def open(self, person, *, same=None):
        """A page of somebody, in a browser of its own or in one that is open already."""
        page = await self.stack.enter_async_context((same or await browser(self.room, person)).tab())
        page.first = await page.next("welcome", "waiting", "closing")
        return page
