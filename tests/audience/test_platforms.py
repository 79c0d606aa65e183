"""Each platform's client against a local server that behaves as its documents say."""

import pytest

from streamhub.audience.facebook import Facebook
from streamhub.audience.peertube import PeerTube
from streamhub.audience.sample_model import Fault, PlatformFault, Reading, Video, pacific_midnight
from streamhub.audience.youtube import YouTube
from streamhub.kit.clock import parse_rfc3339, rfc3339
from streamhub.kit.outgoing import Outgoing, Unanswered
from streamhub.relay.link_model import Provider
from tests.stand_ins import facebook as facebook_stand_in
from tests.stand_ins import youtube as youtube_stand_in
from tests.stand_ins.facebook import facebook
from tests.stand_ins.peertube import peertube
from tests.stand_ins.server import Mood
from tests.stand_ins.youtube import youtube
from tests.support import NOON

SHORT = "9UhsEGd8vM4PTtg6bphpEM"
HOST = "video.example.be"


def tube(ident):
    return Video(Provider.YOUTUBE, ident)


def page(number):
    return Video(Provider.FACEBOOK, number)


@pytest.fixture
async def outgoing():
    asking = Outgoing()
    yield asking
    await asking.close()


@pytest.fixture
async def impatient():
    asking = Outgoing(total_seconds=0.2)
    yield asking
    await asking.close()


def reads_youtube(outgoing, stand_in, key=youtube_stand_in.KEY):
    return YouTube(outgoing, key, stand_in.url)


# YouTube


async def test_youtube_counts_are_read_for_all_videos_in_one_call(outgoing):
    async with youtube(NamurLive01=(398, 87), NamurLive02=(12, None)) as stand_in:
        reader = reads_youtube(outgoing, stand_in)
        answer = await reader.read([tube("NamurLive01"), tube("NamurLive02")], NOON)

    assert answer.readings == {tube("NamurLive01"): Reading(87, 398), tube("NamurLive02"): Reading(None, 12)}
    assert (answer.missing, answer.calls, len(stand_in.asked)) == (frozenset(), 1, 1)


async def test_the_key_of_youtube_is_in_no_address(outgoing):
    async with youtube(NamurLive01=(1, 1)) as stand_in:
        await reads_youtube(outgoing, stand_in).read([tube("NamurLive01")], NOON)

    assert youtube_stand_in.KEY not in stand_in.asked[0]


async def test_fifty_videos_are_one_call_and_one_more_is_another(outgoing):
    videos = [tube(f"video{number:06}") for number in range(51)]
    async with youtube(**{video.id: (1, None) for video in videos}) as stand_in:
        answer = await reads_youtube(outgoing, stand_in).read(videos, NOON)

    assert (len(answer.readings), answer.calls, stand_in.quota) == (51, 2, 9_998)


async def test_a_private_video_is_missing_and_the_others_are_read(outgoing):
    async with youtube(NamurLive01=(398, 87)) as stand_in:
        reader = reads_youtube(outgoing, stand_in)
        answer = await reader.read([tube("NamurLive01"), tube("PrivateOne1")], NOON)

    assert answer.missing == {tube("PrivateOne1")}
    assert list(answer.readings) == [tube("NamurLive01")]


async def test_a_quota_that_is_used_up_rests_until_midnight_in_california(outgoing):
    async with youtube(NamurLive01=(1, 1)) as stand_in:
        stand_in.quota = 0
        with pytest.raises(PlatformFault) as failure:
            await reads_youtube(outgoing, stand_in).read([tube("NamurLive01")], NOON)

    assert failure.value.fault is Fault.QUOTA
    assert rfc3339(failure.value.until) == "2021-11-05T07:00:00.000Z"


async def test_a_wrong_key_is_said_to_be_one(outgoing):
    async with youtube() as stand_in:
        with pytest.raises(PlatformFault) as failure:
            await reads_youtube(outgoing, stand_in, "AIzaWrong").read([tube("NamurLive01")], NOON)

    assert failure.value.fault is Fault.KEY_REFUSED


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2021-11-04T06:59:59Z", "2021-11-04T07:00:00.000Z"),
        ("2021-11-07T12:00:00Z", "2021-11-08T08:00:00.000Z"),  # the day on which summer time ended there
    ],
)
def test_midnight_of_the_quota_is_that_of_the_pacific_zone(now, midnight):
    assert rfc3339(pacific_midnight(parse_rfc3339(now))) == midnight


# Facebook


def reads_facebook(outgoing, stand_in, token=facebook_stand_in.TOKEN):
    return Facebook(outgoing, facebook_stand_in.PAGE, token, stand_in.url)


async def test_facebook_joins_the_link_to_its_live_video(outgoing):
    async with facebook(v1234567890123456=(503, 112), v42=(9, None)) as stand_in:
        reader = reads_facebook(outgoing, stand_in)
        answer = await reader.read([page("1234567890123456"), page("42")], NOON)

    assert answer.readings == {page("1234567890123456"): Reading(112, 503), page("42"): Reading(None, 9)}
    assert not any(facebook_stand_in.TOKEN in asked for asked in stand_in.asked)


async def test_a_metric_that_meta_withdrew_takes_the_others_not_away(outgoing):
    async with facebook(v42=(None, 7)) as stand_in:
        answer = await reads_facebook(outgoing, stand_in).read([page("42")], NOON)

    assert answer.readings == {page("42"): Reading(7, None)}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (10, Fault.RIGHT_MISSING),
        (200, Fault.RIGHT_MISSING),
        (299, Fault.RIGHT_MISSING),
        (4, Fault.THROTTLED),
        (613, Fault.THROTTLED),
        (1, Fault.UNAVAILABLE),
        (2, Fault.UNAVAILABLE),
        (368, Fault.REFUSED),
    ],
)
async def test_each_refusal_of_facebook_is_told_apart(outgoing, code, fault):
    async with facebook(v42=(1, 1)) as stand_in:
        stand_in.error = code
        with pytest.raises(PlatformFault) as failure:
            await reads_facebook(outgoing, stand_in).read([page("42")], NOON)

    assert failure.value.fault is fault


async def test_a_token_that_ended_is_said_to_be_refused(outgoing):
    async with facebook(v42=(1, 1)) as stand_in:
        with pytest.raises(PlatformFault) as failure:
            await reads_facebook(outgoing, stand_in, "EAAOld").read([page("42")], NOON)

    assert failure.value.fault is Fault.KEY_REFUSED


@pytest.mark.parametrize(("usage", "slower"), [(75, False), (76, True)])
async def test_facebook_is_asked_less_often_when_the_allowance_runs_low(outgoing, usage, slower):
    async with facebook(v42=(1, 1)) as stand_in:
        stand_in.usage = usage
        answer = await reads_facebook(outgoing, stand_in).read([page("42")], NOON)

    assert answer.slower is slower


# PeerTube


async def test_peertube_is_read_without_a_key_and_only_on_hosts_of_the_settings(outgoing):
    here, elsewhere = Video(Provider.PEERTUBE, SHORT, HOST), Video(Provider.PEERTUBE, SHORT, "other.example")
    async with peertube(**{SHORT: (143, 27)}) as stand_in:
        answer = await PeerTube(outgoing, [HOST], stand_in.url).read([here, elsewhere], NOON)

    assert answer.readings == {here: Reading(27, 143)}
    assert answer.missing == {elsewhere}
    assert stand_in.asked == [f"GET /api/v1/videos/{SHORT}"]


async def test_viewers_of_a_recording_are_no_viewers_of_the_live(outgoing):
    video = Video(Provider.PEERTUBE, SHORT, HOST)
    async with peertube(**{SHORT: (143, None)}) as stand_in:
        answer = await PeerTube(outgoing, [HOST], stand_in.url).read([video], NOON)

    assert answer.readings == {video: Reading(None, 143)}


# Bad days


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        (Mood.RUBBISH, "rubbish"),
        (Mood.HUGE, "too_large"),
        (Mood.GONE, "unreachable"),
    ],
)
async def test_whatever_comes_back_ends_in_one_word(outgoing, mood, code):
    async with youtube(NamurLive01=(1, 1)) as stand_in:
        stand_in.mood = mood
        with pytest.raises(Unanswered) as failure:
            await reads_youtube(outgoing, stand_in).read([tube("NamurLive01")], NOON)

    assert failure.value.code == code


async def test_silence_ends_after_its_time(impatient):
    async with youtube(NamurLive01=(1, 1)) as stand_in:
        stand_in.mood = Mood.SILENT
        with pytest.raises(Unanswered) as failure:
            await reads_youtube(impatient, stand_in).read([tube("NamurLive01")], NOON)

    assert failure.value.code == "slow"


async def test_a_server_error_is_no_rubbish(outgoing):
    async with youtube(NamurLive01=(1, 1)) as stand_in:
        stand_in.mood = Mood.DOWN
        with pytest.raises(PlatformFault) as failure:
            await reads_youtube(outgoing, stand_in).read([tube("NamurLive01")], NOON)

    assert failure.value.fault is Fault.UNAVAILABLE


async def test_nobody_listening_is_unreachable(outgoing):
    async with youtube() as stand_in:
        url = stand_in.url
    with pytest.raises(Unanswered) as failure:
        await YouTube(outgoing, youtube_stand_in.KEY, url).read([tube("NamurLive01")], NOON)

    assert failure.value.code == "unreachable"
