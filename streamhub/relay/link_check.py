"""Whether a link can be shown in our page, asked where the provider answers without a key (oEmbed).

Source: https://oembed.com and each provider's page of it. Only the provider hears of the link,
and nothing of any viewer.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote

import msgspec

from streamhub.kit.outgoing import Outgoing, Reply, Unanswered
from streamhub.relay.link_model import Kind, Link, Provider
from streamhub.relay.providers import embed_url, link_url

SECONDS = 3.0
"""A moderator waits for this; longer than that is no answer."""

MAX_TITLE = 200

OEMBED = {
    Provider.YOUTUBE: "https://www.youtube.com/oembed?format=json&url=",
    Provider.FACEBOOK: "https://graph.facebook.com/v26.0/oembed_video?url=",
    Provider.VIMEO: "https://vimeo.com/api/oembed.json?url=",
}


class CheckReason(StrEnum):
    """Why a link cannot be shown in the page, or why that is not known."""

    OPENS_ELSEWHERE = "opens_elsewhere"
    """This provider's streams open outside our page only."""

    NO_PLAYER_ID = "no_player_id"
    """Dailymotion embeds nothing without a Player ID; it is a setting."""

    NOT_EMBEDDABLE = "not_embeddable"
    """It is private, or its owner forbids embedding."""

    NOT_FOUND = "not_found"
    """The provider knows no such video."""

    NOT_ASKED = "not_asked"
    """There is nobody to ask: the player will show."""

    NO_ANSWER = "no_answer"
    """The provider was asked and did not say."""


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """``embeddable`` None: not known, with the reason; ``title`` is the provider's, for the eye only."""

    provider: Provider
    embeddable: bool | None
    reason: CheckReason | None = None
    title: str = ""


class _OEmbed(msgspec.Struct):
    title: str | None = None


class LinkChecker:
    """Asks providers about links."""

    def __init__(self, player_id: str, stand_ins: dict[Provider, str]) -> None:
        """``player_id`` is Dailymotion's; ``stand_ins`` are local servers in place of providers."""
        self._outgoing = Outgoing(total_seconds=SECONDS)
        self._player_id = player_id
        self._stand_ins = stand_ins

    async def close(self) -> None:
        """Let go of every connection."""
        await self._outgoing.close()

    async def check(self, link: Link) -> LinkCheck:
        """Whether the link can be shown in our page; answers within seconds, whatever the provider does."""
        if embed_url(link, player_id=self._player_id) is None:
            lacks_id = link.provider is Provider.DAILYMOTION
            reason = CheckReason.NO_PLAYER_ID if lacks_id else CheckReason.OPENS_ELSEWHERE
            return LinkCheck(link.provider, embeddable=False, reason=reason)
        address = self._address(link)
        if address is None:
            return LinkCheck(link.provider, embeddable=None, reason=CheckReason.NOT_ASKED)
        try:
            return _read(link.provider, await self._outgoing.get(address))
        except Unanswered:
            return LinkCheck(link.provider, embeddable=None, reason=CheckReason.NO_ANSWER)

    def _address(self, link: Link) -> str | None:
        """Where to ask; None for those who need a key, or whom nobody can be asked about."""
        if link.kind is Kind.VIMEO_EVENT:
            return None
        base = OEMBED.get(link.provider)
        if link.provider is Provider.PEERTUBE:
            base = f"https://{link.host}/services/oembed?format=json&url="
        if base is None:
            return None
        local = self._stand_ins.get(link.provider)
        if local:
            base = local + base[base.index("/", len("https://")) :]
        return base + quote(link_url(replace(link, start=0)), safe="")


def _read(provider: Provider, reply: Reply) -> LinkCheck:
    if reply.status == 200:  # noqa: PLR2004 - HTTP
        title = " ".join((reply.read(_OEmbed).title or "").split())[:MAX_TITLE]
        return LinkCheck(provider, embeddable=True, title=title)
    if reply.status in {401, 403}:
        return LinkCheck(provider, embeddable=False, reason=CheckReason.NOT_EMBEDDABLE)
    if reply.status in {400, 404}:
        return LinkCheck(provider, embeddable=False, reason=CheckReason.NOT_FOUND)
    return LinkCheck(provider, embeddable=None, reason=CheckReason.NO_ANSWER)
