"""``streamhub import`` on a real data folder."""

import asyncio
import json

import pytest
from click.testing import CliRunner

from streamhub.cli import cli
from streamhub.cli.folder import open_folder
from streamhub.kit.errors import FieldInvalid, FileInvalid, NotFound
from tests.attendance.imports_house import listed, summit_files

LIST = listed("Luc 0 30", "Awa/awa@example.org -10 60", "Zoé 500 510", "Ali 20 20")


@pytest.fixture
def data(tmp_path):
    """A loaded data folder; all its sessions but the last are over."""
    folder = tmp_path / "data"

    async def load():
        async with open_folder(None, folder, create=True) as use:
            await use.programme.load(summit_files())

    asyncio.run(load())
    return folder


@pytest.fixture
def zoom(tmp_path):
    file = tmp_path / "zoom.csv"
    file.write_text(LIST, encoding="utf-8")
    return file


def call(data, *words, code=0):
    """Run a command; answers what it printed, or its exception."""
    result = CliRunner().invoke(cli, ["import", *map(str, words), "--data", str(data)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def imports(data):
    return json.loads(call(data, "list", "--json").stdout)


def test_a_list_is_imported_and_said_in_figures(data, zoom):
    result = call(data, "zoom-participants", zoom, "--session", "ouverture", "--timezone", "Europe/Brussels")

    [one] = imports(data)
    assert result.stdout.splitlines() == [
        "zoom.csv into ouverture (Europe/Brussels, dates ymd)",
        "  3 rows, 1 of them outside the sessions",
        "  0 more in the waiting room, 1 line left out",
        "  2 people in the sessions: 0 recognised, 2 not",
        "  2 stays added, there already: 0",
        f"take it back: streamhub import undo {one['id']}",
    ]
    assert result.stderr == "left out: zoom.csv:5: Leave Time: leaves no later than the join time\n"
    assert (one["state"], one["stays"], one["people"], one["sessions"]) == ("applied", 2, 2, ["ouverture"])


def test_a_dry_run_imports_nothing(data, zoom):
    words = ("zoom-participants", zoom, "--day", "2021-11-19", "--timezone", "Europe/Brussels", "--dry-run")
    result = call(data, *words)

    assert "2 stays would be added" in result.stdout
    assert "nothing was imported" in result.stdout
    assert imports(data) == []


def test_an_import_is_taken_back(data, zoom):
    call(data, "zoom-participants", zoom, "--session", "ouverture", "--timezone", "Europe/Brussels")
    [one] = imports(data)

    result = call(data, "undo", one["id"])

    assert result.stdout == f"{one['id']}: zoom.csv taken back from ouverture\n"
    assert imports(data)[0]["state"] == "undone"
    assert "undone" in call(data, "list").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["--timezone", "Europe/Brussels"],
        ["--timezone", "Europe/Brussels", "--session", "ouverture", "--day", "2021-11-19"],
        ["--session", "ouverture"],
        ["--timezone", "Europe/Brussels", "--day", "19/11/2021"],
        ["--timezone", "Europe/Brussels", "--session", "ouverture", "--date-order", "ydm"],
    ],
)
def test_wrong_usage_is_told_apart(data, zoom, words):
    assert "Usage:" in call(data, "zoom-participants", zoom, *words, code=2).stderr


def test_a_file_that_is_not_there_is_wrong_usage(data, tmp_path):
    words = ("zoom-participants", tmp_path / "none.csv", "--session", "s", "--timezone", "Europe/Brussels")

    assert "none.csv" in call(data, *words, code=2).stderr


def test_what_cannot_be_imported_is_refused_by_name(data, zoom):
    broken = zoom.with_name("names.csv")
    broken.write_text("Name\nLuc\n", encoding="utf-8")

    with pytest.raises(FieldInvalid, match="timezone"):
        call(data, "zoom-participants", zoom, "--session", "ouverture", "--timezone", "Brussels")
    with pytest.raises(FileInvalid, match=r"names\.csv"):
        call(data, "zoom-participants", broken, "--session", "ouverture", "--timezone", "Europe/Brussels")
    with pytest.raises(NotFound):
        call(data, "undo", "imp_none")


def test_the_order_of_the_date_can_be_given(data, zoom):
    zoom.write_text(LIST.replace("2021-11-19", "10/11/2021"), encoding="utf-8")
    words = ("zoom-participants", zoom, "--session", "ouverture", "--timezone", "Europe/Brussels")

    with pytest.raises(FileInvalid, match="--date-order"):
        call(data, *words)
    result = call(data, *words, "--date-order", "ymd,dmy")

    assert "dates dmy" in result.stdout
