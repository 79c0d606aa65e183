"""What the figures of the night must be: the counting rules of the design, slow and obvious.

Written from the rules, not from the code. Facts come in the order in which they became known;
whoever was on our page is followed page by page, everything else is worked out at the end from
the facts alone, over every stretch of time between two instants at which anything changed.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

GRACE, RESTART_GAP, LEAST_AFTER_CRASH, ZOOM_GAP = 20_000, 60_000, 1_000, 60_000
ZONE = ZoneInfo("Europe/Brussels")
OPEN = {"doors", "live", "paused"}
ALWAYS = 10**15  # later than everything


@dataclass(slots=True)
class Tab:
    """An open page. ``place`` is waiting, inside or elsewhere; ``watched`` when silence can end it.

    ``heard`` when the person is there by it: a page that waited for a session that ended is only watched.
    """

    who: str
    session: str
    device: str
    life: int
    patience: int
    place: str = "inside"
    line: bool = True
    heard: bool = False
    watched: bool = False


@dataclass(slots=True)
class Span:
    """A time on our page; while ``until`` is None, ``tabs`` hold it."""

    since: int
    until: int | None = None
    why: str = ""
    tabs: set = field(default_factory=set)
    last: int = 0


@dataclass(slots=True)
class Meeting:
    """A session as it was held and planned: what the programme's own history says."""

    slug: str
    venue: str
    starts: int
    ends: int
    planned: tuple
    steps: list


class Night:
    """Facts in; at the end figures out. ``people`` are name → (counted, devices, policy).

    ``numbers`` are the Zoom meetings of the sessions; one may serve several.
    """

    def __init__(self, people, sessions, numbers):
        self.people = people
        self.numbers = numbers
        self.states = dict.fromkeys(sessions, "scheduled")
        self.tabs = {}
        self.web = {}
        self.scans = {}
        self.words = []
        self.lists = {}
        self.meetings = {}
        self.reports = {}

    # Our page

    def admits_device(self, who, device):
        _, limit, policy = self.people[who]
        others = self._devices(who)
        return device in others or len(others) < limit or policy != "refuse"

    def opens(self, name, who, session, device, at, patience):
        """A page that was let in; older devices beyond the limit go once it is there."""
        others = [d for d in self._devices(who) if d != device]
        self.tabs[name] = Tab(who, session, device, at, patience)
        self._enter(name, at)
        _, limit, policy = self.people[who]
        over = len(others) + 1 - limit
        gone = [] if over <= 0 else others if policy == "take_over" else others[:over]
        for other, tab in list(self.tabs.items()):
            if tab.who == who and tab.device in gone and tab.line:
                self.ends(other, at, "moved")

    def lives(self, name, at):
        tab = self.tabs[name]
        if tab.place != "elsewhere":
            tab.life = at

    def breaks(self, name):
        """The line is gone; who was there stays until the grace is over."""
        self.tabs[name].line = False
        if not self.tabs[name].heard:
            del self.tabs[name]

    def looks_again(self, name, at):
        tab = self.tabs[name]
        if tab.place == "elsewhere":
            self._enter(name, at)
        tab.life = at

    def elsewhere(self, who, session, at):
        """A link-out was opened: the web stay ends now, whatever pages are open."""
        for name, tab in list(self.tabs.items()):
            if (tab.who, tab.session) == (who, session):
                tab.heard = tab.watched = False
                if not tab.line:
                    del self.tabs[name]
                elif tab.place == "inside":
                    tab.place = "elsewhere"
        self._close((who, session), at, "elsewhere")

    def tick(self, at):
        """Pages silent for the grace are let go, at their last sign of life."""
        for name, tab in list(self.tabs.items()):
            if tab.watched and at - tab.life - tab.patience >= GRACE:
                self.ends(name, tab.life, "lost")

    def state(self, session, state, at, now):
        """The session came into a state at ``at``, as was noticed ``now``."""
        before, self.states[session] = self.states[session], state
        for who in self.people if state == "ended" else ():
            self._close((who, session), at, "ended")
        if before not in OPEN or state == "ended":
            for name, tab in list(self.tabs.items()):
                if tab.session == session and tab.line and tab.place != "elsewhere":
                    self._enter(name, now)

    def stops(self, at):
        for key in self.web:
            self._close(key, at, "restart")
        self.tabs.clear()

    def crashes(self, lease):
        """The server died; it is known to have lived at ``lease``."""
        for key, spans in self.web.items():
            if spans and spans[-1].until is None:
                self._close(key, max(lease, spans[-1].since + LEAST_AFTER_CRASH), "restart")
        self.tabs.clear()

    def _enter(self, name, at):
        tab = self.tabs[name]
        state = self.states[tab.session]
        waited, tab.place = tab.place == "waiting", "waiting" if state == "scheduled" else "inside"
        if state == "ended":
            tab.heard = tab.heard and not waited  # who never came in is not there when it is opened again
            return
        tab.life, tab.heard, tab.watched = at, True, True
        if state != "scheduled":
            self._holds(name, (tab.who, tab.session), at)

    def _holds(self, name, key, at):
        spans = self.web.setdefault(key, [])
        last = spans[-1] if spans else None
        if last is None or last.until is not None:
            gap = at - last.until if last else -1
            allowed = {"bye": GRACE, "lost": GRACE, "restart": RESTART_GAP}.get(last.why, -1) if last else -1
            if 0 <= gap <= allowed:
                last.until = None
            else:
                spans.append(Span(at))
            spans[-1].last = at
        spans[-1].tabs.add(name)

    def ends(self, name, at, why):
        """A page is over; with the last of somebody's pages their stay is."""
        tab = self.tabs.pop(name)
        spans = self.web.get((tab.who, tab.session))
        if spans and name in spans[-1].tabs:
            span = spans[-1]
            span.tabs.discard(name)
            span.last = max(span.last, at)
            if not span.tabs:
                self._close((tab.who, tab.session), span.last, why)

    def _close(self, key, at, why):
        spans = self.web.get(key)
        if spans and spans[-1].until is None:
            spans[-1].until, spans[-1].why = max(at, spans[-1].since), why
            spans[-1].tabs.clear()

    def _devices(self, who):
        return list(dict.fromkeys(t.device for t in self.tabs.values() if t.who == who and t.line))

    def scans_door(self, who, direction, at, nonce, venue, session):
        self.scans.setdefault(nonce, (who, direction, at, len(self.scans), venue, session))

    def says(self, *word):
        self.words.append(word)

    def zoom_says(self, number, kind, user, who, at):
        """An event of a Zoom meeting; how often and when it became known says nothing."""
        self.meetings.setdefault(number, []).append((kind, user, who, at))
        if number in self.reports and at > self.reports[number][0]:
            del self.reports[number]  # the meeting went on: its report came too early

    def zoom_reports(self, number, rows, now):
        """The report of a meeting stands in the place of its events."""
        self.reports[number] = (now, rows)

    def times(self, who, meeting, meetings, now):
        """(channel, since, until) of one person in one session, before any correction."""
        found = [
            ("web", span.since, now if span.until is None else span.until)
            for span in self.web.get((who, meeting.slug), [])
        ]
        found += [("hall", since, until) for since, until in self._hall(who, meeting, meetings, now)]
        found += [
            ("zoom", a, b) for person, slug, a, b in self._lines() if (person, slug) == (who, meeting.slug)
        ]
        return found + [("zoom", a, min(b, now)) for a, b in self._zoom(who, meeting) if a < now]

    def _lines(self):
        """What the lists that stand say; the same line in two of them is one, of the first."""
        lines = {}
        for rows in self.lists.values():
            for person, slug, a, b, line in rows:
                lines.setdefault((line, slug, a, b), person)
        return [(person, slug, a, b) for (_, slug, a, b), person in lines.items()]

    def _zoom(self, who, meeting):
        """Of the times in its Zoom meeting what lies between doors and end of the session."""
        times = self._in_meeting(who, self.numbers[meeting.slug])
        cut = [(max(a, opened), min(b, ended)) for a, b in times for opened, ended in _open_times(meeting)]
        return [(a, b) for a, b in cut if a < b]

    def _in_meeting(self, who, number):
        """By the report, whose gaps stay gaps; else: joined before, not left since, the meeting not ended."""
        if number in self.reports:
            rows = self.reports[number][1]
            return [(a, b) for user, person, a, b in rows if who == _guest(number, user, person)]
        events = self.meetings.get(number, [])
        ends = [at for kind, *_, at in events if kind == "ended"]
        edges = sorted({at for *_, at in events} | {ALWAYS})
        inside = []
        for a, b in pairwise(edges):
            if not any(
                kind == "joined"
                and _guest(number, user, person) == who
                and since <= a
                and not any(e[0] == "left" and e[1] == user and since <= e[3] <= a for e in events)
                for kind, user, person, since in events
            ) or any(end <= a for end in ends):
                continue
            if inside and a - inside[-1][1] < ZOOM_GAP:
                inside[-1] = (inside[-1][0], b)
            else:
                inside.append((a, b))
        return inside

    def _guests(self, number):
        """The users of a meeting whom nobody knows."""
        events = {user for kind, user, who, _ in self.meetings[number] if kind == "joined" and who is None}
        return events | {user for user, who, *_ in self.reports.get(number, (0, ()))[1] if who is None}

    def _hall(self, who, meeting, meetings, now):
        """In the hall: inside by a scan that counts for it, while it is open."""
        mine = [s for s in self.scans.values() if s[0] == who]
        for _, direction, came, order, venue, session in mine:
            if direction != "in":
                continue
            went = [
                (at, number)
                for _, way, at, number, place, slug in mine
                if way == "out"
                and (at, number) > (came, order)
                and (slug == meeting.slug or place == meeting.venue or place == slug is None)
            ]
            until = min(went)[0] if went else ALWAYS
            for opened, closed in _open_times(meeting):
                counts = session == meeting.slug or (
                    venue == meeting.venue
                    and not _parallel(meeting, meetings)
                    and (_day(came) == _day(opened) or opened <= came < closed)
                )
                since, end = max(came, opened), min(until, closed, now)
                if counts and since < end:
                    yield since, end

    def channels_now(self, who, meeting, meetings, now):
        """By which channels the live list has the person: a lost page until its grace is over."""
        mine = (t for t in self.tabs.values() if (t.who, t.session) == (who, meeting.slug))
        web = {"web"} if any(tab.heard and tab.place == "inside" for tab in mine) else set()
        zoom = {"zoom" for a, b in self._zoom(who, meeting) if a <= now and b == ALWAYS}
        return web | zoom | {"hall" for a, b in self._hall(who, meeting, meetings, now + 1) if a <= now < b}

    def guests_now(self, meeting, now):
        """How many the live list has whom nobody knows: each connection in the meeting is somebody."""
        number = self.numbers[meeting.slug]
        guests = (
            {_guest(number, user, None) for user in self._guests(number)} if number in self.meetings else ()
        )
        return sum(any(a <= now and b == ALWAYS for a, b in self._zoom(who, meeting)) for who in guests)

    def corrected(self, who, meeting, meetings, now):
        """Stretches ``(a, b, channels)`` between all instants of one person, the last word laid on top."""
        times = self.times(who, meeting, meetings, now)
        words = [w for w in self.words if w[:2] == (who, meeting.slug)]
        edges = sorted({at for _, a, b in times for at in (a, b)} | {at for w in words for at in w[2:4]})
        for a, b in pairwise(edges):
            channels = {channel for channel, since, until in times if since <= a and b <= until}
            for _, _, since, until, present, channel in words:
                if since <= a and b <= until:
                    channels = channels | {channel} if present else set()
            if channels:
                yield a, b, channels

    def figures(self, meeting, meetings, now, percent=80):
        """The figures of one session, as a plain dict; None where it has not begun."""
        window = window_of(meeting, now)
        if window is None:
            return None
        begin, end = window
        guests = {person for person, *_ in self._lines()} - set(self.people)
        guests |= {_guest(number, user, None) for number in self.meetings for user in self._guests(number)}
        counted = [who for who, (audience, *_) in self.people.items() if audience]
        there = {}
        for who in [*counted, *sorted(guests)]:
            cut = [
                (max(a, begin), min(b, end), channels)
                for a, b, channels in self.corrected(who, meeting, meetings, now)
                if max(a, begin) < min(b, end)
            ]
            if cut:
                there[who] = cut
        lengths = sorted(sum(b - a for a, b, _ in cut) for cut in there.values())
        edges = sorted({begin, end} | {at for cut in there.values() for a, b, _ in cut for at in (a, b)})
        heads = [
            (sum(any(a <= at < b for a, b, _ in cut) for cut in there.values()), at) for at in edges[:-1]
        ]
        most = max(count for count, _ in heads)
        levels = Counter()
        for (count, at), after in zip(heads, edges[1:], strict=True):
            levels[count] += after - at
        split = Counter(
            next(c for c in ("hall", "zoom", "web") if any(c in channels for *_, channels in cut))
            for cut in there.values()
        )
        return {
            "window": window,
            "people": len(there),
            "who": set(there),
            "peak": (most, min(at for count, at in heads if count == most)),
            "total": sum(lengths) // 1000,
            "median": _median(lengths),
            "enough": sum(length * 100 >= percent * (end - begin) for length in lengths),
            "split": (split["hall"], split["zoom"], split["web"]),
            "levels": {heads: ms for heads, ms in levels.items() if ms},
        }

    def at_the_summit(self, figures):
        """How many attended the summit: a session, or a check-in at the summit or a venue."""
        came = {
            who
            for who, way, _, _, _, session in self.scans.values()
            if way == "in" and session is None and self.people[who][0]
        }
        return len(came.union(*(f["who"] for f in figures if f)))


def window_of(meeting, now):
    """By hand from the first live to the last ended, by the clock its times; never later than now."""
    steps = [(state, at) for state, at, _ in meeting.steps]
    if all(automatic for *_, automatic in meeting.steps):
        ended = [at for state, at in steps if state == "ended"]
        begin, end = meeting.starts, min([meeting.ends, *ended[-1:]])
    else:
        lives = [at for state, at in _not_taken_back(steps) if state == "live"]
        if not lives:
            return None
        begin, end = lives[0], steps[-1][1] if steps[-1][0] == "ended" else now
    end = min(end, now)
    return (begin, end) if begin < end else None


def _not_taken_back(steps):
    """Without the starts that were taken back, to doors or scheduled, before what was held ended."""
    kept, held = [], False
    for state, at in steps:
        if state in {"doors", "scheduled"} and not held:
            kept = []
        kept.append((state, at))
        held = held or (state == "ended" and any(name == "live" for name, _ in kept))
    return kept


def _open_times(meeting):
    """When its hall was open."""
    since = None
    for state, at, _ in meeting.steps:
        if state in OPEN and since is None:
            since = at
        if state == "ended" and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, ALWAYS


def _parallel(meeting, meetings):
    """By the timetable another session runs in the same venue at the same time."""
    return any(
        other.slug != meeting.slug
        and other.venue == meeting.venue
        and other.planned[0] < meeting.planned[1]
        and meeting.planned[0] < other.planned[1]
        for other in meetings
    )


def _guest(number, user, person):
    """Whom a connection counts for: somebody known, else a guest of that meeting."""
    return person or f"guest {number} {user}"


def _day(at):
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZONE).date()


def _median(lengths):
    if not lengths:
        return 0
    half = len(lengths) // 2
    middle = lengths[half] * 2 if len(lengths) % 2 else lengths[half - 1] + lengths[half]
    return middle // 2000
