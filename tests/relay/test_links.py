"""The link parser: every row of the table of known links, then what nobody thought of."""

from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.errors import LinkRefused
from streamhub.relay.link_forms import GRAMMARS, IDS
from streamhub.relay.link_model import Kind, Link, Provider, Refusal, refused
from streamhub.relay.links import MAX_LENGTH, parse_link
from streamhub.relay.providers import embed_url, link_url

PEERTUBE = ("video.example.be",)
HLS = ("stream.example.be",)
SOUND = ("radio.example.be",)
VIDEO = "dQw4w9WgXcQ"
PEERTUBE_VIDEO = "9UhsEGd8vM4PTtg6bphpEM"


def read(text: str) -> Link:
    return parse_link(text, PEERTUBE, HLS, SOUND)


def reason(text: str) -> str:
    with pytest.raises(LinkRefused) as refusal:
        read(text)
    return refusal.value.reason


def youtube(start: int = 0) -> Link:
    return Link(Provider.YOUTUBE, Kind.YOUTUBE_VIDEO, VIDEO, start=start)


def facebook(page: str = "") -> Link:
    return Link(Provider.FACEBOOK, Kind.FACEBOOK_VIDEO, "1234567890123456", page=page)


def vimeo(digits: str = "76979871", hash_: str = "", kind: Kind = Kind.VIMEO_VIDEO) -> Link:
    return Link(Provider.VIMEO, kind, digits, hash=hash_)


def dailymotion() -> Link:
    return Link(Provider.DAILYMOTION, Kind.DAILYMOTION_VIDEO, "x84sh87")


def zoom(kind: Kind, ident: str, host: str, pwd: str = "") -> Link:
    return Link(Provider.ZOOM, kind, ident, host=host, pwd=pwd)


def peertube(ident: str = PEERTUBE_VIDEO, start: int = 0) -> Link:
    return Link(Provider.PEERTUBE, Kind.PEERTUBE_VIDEO, ident, host="video.example.be", start=start)


def sound(ident: str) -> Link:
    return Link(Provider.SOUND, Kind.SOUND_STREAM, ident, host="radio.example.be")


UUID = "9c9de5e8-0a1e-484a-b099-e80766180a6d"

READ = {
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ": youtube(),
    "https://youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=1h2m3s": youtube(3723),
    "https://youtu.be/dQw4w9WgXcQ?si=abcDEF&t=90": youtube(90),
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ#t=45": youtube(45),
    "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share": youtube(),
    "https://www.youtube.com/shorts/dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com/v/dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com/e/dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com/embed/dQw4w9WgXcQ?start=30": youtube(30),
    "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ": youtube(),
    "https://m.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabcdefghij0123456": youtube(),
    "https://music.youtube.com/watch?v=dQw4w9WgXcQ": youtube(),
    "https://gaming.youtube.com/watch?v=dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com/?v=dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com/live_chat?v=dQw4w9WgXcQ": youtube(),
    "http://WWW.YouTube.COM./watch?v=dQw4w9WgXcQ": youtube(),
    "https://www.youtube.com:443//watch/?v=dQw4w9WgXcQ": youtube(),
    "  https://youtu.be/dQw4w9WgXcQ\n": youtube(),
    "\ufeffhttps://youtu.be/dQw4w9WgXcQ\u200b": youtube(),
    "https://youtu.be/dQw4w9WgXcQ?t=soon": youtube(),
    "https://youtu.be/dQw4w9WgXcQ?t=" + "9" * 1_000: youtube(),
    "https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRpbjpvcGVu.1": zoom(
        Kind.ZOOM_JOIN, "85512345678", "us02web.zoom.us", "QWxhZGRpbjpvcGVu.1"
    ),
    "https://zoom.us/w/85512345678?pwd=xYz.1": zoom(Kind.ZOOM_JOIN, "85512345678", "zoom.us", "xYz.1"),
    "https://ville-namur.zoom.us/my/salle.conseil": zoom(
        Kind.ZOOM_PERSONAL, "salle.conseil", "ville-namur.zoom.us"
    ),
    "https://app.zoom.us/wc/85512345678/join?pwd=a": zoom(
        Kind.ZOOM_WEB_CLIENT, "85512345678", "app.zoom.us", "a"
    ),
    "https://zoom.us/wc/join/123456789": zoom(Kind.ZOOM_WEB_CLIENT, "123456789", "zoom.us"),
    "https://ville.zoom.com/j/85512345678": zoom(Kind.ZOOM_JOIN, "85512345678", "ville.zoom.com"),
    "https://agency.zoomgov.com/j/1612345678": zoom(Kind.ZOOM_JOIN, "1612345678", "agency.zoomgov.com"),
    "https://www.facebook.com/VilledeNamur/videos/un-titre/1234567890123456/": facebook("VilledeNamur"),
    "https://fr-fr.facebook.com/VilledeNamur/videos/1234567890123456": facebook("VilledeNamur"),
    "https://www.facebook.com/watch/live/?ref=watch_permalink&v=1234567890123456": facebook(),
    "https://m.facebook.com/watch/?v=1234567890123456": facebook(),
    "https://www.facebook.com/video.php?v=1234567890123456": facebook(),
    "https://www.facebook.com/plugins/video.php?href="
    "https%3A%2F%2Fwww.facebook.com%2FVilledeNamur%2Fvideos%2F1234567890123456%2F&show_text=false": facebook(
        "VilledeNamur"
    ),
    "https://www.facebook.com/Fran%C3%A7ais/videos/1234567890123456": facebook(),
    "https://web.facebook.com/reel/1234567890123456": replace(facebook(), kind=Kind.FACEBOOK_REEL),
    "https://vimeo.com/76979871/8272103f6e": vimeo(hash_="8272103f6e"),
    "https://player.vimeo.com/video/76979871?h=8272103f6e": vimeo(hash_="8272103f6e"),
    "https://vimeo.com/channels/staffpicks/76979871": vimeo(),
    "https://vimeo.com/event/1234567/embed": vimeo("1234567", kind=Kind.VIMEO_EVENT),
    "https://vimeo.com/event/1234567/8272103f6e": vimeo("1234567", "8272103f6e", Kind.VIMEO_EVENT),
    "https://vimeo.com/event/1234567/embed/8272103f6e": vimeo("1234567", "8272103f6e", Kind.VIMEO_EVENT),
    "https://www.dailymotion.com/video/x84sh87_un-titre": dailymotion(),
    "https://dai.ly/x84sh87": dailymotion(),
    "https://www.dailymotion.com/embed/video/x84sh87": dailymotion(),
    "https://geo.dailymotion.com/player/xabc1.html?video=x84sh87": dailymotion(),
    "https://geo.dailymotion.com/player.html?video=x84sh87": dailymotion(),
    "https://www.twitch.tv/villedenamur": Link(Provider.TWITCH, Kind.TWITCH_CHANNEL, "villedenamur"),
    "https://player.twitch.tv/?channel=villedenamur": Link(
        Provider.TWITCH, Kind.TWITCH_CHANNEL, "villedenamur"
    ),
    "https://www.twitch.tv/videos/123456789": Link(Provider.TWITCH, Kind.TWITCH_VIDEO, "123456789"),
    f"https://video.example.be/w/{PEERTUBE_VIDEO}": peertube(),
    f"https://video.example.be/w/{PEERTUBE_VIDEO}?start=1m30s": peertube(start=90),
    f"https://Video.Example.be/videos/watch/{UUID}": peertube(UUID),
    f"https://video.example.be/videos/embed/{UUID}": peertube(UUID),
    "https://stream.example.be/salle-1/direct.m3u8": Link(
        Provider.HLS, Kind.HLS_STREAM, "/salle-1/direct.m3u8", host="stream.example.be"
    ),
    "https://radio.example.be/son.m3u8": Link(
        Provider.HLS, Kind.HLS_STREAM, "/son.m3u8", host="radio.example.be"
    ),
    "https://radio.example.be/salle.mp3": sound("/salle.mp3"),
    "https://radio.example.be/a/salle-1.aac": sound("/a/salle-1.aac"),
    "https://radio.example.be/salle.ogg": sound("/salle.ogg"),
    "https://radio.example.be/salle.opus": sound("/salle.opus"),
    "https://radio.example.be/salle.m4a": sound("/salle.m4a"),
    "https://Radio.Example.be:443/direct/": sound("/direct"),
}


@pytest.mark.parametrize("text", READ)
def test_a_known_form_is_read_to_its_parts(text: str):
    assert read(text) == READ[text]


REFUSED = {
    "needs_video_link": [
        "https://www.youtube.com/embed/live_stream?channel=UCabcdefghijklmnopqrstuv",
        "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/live",
        "https://www.youtube.com/@ParlWalTV/live",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch",
        "https://www.facebook.com/VilledeNamur",
        "https://www.facebook.com/VilledeNamur/live",
        "https://www.facebook.com/plugins/video.php",
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ",
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Ffacebook.com%2Fplugins%2Fvideo.php%3Fhref%3Dx",
        "https://vimeo.com/upgrade",
        "https://www.twitch.tv/directory",
        "https://zoom.us/pricing",
        "https://stream.example.be/salle-1/",
        "https://stream.example.be/salle.mp3",
        "https://radio.example.be/",
        "https://radio.example.be/index.html",
        "https://radio.example.be/film.mp4",
    ],
    "playlist": [
        "https://www.youtube.com/playlist?list=PLabcdefghij0123456",
        "https://www.youtube.com/watch?list=PLabcdefghij0123456",
        "https://www.youtube.com/embed/videoseries?list=PLabcdefghij0123456",
        f"https://video.example.be/w/p/{PEERTUBE_VIDEO}",
        "https://vimeo.com/showcase/1234567",
        "https://www.dailymotion.com/playlist/x5abcd",
        "https://radio.example.be/salle.m3u",
        "https://radio.example.be/listen.pls",
    ],
    "personal_link": [
        "https://zoom.us/w/85512345678?tk=AbC_dEf-123.DQYAAA&pwd=xYz.1",
        "https://zoom.us/j/85512345678?tk=AbC_dEf-123.DQYAAA",
    ],
    "host_link": [
        "https://us06web.zoom.us/s/85512345678?zak=eyJ0",
        "https://us06web.zoom.us/s/85512345678",
        "https://us06web.zoom.us/j/85512345678?zak=eyJ0&tk=a",
        "https://zoom.us/wc/85512345678/start",
    ],
    "registration_page": [
        "https://us02web.zoom.us/webinar/register/WN_abcDEF123",
        "https://us02web.zoom.us/meeting/register/tZ0sdu-abc",
    ],
    "recording": [
        "https://us02web.zoom.us/rec/share/hkUk5Zx.9LGQB",
        "https://us02web.zoom.us/rec/play/hkUk5Zx.9LGQB",
    ],
    "needs_full_link": [
        "https://fb.watch/aBcDeFgHiJ/",
        "https://www.facebook.com/share/v/1AbCdEfGhi/",
    ],
    "bad_id": [
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ%0A",
        "https://youtu.be/dQw4w9WgXcQ%22onload",
        "https://zoom.us/j/12345",
        "https://zoom.us/j/855123456789",
        "https://zoom.us/j/٨٥٥١٢٣٤٥٦٧٨",
        "https://zoom.us/j/85512345678?pwd=a%26uname%3Db",
        "https://vimeo.com/76979871/settings",
        "https://www.facebook.com/VilledeNamur/videos/un-titre",
        "https://dai.ly/84sh87",
        "https://www.twitch.tv/ab",
        "https://video.example.be/w/0OIl0OIl0OIl0OIl0OIl0O",
        "https://stream.example.be/direct.m3u8?token=secret",
        "https://stream.example.be/salle%201/direct.m3u8",
        "https://radio.example.be/salle.mp3?token=secret",
        "https://radio.example.be/salle%201.mp3",
        "https://radio.example.be/;stream",
    ],
    "not_https": ["http://stream.example.be/direct.m3u8", "http://radio.example.be/salle.mp3"],
    "unknown_provider": [
        f"https://other.example/w/{PEERTUBE_VIDEO}",
        "https://other.example/direct.m3u8",
        "https://other.example/salle.mp3",
        "https://evil.example/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://evilzoom.us/j/85512345678",
        "https://zoom.us.evil.example/j/85512345678",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com..evil.example/watch?v=dQw4w9WgXcQ",
        "https://sub.video.example.be/w/9UhsEGd8vM4PTtg6bphpEM",
        "https://youtübe.com/watch?v=dQw4w9WgXcQ",
    ],
    "not_a_link": [
        "",
        "   ",
        "bonjour",
        "youtu.be/dQw4w9WgXcQ",
        "//youtu.be/dQw4w9WgXcQ",
        "javascript:alert(1)//https://youtu.be/dQw4w9WgXcQ",
        "data:text/html,https://youtu.be/dQw4w9WgXcQ",
        "ftp://youtu.be/dQw4w9WgXcQ",
        "zoommtg://zoom.us/join?confno=85512345678",
        "https://www.youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example@www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://evil.example\\@youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com:99999/watch?v=dQw4w9WgXcQ",
        "https://[youtu.be/dQw4w9WgXcQ",
        "https:///watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcQ",
        "https://you\ttu.be/dQw4w9WgXcQ",
        "https://you\ntu.be/dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?" + "&".join(f"a{i}=1" for i in range(60)),
        "https://youtu.be/dQw4w9WgXcQ?a=" + "a" * MAX_LENGTH,
    ],
}


@pytest.mark.parametrize(("text", "word"), [(text, word) for word in REFUSED for text in REFUSED[word]])
def test_what_a_session_cannot_show_is_refused_with_a_reason(text: str, word: str):
    assert reason(text) == word


def test_a_server_that_is_not_configured_is_unknown():
    with pytest.raises(LinkRefused) as refusal:
        parse_link(f"https://video.example.be/w/{PEERTUBE_VIDEO}")

    assert refusal.value.reason == "unknown_provider"


def test_the_hosts_of_the_settings_are_compared_without_case_or_final_dot():
    link = parse_link(f"https://video.example.be/w/{PEERTUBE_VIDEO}", ["Video.Example.BE. "])

    assert link.host == "video.example.be"


def test_one_host_may_have_both_peertube_and_hls():
    both = {"peertube_hosts": PEERTUBE, "hls_hosts": PEERTUBE}

    assert parse_link(f"https://video.example.be/w/{PEERTUBE_VIDEO}", **both) == peertube()
    assert parse_link("https://video.example.be/live/1.m3u8", **both).kind is Kind.HLS_STREAM


def test_one_host_may_have_hls_and_plain_sound_and_peertube_comes_first():
    hosts = {"stream_hosts": PEERTUBE, "hls_hosts": PEERTUBE}

    assert parse_link("https://video.example.be/live/1.m3u8", **hosts).kind is Kind.HLS_STREAM
    assert parse_link("https://video.example.be/live/1.mp3", **hosts).kind is Kind.SOUND_STREAM
    assert (
        parse_link(f"https://video.example.be/w/{PEERTUBE_VIDEO}", **hosts, peertube_hosts=PEERTUBE)
        == peertube()
    )


def test_every_reason_has_words_and_they_never_repeat_the_link():
    for refusal in Refusal:
        assert str(refused(refusal)).endswith(".")
    with pytest.raises(LinkRefused) as error:
        read("https://zoom.us/w/85512345678?tk=AbC_dEf-123.DQYAAA&pwd=xYz.1")

    assert "AbC_dEf" not in str(error.value)


def test_a_passcode_is_never_in_the_text_form_of_a_link():
    link = read("https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRpbjpvcGVu.1")

    assert "QWxh" not in repr(link)
    assert "QWxh" not in str(link)


def test_two_links_are_one_stream_whatever_their_passcode_start_and_region():
    one = read("https://us02web.zoom.us/j/85512345678?pwd=old")
    other = read("https://us06web.zoom.us/j/85512345678?pwd=new")

    assert one.same_stream(other)
    assert youtube(90).same_stream(youtube())
    assert not vimeo().same_stream(vimeo(kind=Kind.VIMEO_EVENT))
    assert not peertube().same_stream(replace(peertube(), host="autre.example.be"))


HOSTS = st.sampled_from(
    ["www.youtube.com", "youtu.be", "zoom.us", "www.facebook.com", "fb.watch", "vimeo.com", "dai.ly"]
) | st.sampled_from(
    ["www.dailymotion.com", "www.twitch.tv", "video.example.be", "stream.example.be", "radio.example.be"]
)
NASTY = st.sampled_from(["%00", "%0a", "\u202e", "\\", "@", "[", "]", "%", "\ud800", "％", "\0", "..", "//"])
PIECES = st.one_of(
    st.text(max_size=12),
    NASTY,
    st.sampled_from(
        ["watch", "embed", "videos", "j", "w", "event", "video", "player.html", VIDEO, "85512345678"]
    ),
)


def outcome(text: str) -> Link | str:
    try:
        return read(text)
    except LinkRefused as refusal:
        return refusal.reason


@given(HOSTS, st.lists(PIECES, max_size=5), st.dictionaries(PIECES, PIECES, max_size=3))
def test_whatever_is_pasted_gives_a_link_with_a_good_id_or_a_reason(host, path, query):
    fields = "&".join(f"{name}={value}" for name, value in query.items())

    found = outcome(f"https://{host}/{'/'.join(path)}?{fields}")

    assert found in set(Refusal) if isinstance(found, str) else IDS[found.kind].fullmatch(found.id)


@given(st.text(max_size=60))
def test_any_text_at_all_gives_a_link_or_a_reason(text):
    assert isinstance(outcome(text), Link) or outcome(text) in set(Refusal)


LINKS = st.one_of(
    [
        st.builds(
            Link,
            provider=st.just(grammar.provider),
            kind=st.just(form.kind),
            id=st.from_regex(IDS[form.kind], fullmatch=True),
            host=st.just("us02web.zoom.us" if grammar.provider is Provider.ZOOM else ""),
        )
        for grammar in GRAMMARS
        for form in grammar.forms
        if form.kind
    ]
)
ALLOWED = {
    "www.youtube-nocookie.com",
    "www.youtube.com",
    "www.facebook.com",
    "player.vimeo.com",
    "vimeo.com",
    "geo.dailymotion.com",
    "www.dailymotion.com",
    "www.twitch.tv",
    "us02web.zoom.us",
}


@given(LINKS)
def test_what_is_shown_of_a_link_reads_back_as_the_same_link(link):
    assert read(link_url(link)) == link


@given(LINKS)
def test_an_address_that_we_build_is_https_at_a_known_host(link):
    for url in (link_url(link, joining=True), embed_url(link, player_id="xabc1")):
        if url is not None:
            parts = urlsplit(url)
            assert (parts.scheme, parts.netloc in ALLOWED, parts.fragment) == ("https", True, "")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz.-", min_size=1, max_size=20))
def test_a_host_that_only_contains_a_known_one_is_unknown(addition):
    for text in (
        f"https://{addition}youtube.com.evil.example/watch?v={VIDEO}",
        f"https://youtu.be.{addition}x/{VIDEO}",
        f"https://x{addition.replace('.', '-')}youtu.be/{VIDEO}",
    ):
        assert reason(text) in {"unknown_provider", "not_a_link"}


@given(st.text(min_size=1, max_size=30))
def test_nothing_of_the_pasted_text_but_its_parts_is_in_the_embed(noise):
    text = f"https://www.youtube.com/watch?v={VIDEO}&pp={quote(noise, safe='')}#x={quote(noise, safe='')}"

    assert read(text) == youtube()
