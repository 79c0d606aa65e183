"""What Zoom sends, against the vectors of Zoom's own samples and types."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import HOUR, MINUTE, SECOND, parse_rfc3339
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_hooks import (
    Challenge,
    Change,
    HookRefused,
    ZoomEvent,
    digest,
    read_event,
    received,
    sender,
    signature,
)

SECRET = "whsec_namur_2021_example"
ACCOUNT = ZoomAccount(name="ville", secret_token=SECRET)
OTHER = ZoomAccount(name="autre", secret_token="whsec_other")

VALIDATION = (
    b'{"payload":{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw"},'
    b'"event_ts":1635976800123,"event":"endpoint.url_validation"}'
)
JOINED = (
    '{"event":"meeting.participant_joined","event_ts":1635976805417,"payload":{"account_id":"Acc0unt-Id_Example",'
    '"object":{"duration":60,"uuid":"/k2Vv//qTzC0exampleA==","id":"85512345678","host_id":"HostIdExample0000001",'
    '"topic":"Atelier 3 \u2013 Identit\u00e9 num\u00e9rique","type":2,"start_time":"2021-11-03T22:00:00Z",'
    '"timezone":"Europe/Brussels","participant":{"user_id":"16778240","user_name":"BEN-01",'
    '"participant_uuid":"B1D2E3F4-0000-4A5B-8C6D-111122223333","join_time":"2021-11-03T22:00:05Z","email":"",'
    '"registrant_id":"aBcDeFgHiJkLmNoPqRsTuQ","participant_user_id":"",'
    '"customer_key":"d7f1c0a2b3e44f5a9b6c7d8e9f0a1b2c"}}}}'
).encode()
NOW = 1_635_976_806 * SECOND


def told(event, **participant):
    about = {"uuid": "u==", "id": 85512345678, "end_time": "2021-11-03T23:02:00Z"}
    if participant:
        about["participant"] = participant
    return json.dumps({"event": event, "event_ts": 1, "payload": {"object": about}}).encode()


# The vectors


def test_the_signature_of_the_validation_is_zooms():
    expected = "v0=9b8beaa8268a459b3cf40540b485b0017f1c4c0c7d0c7a4018e5f42db67af4cd"
    assert signature(SECRET, "1635976800", VALIDATION) == expected


def test_the_signature_is_over_the_bytes_as_they_came():
    expected = "v0=af77fe51dd548b4f8447dfd653a844b0b7f029ce056a3dc1b236b3e9344f7060"
    assert len(JOINED) == 615
    assert signature(SECRET, "1635976806", JOINED) == expected
    assert signature(SECRET, "1635976806", json.dumps(json.loads(JOINED)).encode()) != expected


def test_the_challenge_is_answered_as_zoom_wants_it():
    assert received(ACCOUNT, VALIDATION) == Challenge(
        {
            "plainToken": "q9ibPhGeRZ6ayx5WTrXjRw",
            "encryptedToken": "811e28f0d7c7198e9c62f7afb5aa22c59786d81d12f9680d16a3bc6951bf4dc0",
        }
    )


def test_a_join_is_read_without_any_name():
    event = read_event(JOINED)

    assert event == ZoomEvent(
        change=Change.JOINED,
        webinar=False,
        meeting="85512345678",
        uuid="/k2Vv//qTzC0exampleA==",
        at=parse_rfc3339("2021-11-03T22:00:05Z"),
        user="16778240",
        customer_key="d7f1c0a2b3e44f5a9b6c7d8e9f0a1b2c",
        registrant="aBcDeFgHiJkLmNoPqRsTuQ",
    )
    assert "BEN-01" not in repr(event)


# Who sent it


def signed(body=JOINED, timestamp="1635976806", secret=SECRET):
    return timestamp, signature(secret, timestamp, body), body


def test_each_account_is_known_by_its_secret():
    assert sender([ACCOUNT, OTHER], *signed(), NOW) == ACCOUNT
    assert sender([ACCOUNT, OTHER], *signed(secret="whsec_other"), NOW) == OTHER


def test_an_account_without_a_secret_hears_nothing():
    with pytest.raises(HookRefused, match="bad_signature"):
        sender([ZoomAccount(name="mute")], *signed(secret=""), NOW)


@pytest.mark.parametrize(
    ("timestamp", "given"),
    [
        ("1635976807", signature(SECRET, "1635976806", JOINED)),
        ("1635976806", signature("wrong", "1635976806", JOINED)),
        ("1635976806", ""),
        ("1635976806", "v0=é"),
        ("", signature(SECRET, "", JOINED)),
        ("-1", signature(SECRET, "-1", JOINED)),
        ("１６", signature(SECRET, "１６", JOINED)),
        ("9" * 13, signature(SECRET, "9" * 13, JOINED)),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(timestamp, given):
    with pytest.raises(HookRefused, match="bad_signature"):
        sender([ACCOUNT], timestamp, given, JOINED, NOW)


@pytest.mark.parametrize(
    ("later", "taken"),
    [(-5 * MINUTE, True), (-5 * MINUTE - 1, False), (2 * HOUR, True), (2 * HOUR + 1, False)],
)
def test_a_retry_after_85_minutes_is_taken_and_an_old_recording_is_not(later, taken):
    at = NOW + later
    if taken:
        assert sender([ACCOUNT], *signed(), at) == ACCOUNT
    else:
        with pytest.raises(HookRefused, match="stale"):
            sender([ACCOUNT], *signed(), at)


@given(st.integers(0, len(JOINED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place, by):
    body = bytearray(JOINED)
    body[place] ^= by
    timestamp, given, _ = signed()
    with pytest.raises(HookRefused):
        sender([ACCOUNT], timestamp, given, bytes(body), NOW)


# What it says


def test_a_number_is_as_good_as_a_text_and_the_same_event_has_one_key():
    with_number = read_event(told("meeting.participant_joined", user_id=7, join_time="2021-11-03T22:00:05Z"))
    with_text = read_event(
        told("meeting.participant_joined", user_id="7", join_time="2021-11-03T22:00:05.000Z")
    )

    assert with_number == with_text
    assert (with_number.meeting, with_number.user, with_number.registrant) == ("85512345678", "7", "")


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
@pytest.mark.parametrize(
    ("event", "change", "field"),
    [
        ("participant_joined", Change.JOINED, "join_time"),
        ("participant_left", Change.LEFT, "leave_time"),
        ("participant_joined_breakout_room", Change.JOINED_BREAKOUT, "join_time"),
        ("participant_left_breakout_room", Change.LEFT_BREAKOUT, "leave_time"),
    ],
)
def test_meetings_and_webinars_tell_the_same(kind, event, change, field):
    times = {"join_time": "2021-11-03T22:00:00Z", "leave_time": "2021-11-03T22:00:00Z"} | {
        field: "2021-11-03T22:30:00Z"
    }
    found = read_event(told(f"{kind}.{event}", user_id="7", registrant_id="r1", **times))

    assert (found.change, found.at, found.registrant) == (change, parse_rfc3339("2021-11-03T22:30:00Z"), "r1")
    assert found.webinar is (kind == "webinar")


def test_a_move_to_a_breakout_room_names_the_main_room():
    body = told(
        "meeting.participant_joined_breakout_room",
        user_id="9",
        parent_user_id=7,
        join_time="2021-11-03T22:30:00Z",
    )
    assert read_event(body).parent == "7"


def test_our_key_and_the_registrants_are_both_read():
    body = told(
        "meeting.participant_joined",
        user_id="7",
        registrant_id="r",
        customer_key="k",
        join_time="2021-11-03T22:30:00Z",
    )
    found = read_event(body)
    assert (found.customer_key, found.registrant) == ("k", "r")


def test_the_end_of_a_meeting_is_its_end_time_or_when_zoom_said_so():
    assert read_event(told("meeting.ended")).at == parse_rfc3339("2021-11-03T23:02:00Z")
    body = b'{"event":"webinar.ended","event_ts":5,"payload":{"object":{"uuid":"u","id":"1"}}}'
    assert read_event(body).at == 5


@pytest.mark.parametrize(
    "event",
    [
        "meeting.participant_joined_waiting_room",
        "meeting.participant_admitted",
        "meeting.registration_created",
        "meeting.live_streaming_started",
        "user.created",
    ],
)
def test_what_is_no_attendance_is_left_aside(event):
    assert read_event(told(event, user_id="7")) is None
    assert received(ACCOUNT, told(event, user_id="7")) is False


def test_the_end_of_the_practice_before_a_webinar_is_not_its_end():
    practice = b'"object":{"uuid":"u","id":"1","practice_session":true}'
    body = b'{"event":"webinar.ended","event_ts":5,"payload":{' + practice + b"}}"
    assert read_event(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"event":"meeting.participant_joined"}',
        b'{"event":"meeting.participant_joined","payload":{}}',
        told("meeting.participant_joined"),
        told("meeting.participant_joined", user_id="7", join_time="yesterday"),
        told("meeting.participant_joined", user_id="7" * 256, join_time="2021-11-03T22:30:00Z"),
        b'{"event":"meeting.ended","event_ts":-1,"payload":{"object":{"uuid":"u","id":"1"}}}',
        "[" * 100_000,
    ],
)
def test_what_has_not_the_form_is_refused(body):
    with pytest.raises(HookRefused, match="bad_form"):
        read_event(body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"event":"meeting.participant_joined"}',
        b'{"event":"meeting.participant_joined","payload":[]}',
        b'{"event":"endpoint.url_validation","payload":{}}',
        b'{"event":"endpoint.url_validation","payload":{"plainToken":7}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused_at_the_door(body):
    with pytest.raises(HookRefused, match="bad_form"):
        received(ACCOUNT, body)


def test_what_cannot_be_read_whole_is_let_in_and_set_aside_later():
    assert received(ACCOUNT, told("meeting.participant_joined")) is True


def test_two_deliveries_of_the_same_bytes_are_one():
    assert digest(JOINED) == digest(bytes(JOINED))
    assert digest(JOINED) != digest(VALIDATION)
