"""``doctor``: is everything ready for the summit, each credential tried for real."""

import json
import re
from pathlib import Path

import pytest

from tests.process import streamhub
from tests.stand_ins.youtube import KEY, youtube

EXAMPLE = Path(__file__).parents[2] / "config" / "example"
VIDEOS = sorted(
    set(re.findall(r"(?:youtu\.be/|v=|/live/)([\w-]{11})", (EXAMPLE / "programme.csv").read_text()))
)


@pytest.fixture(scope="module")
async def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doctor") / "data"
    await streamhub("summit", "load", str(EXAMPLE), "--data", str(folder))
    return folder


async def examined(data, **settings):
    """What is found, by its name, and whether all of it is good."""
    told = await streamhub("doctor", "--json", "--data", str(data), check=False, **settings)
    answer = json.loads(told)
    return {finding["what"]: finding["mend"] for finding in answer["findings"]}, answer["ready"]


async def test_without_any_platform_nothing_is_asked(data):
    found, ready = await examined(data)

    assert not any("youtube" in what for what in found)
    assert not ready
    assert found["somebody can moderate"] == "streamhub invite issue --role moderator"


async def test_a_key_that_works_is_good_and_a_video_that_is_not_public_is_named(data):
    async with youtube(**dict.fromkeys(VIDEOS[1:], (1, None))) as platform:
        given = {"STREAMHUB_YOUTUBE_API_KEY": KEY, "STREAMHUB_STAND_INS": f"youtube={platform.url}"}
        found, _ = await examined(data, **given)

    assert found["counts of youtube can be read"] == ""
    assert found[f"youtube shows {VIDEOS[0]}"] == "no public video of this id: look at its link"


async def test_a_key_that_is_refused_is_said_to_be_and_never_shown(data):
    async with youtube() as platform:
        given = {"STREAMHUB_YOUTUBE_API_KEY": "AIzaOld", "STREAMHUB_STAND_INS": f"youtube={platform.url}"}
        found, ready = await examined(data, **given)

    assert "make a new one" in found["counts of youtube can be read"]
    assert not ready
    assert "AIzaOld" not in str(found)
