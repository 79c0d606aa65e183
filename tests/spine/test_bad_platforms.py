"""Platforms that are slow, down, talk rubbish, send 10 MB or say nothing delay no page and no socket.

The whole application and every platform that it asks, all of them on the same bad day at once.
"""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from streamhub.access.roles import Role
from streamhub.audience import sampler
from streamhub.kit.outgoing import MAX_BYTES, Unanswered
from streamhub.relay.zoom_api import ZoomRefused
from tests.handlers.house import OPEN, heard, open_house
from tests.stand_ins import facebook, youtube
from tests.stand_ins.facebook import FacebookStandIn
from tests.stand_ins.oembed import OEmbedStandIn
from tests.stand_ins.peertube import PeerTubeStandIn
from tests.stand_ins.server import Mood, StandIn, running
from tests.stand_ins.youtube import YouTubeStandIn
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, ZoomStandIn

LINKS = {
    "youtube": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "facebook": "https://www.facebook.com/VilledeNamur/videos/1234567890123456/",
    "peertube": "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM",
    "vimeo": "https://vimeo.com/76979871",
}
ACCOUNT = f"""\
[ville]
account_id = "{ACCOUNT_ID}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
email_domain = "delegues.example.org"
"""
ASKED = {
    "/youtube/v3/videos": "counts",
    f"/v26.0/{facebook.PAGE}/live_videos": "counts",
    "/api/v1/videos/": "counts",
    "/oembed?": "a link",
    "/v26.0/oembed_video": "a link",
    "/api/oembed.json": "a link",
    "/services/oembed": "a link",
    "/oauth/token": "Zoom",
}
"""Every kind of call that the application makes, by the beginning of its path."""

ENDLESS = {Mood.SLOW, Mood.SILENT}
ROUNDS = 5
TURN_SECONDS = 1.0
"""Of the processor, in one turn of the loop at the most."""


@pytest.fixture(scope="module")
async def there():
    """Every platform on one port, hence in one mood."""
    stand_in = StandIn()
    each = (YouTubeStandIn(), FacebookStandIn(), PeerTubeStandIn(), OEmbedStandIn(), ZoomStandIn())
    async with running(stand_in, [route for platform in each for route in platform.routes()]):
        yield stand_in
        stand_in.mood = Mood.DOWN


@pytest.fixture(scope="module")
async def house(tmp_path_factory, there):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampler, "LOOK_SECONDS", 0.1)
        async with opened(tmp_path_factory, there) as house:
            yield house


@asynccontextmanager
async def opened(tmp_path_factory, there):
    folder = tmp_path_factory.mktemp("bad-day")
    (folder / "zoom.toml").write_text(ACCOUNT, encoding="utf-8")
    async with open_house(
        folder / "data",
        youtube_api_key=youtube.KEY,
        facebook_page=facebook.PAGE,
        facebook_token=facebook.TOKEN,
        zoom_accounts_file=str(folder / "zoom.toml"),
        stand_ins=tuple(f"{platform}={there.url}" for platform in (*LINKS, "zoom")),
    ) as house:
        there.mood = Mood.DOWN
        for link in LINKS.values():
            await house.show(link, OPEN)
        await house.begin(OPEN)
        yield house


@pytest.fixture(scope="module")
async def people(house):
    return {role: await house.guest(role) for role in (Role.DELEGATE, Role.MODERATOR, Role.COMMUNICATIONS)}


@asynccontextmanager
async def everybody_asked(house, there, moderator):
    """Each platform is being asked by whatever asks it; answers the calls that somebody waits for."""
    there.asked.clear()
    house.clock.advance(minutes=11)  # samplers that were refused rest no longer
    check = f"/sessions/{OPEN}/sources:check"
    waiting = [house.ask("POST", check, moderator, {"url": link}) for link in LINKS.values()]
    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(outcome(call)) for call in (*waiting, house.use.zoom_apis["ville"].rights())
        ]
        while missing := [path for path in ASKED if not any(f" {path}" in asked for asked in there.asked)]:
            assert (await house.ask("GET", "/sessions"))[0] == 200, missing
        yield calls
        there.mood = Mood.DOWN
        while any(one.rest_until <= house.clock.now() for one in await house.use.sampler.standings()):
            await house.ask("GET", "/sessions")  # until each has had enough of this mood


async def outcome(call):
    """What came of a call: its answer, or why there is none."""
    try:
        return await call
    except (Unanswered, ZoomRefused) as failure:
        return failure


async def goes_round(house, people, socket):
    """Each page and the socket answer."""
    for role, place in (
        (Role.DELEGATE, f"/s/{OPEN}"),
        (Role.MODERATOR, f"/s/{OPEN}/wall"),
        (Role.COMMUNICATIONS, f"/figures/{OPEN}"),
    ):
        async with house.raw("GET", place, people[role]) as answer:
            assert answer.status == 200
            await answer.read()
    await socket.send_json({"type": "beat", "visible": True, "player": "closed"})
    await socket.send_json({"type": "resync"})
    await heard(socket, "presence_state")


@asynccontextmanager
async def watched():
    """The loop's turns, by the processor's time of its thread: what others do on this machine is none."""
    turns = []

    async def watch():
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.005)
            now = time.thread_time()
            turns.append(now - before)
            before = now

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        yield turns
        watching.cancel()


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.WELL])
async def test_no_page_and_no_socket_waits_for_platforms_that_are(house, there, people, mood):
    there.mood = mood
    moderator = people[Role.MODERATOR]

    async with watched() as turns, house.page(moderator, OPEN) as socket:
        async with everybody_asked(house, there, moderator) as calls:
            for _ in range(ROUNDS):
                await goes_round(house, people, socket)
                assert there.held > 0 or mood not in ENDLESS
            if mood in ENDLESS:
                assert not calls[-1].done()
        *checks, zoom = calls

    assert [check.result()[0] for check in checks] == [200] * len(LINKS)
    assert [check.result()[1]["embeddable"] for check in checks] == [None] * len(LINKS)
    assert isinstance(zoom.result(), Unanswered | ZoomRefused)
    assert max(turns) < TURN_SECONDS


async def test_of_ten_megabytes_no_more_is_read_than_an_answer_may_have(house, there, people):
    there.mood = Mood.HUGE

    with pytest.raises(Unanswered, match="too_large"):
        await house.use.outgoing.get(f"{there.url}/youtube/v3/videos")

    assert MAX_BYTES == 2_000_000
