"""Whatever happens in a session: state + diffs = next state, counts are head counts, the ledger agrees."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streamhub.access.roles import Role
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.presence.model import Departure, Heads, Person, PersonState, Who, apply
from streamhub.presence.tracker import GRACE_MS, UNSTABLE_MS, PresenceTracker
from tests.support import NOON

PEOPLE = [
    *(
        Who(participant=ParticipantId(f"p{n}"), delegation=DelegationCode(code), role=role)
        for n, (code, role) in enumerate(
            [
                ("BJ", Role.DELEGATE),
                ("SN", Role.PRESS),
                ("SN", Role.INTERPRETER),
            ]
        )
    ),
    Who(
        participant=ParticipantId("z0"), delegation=None, role=Role.DELEGATE, label="Zoom 1a2b3c", guest=True
    ),
]
people = st.sampled_from(PEOPLE)
tabs = st.sampled_from(["a", "b"])


@dataclass
class Line:
    """One source, told plainly: ``patience`` is what a blocked loop and a slow rhythm add."""

    who: Who
    channel: Channel | None
    life: Instant
    rhythm_ms: int
    patience: int = 0
    quiet: bool = False


class TheDay(RuleBasedStateMachine):
    """Drives a tracker, an obvious model of it, a page that applies diffs, and a ledger."""

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        self.tracker = PresenceTracker()
        self.lines: dict[str, Line] = {}
        self.elsewhere: set[ParticipantId] = set()
        self.open: dict[tuple[ParticipantId, Channel], Instant] = {}
        self.last_sign: dict[tuple[ParticipantId, Channel | None], Instant] = {}
        self.page: list[Person] = []
        self.revision = 0

    # What happens

    @rule(who=people, tab=tabs, slow=st.booleans())
    def opens_a_page(self, who: Who, tab: str, slow: bool) -> None:
        self.arrives(f"{who.participant}-{tab}", who, Channel.WEB, 30_000 if slow else 0)

    @rule(who=people, channel=st.sampled_from([Channel.HALL, Channel.ZOOM]))
    def is_seen_by_the_door_or_by_zoom(self, who: Who, channel: Channel) -> None:
        self.arrives(f"{who.participant}-{channel}", who, channel, 0)

    @rule(who=people, tab=tabs)
    def stands_at_the_door(self, who: Who, tab: str) -> None:
        key = f"{who.participant}-{tab}"
        if key not in self.lines:
            self.tracker.wait(key, who, self.now)
            self.lines[key] = Line(who, None, self.now, 0)

    @rule(who=people, tab=tabs)
    def answers_a_ping(self, who: Who, tab: str) -> None:
        key = f"{who.participant}-{tab}"
        self.tracker.touch(key, self.now)
        if key in self.lines:
            line = self.lines[key]
            line.life, line.patience, line.quiet = self.now, 0, False
            self.lives(who, line.channel)

    @rule(who=people, tab=tabs)
    def loses_the_line(self, who: Who, tab: str) -> None:
        key = f"{who.participant}-{tab}"
        self.tracker.lose(key)
        if key in self.lines:
            self.lines[key].quiet = True

    @rule(who=people, tab=tabs)
    def says_goodbye(self, who: Who, tab: str) -> None:
        key = f"{who.participant}-{tab}"
        if key in self.lines:
            self.lives(who, self.lines.pop(key).channel)
        self.departs([self.tracker.untrack(key, self.now)])

    @rule(who=people, channel=st.sampled_from(list(Channel)))
    def checks_out(self, who: Who, channel: Channel) -> None:
        self.ends(who, channel)
        self.departs([self.tracker.leave(who.participant, channel, self.now)])

    @rule(who=people)
    def opens_a_link_out(self, who: Who) -> None:
        self.ends(who, Channel.WEB, None)
        self.departs([self.tracker.elsewhere(who, self.now)])
        if Channel.ZOOM not in self.channels(who):
            self.elsewhere.add(who.participant)

    @rule(who=people)
    def is_removed(self, who: Who) -> None:
        self.ends(who, Channel.WEB, None)
        self.departs([self.tracker.expel(who.participant, self.now)])
        self.elsewhere.discard(who.participant)

    @rule(seconds=st.sampled_from([1, 5, 11, 12, 19, 20, 42, 51]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1_000
        expired = self.tracker.expire(self.now)
        silent = {key for key, line in self.lines.items() if self.silence(line) >= GRACE_MS}
        assert set(expired.sources) == silent
        for key in silent:
            del self.lines[key]
        for line in self.lines.values():
            if line.channel in {None, Channel.WEB} and self.silence(line) >= UNSTABLE_MS:
                line.quiet = True
        self.departs(expired.departures)

    @rule(ms=st.sampled_from([500, 2_000, 30_000]))
    def the_loop_is_blocked(self, ms: int) -> None:
        self.tracker.delay(ms)
        for line in self.lines.values():
            line.patience += ms

    @rule()
    def a_diff_goes_out(self) -> None:
        diff = self.tracker.take_diff()
        if diff is not None:
            self.revision += 1
            assert diff.revision == self.revision
            self.page = apply(diff, self.page)
        snapshot = self.tracker.snapshot()
        assert snapshot.revision == self.revision
        assert by_person(self.page) == by_person(snapshot.people)
        assert {p.who: p.state for p in snapshot.people} == self.expected()

    # What always holds

    @invariant()
    def nothing_more_to_say_right_after_a_diff(self) -> None:
        if not self.tracker.changed():
            assert {p.who: p.state for p in self.tracker.snapshot().people} == self.expected()

    @invariant()
    def the_summary_is_a_head_count_of_the_list(self) -> None:
        snapshot = self.tracker.snapshot()
        counted = [p for p in snapshot.people if p.who.role is not Role.INTERPRETER]
        assert snapshot.summary.heads == heads(counted)
        for delegation in snapshot.summary.delegations:
            assert delegation.heads == heads([p for p in counted if p.who.delegation == delegation.code])
        assert {d.code for d in snapshot.summary.delegations} == {p.who.delegation for p in counted}

    @invariant()
    def the_ledger_has_open_exactly_what_the_tracker_holds(self) -> None:
        there = {
            (who.participant, channel)
            for who in PEOPLE
            if (row := self.tracker.person(who.participant)) is not None
            for channel in row.channels
        }
        assert set(self.open) == there

    # The model

    def arrives(self, key: str, who: Who, channel: Channel, rhythm_ms: int) -> None:
        self.open.setdefault((who.participant, channel), self.now)
        self.tracker.track(key, who, channel, self.now, rhythm_ms=rhythm_ms)
        self.lines[key] = Line(who, channel, self.now, rhythm_ms)
        self.elsewhere.discard(who.participant)
        self.lives(who, channel)

    def lives(self, who: Who, channel: Channel | None) -> None:
        self.last_sign[who.participant, channel] = self.now

    def departs(self, departures: "list[Departure | None] | tuple[Departure, ...]") -> None:
        for departure in departures:
            if departure is not None:
                key = (departure.participant, departure.channel)
                assert self.open.pop(key) <= departure.at
                assert departure.at == self.last_sign[key]

    def ends(self, who: Who, *channels: Channel | None) -> None:
        for channel in channels:
            self.lives(who, channel)
        self.lines = {k: x for k, x in self.lines.items() if x.who != who or x.channel not in channels}

    def silence(self, line: Line) -> int:
        if line.channel in {Channel.HALL, Channel.ZOOM}:
            return 0
        return self.now - line.life - line.rhythm_ms - line.patience

    def channels(self, who: Who) -> set[Channel | None]:
        return {line.channel for line in self.lines.values() if line.who == who}

    def expected(self) -> dict[Who, PersonState]:
        states = {who: self.expected_of(who) for who in PEOPLE}
        return {who: state for who, state in states.items() if state is not None}

    def expected_of(self, who: Who) -> PersonState | None:
        channels = self.channels(who)
        lines = [x for x in self.lines.values() if x.who == who and x.channel is Channel.WEB]
        if Channel.HALL in channels:
            return PersonState.HALL
        if Channel.ZOOM in channels or any(not line.quiet for line in lines):
            return PersonState.ONLINE
        if lines:
            return PersonState.UNSTABLE
        if who.participant in self.elsewhere:
            return PersonState.ELSEWHERE
        return PersonState.WAITING if channels else None


def by_person(rows: "list[Person] | tuple[Person, ...]") -> dict[Who, Person]:
    return {row.who: row for row in rows}


def heads(rows: list[Person]) -> Heads:
    states = Counter(row.state for row in rows)
    return Heads(
        on_site=states[PersonState.HALL],
        remote=states[PersonState.ONLINE] + states[PersonState.UNSTABLE],
        elsewhere=states[PersonState.ELSEWHERE],
        waiting=states[PersonState.WAITING],
    )


TestTheDay = TheDay.TestCase
TestTheDay.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
