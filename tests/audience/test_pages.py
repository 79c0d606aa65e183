"""What staff see of the platforms: the interface, the words and the curve with its gaps."""

import re

import pytest

from streamhub.access.roles import Role
from streamhub.audience.sample_model import Sample, Video
from streamhub.handlers.views.platforms import with_gaps
from streamhub.kit.clock import SECOND
from streamhub.relay.link_model import Provider
from tests.handlers.house import ROOM, open_house
from tests.stand_ins.server import Mood
from tests.stand_ins.youtube import KEY, youtube

LIVE = "dQw4w9WgXcQ"
VIDEO = Video(Provider.YOUTUBE, LIVE)


@pytest.fixture
async def platform():
    async with youtube(**{LIVE: (398, 87)}) as stand_in:
        yield stand_in


@pytest.fixture
async def house(tmp_path, platform):
    given = {"youtube_api_key": KEY, "stand_ins": (f"youtube={platform.url}",)}
    async with open_house(tmp_path, **given) as house:
        yield house


async def page(house, guest, lang="fr", audience="internal"):
    async with house.raw("GET", f"/figures/{ROOM}?audience={audience}&lang={lang}", guest) as answer:
        assert answer.status == 200
        return " ".join(re.sub(r"<[^>]*>", " ", await answer.text()).split())


async def tried(house, count):
    """Wait until the server has asked so often by itself."""
    while True:
        found = {standing.platform: standing for standing in await house.use.sampler.standings()}
        if found["youtube"].faults + found["youtube"].calls >= count:
            return
        await house.use.changes.catch_up()


async def test_samples_and_standing_are_told_in_the_forms_of_the_contract(house):
    staff = await house.guest(Role.COMMUNICATIONS)
    await house.show(f"https://youtu.be/{LIVE}")
    await house.begin()
    await tried(house, 1)
    house.clock.advance(seconds=20)

    _, platforms = await house.ask("GET", "/platforms", staff)
    _, viewers = await house.ask("GET", f"/sessions/{ROOM}/viewers", staff)

    at = "2021-11-04T12:00:00.000Z"
    assert platforms["items"][0] == {
        "platform": "youtube",
        "tried_at": at,
        "answered_at": at,
        "fault": None,
        "rest_until": None,
        "calls_today": 1,
        "missing": [],
    }
    assert viewers["items"] == [
        {"platform": "youtube", "video": LIVE, "points": [{"at": at, "viewers": 87, "views": 398}]}
    ]


async def test_what_is_wrong_is_said_in_words_and_never_with_the_key(house, platform):
    staff = await house.guest(Role.COMMUNICATIONS)
    platform.quota = 0
    await house.show(f"https://youtu.be/{LIVE}")
    await house.begin()
    await tried(house, 1)
    house.clock.advance(seconds=20)
    french, english = await page(house, staff), await page(house, staff, "en")

    assert "le quota du jour est épuisé." in french
    assert "Prochain essai à 08:00." in french
    assert "today’s quota is used up." in english
    assert KEY not in french


async def test_nothing_of_it_stands_in_what_is_published(house):
    staff = await house.guest(Role.COMMUNICATIONS)
    await house.show(f"https://youtu.be/{LIVE}")
    await house.begin()
    await tried(house, 1)
    house.clock.advance(seconds=20)

    assert "Spectateurs sur les plateformes" in await page(house, staff)
    assert "Spectateurs sur les plateformes" not in await page(house, staff, audience="public")


async def test_a_platform_that_is_down_delays_no_page_of_figures(house, platform):
    staff = await house.guest(Role.COMMUNICATIONS)
    platform.mood = Mood.SILENT
    await house.show(f"https://youtu.be/{LIVE}")
    await house.begin()
    while not platform.asked:
        await house.use.changes.catch_up()
    house.clock.advance(minutes=1)

    assert "la lecture commence" in await page(house, staff)


def test_a_gap_is_no_line():
    samples = [Sample(VIDEO, at * SECOND, viewers, None) for at, viewers in ((0, 5), (30, 6), (300, 7))]

    assert [(point.at // SECOND, point.present) for point in with_gaps(samples)] == [
        (0, 5),
        (30, 6),
        (165, None),
        (300, 7),
    ]
