"""What Zoom says of the scripted webinar: events, their deliveries in disorder, and the report.

Late, twice, out of order, some never: all of it follows from the truth and its seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.stand_ins import zoom_sender as zoom
from tests.stand_ins.zoom_sender import Delivery, Event, Form, Guest, Running, body_of
from tests.zoom.truth import LULLS, RUNS, Time, Webinar


@dataclass(frozen=True, slots=True)
class Said:
    """An event, when it happened, and how late it comes at the least."""

    at: int
    event: Event
    late: int = 0


def said(truth: Webinar) -> list[Said]:
    """Every event that Zoom sends at all, in the order in which things happened."""
    events = [Said(run.started, zoom.started(run)) for run, _ in RUNS]
    events += [Said(end, zoom.ended(run, end)) for run, end in RUNS]
    for time in truth.times:
        events += _said_of(RUNS[time.run][0], truth.guest(time), time)
    return sorted(events, key=lambda one: one.at)


def _said_of(run: Running, guest: Guest, time: Time) -> Iterator[Said]:
    if time.waited:
        yield Said(time.since - time.waited, zoom.waits(run, guest, time.since - time.waited))
        yield Said(time.since, zoom.admitted(run, guest, time.since))
    join, leave = (zoom.joined_breakout, zoom.left_breakout) if time.parent else (zoom.joined, zoom.left)
    if time.says_join:
        yield Said(time.since, join(run, guest, time.since))
    if time.says_left:
        shown = guest if time.user % 3 else replace(guest, registrant_id="", customer_key="", email="")
        yield Said(time.until, leave(run, shown, time.until), time.left_late)


def deliveries(truth: Webinar) -> list[Delivery]:
    """What arrives, in the order of arrival: late, twice, out of order, in every form."""
    chance, found = Random(truth.seed + 1), list[Delivery]()
    forms = list(Form)
    for one in said(truth):
        first = _arrives(one.at, one.at + one.late + _delay(chance))
        body = body_of(one.event, chance.choice(forms))
        found.append(Delivery(first, body, signed_at=chance.choice([first, max(one.at, first - 1_500)])))
        if chance.random() < 0.15:
            again = _arrives(one.at, first + chance.choice([0, 1, 45, 200]))
            found.append(Delivery(again, body_of(one.event, chance.choice(forms))))
    return sorted(found, key=lambda one: one.at)


def _delay(chance: Random) -> int:
    """A few seconds mostly; minutes, and now and then one of Zoom's repetitions."""
    luck = chance.random()
    if luck < 0.7:
        return chance.randrange(4)
    if luck < 0.88:
        return chance.randrange(5, 95)
    return next(later for limit, later in zip((0.93, 0.96, 1), zoom.RETRIES, strict=True) if luck <= limit)


def _arrives(happened: int, arrival: int) -> int:
    """In a lull everything from before has come."""
    return min([arrival, *(lull - 1 for lull in LULLS if happened < lull <= arrival)])


def report(truth: Webinar, run: int) -> list[dict[str, str]]:
    """The rows of Zoom's report of a run, those of the waiting room among them."""
    rows = []
    for time in truth.times:
        if time.run != run or not time.listed:
            continue
        guest = truth.guest(time)
        until = time.until if time.listed_until is None else time.listed_until
        if time.waited:
            rows.append(_row(guest, time.since - time.waited, time.since, "in_waiting_room"))
        rows.append(_row(guest, time.since, until, "in_meeting"))
    return rows


def _row(guest: Guest, since: int, until: int, status: str) -> dict[str, str]:
    return {
        "id": "",
        "user_id": guest.user_id,
        "name": guest.name,
        "user_email": guest.email,
        "join_time": zoom.iso(since),
        "leave_time": zoom.iso(until),
        "registrant_id": guest.registrant_id,
        "customer_key": guest.customer_key,
        "status": status,
        "bo_mtg_id": "Br3akOutRoomExample01A==" if guest.parent else "",
    }
