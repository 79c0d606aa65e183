"""The player: a page of ours with a policy for exactly its source, framed by ours alone."""

import re

import pytest

from streamhub.access.roles import Role
from streamhub.handlers.headers import PagePolicy
from streamhub.kit.assets import hls_player
from streamhub.programme.model import SessionState
from tests.handlers.house import HLS, OPEN, ROOM, SOUND, YOUTUBE, ZOOM, open_house

FACEBOOK = "https://www.facebook.com/watch/?v=1234567890123456"
PEERTUBE = "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM"
VIMEO = "https://vimeo.com/76979871"
VIMEO_EVENT = "https://vimeo.com/event/12345"
DAILYMOTION = "https://www.dailymotion.com/video/x8abcde"

OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; {source}"
)
SANDBOX = "allow-scripts allow-same-origin allow-presentation allow-popups allow-popups-to-escape-sandbox"


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path, dailymotion_player_id="x1abc") as house:
        yield house


async def player(house, source, guest=None, slug=ROOM, lang="fr"):
    """The status, the headers and the text of a source's player."""
    async with house.raw("GET", f"/s/{slug}/player?source={source}&lang={lang}", guest) as answer:
        return answer.status, answer.headers, await answer.text()


async def shown(house, url, **words):
    """The same for a delegate, once the source is on."""
    await house.begin()
    source = await house.show(url, **words)
    return await player(house, source.id, await house.guest())


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        (YOUTUBE, "https://www.youtube-nocookie.com"),
        (FACEBOOK, "https://www.facebook.com"),
        (PEERTUBE, "https://video.example.be"),
        (VIMEO, "https://player.vimeo.com"),
        (VIMEO_EVENT, "https://player.vimeo.com https://vimeo.com"),
        (DAILYMOTION, "https://geo.dailymotion.com"),
    ],
)
async def test_the_page_may_frame_its_provider_and_nothing_else(house, url, origins):
    _, headers, text = await shown(house, url)

    assert headers["Content-Security-Policy"] == OURS.format(sockets="", source=f"frame-src {origins}")
    allowed = " ".join(["self", *(f'"{origin}"' for origin in origins.split())])
    for feature in ("autoplay", "fullscreen", "picture-in-picture"):
        assert f"{feature}=({allowed})" in headers["Permissions-Policy"]
    assert "camera=(), microphone=()" in headers["Permissions-Policy"]
    [address] = re.findall(r'<iframe src="([^"]+)"', text)
    assert any(address.startswith(f"{origin}/") for origin in origins.split())


@pytest.mark.parametrize(("channel", "element"), [("floor", "video"), ("en", "video"), ("audio", "audio")])
async def test_hls_plays_without_any_frame_and_is_read_by_a_script_of_ours_and_its_worker(
    house, channel, element
):
    _, headers, text = await shown(house, HLS, channel=channel)

    stream = "https://stream.example.be"
    media = f"media-src 'self' {stream} blob:; worker-src blob:"
    assert headers["Content-Security-Policy"] == OURS.format(sockets=f" {stream}", source=media)
    [tag] = re.findall(rf"<{element}[^>]+>", text)
    assert f'data-src="{HLS}"' in tag
    assert "controls" in tag
    assert "<iframe" not in text
    assert hls_player() is not None
    [script] = re.findall(r'data-hls="([^"]+)"', text)
    async with house.raw("GET", script) as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert (await answer.read()) == hls_player().read_bytes()


async def test_a_plain_audio_stream_is_played_by_the_browser_and_read_by_no_script(house):
    _, headers, text = await shown(house, SOUND)

    media = "media-src 'self' https://radio.example.be"
    assert headers["Content-Security-Policy"] == OURS.format(sockets="", source=media)
    [tag] = re.findall(r"<audio[^>]+>", text)
    assert f'data-src="{SOUND}"' in tag
    assert "data-hls" not in tag


async def test_only_our_own_pages_may_frame_it_and_every_other_page_none(house):
    status, headers, _ = await shown(house, YOUTUBE)
    _, others, _ = await player(house, "src_nothing", await house.guest())

    assert status == 200
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert others["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in others["Content-Security-Policy"]


async def test_the_frame_is_sandboxed_and_tells_the_provider_our_origin_alone(house):
    _, _, text = await shown(house, YOUTUBE)

    assert f'sandbox="{SANDBOX}"' in text
    assert 'referrerpolicy="strict-origin-when-cross-origin"' in text
    assert 'allow="autoplay; encrypted-media; fullscreen; picture-in-picture" allowfullscreen' in text
    assert "<script" not in text


@pytest.mark.parametrize("url", [YOUTUBE, FACEBOOK, PEERTUBE, VIMEO, DAILYMOTION])
async def test_no_provider_is_asked_to_start_by_itself(house, url):
    _, _, text = await shown(house, url)

    assert "autoplay=" not in text


async def test_title_and_player_are_in_the_readers_language(house):
    await house.begin(OPEN)
    source = await house.show(YOUTUBE, OPEN)

    _, headers, english = await player(house, source.id, slug=OPEN, lang="en")
    _, _, french = await player(house, source.id, slug=OPEN)

    assert '<html lang="en">' in english
    assert "Opening (YouTube)" in english
    assert "hl=en" in english
    assert headers["Content-Language"] == "en"
    assert 'title="Vidéo\N{NARROW NO-BREAK SPACE}: Ouverture (YouTube)"' in french


async def test_what_the_organiser_typed_is_text(house):
    status, _, text = await shown(house, YOUTUBE, label='"><script>alert(1)</script>')

    assert status == 200
    assert "<script" not in text


async def test_only_what_is_on_has_a_player(house):
    delegate = await house.guest()
    await house.begin()
    first = await house.show(YOUTUBE)
    assert (await player(house, first.id, delegate))[0] == 200

    second = await house.show(PEERTUBE)

    assert (await player(house, first.id, delegate))[0] == 404
    assert (await player(house, second.id, delegate))[0] == 200
    assert (await player(house, "", delegate))[0] == 404


async def test_every_channel_that_is_on_has_its_player(house):
    delegate = await house.guest()
    await house.begin()
    await house.show(YOUTUBE)
    sign = await house.show(PEERTUBE, channel="sign")

    assert (await player(house, sign.id, delegate))[0] == 200


@pytest.mark.parametrize("source", [{"url": ZOOM}, {"url": "", "text": "Écoutez par téléphone"}])
async def test_what_opens_elsewhere_only_or_is_read_has_no_player(house, source):
    status, _, text = await shown(house, **source)

    assert status == 404
    assert "zoom.us" not in text


async def test_dailymotion_has_no_player_without_the_organisers_player_id(tmp_path):
    async with open_house(tmp_path) as house:
        status, _, _ = await shown(house, DAILYMOTION)

    assert status == 404


async def test_a_public_viewer_sees_the_player_of_a_public_session(house):
    await house.begin(OPEN)
    source = await house.show(YOUTUBE, OPEN)

    status, _, text = await player(house, source.id, slug=OPEN)

    assert status == 200
    assert "youtube-nocookie.com" in text


async def test_nobody_gets_a_players_address_before_the_doors_or_without_an_invitation(house):
    source = await house.show(YOUTUBE)
    early = await player(house, source.id, await house.guest())
    prepares = await player(house, source.id, await house.guest(Role.TECHNICIAN))
    await house.begin(ROOM, SessionState.DOORS)
    stranger = await player(house, source.id)
    other = await player(house, source.id, await house.guest(sessions=(OPEN,)))
    removed = await house.guest()
    await house.use.access.remove(ROOM, removed.participant, "test")
    put_out = await player(house, source.id, removed)

    assert [early[0], stranger[0], other[0], put_out[0]] == [403, 401, 403, 403]
    assert all("youtube" not in text for _, _, text in (early, stranger, other, put_out))
    assert prepares[0] == 200


async def test_a_removed_persons_source_and_an_unknown_session_are_pages_not_json(house):
    _, headers, _ = await player(house, "src_1", await house.guest(), slug="nulle-part")

    assert headers["Content-Type"].startswith("text/html")


# In a browser


PARENT = """<!doctype html><html lang="fr"><title>Séance</title>
<iframe id="first" title="a" width="600" height="300" src="/s/{slug}/player?source={source}"></iframe>
<iframe id="straight" title="b" src="https://player.vimeo.com/video/1"></iframe>"""


async def test_a_source_switched_to_later_is_not_blocked_in_a_page_that_was_open_before(house, browser_page):
    """The parent frames us alone: its policy is that of its load, and knows no provider."""
    await house.begin(OPEN)
    source = await house.show(YOUTUBE, OPEN)
    page = await browser_page(expects=("player.vimeo.com",))
    asked = []

    async def parent(route):
        policy = PagePolicy(frames_self=True)
        headers = {"Content-Security-Policy": policy.csp(), "Permissions-Policy": policy.permissions()}
        text = PARENT.format(slug=OPEN, source=source.id)
        await route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=headers)

    async def provider(route):
        asked.append((route.request.url, await route.request.header_value("referer")))
        full_screen = "<p id=f></p><script>f.textContent = document.fullscreenEnabled</script>"
        await route.fulfill(body=full_screen, content_type="text/html")

    await page.route(f"{house.url}/page", parent)
    await page.route(re.compile("youtube|vimeo"), provider)
    await page.goto(f"{house.url}/page")
    ours = page.frame_locator("#first")
    said = await ours.frame_locator("iframe").locator("#f").text_content()

    later = await house.show(PEERTUBE, OPEN)
    await page.route(re.compile(r"video\.example\.be"), provider)
    await page.evaluate("first.src = new URL(`?source=${later}`, first.src)".replace("${later}", later.id))
    await ours.frame_locator("iframe[src*='video.example.be']").locator("#f").wait_for()

    assert [url.split("/")[2] for url, _ in asked] == ["www.youtube-nocookie.com", "video.example.be"]
    assert {referrer for _, referrer in asked} == {f"{house.url}/"}
    assert said == "true"
    width = await ours.locator("iframe").evaluate("frame => frame.getBoundingClientRect().width")
    assert width == 600
