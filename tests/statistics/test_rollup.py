"""The rollup against the sweep: whatever happens in whatever order, both say the same to the millisecond."""

import os

import pytest
import sqlalchemy as sa
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from streamhub.attendance import openings_store, store
from streamhub.attendance.model import (
    Cause,
    Event,
    EventKind,
    Key,
    arrive,
    import_stay,
    leave,
    undo,
)
from streamhub.attendance.openings_model import OpeningKind
from streamhub.kit import db as kit_db
from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND
from streamhub.kit.db import WriteTx
from streamhub.kit.intervals import union
from streamhub.kit.text import Localised
from streamhub.programme.clock import Window, WindowKind, window_of
from streamhub.programme.model import Session, SessionAccess, SessionState, StateChange
from streamhub.statistics.corrections import apply_corrections
from streamhub.statistics.minutes import OPEN, Minutes
from streamhub.statistics.model import Attendance, Opening, PlayerTime, headcounts, levels, peak
from streamhub.statistics.rollup import Rollup, times_of
from streamhub.statistics.rollups import Asked, Rollups, rolled
from streamhub.statistics.roster import Roster
from streamhub.statistics.summary import SessionMaterial, roll, sweep, with_counts
from streamhub.statistics.timeline import timeline
from tests.statistics.people import DELEGATIONS, HALL, TEN, WEB, ZOOM, at
from tests.support import FakeClock

SLUG, RUN = "gala", 2
PEOPLE = ["p_awa", "p_ben", "p_cem", "p_staff"]
BELONGING = {"p_awa": "BJ", "p_ben": "BE", "p_cem": None}
TABLES = [store.ledger, store.stays, openings_store.openings]
LINES = 8


EXAMPLES = 2_000 if os.environ.get("STREAMHUB_LONG") else 60


@pytest.fixture(scope="module")
def connection():
    engine = sa.create_engine("sqlite://")
    kit_db.metadata.create_all(engine, tables=TABLES)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def session_at(state=SessionState.LIVE, *, automatic=False):
    times = {"starts_at": at(0), "ends_at": at(4), "scheduled_starts_at": at(-1), "scheduled_ends_at": at(3)}
    return Session(
        SLUG, RUN, 1, "talk", Localised(), "", "", SessionAccess.INVITED, "", **times,
        automatic=automatic, state=state,
    )  # fmt: skip


def step(state, instant, *, automatic=False):
    return StateChange(SLUG, RUN, state, instant, automatic, "m")


class World:
    """A real ledger in memory, its rollup, and what the sweep makes of the same moment."""

    def __init__(self, connection):
        self.tx = WriteTx(connection)
        for table in TABLES:
            self.tx.execute(table.delete())
        self.clock = FakeClock(TEN)
        self.rollups = Rollups()
        self.belonging = dict(BELONGING)
        self.version = self.erasures = 1
        self.history = [step(SessionState.LIVE, at(0.5))]

    def roster(self):
        return Roster((), dict(self.belonging), self.version, self.erasures)

    def append(self, *events):
        store.append(self.tx, events, self.clock.now())

    def both(self, kind=WindowKind.ACTUAL):
        roster = self.roster()
        asked = Asked(session_at(), self.history, kind, roster, 80)
        held = self.rollups.holding(session_at(), roster)
        return rolled(self.tx, held, asked, self.clock), self.swept(kind)

    def swept(self, kind):
        now = self.clock.now()
        frame = window_of(session_at(), self.history, now, kind)
        stays = [
            Attendance(who, self.belonging[who], stay.key.channel, stay.since, end(stay, now))
            for stay in store.stays_of_session(self.tx, SLUG, RUN)
            if (who := stay.key.participant) in self.belonging
        ]
        said = [c for c in store.corrections(self.tx, SLUG, RUN) if c.participant in self.belonging]
        pages, players = (openings_store.of_session(self.tx, one, SLUG, RUN) for one in OpeningKind)
        return SessionMaterial(
            session=SLUG,
            window=frame,
            registered=9,
            percent=80,
            delegations=DELEGATIONS,
            stays=apply_corrections(stays, said, self.belonging),
            openings=tuple(Opening(o.who, o.since, end(o, now)) for o in pages),
            players=tuple(PlayerTime(o.who, o.since, end(o, now)) for o in players),
        )

    def check(self):
        """Both kinds of window: what the rollup says, where it says something, is what the sweep says."""
        said = 0
        for kind in WindowKind:
            found, material = self.both(kind)
            if found is None:
                continue
            said += 1
            assert found.window == material.window
            expected = with_counts(material, sweep(material)).statistics
            assert with_counts(material, found.counts).statistics == expected
            assert found.curve == timeline(material.stays, material.window, 60)
        return said


def end(one, now):
    return now if one.until is None else one.until


people = st.sampled_from(PEOPLE)
channels = st.sampled_from(Channel)
# ten seconds between two instants at the least: times touch often
late = st.integers(0, 40).map(lambda tens: 10 * tens * SECOND)
spans = st.tuples(st.integers(-6, 40), st.integers(1, 12)).map(
    lambda pair: (TEN + 10 * pair[0] * SECOND, TEN + 10 * (pair[0] + pair[1]) * SECOND)
)
steps = st.one_of(
    st.tuples(st.just("advance"), st.integers(0, 12)),
    st.tuples(st.just("arrive"), people, channels, late),
    st.tuples(st.just("arrive"), people, channels, st.just(0)),
    st.tuples(st.just("leave"), people, channels, late),
    st.tuples(st.just("leave"), people, channels, st.just(0)),
    st.tuples(st.just("import"), people, spans, st.sampled_from("ab")),
    st.tuples(st.just("undo"), st.sampled_from("ab")),
    st.tuples(st.just("correct"), people, spans, channels, st.booleans()),
    st.tuples(st.just("open"), st.sampled_from(OpeningKind), people),
    st.tuples(st.just("shut"), st.sampled_from(OpeningKind), people),
    st.tuples(st.just("belong"), people),
    st.tuples(st.just("erase"), people),
    st.tuples(st.just("state"), st.sampled_from([SessionState.LIVE, SessionState.ENDED])),
)


def happen(world, what, *rest):
    now = world.clock.now()
    if what == "advance":
        world.clock.advance(seconds=10 * rest[0])
    elif what in {"arrive", "leave"}:
        who, channel, ago = rest
        key = Key(who, SLUG, RUN, channel)
        last = store.last_stays(world.tx, [key]).get(key)
        bridges = None if last is None else last.stay.until
        instant = max(now - ago, 0)
        world.append(
            arrive(key, instant, bridges=bridges) if what == "arrive" else leave(key, instant, Cause.BYE)
        )
    elif what == "import":
        who, (since, until), name = rest
        key = Key(who, SLUG, RUN, ZOOM)
        world.append(import_stay(key, since, until, import_id=name, row=f"{name}{since}", at=now))
    elif what == "undo":
        world.append(undo(rest[0], now))
    elif what == "correct":
        who, (since, until), channel, present = rest
        world.append(Event(
            kind=EventKind.CORRECT, at=now, participant=who, session=SLUG, run=RUN, channel=channel,
            since=since, until=until, present=present, by="m", reason="said",
        ))  # fmt: skip
    else:
        beside(world, what, now, *rest)


def beside(world, what, now, *rest):
    """What happens outside of the ledger."""
    if what == "open":
        openings_store.begin(world.tx, *rest, SLUG, RUN, now, "n")
    elif what == "shut":
        openings_store.close(world.tx, *rest, SLUG, now)
    elif what == "belong":
        [who] = rest
        world.version += 1
        if world.belonging.pop(who, "") == "":
            world.belonging[who] = "BE-WAL"
    elif what == "erase":
        [who] = rest
        for table, column in ((store.stays, "participant"), (store.ledger, "participant")):
            world.tx.execute(table.update().where(table.c[column] == who), {column: f"{who}_"})
        world.belonging[f"{who}_"] = world.belonging.pop(who, "BJ")
        world.version, world.erasures = world.version + 1, world.erasures + 1
    else:
        world.history.append(step(rest[0], now))


stories = st.lists(
    st.tuples(st.lists(steps, min_size=1, max_size=4), st.booleans()), min_size=2, max_size=LINES
)


@example([
    ([("arrive", "p_cem", HALL, 0)], False),
    ([("correct", "p_cem", (at(0), at(0) + 10 * SECOND), WEB, True)], False),
])  # fmt: skip
@given(stories)
@settings(max_examples=EXAMPLES, deadline=None)
def test_after_whatever_happens_the_rollup_says_what_the_sweep_says(connection, story):
    world, said = World(connection), 0
    for group, looked in story:
        for one in group:
            happen(world, *one)
        if looked:
            said += world.check()
    world.clock.advance(seconds=1)

    event(f"the rollup answered: {said + world.check() > 0}")


def test_the_rollup_answers_while_people_are_there_and_after_the_end(connection):
    world = World(connection)
    world.clock.advance(minutes=1)
    happen(world, "arrive", "p_cem", HALL, 0)
    assert world.both()[0] is None  # somebody came at this very moment: not yet
    for who in PEOPLE:
        happen(world, "arrive", who, WEB, 30 * SECOND)
    world.clock.advance(minutes=7)
    assert world.check() == 2
    happen(world, "correct", "p_awa", (at(2), at(4)), HALL, False)
    happen(world, "import", "p_ben", (at(1), at(3)), "a")
    happen(world, "state", SessionState.ENDED)
    world.clock.advance(minutes=30)
    assert world.check() == 2
    happen(world, "undo", "a")
    assert world.check() == 2
    assert world.both()[0] is world.both()[0]  # nothing came: nothing is counted again


def test_who_becomes_audience_and_who_is_no_more_is_so_in_what_was_rolled_up_before(connection):
    world = World(connection)
    world.clock.advance(minutes=1)
    for who in ("p_awa", "p_staff"):
        happen(world, "arrive", who, WEB, 30 * SECOND)
    world.clock.advance(minutes=5)
    counted = []
    for change in (None, "p_staff", "p_awa"):
        if change:
            happen(world, "belong", change)
        assert world.check() == 2
        counted.append([one.participant for one in world.both()[0].counts.people])

    assert counted == [["p_awa"], ["p_awa", "p_staff"], ["p_staff"]]


def test_a_window_of_weeks_is_swept():
    rollup = Rollup()
    rollup.put("p_awa", times_of("p_awa", [(WEB, at(0), None)], (), ()))

    assert rollup.view(Window(WindowKind.ACTUAL, at(0), at(20_000), final=True), at(30_000)) is None


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=12),
    st.sets(st.integers(0, 11)),
    st.integers(1, 5 * 60_000),
)
@settings(max_examples=150)
def test_minutes_hold_what_a_sweep_finds_however_often_times_are_taken_back(spans, back, length):
    minutes = Minutes(TEN)
    held = []
    for number, (since, lasts) in enumerate(spans):
        span = (TEN + since * 17_000, TEN + (since + lasts) * 17_000)
        minutes.replace(0, (), (span,))
        if number in back:
            minutes.points(TEN + length)
            minutes.replace(0, (span,), ())
        else:
            held.append(span)
    whole = Window(WindowKind.ACTUAL, TEN, TEN + length, final=True)
    counts = headcounts([union([span]) for span in held], whole)

    assert minutes.peak(whole.until) == peak(counts)
    assert minutes.levels(whole.until) == levels(counts, whole)


def test_what_lasts_grows_by_itself():
    rollup = Rollup()
    rollup.put("p_awa", times_of("p_awa", [(WEB, at(0), None)], (), [(at(1), OPEN)]))
    for minutes in (2, 3, 50):
        frame = Window(WindowKind.ACTUAL, at(0), at(minutes), final=False)
        view = rollup.view(frame, at(minutes))

        counts = roll(view, Rollup().view(frame, at(minutes)), frame, 80, {"p_awa": "BJ"})

        assert counts.duration.total_seconds == counts.web.page_seconds == minutes * 60
        assert counts.web.player_seconds == (minutes - 1) * 60
