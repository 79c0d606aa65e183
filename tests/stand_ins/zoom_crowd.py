"""People who come and go in a Zoom meeting for as long as a demonstration runs."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count

from aiohttp import ClientSession

from tests.stand_ins.zoom import ZoomStandIn
from tests.stand_ins.zoom_sender import (
    SECRET,
    Delivery,
    Event,
    Form,
    Guest,
    Running,
    ZoomSender,
    body_of,
    joined,
    left,
    started,
    validation,
)

PAUSE_SECONDS = 2.0
AT_MOST = 24
"""So many are in the meeting at once; then one goes for each who comes."""

BEGAN_SECONDS = 900
"""So long the meeting had been running."""

GUESTS = ("Benin - delegation", "iPhone", "Ville de Namur (salle)", "SN-02", "Invitée")
EVERY_THIRD = 3
GUEST_EVERY = 5
"""So often somebody comes by the common link, whom nobody knows."""


@dataclass(slots=True)
class Room:
    """Who is in a running meeting, by ``user_id``; people with a personal link come before others."""

    run: Running
    zoom: ZoomStandIn
    inside: dict[str, Guest] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=count)

    def step(self, at: int) -> list[Event]:
        """What happens next: somebody comes, and where it is full somebody goes; some of it twice."""
        number = next(self._numbers)
        events = [self._comes(number, at)]
        if len(self.inside) > AT_MOST:
            events.append(self._goes(at))
        return events * 2 if number % EVERY_THIRD == 0 else events

    def _comes(self, number: int, at: int) -> Event:
        waiting = [one for one in self._registrants() if one not in self.seen]
        registrant = waiting[0] if waiting and number % GUEST_EVERY else ""
        if registrant:
            self.seen.add(registrant)
        name = "" if registrant else GUESTS[number % len(GUESTS)]
        who = Guest(str(16_778_240 + 1_024 * number), name or "BEN-01", registrant_id=registrant)
        self.inside[who.user_id] = who
        return joined(self.run, who, at)

    def _goes(self, at: int) -> Event:
        who = self.inside.pop(next(iter(self.inside)))
        self.seen.discard(who.registrant_id)  # who has a personal link comes back
        return left(self.run, who, at)

    def _registrants(self) -> list[str]:
        """The ids of those whom the server registered for this meeting, with links that still open it."""
        return [
            made["registrant_id"]
            for made in self.zoom.registrants.values()
            if f"/{self.run.number}?" in made["join_url"] and made["registrant_id"] not in self.zoom.cancelled
        ]


async def come_and_go(hook: str, client: ClientSession, zoom: ZoomStandIn, number: str) -> None:
    """Ask whether the address is the server's, then tell it who comes and goes, for ever."""

    def now() -> int:
        return int(time.time())  # noqa: TID251 - Zoom has a clock of its own

    sender, forms = ZoomSender(hook, client, now), list(Form)
    began = now() - BEGAN_SECONDS
    run = Running(f"/demo{began}//exampleA==", began, number, kind="meeting", topic="Sommet du numérique")
    room = Room(run, zoom)
    for event in (validation("q9ibPhGeRZ6ayx5WTrXjRw", now()), started(run)):
        await sender.send(Delivery(now(), body_of(event), SECRET))
    for turn in count():
        for event in room.step(now()):
            await sender.send(Delivery(now(), body_of(event, forms[turn % len(forms)]), SECRET))
        await sender.retry()
        await asyncio.sleep(PAUSE_SECONDS)
