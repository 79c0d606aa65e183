"""Whatever happens in a night: the figures are those of a slow replay of what was done. 0 differences.

How, and what it found: docs/disorder.md.
"""

import asyncio
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from tests.attendance.disorder_oracle import Meeting, Night, window_of
from tests.attendance.disorder_world import MEETINGS, PEOPLE, SESSIONS, SETTINGS, World, evening
from tests.attendance.one_thread import in_one_thread

MEMORY = Path("/dev/shm")
"""Where a file costs no disk: the disk is not what is tested here."""
COUNTED = {name: name != "dia" for name in PEOPLE}
SEATS = {"ana": "BJ-01 (iPhone)", "bob": "BJ-02", "cyr": "SN-01 Cyr", "luc": "Luc", "mia": "iPad de Mia"}
"""As whom a Zoom list knows people; the last two are known to nobody."""

PHASES = (Phase.generate, Phase.shrink)
people = st.sampled_from(list(PEOPLE))
slugs = st.sampled_from(list(SESSIONS))
connections = st.sampled_from([("1", "ana"), ("2", "ana"), ("3", "bob"), ("4", "dia"), ("5", None)])
"""Zoom's users, and whom their registrations name."""
devices = st.sampled_from(["phone", "laptop", "tablet"])
some = st.integers(0, 11)
"""Which of the open pages, by number."""
spans = st.sampled_from([1, 999, 1_000, 8_000, 19_999, 20_000, 20_001, 59_999, 60_000, 61_000])
waits = spans | st.sampled_from([120_000, 420_000, 600_000, 1_200_000, 2_400_000])
agos = st.sampled_from([0, 0, 1_000, 60_000, 600_000, 1_800_000, 3_600_000])
doors = st.sampled_from(
    [{}, *({"venue": venue} for venue in ("Hémicycle", "Maison")), *({"session": slug} for slug in SESSIONS)]
)


class Disorder(RuleBasedStateMachine):
    """Drives the real services and the oracle with the same facts, and compares them."""

    loop: asyncio.Runner

    @initialize()
    def evening(self):
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.world = World(Path(self.folder.name))
        self.do(self.world.open())
        people = {name: (COUNTED[name], row[2], row[3]) for name, row in PEOPLE.items()}
        self.night = Night(people, SESSIONS, MEETINGS)
        self.steps = dict.fromkeys(SESSIONS, 0)
        self.orders = []
        self.imports = []
        self.listed = []
        self.zoom = {}
        self.restarts = 0
        self.follow()

    def do(self, work):
        return self.loop.get_loop().run_until_complete(work)

    # Time

    @rule(ms=waits)
    def time_passes(self, ms):
        self.do(self.passes(self.world.now + ms))

    @rule(ms=waits)
    def time_passes_as_often(self, ms):
        self.do(self.passes(self.world.now + ms))

    async def passes(self, until):
        for at in await self.world.stops(until):
            answering = [name for name, page in self.world.pages.items() if page.answers]
            await self.world.tick(at)
            for name in answering:
                self.night.lives(name, at)
            self.night.tick(at)
            await self.noticed()

    def follow(self):
        self.do(self.noticed())

    async def noticed(self):
        """Hand on what the session clock did."""
        for slug in SESSIONS:
            history = await self.world.use.programme.history(slug)
            for step in history[self.steps[slug] :]:
                self.night.state(slug, str(step.state), step.at, self.world.now)
            self.steps[slug] = len(history)

    @rule(hours=st.sampled_from([1, -24]))
    def the_wall_clock_jumps(self, hours):
        before = self.world.now

        self.world.hands.jump += hours * 3_600_000

        assert self.world.now == before

    # Our page

    @rule(who=people, slug=slugs, device=devices, slow=st.booleans())
    def opens_a_page(self, who, slug, device, slow):
        self.open(who, slug, device, 30_000 if slow else 0)

    @rule(who=people, device=devices)
    def opens_the_night(self, who, device):
        self.open(who, "nuit", device, 0)

    def open(self, who, slug, device, rhythm_ms):
        at = self.world.now
        welcome = self.night.admits_device(who, device)

        name = self.do(self.world.opens(who, slug, device, rhythm_ms))

        assert (name is not None) is welcome
        if name:
            self.night.opens(name, who, slug, device, at, rhythm_ms)

    @precondition(lambda self: self.world.pages)
    @rule(n=some)
    def says_goodbye(self, n):
        name = self.page(n)
        self.night.ends(name, self.world.now, "bye")
        self.do(self.world.bye(name))

    @precondition(lambda self: self.world.pages)
    @rule(n=some)
    def loses_the_line(self, n):
        name = self.page(n)
        self.night.breaks(name)
        self.do(self.world.breaks(name))

    @precondition(lambda self: self.world.pages)
    @rule(n=some)
    def crashes_or_sleeps(self, n):
        self.world.pages[self.page(n)].answers = False

    @precondition(lambda self: self.world.pages)
    @rule(n=some)
    def wakes(self, n):
        name = self.page(n)
        self.night.looks_again(name, self.world.now)
        self.do(self.world.looks_again(name))

    @precondition(lambda self: self.world.pages)
    @rule(n=some, slug=slugs)
    def moves_to_another_session(self, n, slug):
        name = self.page(n)
        visit, who = self.world.pages[name].visit, self.world.pages[name].who
        self.says_goodbye(n)
        self.open(who, slug, visit.device, visit.rhythm_ms)

    @rule(who=people, slug=slugs)
    def opens_a_link_out(self, who, slug):
        if self.night.states[slug] in {"live", "paused", "doors"}:
            self.night.elsewhere(who, slug, self.world.now)
            self.do(self.world.elsewhere(who, slug))

    def page(self, n):
        return list(self.world.pages)[n % len(self.world.pages)]

    # The door

    @rule(who=people, direction=st.sampled_from(["in", "in", "out"]), place=doors, ago=agos)
    def passes_a_door(self, who, direction, place, ago):
        order = (who, direction, self.world.now - ago, f"n{len(self.orders)}", place)
        self.orders.append(order)
        self.send(order)

    @precondition(lambda self: self.orders)
    @rule(n=some)
    def a_desk_sends_again(self, n):
        self.send(self.orders[n % len(self.orders)])

    def send(self, order):
        who, direction, at, nonce, place = order
        self.do(self.world.check(who, direction, at, nonce, **place))
        self.night.scans_door(who, direction, at, nonce, place.get("venue"), place.get("session"))

    # Moderators and lists

    @rule(slug=slugs, state=st.sampled_from(["doors", "live", "paused", "ended", "live"]))
    def a_moderator_changes_the_state(self, slug, state):
        self.do(self.world.set_state(slug, state))
        self.follow()

    @rule(slug=slugs, minutes=st.sampled_from([-60, -15, 10, 30]))
    def a_moderator_shifts(self, slug, minutes):
        if self.night.states[slug] != "ended":
            self.do(self.world.shift(slug, minutes))
            self.follow()

    @rule(
        who=people,
        slug=slugs,
        ago=agos,
        ms=spans,
        present=st.booleans(),
        channel=st.sampled_from(["web", "zoom", "hall"]),
    )
    def a_moderator_corrects(self, who, slug, ago, ms, present, channel):
        until = self.world.now - ago
        since = until - ms * 20
        self.do(self.world.correct(who, slug, since, until, present, channel))
        self.night.says(who, slug, since, until, present, channel)

    @rule(
        slug=slugs,
        names=st.lists(st.sampled_from(list(SEATS)), min_size=1, max_size=3),
        ago=agos,
        seconds=st.sampled_from([1, 60, 1_800]),
    )
    def a_list_is_imported(self, slug, names, ago, seconds):
        since = (self.world.now - ago) // 1000 * 1000
        rows = [(name, since - 1000 * seconds * n, since + 1000 * seconds) for n, name in enumerate(names)]
        self.listed.append((slug, rows))
        self.takes_list(slug, rows)

    @precondition(lambda self: self.listed)
    @rule(n=some)
    def a_list_comes_again(self, n):
        self.takes_list(*self.listed[n % len(self.listed)])

    def takes_list(self, slug, rows):
        window = self.do(self.window(slug))
        if window is None:
            return

        found = self.do(self.world.apply_list([slug], [(SEATS[name], a, b) for name, a, b in rows]))

        self.imports.append(found)
        begin, end = window
        first = min(a for _, a, _ in rows)  # tells meetings apart that lists do not name
        known = {name: name if name in PEOPLE else f"{name} {first}" for name, _, _ in rows}
        cut = [(known[name], slug, max(a, begin), min(b, end), (name, a, b)) for name, a, b in rows]
        self.night.lists[found] = [row for row in cut if row[2] < row[3]]

    @precondition(lambda self: self.imports)
    @rule(n=some)
    def an_import_is_taken_back(self, n):
        found = self.imports[n % len(self.imports)]
        self.do(self.world.use.imports.undo(found, "p_com"))
        self.night.lists.pop(found, None)

    # Zoom

    @rule(
        number=st.sampled_from(sorted(set(MEETINGS.values()))),
        user=connections,
        kind=st.sampled_from(["joined", "joined", "left", "ended"]),
        ago=agos,
        order=st.randoms(use_true_random=False),
    )
    def zoom_says(self, number, user, kind, ago, order):
        """Late, in whole seconds, and some of what it said before once more."""
        if kind == "ended" and order.random() < 0.7:
            return
        said = ("", None) if kind == "ended" else user
        event = (kind, *said, (self.world.now - ago) // 1000 * 1000)
        known = self.zoom.setdefault(number, [])
        told = [event, *order.sample(known, min(len(known), order.randrange(3)))]
        known.append(event)
        order.shuffle(told)
        self.do(self.world.zoom_says(number, told))
        self.night.zoom_says(number, *event)
        self.follow()

    @precondition(lambda self: self.zoom.keys() - self.night.reports.keys())
    @rule(
        rows=st.lists(st.tuples(connections, agos, st.sampled_from([0, 1, 59, 600])), min_size=1, max_size=4)
    )
    def zoom_reports(self, rows):
        """The report of a meeting says something else than its events did, and stands."""
        number = min(self.zoom.keys() - self.night.reports.keys())
        now = self.world.now // 1000 * 1000
        told = [(*user, now - ago - seconds * 1000, now - ago) for user, ago, seconds in rows]
        self.do(self.world.zoom_reports(number, told))
        self.night.zoom_reports(number, told, self.world.now)
        self.follow()

    # The server

    @precondition(lambda self: self.restarts < 2)
    @rule(killed=st.booleans(), late=st.sampled_from([0, 1, 999, 2_000]), down=spans)
    def the_server_is_stopped_or_killed(self, killed, late, down):
        if killed:
            self.night.crashes(self.world.now)
            self.do(self.world.lives())
            self.world.hands.at += late
            self.do(self.world.kill())
        else:
            self.night.stops(self.world.now)
            self.do(self.world.stop())
        self.comes_back(down)

    def comes_back(self, down):
        self.restarts += 1
        self.do(self.world.comes_back(down))
        self.follow()

    # What must hold

    async def window(self, slug):
        meetings = await self.meetings()
        return window_of(next(m for m in meetings if m.slug == slug), self.world.now)

    async def meetings(self):
        programme = self.world.use.programme
        return [
            Meeting(
                s.slug,
                s.venue,
                s.starts_at,
                s.ends_at,
                (s.scheduled_starts_at, s.scheduled_ends_at),
                [(str(c.state), c.at, c.automatic) for c in await programme.history(s.slug)],
            )
            for s in await programme.sessions()
        ]

    @invariant()
    def who_is_there_now(self):
        meetings, now = self.do(self.meetings()), self.world.now
        with_line = {name for name, tab in self.night.tabs.items() if tab.line}
        assert set(self.world.pages) == with_line
        for meeting in meetings:
            if self.night.states[meeting.slug] in {"doors", "live", "paused"}:
                for who in PEOPLE:
                    expected = self.night.channels_now(who, meeting, meetings, now)
                    found = self.world.channels(who, meeting.slug)
                    assert found == expected, f"{who} in {meeting.slug}: {found}, not {expected}"
                assert self.world.guests(meeting.slug) == self.night.guests_now(meeting, now)

    def teardown(self):
        if not hasattr(self, "world") or self.world.use is None:
            return
        try:
            self.compare()
        finally:
            self.do(self.world.use.close())
            self.folder.cleanup()

    def compare(self):
        figures = self.do(self.world.figures())
        meetings, now = self.do(self.meetings()), self.world.now
        expected = [self.night.figures(m, meetings, now, SETTINGS.attended_percent) for m in meetings]
        for meeting, found, right in zip(meetings, figures.sessions, expected, strict=True):
            assert plain(found) == strip(right), f"{meeting.slug}: {plain(found)}, not {right}"
        assert figures.attended == self.night.at_the_summit(expected)
        comparison = self.do(self.world.use.attendance.compare())
        assert (comparison.missing, comparison.surplus) == ((), ())


def plain(found):
    """A session's figures as the oracle says them."""
    if found.window is None:
        return None
    return {
        "window": (found.window.since, found.window.until),
        "people": found.attended,
        "peak": (found.peak.present, found.peak.at),
        "total": found.duration.total_seconds,
        "median": found.duration.median_seconds,
        "enough": found.attended_threshold.people,
        "split": (found.by_channel.hall, found.by_channel.zoom, found.by_channel.web),
        "levels": {level.present: level.milliseconds for level in found.levels},
    }


def strip(expected):
    return expected and {name: value for name, value in expected.items() if name != "who"}


def replay(examples, steps, number):
    """Run so many nights of so many steps; the same ones each time for a ``number``."""
    evening()
    machine = seed(number)(type("Disorder", (Disorder,), {}))
    with asyncio.Runner() as runner:
        Disorder.loop = runner
        run(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=PHASES,
                database=None,
                report_multiple_bugs=False,
                print_blob=True,
            ),
        )


@pytest.mark.parametrize("number", range(1, 11))
def test_500_nights_of_50_steps_have_the_figures_of_a_slow_replay(number):
    with in_one_thread():
        replay(50, 50, number)


def test_nights_on_the_writer_thread_have_the_figures_of_a_slow_replay():
    replay(10, 50, number=3)


@pytest.mark.long
@pytest.mark.parametrize("fifty", range(100))
def test_5000_nights_of_100_steps_have_the_figures_of_a_slow_replay(fifty):
    number = SystemRandom().randrange(2**32)
    print(f"nights number {number}")  # noqa: T201 - shown where they fail
    with in_one_thread():
        replay(50, 100, number)
