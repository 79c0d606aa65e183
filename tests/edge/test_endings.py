"""Open pages end with what opened them: invitation, token, role, sessions, holding; others stay."""

import json

import pytest_asyncio

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.clock import MINUTE, SECOND
from streamhub.kit.ids import DelegationCode
from streamhub.programme.files import ParticipantEntry
from tests.handlers.house import API, OPEN, ROOM, Guest, heard, open_house
from tests.waiting import PATIENCE, eventually

FIVE = 5 * MINUTE


@pytest_asyncio.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as running:
        for slug in (OPEN, ROOM):
            await running.begin(slug)
        yield running


async def invited(house, role=Role.DELEGATE, **order):
    """Somebody of Benin with an order of their own."""
    wanted = InvitationOrder(role=role, delegation=DelegationCode("BJ"), **order)
    [issued] = await house.use.access.issue(wanted, "test")
    return Guest(issued.invitation.participant, issued.token, issued.invitation.seat)


async def ended(page):
    """What the page is told last, and the close code."""
    closing = await heard(page, "closing")
    await page.receive(timeout=PATIENCE)
    assert page.close_code == closing["code"]
    return closing["code"], closing["reason"]


async def is_open(page):
    """The page answers as before."""
    await page.send_json({"type": "resync"})
    await heard(page, "welcome")
    return True


async def stays(house, guest):
    found = await house.use.attendance.stays_of(guest.participant)
    return [(stay.key.session, stay.until) for stay in found]


async def test_an_open_page_ends_with_its_invitation_and_the_others_of_the_delegation_stay(house):
    short, other = await invited(house, expires_at=house.clock.now() + FIVE), await invited(house)
    async with house.page(short) as page, house.page(other) as beside:
        house.clock.advance(ms=FIVE)

        assert await ended(page) == (4401, "token_expired")
        assert await is_open(beside)

    async def left():
        return await stays(house, short) == [(ROOM, house.clock.now())]

    await eventually(left)  # the leave is written beside
    status, problem = await house.ask("GET", "/me", short)
    assert (status, problem["code"]) == (401, "token_expired")


async def test_a_token_ends_and_the_person_stays_by_the_other_page(house):
    person = await invited(house, devices=3)
    row = await house.use.access.invitation_of(person.participant)
    made = await house.use.access.session_token(ROOM, row.id, 60)
    brief = Guest(person.participant, made.token, person.seat)
    async with house.page(person) as page, house.page(brief) as short:
        house.clock.advance(ms=61 * SECOND)

        assert await ended(short) == (4401, "token_expired")
        assert await is_open(page)

        assert [until for _, until in await stays(house, person)] == [None]


async def test_a_page_that_beats_ends_with_its_invitation_too(house):
    short, path = await invited(house, expires_at=house.clock.now() + FIVE), f"/sessions/{ROOM}/beat"
    assert (await house.ask("POST", path, short, {"page": "page-0001"}))[0] == 200
    house.clock.advance(ms=FIVE)

    await house.use.live.end_expired()

    assert (await house.ask("POST", path, short, {"page": "page-0001"}))[0] == 401
    assert house.use.presence.person(ROOM, short.participant) is None


async def listed(house, **changes):
    """Somebody as the organiser's list says it now; the new invitations."""
    entry = {
        "external_id": "n-1", "delegation": DelegationCode("BJ"), "role": "moderator", "label": "Régie",
        "name": "", "email": "", "lang": "fr", "sessions": None, "speak": False,
    }  # fmt: skip
    return await house.use.bulk.load([ParticipantEntry(**entry | changes)], "test")


async def test_whoever_is_no_moderator_any_more_hears_no_more_than_a_delegate(house):
    [issued] = await listed(house)
    person = Guest(issued.invitation.participant, issued.token, "")
    async with house.page(person) as wall:
        await heard(wall, "presence_state")

        await listed(house, role="delegate")

        assert await ended(wall) == (4001, "changed")
    path = f"{API}/live?session={ROOM}"
    async with house.client.ws_connect(path, headers=person.headers) as back:
        said = [json.loads(await back.receive_str(timeout=PATIENCE))["type"] for _ in range(2)]
        assert "presence_state" not in said


async def test_a_page_ends_where_the_list_takes_its_session_away(house):
    [issued] = await listed(house, role="delegate")
    person = Guest(issued.invitation.participant, issued.token, "")
    async with house.page(person) as room, house.page(person, OPEN) as public:
        await listed(house, role="delegate", sessions=(OPEN,))

        assert await ended(room) == (4403, "wrong_session")
        assert await is_open(public)


async def test_a_page_left_open_with_a_link_for_one_holding_does_not_see_the_next(house):
    boss, person = await house.guest(Role.ORGANISER), await invited(house, devices=3)
    row = await house.use.access.invitation_of(person.participant)
    made = await house.use.access.session_token(ROOM, row.id, None)
    once = Guest(person.participant, made.token, person.seat)
    async with house.page(once) as yesterday, house.page(person) as page:
        await house.ask("PUT", f"/sessions/{ROOM}/state", boss, {"state": "ended"})
        times = {"starts_at": "2021-11-05T15:00", "ends_at": "2021-11-05T17:00"}
        status, _ = await house.ask("PATCH", f"/sessions/{ROOM}", boss, times)
        assert status == 200

        assert await ended(yesterday) == (4403, "wrong_session")
        await house.begin(ROOM)
        assert (await heard(page, "welcome"))["session"] == ROOM


async def test_figures_of_the_summit_are_for_those_who_are_invited_to_it(house):
    one = await house.guest(Role.COMMUNICATIONS, sessions=(ROOM,))
    paths = ("/statistics", "/report.json", "/report.csv", "/queue")

    refused = [(await house.ask("GET", path, one))[1]["code"] for path in paths]
    own, _ = await house.ask("GET", f"/sessions/{ROOM}/statistics?audience=internal", one)
    async with house.raw("GET", "/", one) as answer:
        programme = await answer.text()

    assert refused == ["wrong_session"] * 4
    assert own == 200
    assert f"/figures/{ROOM}" in programme
    assert 'href="/figures"' not in programme
    assert f"/figures/{OPEN}" not in programme


async def test_nobody_passes_on_more_than_they_hold(house):
    boss = await house.guest(Role.ORGANISER)
    row = await house.use.access.invitation_of(boss.participant)
    made = await house.use.access.session_token(ROOM, row.id, 600)
    one = Guest(boss.participant, made.token, "")
    order = {"role": "delegate", "delegation": "BJ"}

    status, issued = await house.ask("POST", "/invitations", one, order)
    beyond, _ = await house.ask("POST", "/invitations", one, order | {"sessions": [OPEN]})

    assert (status, issued["items"][0]["sessions"]) == (201, [ROOM])
    assert issued["items"][0]["expires_at"] == "2021-11-04T12:10:00.000Z"
    assert beyond == 403
