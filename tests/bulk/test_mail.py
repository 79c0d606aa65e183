"""Mails: everybody once, in their language, and what the server said is kept."""

import asyncio
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from streamhub.access.mail_model import MailOrder, MailState, Standing
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.errors import MailUnavailable, NotConfigured, NotFound, StateConflict
from streamhub.kit.ids import DelegationCode
from streamhub.kit.lock import held
from tests.bulk.mail_server import FOR_GOOD, LATER, mail_server


def body(letter: EmailMessage, kind: str) -> str:
    """The plain text or the HTML of a letter."""
    part = letter.get_body((kind,))
    assert part is not None
    return part.get_content()


def link_of(letter: EmailMessage) -> str:
    """The personal link in its text."""
    [link] = [line for line in body(letter, "plain").splitlines() if "/j/" in line]
    return link.strip()


async def states(house) -> dict[str, str]:
    """Seat to what became of its mail."""
    seats = {row.id: row.seat for row in await house.use.access.every_invitation()}
    return {seats[mail.invitation]: mail.state.value for mail in await house.use.mail.mails()}


async def test_everybody_with_an_address_gets_one_letter_with_a_link_that_opens(house, post):
    await house.invite("awa", "leo")
    await house.use.access.issue(InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("BJ")), "test")

    report = await house.send()

    assert post.counts == {"awa@example.org": 1, "leo@example.org": 1}
    assert report.count(MailState.SENT) == 2
    assert (await house.use.access.enter(link_of(post.letter("awa@example.org")))).grant.seat == "BJ-01"
    assert (await house.use.access.enter(link_of(post.letter("leo@example.org")))).grant.seat == "BJ-02"


async def test_a_second_run_sends_nothing(house, post):
    await house.invite("awa")
    await house.send()

    report = await house.send()

    assert report.steps == ()
    assert post.counts == {"awa@example.org": 1}


async def test_a_replaced_link_is_sent_once_more_and_the_old_one_is_dead(house, post):
    await house.invite("awa")
    await house.send()
    old = link_of(post.letter("awa@example.org"))
    [row] = await house.use.access.every_invitation()
    await house.use.access.replace(row.id, "test")

    await house.send()

    [(_, first), (_, second)] = post.received
    assert link_of(second) != old
    assert first["Message-ID"] != second["Message-ID"]
    assert (await house.use.access.enter(link_of(second))).grant.generation == 2


async def test_a_letter_says_who_what_when_and_where_in_the_persons_language(house, post):
    await house.invite("awa", label="Maire & ministre")
    await house.invite("joe", lang="en-GB")

    await house.send()

    french, english = post.letter("awa@example.org"), post.letter("joe@example.org")
    assert french["Subject"] == "Votre lien personnel : Sommet des ports"
    assert english["Subject"] == "Your personal link: Summit of ports"
    assert (french["Content-Language"], english["Content-Language"]) == ("fr", "en")
    assert french["To"] == "Awa <awa@example.org>"
    assert french["From"] == "Sommet des ports <acces@sommet.example>"
    text = body(french, "plain")
    for words in (
        "Bonjour Awa,",
        "Bénin",
        "Maire & ministre",
        "BJ-01",
        "jeudi 4 novembre, 14:00–15:00, Ouverture",
    ):
        assert words in text
    assert "Hello Joe," in body(english, "plain")
    assert "Opening" in body(english, "plain")
    assert "Maire &amp; ministre" in body(french, "html")
    assert f'href="{link_of(french)}"' in body(french, "html")
    assert "&" not in body(french, "plain").replace("Maire & ministre", "")


async def test_the_calendar_is_attached_and_opens_by_the_same_link(house, post):
    await house.invite("awa")

    await house.send()

    letter = post.letter("awa@example.org")
    [attached] = list(letter.iter_attachments())
    calendar = Calendar.from_ical(attached.get_payload(decode=True))
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_filename() == "sommet.ics"
    assert {str(event["URL"]) for event in calendar.walk("VEVENT")} == {link_of(letter)}


async def test_a_letter_is_one_that_old_mail_servers_carry(house, post):
    await house.invite("awa", name="Æthelred Ünïcode", label="Ж" * 100)

    await house.send()

    raw = post.letter("awa@example.org").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    assert post.letter("awa@example.org")["Auto-Submitted"] == "auto-generated"


async def test_nothing_in_a_letter_leads_to_a_third_party(house, post):
    await house.invite("awa")

    await house.send()

    html = body(post.letter("awa@example.org"), "html")
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("http") == html.count("https://live.example.org/j/")


async def test_only_some_and_at_most_so_many(house, post):
    await house.invite("a1", "a2", "a3")

    await house.send(only=("BJ-02",))
    await house.send(limit=1)

    assert post.counts == {"a2@example.org": 1, "a1@example.org": 1}
    with pytest.raises(NotFound, match="XX"):
        await house.send(only=("BJ", "XX"))


async def test_a_plan_says_who_gets_a_letter_and_who_does_not(house, post):
    await house.invite("awa", "leo", "ned", "zoe")
    await house.invite("nob", email="")
    post.recipients["leo@example.org"] = FOR_GOOD
    await house.send(only=("BJ-01", "BJ-02"))

    plan = await house.use.mail.plan(MailOrder(limit=1))

    assert {one.candidate.invitation.seat: one.standing for one in plan} == {
        "BJ-01": Standing.SENT,
        "BJ-02": Standing.REFUSED,
        "BJ-03": Standing.TO_SEND,
        "BJ-04": Standing.LATER,
        "BJ-05": Standing.NO_ADDRESS,
    }
    assert sum(post.counts.values()) == 1


async def test_an_address_refused_for_good_is_told_without_the_address_and_tried_again_on_demand(house, post):
    await house.invite("awa", "leo")
    post.recipients["awa@example.org"] = FOR_GOOD

    report = await house.send()
    again = await house.send()
    post.recipients.clear()
    mended = await house.send(retry_refused=True)

    [refused] = [step.outcome for step in report.steps if step.outcome.state is MailState.REFUSED]
    assert (refused.code, refused.reason) == (550, "5.1.1 <[mail]> no such mailbox at [address]")
    assert (again.steps, again.refused, report.refused) == ((), 1, 0)
    assert mended.count(MailState.SENT) == 1
    assert post.counts == {"awa@example.org": 1, "leo@example.org": 1}


async def test_a_letter_whose_content_is_refused_is_refused(house, post):
    await house.invite("awa", "leo")
    post.contents["awa@example.org"] = "554 5.7.1 looks like spam"

    await house.send()

    assert await states(house) == {"BJ-01": "refused", "BJ-02": "sent"}


async def test_what_is_put_off_waits_and_goes_out_with_the_next_run(house, post):
    await house.invite("awa", "leo")
    post.recipients["awa@example.org"] = LATER

    first = await house.send()
    post.recipients.clear()
    await house.send()

    assert first.count(MailState.QUEUED) == 1
    assert post.counts == {"awa@example.org": 1, "leo@example.org": 1}
    assert await states(house) == {"BJ-01": "sent", "BJ-02": "sent"}


@pytest.mark.parametrize("address", ["größe@example.org", "a b@example.org", "x@", "a@b@c..d"])
async def test_an_address_that_mail_cannot_carry_is_refused_before_anything_is_sent(house, post, address):
    await house.invite("awa", email=address)
    await house.invite("leo")

    await house.send()

    assert await states(house) == {"BJ-01": "refused", "BJ-02": "sent"}
    assert post.counts == {"leo@example.org": 1}


async def test_a_domain_in_any_script_gets_its_letter(house, post):
    await house.invite("awa", email="awa@müsée.example")

    await house.send()

    assert post.counts == {"awa@xn--mse-cma7g.example": 1}


async def test_a_name_cannot_make_headers(house, post):
    await house.invite("awa", name='Awa"\r\nBcc: all@example.org, <evil@example.org>')

    await house.send()

    letter = post.letter("awa@example.org")
    assert letter["Bcc"] is None
    assert [address.addr_spec for address in letter["To"].addresses] == ["awa@example.org"]


async def test_revoked_and_past_invitations_get_no_letter(house, post):
    await house.invite("awa", "leo")
    [first, _] = await house.use.access.every_invitation()
    await house.use.access.revoke(first.id, "test")

    await house.send()

    assert post.counts == {"leo@example.org": 1}


async def test_who_is_revoked_while_letters_go_out_gets_none(house, post):
    await house.invite("awa", "leo")
    [_, second] = await house.use.access.every_invitation()
    post.hold_after = 0

    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(house.send())
        await post.held.wait()
        await house.use.access.revoke(second.id, "test")
        post.hold_after = None
        post.go.set()

    assert [step.outcome is None for step in sending.result().steps] == [False, True]
    assert await states(house) == {"BJ-01": "sent"}


async def test_letters_keep_their_distance(house, post):
    house.with_settings(mail_per_minute=1_200)
    await house.invite("a1", "a2", "a3", "a4")

    await house.send()

    gaps = [later - before for before, later in zip(post.arrived_at, post.arrived_at[1:], strict=False)]
    assert min(gaps) >= 0.045


async def test_a_stop_comes_after_the_letter_at_hand(house, post):
    await house.invite("a1", "a2", "a3")
    stop = asyncio.Event()

    report = await house.use.mail.send(MailOrder(), "test", lambda step: stop.set(), stop)

    assert report.stopped
    assert await states(house) == {"BJ-01": "sent", "BJ-02": "queued", "BJ-03": "queued"}


async def test_one_connection_serves_many_letters(house, post):
    await house.invite(*(f"a{number}" for number in range(8)))
    post.recipients["a3@example.org"] = FOR_GOOD

    await house.send()

    assert post.connections == 1
    assert sum(post.counts.values()) == 7


async def test_two_senders_at_once_are_one_too_many(house, post):
    await house.invite("awa")

    with held(house.use.folder.mail_lock, "busy"), pytest.raises(StateConflict, match="already"):
        await house.send()

    assert post.counts == {}


async def test_without_a_mail_server_there_is_no_mail(house):
    await house.invite("awa")

    with pytest.raises(NotConfigured, match="smtp_host"):
        await house.send()


async def test_a_server_that_is_not_there_leaves_everything_waiting(house):
    await house.invite("awa")
    async with mail_server() as gone:
        port = gone.port
    house.with_settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")

    with pytest.raises(MailUnavailable, match="does not answer"):
        await house.send()

    assert await states(house) == {"BJ-01": "queued"}
