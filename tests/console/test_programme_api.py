"""Sessions, documents and delegations edited over HTTP."""

import pytest

from streamhub.access.roles import Role
from streamhub.programme.model import SessionState
from tests.handlers.house import OPEN, ROOM, heard

NEW = {
    "titles": {"fr": "Débat : l'eau", "en": "Debate: water"},
    "kind": "plenary",
    "venue": "Maison",
    "room": "Salle",
    "starts_at": "2021-11-04T18:00",
    "ends_at": "2021-11-04T19:00",
}


def fields(answer):
    return {problem["field"] for problem in answer["errors"]}


async def edit(house, organiser, slug=ROOM, *, version=None, **changes):
    headers = {"If_Match": f'"{version}"'} if version else {}
    return await house.ask("PATCH", f"/sessions/{slug}", organiser, changes, **headers)


# Sessions


async def test_a_title_edited_is_on_the_programme_at_once_and_the_other_languages_stay(house, organiser):
    status, answer = await edit(house, organiser, OPEN, titles={"fr": "Grande ouverture"})

    assert (status, answer["titles"]) == (200, {"fr": "Grande ouverture", "en": "Opening"})
    async with house.raw("GET", "/") as page:
        assert "Grande ouverture" in await page.text()


async def test_an_empty_text_takes_its_language_away_but_not_the_french_one(house, organiser):
    _, answer = await edit(house, organiser, titles={"en": ""})
    status, refused = await edit(house, organiser, titles={"fr": " "})

    assert answer["titles"] == {"fr": "Ports, quais"}
    assert (status, fields(refused)) == (422, {"titles.fr"})


async def test_times_may_be_local_ones_of_the_summit_or_any_offset(house, organiser):
    _, local = await edit(house, organiser, starts_at="2021-11-04T15:30", ends_at="2021-11-04T17:30")
    _, offset = await edit(house, organiser, starts_at="2021-11-04T16:45:00+02:00")

    assert (local["starts_at"], local["ends_at"]) == ("2021-11-04T14:30:00.000Z", "2021-11-04T16:30:00.000Z")
    assert offset["starts_at"] == "2021-11-04T14:45:00.000Z"
    assert offset["scheduled_starts_at"] == offset["starts_at"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": "2021-11-04T14:59"}, "ends_at"),
        ({"ends_at": "2021-11-06T15:00"}, "ends_at"),
        ({"starts_at": "2021-03-28T02:30"}, "starts_at"),
        ({"starts_at": "demain"}, "starts_at"),
        ({"kind": " "}, "kind"),
        ({"venue": "x" * 121}, "venue"),
        ({"notes": "x" * 4_001}, "notes"),
        ({"titles": {"fr": "x" * 201}}, "titles.fr"),
        ({"titles": {"1": "x"}}, "titles.1"),
        ({"access": "everybody"}, "access"),
        ({"state": "live"}, "state"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_changes(house, organiser, changes, field):
    before = await house.use.programme.session(ROOM)

    status, answer = await edit(house, organiser, **changes)

    assert (status, fields(answer)) == (422, {field})
    assert await house.use.programme.session(ROOM) == before


async def test_every_wrong_field_is_named_at_once(house, organiser):
    _, answer = await house.ask(
        "POST", "/sessions", organiser, {"slug": "A", "titles": {"en": "x"}, "starts_at": "2021-11-04T18:00"}
    )

    assert fields(answer) == {"slug", "ends_at", "titles.fr", "kind"}


async def test_whoever_was_slower_is_told(house, organiser):
    _, rows = await house.ask("GET", "/programme", organiser)
    version = next(row["version"] for row in rows["items"] if row["slug"] == ROOM)

    first, answer = await edit(house, organiser, version=version, room="Hémicycle")
    second, refused = await edit(house, organiser, version=version, room="Cave")
    third, _ = await edit(house, organiser, version=answer["version"], room="Cave")

    assert (first, second, refused["code"], third) == (200, 409, "state_conflict", 200)
    assert answer["edited"] == ["room"]


async def test_a_shift_from_the_wall_is_an_edit_too(house, organiser):
    _, rows = await house.ask("GET", "/programme", organiser)
    version = next(row["version"] for row in rows["items"] if row["slug"] == ROOM)
    await house.use.programme.shift(ROOM, 10, "test")

    status, answer = await edit(house, organiser, version=version, starts_at="2021-11-04T15:00")

    assert (status, answer["code"]) == (409, "state_conflict")


async def test_a_session_that_was_held_and_moves_to_another_day_is_held_once_more(house, organiser):
    await house.begin(ROOM)
    await house.begin(ROOM, SessionState.ENDED)

    same, refused = await edit(house, organiser, starts_at="2021-11-04T15:30")
    _, answer = await edit(house, organiser, starts_at="2021-11-05T09:00", ends_at="2021-11-05T10:00")

    assert (same, refused["code"]) == (409, "state_conflict")
    assert (answer["run"], answer["state"], answer["automatic"]) == (2, "scheduled", True)


async def test_a_session_is_added_with_a_name_made_of_its_title(house, organiser):
    status, answer = await house.ask("POST", "/sessions", organiser, NEW)
    _, again = await house.ask("POST", "/sessions", organiser, NEW)

    assert (status, answer["slug"], answer["from_file"], answer["run"]) == (201, "debat-l-eau", False, 1)
    assert again["slug"] == "debat-l-eau-2"
    assert (answer["state"], answer["access"]) == ("scheduled", "invited")
    async with house.raw("GET", "/s/debat-l-eau", await house.guest()) as page:
        assert page.status == 200


async def test_a_name_that_is_taken_is_refused(house, organiser):
    status, answer = await house.ask("POST", "/sessions", organiser, NEW | {"slug": ROOM})

    assert (status, fields(answer)) == (422, {"slug"})


async def test_an_added_session_opens_by_the_clock_like_the_others(house, organiser):
    await house.ask("POST", "/sessions", organiser, NEW)
    house.clock.advance(minutes=310)

    await house.use.programme.settle()

    _, answer = await house.ask("GET", "/sessions/debat-l-eau", organiser)
    assert answer["state"] == "live"


# Cancelled


async def test_a_cancelled_session_stays_in_the_programme_without_doors_or_clock(house, organiser):
    status, answer = await house.ask("POST", f"/sessions/{OPEN}:cancel", organiser)
    house.clock.advance(minutes=180)
    await house.use.programme.settle()

    assert (status, answer["cancelled"]) == (200, True)
    _, shown = await house.ask("GET", f"/sessions/{OPEN}")
    assert (shown["state"], shown["cancelled"]) == ("scheduled", True)
    async with house.raw("GET", "/") as page:
        assert "Annulée" in await page.text()
    async with house.raw("GET", f"/s/{OPEN}?lang=en") as page:
        assert "This session is cancelled." in await page.text()


async def test_nobody_opens_a_cancelled_session_until_it_is_restored(house, organiser):
    await house.ask("POST", f"/sessions/{ROOM}:cancel", organiser)
    status, refused = await house.ask("PUT", f"/sessions/{ROOM}/state", organiser, {"state": "live"})
    closed, answer = await house.ask("GET", f"/sessions/{ROOM}/source", await house.guest())
    house.clock.advance(minutes=180)

    _, restored = await house.ask("POST", f"/sessions/{ROOM}:restore", organiser)

    assert (status, refused["code"]) == (409, "state_conflict")
    assert (closed, answer["code"], "opens_at" in answer) == (403, "doors_closed", False)
    assert (restored["cancelled"], restored["state"]) == (False, "live")


async def test_a_session_at_its_doors_may_be_cancelled_and_open_pages_hear_it(house, organiser):
    await house.begin(ROOM, SessionState.DOORS)
    async with house.page(await house.guest()) as socket:
        await house.ask("POST", f"/sessions/{ROOM}:cancel", organiser)

        message = await heard(socket, "state")

    assert (message["state"], message["cancelled"]) == ("scheduled", True)


async def test_what_has_begun_is_ended_and_not_cancelled(house, organiser):
    await house.begin(ROOM)

    status, answer = await house.ask("POST", f"/sessions/{ROOM}:cancel", organiser)

    assert (status, answer["code"]) == (409, "state_conflict")


async def test_cancelling_twice_and_restoring_twice_change_nothing_more(house, organiser):
    codes = [
        (await house.ask("POST", f"/sessions/{ROOM}:{word}", organiser))[0]
        for word in ("cancel", "cancel", "restore", "restore")
    ]

    assert codes == [200] * 4


# Documents


async def documents(house, organiser):
    _, answer = await house.ask("GET", f"/sessions/{ROOM}/documents", organiser)
    return answer["items"]


async def test_documents_are_added_edited_and_taken_away(house, organiser):
    note = {"titles": {"fr": "Plan"}, "url": "https://docs.example/plan.pdf"}
    status, added = await house.ask("POST", f"/sessions/{ROOM}/documents", organiser, note)
    path = f"/sessions/{ROOM}/documents/{added['id']}"
    _, edited = await house.ask("PATCH", path, organiser, {"titles": {"fr": "Plan B"}})
    twice, _ = await house.ask("POST", f"/sessions/{ROOM}/documents", organiser, note)
    gone, _ = await house.ask("DELETE", path, organiser)
    missing, _ = await house.ask("DELETE", path, organiser)

    assert (status, edited["titles"], twice, gone, missing) == (201, {"fr": "Plan B"}, 422, 204, 404)
    assert [one["titles"]["fr"] for one in await documents(house, organiser)] == ["Note de cadrage"]


async def test_a_document_with_another_address_stands_in_its_place(house, organiser):
    [note] = await documents(house, organiser)

    status, answer = await house.ask(
        "PATCH",
        f"/sessions/{ROOM}/documents/{note['id']}",
        organiser,
        {"url": "https://docs.example/note-2.pdf"},
        If_Match=f'"{note["version"]}"',
    )

    assert (status, answer["titles"]) == (200, note["titles"])
    assert [one["url"] for one in await documents(house, organiser)] == ["https://docs.example/note-2.pdf"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "docs.example", "https://", "http://[", ""]
)
async def test_a_document_is_a_page_of_the_web(house, organiser, url):
    note = {"titles": {"fr": "Plan"}, "url": url}

    status, answer = await house.ask("POST", f"/sessions/{ROOM}/documents", organiser, note)

    assert (status, fields(answer)) == (422, {"url"})


# Delegations


async def test_delegations_are_edited_and_added_last_in_protocol_order(house, organiser):
    status, added = await house.ask(
        "POST",
        "/delegations",
        organiser,
        {"code": "SN", "names": {"fr": "Sénégal"}, "kind": "country", "country": "SN", "seats": 4},
    )
    _, edited = await house.ask("PATCH", "/delegations/BJ", organiser, {"seats": None})
    _, rows = await house.ask("GET", "/delegations", organiser)

    assert (status, added["from_file"], edited["seats"], edited["edited"]) == (201, False, None, ["seats"])
    assert [(row["code"], row["seats"]) for row in rows["items"]] == [
        ("BJ", None),
        ("UNESCO", None),
        ("SN", 4),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "STAFF", "names": {"fr": "x"}, "kind": "other"}, "code"),
        ({"code": "BJ", "names": {"fr": "x"}, "kind": "other"}, "code"),
        ({"code": "été", "names": {"fr": "x"}, "kind": "other"}, "code"),
        ({"code": "FR", "names": {"fr": "x"}, "kind": "country"}, "country"),
        ({"code": "FR", "names": {"fr": "x"}, "kind": "other", "country": "France"}, "country"),
        ({"code": "FR", "names": {"fr": "x"}, "kind": "other", "seats": -1}, "seats"),
        ({"code": "FR", "names": {}, "kind": "other"}, "names.fr"),
        ({"code": "FR", "names": {"fr": "x"}}, "kind"),
    ],
)
async def test_a_delegation_says_what_is_wrong_with_it(house, organiser, body, field):
    status, answer = await house.ask("POST", "/delegations", organiser, body)

    assert (status, fields(answer)) == (422, {field})


async def test_a_delegation_edited_meanwhile_is_a_conflict(house, organiser):
    _, rows = await house.ask("GET", "/delegations", organiser)
    tag = f'"{rows["items"][0]["version"]}"'

    first, _ = await house.ask("PATCH", "/delegations/BJ", organiser, {"seats": 2}, If_Match=tag)
    second, answer = await house.ask("PATCH", "/delegations/BJ", organiser, {"seats": 3}, If_Match=tag)

    assert (first, second, answer["code"]) == (200, 409, "state_conflict")


# Sources


async def test_a_source_that_is_not_on_is_taken_away_and_one_that_is_on_is_not(house, organiser):
    on = await house.show("https://youtu.be/dQw4w9WgXcQ")
    _, spare = await house.ask("POST", f"/sessions/{ROOM}/sources", organiser, {"text": "Appelez-nous"})

    kept, refused = await house.ask("DELETE", f"/sessions/{ROOM}/sources/{on.id}", organiser)
    gone, _ = await house.ask("DELETE", f"/sessions/{ROOM}/sources/{spare['id']}", organiser)
    missing, _ = await house.ask("DELETE", f"/sessions/{ROOM}/sources/{spare['id']}", organiser)

    assert (kept, refused["code"], gone, missing) == (409, "state_conflict", 204, 404)
    _, rows = await house.ask("GET", f"/sessions/{ROOM}/sources", organiser)
    assert [row["id"] for row in rows["items"]] == [on.id]


async def test_what_was_on_stays_in_the_history_when_it_is_taken_away(house, organiser):
    first = await house.show("https://youtu.be/dQw4w9WgXcQ")
    house.clock.advance(minutes=1)
    await house.show("https://youtu.be/aqz-KE-bpKQ")

    await house.ask("DELETE", f"/sessions/{ROOM}/sources/{first.id}", organiser)

    assert next(period.source for period in await house.use.relay.periods(ROOM)) == first.id


async def test_sources_are_sorted_by_hand_and_each_must_be_named_once(house, organiser):
    moderator = await house.guest(Role.MODERATOR)
    one = await house.show("https://youtu.be/dQw4w9WgXcQ")
    two = await house.show("https://youtu.be/aqz-KE-bpKQ")
    path = f"/sessions/{ROOM}/sources/order"

    status, answer = await house.ask("PUT", path, moderator, {"order": [two.id, one.id]})
    short, _ = await house.ask("PUT", path, moderator, {"order": [two.id]})
    twice, _ = await house.ask("PUT", path, moderator, {"order": [two.id, two.id]})

    assert (status, [row["id"] for row in answer["items"]]) == (200, [two.id, one.id])
    assert (short, twice) == (422, 422)


async def test_what_the_console_did_stands_in_the_audit_log(house, organiser):
    await edit(house, organiser, room="Cave")
    await house.ask("POST", "/sessions", organiser, NEW)

    _, log = await house.ask("GET", "/audit?action=session", organiser)

    done = [(row["action"], row["target"], row["by"]) for row in log["items"]]
    assert done == [
        ("session.add", "debat-l-eau", organiser.participant),
        ("session.edit", ROOM, organiser.participant),
    ]
