"""Who may write with a cookie, and who may open a socket with one: our own pages."""

from itertools import product

import pytest
from websockets.exceptions import InvalidStatus

from streamhub.access.roles import Role
from streamhub.kit.errors import SettingInvalid
from streamhub.kit.settings import load_settings
from tests.edge.conftest import API, LIVE

EVIL = "https://evil.example"
SITES = [None, "same-origin", "same-site", "cross-site", "none"]


def origins(house):
    """Ours, none, and everything that is nearly ours."""
    host, port = house.url.removeprefix("http://").split(":")
    near = [
        f"https://{host}:{port}",
        f"http://{host}",
        f"http://localhost:{port}",
        f"{house.url}.evil.example",
    ]
    return [house.url, None, "null", EVIL, "", house.url.upper(), f"{house.url}/", *near]


def headers_of(origin, site):
    sent = {"Origin": origin, "Sec-Fetch-Site": site}
    return {name: value for name, value in sent.items() if value is not None}


async def test_a_write_with_the_cookie_needs_our_origin_or_a_browser_that_says_so(house):
    cookie = await house.cookie(await house.guest(Role.MODERATOR))
    path = f"{API}/sessions/{LIVE}/notices"

    for origin, site in product(origins(house), SITES):
        ours = origin == house.url or (origin in {None, "null"} and site == "same-origin")
        found = await house.status("POST", path, json={}, headers=cookie | headers_of(origin, site))
        assert found == ((422, "field_invalid") if ours else (403, "cross_origin")), (origin, site)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{API}/sessions/{LIVE}/notices"),
        ("PUT", f"{API}/sessions/{LIVE}/state"),
        ("POST", f"{API}/sessions/{LIVE}/beat"),
        ("POST", f"{API}/sessions/{LIVE}/source:open"),
        ("POST", f"{API}/sessions/{LIVE}:shift"),
        ("POST", f"{API}/enter"),
        ("POST", f"{API}/tokens:verify"),
        ("POST", f"/j/{'a' * 26}"),
    ],
)
async def test_every_kind_of_write_is_refused(house, method, path):
    cookie = await house.cookie(await house.guest(Role.MODERATOR))

    status, code = await house.status(method, path, json={}, headers=cookie | {"Origin": EVIL})

    assert (status, code) in {(403, "cross_origin"), (403, None)}


async def test_reading_with_the_cookie_needs_neither(house):
    cookie = await house.cookie(await house.guest())

    for origin in origins(house):
        status, _ = await house.status("GET", f"{API}/me", headers=cookie | headers_of(origin, "cross-site"))
        assert status == 200


async def test_a_bearer_wins_over_the_cookie_and_needs_neither(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    cookie = await house.cookie(delegate)
    path = f"{API}/sessions/{LIVE}/notices"

    for origin, site in product(origins(house), SITES):
        headers = cookie | moderator.headers | headers_of(origin, site)
        assert (await house.status("POST", path, json={}, headers=headers))[0] == 422, (origin, site)
    async with house.client.get(f"{API}/me", headers=cookie | moderator.headers) as answer:
        assert (await answer.json())["participant"] == moderator.participant


async def test_a_bad_bearer_is_not_mended_by_a_good_cookie(house):
    cookie = await house.cookie(await house.guest())

    found = await house.status(
        "GET", f"{API}/me", headers=cookie | {"Authorization": "Bearer x", "Origin": house.url}
    )

    assert found == (401, "token_invalid")


async def handshake(house, headers, origin):
    """The status of a handshake: 101 where the socket opened."""
    try:
        async with house.socket(LIVE, headers, origin=origin):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_a_handshake_with_the_cookie_needs_exactly_our_origin(house):
    cookie = await house.cookie(await house.guest())

    for origin, site in product(origins(house), SITES):
        fetched = {} if site is None else {"Sec-Fetch-Site": site}
        found = await handshake(house, cookie | fetched, origin)
        assert found == (101 if origin == house.url else 403), (origin, site)


async def test_a_handshake_with_a_cookie_that_is_dead_needs_it_too(house):
    invited = await house.invite()
    cookie = await house.cookie(invited)
    await house.use.access.revoke(invited.invitation.id, "test")

    assert await handshake(house, cookie, EVIL) == 403
    assert await handshake(house, cookie, None) == 403
    assert await handshake(house, cookie, house.url) == 101


async def test_the_refused_handshake_says_why(house):
    cookie = await house.cookie(await house.guest())

    async with house.client.get(
        f"{API}/live?session={LIVE}",
        headers=cookie | {"Origin": EVIL, "Connection": "Upgrade", "Upgrade": "websocket"},
    ) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "cross_origin")


async def test_without_cookie_any_origin_will_do(house):
    guest = await house.guest()

    for origin in origins(house):
        assert await handshake(house, guest.headers, origin) == 101, origin
        async with house.socket(LIVE, origin=origin) as page:
            await page.send('{"type":"hello","viewer":"viewer-01"}')
            assert '"type":"welcome"' in await page.recv()


async def test_a_bearer_beside_the_cookie_needs_no_origin(house):
    guest = await house.guest()
    cookie = await house.cookie(await house.guest())

    async with house.socket(LIVE, cookie | guest.headers, origin=EVIL) as page:
        assert guest.participant in await page.recv()


async def test_a_browser_whose_cookie_is_dead_may_still_look_on(house):
    invited = await house.invite()
    cookie = await house.cookie(invited)
    await house.use.access.revoke(invited.invitation.id, "test")

    async with house.socket(LIVE, cookie, origin=house.url) as page:
        await page.send('{"type":"hello","viewer":"viewer-01"}')
        assert '"viewer":"viewer-01"' in await page.recv()


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Live.Example.org/", "https://live.example.org"),
        (" HTTPS://live.example.org:443", "https://live.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("https://live.example.org:8443", "https://live.example.org:8443"),
        ("http://[::80]:8080", "http://[::80]:8080"),
    ],
)
def test_our_origin_is_written_as_browsers_write_it(written, origin):
    settings, _ = load_settings(environment={"STREAMHUB_PUBLIC_URL": written})

    assert settings.public_url == origin


@pytest.mark.parametrize(
    "written",
    ["https://été.example", "live.example.org", "https://a/b", "https://a?b", "https://u@a", "ftp://a"],
)
def test_what_no_browser_would_say_is_no_public_address(written):
    with pytest.raises(SettingInvalid, match="public_url"):
        load_settings(environment={"STREAMHUB_PUBLIC_URL": written})
