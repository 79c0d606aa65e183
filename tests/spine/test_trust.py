"""Links that can be trusted, on the real program: tokens, keys, other issuers, limits."""

import csv
import json
from contextlib import AsyncExitStack
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest_asyncio
from websockets.exceptions import InvalidStatus

from streamhub.kit.clock import HOUR, SECOND, SystemClock, rfc3339, to_datetime
from tests.access.outside_samples import TICKETS, Entry, jwk, ticket, write_issuers
from tests.access.token_samples import b64, members
from tests.demo import demonstration
from tests.process import invite, streamhub
from tests.waiting import eventually

API = "/api/v1"
HOTEL, OTHER = "203.0.113.7", "198.51.100.9"
ROLES = ["delegate", "press"]


@pytest_asyncio.fixture(scope="module")
async def demo(tmp_path_factory):
    """One demonstration for all: another issuer, a proxy before it, small limits, its log in a file."""
    folder = tmp_path_factory.mktemp("trust")
    issuers = write_issuers(folder, Entry(keys=[jwk("ES256"), jwk("EdDSA", "ed")], roles=ROLES))
    log = folder / "log"
    with log.open("wb") as file:
        async with demonstration(
            folder / "demo",
            log=file,
            STREAMHUB_ISSUERS_FILE=str(issuers),
            STREAMHUB_TRUSTED_PROXIES="127.0.0.1",
            STREAMHUB_VERIFY_PER_MINUTE="40",
            STREAMHUB_LINK_PER_MINUTE="10",
            STREAMHUB_CONNECTIONS_PER_TOKEN="3",
            STREAMHUB_SOCKETS_PER_ADDRESS_SECOND="2",
        ) as started:
            started.log = log
            yield started


def now():
    return SystemClock().now()


def outside(sub, **changes):
    """A ticket of the other issuer, good for an hour from now."""
    seconds = now() // SECOND
    times = {"iat": seconds - 5, "nbf": seconds - 5, "exp": seconds + 3_600}
    return ticket("ES256", **{"sub": sub, "dlg": "BJ", **times, **changes})


async def issue(demo, role="delegate", **order):
    """One invitation, with everything that is shown once."""
    body = {"role": role} | ({"delegation": "BJ"} if role in ROLES else {}) | order
    [item] = (await demo.by["organiser"].post(f"{API}/invitations", body, status=201))["items"]
    return item


async def enter(demo, credential, kind="token", address=HOTEL):
    """Status, problem and headers of one try to enter."""
    caller = demo.api()
    async with caller.http.post(
        f"{demo.url}{API}/enter", json={kind: credential}, headers={"X-Forwarded-For": address}
    ) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text else {}, answer.headers


async def refusal(demo, credential, kind="token"):
    status, problem, _ = await enter(demo, credential, kind)
    return status, problem["code"]


async def close_code(demo, token, slug=None):
    """What a socket hears that says hello with a token."""
    async with demo.api().socket(slug or demo.live, hello={"token": token}) as page:
        return await page.closed()


async def becomes(wanted, ask):
    """Ask until this is the answer."""

    async def is_so():
        return await ask() == wanted

    await eventually(is_so)


# Time


async def test_an_expired_token_is_refused_everywhere(demo):
    past = outside("late", exp=now() // SECOND - 1, iat=now() // SECOND - 60)
    short = await issue(demo, expires_at=rfc3339((now() // SECOND + 2) * SECOND))
    me = demo.api(short["token"])
    await me.get(f"{API}/me")

    await becomes(401, lambda: status_of(me))

    assert await refusal(demo, past) == (401, "token_expired")
    assert await refusal(demo, short["token"]) == (401, "token_expired")
    assert await refusal(demo, short["link"].rpartition("/")[2], "code") == (401, "token_expired")
    assert (await me.get(f"{API}/me", status=401))["code"] == "token_expired"
    assert [await close_code(demo, token) for token in (past, short["token"])] == [4401, 4401]


async def status_of(caller):
    async with caller.http.get(f"{caller.url}{API}/me", headers=caller.headers) as answer:
        return answer.status


async def test_a_link_for_later_says_when_it_opens(demo):
    instant = (now() + HOUR) // SECOND * SECOND
    opens_at = rfc3339(instant)
    later = await issue(demo, not_before=opens_at)

    status, problem, _ = await enter(demo, later["token"])
    page = await demo.api().call(
        "POST", later["link"].removeprefix(demo.url), status=403, headers={"Accept": "text/html"}
    )

    assert (status, problem["code"], problem["opens_at"]) == (403, "token_not_yet_valid", opens_at)
    assert f"{to_datetime(instant).astimezone(ZoneInfo('Europe/Brussels')):%H:%M}" in page
    assert await close_code(demo, later["token"]) == 4403


# Keys


async def test_the_previous_key_holds_inside_its_deadline_and_nobody_is_dropped(demo):
    before = await issue(demo, "press")
    old = members(before["token"].split(".")[0])["kid"]
    async with demo.api(before["token"]).socket(demo.live) as page:
        await page.next("welcome")

        await streamhub("keys", "rotate", "--data", str(demo.data))
        after = await until_signed_by_another(demo, old)

        await page.say("resync")
        await page.next("welcome")
    new = members(after["token"].split(".")[0])["kid"]
    published = [key["kid"] for key in (await demo.api().get("/.well-known/jwks.json"))["keys"]]
    assert (await enter(demo, before["token"]))[0] == (await enter(demo, after["token"]))[0] == 204
    assert published == [new, old]
    assert [file.stem for file in (demo.data / "keys").iterdir()] == [new]


async def is_published(demo, kid):
    return kid in [key["kid"] for key in (await demo.api().get("/.well-known/jwks.json"))["keys"]]


async def until_signed_by_another(demo, kid):
    """The running server hears of the new key by itself."""

    async def another():
        issued = await issue(demo, "press")
        return issued if members(issued["token"].split(".")[0])["kid"] != kid else None

    return await eventually(another)


async def test_past_its_deadline_the_previous_key_checks_nothing_and_open_pages_stay(demo):
    before = await issue(demo, "press")
    kid = members(before["token"].split(".")[0])["kid"]
    async with demo.api(before["token"]).socket(demo.live) as page:
        await page.next("welcome")
        await streamhub("keys", "rotate", "--overlap", "1", "--data", str(demo.data))

        await becomes(False, lambda: is_published(demo, kid))

        await page.say("resync")
        await page.next("welcome")
    assert await refusal(demo, before["token"]) == (401, "token_invalid")
    assert (await enter(demo, before["link"].rpartition("/")[2], "code"))[0] == 204
    for role in demo.links:  # the demonstration's own tokens were signed by a key before that one
        await demo.by[role].get(f"{API}/me")


# Sessions, runs, delegations


async def test_a_link_for_session_a_opens_nothing_of_session_b(demo):
    person = await issue(demo)
    other = next(s["slug"] for s in demo.sessions if s["slug"] != demo.live)
    made = await demo.by["organiser"].post(
        f"{API}/sessions/{demo.live}/tokens", {"invitation": person["id"]}, status=201
    )
    me = demo.api(made["token"])

    inside = await me.get(f"{API}/me")
    refused = [
        (await me.get(f"{API}/sessions/{other}/source", status=403))["code"],
        (await me.post(f"{API}/sessions/{other}/beat", {"page": "page-0001"}, status=403))["code"],
        (await me.get(f"{API}/sessions/{other}/floor", status=403))["code"],
    ]

    assert inside["sessions"] == [demo.live]
    assert refused == ["wrong_session"] * 3
    assert await close_code(demo, made["token"], other) == 4403
    verdict = await demo.api().post(f"{API}/tokens:verify", {"token": made["token"], "session": other})
    assert (verdict["valid"], verdict["code"]) == (False, "wrong_session")
    async with me.socket(demo.live) as page:
        await page.next("welcome")


async def test_a_link_of_yesterdays_run_opens_nothing_today(demo, tmp_path):
    slug = demo.ended[0]
    person = await issue(demo)
    order = {"invitation": person["id"]}
    yesterday = await demo.by["organiser"].post(f"{API}/sessions/{slug}/tokens", order, status=201)
    await demo.api(yesterday["token"]).get(f"{API}/me")

    await hold_again(demo, slug, tmp_path)

    await becomes(403, lambda: status_of(demo.api(yesterday["token"])))
    assert await refusal(demo, yesterday["token"]) == (403, "wrong_session")
    assert await close_code(demo, yesterday["token"], slug) == 4403
    today = await demo.by["organiser"].post(f"{API}/sessions/{slug}/tokens", order, status=201)
    assert (await enter(demo, today["token"]))[0] == 204


async def hold_again(demo, slug, folder):
    """Move a session that has been held to a later day, in the summit's files."""
    await streamhub("summit", "export", str(folder / "files"), "--data", str(demo.data))
    file = folder / "files" / "programme.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["slug"] == slug:
            row["date"] = str(date.fromisoformat(row["date"]) + timedelta(days=2))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    await streamhub("summit", "load", str(folder / "files"), "--data", str(demo.data))


async def test_all_links_of_a_delegation_die_within_a_second_and_new_ones_work(demo):
    mine = [await issue(demo, delegation="CI") for _ in range(2)]
    other = await issue(demo, delegation="SN")
    async with AsyncExitStack() as stack:
        pages = [
            await stack.enter_async_context(demo.api(one["token"]).socket(demo.live))
            for one in (*mine, other)
        ]
        for page in pages:
            await page.next("welcome")

        printed = await streamhub("invite", "renew", "CI", "--json", "--data", str(demo.data))

        assert [await page.closed(1) for page in pages[:2]] == [4410, 4410]
        await pages[2].say("resync")
        await pages[2].next("welcome")
    for one in mine:
        assert await refusal(demo, one["token"]) == (410, "invitation_revoked")
        assert await refusal(demo, one["link"].rpartition("/")[2], "code") == (410, "invitation_revoked")
    renewed = json.loads(printed)
    new = {one["participant"]: one["token"] for one in renewed}
    assert {one["participant"] for one in mine} <= set(new)
    async with demo.api(new[mine[0]["participant"]]).socket(demo.live) as page:
        await page.next("welcome")


# Another issuer


async def test_somebody_with_a_ticket_of_another_issuer_comes_counts_and_can_be_revoked(demo):
    me = outside("ada@tickets")
    async with demo.by["moderator"].socket(demo.live) as wall:
        await wall.next("presence_state")
        async with demo.api(me).socket(demo.live) as page:
            welcome = await page.next("welcome")
            diff = await wall.until(
                "presence_diff",
                lambda m: welcome["participant"] in [person["participant"] for person in m["joins"]],
            )
            [person] = [p for p in diff["joins"] if p["participant"] == welcome["participant"]]
            assert (person["delegation"], person["role"]) == ("BJ", "delegate")
            row = next(
                row
                for row in (await demo.by["moderator"].get(f"{API}/invitations?limit=1000"))["items"]
                if row["participant"] == welcome["participant"]
            )
            assert row["issuer"] == TICKETS
            await demo.by["moderator"].post(f"{API}/invitations/{row['id']}:revoke")

            assert await page.closed(1) == 4410

    for later in (me, outside("ada@tickets", jti="another"), outside("ada@tickets", role="press")):
        assert await refusal(demo, later) == (410, "invitation_revoked")
    assert (await enter(demo, outside("grace@tickets")))[0] == 204


async def test_another_issuer_gives_no_more_than_it_may(demo):
    seconds = now() // SECOND
    asked = {
        "role": outside("eve", role="moderator", dlg="STAFF"),
        "delegation": outside("eve", dlg="XX"),
        "our own claims": outside("eve", inv=demo.links["organiser"]["invitation"], gen=1, dep=0),
        "our name": outside("eve", iss=demo.url, role="organiser", dlg="STAFF"),
        "the other key": ticket("ES256", kid="ed", sub="eve", iat=seconds, nbf=seconds, exp=seconds + 60),
        "nobody": outside("eve", iss="https://evil.example"),
        "the public key as a secret": ticket(
            "HS256", key=json.dumps(jwk("ES256")).encode(), iat=seconds, nbf=seconds, exp=seconds + 60
        ),
    }

    found = {why: await refusal(demo, token) for why, token in asked.items()}

    assert found.pop("role") == (403, "role_forbidden")
    assert set(found.values()) == {(401, "token_invalid")}
    listed = (await demo.by["organiser"].get(f"{API}/issuers"))["items"]
    assert [(row["iss"], row["kids"], row["roles"]) for row in listed] == [(TICKETS, ["k", "ed"], ROLES)]


# Limits


async def test_a_guesser_waits_and_the_hotel_does_not(demo):
    guests = [await issue(demo) for _ in range(20)]
    wrong = [await enter(demo, f"{number:026d}", "code") for number in range(60)]

    good = [(await enter(demo, guest["link"].rpartition("/")[2], "code"))[0] for guest in guests]
    elsewhere = await refusal_from(demo, OTHER)

    assert [status for status, _, _ in wrong[-10:]] == [429] * 10
    assert 0 < int(wrong[-1][2]["Retry-After"]) <= 60
    assert wrong[-1][1]["code"] == "rate_limited"
    assert good == [204] * 20
    assert elsewhere == (404, "code_unknown")


async def refusal_from(demo, address):
    status, problem, _ = await enter(demo, "z" * 26, "code", address)
    return status, problem["code"]


async def test_one_link_is_tried_ten_times_a_minute_wherever_from(demo):
    token = (await issue(demo))["token"]

    found = [(await enter(demo, token, address=f"192.0.2.{n}"))[0] for n in range(12)]

    assert found == [204] * 10 + [429] * 2


async def test_one_link_holds_three_pages_and_the_fourth_comes_back(demo):
    me = demo.api((await issue(demo, devices=9))["token"])
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(me.socket(demo.live)) for _ in range(3)]
        for page in pages:
            await page.next("welcome")

        async with me.socket(demo.live) as fourth:
            closing = await fourth.next("closing")
            code = await fourth.closed()

    assert (closing["code"], closing["reason"], code) == (4006, "too_many_connections", 4006)
    assert closing["retry_after_ms"] > 0


async def test_strangers_at_one_address_open_two_sockets_a_second_and_people_as_many_as_they_are(demo):
    people = [await issue(demo) for _ in range(10)]
    strangers, known = demo.api(), [demo.api(one["token"]) for one in people]
    for caller in (strangers, *known):
        caller.headers["X-Forwarded-For"] = "203.0.113.99"
    async with AsyncExitStack() as stack:
        refused = []
        for _ in range(20):
            try:
                await stack.enter_async_context(strangers.socket(demo.live))
            except InvalidStatus as error:
                refused.append((error.response.status_code, error.response.headers["Retry-After"]))
        pages = [await stack.enter_async_context(caller.socket(demo.live)) for caller in known]
        welcomed = [(await page.next("welcome"))["type"] for page in pages]

    assert len(refused) >= 5
    assert set(refused) == {(429, "1")}
    assert welcomed == ["welcome"] * 10


# What is left of it


async def test_no_address_token_or_code_of_all_this_is_in_the_log_or_the_database(demo):
    [issued] = await invite(demo.data, "delegate", "--delegation", "BJ")
    await enter(demo, issued["token"])

    written = demo.log.read_bytes()
    stored = b"".join(file.read_bytes() for file in demo.data.glob("*.db*"))

    assert b"token refused" in written
    for secret in (HOTEL, OTHER, "203.0.113.99", "192.0.2.", issued["token"], "eyJ", "ada@tickets"):
        assert secret.encode() not in written
    for secret in (HOTEL, OTHER, issued["token"], issued["link"].rpartition("/")[2], b64(b"ada@tickets")):
        assert secret.encode() not in stored
