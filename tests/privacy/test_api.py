"""Rights of people and the audit log over HTTP: one server, real database, real sockets."""

import csv
import io

import pytest

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from streamhub.handlers.routing import NOT_AUDITED
from streamhub.kit.audit import AuditFilter
from streamhub.kit.clock import rfc3339
from tests.handlers.house import OPEN, ROOM, heard, open_house
from tests.privacy.summit import where


@pytest.fixture
async def house(tmp_path):
    """A server at noon; the room is live."""
    async with open_house(tmp_path / "data") as running:
        await running.begin(ROOM)
        yield running


async def acts(house, **asked):
    """Actions in the log, the newest first, without the runs of retention."""
    rows = await house.use.audit.all(AuditFilter(**asked))
    return [row.act for row in rows if row.act.action != "retention.run"]


def span(house, minutes=10):
    return {"since": rfc3339(house.clock.now()), "until": rfc3339(house.clock.advance(minutes=minutes))}


# Every change is written down


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.method != "GET"], ids=lambda r: f"{r.method} {r.path}"
)
def test_every_route_that_changes_something_has_a_word_in_the_log_or_says_that_it_needs_none(route):
    assert route.action is not None


def test_what_needs_no_line_in_the_log_is_listed_here():
    assert {f"{r.method} {r.path}" for r in ROUTES if r.action == NOT_AUDITED} == {
        "POST /api/v1/tokens:verify",  # looks
        "POST /api/v1/qr",  # draws
        "POST /api/v1/enter",  # a grant, by somebody who has none yet
        "POST /j/{code}",
        "POST /api/v1/sessions/{slug}/sources:check",  # looks
        "POST /api/v1/sessions/{slug}/sources/{id}:check",  # looks
        "POST /api/v1/sessions/{slug}/source:open",  # presence
        "POST /api/v1/sessions/{slug}/zoom:sign",  # a key, in a table of its own
        "POST /api/v1/sessions/{slug}/beat",
        "POST /api/v1/me/connection-test",  # one's own, in a table of its own
        "POST /access-request",  # by somebody without a grant; the decision is written down
        "POST /api/v1/access-requests",
        "PUT /api/v1/access-requests/{id}/document",
        "POST /hooks/zoom",  # by Zoom, in tables of its own
        "POST /api/v1/participants:preview",  # looks
        "DELETE /api/v1/me",  # by the erasure itself, under the new pseudonym
        "POST /me/erase",
        "POST /api/v1/participants/{participant}:erase",
    }


def test_words_of_the_log_are_a_thing_and_what_was_done_to_it():
    words = {route.action for route in ROUTES if route.action}

    assert [word for word in words if not word.replace(".", "").isalpha() or word.count(".") != 1] == []


async def test_a_change_stands_in_the_log_with_who_when_and_what(house):
    moderator = await house.guest(Role.MODERATOR)
    delegate = await house.guest()

    await house.ask("PUT", f"/sessions/{ROOM}/state", moderator, {"state": "paused"})
    await house.ask("POST", f"/sessions/{ROOM}/people/{delegate.participant}:remove", moderator)

    removed, paused = await acts(house)
    assert (paused.by, paused.role, paused.action, paused.target) == (
        moderator.participant,
        "moderator",
        "session.state",
        ROOM,
    )
    assert dict(paused.detail) == {"state": "paused"}
    assert (removed.action, removed.target) == ("person.remove", delegate.participant)
    assert dict(removed.detail) == {"session": ROOM}


async def test_what_was_refused_and_what_was_only_read_stands_nowhere(house):
    moderator = await house.guest(Role.MODERATOR)

    for method, path, body in (
        ("PUT", f"/sessions/{ROOM}/state", {"state": "nonsense"}),
        ("POST", "/invitations", {"role": "delegate", "delegation": "BJ"}),
        ("GET", "/invitations", None),
        ("POST", f"/sessions/{ROOM}/people/p_nobody:remove", {}),
    ):
        await house.ask(method, path, moderator, body)

    assert await acts(house) == []


async def test_the_floor_is_the_affair_of_whoever_asks_for_it(house):
    delegate, moderator = await house.guest(), await house.guest(Role.MODERATOR)

    status, item = await house.ask("POST", f"/sessions/{ROOM}/floor", delegate, {"subject": "Quais"})
    await house.ask("POST", f"/sessions/{ROOM}/floor/{item['request']}:grant", moderator)

    assert status == 201
    assert [(act.action, act.by) for act in await acts(house)] == [("floor.grant", moderator.participant)]


async def test_issuing_says_how_many_and_never_a_link(house):
    organiser = await house.guest(Role.ORGANISER)

    _, made = await house.ask(
        "POST", "/invitations", organiser, {"role": "delegate", "delegation": "BJ", "count": 3}
    )

    [act] = await acts(house)
    assert (act.action, act.target) == ("invitation.issue", made["items"][0]["id"])
    assert dict(act.detail) == {"role": "delegate", "delegation": "BJ", "count": 3}
    for item in made["items"]:
        assert await where(house.use, item["token"]) == []
        assert await where(house.use, item["link"].rsplit("/", 1)[1]) == []


async def test_whoever_sees_exact_figures_stands_in_the_log_once_an_hour(house):
    someone = await house.guest(Role.COMMUNICATIONS)

    for path in (
        "statistics",
        "statistics?audience=internal",
        f"sessions/{ROOM}/statistics?audience=internal",
    ):
        for _ in range(3):
            await house.ask("GET", f"/{path}", someone)
    async with house.raw("GET", "/figures", someone) as page:
        assert page.status == 200
    house.clock.advance(minutes=61)
    await house.ask("GET", "/statistics?audience=internal", someone)

    found = [(act.action, act.target) for act in await acts(house)]
    assert found == [("figures.internal", ""), ("figures.internal", ROOM), ("figures.internal", "")]


# Reading the log


async def test_the_log_is_the_organisers(house):
    for role in Role:
        guest = await house.guest(role)
        for path in ("/audit", "/audit.csv"):
            async with house.raw("GET", f"/api/v1{path}", guest) as answer:
                assert answer.status == (200 if role is Role.ORGANISER else 403), role


async def test_the_log_is_filtered_and_read_page_by_page(house):
    organiser = await house.guest(Role.ORGANISER)
    for minute in range(5):
        house.clock.advance(minutes=1)
        await house.ask("POST", f"/sessions/{OPEN}:shift", organiser, {"minutes": minute + 1})
    await house.ask("PUT", f"/sessions/{ROOM}/state", organiser, {"state": "paused"})

    _, first = await house.ask("GET", "/audit?action=session.shift&limit=3", organiser)
    _, second = await house.ask(
        "GET", f"/audit?action=session.shift&limit=3&cursor={first['next']}", organiser
    )
    _, family = await house.ask("GET", "/audit?action=session", organiser)
    _, since = await house.ask("GET", f"/audit?since={rfc3339(house.clock.now())}&action=session", organiser)
    _, nobody = await house.ask("GET", "/audit?by=p_nobody", organiser)

    minutes = [row["detail"]["minutes"] for row in first["items"] + second["items"]]
    assert minutes == [5, 4, 3, 2, 1]
    assert second["next"] is None
    assert {row["action"] for row in family["items"]} == {"session.shift", "session.state"}
    assert len(since["items"]) == 2
    assert nobody["items"] == []


async def test_a_bad_time_or_cursor_is_refused_by_name(house):
    organiser = await house.guest(Role.ORGANISER)

    for query, field in (("since=yesterday", "since"), ("until=1", "until"), ("cursor=x", "cursor")):
        status, problem = await house.ask("GET", f"/audit?{query}", organiser)
        assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_the_log_is_taken_away_as_a_table_without_formulas(house):
    organiser = await house.guest(Role.ORGANISER)
    await house.ask("POST", f"/sessions/{OPEN}:shift", organiser, {"minutes": -5})

    async with house.raw("GET", "/api/v1/audit.csv?action=session", organiser) as answer:
        [row] = list(csv.DictReader(io.StringIO(await answer.text())))
        assert answer.content_type == "text/csv"

    assert (row["by"], row["action"], row["target"]) == (organiser.participant, "session.shift", OPEN)
    assert row["detail"] == '{"minutes": -5, "sessions": 1}'
    assert (await acts(house))[0].action == "audit.export"


# Erasing


async def test_delete_me_closes_every_page_and_leaves_nobody_on_the_wall(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    async with house.page(me) as page:
        status, _ = await house.ask("DELETE", "/me", me)
        closing = await heard(page, "closing")
        _, wall = await house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    assert (status, closing["code"], page.close_code) == (204, 4410, 4410)
    assert [p for p in wall["people"] if p["participant"] == me.participant] == []
    assert await where(house.use, me.participant) == []
    status, problem = await house.ask("GET", "/me", me)
    assert (status, problem["code"]) == (410, "invitation_revoked")


async def test_somebody_in_the_hall_leaves_the_wall_too(house):
    me, desk = await house.guest(), await house.guest(Role.DESK)
    moderator, organiser = await house.guest(Role.MODERATOR), await house.guest(Role.ORGANISER)
    await house.ask(
        "POST",
        "/check-ins",
        desk,
        {"participant": me.participant, "session": ROOM, "direction": "in", "nonce": "nonce-0001"},
    )
    _, before = await house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    status, done = await house.ask("POST", f"/participants/{me.participant}:erase", organiser)
    await house.use.changes.catch_up()
    _, after = await house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    assert (status, done["name_erased"], done["stays_kept"]) == (200, False, 1)
    assert (before["on_site"], after["on_site"]) == (1, 0)


async def test_only_the_organiser_erases_somebody_else(house):
    me = await house.guest()
    for role in set(Role) - {Role.ORGANISER}:
        status, _ = await house.ask("POST", f"/participants/{me.participant}:erase", await house.guest(role))
        assert status == 403, role

    status, _ = await house.ask("POST", "/participants/p_nobody:erase", await house.guest(Role.ORGANISER))
    assert status == 404


# Seeing


async def test_an_export_holds_what_every_table_says_of_the_caller_and_nothing_that_opens_something(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    async with house.page(me):
        house.clock.advance(minutes=5)
    await house.ask("POST", f"/sessions/{ROOM}/floor", me, {"subject": "Quais"})
    await house.ask(
        "PUT", f"/sessions/{ROOM}/people/{me.participant}/excused", moderator, {"reason": "grippe"}
    )

    async with house.raw("GET", "/api/v1/me/export", me) as answer:
        assert "attachment" in answer.headers["Content-Disposition"]
        found = await answer.json()

    records = found["records"]
    assert set(records) == {
        "participants",
        "invitations",
        "invitation_codes",
        "ledger",
        "stays",
        "excused",
        "floor_requests",
        "audit",
    }
    assert records["stays"][0]["session"] == ROOM
    assert records["floor_requests"][0]["subject"] == "Quais"
    assert records["excused"][0]["reason"] == "grippe"
    assert records["audit"][0]["action"] == "person.excuse"
    assert records["invitations"][0]["created_at"].endswith("Z")
    assert "hash" not in str(found)


async def test_the_organiser_exports_for_somebody_and_that_is_written_down(house):
    me, organiser = await house.guest(), await house.guest(Role.ORGANISER)

    status, found = await house.ask("GET", f"/participants/{me.participant}/export", organiser)
    missing, _ = await house.ask("GET", "/participants/p_nobody/export", organiser)

    assert (status, found["participant"], missing) == (200, me.participant, 404)
    assert [(act.action, act.target) for act in await acts(house)] == [("person.export", me.participant)]


# Having it corrected


async def ask(house, guest, **changed):
    order = {"session": ROOM, "present": True, "reason": "ligne coupée", **span(house)} | changed
    return await house.ask("POST", "/me/corrections", guest, order)


async def test_a_moderator_decides_what_somebody_says_of_their_own_attendance(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)

    status, asked = await ask(house, me)
    _, waiting = await house.ask("GET", "/correction-requests", moderator)
    accepted, done = await house.ask("POST", f"/correction-requests/{asked['id']}:accept", moderator)

    session = await house.use.programme.session(ROOM)
    _, [correction] = await house.use.attendance.stays_of_session(session)
    assert (status, accepted, done["state"]) == (201, 200, "accepted")
    assert [one["id"] for one in waiting["items"]] == [asked["id"]]
    assert (correction.participant, correction.by) == (me.participant, moderator.participant)
    assert (correction.reason, correction.present, correction.channel) == ("ligne coupée", True, "hall")
    assert (await house.ask("GET", "/correction-requests", moderator))[1]["items"] == []
    [mine] = (await house.ask("GET", "/me/corrections", me))[1]["items"]
    assert mine["state"] == "accepted"
    assert [act.action for act in await acts(house)] == ["correction.accept", "correction.ask"]


async def test_a_refused_request_changes_nothing_and_stays_refused(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    _, asked = await ask(house, me)

    first, _ = await house.ask("POST", f"/correction-requests/{asked['id']}:refuse", moderator)
    again, _ = await house.ask("POST", f"/correction-requests/{asked['id']}:refuse", moderator)
    late, problem = await house.ask("POST", f"/correction-requests/{asked['id']}:accept", moderator, {})

    assert (first, again, late, problem["code"]) == (200, 200, 409, "state_conflict")
    _, corrections = await house.use.attendance.stays_of_session(await house.use.programme.session(ROOM))
    assert corrections == []


async def test_accepting_twice_writes_one_correction(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    _, asked = await ask(house, me)

    for _ in range(2):
        await house.ask("POST", f"/correction-requests/{asked['id']}:accept", moderator, {"channel": "web"})

    _, corrections = await house.use.attendance.stays_of_session(await house.use.programme.session(ROOM))
    assert [one.channel for one in corrections] == ["web"]


async def test_a_moderator_of_one_session_decides_nothing_of_another(house):
    me, other = await house.guest(), await house.guest(Role.MODERATOR, sessions=(OPEN,))
    _, asked = await ask(house, me)

    _, listed = await house.ask("GET", "/correction-requests", other)
    status, problem = await house.ask("POST", f"/correction-requests/{asked['id']}:accept", other, {})

    assert listed["items"] == []
    assert (status, problem["code"]) == (403, "wrong_session")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"session": "nothing"}, 404),
        ({"until": "2021-11-04T11:00:00Z"}, 422),
        ({"until": "2031-11-04T11:00:00Z"}, 422),
        ({"reason": " "}, 422),
        ({"reason": "x" * 301}, 422),
        ({"participant": "p_other"}, 422),
    ],
    ids=["session", "before", "future", "empty", "long", "for another"],
)
async def test_what_cannot_be_asked_is_refused(house, changed, status):
    found, _ = await ask(house, await house.guest(), **changed)

    assert found == status


async def test_nobody_asks_for_a_session_that_they_were_not_invited_to(house):
    found, problem = await ask(house, await house.guest(sessions=(OPEN,)))

    assert (found, problem["code"]) == (403, "wrong_session")


async def test_nobody_floods_the_moderators(house):
    me = await house.guest()
    for _ in range(20):
        assert (await ask(house, me))[0] == 201

    assert (await ask(house, me))[0] == 409


# The pages, without a script


async def test_the_page_asks_before_it_erases_and_then_says_what_was_done(house):
    me = await house.guest()
    cookie = await entered(house, me)

    async with post(house, "/me/erase", cookie, {}) as answer:
        first = await answer.text()
    async with post(house, "/me/erase", cookie, {"sure": "yes"}) as answer:
        second, given = await answer.text(), answer.cookies

    assert 'name="sure"' in first
    assert "C’est effacé" in second
    assert given["__Host-streamhub"].value == ""
    assert await where(house.use, me.participant) == []


async def test_the_pages_form_asks_for_a_correction_in_local_times(house):
    me = await house.guest()
    cookie = await entered(house, me)
    house.clock.advance(minutes=60 * 6)
    form = {"session": ROOM, "since": "15:05", "until": "15:20", "present": "no", "reason": "parti"}

    async with post(house, "/me/corrections", cookie, form) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/me")
    async with house.client.get("/me", headers=cookie) as answer:
        page = await answer.text()

    [asked] = await house.use.correction_requests.waiting()
    assert (rfc3339(asked.since), rfc3339(asked.until)) == (
        "2021-11-04T14:05:00.000Z",
        "2021-11-04T14:20:00.000Z",
    )
    assert not asked.present
    assert "en attente" in page


async def test_another_site_can_neither_erase_nor_ask(house):
    me = await house.guest()
    cookie = await entered(house, me) | {"Origin": "https://evil.example"}

    for path in ("/me/erase", "/me/corrections"):
        async with house.client.post(path, data={"sure": "yes"}, headers=cookie) as answer:
            assert answer.status == 403
    async with house.client.delete("/api/v1/me", headers=cookie) as answer:
        assert answer.status == 403


async def test_the_notice_says_what_is_recorded_how_long_and_who_sees_it(house):
    async with house.client.get("/privacy?lang=en") as answer:
        page = await answer.text()

    for words in (
        "30 days after the summit",
        "365 days after the summit",
        "Attendance",
        "organisers",
        "Seen by",
    ):
        assert words in page


async def entered(house, guest):
    async with house.client.post("/api/v1/enter", json={"token": guest.token}) as answer:
        return {"Cookie": f"__Host-streamhub={answer.cookies['__Host-streamhub'].value}"}


def post(house, path, cookie, form):
    headers = cookie | {"Origin": house.url}
    return house.client.post(path, data=form, headers=headers, allow_redirects=False)


async def test_a_moderator_decides_on_a_page_that_is_named_where_something_waits(house):
    me, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    cookie = await entered(house, moderator)
    ids = [(await ask(house, me))[1]["id"] for _ in range(2)]
    before = await text(house, "/", cookie)

    page = await text(house, "/corrections", cookie)
    async with post(house, f"/corrections/{ids[0]}:accept", cookie, {"channel": "web"}) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/corrections")
    async with post(house, f"/corrections/{ids[1]}:refuse", cookie, {}) as answer:
        assert answer.status == 303

    assert 'href="/corrections"' in before
    assert me.seat in page
    assert "ligne coupée" in page
    assert 'href="/corrections"' not in await text(house, "/", cookie)
    assert "Aucune demande" in await text(house, "/corrections", cookie)
    assert [one.state for one in await house.use.correction_requests.of(me.participant)] == [
        "accepted",
        "refused",
    ]
    assert [act.action for act in await acts(house)][:2] == ["correction.refuse", "correction.accept"]


async def text(house, path, cookie):
    async with house.client.get(path, headers=cookie) as answer:
        assert answer.status == 200
        return await answer.text()
