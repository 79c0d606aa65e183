"""A programme service on a real database file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from streamhub.kit.db import Database
from streamhub.kit.settings import Settings
from streamhub.programme.service import ProgrammeService
from tests.programme.samples import TWO
from tests.support import FakeClock, open_database


@pytest.fixture
def clock() -> FakeClock:
    """Two o'clock in Brussels."""
    return FakeClock(TWO)


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty data folder's database."""
    async with open_database(tmp_path) as database:
        yield database


@pytest.fixture
def programme(db: Database, clock: FakeClock) -> ProgrammeService:
    """The service under test; nothing is loaded."""
    return ProgrammeService(db, clock, Settings())
