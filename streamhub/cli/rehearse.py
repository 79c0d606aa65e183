"""``rehearse``: pretend delegates over real links, and a verdict whether the evening will hold."""

import asyncio
import contextlib
import json
import random
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import click

from streamhub.cli.crowd import HANDSHAKES, Crowd, Person
from streamhub.cli.rehearse_verdict import Verdict, as_json, sentences
from streamhub.cli.secret import one_secret
from streamhub.kit.clock import SECOND, SystemClock, rfc3339
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.programme.model import REHEARSAL

MOST = 50_000
AT_ONCE = 500
"""Invitations of one request."""

SPARE_FILES = 200
LINKS_LAST_SECONDS = 3_600
"""If this program is killed and cannot clear up, the links are dead after that."""

TELL_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
"""How long the last one may take to come in after everybody's time."""

SETTLE_SECONDS = 3.0
SPEAKERS = 5
GOODBYE_SECONDS = 15.0
PRESENT = frozenset({"online", "unstable"})
OPEN_STATES = ("doors", "paused", "live")
"""Where pretend delegates may come, first where they disturb least."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for; ``seconds`` is how long the crowd stays at the least."""

    url: str
    token: str
    session: str | None
    people: int
    seconds: int
    at_once: bool
    yes: bool


@click.command()
@click.option("--url", required=True, help="Address of the service, such as https://live.example.org.")
@click.option("--token", help="An organiser's token; - reads it from stdin.")
@click.option(
    "--people", required=True, type=click.IntRange(1, MOST), help="How many pretend delegates come."
)
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(5, 3_600), help="How long.")
@click.option("--session", help="Session; else the one whose doors are open.")
@click.option(
    "--at-once", is_flag=True, help="All at the same moment; else over the first third of the time."
)
@click.option("--yes", is_flag=True, help="Though the session is live.")
@click.option("--json", "as_json_", is_flag=True, help="The verdict as JSON.")
@click.option("--config", hidden=True)
@click.option("--data", hidden=True)
def rehearse(url: str, token: str | None, *, as_json_: bool, **options: Any) -> None:  # noqa: ANN401
    """Let pretend delegates in, drop some of them, let some ask for the floor, and say how it went.

    They stand in no figure and take no seat, and are taken away at the end.
    """
    options = {name: value for name, value in options.items() if name not in {"config", "data"}}
    plan = Plan(url.rstrip("/"), one_secret(token), **options)
    _allow_files(plan.people)
    verdict = asyncio.run(_rehearse(plan))
    click.echo(json.dumps(as_json(verdict)) if as_json_ else "\n".join(sentences(verdict)))
    if not verdict.good:
        sys.exit(1)


def _allow_files(people: int) -> None:
    """One descriptor a page, as many as this machine gives; raises StateConflict."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = people + people // 10 + HANDSHAKES + SPARE_FILES
    if most != resource.RLIM_INFINITY and most < wanted:
        raise StateConflict(f"this machine opens {most} files at once, {wanted} are needed: see `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Service:
    """The service's HTTP side, as the organiser."""

    def __init__(self, plan: Plan, http: aiohttp.ClientSession) -> None:
        self._base = f"{plan.url}/api/v1"
        self._headers = {"Authorization": f"Bearer {plan.token}"}
        self._http = http

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """One call; raises StateConflict with the service's own words."""
        try:
            async with self._http.request(
                method, self._base + path, json=body, headers=self._headers
            ) as answer:
                found = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise StateConflict(f"{method} {path}: {error or type(error).__name__}") from None
        if answer.status >= 400:  # noqa: PLR2004 - HTTP
            detail = found.get("detail", "") if isinstance(found, dict) else ""
            raise StateConflict(f"{method} {path}: the service refused: {detail or answer.status}")
        return found

    async def counted(self, session: str) -> int:
        """How many pretend delegates the service sees in the session now."""
        people = (await self.call("GET", f"/sessions/{session}/presence"))["people"]
        return sum(row["delegation"] == REHEARSAL and row["state"] in PRESENT for row in people)


async def _rehearse(plan: Plan) -> Verdict:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector) as http:
        service = Service(plan, http)
        session = await _session(service, plan)
        async with _invited(service, plan, session["slug"], stop) as (people, origin):
            crowd = Crowd(plan.url, origin, session["slug"], http)
            return await _Evening(plan, service, session, crowd, stop).run(people)


async def _session(service: Service, plan: Plan) -> dict[str, Any]:
    """The session to rehearse in; raises NotFound, or StateConflict where the crowd would disturb or wait."""
    found = (await service.call("GET", "/sessions"))["items"]
    wanted = [
        s for s in found if s["slug"] == plan.session or (not plan.session and s["state"] in OPEN_STATES)
    ]
    if not wanted:
        raise NotFound(f"no session {plan.session}" if plan.session else "no session has its doors open")
    session: dict[str, Any] = min(wanted, key=lambda s: (*OPEN_STATES, s["state"]).index(s["state"]))
    if session["state"] not in OPEN_STATES:
        raise StateConflict(f"{session['slug']} is {session['state']}: open its doors on the wall first")
    if session["state"] != "doors" and not plan.yes:
        raise StateConflict(
            f"{session['slug']} is {session['state']}, real people are in it: --yes does it anyway"
        )
    return session


@asynccontextmanager
async def _invited(
    service: Service, plan: Plan, slug: str, stop: asyncio.Event
) -> AsyncIterator[tuple[list[Person], str]]:
    """Pretend delegates with their links; taken away at the end, and before, if others were left behind."""
    await service.call("POST", "/rehearsal:end", {})
    until = rfc3339(SystemClock().now() + (plan.seconds + LINKS_LAST_SECONDS) * SECOND)
    order = {"role": "delegate", "delegation": REHEARSAL, "sessions": [slug], "expires_at": until}
    try:
        rows: list[dict[str, Any]] = []
        while len(rows) < plan.people:
            if stop.is_set():
                raise StateConflict("stopped before anybody came")
            count = min(AT_ONCE, plan.people - len(rows))
            rows += (await service.call("POST", "/invitations", {**order, "count": count}))["items"]
            _tell(f"{len(rows)} of {plan.people} invited")
        link = urlsplit(rows[0]["link"])
        people = [
            Person(row["participant"], row["link"].rpartition("/")[2], number)
            for number, row in enumerate(rows)
        ]
        yield people, f"{link.scheme}://{link.netloc}"
    finally:
        await service.call("POST", "/rehearsal:end", {})


class _Evening:
    """One rehearsal from the first arrival to the verdict."""

    def __init__(
        self, plan: Plan, service: Service, session: dict[str, Any], crowd: Crowd, stop: asyncio.Event
    ) -> None:
        self._plan = plan
        self._service = service
        self._session = session
        self._crowd = crowd
        self._stop = stop
        self._chance = random.Random(1)  # noqa: S311 - who is dropped is no secret
        self._arriving = 0.0 if plan.at_once else plan.seconds / 3

    async def run(self, people: list[Person]) -> Verdict:
        """Arrive, be counted, be disturbed, be counted again, leave."""
        loop, crowd = asyncio.get_running_loop(), self._crowd
        crowd.seen.begun = loop.time()
        counted = 0
        try:
            async with asyncio.TaskGroup() as there:
                for person in people:
                    after = self._arriving * person.number / len(people)
                    tab = self._plan.seconds / 2 if person.number % 10 == 0 else None
                    there.create_task(crowd.attend(person, after, tab))
                try:
                    counted = await self._stay(len(people))
                finally:
                    await self._leave()
        except* StateConflict as refused:
            raise refused.exceptions[0] from None
        return Verdict(len(people), crowd.seen, counted, stopped=self._stop.is_set())

    async def _stay(self, people: int) -> int:
        """Until the time is over; answers how many were counted when all were to be there."""
        crowd = self._crowd
        await self._until(lambda: self._settled(people), self._arriving + PATIENCE_SECONDS)
        await self._while_in()
        over = crowd.seen.begun + self._plan.seconds
        await self._until(lambda: False, max(over - asyncio.get_running_loop().time(), SETTLE_SECONDS))
        await self._until(self._all_in, PATIENCE_SECONDS)
        return await self._service.counted(self._session["slug"])

    async def _leave(self) -> None:
        """Everybody says goodbye; whoever gets no answer hangs up."""
        crowd = self._crowd
        crowd.left.set()
        for page in list(crowd.pages):
            await page.leave()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await crowd.empty.wait()
        for page in list(crowd.pages):
            page.cut()

    def _all_in(self) -> bool:
        return all(page.is_in for page in self._crowd.pages)

    def _settled(self, people: int) -> bool:
        seen = self._crowd.seen
        return len(seen.welcomed) + sum(seen.refused.values()) >= people

    async def _while_in(self) -> None:
        """Drops, requests for the floor, and where nobody real would see it a switch there and back."""
        pages = list(self._crowd.pages)
        self._chance.shuffle(pages)
        dropped, staying = pages[: len(pages) // 10], pages[len(pages) // 10 :]
        for page in dropped:
            page.drop()
        for page in staying[:SPEAKERS]:
            await page.ask()
        if self._session["state"] == "doors" and not self._stop.is_set():
            await self._switch()

    async def _switch(self) -> None:
        path = f"/sessions/{self._session['slug']}"
        on = await self._service.call("GET", f"{path}/source")
        rows = (await self._service.call("GET", f"{path}/sources"))["items"]
        same = [row["id"] for row in rows if on and row["channel"] == on["channel"] and row["id"] != on["id"]]
        if not same:
            return
        await self._until(self._all_in, SETTLE_SECONDS * 3)
        try:
            await self._service.call("PUT", f"{path}/source", {"id": same[0]})
            await self._until(lambda: False, SETTLE_SECONDS)
        finally:
            await self._service.call("PUT", f"{path}/source", {"id": on["id"]})

    async def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        """Wait for it, for so long at the most, and tell how far it is; stopped, wait no more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self._stop.is_set() and not reached() and loop.time() < end:
            seen = self._crowd.seen
            _tell(f"{len(seen.welcomed)} of {self._plan.people} in, {len(self._crowd.pages)} pages open")
            await _brief(self._stop.wait(), min(TELL_SECONDS, end - loop.time()))


async def _brief(event: Awaitable[Any], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event
    except TimeoutError:
        return


def _tell(line: str) -> None:
    click.echo(line, err=True)
