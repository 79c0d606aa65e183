"""What is read when, what becomes of it, and that a gap stays a gap."""

import pytest

from streamhub.audience import sample_store
from streamhub.audience.model import FigureKind
from streamhub.audience.sample_model import (
    CADENCE_MS,
    Fault,
    Followed,
    Phase,
    Sample,
    Video,
    budgeted,
    due,
    figures_of,
    pause_after,
)
from streamhub.audience.sampler import Sampler
from streamhub.audience.youtube import YouTube
from streamhub.kit.audit import AuditFilter
from streamhub.kit.clock import DAY, HOUR, MINUTE, SECOND
from streamhub.kit.outgoing import Outgoing
from streamhub.programme.model import SessionState
from streamhub.relay.link_model import Provider
from tests.handlers.house import OPEN, ROOM, open_house
from tests.stand_ins.server import Mood
from tests.stand_ins.youtube import KEY, youtube
from tests.support import NOON

LIVE = "dQw4w9WgXcQ"
LINK = f"https://youtu.be/{LIVE}"
VIDEO = Video(Provider.YOUTUBE, LIVE)


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
async def platform():
    async with youtube(**{LIVE: (398, 87)}) as stand_in:
        yield stand_in


@pytest.fixture
async def sampler(house, platform):
    outgoing = Outgoing()
    reader = YouTube(outgoing, KEY, platform.url)
    use = house.use
    yield Sampler(
        use.db,
        use.clock,
        use.programme,
        use.relay,
        {Provider.YOUTUBE: reader},
        {Provider.YOUTUBE: 10_000},
        keep_days=30,
    )
    await outgoing.close()


async def step(sampler):
    await sampler.step(Provider.YOUTUBE)


async def samples(house):
    found = await house.use.db.read(lambda tx: sample_store.between(tx, 0, 10**15))
    return [(sample.at - NOON, sample.viewers, sample.views) for sample in found]


async def standing(sampler):
    [found] = await sampler.standings()
    return found


# When


async def test_nothing_is_asked_before_the_doors_open(house, sampler, platform):
    await house.show(LINK)
    await step(sampler)

    assert platform.asked == []


async def test_a_live_video_is_read_every_half_minute(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    for _ in range(100):  # ten minutes, give or take what is left to chance
        await step(sampler)
        house.clock.advance(seconds=6)

    assert 16 <= len(platform.asked) <= 22


async def test_a_live_that_covers_several_sessions_is_read_once_and_printed_once(house, sampler, platform):
    for slug in (OPEN, ROOM):
        await house.show(LINK, slug)
        await house.begin(slug)
    await step(sampler)

    figures = {figure.metric: figure for figure in await house.use.audience.figures()}
    assert len(platform.asked) == 1
    assert {metric: figure.value for metric, figure in figures.items()} == {"views": 398, "peak_viewers": 87}
    assert set(figures["views"].covers) == {OPEN, ROOM}
    assert figures["views"].kind is FigureKind.REPORTED


def test_the_views_are_the_last_and_the_most_viewers_the_first_of_their_number():
    samples = [Sample(VIDEO, NOON + minutes * MINUTE, 87, 398 + minutes) for minutes in (1, 2)]

    found = {figure.metric: (figure.value, figure.at) for figure in figures_of(samples, {VIDEO: (OPEN,)})}

    assert found == {"views": (400, NOON + 2 * MINUTE), "peak_viewers": (87, NOON + MINUTE)}


async def test_an_ended_video_is_read_less_and_less_and_then_no_more(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    await house.begin(state=SessionState.ENDED)
    ends_at = (await house.use.programme.session(ROOM)).ends_at
    house.clock.advance(ms=ends_at - NOON)

    async def asked_over(ms, times):
        before = len(platform.asked)
        for _ in range(times):
            house.clock.advance(ms=ms // times)
            await step(sampler)
        return len(platform.asked) - before

    assert 5 <= await asked_over(HOUR, 60) <= 7
    await asked_over(DAY, 10)
    assert 3 <= await asked_over(5 * DAY, 60) <= 6
    await asked_over(25 * DAY, 5)
    assert await asked_over(5 * DAY, 60) == 0


def test_what_is_nearly_due_goes_with_what_is_due():
    other = Video(Provider.YOUTUBE, "zzzzzzzzzzz")
    plan = [Followed(VIDEO, Phase.LIVE), Followed(other, Phase.OPEN)]
    tried = {VIDEO: 0, other: 0}

    assert due(plan, tried, 29 * SECOND, 0) == ()
    assert due(plan, tried, 30 * SECOND, 0) == (VIDEO, other)
    assert due(plan, tried | {VIDEO: 20 * SECOND}, 31 * SECOND, 0) == ()


@pytest.mark.parametrize(("platform", "seconds"), [("youtube", 30), ("facebook", 60), ("peertube", 60)])
def test_a_live_is_read_every_half_minute_at_youtube_and_every_minute_elsewhere(platform, seconds):
    plan = [Followed(video := Video(Provider(platform), "1"), Phase.LIVE)]

    assert due(plan, {video: 0}, seconds * SECOND - 1, 0) == ()
    assert due(plan, {video: 0}, seconds * SECOND, 0) == (video,)


def test_waits_are_spread_by_a_tenth():
    tried = {VIDEO: 0}

    assert due([Followed(VIDEO, Phase.LIVE)], tried, CADENCE_MS[Phase.LIVE], 0.1) == ()
    assert due([Followed(VIDEO, Phase.LIVE)], tried, CADENCE_MS[Phase.LIVE], -0.1) == (VIDEO,)


def test_a_quota_that_runs_low_is_stretched_to_midnight():
    assert budgeted(NOON, 4_000, 10_000) == 0
    assert budgeted(NOON, 9_900, 10_000) == (19 * HOUR) // 100
    assert budgeted(NOON, 10_000, 10_000) == 19 * HOUR


def test_pauses_grow_up_to_ten_minutes():
    assert [pause_after(faults) // SECOND for faults in (1, 2, 3, 4, 5, 6, 50)] == [
        30,
        60,
        120,
        240,
        480,
        600,
        600,
    ]


# What becomes of it


async def test_the_peak_is_the_highest_sample_and_views_are_the_last(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    for views, viewers in ((100, 40), (200, 87), (300, 60), (398, None)):
        platform.videos[LIVE] = (views, viewers)
        await step(sampler)
        house.clock.advance(seconds=40)

    by_metric = {figure.metric: figure for figure in await house.use.audience.of_session(ROOM)}
    assert (by_metric["peak_viewers"].value, by_metric["peak_viewers"].at - NOON) == (87, 40 * SECOND)
    assert (by_metric["views"].value, by_metric["views"].at - NOON) == (398, 120 * SECOND)
    assert by_metric["views"].source == f"YouTube Data API, {LIVE}"


async def test_absent_viewers_are_unknown_and_a_failure_leaves_a_gap(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    await step(sampler)
    house.clock.advance(seconds=40)
    platform.mood = Mood.DOWN
    await step(sampler)
    house.clock.advance(seconds=40)
    platform.mood = Mood.WELL
    platform.videos[LIVE] = (400, None)
    await step(sampler)

    assert await samples(house) == [(0, 87, 398), (80 * SECOND, None, 400)]


async def test_counts_that_cannot_be_are_unknown(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    platform.videos[LIVE] = (10**14, 5)
    await step(sampler)

    assert await samples(house) == [(0, 5, None)]


async def test_a_video_that_no_session_shows_any_more_is_in_no_figure(house, sampler, platform):
    source = await house.show(LINK)
    await house.begin()
    await step(sampler)
    await house.show("https://youtu.be/aaaaaaaaaaa")
    await house.use.relay.remove(ROOM, source.id, "test")

    assert await house.use.audience.figures() == []


# How it goes


async def test_failures_are_counted_and_asked_again_later_each_time(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    platform.mood = Mood.RUBBISH
    rests = []
    for _ in range(3):
        await step(sampler)
        found = await standing(sampler)
        rests.append((found.rest_until - house.clock.now()) // SECOND)
        house.clock.advance(minutes=5)

    assert (found.fault, found.faults, found.answered_at) == (Fault.RUBBISH, 3, None)
    assert rests == [30, 60, 120]


async def test_an_answer_ends_the_trouble(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    platform.mood = Mood.DOWN
    await step(sampler)
    platform.mood = Mood.WELL
    house.clock.advance(minutes=1)
    await step(sampler)

    found = await standing(sampler)
    assert (found.fault, found.faults, found.answered_at) == (None, 0, house.clock.now())


async def test_a_used_quota_rests_until_midnight_and_units_begin_anew(house, sampler, platform):
    await house.show(LINK)
    await house.begin()
    platform.quota = 0
    await step(sampler)
    house.clock.advance(minutes=60)
    await step(sampler)
    assert len(platform.asked) == 1

    platform.quota = 10_000
    house.clock.advance(ms=18 * HOUR + MINUTE)
    await step(sampler)
    found = await standing(sampler)
    assert (len(platform.asked), found.day, found.calls, found.fault) == (2, "2021-11-05", 1, None)


async def test_a_private_video_is_named_to_staff(house, sampler, platform):
    await house.show("https://youtu.be/aaaaaaaaaaa")
    await house.begin()
    await step(sampler)

    assert (await standing(sampler)).missing == {Video(Provider.YOUTUBE, "aaaaaaaaaaa")}


async def test_a_private_video_stays_named_while_only_others_are_read(house, sampler, platform):
    await house.show("https://youtu.be/aaaaaaaaaaa", OPEN)
    await house.begin(OPEN)
    await house.begin(OPEN, SessionState.ENDED)
    await house.show(LINK)
    await house.begin()
    await step(sampler)
    house.clock.advance(seconds=40)
    await step(sampler)

    assert "aaaaaaaaaaa" not in platform.asked[-1]
    assert (await standing(sampler)).missing == {Video(Provider.YOUTUBE, "aaaaaaaaaaa")}


async def test_what_a_platform_reported_is_forgotten_after_thirty_days_and_the_audit_log_says_so(
    house, sampler
):
    await house.show(LINK)
    await house.begin()
    await step(sampler)
    house.clock.advance(ms=30 * DAY)
    assert await sampler.purge() == 0
    house.clock.advance(ms=1)
    assert await sampler.purge() == 1

    assert await samples(house) == []
    assert await house.use.audience.figures() == []
    [entry] = await house.use.audit.all(AuditFilter(action="platforms.purge"))
    assert entry.act.detail == (("platform_samples", 1),)


async def test_a_configured_server_reads_by_itself_and_silence_delays_no_page(tmp_path, platform):
    given = {"youtube_api_key": KEY, "stand_ins": (f"youtube={platform.url}",)}
    async with open_house(tmp_path, **given) as house:
        await house.show(LINK)
        await house.begin()
        while not await house.use.audience.figures():
            await house.use.changes.catch_up()
        platform.mood = Mood.SILENT
        house.clock.advance(minutes=5)
        while len(platform.asked) < 2:
            status, _ = await house.ask("GET", "/sessions")
            assert status == 200
        async with house.page(await house.guest()):
            pass
