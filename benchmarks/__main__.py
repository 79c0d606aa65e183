"""``python -m benchmarks NAME [--quick] [--json FILE] [--no-gate]``: measure, compare, judge."""

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from benchmarks import machine
from benchmarks.bench import Bench
from benchmarks.build import CACHE, BuildFailed
from benchmarks.load import LoadFailed
from benchmarks.results import Result, failed, table, write_json
from benchmarks.stacks import StartFailed

NAMES = ("fanout", "storm", "beat", "presence", "ledger", "timeline", "start")


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0, 1 where a gate fails, 2 where it could not be measured."""
    asked = _parser().parse_args(arguments)
    machine.allow_descriptors()
    CACHE.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=CACHE))
    bench = Bench(asked.quick, work)
    try:
        print(f"{asked.name}: {machine.description()}", flush=True)
        results = measured(asked.name, bench)
    except (BuildFailed, LoadFailed, StartFailed) as error:
        print(f"could not measure: {error}", file=sys.stderr)
        print(_logs(work), file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if asked.json:
        write_json(results, asked.json)
    return judged(results, bench, gate=not asked.no_gate)


def measured(name: str, bench: Bench) -> list[Result]:
    """Run the benchmark of that name."""
    module = importlib.import_module(f"benchmarks.{name}")
    return cast("list[Result]", module.run(bench))


def judged(results: Sequence[Result], bench: Bench, *, gate: bool) -> int:
    """Show the table and what was missed; answers the exit status."""
    print(f"\n{table(results)}\n\n{time.monotonic() - bench.began:.0f} s, {machine.description()}")
    missed = failed(results)
    for result in missed:
        print(f"MISSED {result.stack} {result.metric} N={result.n}: {result.value:.3g}, wanted {result.gate}")
    return 1 if missed and gate else 0


def _logs(work: Path) -> str:
    """The ends of what the servers wrote."""
    return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in work.rglob("*.log"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="at most a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--no-gate", action="store_true", help="show what is missed, but exit with 0")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
