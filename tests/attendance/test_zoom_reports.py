"""Zoom's report after the end: asked for by the timetable, over restarts and bad days, and then it stands."""

import pytest

from streamhub.kit.audit import AuditFilter
from streamhub.kit.clock import HOUR, MINUTE, SECOND, rfc3339
from tests.attendance.zoom_house import restarted, serve, zoom_house
from tests.stand_ins import zoom as stand_in
from tests.stand_ins.server import Mood
from tests.stand_ins.zoom import row, scope_missing, too_many
from tests.waiting import eventually


@pytest.fixture
async def service():
    async with stand_in.zoom() as found:
        yield found


@pytest.fixture
async def zoom(tmp_path, service):
    async with zoom_house(tmp_path, stand_ins=(f"zoom={service.url}",)) as found:
        await found.house.begin("atelier")
        await serve(found, "atelier")
        await found.until(90)
        await found.hear(found.joined(1, "A", 0), found.joined(2, "", 5), found.left(2, 60), found.ended(62))
        yield found


def line(zoom, user, since, until, name="", status="in_meeting"):
    def time(minute):
        return rfc3339(zoom.at(minute) * SECOND)

    return row(str(user), time(since), time(until), f"reg-{name}" if name else "", status)


async def pulled(zoom):
    await zoom.house.use.zoom.pull_reports()
    await zoom.house.use.zoom.work_off()


def asked(service):
    return sum("/report/" in call for call in service.asked)


async def acts(zoom):
    found = await zoom.house.use.audit.all(AuditFilter())
    return [(one.act.action, one.act.target, dict(one.act.detail)) for one in found]


async def test_the_report_replaces_the_webhooks_without_the_waiting_room(zoom, service):
    service.reports[zoom.run.uuid] = [
        line(zoom, 1, 1, 30, "A"),
        line(zoom, 1, 30.5, 61, "A"),
        line(zoom, 4, 2, 61, status="in_waiting_room"),
        line(zoom, 5, 10, 20),
        line(zoom, 6, 10, 20, "B"),
    ]

    await pulled(zoom)

    assert await zoom.stays("atelier") == [("?", 10, 20), ("A", 1, 30), ("A", 30.5, 61), ("B", 10, 20)]
    assert asked(service) == 3  # pages of two
    assert ("zoom.report", zoom.run.number, {"webhooks": 2, "report": 3}) in await acts(zoom)
    assert len(await zoom.house.use.imports.queue()) == 1
    await zoom.hear(zoom.left(1, 55))
    assert len(await zoom.stays("atelier")) == 4
    await pulled(zoom)
    assert asked(service) == 3


async def test_a_webinars_report_is_asked_for_as_one(tmp_path, service):
    async with zoom_house(tmp_path, stand_ins=(f"zoom={service.url}",)) as zoom:
        await zoom.house.begin("atelier")
        await zoom.hear(zoom.joined(1, "A", 0), zoom.ended(1))
        await zoom.until(10)
        await pulled(zoom)
    encoded = "%252Fk2Vv%252F%252FqTzC0exampleA%253D%253D"
    assert [call.split("?")[0] for call in service.asked if "report" in call] == [
        f"GET /v2/report/{zoom.run.kind}s/{encoded}/participants"
    ]


async def test_the_timetable_goes_on_until_it_comes_also_over_a_restart(zoom, service):
    times = []
    zoom.house.clock.advance(ms=zoom.at(62) * SECOND - zoom.house.clock.now())
    for minute in range(60 * 26):
        if minute == 16:
            async with restarted(zoom):
                zoom.house.clock.advance(ms=MINUTE)
                await pulled(zoom)
        else:
            zoom.house.clock.advance(ms=MINUTE)
            if minute < 70 or minute > 24 * 60 - 5:
                await pulled(zoom)
        if asked(service) > len(times):
            times.append(minute + 1)
    assert times == [5, 15, 60, 24 * 60]


async def test_too_much_asked_waits_as_long_as_zoom_says_and_loses_no_try(zoom, service):
    now = zoom.house.clock.now()
    service.refusals.append(too_many(retry_after=rfc3339(now + 3 * HOUR)))
    await pulled(zoom)
    assert [one.fault for one in await zoom.house.use.zoom.standings()] == ["throttled", ""]

    service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 60, "A")]
    zoom.house.clock.advance(ms=2 * HOUR)
    await pulled(zoom)
    assert asked(service) == 1
    zoom.house.clock.advance(ms=HOUR)
    await pulled(zoom)

    assert await zoom.stays("atelier") == [("A", 0, 60)]
    [ville, _] = await zoom.house.use.zoom.standings()
    assert (ville.fault, ville.last_report_at) == ("", zoom.house.clock.now())


async def test_a_right_that_is_missing_is_named(zoom, service):
    service.refusals.append(scope_missing("report:read:list_meeting_participants:admin"))
    await pulled(zoom)
    [ville, _] = await zoom.house.use.zoom.standings()
    assert (ville.fault, ville.right) == ("right_missing", "report:read:list_meeting_participants:admin")


async def test_an_empty_report_is_not_there_yet(zoom, service):
    service.reports[zoom.run.uuid] = []
    await pulled(zoom)
    assert await zoom.stays("atelier") == [("?", 5, 60), ("A", 0, 62)]
    service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 50, "A")]
    await pulled(zoom)
    assert await zoom.stays("atelier") == [("A", 0, 50)]


async def test_a_meeting_whose_end_was_lost_is_asked_about_when_it_is_silent(tmp_path, service):
    async with zoom_house(tmp_path, stand_ins=(f"zoom={service.url}",)) as zoom:
        await zoom.house.begin("atelier")
        await serve(zoom, "atelier")
        await zoom.hear(zoom.joined(1, "A", 0))
        await zoom.until(124)
        service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 50, "A")]
        await pulled(zoom)
        assert await zoom.stays("atelier") == [("A", 0, None)]
        await zoom.until(125)
        await pulled(zoom)
        assert await zoom.stays("atelier") == [("A", 0, 50)]


async def test_a_report_that_came_too_early_is_asked_for_again(tmp_path, service):
    async with zoom_house(tmp_path, stand_ins=(f"zoom={service.url}",)) as zoom:
        await zoom.house.begin("atelier")
        await serve(zoom, "atelier")
        await zoom.hear(zoom.joined(1, "A", 0))
        await zoom.until(125)  # nothing was heard for two hours
        service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 50, "A")]
        await pulled(zoom)
        assert await zoom.stays("atelier") == [("A", 0, 50)]

        await zoom.until(130)
        await zoom.hear(zoom.left(1, 128), zoom.ended(129))
        assert await zoom.stays("atelier") == [("A", 0, 128)]
        service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 127, "A")]
        await zoom.until(134)
        await pulled(zoom)
        assert await zoom.stays("atelier") == [("A", 0, 127)]


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.RUBBISH, Mood.HUGE, Mood.GONE])
async def test_a_bad_day_at_zoom_leaves_what_the_webhooks_said(zoom, service, mood):
    service.mood = mood
    await pulled(zoom)
    assert await zoom.stays("atelier") == [("?", 5, 60), ("A", 0, 62)]
    assert (await zoom.house.use.zoom.standings())[0].fault
    service.mood = Mood.WELL
    service.reports[zoom.run.uuid] = [line(zoom, 1, 0, 50, "A")]
    await pulled(zoom)
    assert await zoom.stays("atelier") == [("A", 0, 50)]


async def test_a_zoom_that_never_answers_delays_neither_page_nor_socket_nor_webhook(zoom, service):
    service.mood = Mood.SILENT
    guest = await zoom.house.guest()
    zoom.house.use.tasks.once("asking", zoom.house.use.zoom.pull_reports())
    await eventually(lambda: service.held == 1)
    async with zoom.house.page(guest):
        await zoom.hear(zoom.joined(9, "B", 50))
    async with zoom.house.raw("GET", "/s/atelier", guest) as answer:
        assert answer.status == 200
    assert service.held == 1
    assert ("B", 50, 62) in await zoom.stays("atelier")
