"""Devices and seats on the real program: who is kept out, who gives way, who is next in line."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing

import pytest
import pytest_asyncio

from tests.policies import SLUG, Pages, browser, loaded, people, summit
from tests.ports import free_port
from tests.waiting import eventually

POLICIES = [(policy, limit) for policy in ("refuse", "replace_oldest", "take_over") for limit in (1, 2)]


@pytest_asyncio.fixture(scope="module")
async def room(tmp_path_factory):
    data, codes = await loaded(tmp_path_factory.mktemp("policies"))
    async with summit(data, free_port(), codes) as room:
        yield room


@pytest.fixture
def code(room):
    """A delegation that no other test uses."""
    return room.codes.pop()


@pytest_asyncio.fixture
async def pages(room):
    async with AsyncExitStack() as stack:
        yield Pages(room, stack)


async def row_of(room, code):
    """The delegation's line of the presence: remote, on site, waiting."""
    presence = await room.by["moderator"].get(f"/api/v1/sessions/{SLUG}/presence")
    [row] = [row for row in presence["delegations"] if row["code"] == code]
    return row["remote"], row["on_site"], row["waiting"]


def ledger(room, person):
    """Kind and cause of every event of somebody, from the file itself."""
    with closing(sqlite3.connect(room.data / "streamhub.db")) as db:
        query = "SELECT kind, cause FROM ledger WHERE participant = ? ORDER BY seq"
        return db.execute(query, (person["participant"],)).fetchall()


async def alive(room, person, connections):
    """So many pages of theirs are open and counted."""
    presence = await room.by["moderator"].get(f"/api/v1/sessions/{SLUG}/presence")
    assert [p["connections"] for p in presence["people"] if p["participant"] == person["participant"]] == [
        connections
    ]


# Devices


@pytest.mark.parametrize(("policy", "limit"), POLICIES)
async def test_one_device_more_than_the_limit(room, code, pages, policy, limit):
    [person] = await people(room, code, 1, devices=limit, device_policy=policy)
    before = [await pages.open(person) for _ in range(limit)]
    assert [page.first["type"] for page in before] == ["welcome"] * limit

    more = await pages.open(person)

    if policy == "refuse":
        assert (more.first["type"], more.first["code"], more.first["reason"]) == (
            "closing",
            4409,
            "device_limit",
        )
        assert await more.closed() == 4409
        await alive(room, person, limit)
    else:
        gone = before if policy == "take_over" else before[:1]
        assert more.first["type"] == "welcome"
        assert [await page.closed() for page in gone] == [4411] * len(gone)
        assert (await gone[0].next("closing"))["reason"] == "moved"
        await alive(room, person, limit + 1 - len(gone))
    assert ledger(room, person) == [("arrive", None)]


@pytest.mark.parametrize("policy", ["refuse", "replace_oldest", "take_over"])
async def test_a_second_tab_is_no_second_device(room, code, pages, policy):
    [person] = await people(room, code, 1, devices=1, device_policy=policy)
    one = await browser(room, person)

    tabs = [await pages.open(person, same=one) for _ in range(3)]

    assert [tab.first["type"] for tab in tabs] == ["welcome"] * 3
    await alive(room, person, 3)


async def test_the_phone_takes_over_and_the_laptop_resumes_with_one_unbroken_stay(room, code, pages):
    [person] = await people(room, code, 1, device_policy="take_over")
    laptop, phone = await browser(room, person), await browser(room, person)
    old = await pages.open(person, same=laptop)

    new = await pages.open(person, same=phone)
    assert await old.closed() == 4411
    back = await pages.open(person, same=laptop)
    assert await new.closed() == 4411

    assert {page.first["since"] for page in (old, new, back)} == {old.first["since"]}
    assert ledger(room, person) == [("arrive", None)]
    assert await row_of(room, code) == (1, 0, 0)
    [stay] = (await room.api(person["token"]).get("/api/v1/me/stays"))["items"]
    assert stay["until"] is None


async def test_a_moderator_lifts_the_limit_with_one_call(room, code, pages):
    [person] = await people(room, code, 1, devices=1, device_policy="refuse")
    await pages.open(person)
    assert (await pages.open(person)).first["code"] == 4409

    row = await room.by["moderator"].put(f"/api/v1/invitations/{person['id']}/devices", {"devices": 2})

    assert (row["devices"], row["device_policy"]) == (2, "refuse")
    assert (await pages.open(person)).first["type"] == "welcome"
    await alive(room, person, 2)


async def test_a_page_that_beats_over_http_is_refused_and_moved_too(room, code, pages):
    [person] = await people(room, code, 1, devices=1, device_policy="refuse")
    await pages.open(person)
    path = f"/api/v1/sessions/{SLUG}/beat"
    problem = await room.api(person["token"]).post(path, {"page": "page-0001"}, status=409)
    assert problem["code"] == "device_limit"

    await room.by["moderator"].put(
        f"/api/v1/invitations/{person['id']}/devices", {"devices": 1, "device_policy": "take_over"}
    )
    first = await room.api(person["token"]).post(path, {"page": "page-0002"})
    await pages.open(person)
    last = await room.api(person["token"]).post(path, {"page": "page-0002"})

    assert first["messages"][0]["type"] == "welcome"
    assert [m["code"] for m in last["messages"] if m["type"] == "closing"] == [4411]


async def test_revoking_closes_the_page_within_a_second_and_others_of_the_delegation_stay(room, code, pages):
    gone, other = await people(room, code, 2)
    page, beside = await pages.open(gone), await pages.open(other)

    await room.by["moderator"].post(f"/api/v1/invitations/{gone['id']}:revoke")

    assert await page.closed(1) == 4410
    await beside.say("resync")
    assert (await beside.next("welcome"))["since"] == beside.first["since"]
    assert await row_of(room, code) == (1, 0, 0)


# Seats


async def full(room, code, pages, waiting=1):
    """Three sit; so many more wait. Answers people and pages."""
    found = await people(room, code, 3 + waiting)
    opened = [await pages.open(person) for person in found]
    assert [page.first["type"] for page in opened] == ["welcome"] * 3 + ["waiting"] * waiting
    assert [page.first["position"] for page in opened[3:]] == list(range(1, waiting + 1))
    return found, opened


async def test_three_seats_and_a_fourth_person(room, code, pages):
    found, opened = await full(room, code, pages)
    fourth, caller = opened[3], room.api(found[3]["token"])

    refused = await caller.get(f"/api/v1/sessions/{SLUG}/source", status=409)

    assert fourth.first["reason"] == "seats"
    assert refused["code"] == "state_conflict"
    assert await row_of(room, code) == (3, 0, 1)
    assert ledger(room, found[3]) == []
    assert (await caller.get("/api/v1/me/stays"))["items"] == []


async def test_a_second_tab_takes_no_second_seat(room, code, pages):
    found = await people(room, code, 3)
    for person in found[:2]:
        one = await browser(room, person)
        for _ in range(2):
            await pages.open(person, same=one)
    await pages.open(found[0])

    assert (await pages.open(found[2])).first["type"] == "welcome"
    assert await row_of(room, code) == (3, 0, 0)


async def test_a_goodbye_frees_the_seat_for_the_first_in_line(room, code, pages):
    found, opened = await full(room, code, pages, waiting=2)

    await opened[0].say("bye")

    assert (await opened[3].next("welcome"))["participant"] == found[3]["participant"]
    assert (await opened[4].next("waiting"))["position"] == 1
    assert await row_of(room, code) == (3, 0, 1)


async def test_a_browser_that_goes_away_has_said_goodbye(room, code, pages):
    found, opened = await full(room, code, pages)

    await opened[0].socket.close(1001)

    await opened[3].next("welcome")
    assert ledger(room, found[0]) == [("arrive", None), ("leave", "bye")]


async def test_a_lost_line_frees_the_seat_after_the_grace(room, code, pages):
    found, opened = await full(room, code, pages)
    began = asyncio.get_running_loop().time()

    opened[0].socket.transport.abort()
    await opened[3].next("welcome")

    assert asyncio.get_running_loop().time() - began > 1
    assert ledger(room, found[0]) == [("arrive", None), ("leave", "lost")]
    assert await row_of(room, code) == (3, 0, 0)


async def test_whoever_goes_to_the_hall_frees_the_remote_seat(room, code, pages):
    found, opened = await full(room, code, pages)
    body = {
        "participant": found[0]["participant"],
        "session": SLUG,
        "direction": "in",
        "nonce": f"in-{code}-0001",
    }

    await room.by["desk"].post("/api/v1/check-ins", body)

    await opened[3].next("welcome")
    assert await row_of(room, code) == (3, 1, 0)


async def test_a_moderator_admits_one_person(room, code, pages):
    found, opened = await full(room, code, pages, waiting=2)

    answer = await room.by["moderator"].post(
        f"/api/v1/sessions/{SLUG}/people/{found[4]['participant']}:admit"
    )

    assert answer["removed"] is False
    await opened[4].next("welcome")
    assert await row_of(room, code) == (4, 0, 1)
    assert ledger(room, found[3]) == []


async def test_a_moderator_admits_a_whole_delegation(room, code, pages):
    found, opened = await full(room, code, pages, waiting=2)

    answer = await room.by["moderator"].post(f"/api/v1/sessions/{SLUG}/delegations/{code}:admit")

    assert answer == {"delegation": code, "session": SLUG, "admitted": True}
    for page in opened[3:]:
        await page.next("welcome")
    assert await row_of(room, code) == (5, 0, 0)
    await room.by["moderator"].post(f"/api/v1/sessions/{SLUG}/delegations/XX:admit", status=404)
    await room.api(found[0]["token"]).post(f"/api/v1/sessions/{SLUG}/delegations/{code}:admit", status=403)


async def test_a_page_that_beats_over_http_waits_and_is_let_in_too(room, code, pages):
    found = await people(room, code, 4)
    opened = [await pages.open(person) for person in found[:3]]
    caller, path = room.api(found[3]["token"]), f"/api/v1/sessions/{SLUG}/beat"
    first = await caller.post(path, {"page": "page-0001"})

    await opened[0].say("bye")

    async def has_three():
        return await row_of(room, code) == (3, 0, 0)

    await eventually(has_three)
    later = await caller.post(path, {"page": "page-0001"})

    assert [(m["type"], m["position"]) for m in first["messages"]] == [("waiting", 1)]
    assert [m["type"] for m in later["messages"]][:1] == ["welcome"]


async def test_of_those_who_race_for_the_last_seat_one_gets_it(room, code, pages):
    found = await people(room, code, 8)
    for person in found[:2]:
        await pages.open(person)

    opened = await asyncio.gather(*(pages.open(person) for person in found[2:]))

    assert sorted(page.first["type"] for page in opened) == ["waiting"] * 5 + ["welcome"]
    assert sorted(p.first["position"] for p in opened if p.first["type"] == "waiting") == [1, 2, 3, 4, 5]
    assert await row_of(room, code) == (3, 0, 5)


async def test_a_restart_keeps_seats_and_admissions(tmp_path):
    (data, codes), port = await loaded(tmp_path), free_port()
    code = codes[0]
    async with summit(data, port, codes) as room, AsyncExitStack() as stack:
        found, opened = await full(room, code, Pages(room, stack), waiting=2)
        await room.by["moderator"].post(f"/api/v1/sessions/{SLUG}/people/{found[4]['participant']}:admit")
        await opened[4].next("welcome")
        assert await room.server.stop() == 0

    async with summit(data, port, codes) as room, AsyncExitStack() as stack:
        pages = Pages(room, stack)
        early = await pages.open(found[3])
        admitted = await pages.open(found[4])
        back = [await pages.open(person) for person in found[:3]]

        assert (early.first["type"], admitted.first["type"]) == ("waiting", "welcome")
        assert [page.first["type"] for page in back] == ["welcome"] * 3
        assert await row_of(room, code) == (4, 0, 1)
        stays = [(await room.api(p["token"]).get("/api/v1/me/stays"))["items"] for p in found[:3]]
        assert [[stay["until"] for stay in mine] for mine in stays] == [[None]] * 3
