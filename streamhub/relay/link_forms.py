r"""The table of links: for each provider its hosts, the ways it writes a link, and its ids.

A form matches the whole path (empty parts dropped) and, if it names a ``query`` field,
only where that field is there. The first form that matches decides; where none does,
the grammar's ``otherwise`` is the refusal. Patterns are always matched in full, and
digits are written ``[0-9]``: ``$`` accepts a final newline, ``\d`` other scripts.

Sources: integrations notes, sections 1.1, 2.1, 3 and 4.
"""

import re
from dataclasses import dataclass

from streamhub.relay.link_model import Kind, Provider, Refusal

_ANY = r".*"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a link, and what it is: a kind, a refusal, or a wrapped link.

    ``query`` names the field that holds the id, or the wrapped link, when the path does not.
    """

    path: re.Pattern[str]
    kind: Kind | None = None
    refusal: Refusal | None = None
    query: str = ""
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """The forms of one group of hosts."""

    provider: Provider
    hosts: re.Pattern[str]
    forms: tuple[Form, ...]
    otherwise: Refusal = Refusal.NEEDS_VIDEO_LINK


def _is(path: str, kind: Kind, query: str = "") -> Form:
    return Form(re.compile(path), kind=kind, query=query)


def _no(path: str, refusal: Refusal, query: str = "") -> Form:
    return Form(re.compile(path), refusal=refusal, query=query)


IDS: dict[Kind, re.Pattern[str]] = {
    Kind.YOUTUBE_VIDEO: re.compile(r"[A-Za-z0-9_-]{11}"),
    Kind.FACEBOOK_VIDEO: re.compile(r"[0-9]{1,24}"),
    Kind.FACEBOOK_REEL: re.compile(r"[0-9]{1,24}"),
    Kind.PEERTUBE_VIDEO: re.compile(
        r"[1-9A-HJ-NP-Za-km-z]{22}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    ),
    Kind.VIMEO_VIDEO: re.compile(r"[0-9]{1,12}"),
    Kind.VIMEO_EVENT: re.compile(r"[0-9]{1,12}"),
    Kind.DAILYMOTION_VIDEO: re.compile(r"[kx][A-Za-z0-9]{2,24}"),
    Kind.TWITCH_CHANNEL: re.compile(r"[A-Za-z0-9_]{3,25}"),
    Kind.TWITCH_VIDEO: re.compile(r"[0-9]{6,16}"),
    Kind.HLS_STREAM: re.compile(r"(?:/[A-Za-z0-9._~-]+)+\.m3u8"),
    Kind.SOUND_STREAM: re.compile(
        r"(?:/[A-Za-z0-9._~-]+)*/(?:[A-Za-z0-9_~-]+|[A-Za-z0-9._~-]+\.(?:aac|m4a|mp3|oga|ogg|opus))"
    ),
    Kind.ZOOM_JOIN: re.compile(r"[0-9]{9,11}"),
    Kind.ZOOM_PERSONAL: re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    Kind.ZOOM_WEB_CLIENT: re.compile(r"[0-9]{9,11}"),
}
"""What an id of each kind looks like, matched in full."""

VIMEO_HASH = re.compile(r"[0-9a-f]{8,12}")
ZOOM_PWD = re.compile(r"[A-Za-z0-9._-]{1,128}")  # a token, not the passcode that people type
FACEBOOK_PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
TIME = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,7})s?)?")

PEERTUBE = Grammar(
    Provider.PEERTUBE,
    re.compile(r"(?!)"),  # no host by itself: those of the setting
    (
        _no(r"/w/p/[^/]+", Refusal.PLAYLIST),
        _no(r"/videos/watch/playlist/[^/]+", Refusal.PLAYLIST),
        _no(r"/video-playlists/embed/[^/]+", Refusal.PLAYLIST),
        _is(r"/w/(?P<id>[^/]+)", Kind.PEERTUBE_VIDEO),
        _is(r"/videos/(?:watch|embed)/(?P<id>[^/]+)", Kind.PEERTUBE_VIDEO),
    ),
)

HLS = Grammar(Provider.HLS, re.compile(r"(?!)"), (_is(r"(?P<id>/.*\.m3u8)", Kind.HLS_STREAM),))

SOUND = Grammar(
    Provider.SOUND,
    re.compile(r"(?!)"),
    (
        _no(r"/.*\.(?:m3u|pls|xspf)", Refusal.PLAYLIST),
        _is(r"(?P<id>/.*\.(?:aac|m4a|mp3|oga|ogg|opus))", Kind.SOUND_STREAM),
        _is(r"(?P<id>/(?:.*/)?[^/.]+)", Kind.SOUND_STREAM),  # a mount of Icecast has no ending
    ),
)

GRAMMARS: tuple[Grammar, ...] = (
    Grammar(
        Provider.YOUTUBE,
        re.compile(r"(?:(?:www|m|music|gaming)\.)?youtube\.com|(?:www\.)?youtube-nocookie\.com"),
        (
            _is(r"/(?:watch|live_chat)?", Kind.YOUTUBE_VIDEO, query="v"),
            _no(r"/(?:watch|playlist)?", Refusal.PLAYLIST, query="list"),
            _no(r"/embed/videoseries", Refusal.PLAYLIST),
            _no(r"/embed/live_stream", Refusal.NEEDS_VIDEO_LINK),
            _is(r"/(?:live|embed|shorts|v|e)/(?P<id>[^/]+)", Kind.YOUTUBE_VIDEO),
        ),
    ),
    Grammar(Provider.YOUTUBE, re.compile(r"youtu\.be"), (_is(r"/(?P<id>[^/]+)", Kind.YOUTUBE_VIDEO),)),
    Grammar(
        Provider.FACEBOOK,
        re.compile(r"(?:(?:www|m|web|[a-z]{2}-[a-z]{2})\.)?facebook\.com"),
        (
            Form(re.compile(r"/plugins/video\.php"), query="href", wraps=True),
            _is(r"/(?:watch(?:/live)?|video\.php)", Kind.FACEBOOK_VIDEO, query="v"),
            _is(r"/reel/(?P<id>[^/]+)", Kind.FACEBOOK_REEL),
            _no(r"/share(?:/.*)?", Refusal.NEEDS_FULL_LINK),
            _is(r"/(?P<page>[^/]+)/videos/(?:[^/]+/)?(?P<id>[^/]+)", Kind.FACEBOOK_VIDEO),
        ),
    ),
    Grammar(Provider.FACEBOOK, re.compile(r"fb\.watch"), (), otherwise=Refusal.NEEDS_FULL_LINK),
    Grammar(
        Provider.VIMEO,
        re.compile(r"(?:(?:www|player)\.)?vimeo\.com"),
        (
            _is(r"/event/(?P<id>[^/]+)(?:/embed)?(?:/(?P<hash>[^/]+))?", Kind.VIMEO_EVENT),
            _is(r"/channels/[^/]+/(?P<id>[^/]+)", Kind.VIMEO_VIDEO),
            _no(r"/(?:showcase|album)/.*", Refusal.PLAYLIST),
            _is(r"/(?:video/)?(?P<id>[0-9][^/]*)(?:/(?P<hash>[^/]+))?", Kind.VIMEO_VIDEO),
        ),
    ),
    Grammar(
        Provider.DAILYMOTION,
        re.compile(r"(?:(?:www|geo)\.)?dailymotion\.com"),
        (
            _is(r"/player(?:/[^/]+)?\.html", Kind.DAILYMOTION_VIDEO, query="video"),
            _is(r"/(?:embed/)?video/(?P<id>[^/_]+)(?:_[^/]*)?", Kind.DAILYMOTION_VIDEO),
            _no(r"/(?:embed/)?playlist/.*", Refusal.PLAYLIST),
        ),
    ),
    Grammar(Provider.DAILYMOTION, re.compile(r"dai\.ly"), (_is(r"/(?P<id>[^/]+)", Kind.DAILYMOTION_VIDEO),)),
    Grammar(
        Provider.TWITCH,
        re.compile(r"(?:(?:www|m|player)\.)?twitch\.tv"),
        (
            _is(r"/", Kind.TWITCH_CHANNEL, query="channel"),
            _is(r"/videos/(?P<id>[^/]+)", Kind.TWITCH_VIDEO),
            _no(
                r"/(?:directory|videos|settings|search|jobs|turbo|downloads|store)", Refusal.NEEDS_VIDEO_LINK
            ),
            _is(r"/(?P<id>[^/]+)", Kind.TWITCH_CHANNEL),
        ),
    ),
    Grammar(
        Provider.ZOOM,
        re.compile(r"(?:[a-z0-9-]+\.)*(?:zoom\.us|zoom\.com|zoomgov\.com)"),
        (
            _no(_ANY, Refusal.HOST_LINK, query="zak"),
            _no(_ANY, Refusal.PERSONAL_LINK, query="tk"),
            _no(r"/s/.*|/wc/[^/]+/start", Refusal.HOST_LINK),
            _no(r"/(?:meeting|webinar)/register/.*", Refusal.REGISTRATION_PAGE),
            _no(r"/rec/.*", Refusal.RECORDING),
            _is(r"/[jw]/(?P<id>[^/]+)", Kind.ZOOM_JOIN),
            _is(r"/my/(?P<id>[^/]+)", Kind.ZOOM_PERSONAL),
            _is(r"/wc/join/(?P<id>[^/]+)", Kind.ZOOM_WEB_CLIENT),
            _is(r"/wc/(?P<id>[^/]+)/join", Kind.ZOOM_WEB_CLIENT),
        ),
    ),
)
"""In each grammar the forms are tried from the top."""
