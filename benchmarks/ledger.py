"""Arrivals stored per second, beside a thread that has nothing but ``sqlite3`` and the same rows."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.bench import Bench
from benchmarks.build import ENVIRONMENT, ROOT, BuildFailed
from benchmarks.machine import SERVER_CORE, pin
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
            values.append(arrivals / _store(bench, name, number, arrivals)["seconds"])
        shown = ", ".join(f"{name} {values[-1]:,.0f} arrivals/s" for name, values in per_second.items())
        bench.say(f"run {number + 1}: {shown}")
    rows = [
        median_of(values, stack=name, n=arrivals, metric="arrivals_per_second", unit="1/s")
        for name, values in per_second.items()
    ]
    compared = ratios(per_second[PRODUCT], per_second[RAW])
    ratio = median_of(compared, stack=PRODUCT, n=arrivals, metric="arrivals_ratio_to_sqlite3", unit="")
    return [*rows, ratio.gated(GATE)]


def _store(bench: Bench, name: str, number: int, arrivals: int) -> dict[str, Any]:
    folder = bench.folder(f"{name}-{number}")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.ledger_work", name, str(folder), str(arrivals)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pin(process.pid, SERVER_CORE)
    said, wrong = process.communicate()
    if process.returncode:
        raise BuildFailed(wrong[-2000:])
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found
