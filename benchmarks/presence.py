"""Presence while people come in: how many frames it takes, and what coalescing them saves."""

import json
import sqlite3
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.load import Load
from benchmarks.machine import cpu_seconds
from benchmarks.results import Gate, Result
from benchmarks.stacks import PRODUCT, Server, running
from benchmarks.summit import SLUG, Folder, prepared

N, RATE = 2_000, 200
MANY, MANY_RATE = 10_000, 1_000
MODERATORS = 2
TICK_SECONDS = 1.5  # the last change is out by then
FRAMES_GATE = Gate(bound=1, least=False)
EXACT_GATE = Gate(bound=0, least=False)
CPU_GATE = Gate(bound=0.5, least=False)
NAIVE = ("-m", "benchmarks.naive")


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of some people's arrival."""

    joined: int
    ticks: int
    frames: int
    wrong: int
    cpu: float

    @property
    def most(self) -> int:
        """The frames that coalesced presence may take."""
        return self.ticks * (self.joined + MODERATORS)


def run(bench: Bench) -> list[Result]:
    """The product as it is, then with its coalescing taken out, on the same arrivals."""
    folder = prepared(N if bench.quick else MANY)
    ours = _arrivals(bench, "coalesced", folder, N, RATE)
    rows = counted(ours)
    if not bench.quick:
        rows += counted(_arrivals(bench, "many", folder, MANY, MANY_RATE))
    naive = _arrivals(bench, "naive", folder, N, RATE)
    common = {PRODUCT: ours, "streamhub, naive": naive}
    rows += [
        Result(stack=s, n=N, metric="cpu_seconds", value=seen.cpu, unit="s") for s, seen in common.items()
    ]
    rows += [Result(stack="streamhub, naive", n=N, metric="presence_frames", value=naive.frames, unit="")]
    ratio = Result(stack=PRODUCT, n=N, metric="cpu_ratio_to_naive", value=ours.cpu / naive.cpu, unit="")
    return [*rows, replace(ratio, gate=CPU_GATE)]


def counted(seen: Seen) -> list[Result]:
    common = Result(stack=PRODUCT, n=seen.joined, metric="presence_frames", value=seen.frames, unit="")
    share = seen.frames / seen.most
    return [
        common,
        replace(common, metric="ticks", value=seen.ticks),
        replace(common, metric="frames_ratio_to_bound", value=share, gate=FRAMES_GATE),
        replace(common, metric="people_missing_or_too_many", value=seen.wrong, gate=EXACT_GATE),
    ]


def _arrivals(bench: Bench, name: str, folder: Folder, n: int, rate: int) -> Seen:
    """``n`` people in ``n / rate`` seconds, two moderators looking on."""
    work = bench.folder(name)
    staff = work / "staff"
    staff.write_text("\n".join(folder.moderators[:MODERATORS]) + "\n")
    launcher = NAIVE if name == "naive" else ()
    with (
        running(PRODUCT, folder, work, launcher) as server,
        Load(server, work, staff) as moderators,
        Load(server, work, folder.tokens) as people,
    ):
        moderators.join(MODERATORS)
        moderators.watch(TICK_SECONDS)
        before = cpu_seconds(server.pid)
        took = people.join(n, window=n, rate=rate)
        heard = people.watch(TICK_SECONDS)
        cpu = cpu_seconds(server.pid) - before
        told = moderators.watch(0)
        wrong = _difference(server, folder, work, n)
    ticks = told["presence_diff"] // MODERATORS
    frames = heard["count"] + heard["presence_diff"] + told["count"] + told["presence_diff"]
    bench.say(
        f"{name}: {n:,} in {took['seconds']:.1f} s, {frames:,} frames in {ticks} ticks, {cpu:.1f} s of CPU"
    )
    return Seen(n, ticks, frames, wrong, cpu)


def _difference(server: Server, folder: Folder, work: Path, n: int) -> int:
    """How far the list of people and the ledger are from each person once."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v1/sessions/{SLUG}/presence",
        headers={"Authorization": f"Bearer {folder.moderators[0]}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - this machine
        listed = json.load(answer)
    [database] = work.glob("*-data-*/*.db")
    with sqlite3.connect(database) as connection:
        [stored] = connection.execute(
            "SELECT count(DISTINCT participant) FROM ledger WHERE kind = 'arrive'"
        ).fetchone()
    people = {row["participant"] for row in listed["people"]}
    return (
        abs(int(listed["present"]) - n)
        + abs(len(people) - n - MODERATORS)
        + abs(int(stored) - n - MODERATORS)
    )
