"""Lists, papers, calendars and mails over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from icalendar import Calendar

from streamhub.access.mail_model import MailState
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.ids import DelegationCode
from streamhub.programme.files import ParticipantEntry
from tests.bulk.conftest import BJ, FAST, opened, person
from tests.bulk.mail_server import FOR_GOOD, MailServer, mail_server
from tests.handlers.house import API, ROOM, House, open_house
from tests.support import FakeClock
from tests.waiting import eventually

LIST = "id;nom;mail;pays\n7;Awa;awa@example.org;Bénin\n8;Léo;leo@example.org;BJ\n"


@pytest_asyncio.fixture
async def box() -> AsyncIterator[MailServer]:
    """A mail server."""
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture
async def house(tmp_path, box) -> AsyncIterator[House]:
    """A running server that mails through it."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
    more = {"smtp_from": "acces@sommet.example", "mail_per_minute": FAST}
    async with open_house(tmp_path / "data", **mail, **more) as running:
        yield running


async def upload(house, path, guest, text=LIST, query=""):
    """Hand a list over; answers status and JSON."""
    headers = guest.headers | {"Content-Type": "text/csv"}
    address = f"{API}/participants:{path}?file=liste.csv{query}"
    async with house.client.post(address, data=text.encode(), headers=headers) as answer:
        return answer.status, await answer.json()


async def invite(house, *names):
    """Delegates of Benin with an address."""
    entries = [ParticipantEntry(name, BJ, "delegate", **person(name)) for name in names]
    await house.use.bulk.load(entries, "test")


async def sent(house, guest):
    """Wait for the end of the job; answers what became of every mail."""

    async def ended():
        _, found = await house.ask("GET", "/mails", guest)
        return None if found["progress"]["running"] else found

    return await eventually(ended)


async def test_a_list_is_previewed_then_taken_over_and_a_second_time_changes_nothing(house):
    organiser = await house.guest(Role.ORGANISER)

    _, looked = await upload(house, "preview", organiser)
    nobody_yet = [one for one in await house.use.access.participants() if one.delegation == BJ]
    status, done = await upload(house, "import", organiser)
    _, again = await upload(house, "import", organiser)

    assert nobody_yet == []
    assert [column["field"] for column in looked["columns"]] == [
        "external_id",
        "name",
        "email",
        "delegation",
    ]
    assert (status, done["stored"], looked["stored"]) == (200, True, False)
    assert done["counts"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert again["counts"] == {"new": 0, "changed": 0, "unchanged": 2}
    assert [item["seat"] for item in again["items"]] == ["BJ-01", "BJ-02"]


async def test_a_mapping_stands_in_the_query(house):
    organiser = await house.guest(Role.ORGANISER)
    text = "A=B;C\n7;awa@example.org\n"

    status, found = await upload(
        house,
        "preview",
        organiser,
        text,
        "&map=A%3DB%3Dexternal_id&map=C=email&set=delegation=BJ&set=label=a%3Db",
    )

    assert status == 200
    assert [column["field"] for column in found["columns"]] == ["external_id", "email"]
    assert found["items"][0]["label"] == "a=b"


async def test_a_bad_list_names_line_and_field_and_stores_nothing(house):
    organiser = await house.guest(Role.ORGANISER)

    status, problem = await upload(house, "import", organiser, LIST + "9;Zoé;nowhere;XX\n")

    assert (status, problem["code"]) == (422, "file_invalid")
    assert {(error["line"], error["field"]) for error in problem["errors"]} == {
        (4, "email (mail)"),
        (4, "delegation (pays)"),
    }
    assert [one for one in await house.use.access.participants() if one.delegation == BJ] == []


async def test_a_bad_mapping_is_a_bad_field(house):
    organiser = await house.guest(Role.ORGANISER)

    status, problem = await upload(house, "preview", organiser, LIST, "&map=Prénom=name")

    assert (status, problem["code"]) == (422, "field_invalid")
    assert problem["errors"][0]["field"] == "map Prénom"


async def export(house, guest, **asked):
    """Status, headers and text of what is written."""
    async with house.raw("POST", f"{API}/invitations:export", guest, asked) as answer:
        return answer.status, answer.headers, await answer.text()


async def test_an_organiser_gets_links_as_table_badges_list_and_calendar(house):
    await invite(house, "awa")
    organiser = await house.guest(Role.ORGANISER)
    [row] = [one for one in await house.use.access.every_invitation() if one.delegation == BJ]

    table = await export(house, organiser, format="csv", delegation="BJ", identities=True)
    badges = await export(house, organiser, format="badges", lang="en")
    paper = await export(house, organiser, format="list")
    dates = await export(house, organiser, format="ics", invitation=row.id)

    assert "Awa" in table[2]
    assert table[1]["Content-Disposition"] == 'attachment; filename="sommet-csv.csv"'
    assert "Awa" not in badges[2] + paper[2]
    assert badges[2].count("<svg") > 1
    assert dates[1]["Content-Disposition"] == 'attachment; filename="sommet-BJ-01.ics"'
    assert len(Calendar.from_ical(dates[2]).walk("VEVENT")) == 2
    assert {found[1]["Cache-Control"] for found in (table, badges, paper, dates)} == {"no-store"}


async def test_a_correspondent_gets_delegates_links_of_the_own_delegation_without_names(house):
    await invite(house, "awa")
    order = InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("UNESCO"))
    [other] = await house.use.access.issue(order, "test")
    correspondent = await house.guest(Role.CORRESPONDENT)

    _, _, own = await export(house, correspondent, format="csv")
    named, _, _ = await export(house, correspondent, format="csv", identities=True)
    others, _, _ = await export(house, correspondent, format="csv", delegation="UNESCO")
    dates, _, _ = await export(house, correspondent, format="ics", invitation=other.invitation.id)

    assert [line.split(",")[0] for line in own.splitlines()] == ["seat", "BJ-01"]
    assert (named, others, dates) == (403, 403, 403)


async def test_a_calendar_needs_a_person_and_an_unknown_one_is_not_found(house):
    organiser = await house.guest(Role.ORGANISER)

    nobody, _, _ = await export(house, organiser, format="ics")
    unknown, _, _ = await export(house, organiser, format="ics", invitation="i_none")

    assert (nobody, unknown) == (422, 404)


async def test_everybody_has_a_calendar_of_what_the_own_link_opens_by_a_link_that_opens_no_more(house):
    whole = await house.guest()
    narrow = await house.guest(sessions=(ROOM,))
    invitation = (await house.use.access.invitation_of(whole.participant)).id
    token = await house.use.access.session_token(ROOM, invitation, 600)

    events = {}
    for name, bearer in (("whole", whole.token), ("narrow", narrow.token), ("token", token.token)):
        headers = {"Authorization": f"Bearer {bearer}"}
        async with house.client.get("/me/calendar.ics?lang=en", headers=headers) as answer:
            assert (answer.status, answer.content_type) == (200, "text/calendar")
            assert answer.headers["Cache-Control"] == "no-store"
            events[name] = Calendar.from_ical(await answer.text()).walk("VEVENT")
    grant = (await house.use.access.enter(str(events["token"][0]["URL"]))).grant

    assert [str(event["SUMMARY"]) for event in events["whole"]] == ["Opening", "Ports"]
    assert [str(event["SUMMARY"]) for event in events["narrow"]] == ["Ports"]
    assert grant.sessions == {ROOM}
    assert grant.expires_at == token.expires_at


async def test_without_an_invitation_there_is_no_calendar(house):
    async with house.client.get("/me/calendar.ics") as answer:
        assert answer.status == 401


async def test_mails_go_out_in_the_background_and_are_told_with_seats_only(house, box):
    await invite(house, "awa", "leo")
    box.recipients["leo@example.org"] = FOR_GOOD
    organiser = await house.guest(Role.ORGANISER)

    _, plan = await house.ask("POST", "/mails", organiser, {"dry_run": True, "only": ["BJ"]})
    status, begun = await house.ask("POST", "/mails", organiser, {"only": ["BJ"]})
    found = await sent(house, organiser)

    assert [(item["seat"], item["standing"]) for item in plan["items"]] == [
        ("BJ-01", "to send"),
        ("BJ-02", "to send"),
    ]
    assert (status, begun["total"]) == (202, 2)
    assert found["progress"] == {"running": False, "total": 2, "done": 2, "error": ""}
    assert [(item["seat"], item["state"], item["code"]) for item in found["items"]] == [
        ("BJ-01", "sent", 250),
        ("BJ-02", "refused", 550),
    ]
    assert "example.org" not in str(found)


async def test_one_job_at_a_time_and_it_can_be_stopped(house, box):
    await invite(house, "awa", "leo")
    box.hold_after = 0
    organiser = await house.guest(Role.ORGANISER)

    await house.ask("POST", "/mails", organiser, {})
    await box.held.wait()
    second, _ = await house.ask("POST", "/mails", organiser, {})
    await house.ask("POST", "/mails:stop", organiser)
    box.hold_after = None
    box.go.set()
    found = await sent(house, organiser)

    assert second == 409
    assert found["progress"]["error"] == "stopped"
    assert [item["state"] for item in found["items"]] == ["sent", "queued"]


async def test_one_persons_link_waits_its_turn_behind_the_letters_to_everybody(house, box):
    await invite(house, "awa", "leo")
    rows = await house.use.access.every_invitation()
    [leo] = [row for row in rows if row.seat == "BJ-02"]
    organiser = await house.guest(Role.ORGANISER)
    box.hold_after = 0

    await house.ask("POST", "/mails", organiser, {"only": ["BJ-01"]})
    await box.held.wait()
    status, begun = await house.ask("POST", f"/invitations/{leo.id}:mail", organiser)
    box.hold_after = None
    box.go.set()
    await sent(house, organiser)

    assert (status, begun["total"]) == (202, 1)
    assert box.counts == {"awa@example.org": 1, "leo@example.org": 1}


async def test_a_replaced_link_is_mailed_to_its_person_alone(house, box):
    await invite(house, "awa", "leo")
    moderator = await house.guest(Role.MODERATOR)
    rows = await house.use.access.every_invitation()
    [awa] = [row for row in rows if row.seat == "BJ-01"]
    [boss] = [row for row in rows if row.role is Role.MODERATOR]

    status, _ = await house.ask("POST", f"/invitations/{awa.id}:mail", moderator)
    await sent(house, await house.guest(Role.ORGANISER))
    again, _ = await house.ask("POST", f"/invitations/{awa.id}:mail", moderator)
    nameless, _ = await house.ask("POST", f"/invitations/{boss.id}:mail", moderator)

    assert (status, again, nameless) == (202, 404, 404)
    assert box.counts == {"awa@example.org": 1}


async def test_an_orderly_stop_of_the_server_ends_after_the_letter_at_hand(tmp_path, box):
    box.hold_after = 0
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
    async with open_house(tmp_path / "data", **mail, smtp_from="a@sommet.example") as house:
        await invite(house, "awa", "leo")
        await house.ask("POST", "/mails", await house.guest(Role.ORGANISER), {})
        await box.held.wait()
        asyncio.get_running_loop().call_later(0.05, box.go.set)

    async with opened(tmp_path / "data", FakeClock()) as use:
        states = sorted(mail.state for mail in await use.mail.mails())

    assert states == [MailState.QUEUED, MailState.SENT]


async def test_without_a_mail_server_it_is_not_configured(tmp_path):
    async with open_house(tmp_path / "data") as house:
        status, problem = await house.ask("POST", "/mails", await house.guest(Role.ORGANISER), {})

    assert (status, problem["code"]) == (503, "not_configured")


@pytest.mark.parametrize("order", [{"limit": 0}, {"only": ["XX"]}, {"to": "all"}])
async def test_a_bad_order_is_refused(house, order):
    await invite(house, "awa")

    status, _ = await house.ask("POST", "/mails", await house.guest(Role.ORGANISER), order)

    assert status in {404, 422}
