"""The sender of Zoom's events itself: it must be right before anything can be tested with it."""

import json
from dataclasses import replace

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.stand_ins import zoom_sender as zoom
from tests.stand_ins.zoom_sender import SECRET, Delivery, Form, Guest, Running, ZoomSender, body_of

BEGUN = 1_635_976_800
RUN = Running("/k2Vv//qTzC0exampleA==", BEGUN, kind="meeting")
BENIN = Guest("16778240", "BEN-01", "aBcDeFgHiJkLmNoPqRsTuQ", "d7f1c0a2b3e44f5a9b6c7d8e9f0a1b2c")


def words(events):
    return [event["event"].partition(".")[2].removeprefix("participant_") for event in events]


# The vectors of the facts, by the sender's own code


def test_the_signature_of_a_validation_is_the_one_of_the_facts():
    body = body_of(zoom.validation("q9ibPhGeRZ6ayx5WTrXjRw", BEGUN))

    signature = Delivery(BEGUN, body).headers["x-zm-signature"]

    assert signature == "v0=9b8beaa8268a459b3cf40540b485b0017f1c4c0c7d0c7a4018e5f42db67af4cd"


def test_the_answer_to_a_validation_is_the_one_of_the_facts():
    expected = "811e28f0d7c7198e9c62f7afb5aa22c59786d81d12f9680d16a3bc6951bf4dc0"
    assert zoom.encrypted(SECRET, "q9ibPhGeRZ6ayx5WTrXjRw") == expected


def test_a_join_is_signed_as_in_the_facts_down_to_the_byte():
    """Its own event, but for a number of the machine that the facts chose differently."""
    event = zoom.joined(RUN, BENIN, BEGUN + 5)
    event["payload"]["object"]["participant"]["participant_uuid"] = "B1D2E3F4-0000-4A5B-8C6D-111122223333"

    body = body_of(event)

    assert len(body) == 615
    assert Delivery(BEGUN + 6, body).headers["x-zm-signature"] == (
        "v0=af77fe51dd548b4f8447dfd653a844b0b7f029ce056a3dc1b236b3e9344f7060"
    )


# The forms


def test_an_event_has_three_forms_that_say_the_same_in_other_bytes():
    event = zoom.joined(RUN, BENIN, BEGUN)
    compact, escaped, number = (body_of(event, form) for form in Form)

    assert "é".encode() in compact
    assert "é".encode() not in escaped
    assert b"\\u00e9" in escaped
    assert json.loads(compact) == json.loads(escaped) == event
    assert b'"id":85512345678,' in number


# The sequences


def test_the_sequences_are_in_the_order_of_their_names():
    some = (RUN, BENIN, BEGUN, BEGUN + 60)
    assert words(zoom.normal(*some)) == ["started", "joined", "left", "ended"]
    assert words(zoom.duplicate(*some)) == [word for word in words(zoom.normal(*some)) for _ in range(2)]
    assert words(zoom.left_before_join(*some)) == ["started", "left", "joined", "ended"]
    assert words(zoom.ended_without_lefts(*some)) == ["started", "joined", "ended"]

    late = zoom.late_left_after_rejoin(RUN, BENIN, BEGUN, BEGUN + 30, BEGUN + 90)
    users = [event["payload"]["object"]["participant"]["user_id"] for event in late]
    assert words(late) == ["joined", "joined", "left"]
    assert users == ["16778240", "16778241", "16778240"]


@pytest.mark.parametrize("anew", [True, False])
def test_a_slow_answer_brings_the_same_bytes_after_5_25_and_85_minutes(anew):
    first = Delivery(BEGUN, b"{}")

    tries = zoom.after_a_slow_answer(first, signed_anew=anew)

    assert [(one.at - BEGUN) // 60 for one in tries] == [0, 5, 25, 85]
    assert len({one.headers["x-zm-signature"] for one in tries}) == (4 if anew else 1)


def test_a_wrong_secret_and_an_old_timestamp_are_seen_in_the_headers_alone():
    delivery = Delivery(BEGUN, b"{}")
    wrong, old = zoom.wrong_secret(delivery), zoom.old_timestamp(delivery)

    assert wrong.headers["x-zm-signature"] != delivery.headers["x-zm-signature"]
    assert replace(wrong, secret=SECRET) == delivery
    assert int(old.headers["x-zm-request-timestamp"]) < BEGUN - 7_200
    assert len(zoom.huge_body(RUN, BENIN, BEGUN).body) > 1_000_000


# Sending


async def test_what_is_not_taken_is_sent_again_until_it_is():
    statuses, heard, now = [500, 503, 204], [], [BEGUN]

    async def hook(request):
        heard.append((request.headers["x-zm-signature"], await request.read()))
        return web.Response(status=statuses.pop(0))

    app = web.Application()
    app.router.add_post("/hooks/zoom", hook)
    async with TestServer(app) as server, ClientSession() as client:
        sender = ZoomSender(str(server.make_url("/hooks/zoom")), client, lambda: now[0])
        delivery = Delivery(BEGUN, body_of(zoom.joined(RUN, BENIN, BEGUN)))
        assert await sender.send(delivery) == 500
        assert await sender.retry() == []
        now[0] += 5 * 60
        assert await sender.retry() == [503]
        now[0] += 80 * 60
        assert await sender.retry() == [204]

    assert sender.due == []
    assert {body for _, body in heard} == {delivery.body}
