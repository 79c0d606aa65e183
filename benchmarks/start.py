"""From the command to the line that says people may come, on a data folder that does not exist yet."""

import subprocess
import sys
import time

from benchmarks.bench import Bench
from benchmarks.build import ENVIRONMENT, ROOT
from benchmarks.machine import SERVER_CORE, pin
from benchmarks.results import Result, median_of
from benchmarks.stacks import PRODUCT, StartFailed


def run(bench: Bench) -> list[Result]:
    """Several starts, each on a new folder; then a second one on the folder of the last."""
    starts = [_start(bench, f"new-{number}") for number in range(3 if bench.quick else 7)]
    again = [_start(bench, "new-0") for _ in starts]
    bench.say(f"{len(starts)} starts, {len(again)} starts again")
    return [
        median_of(starts, stack=PRODUCT, n=0, metric="start_empty_folder", unit="s"),
        median_of(again, stack=PRODUCT, n=0, metric="start_again", unit="s"),
    ]


def _start(bench: Bench, folder: str) -> float:
    command = [sys.executable, "-m", "streamhub", "serve", "--port", "0", "--data", str(bench.work / folder)]
    with (bench.work / f"{folder}.log").open("w") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        pin(process.pid, SERVER_CORE)
        assert process.stdout is not None
        ready = any(line.startswith("streamhub ready ") for line in iter(process.stdout.readline, ""))
        took = time.monotonic() - began
        process.terminate()
        process.communicate()
    if not ready:
        raise StartFailed(f"the product ended with {process.returncode}")
    return took
