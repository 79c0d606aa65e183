"""What others got wrong with their links, one test each: none of it is true here."""

import json

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.ids import DelegationCode
from streamhub.programme.model import SessionState
from tests.handlers.house import API, OPEN, ROOM, Guest, heard, open_house
from tests.waiting import PATIENCE


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as running:
        for slug in (OPEN, ROOM):
            await running.begin(slug, SessionState.LIVE)
        yield running


async def issued(house, **order):
    """A delegate of Benin, with link and token."""
    wanted = InvitationOrder(**{"role": Role.DELEGATE, "delegation": DelegationCode("BJ")} | order)
    [made] = await house.use.access.issue(wanted, "test")
    return made, Guest(made.invitation.participant, made.token, made.invitation.seat)


async def test_role_and_session_are_never_taken_from_the_client(house):
    made, guest = await issued(house, sessions=(ROOM,))
    claims = {"role": "organiser", "sessions": "*", "sid": "*"}

    entered, problem = await house.ask("POST", "/enter", None, {"token": made.token} | claims)
    for path in (
        f"/sessions/{OPEN}/source?role=organiser&sid=*",
        f"/sessions/{OPEN}/presence?role=moderator",
    ):
        status, answer = await house.ask("GET", path, guest, X_Role="organiser", X_Session=OPEN)
        assert (status, answer["code"]) in {(403, "wrong_session"), (403, "role_forbidden")}
    async with house.client.ws_connect(f"{API}/live?session={ROOM}&role=moderator") as page:
        await page.send_json({"type": "hello", "token": made.token, "role": "moderator"})
        first = await page.receive_json(timeout=PATIENCE)
    _, me = await house.ask("GET", "/me", guest)

    assert (entered, problem["code"]) == (422, "field_invalid")
    assert first["type"] in {"welcome", "closing"}
    assert (me["role"], me["sessions"]) == ("delegate", [ROOM])


@pytest.mark.parametrize("role", [Role.CORRESPONDENT, Role.DESK, Role.ORGANISER])
async def test_a_helper_of_one_session_issues_no_link_for_every_session(house, role):
    helper = await house.guest(role, sessions=(ROOM,))
    order = {"role": "delegate", "delegation": "BJ"}

    beyond, problem = await house.ask("POST", "/invitations", helper, order | {"sessions": [OPEN]})
    made = [
        (await house.ask("POST", "/invitations", helper, order | more))[1]["items"][0]["sessions"]
        for more in ({}, {"sessions": "*"})
    ]

    assert (beyond, problem["code"]) == (403, "wrong_session")
    assert made == [[ROOM], [ROOM]]


async def test_a_holder_of_a_link_is_no_moderator_unless_the_link_says_so(house):
    boss, (_, guest) = await house.guest(Role.ORGANISER), await issued(house)

    nameless, problem = await house.ask("POST", "/invitations", boss, {"delegation": "BJ"})
    writes = [
        (await house.ask("PUT", f"/sessions/{ROOM}/state", guest, {"state": "ended"}))[1]["code"],
        (await house.ask("POST", f"/sessions/{ROOM}/notices", guest, {"text": "x"}))[1]["code"],
    ]
    async with house.page(guest) as page:
        await page.send_json({"type": "resync"})
        said = await heard(page, "welcome")

    assert (nameless, problem["code"]) == (422, "field_invalid")
    assert writes == ["role_forbidden"] * 2
    assert not {"people", "delegations", "queue"} & set(said)


async def test_a_token_for_room_a_does_not_open_room_b(house):
    _, guest = await issued(house, sessions=(ROOM,))

    source = await house.ask("GET", f"/sessions/{OPEN}/source", guest)
    async with house.client.ws_connect(f"{API}/live?session={OPEN}", headers=guest.headers) as page:
        closing = await heard(page, "closing")

    assert (source[0], source[1]["code"]) == (403, "wrong_session")
    assert closing["code"] == 4403


async def test_a_removed_participant_does_not_walk_back_in_by_any_door(house):
    boss, (made, guest) = await house.guest(Role.MODERATOR), await issued(house, devices=9)
    async with house.page(guest) as page:
        path = f"/sessions/{ROOM}/people/{guest.participant}:remove"
        assert (await house.ask("POST", path, boss, {}))[0] == 200
        assert (await heard(page, "closing"))["code"] == 4410
    new = await house.use.access.replace(made.invitation.id, "test")
    again = Guest(guest.participant, new.token, guest.seat)
    cookie = (await house.use.access.enter(new.link.rpartition("/")[2])).cookie

    for headers in (again.headers, {"Cookie": f"__Host-streamhub={cookie}", "Origin": house.url}):
        async with house.client.ws_connect(f"{API}/live?session={ROOM}", headers=headers) as page:
            assert (await page.receive_json(timeout=PATIENCE))["reason"] == "removed"
        for method, path, body in (
            ("GET", f"{API}/sessions/{ROOM}/source", None),
            ("GET", f"/s/{ROOM}", None),
            ("GET", f"/s/{ROOM}/player", None),
            ("GET", f"{API}/sessions/{ROOM}/floor", None),
            ("POST", f"{API}/sessions/{ROOM}/floor", {"subject": "Moi"}),
        ):
            async with house.client.request(method, path, json=body, headers=headers) as answer:
                assert answer.status == 403, path
    status, beat = await house.ask("POST", f"/sessions/{ROOM}/beat", again, {"page": "page-0001"})
    _, now = await house.ask("GET", f"/sessions/{ROOM}/presence", boss)

    assert "welcome" not in json.dumps(beat), status
    assert (now["present"], [person["state"] for person in now["people"]]) == (0, ["waiting"])


async def test_the_same_link_open_twice_is_counted_once(house):
    boss, (_, guest) = await house.guest(Role.MODERATOR), await issued(house)
    async with house.page(guest), house.page(guest):
        _, now = await house.ask("GET", f"/sessions/{ROOM}/presence", boss)

    [person] = [one for one in now["people"] if one["participant"] == guest.participant]
    assert (now["present"], person["connections"]) == (1, 2)


async def test_a_token_in_the_address_of_a_socket_opens_nothing(house):
    """So nobody is tempted to put it there, where clients and proxies print it."""
    _, guest = await issued(house)
    for name in ("token", "access_token", "authorization"):
        path = f"{API}/live?session={ROOM}&{name}={guest.token}"
        async with house.client.ws_connect(path) as page:
            await page.send_json({"type": "hello"})
            assert (await heard(page, "closing"))["code"] == 4401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_mail_scanner_that_opens_a_link_does_not_consume_it(house, method):
    made, _ = await issued(house)
    path = made.link.removeprefix(house.url)

    for _ in range(20):
        async with house.raw(method, path, Accept="text/html", User_Agent="SafeLinks") as answer:
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
    async with house.client.post(path, allow_redirects=False) as entered:
        assert entered.status == 303
        assert "Set-Cookie" in entered.headers
