"""What a pasted link is once it is understood, and the reasons for which it is refused."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from streamhub.kit.errors import LinkRefused


class Provider(StrEnum):
    """Where a source comes from; the words stand in the contract's ``provider``."""

    YOUTUBE = "youtube"
    FACEBOOK = "facebook"
    PEERTUBE = "peertube"
    VIMEO = "vimeo"
    DAILYMOTION = "dailymotion"
    TWITCH = "twitch"
    HLS = "hls"
    SOUND = "sound"
    ZOOM = "zoom"
    TEXT = "text"


class Kind(StrEnum):
    """What a link leads to at its provider; ``Link.id`` is the id of that."""

    YOUTUBE_VIDEO = "yt-video"
    FACEBOOK_VIDEO = "fb-video"
    FACEBOOK_REEL = "fb-reel"
    PEERTUBE_VIDEO = "pt-video"
    VIMEO_VIDEO = "vimeo"
    VIMEO_EVENT = "vimeo-event"
    DAILYMOTION_VIDEO = "dm"
    TWITCH_CHANNEL = "twitch"
    TWITCH_VIDEO = "twitch-video"
    HLS_STREAM = "hls"
    SOUND_STREAM = "sound"
    ZOOM_JOIN = "zoom-join"
    ZOOM_PERSONAL = "zoom-personal"
    ZOOM_WEB_CLIENT = "zoom-wc"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a session may show: a few parts, never the text that was pasted.

    ``host`` is set where the provider has many (PeerTube, HLS, sound, Zoom), ``start`` is in
    seconds, ``hash`` opens an unlisted Vimeo video, ``page`` is the Facebook page of a
    video. ``pwd`` is the passcode token of a Zoom meeting: it is kept out of ``repr``,
    hence of logs, and leaves the server only in the link of a person who joins.
    """

    provider: Provider
    kind: Kind
    id: str
    host: str = ""
    start: int = 0
    hash: str = ""
    page: str = ""
    pwd: str = field(default="", repr=False)

    def same_stream(self, other: "Link") -> bool:
        """Whether both lead to one stream, whatever their start, hash or passcode."""
        return self.stream == other.stream

    def without_passcode(self) -> "Link":
        """The same link with nothing secret in it: fit to show, to log and to publish."""
        return replace(self, pwd="")

    @property
    def stream(self) -> tuple[str, str, str]:
        """What makes two links one: kind, host where the provider has many, id."""
        host = "" if self.provider is Provider.ZOOM else self.host
        return self.kind, host, self.id


class Refusal(StrEnum):
    """Why a link is refused: ``reason`` of the error ``link_refused``, stable words."""

    NOT_A_LINK = "not_a_link"
    NOT_HTTPS = "not_https"
    UNKNOWN_PROVIDER = "unknown_provider"
    BAD_ID = "bad_id"
    BAD_CHANNEL = "bad_channel"
    NEEDS_VIDEO_LINK = "needs_video_link"
    NEEDS_FULL_LINK = "needs_full_link"
    PLAYLIST = "playlist"
    PERSONAL_LINK = "personal_link"
    HOST_LINK = "host_link"
    REGISTRATION_PAGE = "registration_page"
    RECORDING = "recording"


_WORDS = {
    Refusal.NOT_A_LINK: "This is not the address of a web page. Copy all of it, from https:// to its end.",
    Refusal.NOT_HTTPS: "The address of a stream must begin with https://.",
    Refusal.UNKNOWN_PROVIDER: "This site is not among those that can be shown here.",
    Refusal.BAD_ID: "The address is damaged: its number or code has not the form that this site uses.",
    Refusal.BAD_CHANNEL: "The channel is floor, sign, audio or a language tag such as en.",
    Refusal.NEEDS_VIDEO_LINK: "Paste the address of the video or of the meeting itself.",
    Refusal.NEEDS_FULL_LINK: "This is a short link for sharing. Open it and paste the address then shown.",
    Refusal.PLAYLIST: "This is a list of videos. Paste the address of one of them.",
    Refusal.PERSONAL_LINK: "This Zoom link belongs to one person. Paste the link that is common to all.",
    Refusal.HOST_LINK: "Whoever opens this link runs the meeting. Paste the link of the participants.",
    Refusal.REGISTRATION_PAGE: "People register here. Send it to them; a session needs the link to join.",
    Refusal.RECORDING: "This is a recording. It belongs with the documents of the session.",
}


def refused(refusal: Refusal) -> LinkRefused:
    """The error to raise. It never repeats the link, which may hold a secret."""
    return LinkRefused(refusal.value, _WORDS[refusal])
