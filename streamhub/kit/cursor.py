"""Cursors of lists: the number of the last row shown, as text."""

from streamhub.kit.errors import FieldInvalid, FieldProblem

_DIGITS = 15


def position(cursor: str | None) -> int:
    """The number after which a list goes on, 0 for its beginning; raises FieldInvalid."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > _DIGITS:
        raise FieldInvalid(FieldProblem("cursor", "not a cursor of this list"))
    return int(cursor)
