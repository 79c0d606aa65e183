"""The rollups of a data folder: read from the ledger once, then brought up to date by what was added.

Nothing is written for it: arrivals pay nothing, no second truth can differ from the ledger, and
erasing has nothing to find here but memory. It is asked in a reader's thread, one moment of the
database at a time.
"""

import asyncio
import json
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from streamhub.attendance import rollup_store as store
from streamhub.attendance.model import Correction
from streamhub.attendance.openings_model import OpeningKind
from streamhub.attendance.store import corrections
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import ReadTx
from streamhub.kit.ids import ParticipantId
from streamhub.kit.intervals import Span, union
from streamhub.programme.clock import Window, WindowKind, window_of
from streamhub.programme.model import Session, StateChange
from streamhub.statistics.kept import STEP_SECONDS
from streamhub.statistics.minutes import OPEN
from streamhub.statistics.results import Timeline
from streamhub.statistics.rollup import Recorded, Rollup, Times, times_of
from streamhub.statistics.roster import Roster
from streamhub.statistics.summary import Counts, roll
from streamhub.statistics.timeline import RANK

HELD_ROWS = 3_000_000
"""Stays and openings whose rollups are kept in memory: some 100 bytes each at the most."""

_CHANNELS = tuple(Channel)

Stand = tuple[Window, int, int, int, int]
"""The window, what was put of people and of viewers, the roster, the percent: alike, the figures are."""


@dataclass(slots=True)
class Holding:
    """What is known of one holding of a session: people, and viewers of its public page.

    ``recorded`` are all who ever had a stay, in a figure or not; ``lasting`` the openings without end.
    """

    roster: int
    erasures: int
    loaded: bool = False
    seq: int = 0
    opening: int = 0
    rows: int = 0
    people: Rollup = field(default_factory=Rollup)
    viewers: Rollup = field(default_factory=Rollup)
    recorded: set[str] = field(default_factory=set)
    lasting: dict[int, tuple[OpeningKind, str]] = field(default_factory=dict)
    done: dict[WindowKind, tuple[Stand, "Rolled"]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what somebody wants the figures; ``percent`` is the share of "stayed to the end"."""

    session: Session
    history: Sequence[StateChange]
    kind: WindowKind
    roster: Roster
    percent: int


@dataclass(frozen=True, slots=True)
class Rolled:
    """What the rollup says of one window, and its curve by the minute."""

    window: Window
    counts: Counts
    curve: Timeline


class Rollups:
    """The holdings in memory, the one that was asked for longest ago goes first."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, int], Holding] = OrderedDict()

    def holding(self, session: Session, roster: Roster) -> Holding:
        """The holding of a session, as it was when it was last caught up."""
        key = (session.slug, session.run)
        held = self._held.pop(key, None)
        if held is None or held.erasures != roster.erasures:
            held = Holding(roster.version, roster.erasures)
        self._held[key] = held
        while len(self._held) > 1 and sum(one.rows for one in self._held.values()) > HELD_ROWS:
            self._held.popitem(last=False)
        return held


def rolled(tx: ReadTx, held: Holding, asked: Asked, clock: Clock) -> Rolled | None:
    """The figures at this moment; None where only the sweep can say. The caller holds the lock.

    The time is read after the ledger: what is in it has happened.
    """
    catch_up(tx, held, asked.session, asked.roster)
    now = clock.now()
    window = window_of(asked.session, asked.history, now, asked.kind)
    if window is None:
        return None
    stand = (window, held.people.version, held.viewers.version, asked.roster.version, asked.percent)
    known = held.done.get(asked.kind)
    if known is not None and known[0] == stand:
        return known[1]
    people, viewers = held.people.view(window, now), held.viewers.view(window, now)
    if people is None or viewers is None:
        return None
    counts = roll(people, viewers, window, asked.percent, asked.roster.belonging)
    found = Rolled(window, counts, Timeline(STEP_SECONDS, people.minutes.points(window.until)))
    held.done[asked.kind] = (stand, found)
    return found


def catch_up(tx: ReadTx, held: Holding, session: Session, roster: Roster) -> None:
    """Bring a holding to the moment that ``tx`` sees; the caller holds its lock."""
    seq = store.last_seq(tx)
    if not held.loaded:
        _load(tx, held, session, roster)
    else:
        stale = store.touched(tx, session.slug, session.run, held.seq)
        stale |= _moved(held, roster)
        stale |= _openings(tx, held, session)
        if stale:
            _renew(tx, held, session, roster, stale)
    held.loaded, held.seq, held.roster = True, seq, roster.version


def _load(tx: ReadTx, held: Holding, session: Session, roster: Roster) -> None:
    """Everything, grouped by person: packed, for as tuples a million stays would be 300 MB."""
    recorded: dict[str, array[int]] = {}
    for who, channel, since, until in store.every_stay(tx, session.slug, session.run):
        packed = recorded.setdefault(who, array("q"))
        packed.extend((RANK[channel], since, OPEN if until is None else until))
    opened: dict[tuple[OpeningKind, str], list[Span]] = {}
    for number, kind, who, since, until in store.every_opening(tx, session.slug, session.run, 0):
        opened.setdefault((kind, who), []).append((since, OPEN if until is None else until))
        held.opening = number
        held.rows += 1
        if until is None:
            held.lasting[number] = (kind, who)
    said = _by_person(corrections(tx, session.slug, session.run))
    held.recorded = {*recorded, *said}
    for who in held.recorded:
        packed = recorded.pop(who, array("q"))
        held.rows += len(packed) // 3
        if who in roster.belonging:
            players = opened.get((OpeningKind.PLAYER, who), ())
            held.people.put(who, times_of(ParticipantId(who), _unpacked(packed), said.get(who, ()), players))
    for (kind, who), spans in opened.items():
        if kind is OpeningKind.PAGE:
            held.viewers.put(who, _viewer(spans))


def _renew(tx: ReadTx, held: Holding, session: Session, roster: Roster, stale: set[str]) -> None:
    """The times of some people anew, from everything that is recorded of them."""
    held.recorded |= stale
    counted = {who for who in stale if who in roster.belonging}
    for who in stale - counted:
        if who in held.people:
            held.people.put(who, None)
    stays: dict[str, list[Recorded]] = {}
    for who, channel, since, until in store.stays_of(tx, session.slug, session.run, counted):
        stays.setdefault(who, []).append((channel, since, until))
        held.rows += 1
    said = _by_person(store.corrections_of(tx, session.slug, session.run, counted))
    players = _spans(store.openings_of(tx, session.slug, session.run, OpeningKind.PLAYER, counted))
    for who in counted:
        times = times_of(ParticipantId(who), stays.get(who, ()), said.get(who, ()), players.get(who, ()))
        held.people.put(who, times)


def _openings(tx: ReadTx, held: Holding, session: Session) -> set[str]:
    """Follow the openings; answers the people whose players they were."""
    touched: set[tuple[OpeningKind, str]] = set()
    for number in store.ended_openings(tx, json.dumps(list(held.lasting))) if held.lasting else ():
        touched.add(held.lasting.pop(number))
    for number, kind, who, _, until in store.every_opening(tx, session.slug, session.run, held.opening):
        touched.add((kind, who))
        held.opening = number
        held.rows += 1
        if until is None:
            held.lasting[number] = (kind, who)
    pages = {who for kind, who in touched if kind is OpeningKind.PAGE}
    found = _spans(store.openings_of(tx, session.slug, session.run, OpeningKind.PAGE, pages))
    for who in pages:
        held.viewers.put(who, _viewer(found.get(who, ())))
    return {who for kind, who in touched if kind is OpeningKind.PLAYER}


def _moved(held: Holding, roster: Roster) -> set[str]:
    """Who is counted now and was not, or the reverse."""
    if held.roster == roster.version:
        return set()
    return {who for who in held.recorded if (who in held.people) != (who in roster.belonging)}


def _viewer(spans: Iterable[Span]) -> Times:
    return Times((union(spans), (), ()))


def _spans(found: Iterable[store.RecordedOpening]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for _, _, who, since, until in found:
        spans.setdefault(who, []).append((since, OPEN if until is None else until))
    return spans


def _by_person(found: Iterable[Correction]) -> dict[str, list[Correction]]:
    said: dict[str, list[Correction]] = {}
    for one in found:
        said.setdefault(one.participant, []).append(one)
    return said


def _unpacked(packed: "array[int]") -> Iterator[Recorded]:
    numbers: Iterator[Instant] = iter(packed)
    return (
        (_CHANNELS[rank], since, until) for rank, since, until in zip(numbers, numbers, numbers, strict=True)
    )
