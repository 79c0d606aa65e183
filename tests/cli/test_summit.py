"""``streamhub summit`` as an organiser types it."""

import asyncio

import pytest
from click.testing import CliRunner

from streamhub.cli import cli
from streamhub.cli.folder import open_folder
from streamhub.kit.assets import example_folder
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.relay.model import NewSource
from tests.process import streamhub
from tests.programme.samples import ALL, PROGRAMME

YOUTUBE = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
ROOM = SessionSlug("atelier")


@pytest.fixture
def folder(tmp_path):
    """The files of a small summit, with links that players exist for."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in ALL.items():
        write(folder, name, text)
    return folder


def write(folder, name, text):
    for number in "123":
        text = text.replace(f"https://video.example/{number}", f"{YOUTUBE}&t={number}")
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def call(*words, code=0):
    """Run ``summit …``; answers its result, or raises what the command raised."""
    result = CliRunner().invoke(cli, ["summit", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def ask(data, question):
    """What a data folder holds."""

    async def work():
        async with open_folder(None, data) as use:
            return await question(use)

    return asyncio.run(work())


def test_new_files_explain_themselves_and_load(tmp_path, data):
    call("new", tmp_path / "mine")

    result = call("load", tmp_path / "mine", "--data", data)

    assert result.stdout.splitlines() == [
        "new      summit.toml: my-summit",
        "1 row new, 0 fields changed, 0 conflicts",
    ]


def test_new_overwrites_nothing(folder):
    with pytest.raises(StateConflict, match=r"summit\.toml, programme\.csv"):
        call("new", folder)

    assert (folder / "delegations.csv").read_text() == ALL["delegations.csv"]


def test_a_load_brings_in_programme_streams_and_seats(folder, data):
    result = call("load", folder, "--data", data)

    assert result.stdout.splitlines()[-2:] == [
        "6 rows new, 0 fields changed, 0 conflicts",
        "participants.csv: 2 new invitations; their links: streamhub invite export",
    ]
    sources = ask(data, lambda use: use.relay.sources(ROOM))
    assert [(source.channel, source.provider) for source in sources] == [
        ("floor", "youtube"),
        ("fr", "youtube"),
    ]
    people = ask(data, lambda use: use.access.participants())
    assert sorted((p.delegation, p.role, p.label) for p in people) == [
        ("BJ", "delegate", "Maire"),
        ("STAFF", "moderator", "Régie"),
    ]


def test_loading_twice_gives_no_duplicates(folder, data):
    call("load", folder, "--data", data)

    result = call("load", folder / "summit.toml", "--data", data)

    assert result.stdout == "the files say what is stored already\n"
    assert len(ask(data, lambda use: use.access.participants())) == 2
    assert len(ask(data, lambda use: use.relay.sources(ROOM))) == 2


def test_the_fallback_is_the_last_stream_of_every_session(folder, data):
    write(folder, "summit.toml", ALL["summit.toml"] + 'fallback_text_fr = "Appelez-nous."\n')
    call("load", folder, "--data", data)
    call("load", folder, "--data", data)

    *_, last = ask(data, lambda use: use.relay.sources(ROOM))

    assert (last.text, last.phone, last.link) == ("Appelez-nous.", "+32 81 00 00 00", None)
    assert len(ask(data, lambda use: use.relay.sources(ROOM))) == 3


def test_a_dry_run_says_what_would_change_and_stores_nothing(folder, data):
    result = call("load", folder, "--data", data, "--dry-run")

    assert result.stdout.splitlines()[-2:] == [
        "6 rows new, 0 fields changed, 0 conflicts; nothing was stored",
        "participants.csv: 2 seats, 2 of them to be invited",
    ]
    assert ask(data, lambda use: use.programme.sessions()) == ()
    assert ask(data, lambda use: use.access.participants()) == ()


def test_a_difference_and_what_is_gone_are_told(folder, data):
    call("load", folder, "--data", data)
    head, first, _ = PROGRAMME.splitlines()
    write(folder, "programme.csv", f"{head}\n{first.replace('Opening', 'Welcome')}\n")
    (folder / "participants.csv").unlink()
    (folder / "documents.csv").unlink()

    result = call("load", folder, "--data", data)

    assert result.stdout.splitlines() == [
        "changed  programme.csv: ouverture: title_en: Opening → Welcome",
        "gone     programme.csv: atelier (no longer in the file; it stays)",
        "0 rows new, 1 field changed, 0 conflicts",
    ]


def test_streams_that_are_new_gone_or_taken_away_are_told_too(folder, data):
    call("load", folder, "--data", data)
    _, french = ask(data, lambda use: use.relay.sources(ROOM))

    async def in_the_console(use):
        sign = NewSource(url="https://youtu.be/M7lc1UVf-VE", channel="sign")
        other = NewSource(url="https://youtu.be/dQw4w9WgXcQ", channel="fr")
        await use.relay.add(ROOM, sign, "p_organiser")
        await use.relay.add(ROOM, other, "p_organiser", activate=True)
        await use.relay.remove(ROOM, french.id, "p_organiser")

    ask(data, in_the_console)
    was, now = "https://video.example/2", "https://youtu.be/jNQXAC9IVRw"
    assert was in PROGRAMME
    write(folder, "programme.csv", PROGRAMME.replace(was, now))

    dry = load_anyhow(folder, data, "--dry-run")
    load_anyhow(folder, data)
    later = load_anyhow(folder, data, "--dry-run")

    gone = f"gone     programme.csv: atelier: {YOUTUBE}&t=2s (no longer in the file; it stays)"
    new = "new      programme.csv: atelier: https://www.youtube.com/watch?v=jNQXAC9IVRw"
    kept_away = "conflict programme.csv: atelier: source_urls: taken away in the console → fr="
    assert [line for line in dry if line.startswith(("new", "gone"))] == [new, gone]
    assert [line for line in later if line.startswith(("new", "gone"))] == [gone]
    assert [any(line.startswith(kept_away) for line in said) for said in (dry, later)] == [True, True]
    assert len(ask(data, lambda use: use.relay.sources(ROOM))) == 4


def load_anyhow(folder, data, *words):
    """What a load says that ends in conflicts."""
    result = CliRunner().invoke(cli, ["summit", "load", str(folder), "--data", str(data), *words])
    assert isinstance(result.exception, StateConflict)
    return result.stdout.splitlines()


def test_what_the_console_edited_since_stays_unless_forced(folder, data):
    write(folder, "programme.csv", PROGRAMME.replace("2021-11-04", "2190-11-04"))
    call("load", folder, "--data", data)
    ask(data, lambda use: use.programme.shift(ROOM, 15, "inv_1"))

    with pytest.raises(StateConflict, match="2 fields edited in the console since the last load"):
        call("load", folder, "--data", data)
    forced = call("load", folder, "--data", data, "--force")

    assert "changed  programme.csv: atelier: start: 2190-11-04 15:15 → 2190-11-04 15:00" in forced.stdout


def test_every_problem_is_one_line_with_file_line_and_field(folder, data):
    write(folder, "delegations.csv", "code,name_fr,kind,country\nbj,,country,BJ\n")
    write(folder, "programme.csv", PROGRAMME.replace("2021-11-04,14:00", "4/11/2021,14:00"))
    (folder / "participants.csv").unlink()

    result = call("load", folder, "--data", data, code=1)

    assert result.stderr.splitlines() == [
        "programme.csv:2: date: '4/11/2021' is no day of the form 2021-11-04",
        "delegations.csv:2: code: 'bj': capitals without accents, digits and hyphens, at most 16",
        "delegations.csv:2: name_fr: is empty",
    ]


def test_a_stream_that_no_player_shows_is_told_with_its_line(folder, data):
    (folder / "programme.csv").write_text(PROGRAMME, encoding="utf-8")

    result = call("load", folder, "--data", data, code=1)

    assert result.stderr.startswith("programme.csv:2: source_urls: https://video.example/1: ")


def test_an_unknown_column_is_a_warning(folder, data):
    write(folder, "documents.csv", "session,title_fr,url,pages\n")

    result = call("load", folder, "--data", data)

    assert result.stderr == "warning: documents.csv:1: pages: this column is not known and is passed over\n"


def test_an_export_loads_without_a_difference_and_has_no_people(folder, data, tmp_path):
    call("load", folder, "--data", data)
    call("export", tmp_path / "out", "--data", data)

    result = call("load", tmp_path / "out", "--data", data)

    assert result.stdout == "the files say what is stored already\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "delegations.csv",
        "documents.csv",
        "programme.csv",
        "summit.toml",
    ]


def test_an_export_overwrites_only_when_told_to(folder, data, tmp_path):
    call("load", folder, "--data", data)
    call("export", tmp_path / "out", "--data", data)

    with pytest.raises(StateConflict, match="would be overwritten"):
        call("export", tmp_path / "out", "--data", data)
    call("export", tmp_path / "out", "--data", data, "--force")


def test_there_is_nothing_to_export_before_a_load(data, tmp_path):
    with pytest.raises(NotFound, match="no data here"):
        call("export", tmp_path / "out", "--data", data)


def test_the_example_loads_and_its_settings_hold(tmp_path, data):
    files = tmp_path / "example"
    files.mkdir()
    for path in example_folder().iterdir():
        (files / path.name).write_bytes(path.read_bytes())
    with (files / "summit.toml").open("a") as summit:
        summit.write("doors_minutes = 45\n")

    result = call("load", files, "--data", data)

    assert result.stdout.splitlines()[-2:] == [
        "47 rows new, 0 fields changed, 0 conflicts",
        "participants.csv: 140 new invitations; their links: streamhub invite export",
    ]
    assert ask(data, doors_before) == 45 * 60_000


async def doors_before(use):
    session = (await use.programme.sessions())[0]
    return session.starts_at - await use.programme.doors_at(session)


async def test_a_refusal_is_one_line_on_standard_error_and_exit_1(tmp_path, data):
    with pytest.raises(AssertionError, match=r"exited 1: .*nowhere: no such folder"):
        await streamhub("summit", "load", str(tmp_path / "nowhere"), "--data", str(data))
    with pytest.raises(AssertionError, match="exited 2: Usage"):
        await streamhub("summit", "load", "--data", str(data))


def test_what_the_file_says_anew_of_people_is_told_and_taken_over(folder, data):
    call("load", folder, "--data", data)
    people = "external_id,delegation,role,label,lang,sessions,speak\n1,BJ,delegate,Ministre,en,,yes\n"
    write(folder, "participants.csv", people)

    planned = call("load", folder, "--data", data, "--dry-run")
    result = call("load", folder, "--data", data)
    again = call("load", folder, "--data", data)

    told = [
        "changed  participants.csv: BJ-01: label: Maire → Ministre",
        "changed  participants.csv: BJ-01: lang: fr → en",
    ]
    stay = "participants.csv: 1 invited from a list and not in this file; they stay: MOD-01"
    assert result.stdout.splitlines() == [*told, "0 rows new, 2 fields changed, 0 conflicts", stay]
    assert planned.stdout.splitlines()[:2] == told
    assert again.stdout.splitlines() == ["the files say what is stored already", stay]


def test_a_label_changed_in_the_product_stays_unless_it_is_forced(folder, data):
    call("load", folder, "--data", data)

    async def rename(use):
        [row] = await use.access.every_invitation(DelegationCode("BJ"))
        await use.delegates.rename(row.id, "Bourgmestre", "test")

    async def label(use):
        return [row.label for row in await use.access.every_invitation(DelegationCode("BJ"))]

    ask(data, rename)
    with pytest.raises(StateConflict, match="1 field edited in the console since the last load"):
        call("load", folder, "--data", data)
    kept = ask(data, label)
    forced = call("load", folder, "--data", data, "--force")

    assert kept == ["Bourgmestre"]
    assert "changed  participants.csv: BJ-01: label: Bourgmestre → Maire" in forced.stdout
    assert ask(data, label) == ["Maire"]
    assert call("load", folder, "--data", data).stdout == "the files say what is stored already\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "programme.csv",
            PROGRAMME.replace("2021-11-04,14:00", "2021-02-30,14:00"),
            "programme.csv:2: date: '2021-02-30' is no day of the calendar",
        ),
        (
            "participants.csv",
            "sep=;\nexternal_id;delegation;role\n",
            "participants.csv:1: there is one column only: put commas or semicolons between them",
        ),
        ("programme.csv", PROGRAMME + '"', "programme.csv:4: cannot be read as CSV: unexpected end of data"),
    ],
)
def test_one_mistake_is_told_once(folder, data, name, text, told):
    write(folder, name, text)

    result = call("load", folder, "--data", data, code=1)

    assert result.stderr.splitlines() == [told]


def test_toml_that_cannot_be_read_says_what_is_usual(folder, data):
    with (folder / "summit.toml").open("a") as summit:
        summit.write("hashtag = #Villes\n")

    result = call("load", folder, "--data", data, code=1)

    assert result.stderr.endswith("Invalid value; texts stand in quotes, and each key once\n")
