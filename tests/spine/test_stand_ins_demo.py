"""``demo --stand-ins``: the platforms and Zoom as local servers beside the demonstration."""

import json
import stat

import pytest

from streamhub.cli.demo_stand_ins import stand_ins
from streamhub.kit.errors import StateConflict
from streamhub.kit.folder import DataFolder
from tests.demo import demonstration
from tests.process import streamhub
from tests.stand_ins.together import PEERTUBE_HOST, PEERTUBE_ID, PRIVATE_ID, UNKNOWN_ID, curve
from tests.waiting import eventually

LIMIT_SECONDS = 120


@pytest.fixture(scope="module")
async def shown(tmp_path_factory):
    data = tmp_path_factory.mktemp("stand-ins") / "demo"
    async with demonstration(data, options=("--stand-ins",)) as demo:
        yield demo


async def until(ask):
    """The first answer that is true."""
    return await eventually(ask, LIMIT_SECONDS, pause=0.3)


async def test_viewers_of_every_platform_arrive_and_a_pasted_link_is_checked(shown):
    moderator, staff = shown.by["moderator"], shown.by["communications"]
    session = f"/api/v1/sessions/{shown.live}"
    paste = {
        f"https://{PEERTUBE_HOST}/w/{PEERTUBE_ID}": True,
        f"https://www.youtube.com/watch?v={PRIVATE_ID}": False,
        f"https://www.youtube.com/watch?v={UNKNOWN_ID}": False,
    }
    for link, good in paste.items():
        checked = await moderator.post(f"{session}/sources:check", {"url": link})
        assert bool(checked["embeddable"]) is good
    await moderator.post(f"{session}/sources", {"url": next(iter(paste))}, status=201)

    async def counted():
        items = (await staff.get(f"{session}/viewers"))["items"]
        platforms = {item["platform"] for item in items if item["points"]}
        return platforms == {"youtube", "facebook", "peertube"}

    await until(counted)


async def test_people_come_to_the_zoom_meeting_by_own_links_or_as_guests_and_are_seen_on_the_wall(shown):
    moderator, delegate = shown.by["moderator"], shown.by["delegate"]

    async def inside():
        people = (await moderator.get(f"/api/v1/sessions/{shown.live}/presence"))["people"]
        return [person for person in people if "zoom" in person["channels"]]

    async def own_link():
        return "/w/85512345678?tk=" in await delegate.get(f"/s/{shown.live}")

    async def both():
        return {person.get("guest", False) for person in await inside()} == {True, False}

    await until(own_link)
    await until(both)
    assert all(person["delegation"] for person in await inside() if "guest" not in person)


async def test_every_credential_is_good_and_the_files_are_for_their_owner_alone(shown):
    staff, config = shown.by["communications"], shown.data / "stand-ins.toml"

    async def validated():
        return (await staff.get("/api/v1/zoom"))["accounts"][0]["validated"]

    await until(validated)
    told = json.loads(
        await streamhub("doctor", "--config", str(config), "--data", str(shown.data), "--json", check=False)
    )

    tried = [f for f in told["findings"] if f["what"].startswith(("counts of", "zoom account"))]
    assert len(tried) >= 8
    assert [f for f in tried if not f["good"]] == []
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (config, shown.data / "zoom-accounts.toml")}
    assert modes == {0o600}


def test_without_the_tests_of_a_checkout_the_option_says_so_in_one_line(tmp_path):
    with (
        pytest.raises(StateConflict, match=r"needs a checkout: python3 dev\.py demo --stand-ins"),
        stand_ins(DataFolder(tmp_path), tmp_path),
    ):
        pass


def test_viewers_rise_waver_and_are_now_and_then_not_said():
    counts = [curve(second, 120)[1] for second in range(0, 3_600, 5)]

    known = [count for count in counts if count is not None]
    assert len(counts) - len(known) == 4 * 60 // 5
    assert known[0] == 0
    assert 90 < max(known) <= 144
