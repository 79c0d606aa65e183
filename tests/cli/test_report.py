"""``streamhub report``: the same files as the server gives, beside it or without it."""

import asyncio
import csv
import io
import json

import pytest
from click.testing import CliRunner

from streamhub.cli import cli, main
from streamhub.cli.folder import open_folder
from streamhub.kit.errors import NotFound, UnknownSession
from streamhub.reports.documents import as_json
from streamhub.statistics.disclosure import Audience
from tests.reports.example import TABLE, make_folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The summit with known numbers, closed."""
    folder = tmp_path_factory.mktemp("report") / "data"
    make_folder(folder)
    return folder


def call(data, *words, code=0):
    """Run the command; answers what it printed, or raises what it raised."""
    result = CliRunner().invoke(cli, ["report", *map(str, words), "--data", str(data)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_the_json_of_the_command_is_that_of_the_server(data):
    printed = json.loads(
        call(data, "--session", TABLE, "--format", "json", "-o", "-", "--lang", "en").stdout_bytes
    )

    async def served():
        async with open_folder(None, data) as use:
            return json.loads(as_json(await use.reports.session_report(TABLE, Audience.PUBLIC, "en")))

    assert printed | {"generated_at": ""} == asyncio.run(served()) | {"generated_at": ""}
    assert printed["statistics"]["attended"] == 16


def test_one_report_is_written_to_the_file_named(data, tmp_path):
    file = tmp_path / "any.name"

    done = call(data, "--summit", "--format", "csv", "-o", file)

    lines = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert [line["value"] for line in lines if line["figure"] == "attended" and not line["session"]] == ["17"]
    assert done.stderr.splitlines() == [str(file)]
    assert done.stdout == ""


def test_several_forms_stand_beside_each_other(data, tmp_path):
    call(data, "--session", TABLE, "--format", "json,csv,html", "-o", tmp_path / "rapport.html")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["rapport.csv", "rapport.html", "rapport.json"]
    assert (tmp_path / "rapport.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_languages_and_audiences_are_told_apart_by_their_names(data, tmp_path):
    wanted = ["--format", "json", "--lang", "fr,en", "--audience", "public,internal"]

    call(data, "--session", TABLE, *wanted, "-o", tmp_path / "rapport")

    made = {file.name: json.loads(file.read_bytes()) for file in tmp_path.iterdir()}
    assert sorted(made) == [
        "rapport.internal.en.json",
        "rapport.internal.fr.json",
        "rapport.public.en.json",
        "rapport.public.fr.json",
    ]
    assert made["rapport.internal.en.json"]["statistics"]["audience"] == "internal"
    assert made["rapport.internal.en.json"]["lang"] == "en"
    assert "by_delegation" not in made["rapport.public.fr.json"]["statistics"]


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "json", "-o", "-"],
        ["--session", TABLE, "--summit", "--format", "json", "-o", "-"],
        ["--summit", "--format", "json,csv", "-o", "-"],
        ["--summit", "--format", "docx", "-o", "-"],
        ["--summit", "--format", "json", "--lang", "xx", "-o", "-"],
        ["--summit", "--format", "json", "--audience", "press", "-o", "-"],
        ["--summit", "--format", "json"],
        ["--summit", "-o", "-"],
    ],
)
def test_wrong_usage_is_said_and_nothing_is_printed(data, words):
    refused = call(data, *words, code=2)

    assert "Error" in refused.stderr
    assert refused.stdout == ""


def test_a_form_that_does_not_exist_yet_is_answered_with_those_that_do(data):
    refused = call(data, "--summit", "--format", "csv,docx", "-o", "-", code=2)

    assert "'docx' is none of: json, csv, html" in refused.stderr


def test_a_session_that_is_not_there_is_refused(data):
    with pytest.raises(UnknownSession):
        call(data, "--session", "gone", "--format", "json", "-o", "-")


def test_a_folder_without_data_is_refused(tmp_path):
    with pytest.raises(NotFound, match="no data here"):
        call(tmp_path / "empty", "--summit", "--format", "json", "-o", "-")


def test_a_file_that_cannot_be_written_is_said_in_one_line(data, tmp_path, capsys, monkeypatch):
    file = tmp_path / "gone" / "report.json"
    words = ("report", "--summit", "--format", "json", "-o", str(file), "--data", str(data))
    monkeypatch.setattr("sys.argv", ["streamhub", *words])

    with pytest.raises(SystemExit, match="1"):
        main()

    assert capsys.readouterr().err == f"streamhub: {file}: No such file or directory\n"
