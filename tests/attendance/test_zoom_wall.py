"""One truth for people in Zoom: the wall, the page's count, the figures, the queue and the ledger agree."""

import pytest

from streamhub.access.roles import Role
from streamhub.attendance import store
from streamhub.kit.clock import DAY, SECOND
from streamhub.kit.ids import SessionSlug
from streamhub.presence.model import Heads, Person, apply
from streamhub.privacy.service import Asker
from streamhub.programme.editing import SessionEdit
from streamhub.programme.model import SessionState
from tests.attendance.zoom_house import restarted, serve, zoom_house
from tests.handlers.house import heard
from tests.waiting import eventually

ROOM = SessionSlug("atelier")


@pytest.fixture
async def zoom(tmp_path):
    async with zoom_house(tmp_path) as found:
        await found.house.begin(ROOM)
        await serve(found, ROOM)
        await found.until(30)
        yield found


async def told(zoom):
    """Whatever was written is noticed and worked off; a second goes by, so that it has a length."""
    await zoom.house.use.changes.catch_up()
    await zoom.house.use.zoom.on_session(ROOM)  # the background may be about to
    await zoom.house.use.zoom.work_off()
    zoom.house.clock.advance(ms=SECOND)


async def everywhere(zoom):
    """How many are there now by the wall, and by delegation; the figures must say the same."""
    await told(zoom)
    staff = await zoom.house.guest(Role.ORGANISER)
    _, wall = await zoom.house.ask("GET", f"/sessions/{ROOM}/presence", staff)
    _, curve = await zoom.house.ask("GET", f"/sessions/{ROOM}/timeline?step=1&audience=internal", staff)
    last = curve["points"][-1]
    assert (last["present"], last["zoom"] + last["web"]) == (wall["present"], wall["remote"])
    assert sum(row["present"] for row in wall["delegations"]) == wall["present"]
    assert len([one for one in wall["people"] if one["role"] == "delegate"]) == wall["present"]
    return wall["present"], {row["code"]: row["present"] for row in wall["delegations"] if row["present"]}


async def queue(zoom):
    staff = await zoom.house.guest(Role.COMMUNICATIONS)
    return (await zoom.house.ask("GET", "/queue", staff))[1]["items"]


async def matched(zoom, item, **target):
    staff = await zoom.house.guest(Role.COMMUNICATIONS)
    assert await zoom.house.ask("POST", f"/queue/{item['id']}:match", staff, target) == (200, {"settled": 1})


async def test_whoever_nobody_knows_is_counted_on_the_wall_while_they_are_there(zoom):
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "", 1), zoom.joined(3, "", 2))
    assert await everywhere(zoom) == (3, {"BJ": 1, None: 2})

    await zoom.hear(zoom.left(2, 20))
    assert await everywhere(zoom) == (2, {"BJ": 1, None: 1})

    await zoom.hear(zoom.ended(30))
    assert await everywhere(zoom) == (0, {})


async def test_the_wall_calls_a_guest_as_the_queue_does_and_by_no_name_of_zooms(zoom):
    await zoom.hear(zoom.joined(2, "", 1))
    staff = await zoom.house.guest(Role.MODERATOR)

    _, wall = await zoom.house.ask("GET", f"/sessions/{ROOM}/presence", staff)

    [guest] = [one for one in wall["people"] if one.get("guest")]
    [item] = await queue(zoom)
    assert (guest["label"], guest["delegation"], guest["channels"]) == (item["name"], None, ["zoom"])
    assert guest["since"] == item["since"]
    assert item["until"] is None


async def test_a_page_follows_guests_by_diffs_and_the_public_by_rounded_counts(zoom):
    use = zoom.house.use
    diffs = []
    use.presence.subscribe(lambda slug, diff, _: diffs.append(diff) if slug == ROOM else None)
    before = use.presence.now(ROOM)
    async with zoom.house.page(await zoom.house.guest()) as page:
        await zoom.hear(*(zoom.joined(n, "", n) for n in range(1, 8)))
        said = await heard(page, "count")
        while said["present"] != 10:
            said = await heard(page, "count")
    await zoom.hear(zoom.left(3, 20))

    assert said["remote"] == 10
    assert said["delegations"] == [{"code": "BJ", "present": None}, {"code": None, "present": 5}]
    after, people = use.presence.now(ROOM), list(before.people)
    for diff in diffs:
        people = apply(diff, people)
    assert by_person(people) == by_person(after.people)
    assert [diff.revision for diff in diffs] == list(range(before.revision + 1, after.revision + 1))


def by_person(people: "list[Person] | tuple[Person, ...]"):
    return {person.who.participant: person for person in people}


async def test_a_guest_who_is_recognised_is_that_person_from_then_on_and_nobody_twice(zoom):
    person = (await zoom.house.guest()).participant
    await zoom.hear(zoom.joined(1, "", 1), zoom.joined(2, "", 2), zoom.joined(3, "A", 3))
    [first, second] = sorted(await queue(zoom), key=lambda one: one["since"])

    await matched(zoom, first, participant=person)
    assert await everywhere(zoom) == (3, {"BJ": 2, None: 1})
    await matched(zoom, second, participant=person)
    assert await everywhere(zoom) == (2, {"BJ": 2})
    await zoom.hear(zoom.left(1, 20))
    assert await everywhere(zoom) == (2, {"BJ": 2})
    await zoom.hear(zoom.left(2, 21))
    assert await everywhere(zoom) == (1, {"BJ": 1})
    assert await queue(zoom) == []


async def test_a_guest_given_to_a_delegation_stands_in_it_and_stays_there(zoom):
    await zoom.hear(zoom.joined(1, "", 1), zoom.joined(2, "", 2))
    [first, second] = sorted(await queue(zoom), key=lambda one: one["since"])

    await matched(zoom, first, delegation="BJ")
    assert await everywhere(zoom) == (2, {"BJ": 1, None: 1})
    assert await queue(zoom) == [second]
    await zoom.hear(zoom.left(2, 20))
    [still] = await queue(zoom)
    assert (still["id"], still["until"] is None) == (second["id"], False)
    found = await zoom.house.use.attendance.compare()
    assert (found.missing, found.surplus) == ((), ())


async def test_who_is_on_our_page_in_zoom_and_in_the_hall_is_one_person(zoom):
    guest = await zoom.house.guest()
    await zoom.register("C", guest.participant)
    async with zoom.house.page(guest):
        assert await everywhere(zoom) == (1, {"BJ": 1})
        await zoom.hear(zoom.joined(1, "C", 29))
        assert await everywhere(zoom) == (1, {"BJ": 1})
        await checked(zoom, guest, "in")
        assert await everywhere(zoom) == (1, {"BJ": 1})
        await zoom.hear(zoom.left(1, 30))
        assert await everywhere(zoom) == (1, {"BJ": 1})
        await checked(zoom, guest, "out")
        assert await everywhere(zoom) == (1, {"BJ": 1})


async def checked(zoom, guest, direction):
    order = {
        "participant": guest.participant,
        "session": ROOM,
        "direction": direction,
        "nonce": f"n-{direction}-000",
    }
    desk = await zoom.house.guest(Role.DESK)
    assert (await zoom.house.ask("POST", "/check-ins", desk, order))[0] == 200


async def test_guests_are_known_again_after_a_restart(zoom):
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "", 1), zoom.joined(3, "", 2), zoom.left(3, 5))

    async with restarted(zoom):
        await eventually(lambda: zoom.inside(ROOM) == {"A", "?"})
        assert await everywhere(zoom) == (2, {"BJ": 1, None: 1})


async def test_erasing_somebody_else_leaves_guests_where_they_are(zoom):
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "", 1))

    await zoom.house.use.privacy.erase(zoom.people["A"], Asker("cli"))

    assert await everywhere(zoom) == (1, {None: 1})


async def test_a_pause_keeps_them_and_the_end_lets_them_go(zoom):
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "", 1))
    await zoom.house.begin(ROOM, SessionState.PAUSED)
    assert await everywhere(zoom) == (2, {"BJ": 1, None: 1})

    await zoom.house.begin(ROOM, SessionState.ENDED)
    await told(zoom)
    assert zoom.inside(ROOM) == set()
    assert [item["until"] is None for item in await queue(zoom)] == [False]

    await zoom.house.begin(ROOM)
    assert await everywhere(zoom) == (2, {"BJ": 1, None: 1})


async def test_a_coming_that_is_told_late_moves_since_when_they_are_there(zoom):
    await zoom.hear(zoom.joined(2, "", 10))
    await zoom.hear(zoom.joined(2, "", 5))

    [guest] = zoom.house.use.presence.now(ROOM).people
    assert guest.since == zoom.at(5) * SECOND


async def test_another_function_is_shown_of_who_has_no_page_open(zoom):
    await zoom.hear(zoom.joined(1, "A", 0))
    person = await zoom.house.use.access.invitation_of(zoom.people["A"])

    await zoom.house.use.delegates.rename(person.id, "Ministre", "test")
    await told(zoom)

    assert [one.who.label for one in zoom.house.use.presence.now(ROOM).people] == ["Ministre"]


async def test_a_session_moved_to_another_day_leaves_nobody_in_the_run_that_is_over(zoom):
    here, at_door = await zoom.house.guest(), await zoom.house.guest()
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "", 1))
    await checked(zoom, at_door, "in")
    session = await zoom.house.use.programme.session(ROOM)
    async with zoom.house.page(here) as page:
        assert await everywhere(zoom) == (4, {"BJ": 3, None: 1})

        edit = SessionEdit(starts_at=session.starts_at + DAY, ends_at=session.ends_at + DAY)
        await zoom.house.use.editing.edit_session(ROOM, edit, "test")
        await told(zoom)
        open_now = await zoom.house.use.db.read(lambda tx: store.open_stays(tx, session=ROOM))
        assert [(stay.key.run, stay.key.channel) for stay in open_now] == []
        assert {channel for one in zoom.house.use.presence.now(ROOM).people for channel in one.channels} == {
            "web"
        }

        await zoom.house.begin(ROOM)
        await heard(page, "welcome")
        assert await everywhere(zoom) == (4, {"BJ": 3, None: 1})


async def test_who_left_for_zoom_is_not_absent_after_a_restart(zoom):
    gone, back = await zoom.house.guest(), await zoom.house.guest()
    await zoom.register("C", gone.participant)
    async with zoom.house.page(gone), zoom.house.page(back) as page:
        for guest in (gone, back):
            assert (await zoom.house.ask("POST", f"/sessions/{ROOM}/source:open", guest))[0] == 204
        await page.send_json({"type": "beat", "visible": False, "player": "closed"})
        await page.send_json({"type": "beat", "visible": True, "player": "closed"})
        await eventually(
            lambda: zoom.house.use.presence.now(ROOM).summary.heads == Heads(remote=1, elsewhere=1)
        )

    async with restarted(zoom):
        assert zoom.house.use.presence.now(ROOM).summary.heads == Heads(elsewhere=1)
        await zoom.until(31)
        await zoom.hear(zoom.joined(1, "C", 30))
        assert await everywhere(zoom) == (1, {"BJ": 1})
        assert zoom.house.use.presence.now(ROOM).summary.heads.elsewhere == 0
