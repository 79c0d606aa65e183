"""What pages may say, and how it is read."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.live.errors import BadMessage
from streamhub.live.messages import (
    Beat,
    Bye,
    Closing,
    FloorRequest,
    FloorWithdraw,
    Hello,
    Resync,
    Unknown,
    Waiting,
    Welcome,
    encode,
    parse,
)
from streamhub.programme.model import SessionState


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"hello"}', Hello()),
        ('{"type":"hello","token":"a.b.c"}', Hello(token="a.b.c")),
        ('{"type":"hello","viewer":"viewer-01"}', Hello(viewer="viewer-01")),
        ('{"type":"beat","visible":true,"player":"opened"}', Beat(visible=True, player="opened")),
        ('{"type":"resync"}', Resync()),
        ('{"type":"floor.request"}', FloorRequest()),
        ('{"type":"floor.request","subject":"Santé"}', FloorRequest(subject="Santé")),
        ('{"type":"floor.withdraw"}', FloorWithdraw()),
        ('{"type":"bye"}', Bye()),
    ],
)
def test_every_message_of_the_contract_is_read(text, message):
    assert parse(text) == message
    assert parse(text.encode()) == message


@pytest.mark.parametrize("text", ['{"type":"wave"}', '{"type":"welcome","a":[1,{"b":2}]}', '{"type":""}'])
def test_an_unknown_type_is_no_mistake(text):
    assert parse(text) == Unknown(msgspec.json.decode(text)["type"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"type":"bye"}{}', "not JSON"),
        (b'{"type":"\xff"}', "not JSON"),
        ("[]", "Expected `object`"),
        ('"bye"', "Expected `object`"),
        ("{}", "missing required field `type`"),
        ('{"type":7}', "Expected `str`"),
        ('{"type":null}', "Expected `str`"),
        ('{"type":"beat"}', "missing required field `visible`"),
        ('{"type":"beat","visible":1,"player":"closed"}', "visible"),
        ('{"type":"beat","visible":true,"player":"half"}', "player"),
        ('{"type":"bye","reason":"x"}', "unknown field `reason`"),
        ('{"type":"hello","token":""}', "token"),
        ('{"type":"hello","token":null}', "token"),
        ('{"type":"hello","viewer":"short"}', "viewer"),
        ('{"type":"hello","viewer":"has space"}', "viewer"),
        ('{"type":"floor.request","subject":"' + "x" * 201 + '"}', "subject"),
    ],
)
def test_a_malformed_message_is_refused_and_says_why(text, words):
    with pytest.raises(BadMessage) as refused:
        parse(text)

    assert words in str(refused.value)


@pytest.mark.parametrize("kind", ["bye", "wave"])
def test_a_deep_nest_is_refused_and_breaks_nothing(kind):
    with pytest.raises(BadMessage):
        parse('{"type":"' + kind + '","x":' + "[" * 8_000 + "]" * 8_000 + "}")


@pytest.mark.parametrize(("length", "fits"), [(199, True), (200, True), (201, False)])
def test_a_subject_has_at_most_200_characters(length, fits):
    text = '{"type":"floor.request","subject":"' + "é" * length + '"}'

    if fits:
        assert parse(text) == FloorRequest(subject="é" * length)
    else:
        with pytest.raises(BadMessage):
            parse(text)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_whatever_is_sent_is_a_message_or_a_bad_message(noise):
    with contextlib.suppress(BadMessage):
        parse(noise)


def test_a_welcome_names_the_participant_or_the_viewer_and_never_both():
    told = Welcome(
        participant="p_a",
        session="atelier-1",
        revision=7,
        state=SessionState.LIVE,
        source=None,
        heartbeat_seconds=8,
        since="2021-11-04T13:30:00.000Z",
    )

    assert msgspec.json.decode(encode(told)) == {
        "type": "welcome",
        "participant": "p_a",
        "session": "atelier-1",
        "revision": 7,
        "state": "live",
        "source": None,
        "heartbeat_seconds": 8,
        "since": "2021-11-04T13:30:00.000Z",
    }


def test_fields_without_a_value_are_said_to_be_null():
    assert msgspec.json.decode(encode(Waiting(reason="seats", position=1))) == {
        "type": "waiting",
        "reason": "seats",
        "position": 1,
        "opens_at": None,
    }
    assert encode(Closing(4410, "revoked", None)) == (
        b'{"type":"closing","code":4410,"reason":"revoked","retry_after_ms":null}'
    )
