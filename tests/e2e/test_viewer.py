"""What a viewer's browser does: whom it asks and when, what it keeps, and what comes where a player fails."""

import json
import re

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from streamhub.kit.assets import HLS_PLAYER
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource
from tests.axe import assert_accessible
from tests.conftest import PHONE
from tests.handlers.house import BARE_ZOOM, HLS, OPEN, SOUND, YOUTUBE, open_house
from tests.stand_ins.server import Mood
from tests.stand_ins.streams import streams

FACEBOOK = "https://www.facebook.com/watch/?v=1234567890123456"
PEERTUBE = "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM"
EVERY = {  # a word of each one's address, which is in the page while it is on, and only then
    "dQw4w9WgXcQ": YOUTUBE,
    "1234567890123456": FACEBOOK,
    "9UhsEGd8vM4PTtg6bphpEM": PEERTUBE,
    "76979871": "https://vimeo.com/76979871",
    "x84sh87": "https://www.dailymotion.com/video/x84sh87",
    "villedenamur": "https://www.twitch.tv/villedenamur",
    "salle.m3u8": HLS,
    "salle.m4a": SOUND,
    "85512345678": BARE_ZOOM,
}
CHANNELS = {"en": "aqz-KE-bpKQ", "sign": "bbbbbbbbbbb", "audio": "ccccccccccc"}
PROVIDERS = re.compile(r"https://[^/]*(?:youtube|facebook|vimeo|dailymotion|twitch|zoom|example\.be)")
HALF_A_YEAR_MS = 184 * 86_400_000


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path, dailymotion_player_id="x1abc") as opened:
        await opened.begin(OPEN)
        yield opened


@pytest.fixture
async def there():
    async with streams() as stand_in:
        yield stand_in


async def viewer(house, browser_page, query="", there=None, *, script="", **options):
    """A page of the public session; providers answer a word, the organiser's servers are the stand-in."""
    page = await browser_page(reduced_motion="reduce", **options)
    page.asked = []

    async def answer(route):
        url = route.request.url
        page.asked.append(url)
        if there is None or "/videos/" in url:
            return await route.fulfill(body="<p>player</p>", content_type="text/html")
        path = re.sub(r"https://[^/]+", "", url)
        async with ClientSession() as client, client.get(f"{there.url}{path}") as got:
            headers = {"Access-Control-Allow-Origin": "*", "Content-Type": got.headers["Content-Type"]}
            return await route.fulfill(status=got.status, body=await got.read(), headers=headers)

    await page.context.route(PROVIDERS, answer)
    if script:
        await page.add_init_script(script)
    await page.goto(f"{house.url}/s/{OPEN}?{query}")
    await expect(page.locator("#status strong")).to_contain_text(re.compile("publique|public session"))
    return page


async def press(page, selector):
    """Press it wherever it stands: a frame beside it may still be moving."""
    await page.locator(selector).dispatch_event("click")


async def test_nobody_else_is_asked_before_a_click_and_an_address_is_in_the_page_only_while_it_is_on(
    house, browser_page
):
    first, *others = EVERY
    await house.show(EVERY[first], OPEN)
    for channel, video in CHANNELS.items():
        await house.show(f"https://youtu.be/{video}", OPEN, channel=channel)
    modes = [f"lang={lang}&light={light}&channel=floor" for lang in ("fr", "en") for light in (0, 1)]
    pages = [await viewer(house, browser_page, mode) for mode in modes]

    before = first
    for word in others:
        await house.show(EVERY[word], OPEN)
        for page in pages:
            await page.wait_for_function(
                "word => [...document.querySelectorAll('#open, #go')].some(one => one.href.includes(word))",
                arg=word,
            )
            assert before not in await page.content()
            assert await page.locator("#screen iframe").count() == 0
        before = word
    for page in pages:
        for channel, video in CHANNELS.items():
            await page.locator(f"#channels a[href$={channel}]").click()
            await expect(page.locator("#open")).to_have_attribute("href", re.compile(video))
            assert f"channel={channel}" in page.url
        assert page.asked == []
        assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert await page.context.cookies() == []


async def test_the_chosen_channel_is_kept_and_switched_by_itself(house, browser_page):
    await house.show(YOUTUBE, OPEN)
    page = await viewer(house, browser_page, viewport=PHONE)
    assert await page.locator("#channels").is_hidden()

    await house.show(FACEBOOK, OPEN, channel="en")
    await page.locator("#channels a", has_text="English").click()
    await expect(page.locator("#video-t")).to_contain_text("Facebook")
    await house.show(PEERTUBE, OPEN)
    await house.show(SOUND, OPEN, channel="en")

    await expect(page.locator("#video-t")).to_have_text("Le son vient de radio.example.be")
    await expect(page.locator("#channels a[aria-current]")).to_contain_text("≈ 60 Mo par heure")
    await assert_accessible(page)
    await page.reload()
    await expect(page.locator("#video-t")).to_have_text("Le son vient de radio.example.be")


async def test_a_consent_is_kept_only_if_asked_for_half_a_year_at_the_most_and_taken_back_anywhere(
    house, browser_page
):
    await house.show(YOUTUBE, OPEN)
    page = await viewer(house, browser_page)
    player = page.locator("#screen iframe")
    await press(page, "#load")
    await expect(player).to_have_count(1)
    await press(page, "#close")
    assert await page.evaluate("localStorage.length") == 0

    await page.check("#keep")
    await press(page, "#load")
    kept = json.loads(await page.evaluate("localStorage.getItem('streamhub.players')"))
    assert list(kept) == ["youtube"]
    assert kept["youtube"] - await page.evaluate("Date.now()") < HALF_A_YEAR_MS
    await page.reload()
    await expect(player).to_have_count(1)
    await expect(page.locator("#kept-t")).to_contain_text("YouTube s’ouvre ici sans redemander")

    await house.show(FACEBOOK, OPEN)
    await expect(page.locator("#video-t")).to_contain_text("Facebook")
    await expect(player).to_have_count(0)
    await house.show(YOUTUBE, OPEN)
    await expect(player).to_have_count(1)
    await page.goto(f"{house.url}/s/{OPEN}?light=1")
    await expect(page.locator("#kept-t")).to_contain_text("YouTube")
    await expect(player).to_have_count(0)

    await page.goto(f"{house.url}/privacy")
    await page.locator("#kept-list button").click()
    await expect(page.locator("#kept-none")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0
    await page.evaluate(
        "localStorage.setItem('streamhub.players', JSON.stringify({youtube: Date.now() - 1}))"
    )
    await page.goto(f"{house.url}/s/{OPEN}")
    await expect(page.locator("#video-t")).to_be_visible()
    await expect(player).to_have_count(0)


NO_HLS = "HTMLMediaElement.prototype.canPlayType = () => ''"


async def test_hls_plays_with_hls_js_where_the_browser_plays_none_and_sound_with_the_browser_alone(
    house, browser_page, there
):
    await house.show(HLS, OPEN)
    await house.show(SOUND, OPEN, channel="audio")
    page = await viewer(house, browser_page, there=there, script=NO_HLS)

    await press(page, "#load")
    frame = page.frame_locator("#screen iframe")
    await frame.locator("#stream").evaluate(
        "one => new Promise(done => one.addEventListener('timeupdate', done))"
    )
    assert there.asked[:4] == [
        f"GET /live/{name}" for name in ("salle.m3u8", "sound.m3u8", "init.mp4", "0.m4s")
    ]
    assert await frame.locator("head script[src*='hls.light.min.js']").count() == 1

    there.asked.clear()
    await page.locator("#channels a[href$=audio]").click()
    await press(page, "#load")
    await frame.locator("audio").evaluate(
        "one => one.currentTime || new Promise(done => one.addEventListener('timeupdate', done))"
    )
    assert set(there.asked) == {"GET /salle.m4a"}
    assert await frame.locator("script[src*='hls.light.min.js']").count() == 0


async def test_a_player_that_fails_leads_on_in_the_sessions_order_down_to_text_and_telephone(
    house, browser_page, there
):
    there.mood = Mood.DOWN
    await house.show(HLS, OPEN)
    await house.use.relay.add(OPEN, NewSource(url=FACEBOOK), None)
    await house.use.relay.add(OPEN, NewSource(text="Appelez pour écouter.", phone="+32 81 00 00 00"), None)
    page = await viewer(house, browser_page, there=there, script=NO_HLS, expects=("500", "Failed to load"))

    await press(page, "#load")
    await expect(page.locator("#trouble-t")).to_contain_text("stream.example.be ne répond pas ici")
    assert not [url for url in page.asked if "facebook" in url]
    await press(page, "#next")
    await expect(page.locator("#video-t")).to_contain_text("Facebook")
    await expect(page.locator("#next")).to_have_text("Revenir à stream.example.be")
    await expect(page.locator("#screen iframe")).to_have_count(0)
    await press(page, "#load")
    await expect(page.locator("#screen iframe")).to_have_count(1)
    await press(page, "#stuck")
    await expect(page.locator("#next")).to_have_text("Suivre par le texte et le téléphone")
    await press(page, "#next")

    await expect(page.locator("#text")).to_contain_text("Appelez pour écouter.")
    assert await page.get_attribute("#dial", "href") == "tel:+3281000000"
    await house.show(YOUTUBE, OPEN)
    await expect(page.locator("#video-t")).to_contain_text("YouTube")
    await expect(page.locator("#text")).to_be_hidden()


async def test_without_hls_js_the_page_says_so_kindly_and_offers_the_link(house, browser_page):
    await house.show(HLS, OPEN)
    page = await viewer(house, browser_page, script=NO_HLS, expects=(HLS_PLAYER, "404"))
    await page.route(f"**/{HLS_PLAYER}", lambda route: route.fulfill(status=404))

    await press(page, "#load")
    plain = page.frame_locator("#screen iframe").locator("#plain")

    await expect(plain).to_contain_text("Ce navigateur ne lit pas ce flux dans la page.")
    assert await plain.locator("a").get_attribute("href") == HLS
    await expect(page.locator("#trouble-t")).to_contain_text("rien d’autre n’est prévu")


SAVES = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"


async def test_a_line_that_saves_data_begins_in_the_light_mode_with_the_text_or_the_sound(
    house, browser_page
):
    await house.show(YOUTUBE, OPEN)
    await house.use.relay.add(OPEN, NewSource(text="Appelez pour écouter.", phone="+32 81 00 00 00"), None)
    page = await viewer(house, browser_page, script=SAVES, viewport=PHONE)

    await expect(page.locator("#light")).to_be_checked()
    await expect(page.locator("#text")).to_contain_text("Appelez pour écouter.")
    await expect(page.locator(".poster svg")).to_be_hidden()
    await expect(page.locator("#cost")).to_have_text("≈ 450 Mo par heure")
    await assert_accessible(page)
    await house.show(SOUND, OPEN, channel="audio")
    await expect(page.locator("#video-t")).to_contain_text("Le son vient de")
    await expect(page.locator("#text")).to_be_hidden()

    await page.uncheck("#light")
    await expect(page.locator("#video-t")).to_contain_text("La vidéo vient de YouTube")
    await expect(page.locator(".poster svg")).to_be_visible()
    await expect(page).to_have_url(re.compile("light=0"))
    assert page.asked == []


async def test_a_session_that_moves_says_so_at_once_in_the_readers_own_time(house, browser_page):
    await house.begin(OPEN, SessionState.SCHEDULED)
    page = await browser_page(timezone_id="Pacific/Noumea", viewport=PHONE)
    await page.goto(f"{house.url}/s/{OPEN}")
    await expect(page.locator("#own")).to_have_text("ven. 00:00 – 01:00 à Noumea, chez vous")
    await expect(page.locator("#shifted")).to_be_hidden()

    await house.use.programme.shift(OPEN, 20, "test")

    await expect(page.locator("#shifted")).to_have_text("La séance commence à 00:20 au lieu de 00:00.")
    await expect(page.locator("#status strong")).to_contain_text("Les portes ouvrent à 23:50")
    await page.goto(house.url)
    await expect(page.locator(".agenda b").first).to_have_text("ven. 00:20 – 01:20 14:20 Bruxelles")
    await assert_accessible(page)
