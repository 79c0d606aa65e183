"""``streamhub privacy``: the record, one person's data, erasing, the run of every day."""

import asyncio
import json
import shutil
import stat

import pytest
from click.testing import CliRunner

from streamhub.cli import cli
from streamhub.cli.folder import open_folder
from streamhub.kit.audit import EVERYTHING
from streamhub.kit.errors import NotFound
from tests.reports.example import make_folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The summit with known numbers, closed: by now it is long over."""
    folder = tmp_path_factory.mktemp("privacy") / "data"
    make_folder(folder)
    return folder


@pytest.fixture
def data(made, tmp_path):
    """A copy to go on with."""
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


def call(data, *words, code=0):
    """What a command printed; raises what it raised."""
    result = CliRunner().invoke(cli, ["privacy", *map(str, words), "--data", str(data)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def asked(data, question):
    """Ask the services of a folder."""

    async def ask():
        async with open_folder(None, data) as use:
            return await question(use)

    return asyncio.run(ask())


def log(data):
    rows = asked(data, lambda use: use.audit.all(EVERYTHING))
    return [(row.act.by, row.act.action) for row in rows]


def somebody(data):
    return next(p.id for p in asked(data, lambda use: use.access.participants()) if p.seat == "BJ-01")


def test_a_dry_run_says_what_would_go_and_writes_nothing(data):
    said = call(data, "run", "--dry-run")

    assert "single stays: over since 2022-11-04T23:00:00.000Z" in said
    assert "stays" in said
    assert "rows would go" in said
    assert "figures of 3 sessions and of the summit would be kept" in said
    assert log(data) == []


def test_a_run_erases_and_a_second_one_finds_nothing(data):
    first = json.loads(call(data, "run", "--json"))
    second = call(data, "run")

    assert first["dropped"]["stays"] > 10
    assert (first["figures_kept"], first["dry_run"]) == (3, False)
    assert "nothing is over its time" in second
    assert log(data) == [("cli", "retention.run"), ("cli", "retention.run")]


def test_a_folder_without_a_summit_keeps_everything(tmp_path):
    asyncio.run(_empty(tmp_path / "data"))

    assert "the summit has no last day yet" in call(tmp_path / "data", "run")


async def _empty(data):
    async with open_folder(None, data, create=True):
        pass


def test_an_export_is_readable_for_its_owner_alone(data, tmp_path):
    who, file = somebody(data), tmp_path / "export.json"

    call(data, "export", who, "-o", file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["participant"] == who
    assert log(data)[0] == ("cli", "person.export")
    again = json.loads(call(data, "export", who))["records"]
    assert [row["action"] for row in again["audit"]] == ["person.export"]


def test_erasing_says_what_was_done(data):
    done = json.loads(call(data, "erase", somebody(data), "--json"))

    assert (done["name_erased"], done["stays_kept"]) == (False, 1)
    assert log(data) == [("cli", "person.erase")]
    with pytest.raises(NotFound):
        call(data, "erase", "p_nobody")


def test_the_record_needs_no_folder_and_knows_its_languages(tmp_path, data):
    assert "# Registre des traitements" in call(tmp_path / "none", "doc")
    assert "# Record of processing · Summit of ports" in call(data, "doc", "--lang", "en")
    assert "'de' is none of: fr, en" in call(data, "doc", "--lang", "de", code=2)


def test_commands_that_change_something_stand_in_the_log(data):
    words = ("issue", "--role", "moderator", "--json")
    result = CliRunner().invoke(cli, ["invite", *words, "--data", str(data)])
    [issued] = json.loads(result.output)
    for command in ("replace", "revoke"):
        CliRunner().invoke(cli, ["invite", command, issued["id"], "--data", str(data)])

    assert log(data) == [
        ("cli", "invitation.revoke"),
        ("cli", "invitation.replace"),
        ("cli", "invitation.issue"),
    ]
