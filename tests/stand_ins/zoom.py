"""Zoom's server-to-server OAuth and the calls that streamhub makes. The facts stand in README.md."""

import base64
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aiohttp import web

from tests.stand_ins.server import StandIn, running

ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET = (
    "Acc0unt-Id_Example",
    "cliEntIdExample01",
    "cliEntSecretExample0123456789abcd",
)
BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
SCOPES = (
    "report:read:list_meeting_participants:admin report:read:list_webinar_participants:admin "
    "meeting:read:meeting:admin meeting:read:list_registrants:admin meeting:write:batch_registrants:admin "
    "meeting:update:registrant_status:admin webinar:read:webinar:admin webinar:read:list_registrants:admin "
    "webinar:write:batch_registrants:admin webinar:update:registrant_status:admin "
    "webinar:write:panelist:admin webinar:read:list_panelists:admin webinar:delete:panelist:admin"
)


@dataclass(slots=True)
class ZoomStandIn(StandIn):
    """``reports`` by uuid: the rows of the report of a meeting that ended.

    ``numbers`` are the account's own meetings and webinars, by number: ``meetings`` or ``webinars`` and
    the ``approval_type``; None: every number is a meeting for which people register. ``lost_answers``:
    so many changes are made while the line breaks before the answer is there.
    """

    tokens: int = 0
    numbers: dict[str, tuple[str, int]] | None = None
    lost_answers: int = 0
    names: list[str] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    scope: str = SCOPES
    registrants: dict[str, dict[str, str]] = field(default_factory=dict)
    panelists: dict[str, dict[str, str]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    reports: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    rows_a_page: int = 2
    refusals: list[web.Response | None] = field(default_factory=list)
    _asked_today: Counter[str] = field(default_factory=Counter)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        kind = "{kind:meetings|webinars}"
        return [
            web.post("/oauth/token", self.token),
            web.get(f"/v2/{kind}/{{id}}", self.meeting),
            web.post(f"/v2/{kind}/{{id}}/batch_registrants", self.register),
            web.get(f"/v2/{kind}/{{id}}/registrants", self.list_registrants),
            web.put(f"/v2/{kind}/{{id}}/registrants/status", self.status),
            web.post("/v2/webinars/{id}/panelists", self.add_panelists),
            web.get("/v2/webinars/{id}/panelists", self.list_panelists),
            web.delete("/v2/webinars/{id}/panelists/{panelist}", self.remove_panelist),
            web.get(f"/v2/report/{kind}/{{uuid:.+}}/participants", self.report),
        ]

    def forget(self, panelist: str) -> None:
        """Somebody took this panelist out at Zoom itself."""
        del self.panelists[panelist]

    def forget_tokens(self) -> None:
        """Every token handed out so far has ended."""
        self.valid.clear()

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        given = form.get("grant_type"), form.get("account_id")
        if request.headers.get("Authorization") != BASIC or given != ("account_credentials", ACCOUNT_ID):
            refusal = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
            return web.json_response(refusal, status=400)
        self.tokens += 1
        token = f"eyJzdiI6IjAwMDAwMSJ9.invented{self.tokens}"
        self.valid.add(token)
        return web.json_response(
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": 3599,
                "scope": self.scope,
                "api_url": self.url,
            }
        )

    def refused(self, request: web.Request) -> web.Response | None:
        """The answer to a call that goes no further: no token, or what the test ordered."""
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            return _error(401, 124, "Invalid access token.")
        return self.refusals.pop(0) if self.refusals else None

    async def register(self, request: web.Request) -> web.Response:
        if (refusal := self.refused(request)) is not None:
            return refusal
        order = await request.json()
        if len(order["registrants"]) > 30:
            return _error(400, 300, "The maximum number of registrants is 30.")
        self._asked_today.update(person["email"] for person in order["registrants"])
        if any(self._asked_today[person["email"]] > 3 for person in order["registrants"]):
            return _error(429, 429, "You have exceeded the daily rate limit of (3) for this registrant.")
        made = [self._registrant(person, request.match_info["id"]) for person in order["registrants"]]
        self.lose(request)
        return web.json_response({"registrants": made}, status=201)

    def _registrant(self, person: dict[str, str], meeting: str) -> dict[str, str]:
        number = next(self._numbers)
        made = {
            "email": person["email"],
            "registrant_id": f"reg{number:019}",
            "meeting": meeting,
            "join_url": f"https://us02web.zoom.us/w/{meeting}?tk=tk{number}.DQYAAA&pwd=xYz.1",
        }
        self.names.append(" ".join(person[part] for part in ("first_name", "last_name") if part in person))
        self.registrants[person["email"]] = made | {"first_name": person["first_name"]}
        return made

    async def meeting(self, request: web.Request) -> web.Response:
        """A number of another account is not found; one of a webinar is refused among meetings."""
        if (refusal := self.refused(request)) is not None:
            return refusal
        number, kind = request.match_info["id"], request.match_info["kind"]
        known = ("meetings", 1) if self.numbers is None else self.numbers.get(number)
        if known is None:
            return _error(404, 3001, f"Meeting does not exist: {number}.")
        if known[0] != kind:
            return _error(400, 3000, "Cannot access webinar info.")
        return web.json_response({"id": int(number), "settings": {"approval_type": known[1]}})

    async def list_registrants(self, request: web.Request) -> web.Response:
        """Those of one meeting who were not cancelled, 30 a page at the most unless asked for more."""
        if (refusal := self.refused(request)) is not None:
            return refusal
        mine = [
            {"id": one["registrant_id"], "email": one["email"], "join_url": one["join_url"]}
            for one in self.registrants.values()
            if one["meeting"] == request.match_info["id"] and one["registrant_id"] not in self.cancelled
        ]
        size = min(300, int(request.query.get("page_size", "30")))
        start = int(request.query.get("next_page_token", "p0")[1:])
        more = f"p{start + size}" if start + size < len(mine) else ""
        return web.json_response({"next_page_token": more, "registrants": mine[start : start + size]})

    def lose(self, request: web.Request) -> None:
        """Break the line after what was asked is done, as often as the test ordered."""
        if self.lost_answers:
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.abort()

    async def status(self, request: web.Request) -> web.Response:
        if (refusal := self.refused(request)) is not None:
            return refusal
        order = await request.json()
        assert order["action"] == "cancel"
        self.cancelled += [person["id"] for person in order["registrants"]]
        self.lose(request)
        return web.Response(status=204)

    async def add_panelists(self, request: web.Request) -> web.Response:
        if (refusal := self.refused(request)) is not None:
            return refusal
        for person in (await request.json())["panelists"]:
            number = next(self._numbers)
            self.names.append(person["name"])
            url = f"https://us02web.zoom.us/w/{request.match_info['id']}?tk=panel{number}"
            self.panelists[f"pan{number}"] = {"id": f"pan{number}", "join_url": url, **person}
        self.lose(request)
        return web.json_response({"updated_at": "2021-11-03T22:00:00Z"}, status=201)

    async def list_panelists(self, request: web.Request) -> web.Response:
        if (refusal := self.refused(request)) is not None:
            return refusal
        listed = list(self.panelists.values())
        return web.json_response({"total_records": len(listed), "panelists": listed})

    async def remove_panelist(self, request: web.Request) -> web.Response:
        if (refusal := self.refused(request)) is not None:
            return refusal
        if self.panelists.pop(request.match_info["panelist"], None) is None:
            return _error(404, 3001, "Panelist does not exist.")
        self.cancelled.append(request.match_info["panelist"])
        return web.Response(status=204)

    async def report(self, request: web.Request) -> web.Response:
        """Few rows a page, whatever was asked for; a uuid with a slash must be encoded twice."""
        if (refusal := self.refused(request)) is not None:
            return refusal
        given = request.raw_path.split("?")[0].split("/")[4]
        uuid = unquote(unquote(given))
        if ("/" in uuid or "+" in uuid) and given != quote(quote(uuid, safe=""), safe=""):
            return _error(404, 3001, "Meeting does not exist.")
        if uuid not in self.reports:
            return _error(404, 3001, "This meeting has not ended yet, or has expired.")
        rows, start = self.reports[uuid], int(request.query.get("next_page_token", "p0")[1:])
        end = start + self.rows_a_page
        more = f"p{end}" if end < len(rows) else ""
        return web.json_response(
            {
                "page_count": -(-len(rows) // self.rows_a_page),
                "page_size": self.rows_a_page,
                "total_records": len(rows),
                "next_page_token": more,
                "participants": rows[start:end],
            }
        )


def too_many(*, reset: int | None = None, retry_after: str | None = None) -> web.Response:
    """429 as for too many calls a second (``reset`` in unix seconds) or a day (an ISO date)."""
    headers = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "Daily-limit" if retry_after else "QPS"}
    if reset is not None:
        headers["X-RateLimit-Reset"] = str(reset)
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return _error(429, 429, "You have reached the maximum per-second rate limit for this API.", headers)


def scope_missing(scope: str) -> web.Response:
    """400 as for an app without the right."""
    return _error(400, 4711, f"Invalid access token, does not contain scopes:[{scope}].")


def row(user: str, since: str, until: str, person: str = "", status: str = "in_meeting") -> dict[str, str]:
    """One connection of a report."""
    return {
        "id": "",
        "user_id": user,
        "name": f"Someone {user}",
        "user_email": "",
        "join_time": since,
        "leave_time": until,
        "registrant_id": person,
        "customer_key": "",
        "status": status,
    }


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps({"code": code, "message": message})
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)


@asynccontextmanager
async def zoom() -> AsyncIterator[ZoomStandIn]:
    """A Zoom on this machine."""
    stand_in = ZoomStandIn()
    async with running(stand_in, stand_in.routes()):
        yield stand_in
