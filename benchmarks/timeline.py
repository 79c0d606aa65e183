"""Figures and curve of a session with a million stays: from the rollup, and by the sweep that proves it."""

import statistics

from benchmarks.bench import Bench
from benchmarks.results import Gate, Result, median_of
from benchmarks.stacks import PRODUCT

STAYS, FEWER = 1_000_000, 200_000
EQUAL = Gate(bound=0, least=False)


def run(bench: Bench) -> list[Result]:
    """One session, asked often; the sweep once."""
    stays = FEWER if bench.quick else STAYS
    bench.say(f"{stays:,} stays …")
    said = bench.apart("timeline_work", str(bench.folder("timeline")), str(stays))
    bench.say(f"asked {len(said['asked_ms'])} times: {statistics.median(said['asked_ms']):.2f} ms")

    def one(metric: str, value: float, unit: str) -> Result:
        return Result(stack=PRODUCT, n=stays, metric=metric, value=value, unit=unit)

    def many(metric: str, values: list[float]) -> Result:
        return median_of(values, stack=PRODUCT, n=stays, metric=metric, unit="ms")

    return [
        many("rollup", said["asked_ms"]),
        many("rollup_after_100_more_people", said["caught_up_ms"]),
        one("first_time_after_a_start", said["first_ms"], "ms"),
        one("exact_sweep_of_the_figures", said["sweep_ms"], "ms"),
        one("memory_of_the_rollup", said["mib"], "MiB"),
        one("differences_from_the_sweep", said["differences"], "").gated(EQUAL),
    ]
