"""Seats on the whole application: who comes in, who waits, and who is next."""

import asyncio

import pytest

from streamhub.access.roles import Role
from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.kit.errors import SeatsTaken, StorageUnavailable
from streamhub.live.messages import Beat, FloorRequest
from streamhub.presence.model import PersonState
from streamhub.programme.model import SessionState
from tests.handlers.house import ROOM, YOUTUBE, ZOOM, Guest
from tests.live.pages import BENIN, disk_full, inside, kinds, open_hall, places
from tests.programme.samples import DELEGATIONS, loaded
from tests.waiting import eventually


@pytest.fixture
async def hall(tmp_path):
    async with open_hall(tmp_path, enforce_seats=True) as hall:
        yield hall


async def full(hall, *line):
    """Ada, Ben and Cleo sit; the others wait in this order."""
    sitting = [await hall.come(name) for name in ("ada", "ben", "cleo")]
    assert all(kinds(visit) == ["welcome"] for visit in sitting)
    return [*sitting, *[await hall.come(name) for name in line]]


def guest(hall, name):
    issued = hall.people[name]
    return Guest(issued.invitation.participant, issued.token, issued.invitation.seat)


async def check(hall, name, direction):
    at = hall.house.clock.now()
    place = Place(Scope.SESSION, ROOM)
    nonce = f"{name}-{direction}-{at}"
    await hall.use.door.check(CheckInOrder(hall.id(name), place, direction, at, nonce, "desk"))


# Waiting


async def test_three_sit_and_the_fourth_waits_without_stay_or_source(hall):
    await hall.house.show(YOUTUBE)
    *_, dora = await full(hall, "dora")

    status, problem = await hall.house.ask("GET", f"/sessions/{ROOM}/source", guest(hall, "dora"))
    async with hall.house.raw("GET", f"/s/{ROOM}", guest(hall, "dora")) as page:
        html = await page.text()

    assert dora.page.told[0] == {"type": "waiting", "reason": "seats", "position": 1, "opens_at": None}
    assert kinds(dora, "source") == []
    assert await hall.stays("dora") == []
    assert (status, problem["code"]) == (409, "state_conflict")
    assert page.status == 200
    assert "dQw4w9WgXcQ" not in html
    status, source = await hall.house.ask("GET", f"/sessions/{ROOM}/source", guest(hall, "ada"))
    assert (status, source["provider"]) == (200, "youtube")


async def test_who_waits_for_a_seat_does_not_ask_for_the_floor_by_any_way(hall):
    ada, *_, dora = await full(hall, "dora")
    floor = f"/sessions/{ROOM}/floor"

    await hall.use.live.hear(dora, FloorRequest(subject="Ports"))
    status, problem = await hall.house.ask("POST", floor, guest(hall, "dora"), {"subject": "Ports"})
    _, line = await hall.house.ask("GET", floor, guest(hall, "ada"))

    assert (status, problem["code"]) == (409, "state_conflict")
    assert line["items"] == []
    hall.use.live.bye(ada)
    await inside(dora)
    status, _ = await hall.house.ask("POST", floor, guest(hall, "dora"), {"subject": "Ports"})
    assert status == 201


async def test_who_waits_is_shown_as_waiting_and_counted_so(hall):
    await full(hall, "dora")
    moderator = await hall.house.guest(Role.MODERATOR)

    _, presence = await hall.house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    [row] = [row for row in presence["delegations"] if row["code"] == "BJ"]
    assert (row["remote"], row["waiting"], row["seats"]) == (3, 1, 3)
    assert hall.use.presence.person(ROOM, hall.id("dora")).state is PersonState.WAITING


async def test_where_seats_are_not_enforced_they_are_only_shown(tmp_path):
    async with open_hall(tmp_path, seats="1") as hall:
        visits = [await hall.come(name) for name in ("ada", "ben")]

        assert [kinds(visit) for visit in visits] == [["welcome"], ["welcome"]]


async def test_a_delegation_without_seats_has_no_limit_and_no_seat_means_none(tmp_path):
    async with open_hall(tmp_path, seats="0", enforce_seats=True) as hall:
        await hall.invite("unesco", delegation="UNESCO")

        assert kinds(await hall.come("unesco")) == ["welcome"]
        assert kinds(await hall.come("ada")) == ["waiting"]


async def test_staff_and_observers_use_no_seat(hall):
    await full(hall)
    await hall.invite("observer", Role.OBSERVER)
    await hall.invite("interpreter", Role.INTERPRETER)

    assert kinds(await hall.come("observer")) == ["welcome"]
    assert kinds(await hall.come("interpreter")) == ["welcome"]


async def test_press_and_correspondents_use_seats_of_their_delegation(hall):
    await hall.invite("press", Role.PRESS)
    await hall.invite("correspondent", Role.CORRESPONDENT)
    for name in ("press", "correspondent", "ada"):
        await hall.come(name)

    assert kinds(await hall.come("ben")) == ["waiting"]


async def test_two_tabs_never_use_two_seats(hall):
    await hall.come("ada")
    await hall.come("ada")
    await hall.come("ada", "phone")
    await hall.come("ben")

    assert kinds(await hall.come("cleo")) == ["welcome"]
    assert kinds(await hall.come("ada")) == ["welcome"]
    assert kinds(await hall.come("dora")) == ["waiting"]


async def test_both_tabs_of_who_waits_are_told_the_same_and_come_in_together(hall):
    ada, *_, one = await full(hall, "dora")
    two = await hall.come("dora")

    await hall.bye(ada)

    await inside(one, two)
    assert (places(one), places(two)) == ([1], [1])
    assert hall.heads() == (3, 0, 0)


# Whose turn it is


async def test_a_goodbye_frees_the_seat_for_the_first_in_line_and_the_next_moves_up(hall):
    ada, _, _, dora, eve, finn = await full(hall, "dora", "eve", "finn")

    await hall.bye(ada)

    await inside(dora)
    await eventually(lambda: places(finn) == [3, 2])
    assert (places(dora), places(eve)) == ([1], [2, 1])
    assert await hall.stays("dora") == [True]


async def test_a_lost_line_frees_the_seat_when_the_grace_has_passed_not_before(hall):
    ada, ben, cleo, dora = await full(hall, "dora")
    hall.use.live.leave(ada)
    for _ in range(3):
        hall.house.clock.advance(seconds=6)
        for alive in (ben, cleo, dora):
            await hall.use.live.hear(alive, Beat(visible=True, player="closed"))
    hall.silence(1)
    await asyncio.sleep(0.05)
    assert kinds(dora) == ["waiting"]

    hall.silence(1)

    await inside(dora)
    assert await hall.stays("ada") == [False]


async def test_who_is_back_within_the_grace_has_the_seat_still(hall):
    ada, *_, dora = await full(hall, "dora")
    hall.use.live.leave(ada)
    hall.house.clock.advance(seconds=5)

    back = await hall.come("ada")

    assert (kinds(back), kinds(dora)) == (["welcome"], ["waiting"])
    assert await hall.stays("ada") == [True]


async def test_going_to_the_hall_frees_the_remote_seat_though_the_page_stays_open(hall):
    *_, dora = await full(hall, "dora")

    await check(hall, "ada", Direction.IN)

    await inside(dora)
    assert hall.heads() == (3, 1, 0)


async def test_somebody_in_the_hall_uses_no_remote_seat(hall):
    await full(hall, "dora")
    await hall.invite("eve")
    await check(hall, "eve", Direction.IN)

    eve = await hall.come("eve")

    assert kinds(eve) == ["welcome"]
    assert hall.heads() == (3, 1, 1)


async def test_who_waits_and_comes_to_the_hall_is_let_in(hall):
    *_, dora = await full(hall, "dora")

    await check(hall, "dora", Direction.IN)

    await inside(dora)
    assert hall.heads() == (3, 1, 0)


async def test_who_leaves_the_hall_with_the_page_open_needs_a_seat_and_waits_without_one(hall):
    ada, *_, dora = await full(hall, "dora")
    await check(hall, "ada", Direction.IN)
    await inside(dora)

    await check(hall, "ada", Direction.OUT)

    await eventually(lambda: kinds(ada)[-1] == "waiting")
    assert hall.heads() == (3, 0, 1)
    assert await hall.stays("ada") == [False]
    await hall.bye(dora)
    await inside(ada)


async def test_who_leaves_for_a_link_keeps_the_seat(hall):
    *_, dora = await full(hall, "dora")
    grant = await hall.use.access.grant_for_token(hall.people["ada"].token)

    await hall.use.live.gone_elsewhere(ROOM, grant)
    await asyncio.sleep(0.05)

    assert kinds(dora) == ["waiting"]
    waiting = await hall.use.access.grant_for_token(hall.people["dora"].token)
    with pytest.raises(SeatsTaken):
        await hall.use.live.gone_elsewhere(ROOM, waiting)


async def test_at_the_opening_of_the_doors_those_who_came_first_sit(tmp_path):
    async with open_hall(tmp_path, seats="2", enforce_seats=True) as hall:
        await hall.use.programme.set_state(ROOM, SessionState.SCHEDULED, "test")
        visits = [await hall.come(name) for name in ("ada", "ben", "cleo", "dora")]
        held = [[told["reason"] for told in v.page.told if told["type"] == "waiting"] for v in visits]
        assert held == [["doors"]] * 4

        await hall.house.begin(ROOM, SessionState.DOORS)

        await inside(*visits[:2])
        await eventually(lambda: (places(visits[2])[-1], places(visits[3])[-1]) == (1, 2))
        assert hall.heads() == (2, 0, 2)


async def test_whose_line_breaks_while_waiting_keeps_the_place_and_holds_up_nobody(hall):
    ada, ben, _, dora, eve = await full(hall, "dora", "eve")
    hall.use.live.leave(dora)

    await hall.bye(ada)
    await inside(eve)
    again = await hall.come("dora")
    finn = await hall.come("finn")
    await hall.bye(ben)

    await inside(again)
    assert (places(again), places(finn)) == ([1], [2, 1])


async def test_who_gives_up_waiting_leaves_the_line(hall):
    *_, dora, eve = await full(hall, "dora", "eve")

    await hall.bye(dora)

    await eventually(lambda: places(eve) == [2, 1])


async def test_a_seat_freed_by_a_revoked_invitation_goes_to_the_next(hall):
    ada, *_, dora = await full(hall, "dora")

    await hall.use.access.revoke(hall.people["ada"].invitation.id, "test")

    await inside(dora)
    assert ada.page.end == (4410, "invitation_revoked")


async def test_one_seat_more_in_the_file_lets_the_next_in(hall):
    *_, dora, eve = await full(hall, "dora", "eve")

    await hall.use.programme.load(loaded(delegations=DELEGATIONS.replace("BJ,6", "BJ,4")))

    await inside(dora)
    assert kinds(eve) == ["waiting", "waiting"]


async def test_when_the_session_ends_everybody_sees_so_and_nobody_attends(hall):
    ada, ben, _, dora = await full(hall, "dora")
    await check(hall, "ben", Direction.IN)
    await inside(dora)
    eve = await hall.come("eve")

    await hall.house.begin(ROOM, SessionState.ENDED)

    await inside(eve)
    await asyncio.sleep(0.3)
    assert [kinds(visit) for visit in (ada, ben, dora, eve)] == [
        ["welcome"],
        ["welcome"],
        ["waiting", "welcome"],
        ["waiting", "welcome"],
    ]
    assert (await hall.stays("dora"), await hall.stays("eve")) == ([False], [])


async def test_after_reopening_the_seats_hold_again(hall):
    ada, *_, dora = await full(hall, "dora")
    await hall.house.begin(ROOM, SessionState.ENDED)
    await inside(dora)

    await hall.house.begin(ROOM, SessionState.LIVE)

    await eventually(lambda: kinds(dora)[-1] == "waiting")
    await eventually(lambda: kinds(ada) == ["welcome"] * 2)
    assert hall.heads() == (3, 0, 1)


async def test_who_was_let_in_is_told_of_the_meeting_beside_which_the_page_could_not_know(hall):
    await hall.house.show(ZOOM)
    await hall.house.show(YOUTUBE)
    ada, *_, dora = await full(hall, "dora")

    await hall.bye(ada)

    await inside(dora)
    [welcome] = [message for message in dora.page.told if message["type"] == "welcome"]
    assert (welcome["source"]["provider"], welcome["beside"]["provider"]) == ("youtube", "zoom")
    assert "pwd=" in welcome["beside"]["link_url"]


# Let in by a moderator


async def test_a_moderator_admits_one_and_the_next_goes_on_waiting(hall):
    *_, dora, eve = await full(hall, "dora", "eve")

    await hall.use.access.admit(ROOM, hall.id("eve"), "test")

    await inside(eve)
    assert kinds(dora) == ["waiting"]
    assert hall.heads() == (4, 0, 1)


async def test_a_moderator_admits_a_whole_delegation_those_to_come_too(hall):
    *_, dora, eve = await full(hall, "dora", "eve")

    await hall.use.admissions.admit_delegation(ROOM, BENIN, "test")

    await inside(dora, eve)
    assert kinds(await hall.come("finn")) == ["welcome"]
    assert hall.heads() == (6, 0, 0)


async def test_a_delegation_held_again_puts_nobody_out_and_whoever_comes_now_waits(hall):
    *_, dora, eve = await full(hall, "dora", "eve")
    await hall.use.admissions.admit_delegation(ROOM, BENIN, "test")
    await inside(dora, eve)

    await hall.use.admissions.hold_delegation(ROOM, BENIN, "test")
    finn = await hall.come("finn")

    assert hall.heads() == (5, 0, 1)
    assert finn.page.told[0] == {"type": "waiting", "reason": "seats", "position": 1, "opens_at": None}
    hall.use.live.bye(dora)
    hall.use.live.bye(eve)
    assert kinds(finn) == ["waiting"]  # three are in again, on three seats


async def test_a_delegation_held_again_gives_seats_as_they_become_free(hall):
    ada, *_, dora = await full(hall, "dora")
    await hall.use.admissions.admit_delegation(ROOM, BENIN, "test")
    await inside(dora)
    await hall.use.admissions.hold_delegation(ROOM, BENIN, "test")
    eve = await hall.come("eve")

    hall.use.live.bye(ada)
    assert kinds(eve) == ["waiting"]
    hall.use.live.bye(dora)

    await inside(eve)
    await eventually(lambda: hall.heads() == (3, 0, 0))


async def test_who_was_admitted_as_a_person_stays_so_when_the_delegation_is_held(hall):
    *_, dora = await full(hall, "dora")
    await hall.use.access.admit(ROOM, hall.id("dora"), "test")
    await hall.use.admissions.admit_delegation(ROOM, BENIN, "test")
    await inside(dora)

    await hall.use.admissions.hold_delegation(ROOM, BENIN, "test")
    await hall.use.admissions.hold_delegation(ROOM, BENIN, "test")

    assert hall.heads() == (4, 0, 0)
    assert kinds(await hall.come("eve")) == ["waiting"]


async def test_who_is_admitted_while_sitting_frees_the_seat(hall):
    *_, dora = await full(hall, "dora")

    await hall.use.access.admit(ROOM, hall.id("ada"), "test")

    await inside(dora)
    assert hall.heads() == (4, 0, 0)


async def test_who_was_removed_holds_up_nobody_and_is_admitted_above_the_seats(hall):
    ada, *_, dora = await full(hall, "dora")
    await hall.use.access.remove(ROOM, hall.id("ada"), "test")
    await inside(dora)
    again = await hall.come("ada")
    assert again.page.told[0]["reason"] == "removed"

    await hall.use.access.admit(ROOM, hall.id("ada"), "test")

    await inside(again)
    assert ada.page.end == (4410, "removed")
    assert hall.heads() == (4, 0, 0)


# Races and faults


@pytest.mark.parametrize("many", [2, 8])
async def test_of_those_who_race_for_the_last_seat_exactly_one_gets_it(hall, many):
    await hall.come("ada")
    await hall.come("ben")
    visits = [await hall.visit(f"racer {number}") for number in range(many)]

    await asyncio.gather(*(hall.use.live.enter(visit) for visit in visits))

    assert sorted(kinds(visit)[0] for visit in visits) == ["waiting"] * (many - 1) + ["welcome"]
    assert kinds(visits[0]) == ["welcome"]
    assert hall.heads() == (3, 0, many - 1)


async def test_a_seat_is_not_lost_when_the_arrival_cannot_be_stored(hall):
    await hall.come("ada")
    await hall.come("ben")
    with disk_full(hall), pytest.raises(StorageUnavailable):
        await hall.come("cleo")

    assert kinds(await hall.come("dora")) == ["welcome"]
    assert kinds(await hall.come("cleo")) == ["waiting"]


async def test_a_page_put_out_while_its_arrival_is_written_is_in_nobodys_count(hall):
    visit = await hall.visit("ada")

    async with asyncio.TaskGroup() as together:
        together.create_task(hall.use.live.enter(visit))
        together.create_task(hall.use.access.revoke(hall.people["ada"].invitation.id, "test"))

    await eventually(lambda: visit.page.closing)
    await eventually(lambda: hall.use.presence.person(ROOM, hall.id("ada")) is None)
    assert hall.heads() == (0, 0, 0)
