"""What is asked from Zoom, against a local server that behaves as Zoom's documents say."""

import asyncio

import pytest

from streamhub.kit.clock import HOUR, MINUTE, SECOND, SystemClock, parse_rfc3339
from streamhub.kit.outgoing import Outgoing, Unanswered
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import (
    NewRegistrant,
    Registrant,
    ReportRow,
    Trouble,
    ZoomApi,
    ZoomKind,
    ZoomMeeting,
    ZoomRefused,
    twice_encoded,
)
from tests.stand_ins.server import Mood
from tests.stand_ins.zoom import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    row,
    scope_missing,
    too_many,
    zoom,
)
from tests.support import NOON, FakeClock

UUID = "/k2Vv//qTzC0exampleA=="
MEETING = ZoomMeeting(ZoomKind.MEETING, "85512345678")
WEBINAR = ZoomMeeting(ZoomKind.WEBINAR, "91112223334")
MINISTER = NewRegistrant("p-7f3a9c21@delegues.example.org", "Bénin,", "Ministre du Numérique")


@pytest.fixture
async def there():
    async with zoom() as stand_in:
        yield stand_in


@pytest.fixture
async def outgoing():
    asking = Outgoing()
    yield asking
    await asking.close()


@pytest.fixture
def clock():
    return FakeClock()


def account(**changes):
    given = {"account_id": ACCOUNT_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return ZoomAccount(name="ville", **(given | changes))


@pytest.fixture
def api(there, outgoing, clock):
    return ZoomApi(outgoing, account(), clock, there.url)


# The token


async def test_a_token_is_asked_for_once_and_anew_a_minute_before_its_end(api, there, clock):
    await api.rights()
    clock.advance(seconds=3_599 - 61)
    await api.rights()
    assert there.tokens == 1
    clock.advance(seconds=1)
    await api.rights()
    assert there.tokens == 2


async def test_calls_at_once_share_one_token(api, there):
    await asyncio.gather(*(api.rights() for _ in range(10)))
    assert there.tokens == 1


async def test_a_token_that_ended_early_is_renewed_once(api, there):
    await api.rights()
    there.forget_tokens()
    assert len(await api.register(MEETING, [MINISTER])) == 1
    assert there.tokens == 2


async def test_wrong_credentials_are_said_to_be_wrong(there, outgoing, clock):
    with pytest.raises(ZoomRefused) as failure:
        await ZoomApi(outgoing, account(client_secret="old"), clock, there.url).rights()
    assert failure.value.trouble is Trouble.KEY_REFUSED


async def test_the_rights_are_those_of_the_credentials(api):
    assert "meeting:write:batch_registrants:admin" in await api.rights()


async def test_a_missing_right_is_named(api, there):
    there.refusals.append(scope_missing("meeting:write:batch_registrants:admin"))
    with pytest.raises(ZoomRefused) as failure:
        await api.register(MEETING, [MINISTER])
    assert (failure.value.trouble, failure.value.right) == (
        Trouble.RIGHT_MISSING,
        "meeting:write:batch_registrants:admin",
    )


# Registrants and panelists


async def test_a_registrant_has_a_public_label_a_pseudonym_and_a_link_of_their_own(api, there):
    [made] = await api.register(MEETING, [MINISTER])

    assert made.email == MINISTER.email
    assert made.join_url.startswith("https://us02web.zoom.us/w/85512345678?tk=")
    assert "tk=" not in repr(made)
    assert there.registrants[MINISTER.email]["first_name"] == "Bénin,"


async def test_thirty_one_are_two_calls(api, there):
    people = [NewRegistrant(f"p{number}@delegues.example.org", "BJ", f"{number:02}") for number in range(31)]
    made = await api.register(MEETING, people)

    assert [person.email for person in made] == [person.email for person in people]
    assert sum("batch_registrants" in asked for asked in there.asked) == 2


async def test_a_link_is_taken_back(api, there):
    [made] = await api.register(WEBINAR, [MINISTER])
    await api.cancel(WEBINAR, [made])
    assert there.cancelled == [made.id]


async def test_who_may_speak_is_a_panelist_with_a_link_of_their_own(api, there):
    [made] = await api.invite_panelists(WEBINAR, [MINISTER])
    await api.remove_panelist(WEBINAR, made)

    assert made.join_url.endswith("tk=panel1")
    assert there.names == ["Bénin, Ministre du Numérique"]
    assert there.cancelled == ["pan1"]


# The report


async def test_a_report_is_read_page_by_page_without_the_waiting_room(api, there):
    there.reports[UUID] = [
        row("1", "2021-11-03T22:00:05Z", "2021-11-03T23:01:00Z", "r1"),
        row("2", "2021-11-03T22:03:00Z", "2021-11-03T22:10:00Z", status="in_waiting_room"),
        row("3", "2021-11-03T22:10:00Z", "2021-11-03T22:30:00Z"),
    ]
    rows = await api.report(MEETING, UUID)

    at = parse_rfc3339("2021-11-03T22:00:00Z")
    assert rows == [
        ReportRow("1", "", "r1", at + 5 * SECOND, at + 61 * MINUTE),
        ReportRow("3", "", "", at + 10 * MINUTE, at + 30 * MINUTE),
    ]


async def test_a_report_that_is_not_there_yet_is_not_found(api):
    with pytest.raises(ZoomRefused) as failure:
        await api.report(MEETING, UUID)
    assert failure.value.trouble is Trouble.NOT_FOUND


@pytest.mark.parametrize(
    ("uuid", "encoded"),
    [
        (UUID, "%252Fk2Vv%252F%252FqTzC0exampleA%253D%253D"),
        ("q+TzC0exampleA==", "q%252BTzC0exampleA%253D%253D"),
        ("qTzC0exampleA==", "qTzC0exampleA%3D%3D"),
    ],
)
def test_a_uuid_with_a_slash_is_encoded_twice(uuid, encoded):
    assert twice_encoded(uuid) == encoded


# Bad days


async def test_too_many_calls_a_second_wait_for_their_moment(there, outgoing):
    clock = SystemClock()
    api = ZoomApi(outgoing, account(), clock, there.url)
    there.refusals.append(too_many(reset=clock.now() // SECOND + 1))
    assert len(await api.register(MEETING, [MINISTER])) == 1


async def test_a_daily_limit_says_until_when(api, there):
    there.refusals.append(too_many(retry_after="2021-11-05T00:00:00Z"))
    with pytest.raises(ZoomRefused) as failure:
        await api.register(MEETING, [MINISTER])
    assert (failure.value.trouble, failure.value.until) == (Trouble.THROTTLED, NOON + 12 * HOUR)


@pytest.mark.parametrize("mood", [Mood.RUBBISH, Mood.HUGE, Mood.GONE])
async def test_what_cannot_be_read_is_no_answer(api, there, mood):
    there.mood = mood
    with pytest.raises(Unanswered):
        await api.rights()


async def test_a_zoom_that_is_down_is_unavailable(api, there):
    there.mood = Mood.DOWN
    with pytest.raises(ZoomRefused) as failure:
        await api.rights()
    assert failure.value.trouble is Trouble.UNAVAILABLE


def test_secrets_are_in_no_log():
    assert CLIENT_SECRET not in repr(account())
    assert "tk=" not in repr(Registrant("r", "e", "https://zoom.us/w/1?tk=x"))
