"""Notices: who may send them, what they may say, whom they reach."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from streamhub.access.roles import MODERATION, Role
from streamhub.kit.audit import AuditFilter
from streamhub.kit.db import WriteTx
from tests.handlers.house import OPEN, ROOM, ZOOM, heard, open_house

NOTICES = f"/sessions/{ROOM}/notices"
PAUSE = "La séance reprend dans dix minutes."


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def test_a_notice_reaches_every_open_page_and_counts_people(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()

    async with house.page(delegate) as one, house.page(delegate) as two:
        status, answer = await house.ask("POST", NOTICES, moderator, {"text": PAUSE, "lang": "fr"})
        messages = [await heard(page, "notice") for page in (one, two)]

    assert (status, answer) == (201, {"sent_to": 1, "elsewhere": 0})
    assert messages == [{"type": "notice", "text": PAUSE, "lang": "fr"}] * 2


async def test_who_went_to_the_meeting_is_said_not_to_be_reached(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    await house.show(ZOOM)

    async with house.page(delegate):
        await house.ask("POST", f"/sessions/{ROOM}/source:open", delegate)
        _, answer = await house.ask("POST", NOTICES, moderator, {"text": PAUSE})

    assert answer == {"sent_to": 0, "elsewhere": 1}


async def test_each_notice_of_several_at_once_stands_once_in_the_log_when_it_is_answered(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()
    texts = ["one", "two", "three", "", "four"]

    async with house.page(delegate) as page:
        answers = await asyncio.gather(*(house.ask("POST", NOTICES, moderator, {"text": t}) for t in texts))
        written = await house.use.audit.all(AuditFilter(action="notice"))
        shown = [(await heard(page, "notice"))["text"] for _ in range(4)]

    assert [status for status, _ in answers] == [201, 201, 201, 422, 201]
    assert sorted(shown) == sorted(filter(None, texts))
    assert [(row.act.by, row.act.target) for row in written] == [(moderator.participant, ROOM)] * 4


async def test_a_notice_that_cannot_be_written_down_is_not_said_to_be_sent(house):
    moderator = await house.guest(Role.MODERATOR)

    def full(_tx: WriteTx) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    house.use.db.on_group, before = full, house.use.db.on_group
    status, answer = await house.ask("POST", NOTICES, moderator, {"text": PAUSE})
    house.use.db.on_group = before

    assert (status, answer["code"]) == (503, "storage_unavailable")


async def test_a_notice_is_for_its_session_alone(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin(OPEN)

    async with house.page(delegate, OPEN):
        _, answer = await house.ask("POST", NOTICES, moderator, {"text": PAUSE})

    assert answer == {"sent_to": 0, "elsewhere": 0}


async def test_without_a_language_it_is_the_one_in_which_the_moderator_reads(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()

    async with house.page(delegate) as page:
        await house.ask("POST", NOTICES, moderator, {"text": "Break"}, Accept_Language="en")

        assert (await heard(page, "notice"))["lang"] == "en"


async def test_what_is_typed_is_text_on_one_line(house):
    moderator, delegate = await house.guest(Role.MODERATOR), await house.guest()
    await house.begin()

    async with house.page(delegate) as page:
        await house.ask("POST", NOTICES, moderator, {"text": "  <b>Pause</b>\r\n de\u0000 midi "})

        assert (await heard(page, "notice"))["text"] == "<b>Pause</b> de midi"


@pytest.mark.parametrize("length", [1, 499, 500])
async def test_up_to_500_characters(house, length):
    moderator = await house.guest(Role.MODERATOR)

    status, _ = await house.ask("POST", NOTICES, moderator, {"text": "é" * length})

    assert status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "é" * 501}, "text"),
        ({"text": " \n "}, "text"),
        ({}, "text"),
        ({"text": PAUSE, "lang": "français"}, "lang"),
        ({"text": PAUSE, "colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_field_is_named(house, body, field):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("POST", NOTICES, moderator, body)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [problem["field"] for problem in answer["errors"]] == [field]


@pytest.mark.parametrize("role", sorted(set(Role) - MODERATION))
async def test_only_moderators_speak_to_everybody(house, role):
    status, answer = await house.ask("POST", NOTICES, await house.guest(role), {"text": PAUSE})

    assert (status, answer["code"]) == (403, "role_forbidden")


async def test_a_moderator_of_another_session_does_not(house):
    moderator = await house.guest(Role.MODERATOR, sessions=(OPEN,))

    status, answer = await house.ask("POST", NOTICES, moderator, {"text": PAUSE})

    assert (status, answer["code"]) == (403, "wrong_session")
