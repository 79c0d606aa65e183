"""The pages of figures say what the API says, and the page to print is the report."""

import pytest

from streamhub.access.roles import FIGURES, Role
from streamhub.attendance.model import Cause, Key
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE
from streamhub.programme.model import SessionState
from tests.handlers.house import OPEN, ROOM, open_house

PAGES = ("/figures", "/figures/print", f"/figures/{ROOM}", f"/figures/{ROOM}/print")


@pytest.fixture(scope="module")
async def house(tmp_path_factory):
    """A workshop of half an hour with six from Benin on the page."""
    async with open_house(tmp_path_factory.mktemp("pages")) as opened:
        since = opened.clock.now()
        await opened.begin()
        people = [(await opened.guest()).participant for _ in range(6)]
        keys = [Key(who, ROOM, 1, Channel.WEB) for who in people]
        for key in keys:
            await opened.use.attendance.arrive(key, since)
        await opened.use.attendance.depart([(key, since + 20 * MINUTE) for key in keys], Cause.BYE)
        opened.clock.advance(minutes=30)
        await opened.begin(state=SessionState.ENDED)
        yield opened


@pytest.fixture(scope="module")
async def staff(house):
    return await house.guest(Role.COMMUNICATIONS)


async def read(house, path, guest, **headers):
    async with house.raw("GET", path, guest, **headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("role", Role)
async def test_only_those_who_publish_figures_see_their_pages(house, role):
    guest = await house.guest(role)

    for path in PAGES:
        status, _ = await read(house, path, guest)

        assert status == (200 if role in FIGURES else 403), path


@pytest.mark.parametrize("path", PAGES[1:])
async def test_the_page_says_the_sentence_of_the_report(house, staff, path):
    _, french = await read(house, f"{path}?lang=fr", staff)
    _, english = await read(house, f"{path}?lang=en", staff)

    assert "6 participants de 1 pays." in french
    assert "6 participants from 1 country." in english


@pytest.mark.parametrize("path", PAGES)
async def test_staff_see_exact_figures_marked_as_such_unless_they_ask_for_those_to_publish(
    house, staff, path
):
    _, exact = await read(house, path, staff)
    _, published = await read(house, f"{path}?audience=public", staff)

    assert 'class="internal"' in exact
    assert 'class="internal"' not in published


async def test_the_page_to_print_holds_the_curve_and_its_table_and_prints_by_a_button(house, staff):
    _, page = await read(house, f"/figures/{ROOM}/print", staff)

    assert "<title>Présence pendant la séance</title>" in page
    assert "Présents de 13:00 à 13:30" in page
    assert 'id="print"' in page


async def test_the_page_leads_to_the_files_of_the_same_audience(house, staff):
    _, page = await read(house, f"/figures/{ROOM}?audience=public", staff)

    for kind in ("csv", "json"):
        assert f"/api/v1/sessions/{ROOM}/report.{kind}?audience=public" in page
    assert f"/figures/{ROOM}/print?audience=public" in page


async def test_a_session_to_come_has_a_page_that_says_so(house, staff):
    status, page = await read(house, f"/figures/{OPEN}/print", staff)

    assert status == 200
    assert "La séance n’a pas commencé." in page


async def test_a_session_that_is_not_there_has_a_page_that_says_so(house, staff):
    status, page = await read(house, "/figures/gone/print", staff)

    assert status == 404
    assert page.startswith("<!doctype html>")
