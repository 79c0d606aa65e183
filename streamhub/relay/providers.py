"""One row per provider: its name, who receives a viewer's address, its embed and its link.

Addresses are built from the parts of a ``Link`` only. Sources: integrations notes,
sections 1.1, 2.2, 3, 4 and 5.1.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from streamhub.relay.link_model import Kind, Link, Provider
from streamhub.relay.model import AUDIO, FLOOR, PageNeeds, Source, SourceView

VIEWS = 1_024  # kept: everybody who comes gets the same few
VIDEO_MEGABYTES = 450  # an hour at 1 Mbit/s: what a player takes at 480 lines
AUDIO_MEGABYTES = 30  # an hour at 64 kbit/s
STREAM_MEGABYTES = 60  # an hour at 128 kbit/s: what Icecast and its like send as a rule
MEETING_MEGABYTES = 800  # an hour of a Zoom meeting with several cameras


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """What is to know about one provider.

    ``company`` receives the viewer's address and may set cookies: it is named before the
    click; it is empty for the organiser's own servers, which need no click.
    ``embed`` takes the link, the viewer's language and Dailymotion's Player ID and may
    answer None.
    """

    name: str
    company: str
    embed: Callable[[Link, str, str], str | None]
    link_out: Callable[[Link], str]
    megabytes_per_hour: int = VIDEO_MEGABYTES

    @property
    def needs_click(self) -> bool:
        """Whether nothing may be asked from it before the viewer agrees."""
        return bool(self.company)


def _youtube_embed(link: Link, lang: str, _player: str) -> str:
    fields = {"rel": "0", "playsinline": "1", "hl": lang, "cc_lang_pref": lang}
    if link.start:
        fields["start"] = str(link.start)
    return f"https://www.youtube-nocookie.com/embed/{link.id}?{urlencode(fields)}"


def _youtube_link(link: Link) -> str:
    return f"https://www.youtube.com/watch?v={link.id}" + (f"&t={link.start}s" if link.start else "")


def _facebook_embed(link: Link, _lang: str, _player: str) -> str:
    fields = {"href": _facebook_link(link), "show_text": "false", "width": "560"}
    return f"https://www.facebook.com/plugins/video.php?{urlencode(fields)}"


def _facebook_link(link: Link) -> str:
    if link.kind is Kind.FACEBOOK_REEL:
        return f"https://www.facebook.com/reel/{link.id}"
    if link.page:
        return f"https://www.facebook.com/{link.page}/videos/{link.id}/"
    return f"https://www.facebook.com/watch/?v={link.id}"


def _peertube_embed(link: Link, _lang: str, _player: str) -> str:
    # p2p=0: viewers do not learn each other's addresses
    fields = {"p2p": "0", "warningTitle": "0", "peertubeLink": "0", "title": "0"}
    if link.start:
        fields["start"] = f"{link.start}s"
    return f"https://{link.host}/videos/embed/{link.id}?{urlencode(fields)}"


def _peertube_link(link: Link) -> str:
    address = f"https://{link.host}/{'videos/watch' if '-' in link.id else 'w'}/{link.id}"
    return address + (f"?start={link.start}s" if link.start else "")


def _vimeo_embed(link: Link, _lang: str, _player: str) -> str:
    if link.kind is Kind.VIMEO_EVENT:
        return f"https://vimeo.com/event/{link.id}/embed" + (f"/{link.hash}" if link.hash else "")
    fields = ({"h": link.hash} if link.hash else {}) | {"dnt": "1"}
    return f"https://player.vimeo.com/video/{link.id}?{urlencode(fields)}"


def _vimeo_link(link: Link) -> str:
    folder = "event/" if link.kind is Kind.VIMEO_EVENT else ""
    return f"https://vimeo.com/{folder}{link.id}" + (f"/{link.hash}" if link.hash else "")


def _dailymotion_embed(link: Link, _lang: str, player: str) -> str | None:
    if not player:  # refused without a Player ID (HTTP 403) since 28 September 2026
        return None
    return f"https://geo.dailymotion.com/player/{quote(player, safe='')}.html?video={link.id}"


def _dailymotion_link(link: Link) -> str:
    return f"https://www.dailymotion.com/video/{link.id}"


def _twitch_link(link: Link) -> str:
    return f"https://www.twitch.tv/{'videos/' if link.kind is Kind.TWITCH_VIDEO else ''}{link.id}"


def _stream_embed(link: Link, _lang: str, _player: str) -> str:
    return _stream_link(link)


def _stream_link(link: Link) -> str:
    return f"https://{link.host}{link.id}"


def _zoom_link(link: Link) -> str:
    path = {Kind.ZOOM_PERSONAL: f"my/{link.id}", Kind.ZOOM_WEB_CLIENT: f"wc/{link.id}/join"}
    bare = f"https://{link.host}/{path.get(link.kind, f'j/{link.id}')}"
    return f"{bare}?{urlencode({'pwd': link.pwd})}" if link.pwd else bare


def _no_embed(_link: Link, _lang: str, _player: str) -> None:
    return None


PROVIDERS: dict[Provider, ProviderRow] = {
    Provider.YOUTUBE: ProviderRow("YouTube", "YouTube (Google)", _youtube_embed, _youtube_link),
    Provider.FACEBOOK: ProviderRow("Facebook", "Facebook (Meta Platforms)", _facebook_embed, _facebook_link),
    Provider.PEERTUBE: ProviderRow("PeerTube", "", _peertube_embed, _peertube_link),
    Provider.VIMEO: ProviderRow("Vimeo", "Vimeo", _vimeo_embed, _vimeo_link),
    Provider.DAILYMOTION: ProviderRow("Dailymotion", "Dailymotion", _dailymotion_embed, _dailymotion_link),
    Provider.TWITCH: ProviderRow("Twitch", "Twitch (Amazon)", _no_embed, _twitch_link),
    Provider.HLS: ProviderRow("HLS", "", _stream_embed, _stream_link),
    Provider.SOUND: ProviderRow("Audio", "", _stream_embed, _stream_link, STREAM_MEGABYTES),
    Provider.ZOOM: ProviderRow("Zoom", "Zoom", _no_embed, _zoom_link, MEETING_MEGABYTES),
}
"""Every provider of links; a text has no row, it is our own page."""


STREAMS = frozenset({Provider.HLS, Provider.SOUND})
"""What the player page plays itself, without any frame of a provider."""


def embed_url(link: Link, *, lang: str = "fr", player_id: str = "") -> str | None:
    """The address of the player, or of the stream itself; None where it opens elsewhere only."""
    return PROVIDERS[link.provider].embed(link, lang, player_id)


def link_url(link: Link, *, joining: bool = False) -> str:
    """The address at the provider. Only for a person who is ``joining`` it has the passcode.

    Without it nothing in it is secret: it may be shown, logged and published.
    """
    return PROVIDERS[link.provider].link_out(link if joining else link.without_passcode())


def token_of(source: Source) -> str:
    """The source as ``[channel=]url`` of a programme file, its passcode included; empty for a text."""
    if source.link is None:
        return ""
    url = link_url(source.link, joining=True)
    return url if source.channel == FLOOR else f"{source.channel}={url}"


@lru_cache(VIEWS)
def view_of(source: Source, *, joining: bool, lang: str = "fr", player_id: str = "") -> SourceView:
    """What a page gets of a source, for a person who may enter the session (``joining``) or not."""
    row = PROVIDERS[source.link.provider] if source.link else None
    embed = embed_url(source.link, lang=lang, player_id=player_id) if source.link else None
    name = _name(source.link, row) if source.link and row else ""
    return SourceView(
        id=source.id,
        provider=source.provider,
        channel=source.channel,
        embed_url=embed,
        link_url=link_url(source.link, joining=joining) if source.link else None,
        personal=source.personal,
        label=source.label or name,
        name=name,
        company=row.company if row else "",
        needs_click=bool(row and row.needs_click),
        elsewhere=bool(source.link and embed is None),
        megabytes_per_hour=_megabytes(source, row),
        text=source.text or None,
        phone=source.phone or None,
    )


def page_needs(sources: Iterable[Source], *, player_id: str = "") -> PageNeeds:
    """What a page that shows these sources must be allowed to load, and no more."""
    links = [source.link for source in sources if source.link]
    streams = [link for link in links if link.provider in STREAMS]
    framed = [link for link in links if link.provider not in STREAMS]
    frames = {_origin(url) for link in framed if (url := embed_url(link, player_id=player_id))}
    if any(link.kind is Kind.VIMEO_EVENT for link in framed):
        frames.add("https://player.vimeo.com")  # an event's page passes on to the player
    return PageNeeds(tuple(sorted(frames)), tuple(sorted({f"https://{link.host}" for link in streams})))


def _name(link: Link, row: ProviderRow) -> str:
    """Whom a viewer's browser will ask: an organiser's stream has no other name than its host."""
    return link.host if link.provider in STREAMS else row.name


def _origin(url: str) -> str:
    return f"https://{urlsplit(url).netloc}"


def _megabytes(source: Source, row: ProviderRow | None) -> int:
    if row is None:
        return 0
    is_light = source.channel == AUDIO and row.megabytes_per_hour > STREAM_MEGABYTES
    return AUDIO_MEGABYTES if is_light else row.megabytes_per_hour
