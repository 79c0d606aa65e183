"""The scripted webinar, played to the whole application: its people come in, its events are delivered.

The wall clock of the application stands where the script is; it stops in the middle and comes back on the
same port three minutes later.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from aiohttp import ClientSession

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.clock import DAY, Instant, parse_rfc3339
from streamhub.kit.db import WriteTx
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.model import SessionState
from streamhub.relay import zoom_keys_store
from streamhub.relay.zoom_registrants_model import Numbered
from streamhub.relay.zoom_registrants_store import zoom_registrants
from tests.handlers.house import OPEN, ROOM, Guest, House, open_house, running
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, ZoomStandIn, too_many, zoom
from tests.stand_ins.zoom_sender import SECRET, Delivery, ZoomSender
from tests.zoom.truth import DOWN, FIRST, LULLS, NUMBER, RUNS, SECOND, Way, Webinar, at, webinar
from tests.zoom.webinar import deliveries, report

ACCOUNT = f"""\
[ville]
account_id = "{ACCOUNT_ID}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
secret_token = "{SECRET}"
email_domain = "delegues.example.org"
"""
LINK = f"https://us02web.zoom.us/j/{NUMBER}?pwd=QWxhZGRpbjpvcGVu.1"

OPENED = {OPEN: (at("12:30:00"), FIRST[1]), ROOM: (at("13:40:00"), SECOND[1])}
"""From the doors, half an hour before the times, to the end; the second one was put off by ten minutes."""

WINDOWS = {OPEN: FIRST, ROOM: SECOND}

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the application tells at one moment: exact figures, heads by second, and each person's stays."""

    statistics: dict[SessionSlug, dict[str, Any]]
    heads: dict[SessionSlug, list[int]]
    stays: dict[int, dict[str, Spans]]


@dataclass(slots=True)
class Afternoon:
    """The application with everybody invited, and what was seen on the way.

    ``live`` is the presence list at each lull, ``now`` what the figures say then; ``unheard`` counts
    deliveries that found nobody.
    """

    there: ZoomStandIn
    folder: Path
    stack: AsyncExitStack
    house: House
    http: ClientSession
    truth: Webinar = field(default_factory=webinar)
    guests: dict[int, Guest] = field(default_factory=dict)
    live: dict[int, dict[SessionSlug, dict[str, Any]]] = field(default_factory=dict)
    now: dict[int, dict[SessionSlug, int]] = field(default_factory=dict)
    by_webhooks: Seen | None = None
    by_report: Seen | None = None
    after_all: Seen | None = None
    unheard: int = 0
    again: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        """What the application is started with."""
        return {
            "zoom_accounts_file": str(self.folder / "zoom.toml"),
            "stand_ins": (f"zoom={self.there.url}",),
        }

    def until(self, second: int) -> None:
        """The clock goes on to a second, never back."""
        now: Instant = self.house.clock.now()
        self.house.clock.advance(ms=max(0, second * 1_000 - now))

    # Before

    async def prepare(self) -> None:
        """One webinar in both sessions; everybody whom Zoom will know is invited and registered."""
        for slug in (OPEN, ROOM):
            await self.house.show(LINK, slug, account="ville")
        await self.house.use.programme.shift(ROOM, 10, "test")
        for person in self.truth.people:
            if person.known:
                speaks = person.way is Way.PANELIST
                self.guests[person.number] = await self._invited(Role.DELEGATE, "BJ", speaks=speaks)
        while await self.house.use.registrar.step("ville"):
            pass
        rows = await self.house.use.db.read(lambda tx: tx.all(sa.select(zoom_registrants)))
        ids = {row.participant: (row.zoom_id, row.email) for row in rows if row.zoom_id}
        mine = {number: ids[guest.participant] for number, guest in self.guests.items()}
        self.truth = replace(
            self.truth,
            registrants={number: zoom_id for number, (zoom_id, _) in mine.items()},
            emails={number: email for number, (_, email) in mine.items()},
            keys=await self.house.use.db.write(self._draw_keys),
        )

    async def _invited(self, role: Role, delegation: str | None = None, *, speaks: bool = False) -> Guest:
        """Somebody whose link is good until after the reports."""
        order = InvitationOrder(
            role=role,
            delegation=DelegationCode(delegation) if delegation else None,
            speak=speaks,
            expires_at=self.house.clock.now() + 3 * DAY,
        )
        [issued] = await self.house.use.access.issue(order, "test")
        return Guest(issued.invitation.participant, issued.token, issued.invitation.seat)

    def _draw_keys(self, tx: WriteTx) -> dict[int, str]:
        meeting, now = Numbered("ville", NUMBER), self.house.clock.now()
        return {
            number: zoom_keys_store.key_of(tx, guest.participant, meeting, now)
            for number, guest in self.guests.items()
        }

    # The afternoon

    async def play(self) -> None:
        """Everything in its order: what is delivered, what moderators do, the stop, the lulls."""
        due = {
            FIRST[0]: (OPEN, SessionState.LIVE),
            FIRST[1]: (OPEN, SessionState.ENDED),
            SECOND[0]: (ROOM, SessionState.LIVE),
            SECOND[1]: (ROOM, SessionState.ENDED),
        }
        moments = sorted([*due, *LULLS, *DOWN])
        sender = self._sender()
        arriving = deliveries(self.truth)
        for moment, following in zip([0, *moments], [*moments, 2**31], strict=True):
            if moment:
                self.until(moment)
            if moment in due:
                await self.house.begin(*due[moment])
            elif moment in LULLS:
                self.live[moment] = await self._presence()
                self.now[moment] = await self._figures_now()
            elif moment == DOWN[0]:
                await self.stack.aclose()
            elif moment == DOWN[1]:
                await self.start_again()
            await self._deliver(sender, [one for one in arriving if moment <= one.at < following])
        self.again = len(sender.due)

    async def _deliver(self, sender: ZoomSender, some: Iterable[Delivery]) -> None:
        """What comes within two minutes together, then once more what was not taken."""
        for _, close in groupby(some, key=lambda one: one.at // 120):
            together = list(close)
            self.until(together[-1].at)
            statuses = await asyncio.gather(*(sender.send(one) for one in together))
            self.unheard += statuses.count(0)
            await sender.retry()
            assert set(statuses) <= {204, 0}, statuses

    async def start_again(self) -> None:
        """On the same folder and port, as after a restart of the service."""
        clock, port = self.house.clock, urlsplit(self.house.url).port or 0
        data = DataFolder(self.folder / "data")
        self.house = await self.stack.enter_async_context(running(data, clock, port=port, **self.settings))

    def _sender(self) -> ZoomSender:
        return ZoomSender(f"{self.house.url}/hooks/zoom", self.http, self._second)

    def _second(self) -> int:
        return int(self.house.clock.now()) // 1_000

    async def _presence(self) -> dict[SessionSlug, dict[str, Any]]:
        await self.house.use.programme.settle()
        await self.house.use.changes.catch_up()
        await self.house.use.zoom.work_off()
        staff = await self._invited(Role.MODERATOR)
        return {slug: await self.asked(f"/sessions/{slug}/presence", staff) for slug in (OPEN, ROOM)}

    async def _figures_now(self) -> dict[SessionSlug, int]:
        """How many the figures have present at the last second, in the sessions that are on."""
        staff, found = await self._invited(Role.COMMUNICATIONS), dict[SessionSlug, int]()
        for slug in (OPEN, ROOM):
            curve = await self.asked(f"/sessions/{slug}/timeline?step=1&audience=internal", staff)
            if curve["points"]:
                found[slug] = curve["points"][-1]["present"]
        return found

    # The reports

    async def count(self) -> None:
        """By what came, then by the reports, then when some of it comes once more."""
        self.until(RUNS[-1][1] + 2 * 3_600)
        await self.house.use.zoom.pull_reports()  # none is there yet
        await self.house.use.zoom.work_off()
        self.by_webhooks = await self.seen()
        self.there.reports = {run.uuid: report(self.truth, n) for n, (run, _) in enumerate(RUNS)}
        self.there.forget_tokens()
        self.there.refusals = [too_many(reset=self._second())]
        self.until(RUNS[-1][1] + 24 * 3_600)
        await self.house.use.zoom.pull_reports()
        await self.house.use.zoom.work_off()
        self.by_report = await self.seen()
        sender = self._sender()
        late = [replace(one, at=self._second(), signed_at=None) for one in deliveries(self.truth)[::9]]
        assert set(await asyncio.gather(*(sender.send(one) for one in late))) == {204}
        await self.house.use.zoom.work_off()
        self.after_all = await self.seen()

    async def seen(self) -> Seen:
        """All figures that the application tells now."""
        staff = await self._invited(Role.COMMUNICATIONS)
        statistics: dict[SessionSlug, dict[str, Any]] = {}
        heads: dict[SessionSlug, list[int]] = {}
        for slug in (OPEN, ROOM):
            path = f"/sessions/{slug}"
            statistics[slug] = await self.asked(f"{path}/statistics?audience=internal", staff)
            curve = await self.asked(f"{path}/timeline?step=1&audience=internal", staff)
            heads[slug] = [point["zoom"] for point in curve["points"]]
        stays = {number: await self._stays(guest) for number, guest in self.guests.items()}
        return Seen(statistics, heads, stays)

    async def _stays(self, guest: Guest) -> dict[str, Spans]:
        """What one person is told of themselves, by session, in unix seconds."""
        found: dict[str, Spans] = {}
        for stay in (await self.asked("/me/stays", guest))["items"]:
            assert stay["channel"] == "zoom"
            span = _second(stay["since"]), _second(stay["until"])
            found.setdefault(stay["session"], []).append(span)
        return {slug: sorted(spans) for slug, spans in found.items()}

    async def asked(self, path: str, guest: Guest) -> dict[str, Any]:
        """What a call of the API answers."""
        status, answer = await self.house.ask("GET", path, guest)
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found


@asynccontextmanager
async def afternoon(folder: Path) -> AsyncIterator[Afternoon]:
    """The application before the first event."""
    (folder / "zoom.toml").write_text(ACCOUNT, encoding="utf-8")
    async with zoom() as there, ClientSession() as http, AsyncExitStack() as stack:
        there.numbers, there.rows_a_page = {NUMBER: ("webinars", 0)}, 40
        given = {"zoom_accounts_file": str(folder / "zoom.toml"), "stand_ins": (f"zoom={there.url}",)}
        house = await stack.enter_async_context(open_house(folder / "data", **given))
        yield Afternoon(there, folder, stack, house, http)


def _second(text: str | None) -> int:
    """Whole seconds: Zoom tells no fractions, and nothing may add any."""
    assert text is not None, "a stay that lasts"
    instant = parse_rfc3339(text)
    assert instant % 1_000 == 0, text
    return instant // 1_000
