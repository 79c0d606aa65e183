"""A summit's day on the real program, from the list of people to the erasing of one, and what was said."""

import asyncio
import json
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace

import aiohttp

from streamhub.handlers.request import COOKIE
from streamhub.kit.clock import SECOND, SystemClock
from tests.bulk.mail_server import MailServer
from tests.stand_ins import zoom_sender
from tests.stand_ins.zoom_sender import Delivery, Guest, Running
from tests.waiting import PATIENCE

API = "/api/v1"
PEOPLE = (
    ("9001", "Aminata Ouédraogo-Keïta", "aminata.ok@ouaga.example.bf", "Conseillère Numérique Spéciale"),
    ("9002", "Théodule Zinsou", "t.zinsou@cotonou.example.bj", "Chef de Cabinet Zinsou"),
    ("9003", "Bérénice Quakou", "berenice@abidjan.example.ci", "Déléguée Quakou"),
)
LIST = "id;nom;mail;pays;fonction\n" + "".join(f"{i};{n};{m};BJ;{f}\n" for i, n, m, f in PEOPLE)
ASKER = {
    "kind": "press",
    "name": "Hippolyte Vandenbroucke",
    "email": "hippolyte@gazette.example.be",
    "function": "Grand reporter",
    "medium": "La Gazette du Hainaut",
    "message": "Ma carte de presse est la 77-4512-Q.",
}
PROOF = b"%PDF-1.7\n carte de presse 77-4512-Q Hippolyte Vandenbroucke\n" + b"x" * 500
SUBJECT = "Financer les ports de Kpalimé"
IN_ZOOM = ("iPad d'Hermeline Okonkwo", "hermeline@okonkwo.example.net")
ADDRESSES = [f"198.51.100.{number}" for number in range(11, 31)]
LINK = re.compile(r"https?://[^\s\"<>]+/j[/#][A-Za-z0-9._#/-]+")


@dataclass
class Answer:
    """What somebody heard."""

    status: int
    text: str
    cookie: str

    @property
    def json(self):
        return json.loads(self.text)


@dataclass
class Day:
    """Everybody's acts in their order; ``secrets`` open something, ``people`` are about somebody."""

    demo: SimpleNamespace
    box: MailServer
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    callers: count = field(default_factory=count)
    addresses = ADDRESSES

    @property
    def people(self):
        """Names, mail addresses, functions, words and addresses of machines."""
        asker = [value for key, value in ASKER.items() if key != "kind"]
        return [*(word for row in PEOPLE for word in row[1:]), *asker, *IN_ZOOM, SUBJECT, *ADDRESSES]

    async def call(self, method, path, who=None, *, bearer=None, **options):
        """One call, from an address of its own: by somebody's cookie, by a token, or by nobody."""
        headers = {"X-Forwarded-For": ADDRESSES[next(self.callers) % len(ADDRESSES)]}
        headers |= {"Accept": "text/html, application/json"} | options.pop("headers", {})
        if who is not None:
            headers |= {"Cookie": f"{COOKIE}={self.cookies[who]}", "Origin": self.demo.url}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {self.demo.links[bearer]['token']}"
        async with self.http.request(
            method, self.demo.url + path, headers=headers, allow_redirects=False, **options
        ) as answer:
            text = await answer.text(errors="replace")
            self.locations.append(answer.headers.get("Location", ""))
            if answer.status >= 400:
                self.refused.append(text)
            cookie = answer.cookies[COOKIE].value if COOKIE in answer.cookies else ""
            return Answer(answer.status, text, cookie)

    async def must(self, method, path, *more, **options):
        answer = await self.call(method, path, *more, **options)
        assert answer.status < 400, (path, answer.text[:300])
        return answer

    def issued(self, row):
        """What was shown once is a secret from now on."""
        code = re.split(r"/j[/#]", row["link"])[1]
        self.secrets |= {code, code.upper(), row["token"], row["token"].rpartition(".")[2]}
        return row

    async def enter(self, who, link):
        """Open the link and press the button."""
        self.links[who] = link
        secret = re.split(r"/j[/#]", link)[1]
        self.secrets |= {secret, secret.rpartition(".")[2]}
        if "." in secret:
            entered = await self.must("POST", f"{API}/enter", json={"token": secret})
        else:
            await self.must("GET", f"/j/{secret}")
            entered = await self.must("POST", f"/j/{secret}")
        self.cookies[who] = entered.cookie
        self.secrets.add(entered.cookie)

    def socket(self, stack, who):
        """A page by somebody's cookie."""
        return stack.enter_async_context(
            self.http.ws_connect(
                f"{self.demo.url}{API}/live?session={self.demo.live}",
                headers={"Cookie": f"{COOKIE}={self.cookies[who]}", "Origin": self.demo.url},
                protocols=("streamhub.v1.json",),
            )
        )

    # The day

    async def invite(self):
        """A list of people, a request for access with its proof, and everybody's mail."""
        for row in self.demo.links.values():
            self.issued(row)
        query = "?file=liste.csv&map=fonction%3Dlabel&set=role%3Ddelegate"
        headers = {"Content-Type": "text/csv"}
        for step in ("preview", "import"):
            path = f"{API}/participants:{step}{query}"
            await self.must("POST", path, bearer="organiser", data=LIST.encode(), headers=headers)
        made = (await self.must("POST", f"{API}/access-requests", json=ASKER)).json
        self.secrets.add(made["secret"])
        headers = {"Document-Secret": made["secret"], "Content-Type": "application/pdf"}
        await self.must("PUT", f"{API}/access-requests/{made['id']}/document", data=PROOF, headers=headers)
        path = f"{API}/access-requests/{made['id']}"
        await self.must("GET", f"{path}/document", bearer="organiser")
        order = {"role": "press", "delegation": "BJ"}
        accepted = (await self.must("POST", f"{path}:accept", bearer="organiser", json=order)).json
        self.issued(accepted["items"][0])
        await self.mailed({ASKER["email"]})
        await self.must("POST", f"{API}/mails", bearer="organiser", json={"only": ["BJ"]})
        await self.mailed({row[2] for row in PEOPLE})

    async def mailed(self, addresses):
        """Wait for the letters, and take the links out of them."""
        async with asyncio.timeout(PATIENCE):
            while not addresses <= set(self.box.counts):  # noqa: ASYNC110 - a mail server is polled
                await asyncio.sleep(0.05)
        for address in addresses:
            body = self.box.letter(address).get_body(("plain",)).get_content()
            self.links[address] = LINK.search(body)[0]

    async def attend(self):
        """People enter; a phone takes over; one link is replaced, one revoked; somebody speaks."""
        (a, b, c), asker = (row[2] for row in PEOPLE), ASKER["email"]
        for who in (a, b, c, asker):
            await self.enter(who, self.links[who])
        rows = (await self.must("GET", f"{API}/participants?limit=1000", bearer="organiser")).json["items"]
        rows = {row["email"]: row for row in rows}
        takes_over = {"devices": 1, "device_policy": "take_over"}
        path = f"{API}/invitations/{rows[a]['invitation']}"
        await self.must("PUT", f"{path}/devices", bearer="moderator", json=takes_over)
        async with AsyncExitStack() as stack:
            laptop = await self.socket(stack, a)
            await heard(laptop, "welcome")
            await self.enter(f"{a} by phone", self.links[a])
            phone = await self.socket(stack, f"{a} by phone")
            await heard(phone, "welcome")
            assert (await heard(laptop, "closing"))["code"] == 4411
            await phone.send_json({"type": "floor.request", "subject": SUBJECT})
            assert (await heard(phone, "floor"))["state"]
            await self.replace(rows[b], stack, b)
            other = await self.socket(stack, c)
            await heard(other, "welcome")
            path = f"{API}/invitations/{rows[c]['invitation']}:revoke"
            await self.must("POST", path, bearer="moderator")
            assert (await heard(other, "closing"))["code"] == 4410
        await self.door(asker)
        await self.zoom()

    async def zoom(self):
        """Zoom tells who came to the session's meeting, with their names; somebody else tries to."""
        now = SystemClock().now() // SECOND - 60
        run = Running("/k2Vv//wholeDayA==", now, kind="meeting")
        guests = (Guest("1", PEOPLE[0][1], email=PEOPLE[0][2]), Guest("2", IN_ZOOM[0], email=IN_ZOOM[1]))
        events = [*(zoom_sender.joined(run, one, now) for one in guests), zoom_sender.ended(run, now + 30)]
        some = [Delivery(now + 60, zoom_sender.body_of(one)) for one in events]
        for one in (*some, *some):
            assert (await self.told(one)).status == 204
        assert (await self.told(zoom_sender.wrong_secret(some[0]))).status == 401
        path = f"{API}/sessions/{self.demo.live}/statistics?audience=internal"
        async with asyncio.timeout(PATIENCE):
            while (await self.must("GET", path, bearer="communications")).json["by_channel"]["zoom"] < 2:
                await self.must("GET", "/readyz")

    def told(self, delivery):
        """A webhook of Zoom."""
        self.secrets |= {zoom_sender.SECRET, delivery.headers["x-zm-signature"]}
        return self.call("POST", "/hooks/zoom", data=delivery.body, headers=delivery.headers)

    async def replace(self, row, stack, who):
        """The link leaked: the page of whoever has it closes, the new link is mailed."""
        page = await self.socket(stack, who)
        await heard(page, "welcome")
        path = f"{API}/invitations/{row['invitation']}"
        [new] = (await self.must("POST", f"{path}:replace", bearer="moderator")).json["items"]
        assert (await heard(page, "closing"))["code"] == 4410
        self.issued(new)
        await self.enter(who, new["link"])

    async def door(self, who):
        """The desk scans a link; the moderator looks at the room."""
        order = {"code": self.links[who], "session": self.demo.live, "direction": "in", "nonce": "nonce-0001"}
        await self.must("POST", f"{API}/check-ins", bearer="desk", json=order)
        for path in ("presence", "floor", "sources"):
            await self.must("GET", f"{API}/sessions/{self.demo.live}/{path}", bearer="moderator")

    async def count(self):
        """Figures, reports, exports, the audit log; somebody is erased."""
        for path in (
            "/statistics?audience=internal",
            "/report.csv?audience=internal",
            "/report.json",
            "/report.html",
            "/audit.csv",
            "/connection-tests",
            "/mails",
        ):
            await self.must("GET", f"{API}{path}", bearer="organiser")
        rows = (await self.must("GET", f"{API}/participants?limit=1000", bearer="organiser")).json["items"]
        gone = next(row for row in rows if row["email"] == PEOPLE[0][2])
        person = f"{API}/participants/{gone['participant']}"
        await self.must("GET", f"{person}/export", bearer="organiser")
        await self.must("POST", f"{person}:erase", bearer="organiser")

    async def go_wrong(self):
        """Links that open nothing any more, and secrets where none belong."""
        a, _, c = (row[2] for row in PEOPLE)
        for who in (a, c):
            assert (await self.call("GET", f"{API}/me", who)).status == 410
            assert (await self.call("POST", f"/j/{_secret(self.links[who])}")).status in {404, 410}
            assert (
                await self.call("GET", f"/s/{self.demo.live}/wall?who={a}&of={self.links[who]}")
            ).status == 401
        await self.call("GET", f"{API}/participants?q={PEOPLE[1][1]}")
        await self.call("POST", f"{API}/enter", json={"code": _secret(self.links[c]), "email": c})
        path = f"{API}/participants:import"
        assert (await self.call("POST", path, bearer="organiser", json=LIST)).status == 415
        bad = LIST.replace("BJ", "??").encode()
        headers = {"Content-Type": "text/csv"}
        path = f"{API}/participants:import?file={a}.csv"
        assert (await self.call("POST", path, bearer="organiser", data=bad, headers=headers)).status == 422


def _secret(link):
    return re.split(r"/j[/#]", link)[1]


async def heard(socket, kind):
    """The next message of a kind."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await socket.receive_json()
            if message["type"] == kind:
                return message
