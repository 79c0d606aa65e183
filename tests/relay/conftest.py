"""A relay on a real database file."""

import pytest

from streamhub.kit.settings import Settings
from streamhub.relay.service import RelayService
from tests.support import FakeClock, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as db:
        yield db


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def relay(database, clock):
    settings = Settings(
        peertube_hosts=("video.example.be",),
        hls_hosts=("stream.example.be",),
        stream_hosts=("radio.example.be",),
    )
    return RelayService(database, clock, settings)
