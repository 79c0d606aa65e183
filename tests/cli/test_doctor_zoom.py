"""``doctor`` on Zoom: what is asked for real, and which right is missing by name."""

from pathlib import Path

import pytest

from streamhub.cli.doctor_zoom import zoom_findings
from streamhub.relay.zoom_rights import MEETINGS, WEBINARS, Work, lacking
from tests.handlers.house import OPEN, ZOOM, open_house
from tests.stand_ins.server import Mood
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, SCOPES, zoom
from tests.stand_ins.zoom_sender import SECRET, Delivery, ZoomSender, body_of, validation
from tests.support import NOON

NUMBER = "85512345678"
MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture(scope="module")
async def there():
    async with zoom() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
async def house(tmp_path_factory, there):
    folder = tmp_path_factory.mktemp("doctor")
    file = folder / "zoom.toml"
    given = {"account_id": ACCOUNT_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    given |= {"secret_token": SECRET, "email_domain": "delegues.example.org"}
    file.write_text("[ville]\n" + "".join(f'{name} = "{value}"\n' for name, value in given.items()))
    settings = {"zoom_accounts_file": str(file), "zoom_embedded": True}
    async with open_house(folder / "data", stand_ins=(f"zoom={there.url}",), **settings) as house:
        await house.show(ZOOM, OPEN, account="ville")
        yield house


@pytest.fixture(autouse=True)
def as_before(there):
    yield
    there.scope, there.numbers, there.mood = SCOPES, None, Mood.WELL


async def found(house):
    """What is found, without the account's name."""
    house.use.zoom_apis["ville"]._token = None
    findings = [finding async for finding in zoom_findings(house.use)]
    return {finding.what.removeprefix("zoom account ville: "): finding.mend for finding in findings}


async def test_an_account_with_every_scope_is_good_once_zoom_has_asked_for_our_address(house):
    before = await found(house)
    at = NOON // 1_000
    sender = ZoomSender(f"{house.url}/hooks/zoom", house.client, lambda: at)
    assert await sender.send(Delivery(at, body_of(validation("q9ibPhGeRZ6ayx5WTrXjRw", at)))) == 200
    after = await found(house)

    [never] = [what for what in before if "never" in what]
    assert (
        before[never]
        == f"press Validate at Zoom for {house.use.settings.public_url}/hooks/zoom, with the server running"
    )
    assert after.pop("Zoom can be joined in our page").startswith("no account has sdk_key")
    assert set(after.values()) == {""}
    assert {
        "Zoom takes its credentials",
        f"meeting {NUMBER}",
        "can make personal links, meetings",
    } <= after.keys()


async def test_a_webinar_needs_its_own_scopes_and_each_missing_one_is_named_in_both_forms(house, there):
    there.numbers = {NUMBER: ("webinars", 1)}
    there.scope = "webinar:write:admin report:read:admin webinar:read:webinar:admin"

    told = await found(house)

    assert told["can read who was there, webinars"] == ""
    assert told["can make personal links, webinars"].endswith(
        ": webinar:read:list_registrants:admin (or the classic webinar:read:admin)"
    )
    assert told["can make panelists, webinars"].endswith(
        ": webinar:read:list_panelists:admin (or the classic webinar:read:admin)"
    )
    assert "can make personal links, meetings" not in told


@pytest.mark.parametrize(
    ("numbers", "words"),
    [({}, "no such meeting"), ({NUMBER: ("meetings", 2)}, "switch registration on")],
)
async def test_a_meeting_that_is_another_accounts_or_has_no_registration_is_named(
    house, there, numbers, words
):
    there.numbers = numbers

    told = await found(house)

    assert any(words in mend for what, mend in told.items() if NUMBER in what)


async def test_an_account_that_no_file_names_is_named(house):
    await house.show(ZOOM, OPEN, account="autre")

    told = await found(house)
    await house.show(ZOOM, OPEN, account="ville")

    assert "add it there" in told[f"session {OPEN}: Zoom account autre"]


@pytest.mark.parametrize(
    ("mood", "words"),
    [(Mood.DOWN, "Zoom is down"), (Mood.RUBBISH, "is not Zoom"), (Mood.GONE, "cannot be reached")],
)
async def test_a_bad_day_of_zooms_is_one_line(house, there, mood, words):
    there.mood = mood

    told = await found(house)

    assert words in told["Zoom takes its credentials"]


@pytest.mark.parametrize("rights", [MEETINGS, WEBINARS], ids=["meetings", "webinars"])
def test_classic_names_are_enough_and_nothing_given_lacks_everything(rights):
    classic = {name for scopes in rights.values() for scope in scopes for name in scope.instead}
    for work in rights:
        assert lacking(frozenset(classic), rights[work]) == ()
        assert lacking(frozenset(), rights[work]) == rights[work]
    assert Work.PANELISTS not in MEETINGS


def test_the_manual_names_every_scope():
    wanted = {scope.name for rights in (MEETINGS, WEBINARS) for scopes in rights.values() for scope in scopes}

    assert [name for name in wanted if f"`{name}`" not in MANUAL.read_text(encoding="utf-8")] == []
