"""Erasing a person: nothing leads to them any more, and no figure changes."""

import json

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance import store as attendance_store
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.matching import Target
from streamhub.kit.audit import EVERYTHING
from streamhub.kit.channel import Channel
from streamhub.kit.errors import InvitationRevoked, NotFound
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.privacy.service import Asker
from tests.attendance.zoom_samples import HEADER
from tests.privacy.summit import EMAIL, NAME, WORDS, cells, figures, key, on_line, recorded, staff, where
from tests.reports.example import CLOSING, TABLE, at


async def erase(use, who, by=None):
    return await use.privacy.erase(who, Asker(by or who, "delegate" if by is None else "organiser"))


async def seat(use, name):
    return next(person.id for person in await use.access.participants() if person.seat == name)


@pytest.mark.parametrize("name", ["BJ-01", "BE-01", "BE-WAL-02", "UNESCO-01", "PRESS-01", "BJ-08"])
async def test_no_figure_changes_whoever_goes(use, name):
    who = await seat(use, name)
    before = await figures(use)

    await erase(use, who)

    assert await figures(use) == before


async def test_no_figure_changes_when_somebody_of_whom_everything_is_recorded_goes_in_mid_session(use):
    somebody = await recorded(use)
    await on_line(use, somebody.participant)
    before = await figures(use)

    done = await erase(use, somebody.participant)

    assert await figures(use) == before
    assert before[CLOSING, "internal", "actual"].attended == 1
    assert (done.named, done.stays) == (True, 2)


async def test_the_pseudonym_stands_nowhere_any_more_nor_does_a_word_of_the_person(use):
    somebody = await recorded(use)
    await on_line(use, somebody.participant)
    assert len(await where(use, somebody.participant)) >= 13
    for word in WORDS:
        assert await where(use, word), word

    await erase(use, somebody.participant)

    assert await where(use, somebody.participant) == []
    assert [word for word in WORDS if await where(use, word)] == []


async def test_nothing_leads_from_the_link_to_what_stays_recorded(use):
    somebody = await recorded(use)

    await erase(use, somebody.participant)

    assert await where(use, somebody.invitation) == [
        ("changes", "key"),
        ("erased_invitations", "id"),
        ("grants", "invitation"),
        ("invitation_codes", "invitation"),
    ]


async def test_the_seat_of_badge_and_zoom_list_is_left(use):
    who = await seat(use, "BJ-03")
    stays = await use.attendance.stays_of(who)

    await erase(use, who)

    seats = {person.seat: person for person in await use.access.participants()}
    assert "BJ-03" not in seats
    assert seats["X-01"].delegation == "BJ"
    assert [s.since for s in await use.attendance.stays_of(seats["X-01"].id)] == [s.since for s in stays]
    assert seats["X-01"].erased
    assert not seats["X-01"].invited


async def test_the_number_of_a_seat_that_was_left_is_nobody_elses(use):
    order = InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("BJ"))
    [last] = await use.access.issue(order, "test")

    await erase(use, last.invitation.participant)
    [following] = await use.access.issue(order, "test")

    numbers = [int(one.invitation.seat.removeprefix("BJ-")) for one in (last, following)]
    assert numbers[1] == numbers[0] + 1


@pytest.mark.parametrize("credential", ["token", "code", "link"])
async def test_link_and_token_say_that_they_are_over(use, credential):
    somebody = await recorded(use)
    cookie = (await use.access.enter(somebody.token)).cookie

    await erase(use, somebody.participant)

    with pytest.raises(InvitationRevoked):
        await use.access.enter(getattr(somebody, credential))
    with pytest.raises(InvitationRevoked):
        await use.access.grant_for_cookie(cookie)


async def test_what_lasts_ends_now_in_every_channel(use):
    somebody = await recorded(use)
    await on_line(use, somebody.participant)
    closing = await use.programme.session(CLOSING)
    await use.attendance.arrive(key(somebody.participant, closing, Channel.HALL), at(212))

    await erase(use, somebody.participant)
    use.clock.advance(minutes=30)

    stays, _ = await use.attendance.stays_of_session(closing)
    assert {(s.since, s.until, s.cause) for s in stays} == {
        (at(210), at(215), "revoked"),
        (at(212), at(215), "revoked"),
    }
    assert not [row for row in await cells(use) if row[:2] == ("openings", "until") and row[2] is None]


async def inside(use):
    """Who is in the house by the desk's list."""
    return [one for one in (await use.door.today()).people if one.since]


async def test_a_person_in_the_house_is_checked_out(use):
    who = await seat(use, "PRESS-01")
    assert len(await inside(use)) == 1

    await erase(use, who)

    assert await inside(use) == []


async def test_the_ledger_still_amounts_to_the_stays(use):
    somebody = await recorded(use)
    await on_line(use, somebody.participant)

    await erase(use, somebody.participant)

    found = await use.attendance.compare()
    assert (found.missing, found.surplus) == ((), ())


async def test_names_leave_the_queue_and_what_was_remembered_of_them_too(use):
    somebody = await recorded(use)
    [row] = await use.imports.queue()
    assert row.name == NAME
    other = Upload(
        "other.csv", f"{HEADER}\niPhone de Luc,,2021-11-04 15:00,2021-11-04 15:20,20,Yes,No".encode()
    )
    order = ZoomOrder(timezone="Europe/Brussels", sessions=(TABLE,))
    again = await use.imports.preview("zoom-participants", other, order, "test")
    await use.imports.apply(again.asked.id, "test")
    [_, phone] = await use.imports.queue()
    await use.imports.match([phone.id], Target(participant=somebody.participant), "test")
    before = await figures(use)

    await erase(use, somebody.participant)

    assert await use.imports.queue() == []
    assert not [row for row in await cells(use) if row[0] == "import_matches"]
    assert await figures(use) == before


async def test_a_list_that_was_imported_is_not_counted_again_afterwards(use):
    somebody = await recorded(use)
    await erase(use, somebody.participant)
    before = await figures(use)
    list_ = f"{HEADER}\n{NAME},{EMAIL},2021-11-04 15:00:00,2021-11-04 16:00:00,60,Yes,No\n"
    order = ZoomOrder(timezone="Europe/Brussels", sessions=(TABLE,))

    previewed = await use.imports.preview("zoom-participants", Upload("z.csv", list_.encode()), order, "test")
    await use.imports.apply(previewed.asked.id, "test")

    assert await figures(use) == before


async def test_people_of_the_same_name_whom_a_human_recognised_are_left_alone(use):
    await recorded(use)
    other = await seat(use, "BE-02")
    [row] = await use.imports.queue()
    await use.imports.match([row.id], Target(participant=other), "test")
    stays = await use.attendance.stays_of(other)
    somebody = next(p.id for p in await use.access.participants() if p.label)

    await erase(use, somebody)

    assert await use.attendance.stays_of(other) == stays
    assert [row[2] for row in await cells(use) if row[:2] == ("import_matches", "participant")] == [other]


async def test_the_log_says_that_somebody_was_erased_and_not_who_that_was(use):
    somebody = await recorded(use)
    organiser = await staff(use)

    await erase(use, somebody.participant, by=organiser)

    newest, admitted, asked = (await use.audit.all(EVERYTHING))[:3]
    anew = newest.act.target
    assert (newest.act.by, newest.act.role, newest.act.action) == (organiser, "organiser", "person.erase")
    assert (admitted.act.target, dict(admitted.act.detail)["who"], asked.act.by) == (anew, anew, anew)


async def test_whoever_erases_themself_stands_in_the_log_under_the_new_pseudonym(use):
    somebody = await recorded(use)

    await erase(use, somebody.participant)

    newest, *_ = await use.audit.all(EVERYTHING)
    assert newest.act.by == newest.act.target != somebody.participant


async def test_somebody_who_worked_for_the_summit_is_drawn_anew_where_they_acted(use):
    moderator = await staff(use, Role.MODERATOR)
    table = await use.programme.session(TABLE)
    await use.access.remove(TABLE, await seat(use, "BJ-02"), moderator)
    await use.programme.shift(CLOSING, 5, by=moderator, following=False)
    assert len(await where(use, moderator)) >= 3

    await erase(use, moderator)

    assert await where(use, moderator) == []
    assert (await use.programme.session(TABLE)).slug == table.slug


async def test_somebody_asks_once(use):
    who = await seat(use, "BJ-01")
    await erase(use, who)
    anew = await seat(use, "X-01")

    for gone in (who, anew, ParticipantId("p_nobody")):
        with pytest.raises(NotFound):
            await erase(use, gone)


async def test_nobody_gets_the_seat_of_somebody_who_was_erased(use):
    for name in ("BJ-01", "BJ-08"):
        await erase(use, await seat(use, name))

    [issued] = await use.access.issue(
        InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("BJ")), "test"
    )

    seats = {person.seat for person in await use.access.participants()}
    assert {"X-01", "X-02"} <= seats
    assert issued.invitation.seat == "BJ-10"


async def test_a_request_for_the_floor_is_withdrawn(use):
    await recorded(use)
    somebody = next(p.id for p in await use.access.participants() if p.label)

    await erase(use, somebody)

    assert (await use.floor.line(CLOSING)).requests == []


async def test_a_delegation_keeps_its_people_in_the_figures(use):
    before = {row.code: row.attended for row in (await figures(use))["summit", "internal"].by_delegation}

    await erase(use, await seat(use, "BJ-01"))

    after = {row.code: row.attended for row in (await figures(use))["summit", "internal"].by_delegation}
    assert after[DelegationCode("BJ")] == before[DelegationCode("BJ")] == 6


async def test_words_of_the_log_stay_json(use):
    somebody = await recorded(use)
    await erase(use, somebody.participant)

    details = [json.loads(row[2]) for row in await cells(use) if row[:2] == ("audit", "detail")]
    assert {} in details


async def test_the_events_of_the_ledger_keep_their_order(use):
    somebody = await recorded(use)
    before = await use.db.read(attendance_store.all_events)

    await erase(use, somebody.participant)

    after = await use.db.read(attendance_store.all_events)
    assert [(e.kind, e.at, e.since, e.until) for e in after[: len(before)]] == [
        (e.kind, e.at, e.since, e.until) for e in before
    ]
