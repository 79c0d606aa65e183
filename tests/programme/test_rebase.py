from datetime import date

import pytest

from streamhub.kit.clock import DAY, MINUTE, parse_rfc3339
from streamhub.kit.errors import UnknownSession
from streamhub.programme.rebase import moved_to
from tests.programme.samples import SUMMIT, at, loaded

NOW = parse_rfc3339("2026-11-21T23:14:37.250Z")


def test_the_reference_session_began_so_many_minutes_ago():
    files = moved_to(loaded(), NOW, "atelier", 40)

    opening, workshop = files.sessions
    assert workshop.starts_at == parse_rfc3339("2026-11-21T22:34:00Z")
    assert workshop.starts_at - opening.starts_at == 60 * MINUTE
    assert workshop.ends_at - workshop.starts_at == 120 * MINUTE


def test_everything_else_stays():
    files, moved = loaded(), moved_to(loaded(), NOW, "atelier", 40)

    assert (moved.delegations, moved.participants, moved.documents) == (
        files.delegations,
        files.participants,
        files.documents,
    )
    assert [s.sources for s in moved.sessions] == [s.sources for s in files.sessions]


def test_the_days_of_the_summit_move_by_whole_days():
    files = loaded(summit=f"{SUMMIT}starts_on = 2021-11-02\nends_on = 2021-11-05\n")

    moved = moved_to(files, at(75) + 30 * DAY, "atelier", 10)

    assert (moved.summit.starts_on, moved.summit.ends_on) == (date(2021, 12, 2), date(2021, 12, 5))


def test_a_reference_that_is_not_there_is_refused():
    with pytest.raises(UnknownSession):
        moved_to(loaded(), NOW, "nowhere", 10)
