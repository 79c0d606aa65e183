"""Clocks that jump: durations come from the monotonic clock, and a night of 25 hours is counted whole."""

import asyncio
import json
import time
from datetime import datetime

import pytest

from tests.faults.summit import heard, page
from tests.faults.wall import Wall
from tests.process import invite, streamhub

HOUR, DAY = 3_600, 86_400
MOST_MS = 600_000  # what the test itself may take; a jump is far more


async def test_nobody_attends_an_hour_more_or_a_day_less_when_the_wall_clock_jumps(summit, tmp_path):
    wall, [first, second, third] = Wall(tmp_path), summit.people[:3]
    async with summit.serve(program=wall.program, **wall.environment) as (server, api):
        address, began = summit.address(server), time.monotonic_ns()
        async with page(address, first) as one:
            here = instant(await heard(one, "welcome"))
            wall.turn(seconds=HOUR)
            async with page(address, second) as two:
                after_hour = instant(await heard(two, "welcome"))
                wall.turn(seconds=-DAY)
                async with page(address, third) as three:
                    after_day = instant(await heard(three, "welcome"))
                    await asyncio.sleep(1.2)
                    assert len(await summit.present(api)) == 3
                    for leaving in (one, two, three):
                        assert leaving.close_code is None
                        await leaving.send('{"type": "bye"}')
                        await leaving.wait_closed()
        took_ms = (time.monotonic_ns() - began) // 1_000_000
        assert here <= after_hour <= after_day <= here + took_ms
        assert await server.stop() == 0

    stays = summit.stays()
    assert len(stays) == 3
    for [(since, until)] in stays.values():
        assert 1_000 <= until - since <= took_ms < MOST_MS


async def test_a_start_with_a_clock_before_the_last_stored_instant_is_refused(summit, tmp_path):
    wall = Wall(tmp_path)
    wall.turn(seconds=-DAY)
    with pytest.raises(AssertionError, match="the server ended with 1"):
        async with summit.serve(program=wall.program, **wall.environment):
            raise RuntimeError("it started")


def instant(welcome):
    """Since when somebody is counted, in milliseconds."""
    return round(datetime.fromisoformat(welcome["since"]).timestamp() * 1_000)


SUMMIT = """
slug = "namur-2021"
title_fr = "Sommet du numérique"
timezone = "Europe/Brussels"
languages = ["fr"]
starts_on = 2021-10-30
ends_on = 2021-11-05
"""
DELEGATIONS = "code,name_fr,kind,country,seats\nBJ,Bénin,country,BJ,8\n"
PROGRAMME = (
    "slug,date,start,end,kind,venue,room,access,title_fr\n"
    "nuit,2021-10-31,01:30,03:30,workshop,Namur,Salle,invited,La plus longue nuit\n"
)
ZOOM = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room\n"
    "{seat} · Cotonou,,10/31/2021 01:30:00 AM,10/31/2021 03:30:00 AM,180,Yes,No\n"
)


async def test_half_past_one_to_half_past_three_is_180_minutes_when_summer_time_ends(tmp_path):
    files, data = tmp_path / "files", tmp_path / "data"
    files.mkdir()
    for name, text in (
        ("summit.toml", SUMMIT), ("delegations.csv", DELEGATIONS), ("programme.csv", PROGRAMME)
    ):  # fmt: skip
        (files / name).write_text(text, "utf-8")
    here = ("--data", str(data))
    await streamhub("summit", "load", str(files), *here)
    [person] = await invite(data, "delegate", "--delegation", "BJ")
    (zoom := tmp_path / "zoom.csv").write_text(ZOOM.format(seat=person["seat"]), "utf-8")
    await streamhub(
        "import", "zoom-participants", str(zoom), "--session", "nuit", "--timezone", "Europe/Brussels", *here
    )
    report = json.loads(
        await streamhub(
            "report", "--session", "nuit", "--format", "json", "--audience", "internal", "-o", "-", *here
        )
    )
    assert report["statistics"]["attended"] == 1
    assert report["statistics"]["duration"]["total_seconds"] == 180 * 60
