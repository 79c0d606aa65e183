"""What was measured, what it must reach, and how both are written down."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

PRODUCT = "streamhub"
NOT_GATED = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A bound on a ratio or a count; never on an absolute time."""

    bound: float
    least: bool = True

    def passes(self, value: float) -> bool:
        """Whether the value is good enough."""
        return value >= self.bound if self.least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure: the median of ``runs`` runs. ``gate`` bounds ``value``."""

    stack: str
    n: int
    metric: str
    value: float
    unit: str
    runs: int = 1
    ratio_to_limit: float | None = None
    cpu_us_per_frame: float | None = None
    gate: Gate | None = None
    spread: tuple[float, float] | None = None

    @property
    def passed(self) -> bool | None:
        """None where nothing is asked."""
        return None if self.gate is None else self.gate.passes(self.value)

    def gated(self, gate: Gate) -> "Result":
        """The same figure with something to reach."""
        return replace(self, gate=gate)

    def as_json(self) -> dict[str, Any]:
        """The fields of the contract; optional ones where they say something."""
        row = {
            "stack": self.stack,
            "n": self.n,
            "metric": self.metric,
            "value": round(self.value, 4),
            "unit": self.unit,
            "runs": self.runs,
        }
        optional = {
            "ratio_to_limit": self.ratio_to_limit,
            "cpu_us_per_frame": self.cpu_us_per_frame,
            "gate": None if self.gate is None else self.gate.bound,
            "passed": self.passed,
        }
        rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in optional.items()}
        return row | {name: value for name, value in rounded.items() if value is not None}


def median_of(values: Sequence[float], **fields: Any) -> Result:
    """The median of the runs, with the lowest and the highest."""
    spread = (min(values), max(values)) if len(values) > 1 else None
    return Result(value=statistics.median(values), runs=len(values), spread=spread, **fields)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Run by run: what was measured side by side is compared, and nothing else."""
    return [a / b for a, b in zip(ours, theirs, strict=False)]


def failed(results: Iterable[Result]) -> list[Result]:
    """What did not reach its gate."""
    return [result for result in results if result.passed is False]


def write_json(results: Iterable[Result], file: Path) -> None:
    """The JSON of the contract."""
    document = {"results": [result.as_json() for result in results]}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    head = ("stack", "N", "figure", "median", "lowest – highest", "x C", "CPU µs per frame", "gate")
    rows = [head, *(_cells(result) for result in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def _cells(result: Result) -> tuple[str, ...]:
    mark = {None: "", True: " ok", False: " MISSED"}[result.passed]
    spread = "" if result.spread is None else f"{_number(result.spread[0])} – {_number(result.spread[1])}"
    return (
        result.stack,
        f"{result.n:,}" if result.n else "",
        result.metric,
        f"{_number(result.value)} {result.unit}".strip(),
        spread,
        "" if result.ratio_to_limit is None else f"{result.ratio_to_limit:.2f}",
        "" if result.cpu_us_per_frame is None else f"{result.cpu_us_per_frame:.2f}",
        f"{result.gate}{mark}" if result.gate else NOT_GATED,
    )


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"
