"""Every stand-in on one port, with the videos of the example summit, as a demonstration shows them."""

import asyncio
import csv
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stand_ins import facebook, youtube
from tests.stand_ins.facebook import FacebookStandIn
from tests.stand_ins.oembed import OEmbedStandIn
from tests.stand_ins.peertube import PeerTubeStandIn
from tests.stand_ins.server import StandIn, running
from tests.stand_ins.youtube import YouTubeStandIn
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, ZoomStandIn
from tests.stand_ins.zoom_sender import SECRET

EXAMPLE = Path(__file__).parents[2] / "config" / "example" / "programme.csv"
YOUTUBE_ID = re.compile(r"(?:v=|youtu\.be/|/live/)([\w-]{11})")
FACEBOOK_ID = re.compile(r"facebook\.com/\w+/videos/(\d+)")
ZOOM_NUMBER = re.compile(r"zoom\.us/j/(\d+)")

PEERTUBE_HOST, PEERTUBE_ID = "videos.sommet.example", "9UhsEGd8vM4PTtg6bphpEM"
PRIVATE_ID, UNKNOWN_ID = "privateVid1", "unknownVid1"

TICK_SECONDS = 5.0
SHOWN_SECONDS = 1_200.0
"""So long the videos had been live when the demonstration begins."""

HIDES_EVERY, HIDES_FOR = 900, 60
"""Seconds: now and then a platform does not say how many watch."""


@dataclass(slots=True)
class Together:
    """One of each; ``url`` is where all of them answer, ``number`` the meeting of the main session."""

    youtube: YouTubeStandIn = field(default_factory=YouTubeStandIn)
    facebook: FacebookStandIn = field(default_factory=FacebookStandIn)
    peertube: PeerTubeStandIn = field(default_factory=PeerTubeStandIn)
    oembed: OEmbedStandIn = field(default_factory=OEmbedStandIn)
    zoom: ZoomStandIn = field(default_factory=ZoomStandIn)
    url: str = ""
    number: str = ""

    @property
    def settings(self) -> dict[str, str | list[str]]:
        """What leads a server here, with keys that are taken here."""
        platforms = ("youtube", "facebook", "peertube", "vimeo", "zoom")
        return {
            "youtube_api_key": youtube.KEY,
            "facebook_page": facebook.PAGE,
            "facebook_token": facebook.TOKEN,
            "peertube_hosts": [PEERTUBE_HOST],
            "stand_ins": [f"{platform}={self.url}" for platform in platforms],
        }

    @property
    def account(self) -> dict[str, str]:
        """The entries of the one Zoom account."""
        return {
            "account_id": ACCOUNT_ID,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "secret_token": SECRET,
            "email_domain": "delegues.sommet.example",
        }

    @property
    def paste(self) -> dict[str, str]:
        """Links to try on the wall, with what becomes of them."""
        return {
            f"https://{PEERTUBE_HOST}/w/{PEERTUBE_ID}": "can be shown, and is counted",
            f"https://www.youtube.com/watch?v={PRIVATE_ID}": "its owner forbids it",
            f"https://www.youtube.com/watch?v={UNKNOWN_ID}": "there is no such video",
        }

    def know(self, programme: Path = EXAMPLE) -> None:
        """Learn the videos and the meeting of a programme; its session with the most links is live."""
        with programme.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        main = max(rows, key=lambda row: len(row["source_urls"].split()))
        for row in rows:
            self._learn(row["source_urls"], row["title_fr"])
        self.number = ZOOM_NUMBER.findall(main["source_urls"])[0]
        self.oembed.titles[f"https://{PEERTUBE_HOST}/w/{PEERTUBE_ID}"] = main["title_fr"]
        self.oembed.forbidden.add(f"https://www.youtube.com/watch?v={PRIVATE_ID}")

    def _learn(self, links: str, title: str) -> None:
        for ident in YOUTUBE_ID.findall(links):
            self.youtube.videos[ident] = (0, None)
            self.oembed.titles[f"https://www.youtube.com/watch?v={ident}"] = title
        for ident in FACEBOOK_ID.findall(links):
            self.facebook.videos[ident] = (0, None)
            self.oembed.titles[f"https://www.facebook.com/VilledeNamur/videos/{ident}/"] = title

    def watched(self, second: float) -> None:
        """So many watch in this second of the videos."""
        for peak, known in ((120, self.youtube.videos), (45, self.facebook.videos)):
            known.update({ident: curve(second, peak) for ident in known})
        self.peertube.videos[PEERTUBE_ID] = curve(second, 25)


def curve(second: float, peak: int) -> tuple[int, int | None]:
    """Views and viewers: many come in the first minutes, then it goes up and down."""
    views = round(second * peak / 90)
    if second % HIDES_EVERY >= HIDES_EVERY - HIDES_FOR:
        return views, None
    return views, round(peak * (1 - math.exp(-second / 300)) * (1 + 0.2 * math.sin(second / 70)))


@asynccontextmanager
async def together() -> AsyncIterator[Together]:
    """All of them on a port of this machine."""
    them = Together()
    them.know()
    them.watched(SHOWN_SECONDS)
    each: tuple[StandIn, ...] = (them.youtube, them.facebook, them.peertube, them.oembed, them.zoom)
    routes = [
        *them.youtube.routes(),
        *them.facebook.routes(),
        *them.peertube.routes(),
        *them.oembed.routes(),
        *them.zoom.routes(),
    ]
    door = StandIn()
    async with running(door, routes):
        them.url = door.url
        for one in each:
            one.url = door.url
        yield them


async def keep_watching(them: Together) -> None:
    """Move the curves on, for ever."""
    loop = asyncio.get_running_loop()
    began = loop.time() - SHOWN_SECONDS
    while True:
        them.watched(loop.time() - began)
        await asyncio.sleep(TICK_SECONDS)
