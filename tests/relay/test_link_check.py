"""A pasted link is asked about at once: can it be shown in the page, and if not, why."""

import pytest

from streamhub.access.roles import Role
from streamhub.relay.link_check import SECONDS
from tests.handlers.house import HLS, ROOM, ZOOM, open_house
from tests.stand_ins.oembed import oembed
from tests.stand_ins.server import Mood

TUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FACEBOOK = "https://www.facebook.com/VilledeNamur/videos/1234567890123456/"
VIMEO = "https://vimeo.com/76979871"
PEERTUBE = "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM"
PROVIDERS = ("youtube", "facebook", "vimeo", "peertube")


@pytest.fixture(scope="module")
async def there():
    async with oembed(
        {TUBE: "Table ronde\n ", FACEBOOK: "", VIMEO: "Film", PEERTUBE: "Atelier 3"}
    ) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
async def house(tmp_path_factory, there):
    local = tuple(f"{provider}={there.url}" for provider in PROVIDERS)
    async with open_house(tmp_path_factory.mktemp("check"), stand_ins=local) as opened:
        yield opened


@pytest.fixture(scope="module")
async def moderator(house):
    return await house.guest(Role.MODERATOR)


async def checked(house, moderator, url):
    status, answer = await house.ask("POST", f"/sessions/{ROOM}/sources:check", moderator, {"url": url})
    assert status == 200, answer
    return answer["provider"], answer["embeddable"], answer["reason"], answer["title"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{TUBE}&t=90", ("youtube", True, None, "Table ronde")),
        (TUBE, ("youtube", True, None, "Table ronde")),
        (FACEBOOK, ("facebook", True, None, "")),
        (VIMEO, ("vimeo", True, None, "Film")),
        (PEERTUBE, ("peertube", True, None, "Atelier 3")),
        ("https://youtu.be/aaaaaaaaaaa", ("youtube", False, "not_found", "")),
        (ZOOM, ("zoom", False, "opens_elsewhere", "")),
        ("https://www.twitch.tv/villedenamur", ("twitch", False, "opens_elsewhere", "")),
        ("https://www.dailymotion.com/video/x84sh87", ("dailymotion", False, "no_player_id", "")),
        (HLS, ("hls", None, "not_asked", "")),
    ],
)
async def test_each_kind_of_link_is_answered(house, moderator, url, expected):
    assert await checked(house, moderator, url) == expected


async def test_a_video_that_its_owner_keeps_is_said_to_be_kept(house, moderator, there):
    there.forbidden.add(VIMEO)
    try:
        assert await checked(house, moderator, VIMEO) == ("vimeo", False, "not_embeddable", "")
    finally:
        there.forbidden.clear()


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.RUBBISH, Mood.HUGE, Mood.GONE])
async def test_a_provider_on_a_bad_day_is_no_answer(house, moderator, there, mood):
    there.mood = mood
    try:
        assert await checked(house, moderator, TUBE) == ("youtube", None, "no_answer", "")
    finally:
        there.mood = Mood.WELL


async def test_a_provider_that_says_nothing_holds_nobody_up(house, moderator, there):
    there.mood = Mood.SILENT
    try:
        assert await checked(house, moderator, TUBE) == ("youtube", None, "no_answer", "")
    finally:
        there.mood = Mood.WELL
    assert SECONDS <= 3


async def test_the_passcode_of_a_meeting_is_asked_of_nobody(house, moderator, there):
    before = len(there.asked)
    await checked(house, moderator, ZOOM)
    assert len(there.asked) == before


async def test_a_link_that_is_none_is_refused_with_its_reason(house, moderator):
    body = {"url": "https://evil.example/watch?v=dQw4w9WgXcQ"}
    status, answer = await house.ask("POST", f"/sessions/{ROOM}/sources:check", moderator, body)

    assert (status, answer["code"], answer["reason"]) == (422, "link_refused", "unknown_provider")
