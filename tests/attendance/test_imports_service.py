import random
from datetime import date

import pytest
import pytest_asyncio
import sqlalchemy as sa

from streamhub.attendance.imports_model import ImportState, Upload, ZoomOrder
from streamhub.attendance.imports_store import import_people, import_rows
from streamhub.attendance.matching import Target
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.clock import DAY, MINUTE, parse_rfc3339
from streamhub.kit.errors import FieldInvalid, FileInvalid, NotFound, StateConflict, UnknownSession
from streamhub.kit.intervals import length_ms, union
from streamhub.programme.model import SessionState
from tests.attendance.imports_house import BRUSSELS, listed, open_house
from tests.attendance.zoom_samples import INTEGRATIONS_SAMPLE, zoomclass


@pytest_asyncio.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as opened:
        yield opened


# Looking first


async def test_a_preview_says_what_an_import_would_do_and_does_nothing(house):
    _, seat = await house.seat()

    previewed = await house.preview(
        listed(f"{seat} · Cotonou 0 60", "Luc 0 30", "Luc 40 60", "Zoé 121 140", "Awa 60 60")
    )

    counts = previewed.asked.counts
    assert (counts.rows, counts.outside, counts.waiting_room) == (4, 1, 0)
    assert (counts.people, counts.matched, counts.unmatched) == (2, 1, 1)
    assert (counts.stays, counts.already, counts.problems) == (3, 0, 1)
    assert [str(problem) for problem in previewed.problems] == [
        "zoom.csv:6: Leave Time: leaves no later than the join time"
    ]
    assert await house.stays() == {}
    assert await house.imports.queue() == []
    assert await house.noticed() == []


async def test_the_waiting_room_is_counted_apart_and_stays_outside(house):
    previewed = await house.preview(INTEGRATIONS_SAMPLE, timezone="Asia/Tokyo")

    assert previewed.asked.counts.waiting_room == 1
    assert previewed.asked.counts.rows == 1
    assert previewed.asked.counts.outside == 1


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"timezone": "Brussels", "sessions": ("ouverture",)}, "timezone"),
        ({"timezone": BRUSSELS}, "sessions"),
        ({"timezone": BRUSSELS, "sessions": ("ouverture",), "day": date(2021, 11, 19)}, "sessions"),
        ({"timezone": BRUSSELS, "sessions": ("fin",)}, "sessions"),
        ({"timezone": BRUSSELS, "day": date(2021, 11, 25)}, "day"),
        ({"timezone": BRUSSELS, "day": date(2020, 1, 1)}, "day"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_by_field(house, order, field):
    with pytest.raises(FieldInvalid) as caught:
        await house.imports.preview("zoom-participants", Upload("f.csv", b""), ZoomOrder(**order), "test")

    assert [problem.field for problem in caught.value.problems] == [field]


async def test_unknown_kinds_sessions_and_files_are_refused(house):
    order = ZoomOrder(timezone=BRUSSELS, sessions=("ouverture",))
    with pytest.raises(NotFound):
        await house.imports.preview("teams", Upload("f.csv", b""), order, "test")
    with pytest.raises(UnknownSession):
        await house.preview(listed("Luc 0 30"), "nowhere")
    with pytest.raises(FileInvalid):
        await house.preview("nothing")


async def test_the_sessions_settle_in_which_order_a_date_is_unless_an_order_is_given(house):
    text = listed("Luc 0 30").replace("2021-11-19 ", "12/11/2021 ")

    by_session = await house.preview(text, "atelier")
    by_word = await house.preview(text, "atelier", date_orders=(DateOrder.MDY,))

    assert (by_session.asked.date_order, by_session.asked.counts.outside) == (DateOrder.DMY, 0)
    assert (by_word.asked.date_order, by_word.asked.counts.outside) == (DateOrder.MDY, 1)
    with pytest.raises(FileInvalid, match="--date-order"):
        await house.preview(text, "ouverture")


# Into the ledger


async def test_rows_are_cut_to_the_session_and_nothing_outside_is_kept(house):
    await house.load(listed("Luc -20 130", "Awa -20 10", "Zoé 119 200", "Ali 121 200"))

    assert sorted((await house.stays()).values()) == [[(0, 600)], [(0, 7200)], [(7140, 7200)]]
    assert await house.ledger_agrees()
    rows = await house.db.read(lambda tx: tx.all(sa.select(import_rows)))
    assert all(row.since >= parse_rfc3339("2021-11-19T09:00:00Z") for row in rows)


async def test_one_list_covers_several_sessions(house):
    await house.load(listed("Luc 60 200"), "ouverture", "table-ronde")

    [luc] = await house.stays("ouverture")
    assert await house.stays("ouverture") == {luc: [(3600, 7200)]}
    assert await house.stays("table-ronde") == {luc: [(0, 3000)]}
    assert await house.noticed() == ["ouverture", "table-ronde"]


async def test_a_day_is_all_sessions_of_that_local_day(house):
    await house.load(listed("Luc 60 200"), day=date(2021, 11, 19))

    assert len(await house.stays("ouverture")) == 1
    assert len(await house.stays("table-ronde")) == 1
    assert await house.stays("atelier") == {}


async def test_a_session_held_by_hand_counts_from_its_first_live_to_its_last_end(house):
    house.clock._now = parse_rfc3339("2021-11-25T09:20:00Z")
    await house.programme.set_state("fin", SessionState.LIVE, "test")
    house.clock.advance(minutes=30)
    await house.programme.set_state("fin", SessionState.ENDED, "test")
    house.clock.advance(minutes=10)

    await house.load(listed("Luc 0 60").replace("2021-11-19", "2021-11-25"), "fin")

    # live by the clock at 10:00, the hand ended it at 10:50 local time
    assert list((await house.stays("fin")).values()) == [[(0, 3000)]]


async def test_the_same_list_twice_changes_nothing(house):
    text = listed("Luc 0 30", "Luc 40 60", "Awa/awa@example.org 0 120")
    first = await house.load(text)
    before = await house.stays()

    second = await house.preview(text)
    applied = await house.imports.apply(second.asked.id, "test")

    assert (first.counts.stays, first.counts.already) == (3, 0)
    assert (second.asked.counts.stays, second.asked.counts.already) == (0, 3)
    assert (applied.counts.stays, applied.counts.already) == (0, 3)
    assert await house.stays() == before
    assert len(await house.imports.queue()) == 2


async def test_a_line_that_stands_twice_in_a_list_counts_once(house):
    applied = await house.load(listed("Luc 0 30", "Luc 0 30"))

    assert (applied.counts.stays, applied.counts.already) == (1, 1)
    assert await house.minutes() == [30]


async def test_two_people_of_one_name_who_come_and_go_together_are_both_counted(house):
    applied = await house.load(listed("Luc/luc@a.example 0 30", "Luc/luc@b.example 0 30"))

    assert applied.counts.stays == 2
    assert await house.minutes() == [30, 30]


async def test_a_longer_list_of_the_same_meeting_adds_what_is_new(house):
    await house.load(listed("iPhone 0 30"))
    await house.load(listed("iPhone 0 30", "iPhone 40 60"))

    assert await house.minutes() == [50]


async def test_the_same_list_for_one_more_session_adds_that_session(house):
    text = listed("Luc 60 200")
    await house.load(text, "ouverture")
    again = await house.load(text, "ouverture", "table-ronde")

    assert (again.counts.stays, again.counts.already) == (1, 1)
    assert (await house.stays("ouverture")).keys() == (await house.stays("table-ronde")).keys()


async def test_a_running_session_gets_the_rest_from_a_later_list(house):
    house.clock._now = parse_rfc3339("2021-11-19T10:00:00Z")
    await house.load(listed("Luc 0 110"))
    early = await house.minutes()
    house.clock._now = parse_rfc3339("2021-11-19T12:30:00Z")
    await house.load(listed("Luc 0 110"))

    assert (early, await house.minutes()) == ([60], [110])


async def test_applying_twice_is_applying_once(house):
    previewed = await house.preview(listed("Luc 0 30"))

    first = await house.imports.apply(previewed.asked.id, "test")
    second = await house.imports.apply(previewed.asked.id, "test")

    assert (first.state, second.state) == (ImportState.APPLIED, ImportState.APPLIED)
    assert await house.minutes() == [30]


async def test_two_previews_of_one_list_do_not_count_it_twice(house):
    one, other = await house.preview(listed("Luc 0 30")), await house.preview(listed("Luc 0 30"))

    await house.imports.apply(one.asked.id, "test")
    await house.imports.apply(other.asked.id, "test")

    assert await house.minutes() == [30]
    assert len(await house.imports.queue()) == 1


# Taking back


async def test_undoing_takes_every_stay_and_name_away(house):
    applied = await house.load(listed("Luc 0 30", "Awa 0 60"))
    await house.load(listed("Zoé/zoe@example.org 0 20"))

    undone = await house.imports.undo(applied.id, "test")

    assert undone.state is ImportState.UNDONE
    assert await house.minutes() == [20]
    assert [row.name for row in await house.imports.queue()] == ["Zoé"]
    assert await house.ledger_agrees()


async def test_undoing_twice_is_undoing_once_and_what_was_undone_is_imported_anew(house):
    applied = await house.load(listed("Luc 0 30"))
    await house.imports.undo(applied.id, "test")
    await house.imports.undo(applied.id, "test")

    with pytest.raises(StateConflict):
        await house.imports.apply(applied.id, "test")
    await house.load(listed("Luc 0 30"))

    assert await house.minutes() == [30]


async def test_taking_back_one_of_two_lists_leaves_what_the_other_one_said(house):
    first = await house.load(listed("Luc 0 30", "Awa 0 20"))
    longer = await house.load(listed("Luc 0 30", "Zoé 0 10"))

    await house.imports.undo(first.id, "test")

    assert await house.minutes() == [10, 30]
    assert sorted(row.name for row in await house.imports.queue()) == ["Luc", "Zoé"]
    [left] = [found for found in await house.imports.imports() if found.id == longer.id]
    assert (left.counts.stays, left.counts.already) == (2, 0)
    assert await house.ledger_agrees()


async def test_who_was_matched_in_the_first_list_is_matched_in_the_one_that_inherits(house):
    person, _ = await house.seat()
    first = await house.load(listed("Luc 0 30"))
    await house.load(listed("Luc 0 30", "Zoé 0 10"))
    [luc] = [row for row in await house.imports.queue() if row.name == "Luc"]
    await house.imports.match([luc.id], Target(person), "test")

    await house.imports.undo(first.id, "test")

    assert person in await house.stays()
    assert await house.minutes() == [10, 30]


async def test_dropping_a_preview_leaves_the_ledger_alone(house):
    previewed = await house.preview(listed("Luc 0 30"))
    await house.imports.undo(previewed.asked.id, "test")

    with pytest.raises(NotFound):
        await house.imports.apply(previewed.asked.id, "test")
    assert await house.noticed() == []
    assert await house.imports.imports() == []


async def test_an_import_that_is_none(house):
    for use in (house.imports.apply, house.imports.undo):
        with pytest.raises(NotFound):
            await use("imp_none", "test")


async def test_imports_are_listed_with_the_newest_first(house):
    first = await house.load(listed("Luc 0 30"))
    second = await house.preview(listed("Awa 0 30"))

    assert [(i.id, i.state) for i in await house.imports.imports()] == [
        (second.asked.id, ImportState.PREVIEW),
        (first.id, ImportState.APPLIED),
    ]


# Who they are


async def test_a_seat_code_and_the_e_mail_of_an_invited_person_match_by_themselves(house):
    benin, seat = await house.seat("BJ")
    awa, _ = await house.seat("SN", email="Awa@Example.org")

    await house.load(listed(f"{seat} · Cotonou 0 30", "A. N./awa@example.org 0 60"))

    assert await house.stays() == {benin: [(0, 1800)], awa: [(0, 3600)]}
    assert await house.imports.queue() == []


async def test_names_and_e_mails_are_kept_of_nobody_who_was_recognised(house):
    _, seat = await house.seat()
    await house.load(listed(f"{seat} Mme Awa N./awa@example.org 0 30"))

    rows = await house.db.read(lambda tx: tx.all(sa.select(import_people)))
    assert [(row.name, row.email) for row in rows] == [(None, None)]


async def test_whom_nobody_knows_counts_without_delegation_and_waits_in_the_queue(house):
    await house.load(listed("iPhone de Luc 5 30", "iPhone de Luc 40 60"))

    [row] = await house.imports.queue()
    [guest] = await house.imports.guests()
    assert (row.name, row.email, row.sessions, row.file) == (
        "iPhone de Luc",
        None,
        ("ouverture",),
        "zoom.csv",
    )
    assert row.until - row.since == 55 * MINUTE
    assert row.erased_at == house.clock.now() + 7 * DAY
    assert guest.participant.startswith("z_")
    assert guest.delegation is None
    assert list(await house.stays()) == [guest.participant]


async def test_given_to_a_person_their_stays_become_that_persons(house):
    benin, _ = await house.seat()
    await house.load(listed("iPhone de Luc 5 30", "Awa 0 60"))
    queue = await house.imports.queue()

    settled = await house.imports.match([queue[0].id], Target(participant=benin), "test")

    assert settled == 1
    assert (await house.stays())[benin] == [(300, 1800)]
    assert len(await house.stays()) == 2
    assert [row.name for row in await house.imports.queue()] == ["Awa"]
    assert await house.ledger_agrees()
    assert (await house.noticed())[-1] == "ouverture"


async def test_given_to_a_delegation_they_stay_one_person_of_that_delegation(house):
    await house.load(listed("Awa 0 60", "Luc 0 30", "Zoé 0 10"))
    awa, luc, _ = await house.imports.queue()
    before = await house.stays()

    settled = await house.imports.match([awa.id, luc.id], Target(delegation="SN"), "test")

    assert settled == 2
    assert await house.stays() == before
    assert sorted(str(guest.delegation) for guest in await house.imports.guests()) == ["None", "SN", "SN"]
    assert [row.name for row in await house.imports.queue()] == ["Zoé"]


async def test_a_match_holds_for_the_same_person_in_every_list(house):
    benin, _ = await house.seat()
    await house.load(listed("Luc/luc@example.org 0 30"))
    await house.load(listed("Luc D./luc@example.org 40 60"))
    first, _ = await house.imports.queue()

    settled = await house.imports.match([first.id], Target(participant=benin), "test")

    assert settled == 2
    assert await house.stays() == {benin: [(0, 1800), (2400, 3600)]}
    assert await house.imports.queue() == []


@pytest.mark.parametrize("who", ["iPhone de Luc", "Luc/luc@example.org"])
async def test_a_match_is_remembered_for_the_next_list(house, who):
    benin, _ = await house.seat()
    await house.load(listed(f"{who} 0 30"))
    [row] = await house.imports.queue()
    await house.imports.match([row.id], Target(participant=benin), "test")

    applied = await house.load(listed(f"{who} 155 200"), "table-ronde")

    assert applied.counts.matched == 1
    assert list(await house.stays("table-ronde")) == [benin]


async def test_a_delegation_is_remembered_for_the_next_list(house):
    await house.load(listed("Luc/luc@example.org 0 30"))
    [row] = await house.imports.queue()
    await house.imports.match([row.id], Target(delegation="BJ"), "test")

    await house.load(listed("Luc/luc@example.org 155 200"), "table-ronde")

    [guest] = await house.imports.guests()
    assert guest.delegation == "BJ"
    assert list(await house.stays("table-ronde")) == [guest.participant]


async def test_the_same_name_in_another_meeting_is_not_moved_along(house):
    benin, _ = await house.seat()
    await house.load(listed("iPhone 0 30"))
    await house.load(listed("iPhone 20 60", "Awa 10 60"))
    first, *_ = await house.imports.queue()

    await house.imports.match([first.id], Target(participant=benin), "test")

    assert (await house.stays())[benin] == [(0, 1800)]
    assert [row.name for row in await house.imports.queue()] == ["iPhone", "Awa"]


async def test_a_wrong_match_can_be_put_right(house):
    benin, _ = await house.seat("BJ")
    senegal, _ = await house.seat("SN")
    await house.load(listed("Luc 0 30"))
    [row] = await house.imports.queue()

    await house.imports.match([row.id], Target(participant=benin), "test")
    await house.imports.match([row.id], Target(participant=senegal), "test")
    to_person = await house.stays()
    await house.imports.match([row.id], Target(delegation="BJ"), "test")

    assert list(to_person) == [senegal]
    [guest] = await house.imports.guests()
    assert await house.stays() == {guest.participant: [(0, 1800)]}
    assert guest.delegation == "BJ"
    assert await house.ledger_agrees()


async def test_undoing_an_import_takes_back_what_was_matched_since(house):
    benin, _ = await house.seat()
    applied = await house.load(listed("Luc 0 30"))
    [row] = await house.imports.queue()
    await house.imports.match([row.id], Target(participant=benin), "test")

    await house.imports.undo(applied.id, "test")

    assert await house.stays() == {}
    assert await house.ledger_agrees()


async def test_matching_refuses_who_or_what_is_not_there(house):
    benin, _ = await house.seat()
    await house.load(listed("Luc 0 30"))
    [row] = await house.imports.queue()

    with pytest.raises(NotFound):
        await house.imports.match([row.id, 999], Target(participant=benin), "test")
    for target, field in [
        (Target(participant="p_none"), "participant"),
        (Target(delegation="XX"), "delegation"),
        (Target(delegation="STAFF"), "delegation"),
    ]:
        with pytest.raises(FieldInvalid) as caught:
            await house.imports.match([row.id], target, "test")
        assert caught.value.problems[0].field == field

    assert len(await house.imports.queue()) == 1


async def test_a_person_of_a_mere_preview_is_in_no_queue(house):
    await house.preview(listed("Luc 0 30"))
    [person] = await house.db.read(lambda tx: tx.all(sa.select(import_people)))

    with pytest.raises(NotFound):
        await house.imports.match([person.id], Target(delegation="BJ"), "test")


# Forgetting


async def test_names_leave_the_queue_after_seven_days_and_the_figures_stay(house):
    await house.load(listed("Luc/luc@example.org 0 30"))
    before = await house.stays()

    await house.imports.purge(house.clock.advance(minutes=7 * 24 * 60 - 1))
    kept = len(await house.imports.queue())
    await house.imports.purge(house.clock.advance(minutes=1))

    assert kept == 1
    assert await house.imports.queue() == []
    assert await house.stays() == before
    [row] = await house.db.read(lambda tx: tx.all(sa.select(import_people)))
    assert (row.name, row.email) == (None, None)


async def test_after_that_the_same_list_still_changes_nothing(house):
    await house.load(listed("Luc 0 30"))
    await house.imports.purge(house.clock.advance(minutes=8 * 24 * 60))
    applied = await house.load(listed("Luc 0 30"))

    assert (applied.counts.stays, applied.counts.already) == (0, 1)
    assert await house.imports.queue() == []


async def test_a_preview_that_nobody_applied_is_gone_after_a_day(house):
    previewed = await house.preview(listed("Luc 0 30"))
    await house.imports.purge(house.clock.advance(minutes=24 * 60))

    with pytest.raises(NotFound):
        await house.imports.apply(previewed.asked.id, "test")
    assert await house.db.read(lambda tx: tx.all(sa.select(import_people))) == []


# Known cases

DURATION_LINES = ["A 0 35", "B 0 60", "C 0 40", "C 30 60", "D 0 90", "E 5 115"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_durations_come_out_the_same_in_any_order_and_after_three_imports(house, seed):
    lines = DURATION_LINES.copy()
    for _ in range(3):
        random.Random(seed).shuffle(lines)
        await house.load(listed(*lines))

    assert await house.minutes() == [35, 60, 60, 90, 110]


@pytest.mark.needs_shared_cases
async def test_the_teaching_sample_comes_out_exactly_and_twice_changes_nothing(house):
    content = zoomclass("participants_heroes.csv")
    first = await house.load(content)
    second = await house.load(zoomclass("participants_heroes_full.csv"))

    stays = {who: union(times) for who, times in (await house.stays()).items()}
    seconds = {who: length_ms(times) for who, times in stays.items()}
    starts = sorted(since for times in stays.values() for since, _ in times)
    present = {at: sum(since <= at < until for t in stays.values() for since, until in t) for at in starts}
    assert (first.counts.rows, first.counts.people, first.counts.stays) == (31, 27, 31)
    assert (second.counts.rows, second.counts.stays, second.counts.already) == (31, 0, 31)
    assert sum(seconds.values()) == 136_900
    assert sum(1 for attended in seconds.values() if attended >= 0.8 * 7_200) == 18
    assert max(present.values()) == 22
    assert min(at for at, heads in present.items() if heads == 22) == 61 * 60 + 2
