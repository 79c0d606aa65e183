"""Cursors of lists: the number of the last row shown, as text."""

from collections.abc import Sequence
from typing import TypeVar

from streamhub.kit.errors import FieldInvalid, FieldProblem

_DIGITS = 15

Row = TypeVar("Row")


def position(cursor: str | None) -> int:
    """The number after which a list goes on, 0 for its beginning; raises FieldInvalid."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > _DIGITS:
        raise FieldInvalid(FieldProblem("cursor", "not a cursor of this list"))
    return int(cursor)


def page_of(numbered: Sequence[tuple[int, Row]], limit: int) -> tuple[tuple[Row, ...], str | None]:
    """The rows of one page and the cursor of the following one, None at the end.

    ``numbered`` are rows with their numbers, one more than ``limit`` where there are so many.
    """
    shown = numbered[:limit]
    return tuple(row for _, row in shown), str(shown[-1][0]) if len(numbered) > limit else None
