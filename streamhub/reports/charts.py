"""The curve of presence as one SVG picture that needs no style sheet: for print, mail and PDF.

Three line styles, not three colours alone; breaks where a number is hidden. Every text is
escaped here, so a caller may pass what a person typed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from html import escape

from streamhub.kit.clock import HOUR, MINUTE, Instant, to_datetime
from streamhub.programme.clock import Window
from streamhub.statistics.results import Peak, Point, Timeline

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 704, 44, 264

INK, QUIET, LINE, PAPER = "#14213d", "#4a566c", "#cfd6e1", "#dfe8f7"
FONT = "Atkinson Hyperlegible, Helvetica, Arial, sans-serif"

OPENING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    f' font-family="{FONT}" font-size="13" fill="{QUIET}">'
)

SCALE_STEPS = (1, 2, 4, 5)
SCALE_INTERVALS = (3, 4, 5, 2, 1)
TIME_STEPS = tuple(n * MINUTE for n in (1, 2, 5, 10, 15, 30)) + tuple(n * HOUR for n in (1, 2, 3, 6, 12, 24))
MOST_TIMES = 8
LEGEND_WIDTH = 150
DOT = 3


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The texts in the picture, in the reader's language; ``peak`` stands at its line."""

    title: str
    description: str
    present: str
    hall: str
    remote: str
    peak: str


@dataclass(frozen=True, slots=True)
class Row:
    """A point with Zoom and page together, as a curve and its table tell it; None is hidden."""

    at: Instant
    present: int | None
    hall: int | None
    remote: int | None


@dataclass(frozen=True, slots=True)
class Style:
    """How one of the three lines is drawn."""

    colour: str
    dashes: str
    width: float


PRESENT = Style(INK, "", 2.5)
HALL = Style("#1c4a9c", "7 4", 2)
REMOTE = Style("#1c6b40", "2 4", 2)


def rows(points: Iterable[Point]) -> tuple[Row, ...]:
    """The points as present, in the hall, remote."""
    return tuple(
        Row(p.at, p.present, p.hall, None if p.zoom is None or p.web is None else p.zoom + p.web)
        for p in points
    )


def table_rows(points: Sequence[Point], most: int) -> tuple[Row, ...]:
    """At most ``most`` rows, three at least, for the table beside: first, last, highest, others evenly.

    Of several highest the first is kept.
    """
    if len(points) <= most:
        return rows(points)
    last, even = len(points) - 1, most - 1
    highest = max(range(len(points)), key=lambda i: (points[i].present or 0, -i))
    kept = {i * last // (even - 1) for i in range(even)} | {highest}
    return rows(points[i] for i in sorted(kept))


def people_ticks(highest: int) -> tuple[int, ...]:
    """The numbers at the axis, from 0 to the least round number that holds ``highest``: 0 40 80 120."""
    scales = [
        (step * 10**power * intervals, SCALE_INTERVALS.index(intervals), step * 10**power)
        for power in range(len(str(highest)))
        for step in SCALE_STEPS
        for intervals in SCALE_INTERVALS
        if step * 10**power * intervals >= max(highest, 1)
    ]
    top, _, step = min(scales)
    return tuple(range(0, top + 1, step))


def time_ticks(since: Instant, until: Instant, zone: tzinfo) -> tuple[Instant, ...]:
    """Round times of the local clock inside ``[since, until]``, at most eight of them."""
    step = next((s for s in TIME_STEPS if (until - since) // s < MOST_TIMES), TIME_STEPS[-1])
    offset = to_datetime(since).astimezone(zone).utcoffset()
    east = 0 if offset is None else int(offset.total_seconds() * 1000)
    first = -(-(since + east) // step) * step - east
    return tuple(range(first, until + 1, step))


def presence_chart(timeline: Timeline, window: Window, peak: Peak, words: ChartWords, zone: tzinfo) -> str:
    """The whole picture, as text of an SVG file; ``zone`` is the summit's."""
    points = rows(timeline.points)
    numbers = (n for row in points for n in (row.present, row.hall, row.remote) if n is not None)
    frame = _Frame(window, people_ticks(max(numbers, default=0)))
    parts = (
        OPENING,
        f"<title>{escape(words.title)}</title><desc>{escape(words.description)}</desc>",
        *_legend(words),
        *_axes(frame, zone),
        _path(frame, [(row.at, row.present) for row in points], PRESENT, area=True),
        *_peak(frame, peak, words),
        _path(frame, [(row.at, row.remote) for row in points], REMOTE),
        _path(frame, [(row.at, row.hall) for row in points], HALL),
        _path(frame, [(row.at, row.present) for row in points], PRESENT),
        "</svg>",
    )
    return "\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where times and numbers stand in the picture."""

    window: Window
    ticks: tuple[int, ...]

    def x(self, at: Instant) -> float:
        """From the left edge; an instant outside the window stands at its edge."""
        share = (at - self.window.since) / (self.window.until - self.window.since)
        return round(LEFT + min(max(share, 0), 1) * (RIGHT - LEFT), 1)

    def y(self, people: int) -> float:
        """From the top edge."""
        return round(BOTTOM - people / self.ticks[-1] * (BOTTOM - TOP), 1)


def _legend(words: ChartWords) -> Iterator[str]:
    lines = ((PRESENT, words.present), (HALL, words.hall), (REMOTE, words.remote))
    for place, (style, text) in enumerate(lines):
        x = LEFT + place * LEGEND_WIDTH
        yield f'<path d="M{x} 16h32" {_stroke(style)}/>'
        yield f'<text x="{x + 40}" y="20">{escape(text)}</text>'


def _axes(frame: _Frame, zone: tzinfo) -> Iterator[str]:
    for people in frame.ticks:
        y = frame.y(people)
        colour = LINE if people else INK
        yield f'<path d="M{LEFT} {y}H{RIGHT}" stroke="{colour}" fill="none"/>'
        yield f'<text x="{LEFT - 8}" y="{round(y + 4, 1)}" text-anchor="end">{people}</text>'
    for at in time_ticks(frame.window.since, frame.window.until, zone):
        x = frame.x(at)
        yield f'<path d="M{x} {BOTTOM}v5" stroke="{INK}" fill="none"/>'
        local = to_datetime(at).astimezone(zone)
        yield f'<text x="{x}" y="{BOTTOM + 20}" text-anchor="middle">{local:%H:%M}</text>'


def _peak(frame: _Frame, peak: Peak, words: ChartWords) -> Iterator[str]:
    """A line at the first instant of the most; none where that is hidden or nobody came."""
    if not peak.present or peak.at is None:
        return
    x = frame.x(peak.at)
    anchor, by = ("start", 5) if x < (LEFT + RIGHT) / 2 else ("end", -5)
    yield f'<path d="M{x} {TOP}V{BOTTOM}" stroke="{QUIET}" fill="none"/>'
    yield f'<text x="{round(x + by, 1)}" y="{TOP - 4}" text-anchor="{anchor}">{escape(words.peak)}</text>'


def _path(
    frame: _Frame, values: Iterable[tuple[Instant, int | None]], style: Style, *, area: bool = False
) -> str:
    """One line, broken where a number is hidden; a point alone is a short stroke. Or the area below it."""
    runs = list(_runs(frame, values))
    if not runs:
        return ""
    if area:
        shapes = (f"M{run[0][0]} {BOTTOM}L{_joined(run)}L{run[-1][0]} {BOTTOM}z" for run in runs)
        return f'<path d="{"".join(shapes)}" fill="{PAPER}"/>'
    lines = (f"M{_joined(run)}" if len(run) > 1 else f"M{_joined(run)}h{DOT}" for run in runs)
    return f'<path d="{"".join(lines)}" {_stroke(style)}/>'


def _runs(
    frame: _Frame, values: Iterable[tuple[Instant, int | None]]
) -> Iterator[Sequence[tuple[float, float]]]:
    """The stretches without a hidden number."""
    run: list[tuple[float, float]] = []
    for at, people in values:
        if people is not None:
            run.append((frame.x(at), frame.y(people)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _joined(run: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x} {y}" for x, y in run)


def _stroke(style: Style) -> str:
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return f'fill="none" stroke="{style.colour}" stroke-width="{style.width}" stroke-linejoin="round"{dashes}'
