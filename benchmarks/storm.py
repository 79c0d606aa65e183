"""Everybody comes at once: joins per second with token verified, arrival stored and welcome sent.

Then 10,000 in 10 seconds: from connect to welcome; and what an idle delegate takes of the memory.
"""

import time
from typing import Any

from benchmarks.bench import Bench
from benchmarks.load import Load
from benchmarks.machine import cpu_seconds, resident_kib
from benchmarks.results import Gate, Result, median_of, ratios
from benchmarks.stacks import AIOHTTP, PRODUCT, running
from benchmarks.summit import Folder, prepared

JOIN_GATE = Gate(bound=0.6)
MEMORY_GATE = Gate(bound=22, least=False)
SPREAD_N, SPREAD_RATE = 10_000, 1_000
WINDOW = 100
SETTLE_SECONDS = 2.0


def run(bench: Bench) -> list[Result]:
    """Each storm meets a server that has just started."""
    n = 3_000 if bench.quick else 10_000
    folder = prepared(SPREAD_N)
    per_second: dict[str, list[float]] = {PRODUCT: [], AIOHTTP: []}
    cpu_us: dict[str, list[float]] = {PRODUCT: [], AIOHTTP: []}
    for number in range(3 if bench.quick else 5):
        for name, values in per_second.items():
            said = _storm(bench, name, folder, n, number)
            values.append(said["joined"] / said["seconds"])
            cpu_us[name].append(said["cpu"] * 1e6 / said["joined"])
        shown = ", ".join(f"{name} {values[-1]:,.0f} joins/s" for name, values in per_second.items())
        bench.say(f"run {number + 1}: {shown}")
    compared = ratios(per_second[PRODUCT], per_second[AIOHTTP])
    rows = [median_of(v, stack=s, n=n, metric="joins_per_second", unit="1/s") for s, v in per_second.items()]
    rows += [median_of(v, stack=s, n=n, metric="cpu_per_join", unit="µs") for s, v in cpu_us.items()]
    ratio = median_of(compared, stack=PRODUCT, n=n, metric=f"joins_ratio_to_{AIOHTTP}", unit="")
    return [*rows, ratio.gated(JOIN_GATE), *_spread_out(bench, folder)]


def _storm(bench: Bench, name: str, folder: Folder, n: int, number: int) -> dict[str, Any]:
    work = bench.folder(f"storm-{name}-{number}")
    with running(name, folder, work) as server, Load(server, work, folder.tokens) as load:
        before = cpu_seconds(server.pid)
        said = load.join(n, window=WINDOW)
        return said | {"cpu": cpu_seconds(server.pid) - before}


def _spread_out(bench: Bench, folder: Folder) -> list[Result]:
    """10,000 in 10 seconds, each timed from when it was due; then nobody does anything."""
    rows = []
    for name in (PRODUCT,) if bench.quick else (PRODUCT, AIOHTTP):
        work = bench.folder(f"spread-{name}")
        with running(name, folder, work) as server, Load(server, work, folder.tokens) as load:
            empty = resident_kib(server.pid)
            said = load.join(SPREAD_N, window=SPREAD_N, rate=SPREAD_RATE)
            time.sleep(SETTLE_SECONDS)
            per_page = (resident_kib(server.pid) - empty) / SPREAD_N
        bench.say(
            f"{name}: 10,000 in {said['seconds']:.1f} s, p99 {said['p99_ms']:.0f} ms, {per_page:.1f} KiB each"
        )
        memory = Result(stack=name, n=SPREAD_N, metric="rss_per_idle_page", value=per_page, unit="KiB")
        rows += [
            Result(stack=name, n=SPREAD_N, metric="welcome_p50", value=said["p50_ms"], unit="ms"),
            Result(stack=name, n=SPREAD_N, metric="welcome_p99", value=said["p99_ms"], unit="ms"),
            memory.gated(MEMORY_GATE) if name == PRODUCT else memory,
        ]
    return rows
