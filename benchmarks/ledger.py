"""Arrivals stored per second, beside a thread that has nothing but ``sqlite3`` and the same rows."""

from benchmarks.bench import Bench
from benchmarks.results import Gate, Result, median_of, ratios
from benchmarks.stacks import PRODUCT

RAW = "sqlite3"
GATE = Gate(bound=0.25)


def run(bench: Bench) -> list[Result]:
    """Both in turn, each on a new file."""
    arrivals = 10_000 if bench.quick else 50_000
    per_second: dict[str, list[float]] = {PRODUCT: [], RAW: []}
    for number in range(3 if bench.quick else 7):
        for name, values in per_second.items():
            folder = str(bench.folder(f"{name}-{number}"))
            said = bench.apart("ledger_work", name, folder, str(arrivals))
            values.append(arrivals / said["seconds"])
        shown = ", ".join(f"{name} {values[-1]:,.0f} arrivals/s" for name, values in per_second.items())
        bench.say(f"run {number + 1}: {shown}")
    rows = [
        median_of(values, stack=name, n=arrivals, metric="arrivals_per_second", unit="1/s")
        for name, values in per_second.items()
    ]
    compared = ratios(per_second[PRODUCT], per_second[RAW])
    ratio = median_of(compared, stack=PRODUCT, n=arrivals, metric="arrivals_ratio_to_sqlite3", unit="")
    return [*rows, ratio.gated(GATE)]
