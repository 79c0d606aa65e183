"""Joining a Zoom meeting inside our page: what Zoom's Meeting SDK asks for. Pure.

Source: ``zoom/meetingsdk-auth-endpoint-sample`` c6427b8 (the claims and their bounds) and the types of
``@zoom/meetingsdk`` 6.2.0. Nobody starts or hosts a meeting from here: the role is always 0.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import jwt

from streamhub.kit.clock import SECOND, Instant
from streamhub.relay.link_model import Link
from streamhub.relay.zoom_accounts import ZoomAccount

PARTICIPANT = 0
SKEW_SECONDS = 30
"""So much earlier it is dated: Zoom's clock may be behind ours."""

SHORTEST_SECONDS, LONGEST_SECONDS = 1_800, 172_800
"""What Zoom allows between ``iat`` and ``exp``."""

VALID_SECONDS = 7_200
"""As in Zoom's own sample: a line that broke comes back without our asking again."""

MAX_KEY = 36
"""Characters of a ``customerKey`` at the most."""


@dataclass(frozen=True, slots=True)
class OwnLink:
    """The link of somebody who is registered at Zoom, and the address under which they are."""

    email: str
    join_url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Everything that ``join()`` of the SDK is given. ``email`` and ``tk`` are empty without registration."""

    signature: str = field(repr=False)
    meeting: str
    password: str = field(repr=False)
    name: str
    email: str
    tk: str = field(repr=False)
    customer_key: str = field(repr=False)


def signature(account: ZoomAccount, meeting: str, now: Instant, valid_seconds: int = VALID_SECONDS) -> str:
    """The right to join one meeting as a participant. ``valid_seconds`` must be what Zoom allows."""
    if not SHORTEST_SECONDS <= valid_seconds <= LONGEST_SECONDS:
        raise ValueError("valid_seconds: Zoom allows 1,800 to 172,800")
    issued = now // SECOND - SKEW_SECONDS
    claims = {
        "appKey": account.sdk_key,
        "sdkKey": account.sdk_key,  # its name before SDK 5.0; Zoom's sample sends both
        "mn": meeting,
        "role": PARTICIPANT,
        "iat": issued,
        "exp": issued + valid_seconds,
        "tokenExp": issued + valid_seconds,
        "video_webrtc_mode": 1,
    }
    return jwt.encode(claims, account.sdk_secret, algorithm="HS256")


def joining(
    account: ZoomAccount, link: Link, own: OwnLink | None, name: str, customer_key: str, now: Instant
) -> Joining:
    """What one person needs to join once: by their own registration where there is one."""
    query = parse_qs(urlsplit(own.join_url).query) if own else {}
    return Joining(
        signature=signature(account, link.id, now),
        meeting=link.id,
        password=query.get("pwd", [link.pwd])[0],
        name=name,
        email=own.email if own else "",
        tk=query.get("tk", [""])[0],
        customer_key=customer_key,
    )
