"""Moving a whole summit in time, so that a demonstration of it happens now."""

from dataclasses import replace
from datetime import timedelta

from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.errors import UnknownSession
from streamhub.programme.files import SummitFiles
from streamhub.programme.local_time import day_of, zone_of
from streamhub.programme.model import Summit


def moved_to(files: SummitFiles, now: Instant, reference_slug: str, into_session_minutes: int) -> SummitFiles:
    """The summit as if its reference session had begun ``into_session_minutes`` before ``now``.

    Everything moves by the same whole minutes, the summit's days by whole days.
    Raises UnknownSession.
    """
    sessions = files.sessions or ()
    reference = next((session for session in sessions if session.slug == reference_slug), None)
    if reference is None:
        raise UnknownSession(f"no session has the name {reference_slug}")
    by_ms = now // MINUTE * MINUTE - into_session_minutes * MINUTE - reference.starts_at
    zone = zone_of(files.summit.timezone)
    days = day_of(reference.starts_at + by_ms, zone) - day_of(reference.starts_at, zone)
    return replace(
        files,
        summit=_moved(files.summit, days),
        sessions=tuple(
            replace(s, starts_at=s.starts_at + by_ms, ends_at=s.ends_at + by_ms) for s in sessions
        ),
    )


def _moved(summit: Summit, days: timedelta) -> Summit:
    return replace(
        summit,
        starts_on=summit.starts_on and summit.starts_on + days,
        ends_on=summit.ends_on and summit.ends_on + days,
    )
