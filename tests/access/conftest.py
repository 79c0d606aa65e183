"""A small summit in a real database, and the access service on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest_asyncio

from streamhub.access.bulk_service import BulkService
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import Role
from streamhub.access.service import AccessService
from streamhub.kit.clock import parse_rfc3339
from streamhub.kit.db import Change, Database, changes_after
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.kit.text import localised
from streamhub.programme import store as programme_store
from streamhub.programme.files import SessionEntry, SummitFiles
from streamhub.programme.model import Delegation, DelegationKind, SessionAccess, Summit
from streamhub.programme.service import ProgrammeService
from tests.support import FakeClock, open_database

URL = "https://live.example.org"
OPENING, TABLE = SessionSlug("ouverture"), SessionSlug("table-ronde")
BENIN, SENEGAL = DelegationCode("BJ"), DelegationCode("SN")


@dataclass(slots=True)
class House:
    """Everything that a test of access touches."""

    db: Database
    clock: FakeClock
    programme: ProgrammeService
    access: AccessService
    folder: Path

    @property
    def bulk(self) -> BulkService:
        """Lists of people, and links for many."""
        return BulkService(self.db, self.clock, SETTINGS, self.programme, self.access)

    async def issue(self, role: Role = Role.DELEGATE, **order: object) -> IssuedInvitation:
        """One invitation, for a delegate of Benin unless said otherwise."""
        asked = {"delegation": BENIN} | order if role in {Role.DELEGATE, Role.CORRESPONDENT} else order
        [issued] = await self.access.issue(InvitationOrder(role=role, **asked), "test")
        return issued

    async def noticed(self, topic: str) -> list[str]:
        """The keys of every noticed change of the topic."""
        changes: list[Change] = await self.db.read(lambda tx: changes_after(tx, 0))
        return [change.key for change in changes if change.topic == topic]

    async def load(self, **changes: object) -> None:
        """Load the summit with these parts changed."""
        await self.programme.load(summit_files(**changes))

    async def raise_epoch(self, code: DelegationCode) -> None:
        """End every link of the delegation."""
        table = programme_store.delegations
        change = table.update().where(table.c.code == code).values(epoch=table.c.epoch + 1)
        await self.db.write(lambda tx: tx.execute(change))
        await self.programme.forget(code)

    def another(self) -> AccessService:
        """A second process on the same data folder."""
        programme = ProgrammeService(self.db, self.clock, SETTINGS)
        return AccessService(self.db, self.clock, SETTINGS, programme, self.folder / "keys")


SETTINGS = Settings(public_url=URL)


def summit_files(*, ends_on: date | None = date(2021, 11, 5)) -> SummitFiles:
    """Two sessions, two delegations; the clock of the tests stands at noon of the first day."""
    times = [
        (OPENING, "2021-11-04T13:00:00Z", "2021-11-04T14:00:00Z"),
        (TABLE, "2021-11-05T09:00:00Z", "2021-11-05T11:00:00Z"),
    ]
    sessions = tuple(
        SessionEntry(
            slug=slug,
            kind="plenary",
            titles=localised({"fr": slug}),
            venue="Hall",
            room="",
            access=SessionAccess.INVITED,
            notes="",
            starts_at=parse_rfc3339(since),
            ends_at=parse_rfc3339(until),
            order=order,
        )
        for order, (slug, since, until) in enumerate(times)
    )
    country = DelegationKind.COUNTRY
    return SummitFiles(
        summit=Summit(
            slug="sommet",
            titles=localised({"fr": "Sommet"}),
            timezone="Europe/Brussels",
            languages=("fr", "en"),
            starts_on=date(2021, 11, 4),
            ends_on=ends_on,
        ),
        sessions=sessions,
        delegations=(
            Delegation(BENIN, localised({"fr": "Bénin"}), country, "BJ", seats=2, order=0),
            Delegation(SENEGAL, localised({"fr": "Sénégal"}), country, "SN", order=1),
        ),
    )


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The loaded summit and its access service."""
    async with open_database(tmp_path) as db:
        clock = FakeClock()
        programme = ProgrammeService(db, clock, SETTINGS)
        await programme.load(summit_files())
        access = AccessService(db, clock, SETTINGS, programme, tmp_path / "keys")
        yield House(db, clock, programme, access, tmp_path)
