"""The summit with known numbers, opened once: nobody changes it."""

import pytest

from streamhub.kit import templates
from tests.reports.example import open_example


@pytest.fixture(scope="session")
async def example(tmp_path_factory):
    async with open_example(tmp_path_factory.mktemp("example")) as use:
        yield use


@pytest.fixture(scope="session")
def pages():
    return templates.pages()
