"""When the process looks for what nobody needs any more."""

import gc
import weakref

import pytest

from streamhub.server import Tidy


class Page:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def by_hand():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def grown_old():
    page = Page()
    gc.collect(0)  # it outlives one collection of the young
    return weakref.ref(page)


@pytest.mark.usefixtures("by_hand")
async def test_what_grew_old_is_collected_once_nothing_more_does():
    tidy, page = Tidy(), grown_old()

    await tidy.look()
    assert page() is not None

    await tidy.look()
    assert page() is None


@pytest.mark.usefixtures("by_hand")
async def test_as_long_as_people_come_nothing_old_is_looked_at():
    tidy, page = Tidy(), grown_old()
    for _ in range(3):
        await tidy.look()
        gc.collect(0)

    assert page() is not None
