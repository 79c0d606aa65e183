"""The geometry of gauge, band and curve: numbers in, coordinates out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.times import Moment, Times

GAUGE_WIDTH = 224
SEAT_RADIUS = 10
_SMALLEST_ROW = 4  # a hemicycle whose first row is shorter reads as a heap
_MARGIN = 3.3
_STEPS = (1, 2, 5)  # a scale reads well in these and their tenfolds
_GRID = 3
_GRID_LINES = tuple(round(100 * i / _GRID, 1) for i in range(1, _GRID))
_LABELS = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """One country or region; which one is never said."""

    x: float
    y: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """A hemicycle with one seat per country or region, filled from the left."""

    seats: tuple[Seat, ...]
    taken: int
    total: int
    radius: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a band: ``kind`` is its class, ``x`` and ``width`` count people."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Band:
    """The ribbon cut by presence. An empty one is a single quiet piece."""

    parts: tuple[Part, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Point:
    """Who was there at one instant: ``remote`` is Zoom and page together; None is hidden."""

    at: Instant
    present: int | None
    hall: int | None
    remote: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A point of the curve, as its table says it."""

    at: Moment
    present: int | None
    hall: int | None
    remote: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve in a box of ``width`` by 100, with its axes and the same as a table."""

    width: int
    present: str
    hall: str
    remote: str
    area: str
    y_labels: tuple[int, ...]
    x_labels: tuple[Moment, ...]
    grid: tuple[float, ...]
    rows: tuple[Row, ...]
    highest: Row
    peak_x: float


def gauge(taken: int, total: int) -> Gauge:
    """``total`` seats, the ``taken`` first ones from the left full.

    Rows hold k, k+3, k+6 … seats at the radius d(k−1)/π, so that seats are as far
    apart within a row as the rows are from each other; what does not divide goes to
    the outer rows.
    """
    total = max(total, taken, 1)
    rows = _rows(total)
    step = _seat_distance(rows)
    centre = GAUGE_WIDTH / 2
    height = _radius(rows[-1], step) + 2 * SEAT_RADIUS + 2 * _MARGIN
    floor = height - SEAT_RADIUS - _MARGIN
    placed = [
        (angle, radius)
        for count, radius in ((count, _radius(count, step)) for count in rows)
        for angle in _angles(count)
    ]
    placed.sort(key=lambda seat: (-round(seat[0], 6), seat[1]))
    seats = tuple(
        Seat(round(centre + r * math.cos(a), 1), round(floor - r * math.sin(a), 1), i < taken)
        for i, (a, r) in enumerate(placed)
    )
    return Gauge(seats, taken, total, round(min(SEAT_RADIUS, step * 0.34), 1), GAUGE_WIDTH, round(height, 1))


def _rows(total: int) -> list[int]:
    count = 1
    while (total - 1.5 * (count + 1) * count) / (count + 1) >= _SMALLEST_ROW:
        count += 1
    first, left = divmod(total - 3 * count * (count - 1) // 2, count)
    return [first + 3 * i + (i >= count - left) for i in range(count)]


def _seat_distance(rows: list[int]) -> float:
    outer = max(rows[-1] - 1, 1) / math.pi
    return min((GAUGE_WIDTH / 2 - SEAT_RADIUS - _MARGIN) / outer, 3.1 * SEAT_RADIUS)


def _radius(count: int, step: float) -> float:
    return step * (count - 1) / math.pi


def _angles(count: int) -> list[float]:
    return [math.pi / 2] if count == 1 else [math.pi * (1 - i / (count - 1)) for i in range(count)]


def band(**people: int) -> Band:
    """Pieces in the order given, empty ones left out: ``band(hall=8, online=1)``."""
    kept = {kind: count for kind, count in people.items() if count > 0}
    starts = accumulate(kept.values(), initial=0)
    parts = tuple(Part(kind, x, width) for (kind, width), x in zip(kept.items(), starts, strict=False))
    return Band(parts or (Part("none", 0, 1),), sum(kept.values()) or 1)


@dataclass(frozen=True, slots=True)
class Top:
    """The most that were there together, at its first instant: seldom one of the curve's points."""

    at: Instant
    present: int


def curve(points: Sequence[Point], times: Times, top_of: Top | None = None) -> Curve | None:
    """The curve through the points, broken where a number is hidden; None without a line to draw.

    ``top_of`` is the exact maximum; without it, the highest point is named.
    """
    known = [point.present for point in points if point.present is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line needs two
        return None
    first, last = points[0].at, points[-1].at
    width = max(1, (last - first) // SECOND)
    xs = [(point.at - first) // SECOND for point in points]
    highest = [point.present for point in points].index(max(known))
    rows = tuple(Row(times.moment(p.at), p.present, p.hall, p.remote) for p in points)
    summit = top_of or Top(points[highest].at, max(known))
    top = _scale(max(*known, summit.present))
    return Curve(
        width=width,
        present=_path(xs, [p.present for p in points], top),
        hall=_path(xs, [p.hall for p in points], top),
        remote=_path(xs, [p.remote for p in points], top),
        area=_area(xs, [p.present for p in points], top),
        y_labels=tuple(top * (_GRID - i) // _GRID for i in range(_GRID + 1)),
        x_labels=tuple(times.moment(first + (last - first) * i // (_LABELS - 1)) for i in range(_LABELS)),
        grid=_GRID_LINES,
        rows=rows,
        highest=Row(times.moment(summit.at), summit.present, None, None),
        peak_x=min(max((summit.at - first) // SECOND, 0), width),
    )


def no_curve_yet(at: Instant, times: Times) -> Curve:
    """A curve without a point, for a page that draws it as time passes."""
    begins = times.moment(at)
    return Curve(
        width=1,
        present="",
        hall="",
        remote="",
        area="",
        y_labels=(0,) * (_GRID + 1),
        x_labels=(begins,) * _LABELS,
        grid=_GRID_LINES,
        rows=(),
        highest=Row(begins, 0, None, None),
        peak_x=0,
    )


def _path(xs: Sequence[int], values: Sequence[int | None], top: int) -> str:
    return "".join(f"M{_joined(run, top)}" for run in _runs(xs, values))


def _area(xs: Sequence[int], values: Sequence[int | None], top: int) -> str:
    runs = _runs(xs, values)
    return "".join(f"M{run[0][0]} 100L{_joined(run, top)}L{run[-1][0]} 100z" for run in runs)


def _joined(run: Sequence[tuple[int, int]], top: int) -> str:
    return "L".join(f"{x} {100 - 100 * value / top:.1f}" for x, value in run)


def _runs(xs: Sequence[int], values: Sequence[int | None]) -> list[list[tuple[int, int]]]:
    """The stretches of points that may be shown."""
    runs: list[list[tuple[int, int]]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run for run in runs if run]


def _scale(highest: int) -> int:
    """The top of the axis: three equal steps that people count in."""
    steps = (factor * 10**power for power in range(8) for factor in _STEPS)
    top: int = next(_GRID * step for step in steps if _GRID * step >= max(highest, 1))
    return top
