"""``invite import``, ``invite export`` and ``invite send``, as a person types them."""

import csv
import io
import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from streamhub.cli import cli
from streamhub.kit.errors import StreamhubError

LIST = """\
Billet;Prénom;Nom;Courriel;Pays;Fonction
7;Awa;Exemple;awa@example.org;Bénin;Maire
8;Léo;Démo;;Bénin;
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small summit, made once."""
    source = tmp_path_factory.mktemp("bulk")
    (source / "summit.toml").write_text(
        'slug = "sommet"\ntitle_fr = "Sommet"\ntimezone = "Europe/Brussels"\n'
        'contact_email = "equipe@sommet.example"\n'
    )
    (source / "programme.csv").write_text(
        "slug,date,start,end,kind,venue,title_fr\nouverture,2031-11-04,10:00,12:00,plenary,Hall,Ouverture\n"
    )
    (source / "delegations.csv").write_text(
        "code,name_fr,kind,country\nBJ,Bénin,country,BJ\nSN,Sénégal,country,SN\n"
    )
    assert command("summit", "load", str(source), "--data", str(source / "data")).exit_code == 0
    return source / "data"


@pytest.fixture
def data(folder: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    shutil.copytree(folder, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A list as a French spreadsheet saves it."""
    file = tmp_path / "inscriptions.csv"
    file.write_bytes(LIST.encode("cp1252"))
    return file


def command(*arguments: str, env: dict[str, str] | None = None) -> Result:
    """Run a command; what it refuses becomes exit 1, as ``main`` makes it."""
    result = CliRunner(env=env).invoke(cli, arguments)
    if isinstance(result.exception, StreamhubError):
        result.exit_code = 1
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def invite(what: str, data: Path, *arguments: object, **env: str) -> Result:
    """``streamhub invite …`` on the data folder."""
    return command("invite", what, *map(str, arguments), "--data", str(data), env=env)


def invited(data: Path) -> list[dict[str, str]]:
    """Everybody, as the table for a mail merge has it."""
    done = invite("export", data, "--format", "csv", "--with-identities")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_a_dash_is_standard_output_and_no_file_of_that_name(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = invite("export", data, "--format", "csv", "-o", "-")

    assert done.stdout.startswith("seat,label,delegation,role,link,expires_at")
    assert not (tmp_path / "-").exists()


def test_a_list_is_shown_as_it_is_understood_before_anything_is_stored(data, people):
    done = invite("import", data, people, "--map", "billet=external_id", "--dry-run")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "inscriptions.csv: 2 rows, semicolons, cp1252",
        "  Billet    external_id  7 | 8",
        "  Prénom    first_name   Awa | Léo",
        "  Nom       last_name    Exemple | Démo",
        "  Courriel  email        awa@example.org |",
        "  Pays      delegation   Bénin | Bénin",
        "  Fonction  label        Maire |",
        "new        line 2: BJ delegate Awa Exemple",
        "new        line 3: BJ delegate Léo Démo",
        "2 people: 2 new, 0 changed, 0 unchanged",
        "nothing was stored: --dry-run",
    ]
    assert invited(data) == []


def test_a_list_is_taken_over_and_a_second_time_changes_nothing(data, people):
    first = invite("import", data, people, "--map", "Billet=external_id")
    people.write_bytes(LIST.replace("Maire", "Ministre").encode("cp1252"))
    second = invite("import", data, people, "--map", "Billet=external_id")
    third = invite("import", data, people, "--map", "Billet=external_id")

    assert "2 people: 2 new, 0 changed, 0 unchanged" in first.stdout
    assert "changed    line 2: BJ-01\n           label: 'Maire' becomes 'Ministre'\n" in second.stdout
    assert "2 people: 0 new, 0 changed, 2 unchanged" in third.stdout
    assert [(row["seat"], row["name"], row["label"]) for row in invited(data)] == [
        ("BJ-01", "Awa Exemple", "Ministre"),
        ("BJ-02", "Léo Démo", ""),
    ]


def test_what_holds_for_every_row_is_said_once(data, people):
    done = invite(
        "import",
        data,
        people,
        *("--map", "Billet=external_id", "--map", "Fonction=-", "--set", "role=press", "--set", "label=a=b"),
    )

    assert done.exit_code == 0
    assert {(row["role"], row["label"]) for row in invited(data)} == {("press", "a=b")}


def test_every_error_has_its_line_and_nothing_is_stored(data, people):
    people.write_text(LIST + "9;Zoé;;nowhere;XX;\n", encoding="utf-8")

    done = invite("import", data, people, "--map", "Billet=external_id")

    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "inscriptions.csv:4: delegation (Pays): 'XX' is not in delegations.csv",
        "inscriptions.csv:4: email (Courriel): 'nowhere' is no e-mail address",
        "2 problems; nothing was stored",
    ]
    assert invited(data) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--map", "Billet"), 2),
        (("--map", "=email"), 2),
        (("--set", "role"), 2),
        (("--map", "Tarif=role"), 1),
        (("--set", "email=a@example.org"), 1),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(data, people, arguments, code):
    assert invite("import", data, people, *arguments).exit_code == code


def test_calendars_of_everybody_lie_in_a_folder_that_only_its_owner_reads(data, people, tmp_path):
    invite("import", data, people, "--map", "Billet=external_id")
    out = tmp_path / "agendas"

    done = invite("export", data, "--format", "ics", "-o", out)

    assert done.exit_code == 0
    assert sorted(file.name for file in out.iterdir()) == ["BJ-01.ics", "BJ-02.ics"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    for file in out.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        [event] = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        assert str(event["URL"]).startswith("http://127.0.0.1:8080/j/")


def test_one_persons_calendar_goes_where_it_is_wanted(data, people, tmp_path):
    invite("import", data, people, "--map", "Billet=external_id")

    shown = invite("export", data, "--format", "ics", "--participant", "BJ-01", "--lang", "en")
    invite("export", data, "--format", "ics", "--participant", "BJ-02", "-o", tmp_path / "leo.ics")
    nobody = invite("export", data, "--format", "ics", "--participant", "BJ-09")
    all_of_them = invite("export", data, "--format", "ics")

    assert len(Calendar.from_ical(shown.stdout).walk("VEVENT")) == 1
    assert (tmp_path / "leo.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert (nobody.exit_code, all_of_them.exit_code) == (1, 2)


def test_badges_and_lists_are_pages_of_one_delegation_or_all(data, people):
    invite("import", data, people, "--map", "Billet=external_id")
    command("invite", "issue", "--role", "moderator", "--data", str(data))

    badges = invite("export", data, "--format", "html").stdout
    paper = invite("export", data, "--format", "html", "--sheet", "list", "--delegation", "BJ").stdout
    nobody = invite("export", data, "--format", "html", "--delegation", "SN")

    assert (badges.count('class="badge"'), badges.count("<svg")) == (3, 4)
    assert (paper.count("<svg"), "MOD-01" in paper) == (2, False)
    assert "Awa" not in badges + paper
    assert nobody.exit_code == 1


def test_every_exported_link_opens_and_none_is_a_formula(data, people):
    people.write_text(LIST.replace("Maire", "=1+1"), encoding="utf-8")
    invite("import", data, people, "--map", "Billet=external_id")

    [first, second] = invited(data)

    assert first["label"] == "'=1+1"
    assert first["link"] != second["link"]
    assert first["link"] != invited(data)[0]["link"]


def test_a_dry_run_of_sending_shows_who_without_links_and_whole_addresses(data, people):
    invite("import", data, people, "--map", "Billet=external_id")

    done = invite("send", data, "--dry-run")

    assert done.stdout.splitlines() == [
        "to send         BJ-01     delegate       -     aw…@example.org",
        "no address      BJ-02     delegate       -     -",
        "1 letter would go out; nothing was sent: --dry-run",
    ]
    assert done.stderr.startswith(
        "warning: the links begin with http://127.0.0.1:8080 and open on this machine"
    )


def test_sending_without_a_mail_server_says_what_is_missing(data, people):
    invite("import", data, people, "--map", "Billet=external_id")

    done = invite("send", data)

    assert done.exit_code == 1
    assert "smtp_host" in str(done.exception)


def test_what_was_done_stands_in_the_audit_log_without_names(data, people):
    invite("import", data, people, "--map", "Billet=external_id")
    invite("export", data, "--format", "csv", "--delegation", "BJ")

    with closing(sqlite3.connect(data / "streamhub.db")) as db:
        acts = db.execute("SELECT action, detail FROM audit WHERE action != 'summit.load'").fetchall()

    assert [action for action, _ in acts] == ["participant.import", "invitation.export"]
    assert json.loads(acts[0][1]) == {"new": 2, "changed": 0, "unchanged": 0}
    assert "Awa" not in str(acts)


PASSWORD = "s3cret-p4ss"


@pytest.mark.parametrize("as_json", [False, True])
def test_the_password_of_the_mail_server_is_never_shown(data, as_json):
    options = ("--json",) if as_json else ()
    env = {"STREAMHUB_SMTP_PASSWORD": PASSWORD}

    done = command("config", "show", *options, "--data", str(data), env=env)

    assert done.exit_code == 0
    assert PASSWORD not in done.output
    assert "…" in done.stdout


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"SMTP_HOST": "mail.example.org", "SMTP_SECURITY": "none", "SMTP_FROM": "a@b.c"}, "smtp_security"),
        ({"SMTP_HOST": "mail.example.org", "SMTP_SECURITY": "ssl", "SMTP_FROM": "a@b.c"}, "smtp_security"),
        ({"SMTP_HOST": "mail.example.org"}, "smtp_from"),
        ({"SMTP_HOST": "mail.example.org", "SMTP_FROM": "Awa <a@b.c>"}, "smtp_from"),
        ({"SMTP_PORT": "70000"}, "smtp_port"),
        ({"MAIL_PER_MINUTE": "0"}, "mail_per_minute"),
    ],
)
def test_settings_of_mail_that_cannot_work_stop_the_start_and_name_themselves(data, settings, names):
    env = {f"STREAMHUB_{name}": value for name, value in settings.items()}

    done = command("config", "check", "--data", str(data), env=env)

    assert done.exit_code == 1
    assert str(done.exception).startswith(names)


def test_a_bad_password_in_the_file_is_not_told(data, tmp_path):
    file = tmp_path / "streamhub.toml"
    file.write_text("smtp_password = 424242\n")

    done = command("config", "check", "--config", str(file), "--data", str(data))

    assert done.exit_code == 1
    assert "424242" not in str(done.exception)
