"""The HTTP interface of access, on a real socket with the real route table."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import test_utils

from streamhub import composition
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import Role
from streamhub.handlers.app import build_app
from streamhub.handlers.request import COOKIE
from streamhub.kit.clock import HOUR, rfc3339
from streamhub.kit.folder import DataFolder
from streamhub.kit.settings import Settings
from streamhub.server import prepare
from streamhub.services import Services
from tests.access.conftest import BENIN, OPENING, SENEGAL, TABLE, URL, summit_files
from tests.support import NOON, FakeClock

API = "/api/v1"


@dataclass(slots=True)
class Api:
    """A running server and a client without a cookie jar of its own."""

    use: Services
    clock: FakeClock
    client: test_utils.TestClient

    async def issue(self, role: Role = Role.DELEGATE, **order: Any) -> IssuedInvitation:
        """One invitation, for a delegate of Benin unless said otherwise."""
        asked = {"delegation": BENIN} | order if role in {Role.DELEGATE, Role.CORRESPONDENT} else order
        [issued] = await self.use.access.issue(InvitationOrder(role=role, **asked), "test")
        return issued

    async def call(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of a call."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        async with self.client.request(method, path, json=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None) if answer.content_length else None

    async def cookie(self, credential: str) -> str:
        """The cookie that a browser gets for a token."""
        async with self.client.post(f"{API}/enter", json={"token": credential}) as answer:
            assert answer.status == 204
            return answer.cookies[COOKIE].value


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """The whole application on the small summit."""
    async with serving(tmp_path, Settings(public_url=URL, issuer=URL, verify_per_minute=3)) as running:
        yield running


@cache
def _empty_database() -> bytes:
    """A file with the newest schema, made once."""
    with TemporaryDirectory() as made:
        folder = DataFolder(Path(made))
        prepare(folder)
        return folder.database.read_bytes()


class serving:  # noqa: N801 - reads as a context: `async with serving(…)`
    """An application on a fresh data folder."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings

    async def __aenter__(self) -> Api:
        folder = DataFolder(self._path)
        folder.create()
        folder.database.write_bytes(_empty_database())
        clock = FakeClock()
        self._use = await composition.build(folder, self._settings, clock)
        await self._use.programme.load(summit_files())
        self._client = test_utils.TestClient(
            test_utils.TestServer(build_app(self._use)), cookie_jar=aiohttp.DummyCookieJar()
        )
        await self._client.start_server()
        return Api(self._use, clock, self._client)

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._use.close()


async def test_an_organiser_issues_invitations(api):
    organiser = await api.issue(Role.ORGANISER)

    status, answer = await api.call(
        "POST",
        f"{API}/invitations",
        {"role": "delegate", "delegation": "BJ", "count": 2, "sessions": [OPENING], "label": "Ministre"},
        token=organiser.token,
    )

    assert status == 201
    [first, second] = answer["items"]
    assert {"id", "participant", "delegation", "role", "sessions", "link", "token", "expires_at"} <= set(
        first
    )
    assert (first["seat"], second["seat"]) == ("BJ-01", "BJ-02")
    assert first["sessions"] == [OPENING]
    assert first["link"].startswith(f"{URL}/j/")
    assert first["expires_at"] == "2021-11-06T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "delegate", "delegation": "XX"}, "delegation"),
        ({"role": "king"}, "role"),
        ({}, "role"),
        ({"role": "delegate", "delegation": "BJ", "count": "2"}, "count"),
        ({"role": "delegate", "delegation": "BJ", "count": 501}, "count"),
        ({"role": "delegate", "delegation": "BJ", "color": "blue"}, "color"),
        ({"role": "delegate", "delegation": "BJ", "expires_at": "tomorrow"}, "expires_at"),
        ({"role": "delegate", "delegation": "BJ", "sessions": ["nulle-part"]}, "sessions"),
        ({"role": "delegate", "delegation": "BJ", "device_policy": "ask"}, "device_policy"),
    ],
)
async def test_a_wrong_field_of_an_order_is_named(api, body, field):
    organiser = await api.issue(Role.ORGANISER)

    status, answer = await api.call("POST", f"{API}/invitations", body, token=organiser.token)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [problem["field"] for problem in answer["errors"]] == [field]


async def test_a_correspondent_is_bound_to_the_own_delegation(api):
    correspondent = await api.issue(Role.CORRESPONDENT)
    other = await api.issue(delegation=SENEGAL)
    order = {"role": "delegate"}

    status, answer = await api.call("POST", f"{API}/invitations", order, token=correspondent.token)
    own = answer["items"][0]["id"]

    assert (status, answer["items"][0]["delegation"]) == (201, "BJ")
    for path in (f"{other.invitation.id}:revoke", f"{other.invitation.id}:replace"):
        status, answer = await api.call("POST", f"{API}/invitations/{path}", token=correspondent.token)
        assert (status, answer["code"]) == (403, "role_forbidden")
    status, answer = await api.call(
        "GET", f"{API}/invitations/{other.invitation.id}", token=correspondent.token
    )
    assert status == 403
    status, answer = await api.call("GET", f"{API}/invitations", token=correspondent.token)
    assert {item["delegation"] for item in answer["items"]} == {"BJ"}
    status, _ = await api.call("POST", f"{API}/invitations/{own}:revoke", token=correspondent.token)
    assert status == 200


async def test_a_moderator_cannot_take_an_organisers_link(api):
    moderator = await api.issue(Role.MODERATOR)
    organiser = await api.issue(Role.ORGANISER)

    for verb in ("revoke", "replace"):
        status, answer = await api.call(
            "POST", f"{API}/invitations/{organiser.invitation.id}:{verb}", token=moderator.token
        )
        assert (status, answer["code"]) == (403, "role_forbidden")


async def test_rows_never_show_link_or_token(api):
    moderator = await api.issue(Role.MODERATOR)
    await api.issue()

    _, listed = await api.call("GET", f"{API}/invitations?limit=1", token=moderator.token)
    _, rest = await api.call("GET", f"{API}/invitations?cursor={listed['next']}", token=moderator.token)
    _, one = await api.call("GET", f"{API}/invitations/{moderator.invitation.id}", token=moderator.token)

    for row in (*listed["items"], *rest["items"], one):
        assert not {"link", "token", "code"} & set(row)
    assert (len(listed["items"]), len(rest["items"]), rest["next"]) == (1, 1, None)


async def test_revoking_and_replacing(api):
    moderator = await api.issue(Role.MODERATOR)
    delegate = await api.issue()
    path = f"{API}/invitations/{delegate.invitation.id}"

    status, replaced = await api.call("POST", f"{path}:replace", token=moderator.token)
    [new] = replaced["items"]
    dead, why = await api.call("GET", f"{API}/me", token=delegate.token)
    good, me = await api.call("GET", f"{API}/me", token=new["token"])
    revoked, row = await api.call("POST", f"{path}:revoke", token=moderator.token)
    gone, after = await api.call("GET", f"{API}/me", token=new["token"])

    assert status == 201
    assert (new["id"], new["participant"]) == (delegate.invitation.id, delegate.invitation.participant)
    assert (dead, why["code"]) == (410, "invitation_revoked")
    assert (good, me["participant"]) == (200, delegate.invitation.participant)
    assert (revoked, row["revoked_at"]) == (200, rfc3339(NOON))
    assert (gone, after["code"]) == (410, "invitation_revoked")


async def test_an_unknown_invitation_is_not_found(api):
    moderator = await api.issue(Role.MODERATOR)

    for method, path in (("GET", "i_none"), ("POST", "i_none:revoke"), ("POST", "i_none:replace")):
        status, answer = await api.call(method, f"{API}/invitations/{path}", token=moderator.token)
        assert (status, answer["code"]) == (404, "not_found")


async def test_a_token_for_one_session(api):
    organiser = await api.issue(Role.ORGANISER)
    delegate = await api.issue()
    body = {"invitation": delegate.invitation.id, "ttl": 3_600}

    status, made = await api.call("POST", f"{API}/sessions/{OPENING}/tokens", body, token=organiser.token)
    _, me = await api.call("GET", f"{API}/me", token=made["token"])
    unknown, why = await api.call("POST", f"{API}/sessions/nulle-part/tokens", body, token=organiser.token)

    assert status == 201
    assert made["expires_at"] == rfc3339(NOON + HOUR)
    assert made["link"] == f"{URL}/j#{made['token']}"
    assert me["sessions"] == [OPENING]
    assert (unknown, why["code"]) == (404, "unknown_session")


async def test_tokens_are_verified_for_anybody(api):
    delegate = await api.issue(sessions=(OPENING,))

    ok = await api.call("POST", f"{API}/tokens:verify", {"token": delegate.token, "session": OPENING})
    wrong = await api.call("POST", f"{API}/tokens:verify", {"token": delegate.token, "session": TABLE})
    bad = await api.call("POST", f"{API}/tokens:verify", {"token": delegate.token[:-5] + "AAAAA"})

    assert ok[0] == wrong[0] == bad[0] == 200
    assert (ok[1]["valid"], ok[1]["code"]) == (True, None)
    assert ok[1]["claims"]["sid"] == [OPENING]
    assert (wrong[1]["valid"], wrong[1]["code"]) == (False, "wrong_session")
    assert bad[1] == {"valid": False, "code": "token_invalid", "claims": None}


async def test_wrong_tokens_and_codes_wait_after_three_in_a_minute_and_good_ones_never(api):
    delegate = await api.issue()
    for _ in range(3):
        status, _ = await api.call("POST", f"{API}/enter", {"code": "a" * 26})
        assert status == 404

    async with api.client.post(f"{API}/tokens:verify", json={"token": "x"}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (429, "rate_limited")
        assert answer.headers["Retry-After"] == "60"
    status, _ = await api.call("POST", f"{API}/enter", {"token": delegate.token})
    assert status == 204
    api.clock.advance(minutes=1)
    status, _ = await api.call("POST", f"{API}/enter", {"code": "a" * 26})
    assert status == 404


async def test_entering_gives_a_cookie_that_only_our_pages_get(api):
    delegate = await api.issue()

    async with api.client.post(f"{API}/enter", json={"code": delegate.link.rpartition("/")[2]}) as answer:
        header = answer.headers["Set-Cookie"]
        cookie = answer.cookies[COOKIE].value
        assert answer.status == 204

    assert header.startswith("__Host-streamhub=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert part in header
    assert "Domain" not in header
    status, me = await api.call("GET", f"{API}/me", Cookie=f"{COOKIE}={cookie}")
    assert (status, me["participant"]) == (200, delegate.invitation.participant)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": URL}, 404),
        ({"Sec_Fetch_Site": "same-origin"}, 404),
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
async def test_a_write_with_the_cookie_needs_our_own_origin(api, headers, status):
    cookie = await api.cookie((await api.issue(Role.MODERATOR)).token)

    found, _ = await api.call(
        "POST", f"{API}/invitations/i_none:revoke", Cookie=f"{COOKIE}={cookie}", **headers
    )

    assert found == status


@pytest.mark.parametrize(
    "body", [{}, {"code": "a", "token": "b"}, {"code": None, "token": None}, {"code": 1}, []]
)
async def test_entering_takes_a_code_or_a_token(api, body):
    status, answer = await api.call("POST", f"{API}/enter", body)

    assert (status, answer["code"]) == (422, "field_invalid")


async def test_plain_http_on_another_host_refuses_to_enter(tmp_path):
    async with serving(tmp_path, Settings(public_url="http://live.example.org")) as api:
        delegate = await api.issue()

        status, answer = await api.call("POST", f"{API}/enter", {"token": delegate.token})

    assert (status, answer["code"]) == (403, "insecure_origin")


async def test_me_says_what_the_link_is_for_and_no_name(api):
    delegate = await api.issue(label="Ministre")

    _, me = await api.call("GET", f"{API}/me", token=delegate.token)
    _, stays = await api.call("GET", f"{API}/me/stays", token=delegate.token)

    assert me == {
        "participant": delegate.invitation.participant,
        "delegation": "BJ",
        "role": "delegate",
        "seat": "BJ-01",
        "label": "Ministre",
        "sessions": "*",
        "expires_at": "2021-11-06T00:00:00.000Z",
        "devices": 2,
    }
    assert stays == {"items": []}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer", "token_invalid"),
        ("Bearer x", "token_invalid"),
        ("Basic eDp5", "token_invalid"),
        ("Bearer " + "a" * 5_000, "token_invalid"),
        ("Bearer \xff.\xfe.\xfd", "token_invalid"),
    ],
)
async def test_a_bad_bearer_is_refused_with_one_sentence(api, header, code):
    cookie = await api.cookie((await api.issue()).token)

    status, answer = await api.call("GET", f"{API}/me", Authorization=header, Cookie=f"{COOKIE}={cookie}")

    assert (status, answer["code"]) == (401, code)


async def test_a_cookie_of_bytes_that_are_no_text_is_refused(api):
    status, answer = await api.call("GET", f"{API}/me", Cookie=f"{COOKIE}=\xff\xfe")

    assert (status, answer["code"]) == (401, "token_invalid")
