"""The Zoom meetings of a session, as the organiser sees them: account, names, registrations."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from streamhub.access.model import Participant
from streamhub.handlers.views.programme import Reader
from streamhub.kit.ids import ParticipantId, SourceId
from streamhub.kit.times import Moment
from streamhub.relay.zoom_sources import Registering


@dataclass(frozen=True, slots=True)
class ZoomRow:
    """One Zoom source. ``begins`` is when people are registered, None once that time has come."""

    now: Registering
    kind: str
    begins: Moment | None
    again: Moment | None


@dataclass(frozen=True, slots=True)
class ZoomConsole:
    """``accounts`` to choose from, those in ``asks`` can register people; ``twice``: whose link two use."""

    accounts: tuple[str, ...]
    asks: tuple[str, ...]
    rows: Mapping[SourceId, ZoomRow]
    twice: tuple[str, ...]


def zoom_console(
    accounts: Iterable[str],
    asks: Iterable[str],
    found: Iterable[Registering],
    twice: Collection[ParticipantId],
    people: Iterable[Participant],
    reader: Reader,
) -> ZoomConsole:
    """What is known of the session's meetings; people stand under seat and function."""
    return ZoomConsole(
        accounts=tuple(accounts),
        asks=tuple(asks),
        rows={one.source: _row(one, reader) for one in found},
        twice=tuple(
            f"{one.seat} · {one.label}" if one.label else one.seat for one in people if one.id in twice
        ),
    )


def _row(one: Registering, reader: Reader) -> ZoomRow:
    return ZoomRow(
        now=one,
        kind=one.kind.name.lower() if one.kind else "",
        begins=reader.times.moment(one.from_at) if one.from_at > reader.now else None,
        again=reader.times.moment(one.rest_until) if one.rest_until > reader.now else None,
    )
