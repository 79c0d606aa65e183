"""What ``timeline`` measures, in a process of its own: ``timeline_work FOLDER STAYS``.

A session of yesterday with many stays: figures and curve from the rollup, at first and after
some more people came, and both again by the exact sweep.
"""

import asyncio
import json
import os
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.machine import resident_kib
from benchmarks.summit import SLUG
from benchmarks.summit_work import invite, write_files
from streamhub.attendance.model import Cause, Key, arrive, leave
from streamhub.cli.folder import open_folder
from streamhub.cli.summit import bring_in
from streamhub.kit.channel import Channel
from streamhub.kit.clock import HOUR, SECOND, Instant, from_datetime
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.programme.loaders import read_folder
from streamhub.services import Services
from streamhub.statistics.disclosure import Audience
from streamhub.statistics.results import Point, SessionStatistics

PEOPLE = 2_000
LENGTH = 12 * HOUR
NEW = 100
ASKED = 20
STEP = 60
FINER = STEP // 2  # no whole minutes: only the sweep has such a curve
SESSION = SessionSlug(SLUG)
FIRST_ID = 1_000_000_000  # beyond the ledger's own numbers
STAY = "INSERT INTO stays (id, participant, session, run, channel, since, until) VALUES (?, ?, ?, 1, ?, ?, ?)"


@dataclass(slots=True)
class Said:
    """What came of it; times in milliseconds."""

    first_ms: float = 0.0
    asked_ms: list[float] = field(default_factory=list)
    caught_up_ms: list[float] = field(default_factory=list)
    sweep_ms: float = 0.0
    differences: int = 0
    mib: float = 0.0


async def measure(folder: Path, stays: int) -> Said:
    """Fill the folder and ask."""
    day = datetime.now(UTC).date() - timedelta(days=1)
    start = from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))
    write_files(folder / "files", day, "12:00")
    data = folder / "data"
    said = Said()
    async with open_folder(None, data, create=True) as use:
        await bring_in(use, read_folder(folder / "files", use.relay.check_link))
        people = [invited.invitation.participant for invited in await invite(use, PEOPLE)]
        _fill(DataFolder(data).database, people, start, stays)
        before = resident_kib(os.getpid())
        said.first_ms, _, _ = await _ask(use)
        said.mib = (resident_kib(os.getpid()) - before) / 1024
        said.asked_ms = [(await _ask(use))[0] for _ in range(ASKED)]
        for number in range(3):
            await _more(use, people, start, number)
            said.caught_up_ms.append((await _ask(use))[0])
        await _compare(use, said)
    return said


def _fill(database: Path, people: list[ParticipantId], start: Instant, stays: int) -> None:
    with sqlite3.connect(database, isolation_level=None) as connection:
        connection.execute("BEGIN")
        rows = _stays(people, start, stays)
        connection.executemany(STAY, ((FIRST_ID + number, *row) for number, row in enumerate(rows)))
        connection.execute("COMMIT")


def _stays(people: list[ParticipantId], start: Instant, stays: int) -> Iterator[tuple[Any, ...]]:
    """Each person's one after the other, on any channel, some of them at the edges of the session."""
    chance = random.Random(1)
    each = stays // len(people)
    turn = LENGTH // each
    channels = [channel.value for channel in Channel]
    for person in people:
        for number in range(each):
            since = start + number * turn + chance.randrange(turn // 2)
            until = since + 1 + chance.randrange(turn - turn // 2)
            yield person, SLUG, chance.choice(channels), since, until


async def _ask(use: Services) -> tuple[float, SessionStatistics, tuple[Point, ...]]:
    """Figures and curve, as the screen asks for them."""
    began = time.perf_counter()
    figures = await use.statistics.of_session(SESSION, Audience.INTERNAL)
    curve = await use.statistics.timeline(SESSION, STEP, Audience.INTERNAL)
    return (time.perf_counter() - began) * 1e3, figures.value, curve.value.points


async def _more(use: Services, people: list[ParticipantId], start: Instant, number: int) -> None:
    """Some people more, or once more, in the ledger."""
    events = []
    for person in people[number * NEW : (number + 1) * NEW]:
        key = Key(person, SESSION, 1, Channel.WEB)
        at = start + LENGTH - HOUR + number * 7 * SECOND
        events.append(arrive(key, at, bridges=None, node=use.attendance.node))
        events.append(leave(key, at + 5 * SECOND + number, Cause.BYE))
    await use.attendance.record(events)


async def _compare(use: Services, said: Said) -> None:
    """The same by the sweep: every figure, and every point of the curve."""
    _, figures, curve = await _ask(use)
    began = time.perf_counter()
    swept = (await use.statistics.counted(SESSION)).statistics
    said.sweep_ms = (time.perf_counter() - began) * 1e3
    finer = (await use.statistics.timeline(SESSION, FINER, Audience.INTERNAL)).value.points
    expected = [_joined(*finer[i : i + 2]) for i in range(0, len(finer), 2)]
    said.differences += figures != swept
    said.differences += len(expected) != len(curve)
    said.differences += sum(_numbers(a) != _numbers(b) for a, b in zip(curve, expected, strict=False))


def _joined(first: Point, second: Point) -> Point:
    """Two points of the finer curve as one of the coarser."""
    most = max(first.peak_in_step or 0, second.peak_in_step or 0)
    return Point(first.at, first.present, first.hall, first.zoom, first.web, most)


def _numbers(point: Point) -> dict[str, Any]:
    return asdict(point)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]))))))
