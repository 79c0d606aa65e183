"""The calls that streamhub makes to Zoom, with one account's server-to-server credentials.

Source: https://developers.zoom.us/docs/api/ and ``@zoom/rivet`` 0.4.0. Zoom's own tables of error
codes contradict each other: the HTTP status decides first.
"""

import asyncio
import base64
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from streamhub.kit.clock import MINUTE, SECOND, Clock, Instant, parse_rfc3339
from streamhub.kit.outgoing import Outgoing, Reply, Unanswered
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_model import (
    MeetingInfo,
    NewRegistrant,
    Registrant,
    ReportRow,
    Trouble,
    ZoomKind,
    ZoomMeeting,
    ZoomRefused,
)

__all__ = [
    "MeetingInfo",
    "NewRegistrant",
    "Registrant",
    "ReportRow",
    "Trouble",
    "ZoomApi",
    "ZoomKind",
    "ZoomMeeting",
    "ZoomRefused",
    "twice_encoded",
]

OAUTH_BASE = "https://zoom.us"
API_BASE = "https://api.zoom.us"
API_HOSTS = (".zoom.us", ".zoomgov.com")
"""Where the regional address that Zoom names must lie."""

JOIN_HOSTS = (".zoom.us", ".zoom.com", ".zoomgov.com")
"""Where a link must lead that people are given."""

NO_REGISTRATION = 2
"""``approval_type`` of a meeting for which nobody registers."""

MAX_LINK = 2_000

BATCH = 30
"""Registrants in one call at the most."""

PAGE = 300
PAGES = 200
PACE_SECONDS = 1.0
"""Between two calls: the smallest account may make some in a second, and others use it too."""

RENEW_BEFORE_MS = MINUTE
TRIES = 3
LONGEST_WAIT_MS = 10 * SECOND
"""What is waited for within a call; for longer the call gives up and says until when."""

NO_CONTENT, BAD_REQUEST, UNAUTHORISED, NOT_FOUND = 204, 400, 401, 404
TOO_MANY, SERVER_ERROR = 429, 500

_SCOPE = re.compile(r"[a-z_]+:[a-z_]+(?::[a-z_]+)+")

T = TypeVar("T")


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int = 3_599
    scope: str = ""
    api_url: str = API_BASE


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Registrant(msgspec.Struct):
    registrant_id: str = ""
    id: str | int = ""
    email: str = ""
    join_url: str = ""


class _Registrants(msgspec.Struct):
    registrants: list[_Registrant] = []
    next_page_token: str = ""


class _Settings(msgspec.Struct):
    approval_type: int = NO_REGISTRATION


class _Meeting(msgspec.Struct):
    settings: _Settings = msgspec.field(default_factory=_Settings)


class _Nothing(msgspec.Struct):
    """An answer in which nothing is looked for."""


class _Panelists(msgspec.Struct):
    panelists: list[_Registrant] = []


class _Participant(msgspec.Struct):
    user_id: str | int = ""
    customer_key: str | None = None
    registrant_id: str | None = None
    user_email: str | None = None
    join_time: str = ""
    leave_time: str = ""
    status: str = ""


class _Report(msgspec.Struct):
    participants: list[_Participant] = []
    next_page_token: str = ""


class ZoomApi:
    """One account. Calls wait for each other: Zoom's limits are per account."""

    def __init__(self, outgoing: Outgoing, account: ZoomAccount, clock: Clock, stand_in: str = "") -> None:
        """``stand_in`` is the origin of a local server in place of Zoom, for tests and demonstrations."""
        self._outgoing = outgoing
        self._account = account
        self._clock = clock
        self._stand_in = stand_in
        self._token: _Token | None = None
        self._token_until: Instant = 0
        self._turn = asyncio.Lock()
        self._pace_seconds = 0.0 if stand_in else PACE_SECONDS  # a server on this machine needs no rest

    async def rights(self) -> frozenset[str]:
        """The scopes that the credentials have. Raises ZoomRefused, Unanswered."""
        async with self._turn:
            return frozenset((await self._fresh_token()).scope.split())

    async def meeting(self, number: str) -> MeetingInfo:
        """Whether a number is a meeting's or a webinar's, and whether people register for it.

        Raises ZoomRefused (not_found also for a number of another account), Unanswered.
        """
        try:
            return await self._info(ZoomMeeting(ZoomKind.MEETING, number))
        except ZoomRefused as failure:  # of a webinar's number Zoom answers 400 or 404 here
            if failure.trouble not in {Trouble.NOT_FOUND, Trouble.REFUSED}:
                raise
        try:
            return await self._info(ZoomMeeting(ZoomKind.WEBINAR, number))
        except ZoomRefused as failure:  # 400 where the account has no webinars at all
            if failure.trouble is Trouble.REFUSED:
                raise ZoomRefused(Trouble.NOT_FOUND) from None
            raise

    async def _info(self, meeting: ZoomMeeting) -> MeetingInfo:
        path = f"/v2/{meeting.kind}/{quote(meeting.id, safe='')}"
        found = await self._send("GET", path, None, _Meeting)
        return MeetingInfo(meeting, found.settings.approval_type != NO_REGISTRATION)

    async def register(self, meeting: ZoomMeeting, people: Sequence[NewRegistrant]) -> list[Registrant]:
        """Register people, at most 30 per call; Zoom mails nobody. Raises ZoomRefused, Unanswered."""
        found: list[Registrant] = []
        for start in range(0, len(people), BATCH):
            order = {
                "auto_approve": True,
                "registrants_confirmation_email": False,
                "registrants": [_named(p) for p in people[start : start + BATCH]],
            }
            path = f"/v2/{meeting.kind}/{meeting.id}/batch_registrants"
            answer = await self._send("POST", path, order, _Registrants)
            found += _usable(answer.registrants)
        return found

    async def registrants(self, meeting: ZoomMeeting) -> list[Registrant]:
        """Everybody who is registered and may come. Raises ZoomRefused, Unanswered."""
        found: list[Registrant] = []
        token = ""
        for _ in range(PAGES):
            query = {"page_size": str(PAGE), "status": "approved", "next_page_token": token}
            given = urlencode({name: value for name, value in query.items() if value})
            path = f"/v2/{meeting.kind}/{meeting.id}/registrants?{given}"
            page = await self._send("GET", path, None, _Registrants)
            found += _usable(page.registrants)
            token = page.next_page_token
            if not token:
                return found
        raise ZoomRefused(Trouble.REFUSED)

    async def invite_panelists(
        self, webinar: ZoomMeeting, people: Sequence[NewRegistrant]
    ) -> list[Registrant]:
        """Make people panelists of a webinar, who may speak, each with a link of their own.

        Raises ZoomRefused, Unanswered.
        """
        path = f"/v2/{webinar.kind}/{webinar.id}/panelists"
        wanted = {p.email for p in people}
        for start in range(0, len(people), BATCH):
            some = people[start : start + BATCH]
            order = {"panelists": [{"email": p.email, "name": p.name} for p in some]}
            await self._send("POST", path, order, _Nothing)
        return [one for one in await self.panelists(webinar) if one.email in wanted]

    async def panelists(self, webinar: ZoomMeeting) -> list[Registrant]:
        """Every panelist. Raises ZoomRefused, Unanswered."""
        listed = await self._send("GET", f"/v2/{webinar.kind}/{webinar.id}/panelists", None, _Panelists)
        return _usable(listed.panelists)

    async def remove_panelist(self, webinar: ZoomMeeting, panelist: Registrant) -> None:
        """Take a panelist's link from them. Raises ZoomRefused, Unanswered."""
        path = f"/v2/{webinar.kind}/{webinar.id}/panelists/{quote(panelist.id, safe='')}"
        await self._send("DELETE", path, None, _Nothing)

    async def cancel(self, meeting: ZoomMeeting, people: Iterable[Registrant]) -> None:
        """Take registrants' links from them. Raises ZoomRefused, Unanswered."""
        order = {"action": "cancel", "registrants": [{"id": p.id, "email": p.email} for p in people]}
        await self._send("PUT", f"/v2/{meeting.kind}/{meeting.id}/registrants/status", order, _Nothing)

    async def report(self, meeting: ZoomMeeting, uuid: str) -> list[ReportRow]:
        """Who was in a meeting that ended, waiting rooms left out. Raises ZoomRefused, Unanswered."""
        path = f"/v2/report/{meeting.kind}/{twice_encoded(uuid)}/participants"
        rows: list[ReportRow] = []
        token = ""
        for _ in range(PAGES):
            query = {"page_size": str(PAGE), "include_fields": "registrant_id", "next_page_token": token}
            given = urlencode({name: value for name, value in query.items() if value})
            page = await self._send("GET", f"{path}?{given}", None, _Report)
            rows += [_row(p) for p in page.participants if p.status != "in_waiting_room"]
            token = page.next_page_token
            if not token:
                return rows
        raise ZoomRefused(Trouble.REFUSED)

    async def _send(self, method: str, path: str, order: object, form: type[T]) -> T:
        """One call: with a new token once, and again where Zoom asks for a moment."""
        async with self._turn:
            reply = await self._ask(method, path, order)
            if reply.status == UNAUTHORISED:
                self._token = None
                reply = await self._ask(method, path, order)
            for _ in range(TRIES - 1):
                wait = self._asked_to_wait(reply)
                if wait is None or wait > LONGEST_WAIT_MS:
                    break
                await asyncio.sleep(wait / SECOND)
                reply = await self._ask(method, path, order)
            await asyncio.sleep(self._pace_seconds)
            self._check(reply)
            return reply.read(form) if reply.status != NO_CONTENT else form()

    async def _ask(self, method: str, path: str, order: object) -> Reply:
        token = await self._fresh_token()
        headers = {"Authorization": f"Bearer {token.access_token}", "Content-Type": "application/json"}
        address = self._api_base(token) + path
        if order is None:
            return await self._outgoing.send(method, address, None, headers)
        return await self._outgoing.send(method, address, msgspec.json.encode(order), headers)

    async def _fresh_token(self) -> _Token:
        """The token at hand, or a new one a minute before its end; there is none to refresh it with."""
        if self._token is not None and self._clock.now() < self._token_until:
            return self._token
        name = f"{self._account.client_id}:{self._account.client_secret}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(name.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        form = urlencode({"grant_type": "account_credentials", "account_id": self._account.account_id})
        base = self._stand_in or OAUTH_BASE
        reply = await self._outgoing.send("POST", f"{base}/oauth/token", form.encode(), headers)
        if reply.status in {BAD_REQUEST, UNAUTHORISED}:
            raise ZoomRefused(Trouble.KEY_REFUSED)
        self._check(reply)
        self._token = token = reply.read(_Token)
        self._token_until = self._clock.now() + token.expires_in * SECOND - RENEW_BEFORE_MS
        return token

    def _api_base(self, token: _Token) -> str:
        """The regional address that Zoom named, if it is one of Zoom's."""
        if self._stand_in:
            return self._stand_in
        parts = urlsplit(token.api_url)
        host = parts.hostname or ""
        return f"https://{host}" if parts.scheme == "https" and host.endswith(API_HOSTS) else API_BASE

    def _asked_to_wait(self, reply: Reply) -> int | None:
        """Milliseconds until Zoom may be asked again; None where it does not say that it is too much."""
        if reply.status != TOO_MANY:
            return None
        until = _rest_until(reply)
        return SECOND if until is None else max(0, until - self._clock.now())

    def _check(self, reply: Reply) -> None:
        """Raise ZoomRefused for everything but success."""
        if reply.status < BAD_REQUEST:
            return
        if reply.status >= SERVER_ERROR:
            raise ZoomRefused(Trouble.UNAVAILABLE)
        if reply.status == TOO_MANY:
            raise ZoomRefused(Trouble.THROTTLED, until=_rest_until(reply))
        message = _message(reply)
        if "scopes" in message:
            raise ZoomRefused(Trouble.RIGHT_MISSING, right=_scope(message))
        if reply.status == UNAUTHORISED:
            raise ZoomRefused(Trouble.KEY_REFUSED)
        raise ZoomRefused(Trouble.NOT_FOUND if reply.status == NOT_FOUND else Trouble.REFUSED)


def twice_encoded(uuid: str) -> str:
    """A meeting's uuid as a part of a path: Zoom wants it percent-encoded twice where it holds a slash."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if "/" in uuid or "+" in uuid else once


def _named(one: NewRegistrant) -> dict[str, str]:
    """As Zoom takes it: the last name may be left out, but not be empty."""
    named = {"email": one.email, "first_name": one.first_name}
    return named | {"last_name": one.last_name} if one.last_name else named


def _usable(answers: Iterable[_Registrant]) -> list[Registrant]:
    """Those with an id and a link that leads to Zoom; raises Unanswered for a link that leads elsewhere."""
    found = [
        Registrant(one.registrant_id or str(one.id), one.email.lower(), one.join_url)
        for one in answers
        if one.email and one.join_url and (one.registrant_id or one.id)
    ]
    if not all(_leads_to_zoom(one.join_url) for one in found):
        raise Unanswered("rubbish")
    return found


def _leads_to_zoom(link: str) -> bool:
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    plain = link.isascii() and link.isprintable() and len(link) <= MAX_LINK and not parts.username
    host = parts.hostname or ""
    ours = host.endswith(JOIN_HOSTS) or f".{host}" in JOIN_HOSTS
    return plain and parts.scheme == "https" and port in {None, 443} and ours


def _row(found: _Participant) -> ReportRow:
    try:
        since, until = parse_rfc3339(found.join_time), parse_rfc3339(found.leave_time)
    except (ValueError, OverflowError):
        raise Unanswered("rubbish") from None
    keys = found.customer_key or "", found.registrant_id or ""
    return ReportRow(str(found.user_id), *keys, since, until, found.user_email or "")


def _rest_until(reply: Reply) -> Instant | None:
    """``Retry-After`` of the daily limit is an RFC 3339 date, ``X-RateLimit-Reset`` is in seconds."""
    try:
        return parse_rfc3339(reply.headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        pass
    reset = reply.headers.get("x-ratelimit-reset", "")
    return int(reset) * SECOND if reset.isascii() and reset.isdigit() and len(reset) <= 12 else None  # noqa: PLR2004


def _message(reply: Reply) -> str:
    try:
        return reply.read(_Error).message
    except Unanswered:
        return ""


def _scope(message: str) -> str:
    """The scope that Zoom's message names, such as ``meeting:write:registrant:admin``."""
    named = _SCOPE.search(message)
    return named[0] if named else ""
