"""The whole application with a Zoom account, and Zoom who tells it things: minutes count from noon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamhub.attendance import store
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, SECOND, Instant
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.relay import zoom_registrants_store
from streamhub.services import Services
from tests.handlers.house import BARE_ZOOM, House, open_house, running
from tests.stand_ins import zoom as zoom_stand_in
from tests.stand_ins import zoom_sender
from tests.stand_ins.zoom_sender import Event, Running
from tests.stand_ins.zoom_sender import Guest as Sent

ACCOUNTS = f"""
[ville]
account_id = "{zoom_stand_in.ACCOUNT_ID}"
client_id = "{zoom_stand_in.CLIENT_ID}"
client_secret = "{zoom_stand_in.CLIENT_SECRET}"
secret_token = "{zoom_sender.SECRET}"
email_domain = "delegues.example.org"

[autre]
secret_token = "whsec_of_another_account"
"""

Span = tuple[str, float, float | None]


@dataclass(slots=True)
class ZoomHouse:
    """A house, what happens in Zoom, and who is who."""

    house: House
    noon: int
    people: dict[str, ParticipantId]
    run: Running
    folder: Path

    def at(self, minute: float) -> int:
        """Unix seconds of a minute after noon."""
        return self.noon + round(minute * 60)

    async def until(self, minute: float) -> None:
        """Let it be that minute, and the sessions follow."""
        self.house.clock.advance(ms=self.at(minute) * SECOND - self.house.clock.now())
        await self.house.use.programme.settle()
        await self.house.use.changes.catch_up()

    def person(self, user: int | str, name: str = "") -> Sent:
        """A connection of somebody, by a personal link where ``name`` is one of ours."""
        return Sent(str(user), registrant_id=f"reg-{name}" if name else "")

    async def invite(self, name: str) -> ParticipantId:
        """Somebody with a registration at Zoom."""
        return await self.register(name, (await self.house.guest()).participant)

    async def register(self, name: str, participant: ParticipantId) -> ParticipantId:
        """A registration at Zoom of somebody of ours."""
        self.people[name] = participant
        table = zoom_registrants_store.zoom_registrants
        values = {column.name: "" for column in table.columns if not column.nullable}
        known = {"id": f"zr-{name}", "account": "ville", "meeting": self.run.number, "zoom_id": f"reg-{name}"}
        rest = {"participant": participant, "email": f"{name}@x", "generation": 1, "created_at": 0}
        done = {"panelist": False, "kind": "meetings", "names": "label", "cancelled_at": 1}
        row = values | known | rest | done
        await self.house.use.db.write(lambda tx: tx.execute(table.insert(), row))
        return participant

    async def send(self, *events: Event, secret: str = zoom_sender.SECRET, **words: Any) -> list[int]:
        """Post events, each signed now; the statuses."""
        now = self.house.clock.now() // SECOND
        bodies = [zoom_sender.body_of(event) for event in events]
        return [await self.post(zoom_sender.Delivery(now, body, secret, **words)) for body in bodies]

    async def post(self, delivery: zoom_sender.Delivery) -> int:
        """Post bytes."""
        async with self.house.client.post(
            "/hooks/zoom", data=delivery.body, headers=delivery.headers
        ) as answer:
            return answer.status

    async def hear(self, *events: Event) -> None:
        """Post events and wait until they are worked off."""
        assert set(await self.send(*events)) == {204}
        await self.house.use.zoom.work_off()

    async def stays(self, slug: str) -> list[Span]:
        """The stays by Zoom of a session: who, since and until in minutes after noon."""
        found = await self.house.use.db.read(lambda tx: store.stays_of_session(tx, SessionSlug(slug), 1))
        names = {participant: name for name, participant in self.people.items()}
        return sorted(
            (
                names.get(stay.key.participant, "?"),
                self._minute(stay.since),
                None if stay.until is None else self._minute(stay.until),
            )
            for stay in found
            if stay.key.channel is Channel.ZOOM
        )

    def inside(self, slug: str) -> set[str]:
        """Whom the live list has in Zoom; all guests are one question mark."""
        names = {participant: name for name, participant in self.people.items()}
        return {names.get(p, "?") for p in self.house.use.presence.inside(SessionSlug(slug), Channel.ZOOM)}

    def _minute(self, instant: Instant) -> float:
        return (instant - self.noon * SECOND) / MINUTE

    def joined(self, user: int | str, name: str, minute: float, parent: str = "") -> Event:
        """Somebody joins; in a breakout room where a parent is named."""
        who = replace(self.person(user, name), parent=parent)
        if parent:
            return zoom_sender.joined_breakout(self.run, who, self.at(minute))
        return zoom_sender.joined(self.run, who, self.at(minute))

    def left(self, user: int | str, minute: float, name: str = "") -> Event:
        """Somebody leaves."""
        return zoom_sender.left(self.run, self.person(user, name), self.at(minute))

    def ended(self, minute: float) -> Event:
        """The meeting ends."""
        return zoom_sender.ended(self.run, self.at(minute))


@asynccontextmanager
async def zoom_house(folder: Path, **settings: Any) -> AsyncIterator[ZoomHouse]:
    """The house at noon, with two people of ours (A and B) who registered at Zoom."""
    folder.mkdir(exist_ok=True)
    accounts = folder / "zoom.toml"
    accounts.write_text(ACCOUNTS)
    given = {"stand_ins": ("zoom=http://127.0.0.1:9",), "zoom_accounts_file": str(accounts)} | settings
    async with open_house(folder / "data", **given) as house:
        noon = house.clock.now() // SECOND
        run = Running("/k2Vv//qTzC0exampleA==", noon)
        found = ZoomHouse(house, noon, {}, run, folder / "data")
        for name in "AB":
            await found.invite(name)
        yield found


async def serve(zoom: ZoomHouse, *slugs: str, **words: str) -> None:
    """Sessions get the meeting as a source."""
    for slug in slugs:
        await zoom.house.show(BARE_ZOOM, SessionSlug(slug), **words)


@asynccontextmanager
async def restarted(zoom: ZoomHouse) -> AsyncIterator[Services]:
    """The same folder in a new process, as far as that goes: nothing is left in memory; the clock goes on."""
    before = zoom.house
    await before.use.tasks.cancel()
    settings = before.use.settings
    accounts = {"zoom_accounts_file": settings.zoom_accounts_file, "stand_ins": settings.stand_ins}
    async with running(before.use.folder, before.clock, **accounts) as house:
        zoom.house = house
        yield house.use
    zoom.house = before
