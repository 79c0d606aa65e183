"""The list of what to mend before a session: each line green or red for its own reason."""

import re
from pathlib import Path

import pytest

from streamhub.access.roles import Role
from streamhub.audience.sample_model import Fault, Standing
from streamhub.audience.sample_store import keep
from streamhub.handlers import checklist
from streamhub.handlers.checklist import checklist_of
from streamhub.programme.model import SessionState
from streamhub.relay.link_model import Provider
from streamhub.relay.model import NewSource
from tests.handlers.house import HLS, ROOM, YOUTUBE, open_house
from tests.stand_ins.oembed import oembed

ROOT = Path(__file__).resolve().parents[2]
TUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.fixture
async def house(tmp_path):
    async with oembed({TUBE: "Table ronde"}) as there:
        local = (f"youtube={there.url}",)
        async with open_house(tmp_path, stand_ins=local, youtube_api_key="k") as house:
            yield house


async def lines(house):
    """The lines of the list: problems by name, empty where it is green."""
    found = await checklist_of(house.use, await house.use.programme.session(ROOM))
    return {check.name: check.problem for check in found.items}


async def before(house, minutes):
    """The clock stands so many minutes before the session."""
    session = await house.use.programme.session(ROOM)
    house.clock.advance(ms=session.starts_at - house.clock.now() - minutes * 60_000)
    await house.use.programme.settle()


async def test_the_list_is_shown_from_a_quarter_of_an_hour_before_until_the_session_is_live(house):
    technician = await house.guest(Role.TECHNICIAN)
    shown = []
    for minutes in (15.1, 14.9):
        await before(house, minutes)
        _, answer = await house.ask("GET", f"/sessions/{ROOM}/checklist", technician)
        shown.append((answer["shown"], bool(answer["items"])))
    await house.begin(ROOM, SessionState.LIVE)
    _, answer = await house.ask("GET", f"/sessions/{ROOM}/checklist", technician)

    assert [*shown, (answer["shown"], answer["items"])] == [(False, False), (True, True), (False, [])]


async def test_an_empty_session_is_red_where_something_is_missing_and_green_elsewhere(house):
    await before(house, 10)

    assert await lines(house) == {
        "sources": "no_sources",
        "fallback": "no_text",
        "team": "nobody_in",
        "clock": "",
        "storage": "",
    }


async def test_a_session_with_all_it_needs_is_green(house):
    moderator = await house.guest(Role.MODERATOR)
    await house.show(YOUTUBE)
    await house.use.relay.add(ROOM, NewSource(text="Appelez.", phone="+32 81 00 00 00"), None)
    await before(house, 10)
    await house.use.checking.look()

    async with house.page(moderator):
        assert await lines(house) == dict.fromkeys(
            ("sources", "link", "fallback", "team", "platform", "clock", "storage"), ""
        )


@pytest.mark.parametrize(
    ("url", "problem"),
    [(YOUTUBE, ""), ("https://youtu.be/aaaaaaaaaaa", "link_not_found"), (HLS, "")],
)
async def test_the_link_that_is_on_is_looked_at_by_itself(house, url, problem):
    source = await house.show(url)
    await before(house, 20)
    await house.use.checking.look()
    assert (await house.use.relay.sources(ROOM))[0].checked == ""

    await before(house, 14)
    assert (await lines(house))["link"] == "link_unchecked"
    await house.use.checking.look()

    assert (await lines(house))["link"] == problem
    assert (await house.use.relay.sources(ROOM))[0].checked_at == house.clock.now()
    assert (await house.use.relay.active(ROOM)).id == source.id


async def test_a_moderator_has_a_link_looked_at_at_any_time(house):
    moderator = await house.guest(Role.MODERATOR)
    source = await house.show(YOUTUBE)

    status, answer = await house.ask("POST", f"/sessions/{ROOM}/sources/{source.id}:check", moderator)
    unknown, _ = await house.ask("POST", f"/sessions/{ROOM}/sources/src_none:check", moderator)

    assert (status, answer["items"][0]["checked"], unknown) == (200, "good", 404)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (None, ""),
        (Fault.KEY_REFUSED, "platform_key"),
        (Fault.QUOTA, "platform_quota"),
        (Fault.UNREACHABLE, "platform_silent"),
    ],
)
async def test_a_fault_of_a_platform_that_the_session_uses_is_said(house, fault, problem):
    await house.show(YOUTUBE)
    await before(house, 10)
    await house.use.tasks.cancel()  # no reading of its own answers meanwhile
    standing = Standing(Provider.YOUTUBE, tried_at=house.clock.now(), fault=fault)
    await house.use.db.write(lambda tx: keep(tx, standing))

    assert (await lines(house))["platform"] == problem


async def test_a_zoom_account_that_is_not_set_up_is_red(house):
    await house.use.relay.add(
        ROOM, NewSource(url="https://us02web.zoom.us/j/85512345678", account="ville"), None
    )
    await before(house, 10)

    assert (await lines(house))["zoom"] == "zoom_account_unknown"


def test_every_line_has_its_words_in_the_template():
    code = Path(checklist.__file__).read_text(encoding="utf-8")
    said = set(re.findall(r'Check\(\s*"(\w+)"', code)) | set(
        re.findall(r'"((?:no|link|platform|zoom)_\w+)"', code)
    )
    said |= {"nobody_in", "clock_off", "database_silent", "disk_full"}
    template = (ROOT / "web" / "templates" / "_wall_checklist.html").read_text(encoding="utf-8")

    assert {f"c_{word}" for word in said} <= set(re.findall(r"'(c_\w+)':", template))


async def test_a_technician_alone_is_no_team_for_nobody_could_switch(house):
    technician, moderator = await house.guest(Role.TECHNICIAN), await house.guest(Role.MODERATOR)
    await before(house, 10)

    async with house.page(technician):
        alone = (await lines(house))["team"]
        async with house.page(moderator):
            assert (alone, (await lines(house))["team"]) == ("nobody_in", "")


async def test_a_link_that_is_wrong_is_named_with_its_channel(house):
    await house.show(HLS, channel="en")
    await before(house, 10)

    found = await checklist_of(house.use, await house.use.programme.session(ROOM))

    assert [dict(check.values)["channel"] for check in found.items if check.name == "link"] == ["en"]
