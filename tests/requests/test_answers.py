"""Whoever asked for access is told by mail what was decided, once, also after an interruption."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from streamhub.access.mail_model import MailOrder, MailState
from streamhub.access.roles import Role
from streamhub.requests import answers_store
from tests.bulk.mail_server import mail_server
from tests.handlers.house import open_house
from tests.waiting import PATIENCE, eventually

UNTIL = "2021-11-04T18:00:00+01:00"
AWA, KOFFI = "awa@journal.example", "koffi@ville.example"
ASKED = {
    "kind": "press",
    "name": "Awa <b>Diop",
    "email": AWA,
    "function": "Reporter",
    "medium": "Le Journal",
    "lang": "en",
}
MEMBER = {
    "kind": "delegation",
    "name": "Koffi A.",
    "email": KOFFI,
    "function": "Conseiller",
    "delegation": "BJ",
}
WORD = "La salle est pleine.\nSuivez la séance publique : <https://ville.example>"


@asynccontextmanager
async def opened(folder, box, **settings):
    mail = {
        "smtp_host": "127.0.0.1",
        "smtp_port": box.port,
        "smtp_security": "none",
        "mail_per_minute": 60_000,
    }
    more = {"smtp_from": "acces@sommet.example", "access_requests_until": UNTIL}
    async with open_house(folder, **(mail | more | settings)) as house:
        yield house


@pytest.fixture
async def box():
    async with mail_server() as box:
        yield box


@pytest.fixture
async def house(tmp_path, box):
    async with opened(tmp_path, box) as house:
        yield house


@pytest.fixture
async def organiser(house):
    return await house.guest(Role.ORGANISER)


async def decide(house, organiser, said, verb, **body):
    _, made = await house.ask("POST", "/access-requests", None, said)
    status, answer = await house.ask("POST", f"/access-requests/{made['id']}:{verb}", organiser, body)
    assert status in {200, 201}, answer
    return made["id"], answer


async def done(house):
    """The letters at hand are settled."""
    await eventually(lambda: not house.use.mailing.progress.running)


async def states(house, organiser):
    _, listed = await house.ask("GET", "/mails", organiser)
    return {row["request"]: row["state"] for row in listed["answers"]}


def parts(letter):
    """The text and the simple HTML."""
    return [letter.get_body([kind]).get_content() for kind in ("plain", "html")]


async def test_who_is_refused_is_told_with_the_organisers_word_in_their_language(house, organiser, box):
    ident, answer = await decide(house, organiser, ASKED, "refuse", reason=WORD)
    await done(house)

    text, html = parts(box.letter(AWA))
    assert (answer["mailing"], answer["state"], answer["reason"]) == (True, "refused", WORD)
    assert str(box.letter(AWA)["Subject"]).startswith("Your request for access: ")
    assert "Awa <b>Diop" in text
    assert "could not be accepted" in text
    assert WORD in text.replace("\r\n", "\n")
    assert "Awa &lt;b&gt;Diop" in html
    assert "&lt;https://ville.example&gt;" in html
    assert "/j/" not in text + html
    assert await states(house, organiser) == {ident: "sent"}


async def test_who_is_let_in_gets_the_word_with_the_link(house, organiser, box):
    _, answer = await decide(house, organiser, MEMBER, "accept", reason="Bienvenue !")
    await done(house)

    text, html = parts(box.letter(KOFFI))
    assert answer["mailing"] is True
    for said in (text, html):
        assert "Votre demande d’accès est acceptée." in said
        assert "Bienvenue !" in said
        assert "/j/" in said
    invitation = answer["items"][0]["id"]
    await house.ask("POST", f"/invitations/{invitation}:replace", organiser)
    await house.ask("POST", f"/invitations/{invitation}:mail", organiser)
    await done(house)
    assert "est acceptée" not in parts(box.received[-1][1])[0]


async def test_a_decision_made_while_others_are_written_to_follows_them(house, organiser, box):
    box.hold_after = 0
    first, _ = await decide(house, organiser, ASKED, "refuse")
    await asyncio.wait_for(box.held.wait(), PATIENCE)
    box.hold_after = None

    _, accepted = await decide(house, organiser, MEMBER, "accept")
    second, refused = await decide(house, organiser, ASKED | {"email": "b@journal.example"}, "refuse")
    box.go.set()
    await eventually(lambda: len(box.received) == 3)
    await done(house)

    assert (accepted["mailing"], refused["mailing"]) == (True, True)
    assert box.counts == {AWA: 1, KOFFI: 1, "b@journal.example": 1}
    assert await states(house, organiser) == {first: "sent", second: "sent"}


async def test_letters_to_everybody_follow_the_one_that_tells_of_a_decision(house, organiser, box):
    box.hold_after = 0
    await decide(house, organiser, ASKED, "refuse")
    await asyncio.wait_for(box.held.wait(), PATIENCE)
    box.hold_after = None

    began, _ = await house.ask("POST", "/mails", organiser, {})
    twice, _ = await house.ask("POST", "/mails", organiser, {})
    box.go.set()
    await done(house)
    again, _ = await house.ask("POST", "/mails", organiser, {})

    assert (began, twice, again) == (202, 409, 202)


async def test_what_the_server_put_off_goes_out_later_once(tmp_path, box):
    box.recipients = {AWA: "450 4.2.1 try again later", KOFFI: "450 4.2.1 try again later"}
    async with opened(tmp_path, box) as house:
        organiser = await house.guest(Role.ORGANISER)
        ident, _ = await decide(house, organiser, ASKED, "refuse", reason="Complet.")
        await decide(house, organiser, MEMBER, "accept")
        await done(house)
        assert await states(house, organiser) == {ident: "queued"}
        assert len(await house.use.requests.untold()) == 2

        box.recipients = {}
        await house.use._answer()
        await eventually(lambda: len(box.received) == 2)
        await done(house)
        await house.use._answer()
        await done(house)

        assert box.counts == {AWA: 1, KOFFI: 1}
        assert await house.use.requests.untold() == ()


async def test_a_letter_that_was_going_out_when_the_process_died_is_unknown_and_goes_only_when_told_to(
    house, organiser, box
):
    box.recipients = {AWA: "450 4.2.1 try again later"}
    ident, _ = await decide(house, organiser, ASKED, "refuse")
    await done(house)
    box.recipients = {}
    await house.use.db.write(lambda tx: answers_store.claim(tx, ident, house.clock.now()))

    report = await house.use.mail.send(MailOrder(), "test", lambda _: None)
    again = await house.use.mail.send(MailOrder(retry_unknown=True), "test", lambda _: None)

    assert (report.steps, report.unknown) == ((), 1)
    assert [(step.name, step.outcome.state) for step in again.steps] == [(ident, MailState.SENT)]
    assert box.counts == {AWA: 1}


async def test_an_address_that_the_server_refuses_is_told_with_its_words(house, organiser, box):
    box.recipients = {AWA: "550 5.1.1 <{address}> no such mailbox"}
    ident, _ = await decide(house, organiser, ASKED, "refuse")
    await done(house)

    _, listed = await house.ask("GET", "/mails", organiser)

    [row] = listed["answers"]
    assert (row["request"], row["state"], row["code"]) == (ident, "refused", 550)
    assert AWA not in str(listed)


async def test_a_dry_run_names_the_request_and_a_limit_counts_it(house, organiser, box):
    box.recipients = {AWA: "450 4.2.1 try again later"}
    ident, _ = await decide(house, organiser, ASKED, "refuse")
    await done(house)

    _, plan = await house.ask("POST", "/mails", organiser, {"dry_run": True})
    _, one = await house.ask("POST", "/mails", organiser, {"dry_run": True, "only": [ident]})
    status, _ = await house.ask("POST", "/mails", organiser, {"dry_run": True, "only": [ident, "XX"]})

    assert plan["answers"] == [{"request": ident, "standing": "to send"}]
    assert (one["items"], one["to_send"], status) == ([], 1, 404)
    assert AWA not in str(plan)


@pytest.mark.parametrize(("verb", "said"), [("accept", MEMBER), ("refuse", ASKED)])
async def test_without_a_mail_server_nobody_is_written_to_and_nothing_waits(tmp_path, verb, said):
    async with open_house(tmp_path, access_requests_until=UNTIL) as house:
        organiser = await house.guest(Role.ORGANISER)

        _, answer = await decide(house, organiser, said, verb)

        assert answer["mailing"] is False
        assert await house.use.requests.untold() == ()


async def test_a_word_may_not_be_too_long_and_nothing_is_decided_then(house, organiser):
    _, made = await house.ask("POST", "/access-requests", None, MEMBER)

    for verb in ("accept", "refuse"):
        path = f"/access-requests/{made['id']}:{verb}"
        status, problem = await house.ask("POST", path, organiser, {"reason": "x" * 501})
        assert (status, problem["errors"][0]["field"]) == (422, "reason")

    assert (await house.use.requests.request(made["id"])).state == "waiting"
