"""Zoom's webhooks over HTTP, from the bytes to the stays: one house for all, a meeting for each test."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from streamhub.access.roles import Role
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.zoom_model import import_id
from streamhub.kit.clock import DAY, HOUR, SECOND
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import SessionSlug
from streamhub.privacy import store as privacy_store
from streamhub.privacy.service import Asker
from streamhub.programme.model import SessionState
from tests.attendance.zoom_house import restarted, serve, zoom_house
from tests.stand_ins import zoom_sender
from tests.stand_ins.zoom_sender import Delivery, Form
from tests.waiting import eventually

LIST = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
"855 1234 5678",Atelier,{since},{until},h@example.org,12,1

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Somebody,,{since},{until},12,Yes
"""

CASES = {
    "an hour": (["J 1 A 0", "L 1 60"], [("A", 0, 60)]),
    "each event twice": (["J 1 A 0", "J 1 A 0", "L 1 60", "L 1 60"], [("A", 0, 60)]),
    "left comes first": (["L 1 60", "J 1 A 0"], [("A", 0, 60)]),
    "a late left closes its own": (["J 1 A 0", "J 2 A 31", "L 1 30"], [("A", 0, 30), ("A", 31, None)]),
    "two devices": (["J 1 A 0", "J 2 A 10", "L 2 20", "L 1 60"], [("A", 0, 60)]),
    "the meeting ends": (["J 1 A 0", "E 62"], [("A", 0, 62)]),
    "the end, then left": (["J 1 A 0", "E 62", "L 1 62"], [("A", 0, 62)]),
    "left without having come": (["L 9 5", "E 62"], []),
    "nobody knows": (["J 1 - 3", "L 1 10"], [("?", 3, 10)]),
    "a breakout room": (
        ["J 1 A 0", "B 7 1 10", "L 1 10", "L 7 20", "J 8 A 20", "L 8 60"],
        [("A", 0, 60)],
    ),
}


@pytest.fixture
async def zoom(tmp_path):
    async with zoom_house(tmp_path) as found:
        yield found


def event(zoom, text, start):
    kind, *words = text.split()
    if kind == "E":
        return zoom.ended(start + int(words[0]))
    if kind == "L":
        return zoom.left(words[0], start + int(words[1]))
    if kind == "B":
        return zoom.joined(words[0], "", start + int(words[2]), parent=words[1])
    return zoom.joined(words[0], words[1].strip("-"), start + int(words[2]))


async def opened(zoom, *slugs):
    """The sessions are live from noon, by hand, and served by the meeting."""
    for slug in slugs:
        await zoom.house.begin(slug)
    await serve(zoom, *slugs)


async def test_the_cases_of_the_facts_become_stays(tmp_path):
    for number, (events, expected) in enumerate(CASES.values()):
        async with zoom_house(tmp_path / str(number)) as zoom:
            await opened(zoom, "atelier")
            await zoom.until(70)
            await zoom.hear(*(event(zoom, text, 0) for text in events))
            assert await zoom.stays("atelier") == expected, list(CASES)[number]
            found = await zoom.house.use.attendance.compare()
            assert (found.missing, found.surplus) == ((), ())


# What is taken


async def test_what_is_taken_and_what_is_not(zoom):
    now = zoom.house.clock.now() // SECOND
    good = Delivery(now, zoom_sender.body_of(zoom.joined(1, "A", 0)))

    assert await zoom.post(good) == 204
    assert await zoom.post(good) == 204
    assert await zoom.post(replace(good, signed_at=now - 7_200)) == 204
    assert await zoom.post(replace(good, signed_at=now + 300)) == 204
    for bad in (
        zoom_sender.wrong_secret(good),
        zoom_sender.old_timestamp(good),
        replace(good, signed_at=now + 301),
    ):
        assert await zoom.post(bad) == 401
    assert await zoom.post(Delivery(now, b'{"event":"meeting.started"}')) == 400
    assert await zoom.post(Delivery(now, b"rubbish")) == 400
    assert await zoom.post(zoom_sender.huge_body(zoom.run, zoom.person(1), now)) == 413
    assert (
        await zoom.post(Delivery(now, zoom_sender.body_of({"event": "user.created", "payload": {}}))) == 204
    )


@pytest.mark.parametrize(("size", "status"), [(262_143, 204), (262_144, 204), (262_145, 413)])
async def test_the_largest_body_that_is_taken(zoom, size, status):
    body = zoom_sender.body_of(zoom.joined(1, "A", 0))
    padded = body[:-1] + b" " * (size - len(body)) + b"}"
    assert await zoom.post(Delivery(zoom.house.clock.now() // SECOND, padded)) == status


async def test_zoom_is_told_that_the_address_is_ours(zoom):
    now = zoom.house.clock.now() // SECOND
    asked = Delivery(now, zoom_sender.body_of(zoom_sender.validation("q9ibPhGeRZ6ayx5WTrXjRw", now)))

    async with zoom.house.client.post("/hooks/zoom", data=asked.body, headers=asked.headers) as answer:
        assert (answer.status, await answer.json()) == (
            200,
            {
                "plainToken": "q9ibPhGeRZ6ayx5WTrXjRw",
                "encryptedToken": zoom_sender.encrypted(zoom_sender.SECRET, "q9ibPhGeRZ6ayx5WTrXjRw"),
            },
        )
    assert (await zoom.house.use.zoom.standings())[0].validated
    zoom.house.clock.advance(ms=72 * HOUR)
    assert not (await zoom.house.use.zoom.standings())[0].validated


async def test_a_body_that_cannot_be_read_is_set_aside_and_blocks_nothing(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    poison = zoom.joined(7, "B", 1)
    del poison["payload"]["object"]["participant"]["user_id"]

    await zoom.hear(zoom.joined(1, "A", 0), poison, zoom.left(1, 5))

    assert await zoom.stays("atelier") == [("A", 0, 5)]
    [ville, _] = await zoom.house.use.zoom.standings()
    assert (ville.waiting, ville.set_aside) == (0, 1)


async def test_what_the_database_does_not_take_is_set_aside_too(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    poison = zoom_sender.body_of(zoom.joined("7", "B", 1)).replace(b'"user_id":"7"', b'"user_id":"\\ud800"')
    await zoom.post(Delivery(zoom.house.clock.now() // SECOND, poison))

    await zoom.hear(zoom.joined(1, "A", 0), zoom.left(1, 5))

    assert await zoom.stays("atelier") == [("A", 0, 5)]


async def test_the_same_event_in_other_bytes_is_one(zoom):
    await opened(zoom, "atelier")
    await zoom.until(30)
    now = zoom.house.clock.now() // SECOND
    for form in Form:
        for event_ in (zoom.joined(1, "A", 0), zoom.left(1, 20)):
            assert await zoom.post(Delivery(now, zoom_sender.body_of(event_, form))) == 204
    await zoom.house.use.zoom.work_off()

    assert await zoom.stays("atelier") == [("A", 0, 20)]
    assert await rows(zoom, "zoom_events") == 2


async def rows(zoom, table):
    return await zoom.house.use.db.read(lambda tx: privacy_store.count(tx, table))


async def test_bodies_go_after_a_day_and_digests_after_a_week(zoom):
    await zoom.hear(zoom.joined(1, "A", 0))

    zoom.house.clock.advance(ms=DAY)
    await zoom.house.use.zoom.purge()
    left = await zoom.house.use.db.read(lambda tx: tx.all(sa.text("SELECT body FROM zoom_deliveries")))
    assert [row.body for row in left] == [None]
    zoom.house.clock.advance(ms=6 * DAY)
    await zoom.house.use.zoom.purge()
    assert await rows(zoom, "zoom_deliveries") == 0


# Which sessions


async def test_a_meeting_serves_several_sessions_each_while_it_is_open(zoom):
    await zoom.house.begin("ouverture")
    await serve(zoom, "ouverture", "atelier")
    await zoom.until(70)
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "B", 10))
    assert await zoom.stays("atelier") == []

    await zoom.house.begin("ouverture", SessionState.ENDED)
    await zoom.house.begin("atelier")
    await zoom.until(100)
    await zoom.hear(zoom.left(1, 90), zoom.ended(95))
    await zoom.house.use.zoom.work_off()

    assert await zoom.stays("ouverture") == [("A", 0, 70), ("B", 10, 70)]
    assert await zoom.stays("atelier") == [("A", 70, 90), ("B", 70, 95)]


async def test_a_session_opened_again_goes_on(zoom):
    await opened(zoom, "atelier")
    await zoom.hear(zoom.joined(1, "A", 0))
    await zoom.until(10)
    await zoom.house.begin("atelier", SessionState.ENDED)
    await zoom.until(20)
    await zoom.house.begin("atelier")
    await zoom.house.use.zoom.on_session("atelier")
    await zoom.house.use.zoom.work_off()

    assert await zoom.stays("atelier") == [("A", 0, 10), ("A", 20, None)]


async def test_a_source_that_names_an_account_takes_that_accounts_events_alone(zoom):
    await zoom.house.begin("atelier")
    await zoom.house.begin("ouverture")
    await serve(zoom, "atelier", account="ville")
    await serve(zoom, "ouverture")
    await zoom.until(10)
    other = replace(zoom.run, uuid="other==")
    assert await zoom.send(
        zoom_sender.joined(other, zoom.person(9), zoom.at(1)), secret="whsec_of_another_account"
    ) == [204]
    await zoom.hear(zoom.joined(1, "A", 0))

    assert await zoom.stays("atelier") == [("A", 0, None)]
    assert await zoom.stays("ouverture") == [("?", 1, None), ("A", 0, None)]


async def test_a_source_taken_away_served_while_it_was_on(zoom):
    await opened(zoom, "atelier")
    await zoom.hear(zoom.joined(1, "A", 0))
    await zoom.until(10)
    [source] = await zoom.house.use.relay.sources(SessionSlug("atelier"))
    other = await zoom.house.show("https://youtu.be/dQw4w9WgXcQ")
    await zoom.house.use.relay.remove(SessionSlug("atelier"), source.id, None)
    await zoom.house.use.zoom.on_session("atelier")
    await zoom.house.use.zoom.work_off()

    assert await zoom.stays("atelier") == [("A", 0, 10)]
    assert other.id != source.id


async def test_a_meeting_that_no_session_has_is_told_when_one_gets_it(zoom):
    await zoom.house.begin("atelier")
    await zoom.hear(zoom.joined(1, "A", 0))
    assert await zoom.stays("atelier") == []
    await serve(zoom, "atelier")
    await zoom.house.use.zoom.on_session("atelier")
    await zoom.house.use.zoom.work_off()
    assert await zoom.stays("atelier") == [("A", 0, None)]


# A restart


async def test_what_was_stored_before_a_stop_is_worked_off_at_the_next_start(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    await zoom.house.use.tasks.cancel()
    assert await zoom.send(zoom.joined(1, "A", 0), zoom.joined(2, "", 1)) == [204, 204]
    assert await zoom.stays("atelier") == []

    async with restarted(zoom):
        await eventually(lambda: zoom.inside("atelier") == {"A", "?"})
        assert await zoom.stays("atelier") == [("?", 1, None), ("A", 0, None)]


async def test_who_is_in_zoom_is_known_again_after_a_start(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "B", 1), zoom.left(2, 5))

    async with restarted(zoom):
        await eventually(lambda: zoom.inside("atelier") == {"A"})


async def test_events_that_come_twice_and_late_over_a_restart_change_nothing(zoom):
    await opened(zoom, "atelier")
    await zoom.until(80)
    events = [zoom.joined(1, "A", 0), zoom.left(1, 60), zoom.ended(62)]
    await zoom.hear(*events)
    before = await rows(zoom, "ledger")
    async with restarted(zoom) as use:
        assert set(await zoom.send(*reversed(events))) == {204}
        await use.zoom.work_off()
        assert await zoom.stays("atelier") == [("A", 0, 60)]
        assert await rows(zoom, "ledger") == before


# Who is there now


async def test_whoever_is_in_zoom_is_in_the_live_list_and_leaves_it(zoom):
    await opened(zoom, "atelier")
    await zoom.hear(zoom.joined(1, "A", 0), zoom.joined(2, "B", 0), zoom.joined(3, "", 0))
    assert zoom.inside("atelier") == {"A", "B", "?"}
    assert zoom.house.use.presence.now(SessionSlug("atelier")).summary.heads.remote == 3

    await zoom.hear(zoom.left(1, 0.5))
    assert zoom.inside("atelier") == {"B", "?"}
    await zoom.hear(zoom.ended(1))
    assert zoom.inside("atelier") == set()


async def test_somebody_gone_elsewhere_is_confirmed_by_zoom(zoom):
    await opened(zoom, "atelier")
    guest = await zoom.house.guest()
    await zoom.register("C", guest.participant)
    async with zoom.house.page(guest):
        status, _ = await zoom.house.ask("POST", "/sessions/atelier/source:open", guest)
        assert status == 204
        room = SessionSlug("atelier")
        assert zoom.house.use.presence.now(room).summary.heads.elsewhere == 1

        await zoom.hear(zoom.joined(1, "C", 0))

        heads = zoom.house.use.presence.now(room).summary.heads
        assert (heads.elsewhere, heads.remote) == (0, 1)


async def test_the_end_of_the_session_empties_its_zoom(zoom):
    await opened(zoom, "atelier")
    await zoom.hear(zoom.joined(1, "A", 0))
    await zoom.until(10)
    await zoom.house.begin("atelier", SessionState.ENDED)
    await eventually(lambda: zoom.inside("atelier") == set())
    assert await zoom.stays("atelier") == [("A", 0, 10)]


async def test_somebody_who_is_registered_after_the_event_is_known_and_stays_so(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    await zoom.hear(zoom.joined(1, "C", 0), zoom.left(1, 5))
    assert await zoom.stays("atelier") == [("?", 0, 5)]

    person = await zoom.invite("C")
    await zoom.hear(zoom.joined(2, "A", 6))

    assert await zoom.stays("atelier") == [("A", 6, None), ("C", 0, 5)]
    assert await zoom.house.use.imports.queue() == []
    await zoom.house.use.privacy.erase(person, Asker("cli"))
    await zoom.hear(zoom.left(2, 7))
    assert await zoom.stays("atelier") == [("?", 0, 5), ("A", 6, 7)]
    assert await zoom.house.use.imports.queue() == []


# The queue


async def test_a_guest_waits_in_the_queue_and_is_recognised_for_all_that_comes(zoom):
    await opened(zoom, "atelier")
    await zoom.until(30)
    await zoom.hear(zoom.joined(1, "", 0), zoom.left(1, 10), zoom.joined(2, "", 0))
    staff = await zoom.house.guest(Role.ORGANISER)
    status, queue = await zoom.house.ask("GET", "/queue", staff)
    assert status == 200
    [item, other] = sorted(queue["items"], key=lambda one: one["until"] is None)
    assert (item["until"] is None, other["until"]) == (False, None)
    assert (item["sessions"], item["file"]) == (["atelier"], "Zoom 85512345678")

    body = {"participant": zoom.people["A"]}
    assert await zoom.house.ask("POST", f"/queue/{item['id']}:match", staff, body) == (200, {"settled": 1})
    assert await zoom.stays("atelier") == [("?", 0, None), ("A", 0, 10)]
    await zoom.hear(zoom.joined(1, "", 20))
    assert await zoom.stays("atelier") == [("?", 0, None), ("A", 0, 10), ("A", 20, None)]
    assert (await zoom.house.ask("GET", "/queue", staff))[1]["items"] == [other]
    assert (await zoom.house.use.attendance.compare()).missing == ()


async def test_a_guest_given_to_a_delegation_stays_one_person(zoom):
    await opened(zoom, "atelier")
    await zoom.until(30)
    await zoom.hear(zoom.joined(1, "", 0), zoom.left(1, 10))
    staff = await zoom.house.guest(Role.ORGANISER)
    [item] = (await zoom.house.ask("GET", "/queue", staff))[1]["items"]
    assert (await zoom.house.ask("POST", f"/queue/{item['id']}:match", staff, {"delegation": "BJ"}))[0] == 200

    await zoom.hear(zoom.joined(1, "", 20), zoom.left(1, 25))

    assert await zoom.stays("atelier") == [("?", 0, 10), ("?", 20, 25)]
    assert len(await zoom.house.use.imports.guests()) == 1
    assert (await zoom.house.ask("GET", "/queue", staff))[1]["items"] == []


async def test_what_zoom_says_is_no_import_that_somebody_takes_back(zoom):
    await opened(zoom, "atelier")
    await zoom.until(30)
    await zoom.hear(zoom.joined(1, "", 0), zoom.left(1, 10))

    assert await zoom.house.use.imports.imports() == []
    with pytest.raises(NotFound):
        await zoom.house.use.imports.undo(import_id("atelier", 1, zoom.run.uuid), "test")


async def test_a_list_of_the_meeting_wins_and_gives_back_when_it_is_taken_back(zoom):
    await opened(zoom, "atelier")
    await zoom.until(60)
    await zoom.hear(zoom.joined(1, "A", 0), zoom.left(1, 10))
    text = LIST.format(since="2021-11-04 12:00:00", until="2021-11-04 12:12:00")
    order = ZoomOrder(timezone="UTC", sessions=(SessionSlug("atelier"),))
    imports = zoom.house.use.imports
    made = await imports.preview("zoom-participants", Upload("zoom.csv", text.encode()), order, "test")

    await imports.apply(made.asked.id, "test")
    await zoom.house.use.zoom.work_off()
    assert await zoom.stays("atelier") == [("?", 0, 12)]

    await imports.undo(made.asked.id, "test")
    await zoom.house.use.zoom.work_off()
    assert await zoom.stays("atelier") == [("A", 0, 10)]


# Privacy


async def test_erasing_a_person_reaches_what_zoom_said(zoom):
    await opened(zoom, "atelier")
    await zoom.until(10)
    await zoom.hear(zoom.joined(1, "A", 0))
    person = zoom.people["A"]

    await zoom.house.use.privacy.erase(person, Asker("cli"))
    await zoom.house.use.zoom.work_off()

    assert await zoom.stays("atelier") == [("?", 0, 10)]
    assert zoom.inside("atelier") == set()
    content = (zoom.folder / "streamhub.db").read_bytes()
    assert person.encode() not in content
    assert b"reg-A" not in content
    await zoom.hear(zoom.left(1, 10))
    assert await zoom.stays("atelier") == [("?", 0, 10)]


# What staff see


async def test_the_page_of_figures_says_in_words_how_hearing_goes(zoom):
    await opened(zoom, "atelier")
    staff = await zoom.house.guest(Role.COMMUNICATIONS)

    async def page():
        async with zoom.house.raw("GET", "/figures/atelier?audience=internal", staff) as answer:
            return await answer.text()

    assert "Zoom n’a encore rien annoncé." in await page()
    await zoom.hear(zoom.joined(1, "A", 0))
    text = await page()
    assert "Dernière annonce de Zoom le" in text
    assert "Zoom n’a pas vérifié notre adresse depuis 72" in text
    status, said = await zoom.house.ask("GET", "/zoom", staff)
    assert (status, [one["account"] for one in said["accounts"]]) == (200, ["ville", "autre"])
    assert (said["accounts"][0]["pending"], said["accounts"][0]["hears"]) == (0, True)
