"""Embeds, links and what pages must allow, provider by provider."""

from dataclasses import replace

import pytest

from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.link_model import Kind, Link, Provider
from streamhub.relay.links import parse_link
from streamhub.relay.model import Source
from streamhub.relay.providers import PROVIDERS, embed_url, link_url, page_needs, view_of

ZOOM = "https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRpbjpvcGVu.1"
PLAYER = "xabc1"


def read(text: str) -> Link:
    return parse_link(text, ("video.example.be",), ("stream.example.be",), ("radio.example.be",))


def source(url: str = "", **changes) -> Source:
    plain = Source(
        id=SourceId("src_1"),
        session=SessionSlug("table-ronde"),
        channel="floor",
        order=0,
        label="",
        link=read(url) if url else None,
        text="",
        phone="",
        personal=False,
        added_by=None,
        added_at=0,
    )
    return replace(plain, **changes)


EMBEDS = {
    "https://youtu.be/dQw4w9WgXcQ": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
    "?rel=0&playsinline=1&hl=fr&cc_lang_pref=fr",
    "https://youtu.be/dQw4w9WgXcQ?t=1m30s": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
    "?rel=0&playsinline=1&hl=fr&cc_lang_pref=fr&start=90",
    "https://www.facebook.com/VilledeNamur/videos/un-titre/1234567890123456/": "https://www.facebook.com"
    "/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2FVilledeNamur%2Fvideos%2F1234567890123456%2F"
    "&show_text=false&width=560",
    "https://www.facebook.com/watch/?v=1234567890123456": "https://www.facebook.com/plugins/video.php"
    "?href=https%3A%2F%2Fwww.facebook.com%2Fwatch%2F%3Fv%3D1234567890123456&show_text=false&width=560",
    "https://www.facebook.com/reel/1234567890123456": "https://www.facebook.com/plugins/video.php"
    "?href=https%3A%2F%2Fwww.facebook.com%2Freel%2F1234567890123456&show_text=false&width=560",
    "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM?start=90": "https://video.example.be/videos/embed"
    "/9UhsEGd8vM4PTtg6bphpEM?p2p=0&warningTitle=0&peertubeLink=0&title=0&start=90s",
    "https://vimeo.com/76979871": "https://player.vimeo.com/video/76979871?dnt=1",
    "https://vimeo.com/76979871/8272103f6e": "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1",
    "https://vimeo.com/event/1234567": "https://vimeo.com/event/1234567/embed",
    "https://vimeo.com/event/1234567/8272103f6e": "https://vimeo.com/event/1234567/embed/8272103f6e",
    "https://dai.ly/x84sh87": "https://geo.dailymotion.com/player/xabc1.html?video=x84sh87",
    "https://stream.example.be/salle-1/direct.m3u8": "https://stream.example.be/salle-1/direct.m3u8",
    "https://radio.example.be/salle-1.mp3": "https://radio.example.be/salle-1.mp3",
    "https://www.twitch.tv/villedenamur": None,
    ZOOM: None,
}


@pytest.mark.parametrize("text", EMBEDS)
def test_an_embed_is_built_from_the_parts_of_the_link(text: str):
    assert embed_url(read(text), player_id=PLAYER) == EMBEDS[text]


LINKS = {
    "https://youtu.be/dQw4w9WgXcQ?t=90&si=abc": "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90s",
    "https://m.facebook.com/VilledeNamur/videos/1234567890123456": "https://www.facebook.com"
    "/VilledeNamur/videos/1234567890123456/",
    "https://www.facebook.com/video.php?v=1234567890123456": "https://www.facebook.com/watch/?v=1234567890123456",
    "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM": "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM",
    "https://video.example.be/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d": "https://video.example.be"
    "/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
    "https://player.vimeo.com/video/76979871?h=8272103f6e": "https://vimeo.com/76979871/8272103f6e",
    "https://vimeo.com/event/1234567/embed": "https://vimeo.com/event/1234567",
    "https://geo.dailymotion.com/player.html?video=x84sh87": "https://www.dailymotion.com/video/x84sh87",
    "https://player.twitch.tv/?channel=villedenamur": "https://www.twitch.tv/villedenamur",
    "https://www.twitch.tv/videos/123456789": "https://www.twitch.tv/videos/123456789",
    "https://zoom.us/w/85512345678": "https://zoom.us/j/85512345678",
    "https://ville-namur.zoom.us/my/salle.conseil": "https://ville-namur.zoom.us/my/salle.conseil",
    "https://zoom.us/wc/join/123456789": "https://zoom.us/wc/123456789/join",
    ZOOM: "https://us02web.zoom.us/j/85512345678",
}


@pytest.mark.parametrize("text", LINKS)
def test_the_link_that_is_shown_is_built_from_the_parts_and_holds_no_secret(text: str):
    assert link_url(read(text)) == LINKS[text]


def test_only_who_joins_gets_the_passcode():
    meeting = source(ZOOM)

    assert view_of(meeting, joining=True).link_url == ZOOM
    assert view_of(meeting, joining=False).link_url == "https://us02web.zoom.us/j/85512345678"


def test_dailymotion_without_a_player_id_is_a_link_only():
    view = view_of(source("https://dai.ly/x84sh87"), joining=True)

    assert (view.embed_url, view.elsewhere) == (None, True)
    assert view.link_url == "https://www.dailymotion.com/video/x84sh87"


def test_a_player_id_cannot_change_the_address_around_it():
    url = embed_url(read("https://dai.ly/x84sh87"), player_id="../x?y#")

    assert url == "https://geo.dailymotion.com/player/..%2Fx%3Fy%23.html?video=x84sh87"


def test_the_player_speaks_the_language_of_the_page():
    url = embed_url(read("https://youtu.be/dQw4w9WgXcQ"), lang="en")

    assert url is not None
    assert url.endswith("&hl=en&cc_lang_pref=en")


def test_a_view_names_the_company_before_the_click():
    view = view_of(source("https://www.facebook.com/watch/?v=1234567890123456"), joining=False)

    assert (view.provider, view.name, view.company) == ("facebook", "Facebook", "Facebook (Meta Platforms)")
    assert (view.needs_click, view.elsewhere, view.megabytes_per_hour) == (True, False, 450)


@pytest.mark.parametrize(
    "url",
    [
        "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM",
        "https://stream.example.be/direct.m3u8",
        "https://radio.example.be/direct",
    ],
)
def test_the_organisers_own_servers_need_no_click(url: str):
    view = view_of(source(url), joining=False)

    assert (view.needs_click, view.company) == (False, "")


def test_every_provider_of_links_has_a_row():
    assert set(PROVIDERS) == set(Provider) - {Provider.TEXT}
    assert {name for name, row in PROVIDERS.items() if not row.needs_click} == {
        Provider.PEERTUBE,
        Provider.HLS,
        Provider.SOUND,
    }


def test_a_label_stands_before_the_name_of_the_provider():
    assert view_of(source(ZOOM), joining=False).label == "Zoom"
    assert view_of(source(ZOOM, label="Salle ministérielle"), joining=False).label == "Salle ministérielle"


def test_a_text_has_no_address_and_asks_nothing_of_anybody():
    view = view_of(source(text="Le résumé suit ici.", phone="+32 81 00 00 00"), joining=False)

    assert (view.provider, view.embed_url, view.link_url) == ("text", None, None)
    assert (view.needs_click, view.elsewhere, view.megabytes_per_hour) == (False, False, 0)
    assert (view.text, view.phone) == ("Le résumé suit ici.", "+32 81 00 00 00")


def test_sound_alone_is_light():
    assert (
        view_of(source("https://youtu.be/dQw4w9WgXcQ", channel="audio"), joining=False).megabytes_per_hour
        == 30
    )


@pytest.mark.parametrize("channel", ["floor", "audio", "en"])
def test_a_plain_audio_stream_costs_the_same_on_every_channel(channel: str):
    view = view_of(source("https://radio.example.be/direct", channel=channel), joining=False)

    assert (view.provider, view.megabytes_per_hour) == ("sound", 60)


@pytest.mark.parametrize("url", ["https://stream.example.be/a.m3u8", "https://radio.example.be/a.ogg"])
def test_a_stream_of_the_organiser_is_named_by_its_host(url: str):
    view = view_of(source(url), joining=False)

    assert view.name == view.label == url.split("/")[2]


def test_a_page_may_load_the_providers_of_its_session_and_no_other():
    needs = page_needs(
        [
            source("https://youtu.be/dQw4w9WgXcQ"),
            source("https://youtu.be/aqz-KE-bpKQ"),
            source("https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM"),
            source("https://stream.example.be/direct.m3u8"),
            source(ZOOM),
            source("https://www.twitch.tv/villedenamur"),
            source("https://dai.ly/x84sh87"),
            source(text="Appelez-nous"),
        ]
    )

    assert needs.frame_src == ("https://video.example.be", "https://www.youtube-nocookie.com")
    assert needs.media_src == ("https://stream.example.be",)
    assert needs.permissions == needs.frame_src


def test_the_page_of_a_vimeo_event_may_pass_on_to_the_player():
    event = source("https://vimeo.com/event/1234567")

    assert page_needs([event]).frame_src == ("https://player.vimeo.com", "https://vimeo.com")
    assert event.link is not None
    assert event.link.kind is Kind.VIMEO_EVENT


def test_dailymotion_may_be_framed_where_it_can_be():
    dailymotion = [source("https://dai.ly/x84sh87")]

    assert page_needs(dailymotion, player_id=PLAYER).frame_src == ("https://geo.dailymotion.com",)
