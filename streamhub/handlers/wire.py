"""Reading the fields that several bodies share; each helper names the field it refuses."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from streamhub.kit.clock import Instant, parse_rfc3339, rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.text import clean
from streamhub.programme.local_time import instant_of, parse_day, parse_time

_LOCAL_LENGTH = len("2021-11-04T14:30")
_TOO_LATE = parse_rfc3339("3000-01-01T00:00:00Z")  # near the years 1 and 9999 no local time can be told


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A request body: unknown fields are refused by name."""


class Answer(msgspec.Struct, kw_only=True):
    """An answer; clients ignore fields that they do not know."""


def instant(field: str, text: str) -> Instant:
    """An RFC 3339 time from 1970 to 2999; raises FieldInvalid."""
    try:
        found = parse_rfc3339(text)
    except (ValueError, OverflowError):
        found = -1
    if not 0 <= found < _TOO_LATE:
        raise FieldInvalid(FieldProblem(field, "must be a time such as 2021-11-04T13:30:00Z"))
    return found


def local_or_instant(field: str, text: str, zone: ZoneInfo) -> Instant:
    """An RFC 3339 time, or a local one of the zone such as ``2021-11-04T14:30``; raises FieldInvalid."""
    day, separator, at = text.partition("T")
    if len(text) != _LOCAL_LENGTH or not separator:
        return instant(field, text)
    try:
        return instant_of(parse_day(day), parse_time(at), zone)
    except ValueError as error:
        raise FieldInvalid(FieldProblem(field, str(error))) from None


def optional_instant(field: str, text: str | None) -> Instant | None:
    """An RFC 3339 time or nothing; raises FieldInvalid."""
    return None if text is None else instant(field, text)


def time_or_null(at: Instant | None) -> str | None:
    """An instant as an answer says it."""
    return None if at is None else rfc3339(at)


def line(field: str, text: str, *, maximum: int, minimum: int = 0) -> str:
    """One cleaned line of text; raises FieldInvalid when it is too long or too short."""
    cleaned = " ".join(clean(text).split())
    if not minimum <= len(cleaned) <= maximum:
        raise FieldInvalid(FieldProblem(field, f"must have {minimum} to {maximum} characters"))
    return cleaned


def one_of(field: str, given: Mapping[str, object]) -> str:
    """The name of the only field of ``given`` that is set; raises FieldInvalid otherwise."""
    names = [name for name, value in given.items() if value is not None]
    if len(names) != 1:
        raise FieldInvalid(FieldProblem(field, f"give exactly one of: {_listed(list(given))}"))
    return names[0]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
