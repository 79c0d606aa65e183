"""Sources over HTTP: who sees what, leaving for a link-out, adding and switching."""

import pytest

from streamhub.access.roles import Role
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource
from tests.handlers.house import BARE_ZOOM, HLS, OPEN, ROOM, SOUND, YOUTUBE, ZOOM, heard, open_house

SOURCE = f"/sessions/{ROOM}/source"
SOURCES = f"/sessions/{ROOM}/sources"
STAFF = [Role.MODERATOR, Role.TECHNICIAN, Role.ORGANISER, Role.INTERPRETER]


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def providers(house, moderator):
    _, answer = await house.ask("GET", SOURCES, moderator)
    return [(item["provider"], item["active"]) for item in answer["items"]]


# What is on


async def test_a_delegate_is_told_what_is_on(house):
    delegate = await house.guest()
    await house.begin()
    source = await house.show(YOUTUBE, label="Salle")

    status, answer = await house.ask("GET", SOURCE, delegate)

    assert status == 200
    assert (
        answer.items()
        >= {
            "id": source.id,
            "provider": "youtube",
            "channel": "floor",
            "embed_url": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
            "?rel=0&playsinline=1&hl=fr&cc_lang_pref=fr",
            "link_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "personal": False,
            "label": "Salle",
            "company": "YouTube (Google)",
            "needs_click": True,
            "elsewhere": False,
        }.items()
    )


async def test_a_session_without_sources_shows_nothing(house):
    delegate = await house.guest()
    await house.begin()

    status, answer = await house.ask("GET", SOURCE, delegate)

    assert (status, answer["code"]) == (404, "not_found")


async def test_a_channel_is_asked_for_by_its_name(house):
    delegate = await house.guest()
    await house.begin()
    await house.show(YOUTUBE)
    await house.show(ZOOM, channel="en")

    _, floor = await house.ask("GET", SOURCE, delegate)
    _, english = await house.ask("GET", f"{SOURCE}?channel=en", delegate)
    missing, _ = await house.ask("GET", f"{SOURCE}?channel=sign", delegate)

    assert (floor["provider"], english["provider"], missing) == ("youtube", "zoom", 404)


async def test_before_the_doors_open_nobody_but_staff_learns_an_address(house):
    await house.show(YOUTUBE)

    status, answer = await house.ask("GET", SOURCE, await house.guest())

    assert (status, answer["code"]) == (403, "doors_closed")
    assert answer["opens_at"] == "2021-11-04T13:30:00.000Z"
    for role in STAFF:
        status, _ = await house.ask("GET", SOURCE, await house.guest(role))
        assert status == 200, role


@pytest.mark.parametrize("state", [SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED])
async def test_from_the_doors_on_the_source_is_there(house, state):
    await house.show(YOUTUBE)
    await house.begin(ROOM, state)

    status, _ = await house.ask("GET", SOURCE, await house.guest())

    assert status == 200


async def test_nobody_sees_the_source_of_another_session(house):
    await house.show(YOUTUBE)
    await house.begin()
    other = await house.guest(sessions=(OPEN,))
    removed = await house.guest()
    await house.use.access.remove(ROOM, removed.participant, "test")

    answers = [await house.ask("GET", SOURCE, guest) for guest in (other, removed, None)]
    unknown = await house.ask("GET", "/sessions/nulle-part/source", other)

    assert [(status, answer["code"]) for status, answer in [*answers, unknown]] == [
        (403, "wrong_session"),
        (403, "removed"),
        (401, "token_invalid"),
        (404, "unknown_session"),
    ]


async def test_the_passcode_of_a_meeting_is_for_invited_people_alone(house):
    await house.show(ZOOM, OPEN)
    await house.begin(OPEN)

    _, invited = await house.ask("GET", f"/sessions/{OPEN}/source", await house.guest())
    _, viewer = await house.ask("GET", f"/sessions/{OPEN}/source")
    moderator = await house.guest(Role.MODERATOR)
    _, listed = await house.ask("GET", f"/sessions/{OPEN}/sources", moderator)

    assert invited["link_url"] == ZOOM
    assert viewer["link_url"] == BARE_ZOOM
    assert "pwd" not in str(listed)


# Leaving for a link-out


async def test_who_opens_the_meeting_is_elsewhere(house):
    delegate, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    await house.begin()
    await house.show(ZOOM)

    async with house.page(delegate):
        status, _ = await house.ask("POST", f"{SOURCE}:open", delegate)
        _, presence = await house.ask("GET", f"/sessions/{ROOM}/presence", moderator)

    assert status == 204
    [person] = [p for p in presence["people"] if p["participant"] == delegate.participant]
    assert person["state"] == "elsewhere"
    assert (presence["present"], presence["elsewhere"]) == (0, 1)


async def test_who_opens_a_video_in_a_new_tab_stays_here(house):
    delegate = await house.guest()
    await house.begin()
    await house.show(YOUTUBE)

    async with house.page(delegate):
        status, _ = await house.ask("POST", f"{SOURCE}:open", delegate)

        assert status == 204
        assert house.use.presence.person(ROOM, delegate.participant).state == "online"


async def test_the_meeting_beside_the_video_is_named(house):
    delegate = await house.guest()
    await house.begin()
    meeting = await house.show(ZOOM)
    await house.show(YOUTUBE)

    async with house.page(delegate):
        unknown, _ = await house.ask("POST", f"{SOURCE}:open?source=src_nothing", delegate)
        status, _ = await house.ask("POST", f"{SOURCE}:open?source={meeting.id}", delegate)

        assert (unknown, status) == (404, 204)
        assert house.use.presence.person(ROOM, delegate.participant).state == "elsewhere"


async def test_a_public_viewer_may_leave_and_is_nobody(house):
    await house.begin(OPEN)
    await house.show(ZOOM, OPEN)

    status, _ = await house.ask("POST", f"/sessions/{OPEN}/source:open")

    assert status == 204
    assert house.use.presence.now(OPEN).people == ()


async def test_nobody_leaves_through_closed_doors(house):
    await house.show(ZOOM)

    status, answer = await house.ask("POST", f"{SOURCE}:open", await house.guest())

    assert (status, answer["code"]) == (403, "doors_closed")


async def test_another_site_cannot_send_a_delegate_away(house):
    delegate = await house.guest()
    entered = await house.use.access.enter(delegate.token)
    await house.begin()
    await house.show(ZOOM)
    cookie = {"Cookie": f"__Host-streamhub={entered.cookie}"}

    status, answer = await house.ask("POST", f"{SOURCE}:open", Origin="https://evil.example", **cookie)
    own, _ = await house.ask("POST", f"{SOURCE}:open", Origin=house.url, **cookie)

    assert (status, answer["code"]) == (403, "cross_origin")
    assert own == 204


# The list


async def test_a_moderator_adds_a_source_and_switches_to_it_in_one_go(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.show(YOUTUBE)

    status, added = await house.ask("POST", SOURCES, moderator, {"url": ZOOM, "activate": True})

    assert (status, added["provider"], added["active"]) == (201, "zoom", True)
    assert added["link_url"] == BARE_ZOOM
    assert await providers(house, moderator) == [("youtube", False), ("zoom", True)]


async def test_a_source_is_added_without_being_shown(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.show(YOUTUBE)

    status, added = await house.ask(
        "POST", SOURCES, moderator, {"text": "Écoutez par téléphone", "phone": "+32 81 00 00 00"}
    )

    assert (status, added["provider"], added["active"]) == (201, "text", False)
    assert (added["text"], added["phone"]) == ("Écoutez par téléphone", "+32 81 00 00 00")
    assert (added["embed_url"], added["link_url"]) == (None, None)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "unknown_provider"),
        ("http://stream.example.be/live/salle.m3u8", "not_https"),
        ("javascript:alert(1)", "not_a_link"),
    ],
)
async def test_a_link_that_cannot_be_shown_is_refused_with_its_reason(house, url, reason):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("POST", SOURCES, moderator, {"url": url})

    assert (status, answer["code"], answer["reason"]) == (422, "link_refused", reason)
    assert url not in str(answer)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": YOUTUBE, "text": "et"}, "url"),
        ({"url": YOUTUBE, "phone": "appelez"}, "phone"),
        ({"url": YOUTUBE, "label": "x" * 121}, "label"),
        ({"url": YOUTUBE, "activate": "yes"}, "activate"),
        ({"url": YOUTUBE, "colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_field_is_named(house, body, field):
    moderator = await house.guest(Role.MODERATOR)

    status, answer = await house.ask("POST", SOURCES, moderator, body)

    assert (status, answer["code"]) == (422, "field_invalid")
    assert [problem["field"] for problem in answer["errors"]] == [field]


async def test_switching_reaches_every_open_page_and_twice_is_once(house):
    delegate, moderator = await house.guest(), await house.guest(Role.MODERATOR)
    await house.begin()
    await house.show(YOUTUBE)
    house.clock.advance(minutes=1)
    _, added = await house.ask("POST", SOURCES, moderator, {"url": ZOOM})

    async with house.page(delegate) as page:
        first = await house.ask("PUT", SOURCE, moderator, {"id": added["id"]})
        message = await heard(page, "source")
        second = await house.ask("PUT", SOURCE, moderator, {"id": added["id"]})

    assert message["source"]["provider"] == "zoom"
    assert first == second
    assert (first[0], first[1]["active"]) == (200, True)
    assert [str(period.provider) for period in await house.use.relay.periods(ROOM)] == ["youtube", "zoom"]


async def test_what_the_session_has_not_cannot_be_switched_to(house):
    moderator = await house.guest(Role.MODERATOR)
    elsewhere = await house.show(YOUTUBE, OPEN)

    for source in (elsewhere.id, "src_nothing"):
        status, answer = await house.ask("PUT", SOURCE, moderator, {"id": source})
        assert (status, answer["code"]) == (404, "not_found")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MODERATOR, Role.ORGANISER}))
async def test_nobody_but_moderators_adds_or_switches(house, role):
    guest = await house.guest(role)
    source = await house.show(YOUTUBE)

    added, _ = await house.ask("POST", SOURCES, guest, {"url": ZOOM})
    switched, _ = await house.ask("PUT", SOURCE, guest, {"id": source.id})
    looked, _ = await house.ask("GET", SOURCES, guest)

    assert (added, switched) == (403, 403)
    assert looked == (200 if role is Role.TECHNICIAN else 403)


async def test_a_moderator_of_one_session_moderates_no_other(house):
    moderator = await house.guest(Role.MODERATOR, sessions=(OPEN,))

    for method, path, body in [
        ("GET", SOURCES, None),
        ("POST", SOURCES, {"url": YOUTUBE}),
        ("PUT", SOURCE, {"id": "src_1"}),
    ]:
        status, answer = await house.ask(method, path, moderator, body)
        assert (status, answer["code"]) == (403, "wrong_session"), method


async def test_a_form_of_another_site_is_no_source(house):
    moderator = await house.guest(Role.MODERATOR)

    async with house.client.post(
        f"/api/v1{SOURCES}", data={"url": YOUTUBE}, headers=moderator.headers
    ) as answer:
        assert answer.status == 415
        assert (await answer.json(content_type=None))["code"] == "unsupported_media_type"


async def test_a_session_that_nobody_knows_has_no_sources(house):
    moderator = await house.guest(Role.MODERATOR)
    slug = SessionSlug("nulle-part")

    status, answer = await house.ask("GET", f"/sessions/{slug}/sources", moderator)

    assert (status, answer["code"]) == (404, "unknown_session")


async def test_whoever_cannot_start_a_source_is_told_what_is_next_and_may_watch_that(house):
    delegate = await house.guest()
    await house.begin()
    later = await house.use.relay.add(ROOM, NewSource(url=HLS), None)
    first = await house.use.relay.add(ROOM, NewSource(url=YOUTUBE), None, activate=True)
    await house.use.relay.reorder(ROOM, [first.id, later.id], "test")
    words = await house.use.relay.add(ROOM, NewSource(text="Appelez-nous.", phone="+32 81 00 00 00"), None)
    path = f"/sessions/{ROOM}/source?after="

    assert (await house.ask("GET", f"{path}{first.id}", delegate))[1]["id"] == later.id
    assert (await house.ask("GET", f"{path}{later.id}", delegate))[1]["phone"] == "+32 81 00 00 00"
    assert (await house.ask("GET", f"{path}{words.id}", delegate))[0] == 404
    assert (await house.ask("GET", f"{path}{first.id}"))[0] == 401
    async with house.raw("GET", f"/s/{ROOM}/player?source={later.id}", delegate) as answer:
        assert answer.status == 200


async def test_a_welcome_and_a_switch_name_every_channel_and_the_words_beside(house):
    delegate = await house.guest()
    await house.begin()
    await house.show(YOUTUBE)
    await house.show(HLS, channel="en")
    await house.use.relay.add(ROOM, NewSource(text="Appelez-nous."), None)
    async with house.page(delegate) as socket:
        await house.show(SOUND, channel="audio")
        switched = await heard(socket, "source")
        while len(switched["channels"]) < 2:
            switched = await heard(socket, "source")

    assert switched["source"]["provider"] == "youtube"
    assert [(one["channel"], one["provider"]) for one in switched["channels"]] == [
        ("audio", "sound"),
        ("en", "hls"),
    ]
    assert switched["words"]["text"] == "Appelez-nous."
    assert switched["channels"][0]["megabytes_per_hour"] == 60


@pytest.mark.parametrize("query", ["", "?channel=en", "?light=1"])
async def test_a_page_names_no_source_of_any_channel_before_the_doors_open_or_without_an_invitation(
    house, query
):
    await house.show(YOUTUBE)
    await house.show(HLS, channel="en")
    await house.use.relay.add(ROOM, NewSource(text="Appelez maintenant."), None)
    delegate = await house.guest()

    async def page(guest=None):
        async with house.raw("GET", f"/s/{ROOM}{query}", guest) as answer:
            return answer.status, await answer.text()

    early, stranger = await page(delegate), await page()
    await house.begin()
    status, inside = await page(delegate)

    assert (early[0], stranger[0], status) == (200, 401, 200)
    for word in ("dQw4w9WgXcQ", "salle.m3u8", "Appelez maintenant."):
        assert word in inside
        assert word not in early[1] + stranger[1]
