"""A webinar of 200 people over two sessions, from a seed: who truly was there, and when.

The truth comes first: every connection with its two times. What Zoom says of it stands in ``webinar``, what
must be counted of it in ``webinar_oracle``. Instants are unix seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from random import Random

from tests.stand_ins.zoom_sender import Guest, Running

NUMBER = "85512345678"


def at(clock: str) -> int:
    """The unix second of a time of that day in UTC, as ``13:02:30``."""
    return int(datetime.fromisoformat(f"2021-11-04T{clock}").replace(tzinfo=UTC).timestamp())


FIRST = (at("12:57:30"), at("13:58:10"))
SECOND = (at("14:05:45"), at("16:04:00"))
"""The windows of the two sessions, held by hand."""

RUNS = (
    (Running("/opening//run1AexampleA==", at("12:50:00"), NUMBER), at("15:10:00")),
    (Running("second+run/2BexampleB==", at("15:14:30"), NUMBER), at("16:20:00")),
)
"""Zoom's two runs and their ends: the host's line broke in the middle of the second session."""

LULLS = (at("13:45:00"), at("15:50:00"))
"""When everything that Zoom ever says of the time before has come: the live list can be compared."""

DOWN = (at("14:20:00"), at("14:23:00"))
"""While our server restarts."""

PEOPLE = 200
MINUTE, HOUR = 60, 3_600


class Way(StrEnum):
    """How somebody comes in, hence how they are known."""

    REGISTRANT = "registrant"
    SDK = "sdk"
    PANELIST = "panelist"
    COMMON = "common"


WAYS = (*[Way.REGISTRANT] * 5, *[Way.SDK] * 2, Way.PANELIST, *[Way.COMMON] * 2)


@dataclass(frozen=True, slots=True)
class Person:
    """One true human being."""

    number: int
    way: Way
    plan: str

    @property
    def known(self) -> bool:
        """Whether Zoom's events can be given to somebody."""
        return self.way is not Way.COMMON


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """One connection to one run, as Zoom itself has it.

    ``parent`` is the main room's user of a connection to a breakout room. The rest is Zoom's bad days:
    which events never come, a ``left`` that comes so many seconds late, and what the report says instead.
    """

    who: int
    run: int
    user: int
    since: int
    until: int
    parent: int = 0
    by_key: bool = False
    waited: int = 0
    says_join: bool = True
    says_left: bool = True
    left_late: int = 0
    listed: bool = True
    listed_until: int | None = None


@dataclass(frozen=True, slots=True)
class Webinar:
    """The whole truth, and who is known by which id: of panelists Zoom tells an address and nothing else."""

    people: tuple[Person, ...]
    times: tuple[Time, ...]
    registrants: dict[int, str]
    keys: dict[int, str]
    emails: dict[int, str]
    seed: int

    def guest(self, time: Time) -> Guest:
        """As whom Zoom shows a connection."""
        person = self.people[time.who]
        by_key = person.way is Way.SDK or time.by_key
        by_email = person.way is Way.PANELIST and not by_key
        return Guest(
            str(time.user),
            f"Numéro {time.who}" if person.known else "iPhone",
            "" if by_key or by_email else self.registrants.get(time.who, ""),
            self.keys.get(time.who, "") if by_key else "",
            self.emails.get(time.who, "") if by_email else "",
            parent=str(time.parent or ""),
        )


# The plans: what somebody did that afternoon


@dataclass(slots=True)
class _Life:
    """What a plan is written with: chance, numbers of connections, and the times so far."""

    who: int
    known: bool
    chance: Random
    users: Iterator[int]
    times: list[Time] = field(default_factory=list)

    def there(self, run: int, since: int, until: int, **words: object) -> Time:
        """A connection to a run, never beyond its end."""
        until = min(until, RUNS[run][1])
        time = Time(who=self.who, run=run, user=next(self.users), since=since, until=until)
        self.times.append(replace(time, **words))  # type: ignore[arg-type]
        return self.times[-1]

    def some(self, since: str, until: str) -> int:
        """Any second between two times of the day."""
        return self.chance.randrange(at(since), at(until))

    def second_run(self) -> None:
        """Most are back when the host is."""
        if self.chance.random() < 0.8:
            self.there(1, self.some("15:14:40", "15:25:00"), self.some("15:58:00", "16:20:00"))


def _stays(life: _Life) -> None:
    life.there(0, life.some("12:51:00", "13:10:00"), at("15:10:00"))
    life.second_run()


def _comes_late(life: _Life) -> None:
    life.there(0, life.some("13:15:00", "14:30:00"), life.some("14:40:00", "15:10:00"))
    life.second_run()


def _leaves_early(life: _Life) -> None:
    life.there(0, life.some("12:51:00", "13:10:00"), life.some("13:20:00", "14:20:00"))


def _leaves_with_the_first_session(life: _Life) -> None:
    until = life.chance.choice([FIRST[1], FIRST[1] + 1, FIRST[1] - 1, SECOND[0], SECOND[0] + 1])
    life.there(0, life.chance.choice([FIRST[0], FIRST[0] - 1, FIRST[0] + 1, at("13:20:07")]), until)


def _second_run_only(life: _Life) -> None:
    life.there(1, life.some("15:14:40", "15:40:00"), life.some("15:52:00", "16:20:00"))


def _only_at_the_doors(life: _Life) -> None:
    life.there(0, life.some("12:51:00", "12:55:00"), life.chance.choice([FIRST[0], at("12:56:00")]))


def _back_after(life: _Life, gaps: list[int]) -> None:
    since = life.some("12:55:00", "13:09:00")
    for gap in gaps:
        until = since + life.chance.randrange(5 * MINUTE, 20 * MINUTE)
        life.there(0, since, until)
        since = until + gap
    life.there(0, since, life.some("15:00:00", "15:10:00"))
    life.second_run()


def _blinks(life: _Life) -> None:
    _back_after(life, [life.chance.choice([1, 30, 58, 59]) for _ in range(3)])


def _away_for_exactly_a_minute(life: _Life) -> None:
    _back_after(life, [60, 59, 60])


def _away(life: _Life) -> None:
    _back_after(life, [life.chance.choice([61, 90, 600]) for _ in range(2)])


def _killed(life: _Life) -> None:
    """The app dies and its ``left``, with the true time, comes after the join that follows."""
    since, dead = life.some("12:55:00", "13:10:00"), life.some("13:20:00", "13:42:00")
    back = dead + life.chance.choice([5, 40, 59, 60, 70])
    life.there(0, since, dead, left_late=life.chance.randrange(75, 100))
    life.there(0, back, life.some("14:30:00", "15:10:00"))


def _killed_and_counted_on(life: _Life) -> None:
    """The app dies and Zoom takes it for there until it gives up, beyond the next join."""
    since, dead = life.some("12:55:00", "13:10:00"), life.some("14:06:00", "14:22:00")
    gives_up = dead + life.chance.randrange(60, 91)
    life.there(0, since, gives_up, left_late=3, listed_until=dead)
    life.there(0, dead + 20, life.some("14:40:00", "15:10:00"))
    life.second_run()


def _device_within_device(life: _Life) -> None:
    since = life.some("12:55:00", "13:10:00")
    life.there(0, since, life.some("14:50:00", "15:10:00"))
    life.there(0, since + 10 * MINUTE, since + life.chance.randrange(700, 2_400))
    life.second_run()


def _device_after_device(life: _Life) -> None:
    since = life.some("12:55:00", "13:10:00")
    life.there(0, since, since + HOUR)
    life.there(0, since + HOUR - life.chance.randrange(1, 900), life.some("14:30:00", "15:10:00"))


def _sdk_beside_the_link(life: _Life) -> None:
    since = life.some("12:55:00", "13:10:00")
    life.there(0, since, since + HOUR, by_key=True)
    life.there(0, since + HOUR + 30, since + HOUR + 1_800)
    life.second_run()


def _moved_to_a_breakout_room(life: _Life) -> None:
    """The main room says ``left`` on the move, and on the way back there is another user."""
    since, move = life.some("12:55:00", "13:10:00"), life.some("14:25:00", "14:35:00")
    back = move + life.chance.randrange(300, 900)
    main = life.there(0, since, move)
    life.there(0, move + life.chance.choice([0, 2]), back, parent=main.user)
    life.there(0, back + life.chance.choice([0, 5]), life.some("15:00:00", "15:10:00"))


def _breakout_room_beside(life: _Life) -> None:
    """The main room never says ``left`` on the move. A report could not tell whose room a guest's is."""
    since, move = life.some("12:55:00", "13:10:00"), life.some("14:25:00", "14:35:00")
    main = life.there(0, since, life.some("15:00:00", "15:10:00"))
    life.there(0, move, move + life.chance.randrange(300, 900), parent=main.user, listed=life.known)


def _waits_first(life: _Life) -> None:
    since = life.some("12:58:00", "13:20:00")
    life.there(0, since, life.some("14:30:00", "15:10:00"), waited=life.chance.randrange(30, 600))
    life.second_run()


def _never_says_left(life: _Life) -> None:
    """Until the end by the webhooks; the report knows better."""
    until = life.some("13:30:00", "14:50:00")
    life.there(0, life.some("12:55:00", "13:10:00"), until, says_left=False)


def _never_says_join(life: _Life) -> None:
    """A ``left`` without a join: nothing by the webhooks, an hour or so by the report."""
    life.there(0, life.some("12:55:00", "13:10:00"), life.some("14:10:00", "14:50:00"), says_join=False)


def _gone_at_once(life: _Life) -> None:
    since = life.some("13:10:00", "13:30:00")
    life.there(0, since, since)


PLANS: tuple[tuple[Callable[[_Life], None], int], ...] = (
    (_stays, 36),
    (_comes_late, 14),
    (_leaves_early, 14),
    (_leaves_with_the_first_session, 10),
    (_second_run_only, 12),
    (_only_at_the_doors, 4),
    (_blinks, 12),
    (_away_for_exactly_a_minute, 6),
    (_away, 10),
    (_killed, 12),
    (_killed_and_counted_on, 8),
    (_device_within_device, 8),
    (_device_after_device, 8),
    (_sdk_beside_the_link, 6),
    (_moved_to_a_breakout_room, 10),
    (_breakout_room_beside, 8),
    (_waits_first, 8),
    (_never_says_left, 8),
    (_never_says_join, 4),
    (_gone_at_once, 2),
)
KNOWN_ONLY = frozenset({_sdk_beside_the_link, _moved_to_a_breakout_room})
"""What nobody could tell of a guest: that two users are one."""


def webinar(seed: int = 5) -> Webinar:
    """The truth of that afternoon."""
    chance, users = Random(seed), count(16_778_240, 1_024)
    people: list[Person] = []
    times: list[Time] = []
    for plan, many in PLANS:
        for _ in range(many):
            number = len(people)
            way = WAYS[(number + number // 10) % len(WAYS)]
            if plan in KNOWN_ONLY and way in {Way.COMMON, Way.SDK}:
                way = Way.REGISTRANT
            people.append(Person(number, way, plan.__name__.strip("_")))
            life = _Life(number, people[-1].known, chance, users)
            plan(life)
            times += [_listed_otherwise(time, chance) for time in life.times]
    assert len(people) == PEOPLE
    known = [person.number for person in people if person.known]
    registrants = {number: f"reg{number:019}" for number in known}
    keys = {number: f"key-of-{number:03}" for number in known}
    emails = {number: f"p-{number:03}@delegues.example.org" for number in known}
    return Webinar(tuple(people), tuple(times), registrants, keys, emails, seed)


def _listed_otherwise(time: Time, chance: Random) -> Time:
    """Now and then the report has another end, or a connection that it does not know."""
    luck = chance.random()
    if luck < 0.08 and time.until - time.since > 10 * MINUTE:
        return replace(time, listed_until=time.until - chance.randrange(1, 5 * MINUTE))
    return replace(time, listed=False) if luck > 0.97 else time
