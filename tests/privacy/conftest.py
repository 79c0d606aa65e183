"""The summit with known numbers, made once; each test goes on with a copy of it."""

import pytest

from tests.reports.example import make, open_copy


@pytest.fixture(scope="module")
async def folder(tmp_path_factory):
    """The summit at 17:30: two sessions are over, the closing is to come."""
    made = tmp_path_factory.mktemp("held") / "data"
    await make(made)
    return made


@pytest.fixture
async def use(folder, tmp_path):
    """The summit to go on with."""
    async with open_copy(tmp_path / "data", folder) as services:
        yield services
