"""The real program at its most talkative: what it writes down, and what it shows to others."""

import asyncio
import json
from dataclasses import dataclass, field

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from streamhub.handlers.request import COOKIE
from tests.process import running
from tests.waiting import PATIENCE

API = "/api/v1"
HERE = "127.0.0.77"  # the callers' address, unlike the server's own
MAIL, NAME = "awa.diop@ville.example.sn", "Awa Diop-Ndiaye"
ZOOM = f"""Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room
{NAME},{MAIL},11/03/2021 09:01:00 AM,11/03/2021 10:01:00 AM,60,Yes,No
"""


@dataclass
class Flow:
    """One summit's morning: everybody comes, everything is looked at, and some things go wrong."""

    url: str
    http: aiohttp.ClientSession
    links: dict
    slug: str = ""
    cookies: dict = field(default_factory=dict)
    issued: list = field(default_factory=list)
    locations: list = field(default_factory=list)
    shown: list = field(default_factory=list)

    @property
    def secrets(self):
        """Everything that opens something, who it was for, and where they called from."""
        rows = [*self.links.values(), *self.issued]
        codes = [row["link"].rpartition("/")[2] for row in rows]
        tokens = [row["token"] for row in rows]
        signatures = [token.rpartition(".")[2] for token in tokens]
        cookies = [cookie.rpartition("=")[2] for cookie in self.cookies.values()]
        return [*codes, *map(str.upper, codes), *tokens, *signatures, *cookies, MAIL, NAME, HERE]

    async def call(self, method, path, role=None, **options):
        """One call; answers status and text, and remembers where it leads."""
        headers = dict(options.pop("headers", {})) | {"Accept": "text/html, application/json"}
        if role is not None:
            headers |= {"Cookie": self.cookies[role], "Origin": self.url}
        async with self.http.request(
            method, self.url + path, headers=headers, allow_redirects=False, **options
        ) as answer:
            self.locations.append(answer.headers.get("Location", ""))
            return answer.status, await answer.text(errors="replace"), answer.cookies

    async def enter(self):
        """Everybody opens the link of the own role and presses the button."""
        for role, row in self.links.items():
            path = row["link"].removeprefix(self.url)
            assert (await self.call("GET", path))[0] == 200
            status, _, cookies = await self.call("POST", path)
            assert status == 303
            self.cookies[role] = f"{COOKIE}={cookies[COOKIE].value}"
        _, text, _ = await self.call("GET", f"{API}/sessions")
        self.slug = next(s["slug"] for s in json.loads(text)["items"] if s["state"] == "live")

    async def watch(self):
        """A moderator's socket sees everybody else come, by cookie, by bearer and by hello."""
        token = self.links["press"]["token"]
        notice = f"{API}/sessions/{self.slug}/notices"
        async with (
            self.socket(Cookie=self.cookies["moderator"]) as wall,
            self.socket(Cookie=self.cookies["delegate"]),
            self.socket(token=token),
            self.socket() as late,
        ):
            await late.send(json.dumps({"type": "hello", "token": token}))
            await self.call("POST", notice, "moderator", json={"text": "Bonjour"})
            self.shown += [*await heard(late), *await heard(wall)]

    def socket(self, token=None, **headers):
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return connect(
            f"{self.url.replace('http', 'ws', 1)}{API}/live?session={self.slug}",
            subprotocols=["streamhub.v1.json"],
            additional_headers=headers,
            origin=self.url,
            local_addr=(HERE, 0),
        )

    async def look(self):
        """Every page that somebody else than the owner of a link may see."""
        pages = {
            None: [
                "/",
                f"/s/{self.slug}",
                "/privacy",
                "/openapi.json",
                "/asyncapi.json",
                "/.well-known/jwks.json",
            ],
            "delegate": ["/", f"/s/{self.slug}", "/me", f"{API}/me", f"{API}/sessions/{self.slug}/source"],
            "moderator": [
                f"/s/{self.slug}/wall",
                f"/s/{self.slug}/projector",
                f"{API}/sessions/{self.slug}/presence",
            ],
            "organiser": [f"{API}/invitations", f"{API}/sessions/{self.slug}/sources", "/figures"],
            "desk": ["/desk"],
            "communications": [
                "/figures",
                f"/figures/{self.slug}",
                "/figures/print",
                f"{API}/report.json?audience=internal",
            ],
        }
        for role, paths in pages.items():
            for path in paths:
                status, text, _ = await self.call("GET", path, role)
                assert status == 200, (role, path, text)
                self.shown.append(text)

    async def manage(self):
        """New links, new tokens, a check-in by code, a list with names: secrets on the way in and out."""
        order = {"role": "delegate", "delegation": "BJ"}
        _, text, _ = await self.call("POST", f"{API}/invitations", "organiser", json=order)
        [row] = json.loads(text)["items"]
        _, again, _ = await self.call("POST", f"{API}/invitations/{row['id']}:replace", "organiser")
        token = {"invitation": row["id"]}
        _, made, _ = await self.call("POST", f"{API}/sessions/{self.slug}/tokens", "organiser", json=token)
        self.issued = [row, *json.loads(again)["items"], json.loads(made)]
        code = self.links["delegate"]["link"].rpartition("/")[2]
        passage = {"code": code, "direction": "in", "nonce": "nonce-0001", "session": self.slug}
        assert (await self.call("POST", f"{API}/check-ins", "desk", json=passage))[0] == 200
        status, text, _ = await self.call(
            "POST",
            f"{API}/imports/zoom-participants?session={self.slug}&timezone=Europe/Brussels&date_order=mdy&file={MAIL}.csv",
            "communications",
            data=ZOOM.encode(),
            headers={"Content-Type": "text/csv"},
        )
        assert status == 201, text
        assert (await self.call("POST", f"{API}/invitations/{row['id']}:revoke", "organiser"))[0] == 200

    async def fail(self):
        """Secrets where they do not belong."""
        link, token = self.links["press"]["link"].removeprefix(self.url), self.links["press"]["token"]
        code, dead = link.rpartition("/")[2], self.issued[0]["token"]
        calls = [
            ("GET", f"{link}/extra"), ("GET", f"/J/{code}"), ("POST", f"/j/{code[:-1]}x"), ("PUT", link),
            ("POST", f"/j/{code}%20{code}"), ("GET", f"/?code={code}&token={token}"), ("GET", f"/s/{code}"),
            ("GET", f"/nowhere/{token}"), ("GET", f"{API}/sessions/{token}"),
            ("GET", f"{API}/live?session={code}&token={token}"),
        ]  # fmt: skip
        for method, path in calls:
            assert (await self.call(method, path))[0] < 500
        for bearer in (token + "x", token[:-9], dead, code, f"{token} {token}"):
            status, _, _ = await self.call("GET", f"{API}/me", headers={"Authorization": f"Bearer {bearer}"})
            assert status in {401, 410}
        for body in (
            {"token": token, "mail": MAIL},
            {"code": [token]},
            {"token": dead},
            {"code": code, "token": token},
        ):
            assert (await self.call("POST", f"{API}/enter", json=body))[0] in {410, 422}
        await self.call("POST", f"{API}/tokens:verify", json={"token": token[:-3] + "AAA"})
        await self.call("POST", f"{API}/tokens:verify", data=json.dumps({"token": token})[:-1].encode())
        for said in (json.dumps({"type": "hello", "token": token, "code": code}), f"hello {token}"):
            async with self.socket() as page:
                await page.send(said)
                await heard(page)
        with pytest.raises(InvalidHandshake):
            async with self.socket(token=dead):
                pass
        await self.shout(link, token)

    async def shout(self, link, token):
        """What is no HTTP, with everything in it."""
        cookie = self.cookies["press"]
        for raw in (
            f"GET {link} HTTP/9.9\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\x01\r\nAuthorization: Bearer {token}\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: a\r\nCookie {cookie}\r\n\r\n",
            f"POST {link} HTTP/1.1\r\nHost: a\r\nContent-Length: {MAIL}\r\n\r\n",
            f"{token} {link} {cookie} {MAIL}\r\n\r\n",
            f"GET /{'x' * 9_000}{token} HTTP/1.1\r\nHost: a\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", int(self.url.rpartition(":")[2]), local_addr=(HERE, 0)
            )
            writer.write(raw.encode())
            assert (await asyncio.wait_for(reader.read(), PATIENCE)).split()[1] == b"400"
            writer.close()


async def heard(socket):
    """Everything that a socket says until it is quiet for a moment."""
    said = []
    try:
        while True:
            said.append(await asyncio.wait_for(socket.recv(), 0.5))
    except (TimeoutError, ConnectionClosed):
        return said


@pytest.fixture(scope="module")
async def morning(tmp_path_factory):
    """The flow that took place, and the whole log of the program."""
    data = tmp_path_factory.mktemp("demo")
    with (data / "log").open("wb+") as log:
        async with running(
            "demo",
            "--port",
            "0",
            "--data",
            str(data / "demo"),
            "--json",
            log=log,
            STREAMHUB_LOG_LEVEL="debug",
        ) as server:
            printed = json.loads(server.printed[-1])
            links = {row["role"]: row for row in printed["links"]}
            connector = aiohttp.TCPConnector(local_addr=(HERE, 0))
            async with aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            ) as http:
                flow = Flow(server.url, http, links)
                for step in (flow.enter, flow.watch, flow.look, flow.manage, flow.fail):
                    await step()
            assert await server.stop() == 0
        log.seek(0)
        return flow, log.read().decode()


def found(secrets, text):
    return [secret for secret in secrets if secret in text]


async def test_the_log_holds_no_code_token_cookie_mail_name_or_address(morning):
    flow, log = morning

    assert len(flow.secrets) > 60
    assert found(flow.secrets, log) == []


async def test_every_line_of_the_log_is_json_and_says_what_happened(morning):
    _, log = morning
    lines = [json.loads(line) for line in log.splitlines()]

    assert {"refused", "token refused", "invitations issued", "invitation replaced"} <= {
        line["event"] for line in lines
    }
    assert {line["level"] for line in lines} >= {"debug", "info"}
    assert all(line["logger"] and line["timestamp"] for line in lines)


async def test_a_refusal_names_the_route_and_never_the_address_asked_for(morning):
    _, log = morning
    refused = [line for line in map(json.loads, log.splitlines()) if line["event"] == "refused"]

    assert {line["route"] for line in refused} >= {"/j/-", "/api/v1/enter", "/api/v1/me"}


async def test_no_address_that_a_browser_is_sent_to_holds_a_secret(morning):
    flow, _ = morning

    assert any(flow.locations)
    assert found(flow.secrets, "\n".join(flow.locations)) == []


async def test_no_page_that_others_see_holds_a_secret(morning):
    flow, _ = morning
    secrets = [secret for secret in flow.secrets if secret != HERE]

    assert len(flow.shown) > 20
    assert found(secrets, "\n".join(flow.shown)) == []
