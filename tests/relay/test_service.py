"""Sources of a session, and the switch that everybody sees, on a real database file."""

import asyncio
import sqlite3

import pytest
import sqlalchemy as sa

from streamhub.access.model import Grant
from streamhub.access.roles import Role
from streamhub.kit.db import changes_after
from streamhub.kit.errors import FieldInvalid, LinkRefused, NotFound, StateConflict
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug, SourceId
from streamhub.kit.settings import Settings
from streamhub.relay import store
from streamhub.relay.model import Loaded, NewSource
from streamhub.relay.service import RelayService
from tests.support import NOON

ROUND_TABLE = SessionSlug("table-ronde-ministerielle")
OPENING = SessionSlug("ouverture-officielle")
YOUTUBE = "https://youtu.be/dQw4w9WgXcQ"
ZOOM = "https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRpbjpvcGVu.1"
FACEBOOK = "https://www.facebook.com/watch/?v=1234567890123456"
PEERTUBE = "https://video.example.be/w/9UhsEGd8vM4PTtg6bphpEM"


INVITED = Grant(
    participant=ParticipantId("p_bj03"),
    delegation=DelegationCode("BJ"),
    role=Role.DELEGATE,
    sessions=None,
    invitation=InvitationId("i_bj03"),
    generation=1,
    expires_at=NOON,
    devices=2,
    label="",
    seat="BJ-03",
)


async def providers(relay, slug=ROUND_TABLE):
    return [str(source.provider) for source in await relay.sources(slug)]


async def noticed(database):
    return [(change.topic, change.key) for change in await database.read(lambda tx: changes_after(tx, 0))]


async def test_a_session_without_sources_shows_none(relay):
    assert await relay.sources(ROUND_TABLE) == ()
    assert await relay.active(ROUND_TABLE) is None
    assert await relay.periods(ROUND_TABLE) == ()


async def test_the_links_of_a_file_come_in_their_order_and_the_first_is_on(relay, database):
    loaded = await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, f"EN={FACEBOOK}"])

    assert (len(loaded.added), loaded.changed, loaded.gone) == (3, (), ())
    assert await providers(relay) == ["youtube", "zoom", "facebook"]
    assert [source.channel for source in await relay.sources(ROUND_TABLE)] == ["floor", "floor", "en"]
    assert (await relay.active(ROUND_TABLE)).provider == "youtube"
    assert ("source", ROUND_TABLE) in await noticed(database)


async def test_loading_the_same_links_again_changes_nothing(relay, database):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, YOUTUBE])
    before = await relay.sources(ROUND_TABLE)
    notices = await noticed(database)

    loaded = await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, YOUTUBE])

    assert loaded == Loaded()
    assert await relay.sources(ROUND_TABLE) == before
    assert await noticed(database) == notices


async def test_a_new_passcode_in_the_file_renews_the_meeting_it_is_for(relay):
    await relay.load(ROUND_TABLE, [ZOOM])
    [before] = await relay.sources(ROUND_TABLE)

    loaded = await relay.load(ROUND_TABLE, ["https://us06web.zoom.us/j/85512345678?pwd=New.1"])

    [after] = await relay.sources(ROUND_TABLE)
    assert (loaded.added, len(loaded.changed), loaded.gone) == ((), 1, ())
    assert after.id == before.id
    assert relay.view(after, INVITED).link_url == "https://us06web.zoom.us/j/85512345678?pwd=New.1"


async def test_the_order_of_the_file_goes_before_what_was_added_by_hand_and_nothing_is_lost(relay):
    await relay.load(ROUND_TABLE, [YOUTUBE])
    await relay.add(ROUND_TABLE, NewSource(text="Résumé écrit", phone="+32 81 00 00 00"), "p_moderator")

    await relay.load(ROUND_TABLE, [ZOOM, FACEBOOK])

    assert await providers(relay) == ["zoom", "facebook", "youtube", "text"]
    assert (await relay.active(ROUND_TABLE)).provider == "youtube"


async def test_a_bad_link_in_a_file_loads_none_of_its_links(relay):
    with pytest.raises(LinkRefused) as refusal:
        await relay.load(ROUND_TABLE, [YOUTUBE, "https://evil.example/"])

    assert refusal.value.reason == "unknown_provider"
    assert await relay.sources(ROUND_TABLE) == ()


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("floor=https://evil.example/", "unknown_provider"),
        (f"interprete={YOUTUBE}", "bad_channel"),
        ("sign=", "not_a_link"),
        ("https://zoom.us/s/85512345678", "host_link"),
    ],
)
def test_a_loader_is_told_what_is_wrong_with_a_link(relay, token, reason):
    with pytest.raises(LinkRefused) as refusal:
        relay.check_link(token)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "token", [YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ", f"pt-BR={YOUTUBE}", f"sign={PEERTUBE}"]
)
def test_a_loader_passes_a_good_link(relay, token):
    relay.check_link(token)


async def test_a_pasted_link_can_be_on_at_once(relay, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE])
    clock.advance(minutes=10)

    added = await relay.add(
        ROUND_TABLE, NewSource(url=FACEBOOK, label=" ParlWal  TV "), "p_mod", activate=True
    )

    assert await relay.active(ROUND_TABLE) == added
    assert (added.label, added.order, added.added_by) == ("ParlWal TV", 1, "p_mod")


async def test_a_pasted_link_waits_unless_it_is_to_be_on(relay):
    await relay.load(ROUND_TABLE, [YOUTUBE])

    await relay.add(ROUND_TABLE, NewSource(url=FACEBOOK), "p_mod")

    assert (await relay.active(ROUND_TABLE)).provider == "youtube"


async def test_pasting_a_known_link_again_gives_the_source_there_is(relay):
    first = await relay.add(ROUND_TABLE, NewSource(url=YOUTUBE, label="ParlWal TV"), "p_mod")
    await relay.add(ROUND_TABLE, NewSource(url=ZOOM), "p_mod")

    again = await relay.add(ROUND_TABLE, NewSource(url=f"{YOUTUBE}?t=90"), "p_mod")

    assert (again.id, again.order, again.label) == (first.id, 0, "ParlWal TV")
    assert again.link.start == 90
    assert await providers(relay) == ["youtube", "zoom"]


async def test_a_text_can_be_on_with_its_telephone(relay):
    text = await relay.add(
        ROUND_TABLE, NewSource(text="Appelez pour écouter.", phone="+32 81 00 00 00"), "p_mod", activate=True
    )

    view = relay.view(await relay.active(ROUND_TABLE), None)
    assert (view.id, view.provider, view.text, view.phone) == (
        text.id,
        "text",
        "Appelez pour écouter.",
        "+32 81 00 00 00",
    )


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewSource(), "url"),
        (NewSource(phone="+32 81 00 00 00"), "url"),
        (NewSource(url=YOUTUBE, text="Résumé"), "url"),
        (NewSource(text="\x00 "), "url"),
        (NewSource(text="a" * 2_001), "text"),
        (NewSource(url=YOUTUBE, label="a" * 121), "label"),
        (NewSource(text="Résumé", phone="javascript:1"), "phone"),
    ],
)
async def test_a_source_is_a_link_or_a_text_within_bounds(relay, new, field):
    with pytest.raises(FieldInvalid) as invalid:
        await relay.add(ROUND_TABLE, new, "p_mod")

    assert [problem.field for problem in invalid.value.problems] == [field]


async def test_a_channel_that_is_none_is_refused(relay):
    with pytest.raises(LinkRefused) as refusal:
        await relay.add(ROUND_TABLE, NewSource(url=YOUTUBE, channel="salle 2"), "p_mod")

    assert refusal.value.reason == "bad_channel"


async def test_a_switch_ends_one_period_where_the_next_begins(relay, clock, database):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM])
    youtube, zoom = await relay.sources(ROUND_TABLE)
    clock.advance(minutes=30)

    await relay.activate(ROUND_TABLE, zoom.id, "p_mod")

    first, second = await relay.periods(ROUND_TABLE)
    switched = NOON + 30 * 60_000
    assert (first.source, first.since, first.until, first.by) == (youtube.id, NOON, switched, None)
    assert (second.source, second.since, second.until, second.by) == (zoom.id, switched, None, "p_mod")
    assert (first.provider, first.link) == ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    assert second.link == "https://us02web.zoom.us/j/85512345678"


async def test_switching_to_what_is_on_does_nothing(relay, clock, database):
    await relay.load(ROUND_TABLE, [YOUTUBE])
    [youtube] = await relay.sources(ROUND_TABLE)
    notices = await noticed(database)
    clock.advance(minutes=1)

    again = await relay.activate(ROUND_TABLE, youtube.id, "p_mod")

    assert again == youtube
    assert len(await relay.periods(ROUND_TABLE)) == 1
    assert await noticed(database) == notices


async def test_a_source_that_was_on_for_no_time_leaves_no_period(relay):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM])
    _, zoom = await relay.sources(ROUND_TABLE)

    await relay.activate(ROUND_TABLE, zoom.id, "p_mod")

    [period] = await relay.periods(ROUND_TABLE)
    assert (period.source, period.since) == (zoom.id, NOON)


async def test_each_channel_has_its_own_active_source(relay):
    await relay.load(ROUND_TABLE, [YOUTUBE, f"audio={PEERTUBE}", f"en={FACEBOOK}", f"en={YOUTUBE}"])
    english = (await relay.sources(ROUND_TABLE))[3]

    await relay.activate(ROUND_TABLE, english.id, "p_mod")

    shown = await relay.on_air(ROUND_TABLE)
    assert [(source.channel, str(source.provider)) for source in shown] == [
        ("floor", "youtube"),
        ("audio", "peertube"),
        ("en", "youtube"),
    ]


async def test_a_session_that_has_only_other_channels_shows_one_of_them(relay):
    await relay.load(ROUND_TABLE, [f"fr={YOUTUBE}"])

    assert (await relay.active(ROUND_TABLE)).channel == "fr"


async def test_a_source_of_another_session_is_not_found(relay):
    elsewhere = await relay.add(OPENING, NewSource(url=YOUTUBE), "p_mod")

    with pytest.raises(NotFound):
        await relay.activate(ROUND_TABLE, elsewhere.id, "p_mod")
    with pytest.raises(NotFound):
        await relay.activate(ROUND_TABLE, SourceId("src_none"), "p_mod")


async def test_many_switches_at_once_leave_one_source_on_and_no_gap(relay, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, FACEBOOK])
    sources = await relay.sources(ROUND_TABLE)

    for _ in range(5):
        clock.advance(seconds=1)
        await asyncio.gather(*(relay.activate(ROUND_TABLE, source.id, "p_mod") for source in sources))

    periods = await relay.periods(ROUND_TABLE)
    assert [period.until for period in periods[:-1]] == [period.since for period in periods[1:]]
    assert periods[-1].until is None


async def test_reading_while_somebody_switches_never_keeps_the_old_source(relay, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM])

    for source in (await relay.sources(ROUND_TABLE)) * 5:
        clock.advance(seconds=1)
        reads = [relay.active(ROUND_TABLE) for _ in range(8)]
        await asyncio.gather(*reads[:4], relay.activate(ROUND_TABLE, source.id, "p_mod"), *reads[4:])

        assert (await relay.active(ROUND_TABLE)).id == source.id


async def test_another_process_writes_and_this_one_sees_it_once_told(relay, database, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM])
    _, zoom = await relay.sources(ROUND_TABLE)
    other = RelayService(database, clock, Settings())
    await other.sources(ROUND_TABLE)

    await relay.activate(ROUND_TABLE, zoom.id, "p_mod")
    await other.forget(ROUND_TABLE)

    assert await other.active(ROUND_TABLE) == zoom


async def test_the_pages_of_a_session_may_load_what_its_sources_need(relay):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, PEERTUBE, "https://stream.example.be/direct.m3u8"])
    await relay.load(OPENING, [ZOOM])

    needs = await relay.csp(ROUND_TABLE)

    assert needs.frame_src == ("https://video.example.be", "https://www.youtube-nocookie.com")
    assert needs.media_src == ("https://stream.example.be",)
    assert (await relay.csp(OPENING)).frame_src == ()


async def test_the_passcode_is_only_in_what_an_invited_person_gets(relay):
    meeting = await relay.add(ROUND_TABLE, NewSource(url=ZOOM), "p_mod")

    assert relay.view(meeting, INVITED).link_url == ZOOM
    assert relay.view(meeting, None).link_url == "https://us02web.zoom.us/j/85512345678"
    assert [period.link for period in await relay.periods(ROUND_TABLE)] == [
        "https://us02web.zoom.us/j/85512345678"
    ]


async def test_what_a_session_exports_loads_as_the_same_sources_elsewhere(relay):
    await relay.load(ROUND_TABLE, [f"{YOUTUBE}?t=90", ZOOM, f"en={FACEBOOK}", f"sign={PEERTUBE}?start=30s"])
    await relay.add(ROUND_TABLE, NewSource(text="Résumé"), "p_mod")

    await relay.load(OPENING, await relay.tokens(ROUND_TABLE))

    here, there = await relay.sources(ROUND_TABLE), await relay.sources(OPENING)
    assert [(s.channel, s.link) for s in there] == [(s.channel, s.link) for s in here if s.link]


async def test_what_is_read_back_is_what_was_stored(relay, database):
    await relay.load(
        ROUND_TABLE,
        [
            f"{YOUTUBE}?t=90",
            ZOOM,
            "https://vimeo.com/76979871/8272103f6e",
            "https://www.facebook.com/VilledeNamur/videos/1234567890123456/",
            PEERTUBE,
        ],
    )
    await relay.add(ROUND_TABLE, NewSource(text="Résumé"), "p_mod")

    stored = await database.read(lambda tx: store.sources_of(tx, ROUND_TABLE))

    assert stored == await relay.sources(ROUND_TABLE)
    assert [source.link and source.link.hash for source in stored][2] == "8272103f6e"
    assert stored[1].link.pwd == "QWxhZGRpbjpvcGVu.1"


async def test_the_database_itself_keeps_one_open_period_per_channel(relay, database):
    source = await relay.add(ROUND_TABLE, NewSource(url=YOUTUBE), "p_mod")
    second = {"session": ROUND_TABLE, "channel": "floor", "source": source.id, "since": NOON, "until": None}

    with pytest.raises(sa.exc.IntegrityError) as error:
        await database.write(lambda tx: tx.insert(store.periods.insert(), second))

    assert isinstance(error.value.orig, sqlite3.IntegrityError)


async def test_whatever_is_switched_and_taken_back_each_channel_shows_one_source_without_a_gap(relay, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM, f"en={FACEBOOK}", f"en={PEERTUBE}"])
    youtube, zoom, facebook, peertube = await relay.sources(ROUND_TABLE)
    for source, back in ((zoom, youtube), (peertube, facebook), (zoom, youtube)):
        clock.advance(minutes=1)
        await relay.activate(ROUND_TABLE, source.id, "p_mod")
        clock.advance(seconds=5)
        assert await relay.undo(ROUND_TABLE, source.id, "p_mod") == back

    assert await relay.on_air(ROUND_TABLE) == (youtube, facebook)
    for channel, count in (("floor", 5), ("en", 3)):
        periods = [period for period in await relay.periods(ROUND_TABLE) if period.channel == channel]
        assert [period.until for period in periods] == [*(period.since for period in periods[1:]), None]
        assert len(periods) == count


async def test_what_was_taken_away_meanwhile_does_not_come_back(relay, clock):
    await relay.load(ROUND_TABLE, [YOUTUBE, ZOOM])
    youtube, zoom = await relay.sources(ROUND_TABLE)
    clock.advance(minutes=1)
    await relay.activate(ROUND_TABLE, zoom.id, "p_mod")
    await relay.remove(ROUND_TABLE, youtube.id, "p_mod")

    await relay.load(ROUND_TABLE, [FACEBOOK])
    with pytest.raises(StateConflict):
        await relay.undo(ROUND_TABLE, zoom.id, "p_mod")

    assert (await relay.active(ROUND_TABLE)).id == zoom.id
