"""A small summit with every use case on it, and a mail server beside it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from streamhub import composition
from streamhub.access.bulk_model import Preview, Upload
from streamhub.access.mail_model import MailOrder, MailReport, Step
from streamhub.access.model import Identity, InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.clock import Instant
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import DelegationCode
from streamhub.kit.settings import Settings
from streamhub.programme.files import ParticipantEntry
from streamhub.services import Services
from tests.bulk.mail_server import MailServer, mail_server
from tests.handlers.house import empty_database
from tests.programme.samples import loaded
from tests.support import FakeClock

URL = "https://live.example.org"
BJ = DelegationCode("BJ")
FAST = 60_000
"""Mails per minute that no test waits for."""


@dataclass(slots=True)
class House:
    """Everything that a test of lists, mails and calendars touches."""

    use: Services
    clock: FakeClock
    folder: Path

    async def invite(self, *names: str, **more: Any) -> None:
        """Delegates of Benin, known by name, each with an address."""
        entries = [ParticipantEntry(name, BJ, "delegate", **(person(name) | more)) for name in names]
        await self.use.bulk.load(entries, "test")

    async def take(self, text: str | bytes, *, dry_run: bool = False, **mapping: Any) -> Preview:
        """Take over a list, or look at it."""
        content = text.encode() if isinstance(text, str) else text
        asked = Upload("liste.csv", content, mapping.get("columns", {}), mapping.get("constants", {}))
        if dry_run:
            return await self.use.bulk.preview(asked)
        return await self.use.bulk.take_over(asked, "test")

    async def send(self, tell: Callable[[Step], None] = lambda _: None, **order: Any) -> MailReport:
        """Write to people."""
        return await self.use.mail.send(MailOrder(**order), "test", tell)

    async def people(self) -> dict[str, tuple[str, Role, str]]:
        """Everybody's seat, with delegation, role and label."""
        rows = await self.use.access.every_invitation()
        return {row.seat: (row.delegation, row.role, row.label) for row in rows}

    async def identities(self) -> dict[str, Identity]:
        """Who sits where, as far as that is kept."""
        who = {one.participant: one for one in await self.use.access.identities()}
        rows = await self.use.access.every_invitation()
        return {row.seat: who[row.participant] for row in rows if row.participant in who}

    async def staff(self, role: Role = Role.ORGANISER) -> str:
        """A token of somebody who works here."""
        [issued] = await self.use.access.issue(InvitationOrder(role=role), "test")
        return issued.token

    def with_settings(self, **settings: Any) -> None:
        """Other settings from now on, for mails."""
        parts = self.use.mail._parts
        self.use.mail._parts = replace(parts, settings=replace(parts.settings, **settings))


def person(name: str) -> dict[str, str]:
    """What a list says of somebody."""
    return {"name": name.capitalize(), "email": f"{name}@example.org", "lang": "fr"}


@asynccontextmanager
async def opened(folder: Path, clock: FakeClock, **settings: Any) -> AsyncIterator[Services]:
    """The use cases of a data folder; the summit is loaded where there is none."""
    data = DataFolder(folder)
    data.create()
    if not data.database.exists():
        data.database.write_bytes(empty_database())
    given = {"public_url": URL, "issuer": URL, "mail_per_minute": FAST, "smtp_from": "acces@sommet.example"}
    use = await composition.build(data, Settings(**(given | settings)), clock)
    try:
        await use.programme.load(loaded())
        yield use
    finally:
        await use.close()


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """At noon, an hour before the opening."""
    clock = FakeClock()
    async with opened(tmp_path / "data", clock) as use:
        yield House(use, clock, tmp_path / "data")


@pytest_asyncio.fixture
async def post(house: House) -> AsyncIterator[MailServer]:
    """A mail server that takes everything unless it is told otherwise, and the settings for it."""
    async with mail_server() as server:
        house.with_settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        yield server


@pytest.fixture
def at(house: House) -> Callable[[int], Instant]:
    """An instant so many minutes from now."""
    return lambda minutes: house.clock.now() + minutes * 60_000


Opened = Callable[..., AbstractAsyncContextManager[Services]]
