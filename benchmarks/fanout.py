"""One message to every open page: frames per second and CPU per frame, the product between limit and peers.

Also: how long a switch of the source takes until the last page has it.
"""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.bench import Bench
from benchmarks.load import WINDOW, Load
from benchmarks.machine import cpu_seconds
from benchmarks.results import Gate, Result, median_of, ratios
from benchmarks.stacks import (
    AIOHTTP,
    CHANNELS,
    LIMIT,
    MARKER,
    PRODUCT,
    STARLETTE,
    WEBSOCKETS,
    all_running,
    awake,
    switches,
)
from benchmarks.summit import Folder, prepared

STACKS = (LIMIT, PRODUCT, AIOHTTP, WEBSOCKETS, STARLETTE, CHANNELS)
LARGEST = {CHANNELS: 1_000}
WINDOWS = {CHANNELS: 1}  # broadcasts under way; half a second each, so that nothing is gained by more
PEER_GATES = {AIOHTTP: 0.85, WEBSOCKETS: 1.1, STARLETTE: 1.1, CHANNELS: 20}
LIMIT_GATE, CPU_GATE = Gate(bound=0.6), Gate(bound=1.7, least=False)
LOAD_GATE = Gate(bound=2)
SWITCH_N = 5_000
SWITCHES = 10
WARM_SECONDS = 0.15  # unmeasured: what slept finds its memory again


@dataclass(slots=True)
class Measured:
    """The runs of one stack with one number of pages."""

    per_second: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)


def run(bench: Bench) -> list[Result]:
    """Every stack keeps its pages; they are woken in turn, so that each run has its own comparison."""
    sizes = (1_000, 5_000) if bench.quick else (1_000, 5_000, 10_000)
    folder = prepared(max(sizes))
    work = bench.folder("fanout")
    results: list[Result] = []
    with all_running(STACKS, folder, work) as servers, ExitStack() as stack:
        bench.say("every stack runs")
        loads = [stack.enter_context(Load(server, work, folder.tokens)) for server in servers]
        for n in sizes:
            found = _measure(bench, loads, n)
            results += [*judge(n, found), _reserve(n, loads[0], found[LIMIT])]
            if n == SWITCH_N:
                results += _switch(bench, loads[STACKS.index(PRODUCT)], folder)
    return results


def _measure(bench: Bench, loads: Sequence[Load], n: int) -> dict[str, Measured]:
    asked = [load for load in loads if n <= LARGEST.get(load.server.name, n)]
    for load in asked:
        with awake(load.server):
            load.join(n - load.pages)
            load.rounds(0, MARKER, [load.server.broadcast], most=2)
    bench.say(f"{n:,} pages on each of {len(asked)} stacks")
    found = {load.server.name: Measured() for load in asked}
    for number in range(3 if bench.quick else 7):
        for load in asked:
            with awake(load.server):
                _once(load, found[load.server.name], seconds=0.3 if bench.quick else 1.0)
        shares = (f"{name} {m.per_second[-1] / found[LIMIT].per_second[-1]:.2f}" for name, m in found.items())
        bench.say(f"run {number + 1}: " + ", ".join(shares))
    return found


def _once(load: Load, into: Measured, *, seconds: float) -> None:
    window = WINDOWS.get(load.server.name, WINDOW)
    load.rounds(WARM_SECONDS, MARKER, [load.server.broadcast], window=window)
    pid = load.server.pid
    before = cpu_seconds(pid)
    said = load.rounds(seconds, MARKER, [load.server.broadcast], window=window)
    into.cpu_us.append((cpu_seconds(pid) - before) * 1e6 / said["frames"])
    into.per_second.append(said["frames"] / said["seconds"])


def judge(n: int, found: dict[str, Measured]) -> list[Result]:
    limit, ours = found[LIMIT], found[PRODUCT]
    shares = {name: statistics.median(ratios(m.per_second, limit.per_second)) for name, m in found.items()}
    rows = [
        median_of(
            m.per_second,
            stack=name,
            n=n,
            metric="frames_per_second",
            unit="1/s",
            ratio_to_limit=shares[name],
            cpu_us_per_frame=statistics.median(m.cpu_us),
        )
        for name, m in found.items()
    ]
    rows.append(_ratio(n, "frames_ratio_to_limit", ratios(ours.per_second, limit.per_second), LIMIT_GATE))
    for peer, bound in PEER_GATES.items():
        if peer in found:
            compared = ratios(ours.per_second, found[peer].per_second)
            rows.append(_ratio(n, f"frames_ratio_to_{peer}", compared, Gate(bound=bound)))
    rows.append(_ratio(n, "cpu_per_frame_ratio_to_limit", ratios(ours.cpu_us, limit.cpu_us), CPU_GATE))
    return rows


def _reserve(n: int, load: Load, limit: Measured) -> Result:
    """A run is void whose generator could not take twice what the limit sends."""
    with awake(load.server):
        could = load.own_limit(MARKER, load.server.broadcast)
    share = could / statistics.median(limit.per_second)
    return Result(
        stack="generator", n=n, metric="own_limit_ratio_to_limit", value=share, unit="", gate=LOAD_GATE
    )


def _ratio(n: int, metric: str, values: Sequence[float], gate: Gate) -> Result:
    if n > SWITCH_N:  # the table of the goals ends at 5,000
        return median_of(values, stack=PRODUCT, n=n, metric=metric, unit="")
    return median_of(values, stack=PRODUCT, n=n, metric=metric, unit="").gated(gate)


def _switch(bench: Bench, load: Load, folder: Folder) -> list[Result]:
    """One switch after the other; the clock runs from the request to the last page."""
    requests = switches(load.server, folder)
    with awake(load.server):
        said = load.rounds(60, '"type":"source"', requests, most=SWITCHES, window=1)
    bench.say(f"the source switched {said['rounds']} times, the last page after {said['p50_ms']:.0f} ms")
    return [
        Result(
            stack=PRODUCT,
            n=load.pages,
            metric="switch_last_page",
            value=said["p50_ms"],
            unit="ms",
            runs=said["rounds"],
            spread=(said["p50_ms"], said["max_ms"]),
        )
    ]
