"""What Zoom sends: whether it is from Zoom, and what it says. Pure.

Source: https://developers.zoom.us/docs/api/webhooks/ and the types of ``@zoom/rivet`` 0.4.0. The signature
is over the bytes as they came: a body that was read and written again has another one.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from streamhub.kit.clock import HOUR, MINUTE, SECOND, Instant, parse_rfc3339
from streamhub.relay.zoom_accounts import ZoomAccount

MAX_BODY = 262_144
"""Bytes of the largest body that is taken."""

OLDEST_MS = 2 * HOUR
"""A failed delivery is repeated after 5, 25 and 85 minutes; Zoom does not say whether it is signed anew."""

NEWEST_MS = 5 * MINUTE
"""How far Zoom's clock may be ahead of ours."""

MAX_TEXT = 255


class HookRefused(Exception):
    """Not from an account of ours, not of now, or not of the form. ``code`` is a stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Change(StrEnum):
    """What happened to a person or a meeting."""

    JOINED = "joined"
    LEFT = "left"
    JOINED_BREAKOUT = "joined_breakout"
    LEFT_BREAKOUT = "left_breakout"
    STARTED = "started"
    ENDED = "ended"


CHANGES = {
    f"{kind}.{event}": change
    for kind in ("meeting", "webinar")
    for event, change in (
        ("participant_joined", Change.JOINED),
        ("participant_left", Change.LEFT),
        ("participant_joined_breakout_room", Change.JOINED_BREAKOUT),
        ("participant_left_breakout_room", Change.LEFT_BREAKOUT),
        ("started", Change.STARTED),
        ("ended", Change.ENDED),
    )
}
"""The events that say who was there when; waiting rooms are no attendance, others are left aside."""

TIMES = {
    Change.JOINED: "join_time",
    Change.JOINED_BREAKOUT: "join_time",
    Change.LEFT: "leave_time",
    Change.LEFT_BREAKOUT: "leave_time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomEvent:
    """One event of one running meeting (``uuid``) of a meeting or webinar (``meeting``).

    ``user`` is new at each join and each breakout room. ``customer_key`` is ours, ``registrant``
    Zoom's, ``email`` all that is told of a panelist; of somebody who joined by a common link none
    leads anywhere. ``parent`` is the main room's ``user`` of somebody in a breakout room. Change,
    uuid, user and time make two events one, however often and in whatever form they were sent.
    """

    change: Change
    webinar: bool
    meeting: str
    uuid: str
    at: Instant
    user: str = ""
    customer_key: str = ""
    registrant: str = ""
    email: str = field(default="", repr=False)
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Zoom asks whether the address is ours; ``answer`` is the JSON to send back."""

    answer: dict[str, str]


class _Participant(msgspec.Struct):
    user_id: str | int = ""
    registrant_id: str | None = None
    customer_key: str | None = None
    email: str | None = None
    parent_user_id: str | int | None = None
    join_time: str | None = None
    leave_time: str | None = None
    date_time: str | None = None


class _Object(msgspec.Struct):
    uuid: str = ""
    id: str | int = ""
    start_time: str | None = None
    end_time: str | None = None
    practice_session: bool | None = None
    participant: _Participant | None = None


class _Payload(msgspec.Struct):
    object: _Object | None = None


class _Hook(msgspec.Struct):
    event: str
    payload: _Payload
    event_ts: int | None = None


class _Envelope(msgspec.Struct):
    event: str
    payload: dict[str, msgspec.Raw]


def signature(secret_token: str, timestamp: str, body: bytes) -> str:
    """What Zoom writes into ``x-zm-signature``."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret_token.encode(), signed, hashlib.sha256).hexdigest()


def sender(
    accounts: Iterable[ZoomAccount], timestamp: str, given: str, body: bytes, now: Instant
) -> ZoomAccount:
    """The account whose secret signed this. Raises HookRefused (bad_signature, stale)."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):  # noqa: PLR2004 - seconds
        raise HookRefused("bad_signature")
    found = [
        account
        for account in accounts
        if account.hears
        and hmac.compare_digest(signature(account.secret_token, timestamp, body).encode(), given.encode())
    ]
    if not found:
        raise HookRefused("bad_signature")
    if not -OLDEST_MS <= int(timestamp) * SECOND - now <= NEWEST_MS:
        raise HookRefused("stale")
    return found[0]


def received(account: ZoomAccount, body: bytes) -> Challenge | bool:
    """What is to be done with a signed body: answer a challenge, else whether to work it off later.

    Raises HookRefused (bad_form) for what is no event at all; the rest is read when it is worked off.
    """
    try:
        found = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HookRefused("bad_form") from None
    if found.event == "endpoint.url_validation":
        return _challenge(account, found.payload.get("plainToken", msgspec.Raw(b"null")))
    return found.event in CHANGES


def read_event(body: bytes) -> ZoomEvent | None:
    """What a signed body says; None for an event that is no attendance. Raises HookRefused (bad_form)."""
    try:
        hook = msgspec.json.decode(body, type=_Hook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HookRefused("bad_form") from None
    change = CHANGES.get(hook.event)
    if change is None or _is_rehearsed(hook):
        return None
    return _event(change, hook)


def digest(body: bytes) -> str:
    """What makes two deliveries one."""
    return hashlib.sha256(body).hexdigest()


def _challenge(account: ZoomAccount, given: msgspec.Raw) -> Challenge:
    try:
        plain = msgspec.json.decode(given, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise HookRefused("bad_form") from None
    if not plain or len(plain) > MAX_TEXT:
        raise HookRefused("bad_form")
    mark = hmac.new(account.secret_token.encode(), plain.encode(), hashlib.sha256).hexdigest()
    return Challenge({"plainToken": plain, "encryptedToken": mark})


def _is_rehearsed(hook: _Hook) -> bool:
    """Whether this is the practice before a webinar: its end is not the end of the webinar."""
    return hook.payload.object is not None and hook.payload.object.practice_session is True


def _event(change: Change, hook: _Hook) -> ZoomEvent:
    """The event. The times of people are theirs; ``start_time`` beside them is the meeting's."""
    about = hook.payload.object
    if about is None or not about.uuid or not about.id:
        raise HookRefused("bad_form")
    meeting, uuid = _short(str(about.id)), _short(about.uuid)
    webinar = hook.event.startswith("webinar.")
    if change is Change.STARTED or change is Change.ENDED:
        at = about.start_time if change is Change.STARTED else about.end_time
        return ZoomEvent(change=change, webinar=webinar, meeting=meeting, uuid=uuid, at=_instant(at, hook))
    who = about.participant
    if who is None or not who.user_id:
        raise HookRefused("bad_form")
    at = who.join_time if TIMES[change] == "join_time" else who.leave_time
    return ZoomEvent(
        change=change,
        webinar=webinar,
        meeting=meeting,
        uuid=uuid,
        at=_instant(at or who.date_time, hook),
        user=_short(str(who.user_id)),
        customer_key=_short(who.customer_key or ""),
        registrant=_short(who.registrant_id or ""),
        email=_short(who.email or ""),
        parent=_short(str(who.parent_user_id or "")),
    )


def _instant(text: str | None, hook: _Hook) -> Instant:
    """The time of the event, else when Zoom sent it."""
    if text:
        try:
            return parse_rfc3339(text)
        except (ValueError, OverflowError):
            raise HookRefused("bad_form") from None
    if hook.event_ts is None or not 0 <= hook.event_ts < 2**45:
        raise HookRefused("bad_form")
    return hook.event_ts


def _short(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise HookRefused("bad_form")
    return text
