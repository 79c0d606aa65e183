"""The power goes: whoever was told "you are counted" is in what the disk holds for certain.

Each database write and sync of the real program stands in a diary (``tests/faults/vfs.py``); from it
the files are made as a cut would leave them, and opened.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import sys
import time
from contextlib import closing

import pytest

from tests.faults.disk import Disk, read_diary
from tests.faults.summit import PUBLIC, arrive
from tests.faults.vfs import FILES, SYNC, WRITE
from tests.process import streamhub

LONG = bool(os.environ.get("STREAMHUB_LONG"))
CUTS = 2_000 if LONG else 80
SEED = 2021
LOG = FILES.index("streamhub.db-wal")


async def evening(summit, diary):
    """People come, some at once and some alone; answers when each read the welcome, in order."""
    welcomed = []
    program = (sys.executable, "-m", "tests.faults.vfs", str(diary))

    def on_welcome(participant):
        welcomed.append((time.monotonic_ns(), participant))

    async with summit.serve(program=program) as (server, _):
        for first in range(0, len(summit.people), 40):
            await asyncio.gather(
                *(arrive(summit.address(server), p, on_welcome) for p in summit.people[first : first + 40])
            )
        server.kill()
        await server.process.wait()
    return welcomed


@pytest.fixture(scope="module")
async def recorded(original, tmp_path_factory):
    """The files before, the diary, and who was welcomed when."""
    folder = tmp_path_factory.mktemp("power")
    welcomed = await evening(original.copy(folder), folder / "diary")
    assert len(welcomed) == len(original.people)
    return original.data, read_diary(folder / "diary"), welcomed


def whole(folder):
    """Whether SQLite finds nothing wrong with the files."""
    with closing(sqlite3.connect(folder / "streamhub.db")) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_before_every_welcome_its_arrival_was_synced(recorded):
    _, diary, welcomed = recorded
    log = [entry for entry in diary if entry.file == LOG]
    for at, participant in welcomed:
        name = participant.encode()
        written = next(e.at for e in log if e.what == WRITE and name in e.data)
        synced = next(e.at for e in log if e.what == SYNC and e.at > written)
        assert written < synced < at


def test_whatever_a_power_cut_leaves_whoever_was_welcomed_is_there(recorded, original, tmp_path):
    before, diary, welcomed = recorded
    chance = random.Random(SEED)
    at_welcomes = [(at, None) for at, _ in welcomed[:: 1 if LONG else 8]]
    anywhen = [(chance.randint(diary[0].at, diary[-1].at), chance) for _ in range(CUTS)]
    disk, told, following, lost_writes = Disk(before), 0, iter(diary), 0
    entry = next(following)
    for number, (at, how) in enumerate(sorted(at_welcomes + anywhen, key=lambda cut: cut[0])):
        while entry is not None and entry.at <= at:
            disk.add(entry)
            entry = next(following, None)
        while told < len(welcomed) and welcomed[told][0] <= at:
            told += 1
        lost_writes += disk.pending
        folder = tmp_path / str(number)
        disk.cut(folder, how)

        assert whole(folder)
        assert {participant for _, participant in welcomed[:told]} <= set(original.stays(folder))
        shutil.rmtree(folder)

    assert lost_writes > 0


async def test_the_service_starts_on_what_a_power_cut_left(recorded, original, summit):
    before, diary, welcomed = recorded
    half = diary[len(diary) // 2].at
    disk = Disk(before)
    for entry in diary:
        if entry.at <= half:
            disk.add(entry)
    for name in FILES:
        (summit.data / name).unlink(missing_ok=True)
    disk.cut(left := summit.data.parent / "left", random.Random(SEED))
    shutil.copytree(left, summit.data, dirs_exist_ok=True)

    async with summit.serve() as (_, api):
        assert await summit.present(api) == set()

    assert {who for at, who in welcomed if at <= half} <= set(summit.stays())
    told = await streamhub("doctor", "--rebuild", "--data", str(summit.data), check=False, **PUBLIC)
    assert "good      ledger:" in told
