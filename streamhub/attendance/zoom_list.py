"""Zoom's participant list with its times as instants.

What makes the whole reading doubtful refuses the file (FileInvalid, each problem with
its line): a date that does not fit the order, a local time that the zone never had. A
line that is wrong by itself is left out and listed in ``problems``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from streamhub.attendance.zoom_table import MAX_BYTES, Record, read_table
from streamhub.attendance.zoom_times import DateOrder, read_time, to_instant
from streamhub.kit.clock import HOUR, Instant
from streamhub.kit.errors import FileInvalid, FileProblem
from streamhub.kit.intervals import Span

LONGEST_MS = 30 * HOUR  # Zoom ends every meeting after 30 hours
_PROBLEMS_SHOWN = 10  # of one kind; more lines say nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomRow:
    """One connection of somebody to a meeting; ``line`` counts from 1."""

    line: int
    name: str
    original_name: str | None
    email: str | None
    joined_at: Instant
    left_at: Instant
    guest: bool | None
    in_waiting_room: bool
    meeting: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomList:
    """A list as it was read, people in the waiting room included.

    ``meeting_id`` is None where the file names none or several; ``problems`` are the
    lines that were left out, with the reason.
    """

    rows: tuple[ZoomRow, ...]
    meeting_id: str | None
    topic: str | None
    date_order: DateOrder
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """The local times of all records, read in one order of the date."""

    order: DateOrder
    times: tuple[tuple[datetime, datetime], ...]


def read_zoom_list(
    content: bytes,
    *,
    file: str,
    zone: ZoneInfo,
    date_orders: Sequence[DateOrder] = (),
    windows: Sequence[Span] = (),
    max_bytes: int = MAX_BYTES,
) -> ZoomList:
    """Read a participant list whose times are local to ``zone``.

    Where every date can be read in several orders, the first of ``date_orders`` that
    fits decides; without one, the only order in which somebody is there in ``windows``.
    Raises FileInvalid.
    """
    table = read_table(content, file, max_bytes)
    if not table.records:
        raise FileInvalid(list(table.problems) or [FileProblem(file, None, None, "nobody is in this list")])
    reading = _reading(table.records, file, zone, date_orders, windows)
    rows, wrong = _rows(table.records, reading, file, zone)
    problems = sorted((*table.problems, *wrong), key=lambda problem: problem.line or 0)
    if not rows:
        raise FileInvalid(problems)
    meetings = {record.meeting for record in table.records}
    return ZoomList(
        rows=rows,
        meeting_id=meetings.pop() if len(meetings) == 1 else None,
        topic=table.topic,
        date_order=reading.order,
        problems=tuple(problems),
    )


def _reading(
    records: Sequence[Record],
    file: str,
    zone: ZoneInfo,
    date_orders: Sequence[DateOrder],
    windows: Sequence[Span],
) -> _Reading:
    """The one way to read the dates; raises FileInvalid where there is none, or no one way."""
    fitting = [reading for order in DateOrder if (reading := _read_in(order, records)) is not None]
    if not fitting:
        raise FileInvalid(_unreadable(records, file, date_orders))
    preferred = [reading for order in date_orders for reading in fitting if reading.order == order]
    if preferred or len({reading.times for reading in fitting}) == 1:
        return (preferred or fitting)[0]
    left = _those(fitting, _is_plausible)
    left = _those(left, lambda reading: _touches(reading, zone, windows))
    if len(left) > 1:
        raise FileInvalid([_ambiguous(records[0], left, file)])
    return left[0]


def _read_in(order: DateOrder, records: Sequence[Record]) -> _Reading | None:
    times: list[tuple[datetime, datetime]] = []
    for record in records:
        joined, left = read_time(record.joined, order), read_time(record.left, order)
        if joined is None or left is None:
            return None
        times.append((joined, left))
    return _Reading(order, tuple(times))


def _those(readings: list[_Reading], test: Callable[[_Reading], bool]) -> list[_Reading]:
    """The readings that pass, or all of them if none does."""
    return [reading for reading in readings if test(reading)] or readings


def _is_plausible(reading: _Reading) -> bool:
    """No one leaves before coming, nor stays for a month."""
    return all(0 <= (left - joined).total_seconds() * 1_000 <= LONGEST_MS for joined, left in reading.times)


def _touches(reading: _Reading, zone: ZoneInfo, windows: Sequence[Span]) -> bool:
    for joined, left in reading.times:
        since, until = to_instant(joined, zone), to_instant(left, zone)
        if (
            since is not None
            and until is not None
            and any(since < end and until > start for start, end in windows)
        ):
            return True
    return False


def _unreadable(records: Sequence[Record], file: str, date_orders: Sequence[DateOrder]) -> list[FileProblem]:
    """The times that no order reads; if there are none, those against the likeliest order."""
    orders = tuple(DateOrder)
    if unread := list(_unread(records, orders)):
        return _problems(file, unread, "no date and time that we know")
    likeliest = min(date_orders or orders, key=lambda order: len(list(_unread(records, (order,)))))
    return _problems(
        file, _unread(records, (likeliest,)), f"no date in the order of the others ({likeliest})"
    )


_Cell = tuple[int, str, str]


def _unread(records: Sequence[Record], orders: Sequence[DateOrder]) -> Iterator[_Cell]:
    """Line, field and text of the times that none of ``orders`` reads."""
    for record in records:
        for field, text in ((record.join_field, record.joined), (record.leave_field, record.left)):
            if all(read_time(text, order) is None for order in orders):
                yield record.line, field, text


def _problems(file: str, cells: Iterable[_Cell], message: str) -> list[FileProblem]:
    shown = islice(cells, _PROBLEMS_SHOWN)
    return [FileProblem(file, line, field, f"{text!r}: {message}") for line, field, text in shown]


def _ambiguous(record: Record, readings: Sequence[_Reading], file: str) -> FileProblem:
    orders = " or ".join(reading.order for reading in readings)
    message = f"{record.joined!r} can be {orders}: say which with --date-order (date_order)"
    return FileProblem(file, record.line, record.join_field, message)


def _rows(
    records: Sequence[Record], reading: _Reading, file: str, zone: ZoneInfo
) -> tuple[tuple[ZoomRow, ...], tuple[FileProblem, ...]]:
    """The rows, and the lines left out; raises FileInvalid for times that the zone never had."""
    rows: list[ZoomRow] = []
    problems: list[FileProblem] = []
    impossible: list[_Cell] = []
    for record, (joined, left) in zip(records, reading.times, strict=True):
        since = to_instant(joined, zone)
        until = to_instant(left, zone, after=since)
        if since is None:
            impossible.append((record.line, record.join_field, record.joined))
        elif until is None:
            impossible.append((record.line, record.leave_field, record.left))
        elif reason := _wrong(since, until):
            problems.append(FileProblem(file, record.line, record.leave_field, reason))
        else:
            rows.append(_row(record, since, until))
    if impossible:
        raise FileInvalid(_problems(file, impossible, f"the clocks of {zone.key} skipped this time"))
    return tuple(rows), tuple(problems)


def _wrong(since: Instant, until: Instant) -> str | None:
    """Why nobody can have stayed from ``since`` to ``until``."""
    if until <= since:
        return "leaves no later than the join time"
    return "later than a Zoom meeting can last (30 hours)" if until - since > LONGEST_MS else None


def _row(record: Record, since: Instant, until: Instant) -> ZoomRow:
    return ZoomRow(
        line=record.line,
        name=record.name,
        original_name=record.original_name,
        email=record.email,
        joined_at=since,
        left_at=until,
        guest=record.guest,
        in_waiting_room=record.in_waiting_room,
        meeting=record.meeting,
    )
