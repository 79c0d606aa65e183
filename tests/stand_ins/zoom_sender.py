"""What Zoom sends to a webhook: events, the bytes that it signs, its bad days. The facts stand in README.md.

Instants are unix seconds: Zoom tells whole seconds.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

Event = dict[str, Any]

SECRET = "whsec_namur_2021_example"
ANSWER_WITHIN = 3.0
"""Seconds that Zoom waits for an answer."""

RETRIES = (5 * 60, 25 * 60, 85 * 60)
"""Seconds after the first try at which Zoom tries again."""

TAKEN = frozenset({200, 204})


class Form(StrEnum):
    """How the same event may look as bytes."""

    COMPACT = "compact"
    """As Zoom's own samples: no blanks, letters with accents as they are."""

    ESCAPED = "escaped"
    """Letters with accents as ``\\u00e9``."""

    NUMBER = "number"
    """The meeting's id as a number and not a text."""


@dataclass(frozen=True, slots=True)
class Running:
    """One run of a meeting or webinar: the number is the same each time, the uuid is not."""

    uuid: str
    started: int
    number: str = "85512345678"
    kind: str = "webinar"
    topic: str = "Atelier 3 – Identité numérique"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in a run; ``user_id`` is new at every join and at every move to a breakout room.

    ``registrant_id`` comes with a personal link, ``customer_key`` with the SDK; a common link has neither.
    ``parent`` is the ``user_id`` in the main room of somebody in a breakout room.
    """

    user_id: str
    name: str = "iPhone"
    registrant_id: str = ""
    customer_key: str = ""
    email: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes, when they are sent, and with which secret and time they are signed."""

    at: int
    body: bytes
    secret: str = SECRET
    signed_at: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of Zoom's samples; ``authorization`` is the old way, which nobody should believe."""
        timestamp = str(self.at if self.signed_at is None else self.signed_at)
        return {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Zoom Marketplace/1.0a",
            "clientid": "cliEntIdExample01",
            "authorization": "legacy-verification-token",
            "x-zm-trackingid": f"v=2.0;clid=aw1;rid=WEB_{hashlib.sha256(self.body).hexdigest()[:24]}",
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": signed(self.secret, timestamp, self.body),
        }


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """``v0=`` and the HMAC over ``v0:timestamp:`` and the raw bytes."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hexdigest()


def body_of(event: Event, form: Form = Form.COMPACT) -> bytes:
    """The event as bytes."""
    if form is Form.NUMBER and "object" in event["payload"]:
        about = event["payload"]["object"]
        about = {**about, "id": int(about["id"])}
        event = {**event, "payload": {**event["payload"], "object": about}}
    return json.dumps(event, ensure_ascii=form is Form.ESCAPED, separators=(",", ":")).encode()


# Events


def started(run: Running) -> Event:
    """The run begins."""
    return _event(run, "started", run.started)


def ended(run: Running, at: int) -> Event:
    """The run is over."""
    return _event(run, "ended", at, end_time=iso(at))


def joined(run: Running, who: Guest, at: int) -> Event:
    """Somebody is in the meeting; a webinar says an ``id`` too, empty for guests."""
    return _about(run, "participant_joined", who, at, join_time=iso(at))


def left(run: Running, who: Guest, at: int) -> Event:
    """A connection ended; the reason is free text with the name in it."""
    reason = f"{who.name} left the meeting.<br>Reason: left the meeting."
    return _about(run, "participant_left", who, at, leave_time=iso(at), leave_reason=reason)


def joined_breakout(run: Running, who: Guest, at: int, room: str = "Br3akOutRoomExample01A==") -> Event:
    """Somebody came into a breakout room, under a ``user_id`` of that room."""
    return _in_breakout(_about(run, "participant_joined_breakout_room", who, at, join_time=iso(at)), room)


def left_breakout(run: Running, who: Guest, at: int, room: str = "Br3akOutRoomExample01A==") -> Event:
    """Somebody went out of a breakout room."""
    return _in_breakout(_about(run, "participant_left_breakout_room", who, at, leave_time=iso(at)), room)


def waits(run: Running, who: Guest, at: int) -> Event:
    """Somebody is in the waiting room, which is no attendance."""
    return _about(run, "participant_joined_waiting_room", who, at, date_time=iso(at))


def admitted(run: Running, who: Guest, at: int) -> Event:
    """Somebody was let in; that they joined is said in an event of its own."""
    return _about(run, "participant_admitted", who, at, date_time=iso(at))


def validation(plain: str, at: int) -> Event:
    """Zoom asks whether the address is ours: when it is set up and every 72 hours."""
    return {
        "payload": {"plainToken": plain},
        "event_ts": at * 1_000 + 123,
        "event": "endpoint.url_validation",
    }


def encrypted(secret: str, plain: str) -> str:
    """What ``encryptedToken`` of the answer must be."""
    return hmac.new(secret.encode(), plain.encode(), "sha256").hexdigest()


def _event(run: Running, what: str, at: int, **more: Any) -> Event:
    about = {
        "duration": 60,
        "uuid": run.uuid,
        "id": run.number,
        "host_id": "HostIdExample0000001",
        "topic": run.topic,
        "type": 5 if run.kind == "webinar" else 2,
        "start_time": iso(run.started),
        "timezone": "Europe/Brussels",
    }
    payload = {"account_id": "Acc0unt-Id_Example", "object": about | more}
    return {"event": f"{run.kind}.{what}", "event_ts": at * 1_000 + 417, "payload": payload}


def _about(run: Running, what: str, who: Guest, at: int, **times: str) -> Event:
    participant = {
        "user_id": who.user_id,
        "user_name": who.name,
        "participant_uuid": f"B1D2E3F4-0000-4A5B-8C6D-{int(who.user_id):012d}",
        **times,
        "email": who.email,
        "registrant_id": who.registrant_id,
        "participant_user_id": "",
        "customer_key": who.customer_key,
    }
    if who.parent:
        participant["parent_user_id"] = who.parent
    return _event(run, what, at, participant=participant)


def _in_breakout(event: Event, room: str) -> Event:
    event["payload"]["object"]["breakout_room_uuid"] = room
    return event


def iso(at: int) -> str:
    """``2021-11-03T22:00:05Z``: UTC without a fraction."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


# Sequences: what was meant stands in the name, the order of the list is the order of arrival


def delivered(events: Iterable[Event], at: int, *, every: int = 1, secret: str = SECRET) -> list[Delivery]:
    """One after the other, from ``at`` on, in the forms in turn."""
    forms = list(Form)
    return [
        Delivery(at + every * n, body_of(event, forms[n % len(forms)]), secret)
        for n, event in enumerate(events)
    ]


def normal(run: Running, who: Guest, since: int, until: int) -> list[Event]:
    """Started, joined, left, ended."""
    return [started(run), joined(run, who, since), left(run, who, until), ended(run, until + 60)]


def duplicate(run: Running, who: Guest, since: int, until: int) -> list[Event]:
    """Each event twice."""
    return [event for event in normal(run, who, since, until) for _ in range(2)]


def left_before_join(run: Running, who: Guest, since: int, until: int) -> list[Event]:
    """The leave overtakes the join."""
    begin, came, went, end = normal(run, who, since, until)
    return [begin, went, came, end]


def late_left_after_rejoin(run: Running, who: Guest, since: int, killed: int, back: int) -> list[Event]:
    """The app was killed; Zoom says so when the person is back already, under another ``user_id``."""
    again = replace(who, user_id=str(int(who.user_id) + 1))
    return [joined(run, who, since), joined(run, again, back), left(run, who, killed)]


def ended_without_lefts(run: Running, who: Guest, since: int, until: int) -> list[Event]:
    """Only the end of the run says that it is over for everybody."""
    return [started(run), joined(run, who, since), ended(run, until)]


def after_a_slow_answer(first: Delivery, *, signed_anew: bool) -> list[Delivery]:
    """The first try and the three after it; whether they are signed anew Zoom does not say."""
    times = [first.at + after for after in (0, *RETRIES)]
    return [replace(first, at=at, signed_at=at if signed_anew else first.at) for at in times]


def wrong_secret(delivery: Delivery) -> Delivery:
    """Somebody else's signature."""
    return replace(delivery, secret="whsec_of_somebody_else")


def old_timestamp(delivery: Delivery, *, by: int = 2 * 3_600 + 1) -> Delivery:
    """Rightly signed, long ago: a recording that is played again."""
    return replace(delivery, signed_at=delivery.at - by)


def huge_body(run: Running, who: Guest, at: int, *, size: int = 1_000_000) -> Delivery:
    """Rightly signed, and larger than anything that Zoom sends."""
    return Delivery(at, body_of(joined(run, replace(who, name="x" * size), at)))


# Sending


@dataclass(slots=True)
class ZoomSender:
    """Posts deliveries and, like Zoom, tries again what was not answered in three seconds with 200 or 204.

    ``now`` is the clock of the retries; whoever owns it calls ``retry`` when it moved on.
    """

    url: str
    client: ClientSession
    now: Callable[[], int]
    signed_anew: bool = True
    answers: list[tuple[int, str]] = field(default_factory=list)
    due: list[tuple[int, Delivery]] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> int:
        """The status of the answer, 0 for none in time; a failed delivery is due again later."""
        status = await self.post(delivery)
        if status not in TAKEN:
            later = after_a_slow_answer(delivery, signed_anew=self.signed_anew)[1:]
            self.due += [(again.at, again) for again in later]
        return status

    async def retry(self) -> list[int]:
        """Try again what is due by now, until it is taken; answers the statuses."""
        statuses = []
        while ready := [one for one in self.due if one[0] <= self.now()]:
            at, delivery = min(ready, key=lambda one: one[0])
            self.due.remove((at, delivery))
            statuses.append(await self.post(delivery))
            if statuses[-1] in TAKEN:
                self.due = [one for one in self.due if one[1].body != delivery.body]
        return statuses

    async def post(self, delivery: Delivery) -> int:
        """One try."""
        try:
            async with self.client.post(
                self.url,
                data=delivery.body,
                headers=delivery.headers,
                timeout=ClientTimeout(total=ANSWER_WITHIN),
                allow_redirects=False,
            ) as answer:
                self.answers.append((answer.status, await answer.text()))
        except (ClientError, TimeoutError):
            self.answers.append((0, ""))
        return self.answers[-1][0]
