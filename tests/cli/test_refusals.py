"""What the command line says where it cannot do its work: one line, a code, exit 1; never a traceback."""

import sqlite3
from contextlib import closing

import pytest

from streamhub import cli
from streamhub.kit.folder import DATABASE, DataFolder
from streamhub.server import prepare


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with an empty database."""
    folder = DataFolder(tmp_path_factory.mktemp("refusals") / "data")
    prepare(folder)
    return folder.path


def refused(capsys, monkeypatch, *words):
    """Run the program; answers the one line that it said."""
    monkeypatch.setattr("sys.argv", ["streamhub", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_a_refusal_ends_with_its_code(capsys, monkeypatch, data):
    line = refused(capsys, monkeypatch, "invite", "revoke", "i_nobody", "--data", data)

    assert line == "streamhub: no such invitation (not_found)"


def test_a_delegation_that_is_not_there_is_no_empty_list(capsys, monkeypatch, data):
    line = refused(capsys, monkeypatch, "invite", "list", "--delegation", "XX", "--data", data)

    assert line == "streamhub: no delegation has the code XX (not_found)"


@pytest.mark.parametrize(
    "words",
    [
        ("summit", "new", "{file}/files"),
        ("serve", "--data", "{file}/data", "--port", "0"),
        ("summit", "load", "{file}", "--data", "{file}/data"),
    ],
)
def test_a_folder_that_cannot_be_is_one_line(capsys, monkeypatch, tmp_path, words):
    file = tmp_path / "file"
    file.touch()

    line = refused(capsys, monkeypatch, *(word.format(file=file) for word in words))

    assert line.startswith(f"streamhub: {file}")
    assert line.endswith(": Not a directory")


def test_a_database_of_a_newer_program_is_named_as_such(capsys, monkeypatch, tmp_path):
    prepare(DataFolder(tmp_path))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    line = refused(capsys, monkeypatch, "invite", "list", "--data", tmp_path)

    assert line.endswith("of a newer streamhub (schema 9999): upgrade this program (state_conflict)")
