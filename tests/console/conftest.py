"""The whole application with an organiser in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from streamhub.access.roles import Role
from tests.handlers.house import Guest, House, open_house


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """At noon, before any doors open."""
    async with open_house(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def organiser(house: House) -> Guest:
    """Somebody who may edit everything."""
    return await house.guest(Role.ORGANISER)
