"""Retention: what is over its time goes, figures stay as they were, and the log says so."""

import dataclasses

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.audit import EVERYTHING, Act
from streamhub.kit.clock import DAY, parse_rfc3339
from streamhub.kit.db import changes_after
from streamhub.kit.errors import CodeUnknown, StateConflict
from streamhub.privacy.model import Deadlines, Kept
from streamhub.privacy.retention import RetentionService
from streamhub.privacy.schema import TABLES
from streamhub.reports.documents import as_json
from streamhub.statistics.disclosure import Audience
from tests.privacy.summit import NAME, cells, figures, recorded, staff, where
from tests.reports.example import SETTINGS, TABLE

END = parse_rfc3339("2021-11-05T00:00:00+01:00")
"""The midnight that ends the summit's only day, in Brussels."""

IDENTITIES, STAYS = END + 30 * DAY, END + 365 * DAY


def go_to(use, instant):
    use.clock.advance(ms=instant - use.clock.now())


def without_time(found):
    """Figures as they were counted: final and kept is all that may have changed."""

    def plain(one):
        if not hasattr(one, "kept_at"):
            return one
        again = dataclasses.replace(one, kept_at=None)
        if hasattr(one, "sessions"):
            return dataclasses.replace(again, sessions=tuple(map(plain, one.sessions)))
        window = one.window and dataclasses.replace(one.window, final=True)
        return dataclasses.replace(again, window=window)

    return {key: plain(value) for key, value in found.items()}


async def rows(use, name):
    return [row for row in await cells(use) if row[0] == name]


async def test_nothing_goes_before_its_time(use):
    await recorded(use)
    go_to(use, IDENTITIES - 1)

    report = await use.retention.run()

    assert report.nothing
    assert (report.identities_until, report.stays_until) == (IDENTITIES, STAYS)
    assert await where(use, NAME)


async def test_names_go_when_their_days_are_over_and_figures_stay(use):
    await recorded(use)
    go_to(use, IDENTITIES)
    before = await figures(use)

    report = await use.retention.run()

    assert {one.table: one.rows for one in report.dropped} == {"identities": 1}
    assert ("identities", "name") not in await where(use, NAME)
    assert await figures(use) == before


async def test_single_stays_go_and_every_figure_is_as_it_was(use):
    await recorded(use)
    go_to(use, STAYS - 1)
    before = without_time(await figures(use))
    go_to(use, STAYS)

    report = await use.retention.run()

    assert report.figures_kept == 3
    assert without_time(await figures(use)) == before
    for table in TABLES:
        if table.kept in {Kept.STAYS, Kept.IDENTITIES}:
            assert await rows(use, table.name) == [], table.name


async def test_kept_figures_say_that_they_are_final_and_since_when(use):
    go_to(use, STAYS)
    await use.retention.run()

    session = (await use.statistics.of_session(TABLE, Audience.INTERNAL)).value
    summit = (await use.statistics.of_summit(Audience.PUBLIC)).value

    assert (session.final, session.kept_at, summit.kept_at) == (True, STAYS, STAYS)
    assert {one.kept_at for one in summit.sessions} == {STAYS}


async def test_a_report_says_that_its_figures_were_kept(use):
    go_to(use, STAYS)
    before = await use.reports.session_report(TABLE, Audience.PUBLIC, "en")
    await use.retention.run()

    report = await use.reports.session_report(TABLE, Audience.PUBLIC, "en")

    new = [rule for rule in report.method if rule not in before.method]
    assert [rule.term for rule in new] == ["Kept figures"]
    assert "5 November 2022" in new[0].text
    assert b'"kept_at":"2022-11-04T23:00:00.000Z"' in as_json(report)
    assert b"kept_at" not in as_json(before)


async def test_a_kept_curve_is_as_fine_as_a_minute(use):
    before = (await use.statistics.timeline(TABLE, 120, Audience.INTERNAL)).value
    go_to(use, STAYS)
    await use.retention.run()

    assert (await use.statistics.timeline(TABLE, 120, Audience.INTERNAL)).value == before
    assert (await use.statistics.timeline(TABLE, 90, Audience.INTERNAL)).value == before
    assert (await use.statistics.timeline(TABLE, 1, Audience.INTERNAL)).value.step == 60


async def test_people_whose_invitation_is_over_go_with_their_links_and_the_others_stay(use):
    somebody = await recorded(use)
    go_to(use, STAYS - DAY)
    [organiser] = await use.access.issue(InvitationOrder(role=Role.ORGANISER), "test")
    go_to(use, STAYS)

    await use.retention.run()

    assert [person.id for person in await use.access.participants()] == [organiser.invitation.participant]
    with pytest.raises(CodeUnknown):
        await use.access.enter(somebody.code)
    await use.access.enter(organiser.link)


async def test_a_second_run_keeps_the_figures_of_the_first(use):
    go_to(use, STAYS)
    await use.retention.run()
    before = await figures(use)
    go_to(use, STAYS + DAY)

    report = await use.retention.run()

    assert report.figures_kept == 0
    assert await figures(use) == before


async def test_numbers_that_people_declared_are_those_of_today(use):
    go_to(use, STAYS)
    await use.retention.run()
    before = len((await use.statistics.of_session(TABLE, Audience.INTERNAL)).value.platforms)

    figure = next(f for f in await use.audience.figures() if TABLE in f.covers)

    assert before == sum(TABLE in one.covers for one in await use.audience.figures())
    assert figure.value == 398


async def test_nothing_more_is_taken_that_no_figure_could_count(use):
    await use.statistics.check_open()
    go_to(use, STAYS)
    await use.retention.run()

    with pytest.raises(StateConflict):
        await use.statistics.check_open()


async def test_rows_of_the_log_go_one_by_one(use):
    old = use.clock.now()
    await use.audit.write(Act(by="cli", action="summit.load"))
    use.clock.advance(ms=DAY)
    await use.audit.write(Act(by="cli", action="key.rotate"))
    go_to(use, old + 365 * DAY + 1)

    await use.retention.run()

    assert [row.act.action for row in await use.audit.all(EVERYTHING)] == ["retention.run", "key.rotate"]


async def test_every_run_is_written_down_with_its_counts(use):
    await recorded(use)
    go_to(use, IDENTITIES)

    await use.retention.run()
    await use.retention.run(by="cli")

    by_hand, first = (await use.audit.all(EVERYTHING))[:2]
    assert (first.act.by, first.act.action) == ("clock", "retention.run")
    assert dict(first.act.detail) == {"identities": 1, "figures_kept": 0}
    assert (by_hand.act.by, dict(by_hand.act.detail)) == ("cli", {"figures_kept": 0})


async def test_what_would_go_is_told_and_stays(use):
    await recorded(use)
    go_to(use, STAYS)
    before = await cells(use)

    planned = await use.retention.planned()

    assert {one.table for one in planned.dropped} >= {"ledger", "stays", "identities", "invitations"}
    assert planned.figures_kept == 3
    assert await cells(use) == before
    assert {one.table: one.rows for one in planned.dropped} == {
        one.table: one.rows for one in (await use.retention.run()).dropped
    }


async def test_without_a_summit_nothing_is_due():
    nothing = Deadlines.of(SETTINGS, None, "UTC", END)

    assert (nothing.identities, nothing.stays) == (None, None)


async def test_the_day_ends_at_midnight_where_the_summit_is(use):
    summit = await use.programme.summit()

    found = Deadlines.of(SETTINGS, summit.ends_on, summit.timezone, END)

    assert (found.identities, found.stays) == (IDENTITIES, STAYS)


async def test_attendance_that_comes_while_the_figures_are_counted_makes_the_run_wait(use):
    go_to(use, STAYS)

    statistics = Meddling(use)
    retention = RetentionService(use.db, use.clock, SETTINGS, use.programme, statistics)

    with pytest.raises(StateConflict):
        await retention.run()

    assert await rows(use, "kept_figures") == []
    assert await rows(use, "stays")


class Meddling:
    """Figures during whose counting a list is taken back."""

    def __init__(self, use):
        self.use = use

    async def is_kept(self):
        return await self.use.statistics.is_kept()

    async def to_keep(self):
        counted = await self.use.statistics.to_keep()
        await recorded(self.use)
        return counted


async def test_what_every_server_noticed_is_forgotten_a_day_later(use):
    await staff(use)
    noticed = await use.db.read(lambda tx: changes_after(tx, 0))
    assert noticed

    await use.retention._daily()
    assert await use.db.read(lambda tx: changes_after(tx, 0)) == noticed
    await staff(use)
    await use.retention._daily()

    left = await use.db.read(lambda tx: changes_after(tx, 0))
    assert [change.id for change in left] == [noticed[-1].id + 1]
