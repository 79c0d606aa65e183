"""Abuse: counted by link or token first and by address last; a whole hotel may share one address."""

import asyncio
import contextlib
import sqlite3
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from streamhub.access.roles import Role
from streamhub.handlers.callers import Callers
from streamhub.handlers.limiter import LIMITER, REMEMBERED, Limiter, Rates, Windows
from streamhub.kit.clock import SECOND
from streamhub.kit.errors import RateLimited, SettingInvalid
from streamhub.kit.settings import Settings, load_settings
from streamhub.live.errors import TooManyConnections
from streamhub.programme.model import SessionAccess, SessionState
from tests.access.conftest import OPENING, URL, summit_files
from tests.access.test_api import API, serving
from tests.support import NOON, FakeClock
from tests.waiting import PATIENCE

PROXY = "127.0.0.1"
HOTEL, OTHER = "203.0.113.7", "198.51.100.9"


def settings(**changes):
    return Settings(public_url=URL, issuer=URL, trusted_proxies=(PROXY,), **changes)


@pytest.fixture
async def api(tmp_path):
    """A server behind a proxy of this machine, with small limits."""
    small = settings(
        verify_per_minute=5,
        link_per_minute=3,
        connections_per_token=2,
        sockets_per_token_second=4,
        sockets_per_address_second=3,
    )
    async with serving(tmp_path, small) as running:
        await running.use.programme.load(a_public_opening())
        await running.use.programme.set_state(OPENING, SessionState.LIVE, "test")
        yield running


def a_public_opening():
    files = summit_files()
    public = [replace(s, access=SessionAccess.PUBLIC) if s.slug == OPENING else s for s in files.sessions]
    return replace(files, sessions=tuple(public))


def code(number):
    return f"{number:026d}"


async def enter(api, credential, address=HOTEL, kind="code"):
    """Status and Retry-After of one try to enter."""
    async with api.client.post(
        f"{API}/enter", json={kind: credential}, headers={"X-Forwarded-For": address}
    ) as answer:
        return answer.status, answer.headers.get("Retry-After")


# Entering and verifying


async def test_one_link_is_tried_three_times_a_minute_wherever_from(api):
    found = [await enter(api, code(1), address) for address in (HOTEL, OTHER, HOTEL, OTHER)]
    api.clock.advance(seconds=45)
    later = await enter(api, code(1), "192.0.2.1")
    api.clock.advance(seconds=15)
    after = await enter(api, code(1))

    assert [status for status, _ in found] == [404, 404, 404, 429]
    assert (found[3][1], later, after) == ("60", (429, "15"), (404, None))


async def test_a_good_link_too_may_not_be_entered_without_end(api):
    token = (await api.issue()).token

    found = [await enter(api, token, kind="token") for _ in range(4)]

    assert [status for status, _ in found] == [204, 204, 204, 429]
    [(grants,)] = stored(api, "select count(*) from grants")
    assert grants == 3


async def test_many_wrong_links_from_one_address_wait_and_no_other_address_does(api):
    found = [(await enter(api, code(number)))[0] for number in range(7)]
    elsewhere = await enter(api, code(99), OTHER)

    assert found == [404] * 5 + [429] * 2
    assert elsewhere == (404, None)


async def test_a_hotel_behind_one_address_is_never_kept_out_by_a_guesser_in_it(api):
    guests = [await api.issue() for _ in range(30)]
    for number in range(20):
        await enter(api, code(number))

    found = [await enter(api, guest.link.rpartition("/")[2]) for guest in guests]

    assert found == [(204, None)] * 30


async def test_what_one_link_was_tried_too_often_is_not_held_against_the_address(api):
    for _ in range(20):
        await enter(api, code(1))

    found = [(await enter(api, code(number)))[0] for number in (2, 3, 4)]

    assert found == [404, 404, 429]  # three of the twenty were tries of the address


async def test_a_wrong_token_is_verified_three_times_and_a_good_one_as_often_as_one_likes(api):
    good = (await api.issue()).token

    bad = [await verify(api, "x.y.z") for _ in range(5)]
    fine = [await verify(api, good) for _ in range(8)]

    assert bad == [(200, None)] * 3 + [(429, "60")] * 2
    assert fine == [(200, None)] * 8


async def verify(api, token):
    async with api.client.post(
        f"{API}/tokens:verify", json={"token": token}, headers={"X-Forwarded-For": HOTEL}
    ) as answer:
        return answer.status, answer.headers.get("Retry-After")


# Connecting


@contextlib.asynccontextmanager
async def socket(api, *, token=None, hello=None, address=HOTEL):
    headers = {"X-Forwarded-For": address} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with api.client.ws_connect(
        f"{API}/live?session={OPENING}", protocols=("streamhub.v1.json",), headers=headers
    ) as page:
        if hello is not None:
            await page.send_json({"type": "hello", **hello})
        yield page


async def heard(page):
    """What is said first, but for counts."""
    while True:
        message = await page.receive_json(timeout=PATIENCE)
        if message["type"] in {"welcome", "closing"}:
            return message


async def test_a_link_has_two_pages_open_and_the_third_comes_back_later(api):
    token = (await api.issue(Role.MODERATOR, devices=9)).token
    async with socket(api, token=token) as first, socket(api, token=token) as second:
        assert [(await heard(page))["type"] for page in (first, second)] == ["welcome"] * 2

        async with socket(api, token=token) as third:
            refused = await heard(third)
            assert (await third.receive()).type is aiohttp.WSMsgType.CLOSE
            assert third.close_code == 4006

        await second.close()
        async with socket(api, token=token) as again:
            assert (await heard(again))["type"] == "welcome"

    assert (refused["code"], refused["reason"]) == (4006, "too_many_connections")
    assert refused["retry_after_ms"] > 0


async def test_other_peoples_pages_do_not_count(api):
    tokens = [(await api.issue()).token for _ in range(4)]

    async with contextlib.AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(socket(api, token=token)) for token in tokens]
        kinds = [(await heard(page))["type"] for page in pages]

    assert kinds == ["welcome"] * 4


async def test_a_link_opens_four_pages_a_second(api):
    token = (await api.issue(devices=9)).token

    found = []
    for _ in range(5):
        async with socket(api, token=token) as page:
            found.append((await heard(page))["type"])
    api.clock.advance(seconds=1)
    async with socket(api, token=token) as page:
        found.append((await heard(page))["type"])

    assert found == ["welcome"] * 4 + ["closing", "welcome"]


async def test_strangers_of_one_address_open_three_sockets_a_second(api):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(socket(api, hello={}))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stack.enter_async_context(socket(api, hello={}))
        await stack.enter_async_context(socket(api, hello={}, address=OTHER))
        api.clock.advance(seconds=1)
        await stack.enter_async_context(socket(api, hello={}))

    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "1"


async def test_people_with_a_good_token_may_all_come_from_one_address(api):
    guests = [(await api.issue()).token for _ in range(12)]

    async with contextlib.AsyncExitStack() as stack:
        by_bearer = [await stack.enter_async_context(socket(api, token=token)) for token in guests[:6]]
        kinds = [(await heard(page))["type"] for page in by_bearer]
        for token in guests[6:]:
            page = await stack.enter_async_context(socket(api, hello={"token": token}))
            kinds.append((await heard(page))["type"])

    assert kinds == ["welcome"] * 12


async def test_a_wrong_token_in_a_hello_counts_for_its_address(api):
    for _ in range(3):
        async with socket(api, hello={"token": "x.y.z"}) as page:
            assert (await heard(page))["code"] == 4401

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with socket(api, hello={"token": "x.y.z"}):
            pass

    assert refused.value.status == 429


async def test_pages_without_sockets_are_counted_too(api):
    token = (await api.issue(devices=9)).token
    path = f"{API}/sessions/{OPENING}/beat"

    mine = [await beat(api, path, f"page-000{n}", token=token) for n in range(3)]
    again = await beat(api, path, "page-0000", token=token)
    bye = await beat(api, path, "page-0001", token=token, bye=True)
    instead = await beat(api, path, "page-0003", token=token)
    strangers = [await beat(api, path, f"viewer-00{n}") for n in range(4)]

    assert (mine, again, bye, instead) == ([200, 200, 429], 200, 200, 200)
    assert strangers == [200, 200, 200, 429]


async def beat(api, path, page, token=None, **more):
    headers = {"X-Forwarded-For": HOTEL} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with api.client.post(path, json={"page": page} | more, headers=headers) as answer:
        return answer.status


async def test_a_proxy_that_nobody_named_locks_nobody_out(tmp_path):
    strict = replace(settings(sockets_per_address_second=1), trusted_proxies=())
    async with serving(tmp_path, strict) as api, contextlib.AsyncExitStack() as stack:
        await api.use.programme.load(a_public_opening())
        await api.use.programme.set_state(OPENING, SessionState.LIVE, "test")

        pages = [await stack.enter_async_context(socket(api, hello={})) for _ in range(5)]

        assert [(await heard(page))["type"] for page in pages] == ["welcome"] * 5


# Addresses


def request_from(peer, *forwarded):
    """A request as a socket and its proxies make it."""
    headers = [("X-Forwarded-For", text) for text in forwarded]
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers))
    return request.clone(remote=peer)


@pytest.mark.parametrize(
    ("peer", "forwarded", "means"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.9",), "203.0.113.7"),  # nobody's proxy: the header is theirs to invent
        ("10.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        ("10.0.0.1", ("192.0.2.66, 203.0.113.7",), "203.0.113.7"),  # the first one is invented
        ("10.0.0.1", ("192.0.2.66", "203.0.113.7"), "203.0.113.7"),
        ("10.0.0.1", ("203.0.113.7, 10.0.0.2",), "203.0.113.7"),
        ("10.0.0.1", ("203.0.113.7:4711",), "203.0.113.7"),
        ("10.0.0.1", ("203.0.113.7, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        ("10.0.0.1", ("[2001:db8::1]:443",), "2001:db8::2"),  # one network, one connection
        ("2001:db8:0:1::9", (), "2001:db8:0:1:aaaa::"),
    ],
)
def test_the_address_is_the_last_one_that_a_named_proxy_saw(peer, forwarded, means):
    callers = Callers(["10.0.0.0/8"])

    assert callers.caller(request_from(peer, *forwarded)) == callers.caller(request_from(means))


def test_addresses_differ_and_mean_nothing_in_another_process():
    callers = Callers([])
    one, other = request_from(HOTEL), request_from(OTHER)

    assert callers.caller(one) != callers.caller(other)
    assert callers.caller(one) != Callers([]).caller(one)


@pytest.mark.parametrize("wrong", ["proxy.example.org", "10.0.0.1/8", "300.1.1.1", "10.0.0.0/33"])
def test_a_proxy_is_named_by_address(wrong):
    with pytest.raises(SettingInvalid, match="trusted_proxies"):
        load_settings(environment={"STREAMHUB_TRUSTED_PROXIES": f"127.0.0.1, {wrong}"})


async def test_no_address_and_no_link_is_kept(api, caplog):
    token = (await api.issue()).token
    async with socket(api, token=token), socket(api, hello={}):
        for number in range(7):
            await enter(api, code(number))
        await enter(api, token, kind="token")

    kept = repr(vars(api.client.server.app[LIMITER])) + caplog.text
    database = "".join(stored(api, "select group_concat(quote(key)) from changes")[0])
    for secret in (HOTEL, token, code(1)):
        assert secret not in kept + database


def stored(api, query):
    with contextlib.closing(sqlite3.connect(api.use.folder.database)) as database:
        return database.execute(query).fetchall()


# The counters


def test_a_minute_begins_with_the_first_count():
    clock = FakeClock()
    windows = Windows(2, clock)
    windows.count(b"a", "")
    clock.advance(seconds=59)
    windows.count(b"a", "")

    with pytest.raises(RateLimited) as caught:
        windows.count(b"a", "")
    clock.advance(seconds=1)
    windows.count(b"a", "")

    assert caught.value.retry_after == 1


def test_memory_is_bounded_and_the_oldest_are_forgotten_first():
    clock = FakeClock(NOON)
    windows, rates = Windows(1, clock), Rates(1, clock)

    for number in range(REMEMBERED + 10):
        windows.count(b"%d" % number, "")
        assert rates.allow(b"%d" % number)

    assert len(windows._counted) == len(rates._rates) == REMEMBERED
    windows.count(b"0", "")
    with pytest.raises(RateLimited):
        windows.count(b"%d" % (REMEMBERED + 9), "")


def test_a_rate_comes_back_with_time_and_what_is_given_back_counts_no_more():
    clock = FakeClock()
    rates = Rates(2, clock)

    first = [rates.allow(b"a") for _ in range(3)]
    clock.advance(ms=SECOND // 2)
    second = [rates.allow(b"a") for _ in range(2)]
    rates.give_back(b"a")
    third = rates.allow(b"a")
    rates.give_back(b"unknown")

    assert (first, second, third) == ([True, True, False], [True, False], True)


async def test_a_page_that_is_let_go_twice_makes_room_for_one(api):
    grant = await api.use.access.grant_for_token((await api.issue()).token)
    limiter = Limiter(settings(connections_per_token=2), FakeClock())
    limiter.hold(grant)
    release = limiter.hold(grant)

    release()
    release()
    limiter.hold(grant)

    with pytest.raises(TooManyConnections):
        limiter.hold(grant)


async def test_fifty_who_try_at_the_same_moment_are_counted_each(api):
    found = await asyncio.gather(*(enter(api, code(7)) for _ in range(50)))

    assert sorted(status for status, _ in found) == [404] * 3 + [429] * 47
