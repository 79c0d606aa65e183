"""The rules of seats: examples, then everything that may happen to a row in any order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streamhub.kit.clock import MINUTE, SECOND
from streamhub.live.seats import SeatRow
from tests.support import NOON

ANYBODY = bool  # everybody named is ready


def nobody(person):
    return False


def row(seats, *sitting, line=()):
    made = SeatRow(seats)
    for person in sitting:
        made.stand(person)
        assert made.sit(person, ANYBODY)
        made.settle(person)
    for person in line:
        made.stand(person)
    return made


# Examples


def test_three_seats_and_a_fourth_person_who_waits_first_in_line():
    seats = row(3, "ada", "ben", "cleo")
    seats.stand("dora")

    assert not seats.sit("dora", ANYBODY)
    assert seats.position("dora") == 1


def test_a_second_tab_sits_on_the_same_seat():
    seats = row(2, "ada")

    assert seats.sit("ada", ANYBODY)
    assert seats.free == 1


def test_the_last_seat_is_taken_before_the_arrival_is_written():
    seats = row(1, line=["ada", "ben"])

    assert seats.sit("ada", ANYBODY)
    assert not seats.sit("ben", ANYBODY)


def test_a_seat_comes_back_when_the_arrival_could_not_be_written():
    seats = row(1, line=["ada", "ben"])
    seats.sit("ada", ANYBODY)

    seats.settle("ada")
    seats.release(NOON, nobody)

    assert seats.sit("ben", ANYBODY)


def test_a_seat_stays_while_another_tab_is_still_arriving():
    seats = row(1, line=["ada"])
    seats.sit("ada", ANYBODY)
    seats.sit("ada", ANYBODY)

    seats.settle("ada")
    seats.release(NOON, nobody)

    assert seats.sits("ada")


def test_a_free_seat_goes_to_the_first_in_line_whoever_asks_first():
    seats = row(1, "ada", line=["ben", "cleo"])
    seats.release(NOON, nobody)

    assert not seats.sit("cleo", ANYBODY)
    assert seats.sit("ben", ANYBODY)


def test_two_free_seats_are_for_the_first_two_in_whatever_order_they_ask():
    seats = row(2, line=["ada", "ben", "cleo"])

    assert [seats.sit(person, ANYBODY) for person in ("cleo", "ben", "ada")] == [False, True, True]


def test_whose_line_broke_keeps_the_place_and_holds_up_nobody():
    seats = row(1, line=["ada", "ben", "cleo"])
    up = {"ben", "cleo"}.__contains__

    assert (seats.sit("cleo", up), seats.sit("ben", up)) == (False, True)
    assert (seats.position("ada"), seats.position("cleo")) == (1, 2)


def test_who_is_refused_a_seat_stands_in_line_from_then_on():
    seats = row(1, "ada", line=["ben"])

    assert not seats.sit("cleo", ANYBODY)
    assert seats.line == ("ben", "cleo")


def test_positions_move_up_when_somebody_leaves_the_line():
    seats = row(1, "ada", line=["ben", "cleo"])

    seats.thin_out({"cleo"}.__contains__)

    assert seats.position("cleo") == 1


def test_who_is_admitted_uses_no_seat():
    seats = row(1, "ada", line=["ben"])

    seats.excuse("ada")

    assert seats.sit("ben", ANYBODY)


def test_without_a_limit_nobody_waits():
    seats = row(None)

    assert all(seats.sit(str(person), ANYBODY) for person in range(1_000))


def test_a_lower_limit_puts_nobody_out_and_lets_nobody_in():
    seats = row(3, "ada", "ben", "cleo", line=["dora"])

    seats.seats = 1

    assert seats.sit("ada", ANYBODY)
    assert (seats.free, seats.sit("dora", ANYBODY)) == (0, False)


def test_after_a_restart_a_seat_waits_for_its_person_but_not_for_ever():
    seats = SeatRow(1)
    seats.keep("ada", NOON + MINUTE)
    seats.stand("ben")

    seats.release(NOON + 59 * SECOND, nobody)
    early = seats.sit("ben", ANYBODY)
    seats.release(NOON + MINUTE, nobody)

    assert (early, seats.sit("ben", ANYBODY)) == (False, True)


def test_who_came_back_after_a_restart_sits_as_everybody_else():
    seats = SeatRow(1)
    seats.keep("ada", NOON + MINUTE)
    seats.sit("ada", ANYBODY)
    seats.settle("ada")

    seats.release(NOON + SECOND, nobody)

    assert seats.free == 1


# Everything that may happen

PEOPLE = [f"p{number}" for number in range(7)]
people = st.sampled_from(PEOPLE)


class Row(RuleBasedStateMachine):
    """People come, sit, leave, are admitted and lose their line, in any order."""

    def __init__(self):
        super().__init__()
        self.row = SeatRow(2)
        self.came = []
        self.up = set()
        self.arriving = []
        self.attending = set()
        self.admitted = set()
        self.highest = 2

    def ready(self, person):
        return person in self.up

    def waits(self, person):
        return person in self.came

    def tidy(self):
        self.row.release(NOON, self.attending.__contains__)
        self.row.thin_out(self.waits)
        self.highest = max(self.row.seats, len(self.row.sitting))

    @rule(person=people)
    def come(self, person):
        self.up.add(person)
        if person in self.admitted:
            self.attending.add(person)
            return
        if person not in self.came and not self.row.sits(person):
            self.came.append(person)
        self.row.stand(person)

    @rule(person=people)
    def lose_the_line(self, person):
        self.up.discard(person)

    @precondition(lambda self: self.up - self.admitted)
    @rule(data=st.data())
    def ask(self, data):
        person = data.draw(st.sampled_from(sorted(self.up - self.admitted)))
        self.tidy()
        ahead = (
            [p for p in self.came[: self.came.index(person)] if p in self.up] if person in self.came else []
        )
        free, sat = self.row.free, self.row.sits(person)

        got = self.row.sit(person, self.ready)

        if person in self.came:
            assert got == (sat or len(ahead) < free)
        if got:
            self.arriving.append(person)
            self.came = [p for p in self.came if p != person]

    @precondition(lambda self: self.arriving)
    @rule(written=st.booleans())
    def arrive(self, written):
        person = self.arriving.pop(0)
        if written:
            self.attending.add(person)
        self.row.settle(person)

    @rule(person=people)
    def leave(self, person):
        self.attending.discard(person)
        self.up.discard(person)
        self.came = [p for p in self.came if p != person]
        self.tidy()

    @rule(person=people)
    def admit(self, person):
        self.admitted.add(person)
        self.came = [p for p in self.came if p != person]
        self.row.excuse(person)

    @rule(seats=st.integers(0, 4))
    def change_the_limit(self, seats):
        self.row.seats = seats
        self.tidy()

    @invariant()
    def nobody_sits_beyond_the_seats(self):
        assert len(self.row.sitting) <= max(self.row.seats, self.highest)

    @invariant()
    def remote_people_are_at_most_the_seats_and_the_admitted(self):
        remote = self.attending | set(self.arriving)
        assert len(remote - self.admitted - self.row.sitting) == 0
        assert len(remote) <= max(self.row.seats, self.highest) + len(self.admitted)

    @invariant()
    def the_line_is_in_the_order_of_coming(self):
        assert [p for p in self.row.line if p in self.came] == [p for p in self.came if p in self.row.line]

    @invariant()
    def nobody_sits_and_stands(self):
        assert not set(self.row.line) & self.row.sitting

    @invariant()
    def no_seat_is_lost(self):
        """Whoever is first and there may sit as soon as fewer sit than there are seats."""
        self.tidy()
        first = next((p for p in self.row.line if p in self.up), None)
        if first is not None and len(self.row.sitting) < self.row.seats:
            assert self.row.admits(first, self.ready)

    @invariant()
    def those_who_wait_have_places_of_their_own(self):
        self.tidy()
        waiting = [p for p in self.row.line if not self.row.admits(p, self.ready)]
        places = [self.row.position(p) for p in waiting]
        assert places == sorted(places)
        assert len(set(places)) == len(places)


TestRow = Row.TestCase
TestRow.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
