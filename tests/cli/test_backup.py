"""``backup`` and ``restore`` on the real program: what was is what is, or nothing happens at all."""

import asyncio
import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing

import msgspec
import pytest
import pytest_asyncio
from click.testing import CliRunner

from streamhub.cli import cli
from streamhub.kit import archive, restoring
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.folder import DATABASE, DataFolder
from streamhub.migrations import revisions
from tests.client import calling
from tests.demo import demonstration
from tests.process import invite, running, streamhub

PEOPLE = 80


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory):
    """A running demonstration and its backup, made while people arrive."""
    folder = tmp_path_factory.mktemp("backup")
    async with demonstration(folder / "demo") as demo:
        people = await invite(demo.data, "delegate", "--delegation", "BJ", "--count", str(PEOPLE))
        before, welcomed = set(), []
        async with asyncio.TaskGroup() as arriving:
            enough = asyncio.Event()
            for person in people:
                arriving.create_task(stay(demo, person, welcomed, enough))
            await enough.wait()
            before.update(welcomed)
            printed = await streamhub("backup", str(folder / "made"), "--data", str(demo.data))
        demo.people, demo.before, demo.printed, demo.backup = people, before, printed, folder / "made"
        yield demo


async def stay(demo, person, welcomed, enough):
    """Arrive a moment after the one before; the half of all is enough to begin."""
    await asyncio.sleep(0.02 * int(person["seat"].rpartition("-")[2]))
    async with demo.api(person["token"]).socket(demo.live) as page:
        await page.next("welcome", seconds=30)
        welcomed.append(person["participant"])
        if len(welcomed) >= PEOPLE // 2:
            enough.set()


@pytest.fixture(scope="module")
def summit(house, tmp_path_factory):
    """The backup restored: a data folder without a server."""
    data = tmp_path_factory.mktemp("restored") / "data"
    call("restore", house.backup, "--data", data)
    return data


def call(*words):
    """Run a command in this process; answers what it printed, or raises what it raised."""
    result = CliRunner().invoke(cli, list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


async def figures(data, *what):
    """The exact figures as the report's JSON, without the instant of the question."""
    text = await streamhub(
        "report", *what, "--format", "json", "--audience", "internal", "-o", "-", "--data", str(data)
    )
    return json.loads(text) | {"generated_at": ""}


def rows(data, sql):
    with closing(sqlite3.connect(data / DATABASE)) as db:
        return db.execute(sql).fetchall()


def tree(folder):
    """Every file and what is in it; locks aside, and the part of a log that is in no file yet."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith((".lock", "-shm", "-wal"))
    }


async def test_the_figures_of_every_session_that_is_over_are_the_same_after_a_restore(house, summit):
    for slug in house.ended:
        assert await figures(summit, "--session", slug) == await figures(house.data, "--session", slug)
    assert house.ended


async def test_whoever_was_welcomed_before_the_backup_began_is_in_it_and_the_ledger_adds_up(house, summit):
    there = {row[0] for row in rows(summit, "SELECT participant FROM stays WHERE channel = 'web'")}

    assert house.before <= there
    assert "good      ledger:" in await streamhub("doctor", "--rebuild", "--data", str(summit), check=False)


async def test_links_keys_and_people_work_on_the_restored_server(house, summit, tmp_path):
    data = tmp_path / "served"
    shutil.copytree(summit, data)

    async with (
        running("serve", "--data", str(data), "--port", "0", STREAMHUB_ISSUER=house.url) as server,
        calling(server.url) as api,
    ):
        me = await api(house.people[0]["token"]).get("/api/v1/me")
        jwks = await api().get("/.well-known/jwks.json")

    assert me["participant"] == house.people[0]["participant"]
    assert jwks == await house.api().get("/.well-known/jwks.json")
    assert (data / ".demo").exists()


async def test_the_file_is_its_owners_alone_and_is_never_replaced(house):
    assert house.backup.stat().st_mode & 0o777 == 0o600
    assert "made 20" in house.printed
    content = house.backup.read_bytes()

    with pytest.raises(StateConflict, match="is there already"):
        call("backup", house.backup, "--data", house.data)

    assert house.backup.read_bytes() == content
    assert [file.name for file in house.backup.parent.iterdir() if file.name.startswith(".")] == []


async def test_a_backup_is_written_down_with_its_size_and_no_path(house):
    log = (await house.by["organiser"].get("/api/v1/audit?action=data"))["items"]

    assert [row["action"] for row in log] == ["data.backup"]
    assert log[0]["detail"]["files"] == 3


async def test_a_folder_of_a_running_server_is_not_restored_into(house):
    with pytest.raises(StateConflict, match="another server runs"):
        call("restore", house.backup, "--data", house.data, "--replace")


def test_check_says_what_is_in_the_file_and_writes_nothing(house, tmp_path):
    printed = call("restore", house.backup, "--check", "--data", tmp_path / "never")

    assert "whole, 3 files" in printed
    assert not (tmp_path / "never").exists()


def test_a_folder_with_anything_in_it_is_left_alone_without_the_word(house, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(StateConflict, match="--replace"):
        call("restore", house.backup, "--data", tmp_path)

    assert set(tree(tmp_path)) == {"letter.txt"}


def test_replaced_means_moved_aside_and_never_deleted(house, summit, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(summit, data)
    (data / "documents").mkdir()
    (data / "documents" / "q_1").write_bytes(b"%PDF")
    there = tree(data)

    call("restore", house.backup, "--data", data, "--replace")

    [before] = data.glob("before-restore-*")
    assert tree(before) == there
    assert not (data / "documents").exists()
    assert rows(data, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_refused_and_nothing_moves(house, summit, tmp_path, share):
    content = house.backup.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(content[: int(len(content) * share)])
    data = tmp_path / "data"
    shutil.copytree(summit, data)
    there = tree(data)

    for words in (("--check",), ("--replace",)):
        with pytest.raises(StateConflict, match=r"damaged|cut short"):
            call("restore", cut, *words, "--data", data)

    assert tree(data) == there
    assert not list(data.glob("before-restore-*"))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75, 0.97])
def test_a_file_with_a_wrong_byte_is_refused(house, tmp_path, share):
    content = bytearray(house.backup.read_bytes())
    content[int(len(content) * share)] ^= 0x10
    (tmp_path / "bent").write_bytes(content)

    with pytest.raises(StateConflict, match=r"damaged|cut short"):
        call("restore", tmp_path / "bent", "--check")


def rewritten(house, target, change=None, more=()):
    """The same backup with another list of files, or with more files."""
    with tarfile.open(house.backup) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = old.extractfile(member).read()
            if member.name == archive.MANIFEST and change is not None:
                content = msgspec.json.encode(change(msgspec.json.decode(content, type=archive.Manifest)))
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
        for name, content in more:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("revision", "9999", "does not know"),
        ("format", 2, "format 2"),
        ("files", (), "damaged"),
    ],
)
def test_a_backup_of_another_program_is_refused(house, tmp_path, field, value, told):
    file = rewritten(
        house, tmp_path / "other", lambda found: msgspec.structs.replace(found, **{field: value})
    )

    with pytest.raises(StateConflict, match=told):
        call("restore", file, "--data", tmp_path / "data")

    assert tree(tmp_path / "data") == {}


@pytest.mark.parametrize("name", ["../outside", "keys/../../outside", "/tmp/outside", "keys/..", "else"])
def test_a_file_that_would_lead_out_of_the_folder_is_refused(house, tmp_path, name):
    file = rewritten(house, tmp_path / "made", more=[(name, b"x")])

    with pytest.raises(StateConflict, match="which no backup of ours does"):
        call("restore", file, "--data", tmp_path / "data")

    assert tree(tmp_path / "data") == {}
    assert not (tmp_path / "outside").exists()


def test_neither_text_nor_nothing_is_a_backup(tmp_path):
    (tmp_path / "text").write_text("dear" * 1000)

    with pytest.raises(StateConflict, match="damaged or no backup"):
        call("restore", tmp_path / "text", "--check")
    with pytest.raises(StateConflict, match="No such file"):
        call("restore", tmp_path / "nothing", "--check")
    with pytest.raises(NotFound, match="nothing to back up"):
        call("backup", tmp_path / "made", "--data", tmp_path / "data")


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(summit, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(summit, data)
    with (data / DATABASE).open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 40_000)

    with pytest.raises(StateConflict, match=r"cannot be copied|damaged|cannot be read"):
        call("backup", tmp_path / "made", "--data", data)

    assert not (tmp_path / "made").exists()


class Killed(BaseException):
    """The power goes."""


def test_a_restore_that_is_killed_halfway_is_noticed_and_can_be_done_again(
    house, summit, tmp_path, monkeypatch
):
    data = tmp_path / "data"
    shutil.copytree(summit, data)
    there = tree(data)

    def cut_off(_folder):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_put_in_place", cut_off)
        with pytest.raises(Killed):
            restoring.restore(house.backup, DataFolder(data), "1", revisions(), lambda *_: None, replace=True)

    for words in (("serve", "--port", "0"), ("backup", tmp_path / "made"), ("doctor",)):
        with pytest.raises(StateConflict, match="was interrupted"):
            call(*words, "--data", data)
    assert tree(data / "before-restore-1") == there

    call("restore", house.backup, "--data", data, "--replace")

    assert rows(data, "SELECT count(*) FROM stays") == rows(summit, "SELECT count(*) FROM stays")
    assert not (data / ".restoring").exists()


def test_of_the_nightly_ones_the_newest_are_kept(summit, tmp_path):
    folder = tmp_path / "nightly"
    folder.mkdir()
    for day in ("20261101T020000Z", "20261102T020000Z", "20261103T020000Z"):
        (folder / f"{day}.streamhub").touch()
    (folder / "mine.txt").touch()

    call("backup", folder, "--keep", "2", "--data", summit)

    kept = sorted(file.name for file in folder.iterdir())
    assert len(kept) == 3
    assert {"20261103T020000Z.streamhub", "mine.txt"} <= set(kept)
