"""Figures counted from a real ledger: everything that was recorded, and nothing else."""

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.model import Cause, Key
from streamhub.attendance.service import CorrectionOrder
from streamhub.kit.errors import FieldInvalid, UnknownSession
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import WindowKind
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource
from streamhub.statistics import service
from streamhub.statistics.disclosure import Audience
from tests.attendance.zoom_samples import HEADER
from tests.reports.example import CLOSING, HALL, OPENING, TABLE, WEB, ZOOM_LINK, at, make, open_copy

EXACT = Audience.INTERNAL


@pytest.fixture(scope="module")
async def folder(tmp_path_factory):
    """The summit with known numbers, closed."""
    made = tmp_path_factory.mktemp("held") / "data"
    await make(made)
    return made


@pytest.fixture(scope="module")
async def held(folder, tmp_path_factory):
    """The summit, which nobody changes."""
    async with open_copy(tmp_path_factory.mktemp("copy") / "data", folder) as services:
        yield services


@pytest.fixture
async def use(folder, tmp_path):
    """The summit to go on with: it is 17:30, and the closing is to come."""
    async with open_copy(tmp_path / "data", folder) as services:
        yield services


async def exact(use, slug=TABLE, kind=WindowKind.ACTUAL):
    return (await use.statistics.of_session(slug, EXACT, kind)).value


async def person(use, seat):
    return next(p.id for p in await use.access.participants() if p.seat == seat)


def counts(rows):
    return {row.code: row.attended for row in rows}


def minutes(duration):
    return duration.total_seconds / 60


# What is counted


async def test_staff_observers_and_interpreters_are_in_no_figure(held):
    stays, _ = await held.attendance.stays_of_session(await held.programme.session(TABLE))

    found = await exact(held)

    assert len({stay.key.participant for stay in stays}) == 18
    assert found.attended == found.peak.present == 16
    assert minutes(found.duration) == 6 * 157 + 5 * 120 + 3 * 109 + 2 * 96


async def test_only_what_lies_inside_the_window_counts(held):
    planned = await exact(held, kind=WindowKind.SCHEDULED)

    assert (planned.window.since, planned.window.until) == (at(30), at(180))
    assert minutes(planned.duration) == 6 * 139 + 5 * 120 + 3 * 120 + 2 * 78


async def test_one_window_only_is_published(held):
    """Two that differ would tell what each of them hides."""
    for ask in (
        held.statistics.of_session(TABLE, Audience.PUBLIC, WindowKind.SCHEDULED),
        held.statistics.timeline(TABLE, 60, Audience.PUBLIC, WindowKind.SCHEDULED),
    ):
        with pytest.raises(FieldInvalid, match="window"):
            await ask


async def test_where_both_windows_are_the_same_either_may_be_asked_for(held):
    planned = await held.statistics.of_session(OPENING, Audience.PUBLIC, WindowKind.SCHEDULED)

    assert (planned.value.window.since, planned.value.window.until) == (at(-60), at(-15))


async def test_a_pause_belongs_to_the_session(held):
    history = [step.state for step in await held.programme.history(TABLE)]

    assert SessionState.PAUSED in history
    assert (await exact(held)).window.since == at(41)


async def test_anonymous_pages_are_openings_beside_the_people(held):
    found = await exact(held)

    assert (found.viewers.openings, found.viewers.peak.present, found.viewers.total_seconds) == (6, 6, 21_600)
    assert (found.web.page_seconds, found.web.player_seconds) == ((5 * 120 + 3 * 60) * 60, 3_600)


async def test_a_figure_stands_with_every_session_that_it_covers_and_no_other(held):
    table, opening, closing = [await exact(held, slug) for slug in (TABLE, OPENING, CLOSING)]

    assert [figure.metric for figure in table.platforms] == ["views", "head_count"]
    assert [figure.metric for figure in opening.platforms] == ["views"]
    assert closing.platforms == ()


async def test_a_session_by_the_clock_that_nobody_came_to_counts_nobody(held):
    found = await exact(held, OPENING)

    assert (found.attended, found.final, found.peak.at) == (0, True, at(-60))


async def test_figures_say_for_whom_they_are(held):
    public = await held.statistics.of_session(TABLE, Audience.PUBLIC)
    internal = await held.statistics.of_session(TABLE, EXACT)
    curve = await held.statistics.timeline(TABLE, 60, Audience.PUBLIC)
    summit = await held.statistics.of_summit(Audience.PUBLIC)

    assert (public.audience, public.suppression.applied) == (Audience.PUBLIC, True)
    assert (internal.audience, internal.suppression.applied) == (EXACT, False)
    assert curve.audience is summit.audience is Audience.PUBLIC
    assert public.value.by_delegation is None
    assert public.value.levels == ()


async def test_the_public_summit_tells_of_a_session_what_the_session_tells(held):
    alone = (await held.statistics.of_session(TABLE, Audience.PUBLIC)).value
    summit = (await held.statistics.of_summit(Audience.PUBLIC)).value

    assert next(one for one in summit.sessions if one.session == TABLE) == alone


async def test_the_curve_and_the_figures_agree(held):
    curve = (await held.statistics.timeline(TABLE, 60, EXACT)).value
    found = await exact(held)

    assert max(point.peak_in_step for point in curve.points) == found.peak.present
    assert sum(point.present * 60 for point in curve.points) == found.duration.total_seconds
    assert len(curve.points) == 157


async def test_a_replay_sees_the_people_behind_the_figures(held):
    counted = await held.statistics.counted(TABLE)

    assert counted.statistics == await exact(held)
    assert len(counted.people) == counted.statistics.attended


@pytest.mark.parametrize("ask", ["of_session", "counted"])
async def test_a_session_that_is_not_there_has_no_figures(held, ask):
    with pytest.raises(UnknownSession):
        await getattr(held.statistics, ask)(SessionSlug("gone"), *([EXACT] if ask == "of_session" else []))


async def test_nor_a_curve(held):
    with pytest.raises(UnknownSession):
        await held.statistics.timeline(SessionSlug("gone"), 60, EXACT)


# What changes figures


async def test_a_running_session_counts_until_now_and_is_not_final(use):
    who = await person(use, "BE-01")
    await use.programme.set_state(CLOSING, SessionState.LIVE, "test")
    await use.attendance.arrive(Key(who, CLOSING, 1, WEB), at(210))
    use.clock.advance(minutes=7)

    early = await exact(use, CLOSING)
    use.clock.advance(minutes=3)
    later = await exact(use, CLOSING)

    assert (early.final, minutes(early.duration), minutes(later.duration)) == (False, 7, 10)
    assert later.window.until == at(220)


async def test_a_session_that_is_over_stays_as_it_was(use):
    before = await exact(use)
    use.clock.advance(minutes=600)

    assert await exact(use) == before


async def test_a_check_in_at_the_hall_counts_there(use):
    who = await person(use, "BJ-07")
    await use.programme.set_state(CLOSING, SessionState.LIVE, "test")
    await use.door.check(
        CheckInOrder(who, Place(Scope.SESSION, CLOSING), Direction.IN, at(210), "n-2", "test")
    )
    use.clock.advance(minutes=5)

    found = await exact(use, CLOSING)

    assert (found.attended, found.by_channel.hall, minutes(found.duration)) == (1, 1, 5)


async def test_scanned_at_a_sessions_door_alone_nobody_attended_the_summit(use):
    await use.door.check(
        CheckInOrder(
            await person(use, "BJ-07"), Place(Scope.SESSION, CLOSING), Direction.IN, at(210), "n-3", "test"
        )
    )

    assert (await use.statistics.of_summit(EXACT)).value.attended == 17


async def test_a_correction_takes_time_away_and_gives_it(use):
    session = await use.programme.session(TABLE)
    absent = CorrectionOrder(await person(use, "UNESCO-01"), at(0), at(200), False, HALL, "another person")
    present = CorrectionOrder(await person(use, "BJ-07"), at(60), at(120), True, HALL, "seen in the hall")

    await use.attendance.correct(session, absent, "test")
    await use.attendance.correct(session, present, "test")

    found = await exact(use)
    assert counts(found.by_delegation) == {"BJ": 7, "BE": 5, "BE-WAL": 3, "UNESCO": 1, "PRESS": 0}
    assert minutes(found.duration) == 6 * 157 + 5 * 120 + 3 * 109 + 96 + 60


async def test_a_correction_of_staff_changes_no_figure(use):
    staff = next(p.id for p in await use.access.participants() if p.role is Role.INTERPRETER)
    before = await exact(use)

    order = CorrectionOrder(staff, at(60), at(120), True, HALL, "seen")
    await use.attendance.correct(await use.programme.session(TABLE), order, "test")

    assert await exact(use) == before


async def test_a_withdrawn_invitation_leaves_the_past_as_it_was(use):
    mine = next(i for i in (await use.access.invitations()).items if i.seat == "BE-01")

    await use.access.revoke(mine.id, "test")

    found = await exact(use)
    assert (found.registered, found.attended) == (17, 16)
    assert (await use.statistics.of_summit(EXACT)).value.registered == 17


async def test_who_is_invited_to_other_sessions_only_is_not_registered_for_this_one(use):
    await use.access.issue(
        InvitationOrder(role=Role.DELEGATE, delegation="BJ", count=3, sessions=(CLOSING,)), "test"
    )

    assert ((await exact(use)).registered, (await exact(use, CLOSING)).registered) == (18, 21)
    assert (await use.statistics.of_summit(EXACT)).value.registered == 21


async def test_names_of_a_list_that_nobody_recognised_count_without_delegation(use):
    rows = [
        HEADER,
        '"Luc",,2021-11-04 16:00:00,2021-11-04 16:30:00,30,Yes,No',
        '"BE-01 Awa",,2021-11-04 17:00:00,2021-11-04 17:10:00,10,Yes,No',
    ]
    order = ZoomOrder(timezone="Europe/Brussels", sessions=(TABLE,))
    upload = Upload("zoom.csv", "\n".join(rows).encode())
    previewed = await use.imports.preview("zoom-participants", upload, order, "test")

    await use.imports.apply(previewed.asked.id, "test")

    found = await exact(use)
    assert (found.attended, counts(found.by_delegation)[None]) == (17, 1)
    assert (found.by_channel.zoom, found.by_channel.web) == (4, 4)
    assert minutes(found.duration) == 6 * 157 + 5 * 120 + 3 * 109 + 2 * 96 + 30 + 10
    assert counts((await use.statistics.of_summit(EXACT)).value.by_delegation)[None] == 1


async def test_streams_have_the_times_that_they_had_inside_the_window(use):
    await use.programme.set_state(CLOSING, SessionState.LIVE, "test")
    first = await use.relay.add(CLOSING, NewSource(url=ZOOM_LINK), None, activate=True)
    use.clock.advance(minutes=5)
    await use.relay.add(CLOSING, NewSource(url="https://youtu.be/dQw4w9WgXcQ"), None, activate=True)
    use.clock.advance(minutes=5)
    await use.programme.set_state(CLOSING, SessionState.ENDED, "test")
    use.clock.advance(minutes=5)
    await use.relay.activate(CLOSING, first.id, None)

    zoom, youtube = (await exact(use, CLOSING)).sources

    assert (zoom.provider, zoom.link, zoom.since, zoom.until) == ("zoom", ZOOM_LINK, at(210), at(215))
    assert (youtube.provider, youtube.since, youtube.until) == ("youtube", at(215), at(220))


async def test_over_the_summit_somebody_of_two_sessions_stands_once(use):
    who = await person(use, "BE-01")
    await use.programme.set_state(CLOSING, SessionState.LIVE, "test")
    await use.attendance.arrive(Key(who, CLOSING, 1, WEB), at(210))
    use.clock.advance(minutes=5)
    await use.attendance.depart([(Key(who, CLOSING, 1, WEB), at(212))], Cause.BYE)

    summit = (await use.statistics.of_summit(EXACT)).value

    assert (summit.attended, counts(summit.by_delegation)["BE"]) == (17, 5)
    assert {row.code: row.sessions for row in summit.matrix}["BE"] == (False, True, True)
    assert [one.attended for one in summit.sessions] == [0, 16, 1]


# The rollup


async def test_a_finer_curve_agrees_with_that_by_the_minute(held):
    coarse = (await held.statistics.timeline(TABLE, 60, EXACT)).value.points
    fine = (await held.statistics.timeline(TABLE, 30, EXACT)).value.points

    assert [(p.at, p.present, p.hall, p.zoom, p.web) for p in coarse] == [
        (p.at, p.present, p.hall, p.zoom, p.web) for p in fine[::2]
    ]
    assert max(p.peak_in_step for p in coarse) == max(p.peak_in_step for p in fine)


async def test_a_curve_that_nobody_could_read_is_refused_with_the_step_that_works(held, monkeypatch):
    monkeypatch.setattr(service, "MAX_POINTS", 100)

    with pytest.raises(FieldInvalid) as refused:
        await held.statistics.timeline(TABLE, 60, EXACT)

    [problem] = refused.value.problems
    assert problem.field == "step"
    least = int(problem.message.split("at least ")[1].split(" ")[0])
    points = (await held.statistics.timeline(TABLE, least, EXACT)).value.points
    assert 90 < len(points) <= 100
    with pytest.raises(FieldInvalid):
        await held.statistics.timeline(TABLE, least - 1, EXACT)


async def test_what_is_said_and_done_after_the_figures_were_asked_for_is_in_them(use):
    before = await exact(use)
    session = await use.programme.session(TABLE)
    who = await person(use, "BJ-01")

    order = CorrectionOrder(who, before.window.since, before.window.until, False, HALL, "was in the corridor")
    await use.attendance.correct(session, order, "m")
    after = await exact(use)
    swept = (await use.statistics.counted(TABLE)).statistics
    await use.access.issue(InvitationOrder(role=Role.DELEGATE, delegation="BJ", count=3), "m")

    assert after.attended == before.attended - 1
    assert after == swept
    assert (await exact(use)).registered == before.registered + 3
