"""``demo --simulate``: pretend delegates of the example's own delegations, so that the wall lives."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import aiohttp

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.cli.crowd import Crowd, Person
from streamhub.kit.ids import SessionSlug
from streamhub.services import Services

PER_SECOND = 5
"""So many come every second."""

TABS_AFTER_SECONDS = 20.0
EVERY_TENTH = 10
DROP_SECONDS = 8.0
"""How often one of them loses the line, and comes back."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who comes to which session."""

    session: SessionSlug
    people: list[Person]


async def invited(use: Services, count: int, by: str) -> list[Person]:
    """So many delegates, dealt to the delegations in protocol order."""
    delegations = await use.programme.delegations()
    shares = Counter(islice(cycle(delegation.code for delegation in delegations), count))
    people: list[Person] = []
    for code, share in shares.items():
        issued = await use.access.issue(InvitationOrder(role=Role.DELEGATE, delegation=code, count=share), by)
        people += [
            Person(one.invitation.participant, one.link.rpartition("/")[2], number)
            for number, one in enumerate(issued, len(people))
        ]
    return people


async def simulate(url: str, session: SessionSlug, people: Sequence[Person]) -> None:
    """Let them come, some with a second tab, and let one after the other lose its line for a moment."""
    chance = random.Random(1)  # noqa: S311 - who is dropped is no secret
    order = chance.sample(people, len(people))
    async with aiohttp.ClientSession() as http:
        crowd = Crowd(url, url, session, http)
        crowd.seen.begun = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as there:
            for number, person in enumerate(order):
                tab = TABS_AFTER_SECONDS if number % EVERY_TENTH == 0 else None
                there.create_task(crowd.attend(person, number / PER_SECOND, tab))
            while not await crowd.gone_within(DROP_SECONDS):
                if crowd.pages:
                    chance.choice(list(crowd.pages)).drop()
