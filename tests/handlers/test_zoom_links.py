"""Zoom over HTTP: the account of a source, everybody's own link, and how registering goes."""

import asyncio

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance import zoom_events_store
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import DelegationCode
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.zoom_hooks import Change, ZoomEvent
from streamhub.relay.zoom_registrants_model import Numbered
from tests.attendance.zoom_samples import HEADER
from tests.handlers.house import API, OPEN, ROOM, YOUTUBE, Guest, heard, open_house
from tests.stand_ins.server import Mood
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, zoom
from tests.support import NOON
from tests.waiting import PATIENCE

NUMBER = "85512345678"
URL = f"https://us02web.zoom.us/j/{NUMBER}?pwd=a.1"
SOURCE, SOURCES, STATE = (f"/sessions/{ROOM}/{word}" for word in ("source", "sources", "zoom"))
MARK = "tk="
"""What stands in somebody's own link, and in no other."""

ACCOUNTS = f"""
[ville]
account_id = "{ACCOUNT_ID}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
email_domain = "delegues.example.org"
"""


@pytest.fixture
async def there():
    async with zoom() as stand_in:
        yield stand_in


@pytest.fixture
async def house(tmp_path, there):
    file = tmp_path / "zoom.toml"
    file.write_text(ACCOUNTS)
    settings = {"zoom_accounts_file": str(file), "stand_ins": (f"zoom={there.url}",)}
    async with open_house(tmp_path / "data", **settings) as house:
        yield house


async def added(house, moderator, **words):
    return await house.ask("POST", SOURCES, moderator, {"url": URL, "account": "ville", **words})


async def until(house, guest, said):
    """What is on for somebody, once ``said`` is true of it; registering takes its time."""
    async with asyncio.timeout(30):
        while True:
            _, answer = await house.ask("GET", SOURCE, guest)
            if said(answer):
                return answer
            await asyncio.sleep(0.05)


def own(answer):
    return answer.get("personal") is True


# The choice


async def test_a_source_names_an_account_that_is_known_and_a_zoom_meeting_alone_has_one(house):
    moderator = await house.guest(Role.MODERATOR)
    refused = [
        {"url": URL, "account": "metropole"},
        {"url": URL, "account": "ville", "zoom_names": "full"},
        {"url": YOUTUBE, "account": "ville"},
    ]
    for body in refused:
        status, answer = await house.ask("POST", SOURCES, moderator, body)
        assert (status, answer["code"]) == (422, "field_invalid"), body

    _, made = await house.ask("POST", SOURCES, moderator, {"url": URL})
    _, state = await house.ask("GET", STATE, moderator)
    assert state["accounts"] == ["ville"]
    assert [(one["source"], one["account"], one["zoom_names"]) for one in state["items"]] == [
        (made["id"], "", "label")
    ]


async def test_a_source_is_given_an_account_later_and_it_can_be_taken_back(house):
    moderator = await house.guest(Role.MODERATOR)
    _, made = await house.ask("POST", SOURCES, moderator, {"url": URL})
    path = f"{SOURCES}/{made['id']}"

    status, answer = await house.ask(
        "PATCH", path, moderator, {"account": "ville", "label": "Salle 3", "zoom_names": "pseudonym"}
    )
    _, state = await house.ask("GET", STATE, moderator)
    assert (status, answer["label"]) == (200, "Salle 3")
    assert [(one["account"], one["zoom_names"]) for one in state["items"]] == [("ville", "pseudonym")]

    await house.ask("PATCH", path, moderator, {"account": ""})
    _, state = await house.ask("GET", STATE, moderator)
    assert [(one["account"], one["zoom_names"]) for one in state["items"]] == [("", "pseudonym")]

    for body in ({"account": "metropole"}, {"zoom_names": "x"}, {"label": "x" * 121}, {"name": "x"}):
        status, _ = await house.ask("PATCH", path, moderator, body)
        assert status == 422, body
    status, _ = await house.ask("PATCH", f"{SOURCES}/src_x", moderator, {"label": "x"})
    assert status == 404


# The link


async def test_an_own_link_is_its_owners_and_stands_nowhere_else(house):
    delegate = await house.guest()
    others = [await house.guest(), await house.guest(Role.OBSERVER), await house.guest(delegation="UNESCO")]
    staff = [await house.guest(role) for role in (Role.MODERATOR, Role.TECHNICIAN, Role.ORGANISER)]
    await house.begin()
    await added(house, staff[0], activate=True)

    mine = await until(house, delegate, own)
    links = {delegate.participant: mine["link_url"]}
    assert MARK in mine["link_url"]
    for other in [*others, *staff]:
        answer = await until(house, other, lambda got, role=other: own(got) or role in (others[1], *staff))
        links[other.participant] = answer["link_url"]
        assert own(answer) is (MARK in answer["link_url"])
    assert len({link for link in links.values() if MARK in link}) == 3
    assert {links[one.participant] for one in (others[1], *staff)} == {URL}

    for path in (
        SOURCES,
        STATE,
        f"/sessions/{ROOM}/presence",
        f"/sessions/{ROOM}/sources/history",
        "/programme",
    ):
        async with house.raw("GET", f"{API}{path}", staff[2]) as answer:
            assert MARK not in await answer.text(), path
    _, listed = await house.ask("GET", SOURCES, staff[0])
    assert [(one["personal"], one["link_url"]) for one in listed["items"]] == [
        (True, f"https://us02web.zoom.us/j/{NUMBER}")
    ]
    for path in (f"/s/{ROOM}/wall", f"/console/sessions/{ROOM}", f"/s/{ROOM}"):
        async with house.raw("GET", path, staff[2]) as answer:
            assert MARK not in await answer.text(), path
    async with house.raw("GET", f"/s/{ROOM}", delegate) as answer:
        page = await answer.text()
        assert links[delegate.participant].split(MARK)[1].split("&")[0] in page
        assert not any(
            link.split(MARK)[1] in page
            for who, link in links.items()
            if MARK in link and who != delegate.participant
        )
    for who in (delegate, staff[2]):
        async with house.raw("GET", f"{API}/me/export", who) as answer:
            assert MARK not in await answer.text()


async def test_a_viewer_of_a_public_session_has_the_common_link(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin(OPEN)
    body = {"url": URL, "account": "ville", "activate": True}
    await house.ask("POST", f"/sessions/{OPEN}/sources", moderator, body)

    async with asyncio.timeout(30):
        answer = {}
        while not own(answer):
            _, answer = await house.ask("GET", f"/sessions/{OPEN}/source", delegate)
    _, viewer = await house.ask("GET", f"/sessions/{OPEN}/source")

    assert (viewer["personal"], viewer["link_url"]) == (False, f"https://us02web.zoom.us/j/{NUMBER}")


async def test_an_open_page_is_told_its_own_link_when_it_comes_and_no_other_page_is(house, there):
    there.mood = Mood.DOWN
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    observer = await house.guest(Role.OBSERVER)
    await house.begin()
    _, made = await added(house, moderator, activate=True)

    async with house.page(delegate) as page, house.page(observer) as other:
        there.mood = Mood.WELL
        await house.ask("PATCH", f"{SOURCES}/{made['id']}", moderator, {"label": "Salle"})
        told = await heard(page, "welcome")
        while not told["source"]["personal"]:
            told = await heard(page, "welcome")
        assert MARK in told["source"]["link_url"]
        await house.ask("POST", f"/sessions/{ROOM}/notices", moderator, {"text": "Bonjour"})
        said = ""
        while "notice" not in said:
            said = await other.receive_str(timeout=PATIENCE)
            assert MARK not in said
        await house.show(YOUTUBE)
        shown = {}
        while shown.get("provider") != "youtube":
            shown = (await heard(page, "source"))["source"]
        await house.ask("PUT", SOURCE, moderator, {"id": made["id"]})
        while not own(shown):
            shown = (await heard(page, "source"))["source"]
        assert MARK in shown["link_url"]


async def test_a_replaced_link_has_no_meeting_and_the_new_one_gets_its_own(house, there):
    moderator, organiser = await house.guest(Role.MODERATOR), await house.guest(Role.ORGANISER)
    order = InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("BJ"))
    [issued] = await house.use.access.issue(order, "test")
    invitation = issued.invitation
    guest = Guest(invitation.participant, issued.token, invitation.seat)
    await house.begin()
    await added(house, moderator, activate=True)
    before = await until(house, guest, own)

    status, again = await house.ask("POST", f"/invitations/{invitation.id}:replace", organiser)
    assert status == 201
    newer = Guest(invitation.participant, again["items"][0]["token"], invitation.seat)
    after = await until(house, newer, own)

    assert after["link_url"] != before["link_url"]
    status, _ = await house.ask("GET", SOURCE, guest)
    assert status == 410
    async with asyncio.timeout(30):
        cancelled = 0
        while not cancelled:
            _, state = await house.ask("GET", STATE, moderator)
            cancelled = state["items"][0]["cancelled"]
    assert [one["registered"] for one in state["items"]] == [1]
    assert len(there.cancelled) == 1


# How it goes


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.HUGE, Mood.RUBBISH])
async def test_a_zoom_that_behaves_badly_delays_nobody(house, there, mood):
    there.mood = mood
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    await added(house, moderator, activate=True)

    async with asyncio.timeout(5), house.page(delegate):
        _, answer = await house.ask("GET", SOURCE, delegate)
        async with house.raw("GET", f"/s/{ROOM}", delegate) as page:
            assert page.status == 200

    assert (answer["personal"], answer["link_url"]) == (False, URL)


async def test_what_hinders_is_said_to_staff_in_a_word(house, there):
    there.numbers = {NUMBER: ("meetings", 2)}
    moderator = await house.guest(Role.MODERATOR)
    await house.guest()
    _, made = await added(house, moderator)

    async with asyncio.timeout(30):
        fault = None
        while fault is None:
            _, state = await house.ask("GET", STATE, moderator)
            [one] = state["items"]
            fault = one["fault"]

    assert (fault, one["source"], one["meeting"], one["wanted"], one["registered"]) == (
        "registration_off",
        made["id"],
        NUMBER,
        1,
        0,
    )
    assert one["rest_until"] is not None


def joined(zoom_id, user, minutes, change=Change.JOINED):
    """Somebody comes by the link of a registrant."""
    return ZoomEvent(
        change=change,
        webinar=False,
        meeting=NUMBER,
        uuid="u1",
        at=NOON + minutes * MINUTE,
        user=user,
        registrant=zoom_id,
    )


async def test_a_link_that_two_people_use_is_shown_with_the_person_until_it_is_replaced(house):
    moderator, organiser = await house.guest(Role.MODERATOR), await house.guest(Role.ORGANISER)
    delegate = await house.guest()
    await house.begin()
    await added(house, moderator, activate=True)
    await until(house, delegate, own)
    db = house.use.db
    [registrant] = (await db.read(lambda tx: store.registrants_of(tx, "ville")))[Numbered("ville", NUMBER)]
    for event in (joined(registrant.zoom_id, "1", 0), joined(registrant.zoom_id, "2", 1)):
        await db.write(lambda tx, event=event: zoom_events_store.add(tx, "ville", event))

    house.clock.advance(minutes=2)
    _, before = await house.ask("GET", STATE, moderator)
    house.clock.advance(minutes=10)
    _, after = await house.ask("GET", STATE, moderator)
    assert (before["twice"], after["twice"]) == ([], [delegate.participant])

    invitation = await house.use.access.invitation_of(delegate.participant)
    await house.ask("POST", f"/invitations/{invitation.id}:replace", organiser)
    async with asyncio.timeout(30):
        while after["twice"]:
            _, after = await house.ask("GET", STATE, moderator)


async def test_who_is_erased_is_cancelled_at_zoom_and_nothing_of_the_link_is_left(house, there):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    await added(house, moderator, activate=True)
    mine = await until(house, delegate, own)
    secret = mine["link_url"].split(MARK)[1].split("&")[0].encode()

    status, _ = await house.ask("DELETE", "/me", delegate)
    async with asyncio.timeout(30):
        rows = {"": ()}
        while rows:
            rows = await house.use.db.read(lambda tx: store.registrants_of(tx, "ville"))

    assert status == 204
    assert len(there.cancelled) == 1
    for file in house.use.folder.database.parent.glob("streamhub.db*"):
        assert secret not in file.read_bytes()


async def test_a_list_of_zoom_knows_people_by_the_addresses_that_we_drew(house, there):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    await added(house, moderator, activate=True)
    await until(house, delegate, own)
    [email] = there.registrants

    house.clock.advance(minutes=60)
    row = f"Invité,{email},2021-11-04 13:10:00,2021-11-04 13:40:00,30,Yes,No\n"
    upload = Upload("zoom.csv", f"{HEADER}\n{row}".encode())
    order = ZoomOrder(timezone="Europe/Brussels", sessions=(ROOM,))
    found = await house.use.imports.preview("zoom-participants", upload, order, "test")

    assert (found.asked.counts.matched, found.asked.counts.unmatched) == (1, 0)
