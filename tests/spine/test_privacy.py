"""Rights of people on the real program: erased in mid-session, from the page and from the command line."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.client import calling
from tests.process import running, streamhub
from tests.waiting import eventually

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "example"
SESSION = "table-ronde-ministerielle"
HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room"


def everything(data):
    """Every cell of the database as text, read from the file itself."""
    with closing(sqlite3.connect(data / "streamhub.db")) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(repr(row) for name in tables for row in db.execute(f'SELECT * FROM "{name}"'))


def in_bytes(data, *words):
    """Which of the words stand in any byte of the database, its log included."""
    found = b"".join(path.read_bytes() for path in data.glob("streamhub.db*"))
    return [word for word in words if word.encode() in found]


async def figures(organiser, *slugs):
    """What no erasure may change, of sessions that are over and of the summit."""
    found = [await organiser.get(f"/api/v1/sessions/{slug}/statistics?audience=internal") for slug in slugs]
    summit = await organiser.get("/api/v1/statistics?audience=internal")
    return found, {key: summit[key] for key in ("registered", "attended", "by_delegation", "represented")}


async def test_somebody_erases_themself_in_mid_session_and_no_figure_changes(demo):
    me, delegate, organiser = demo.links["delegate"], demo.by["delegate"], demo.by["organiser"]
    async with delegate.socket(demo.live) as page:
        await page.next("welcome")
        before = await figures(organiser, *demo.ended)
        assert me["participant"] in everything(demo.data)

        await delegate.call("DELETE", "/api/v1/me", status=204)

        assert await page.closed() == 4410
    assert await figures(organiser, *demo.ended) == before
    assert me["participant"] not in everything(demo.data)
    assert in_bytes(demo.data, me["participant"], me["link"].rsplit("/", 1)[1]) == []
    presence = await organiser.get(f"/api/v1/sessions/{demo.live}/presence")
    assert me["participant"] not in json.dumps(presence)
    refused = await delegate.get("/api/v1/me", status=410)
    assert refused["code"] == "invitation_revoked"
    refused = await demo.api().post("/api/v1/enter", {"code": me["link"].rsplit("/", 1)[1]}, status=410)
    assert refused["code"] == "invitation_revoked"
    log = (await organiser.get("/api/v1/audit"))["items"]
    assert [row["action"] for row in log if row["role"] == "delegate"] == ["person.erase"]
    assert [row["by"] for row in log if row["action"] == "retention.run"] == ["clock"]


async def test_the_command_line_shows_and_erases_beside_the_server(demo):
    press, data = demo.links["press"], ("--data", str(demo.data))
    async with demo.by["press"].socket(demo.live) as page:
        await page.next("welcome")
        found = await demo.by["press"].get("/api/v1/me/export")
        printed = json.loads(await streamhub("privacy", "export", press["participant"], *data))

        said = await streamhub("privacy", "erase", press["participant"], *data)

        assert await page.closed() == 4410
    assert printed["records"] == found["records"]
    assert set(found["records"]) >= {"participants", "invitations", "ledger", "stays"}
    for secret in (press["token"], press["link"].rsplit("/", 1)[1]):
        assert secret not in json.dumps(found)
    assert "1 stay kept under a new pseudonym" in said
    assert press["participant"] not in everything(demo.data)
    assert in_bytes(demo.data, press["participant"]) == []
    with pytest.raises(AssertionError, match="no such participant"):
        await streamhub("privacy", "erase", press["participant"], *data)
    record = await streamhub("privacy", "doc", "--lang", "fr,en", *data)
    for words in ("# Registre des traitements", "# Record of processing", "| `ledger` | `participant` |"):
        assert words in record


async def test_a_summit_of_long_ago_keeps_its_figures_and_nothing_of_its_people(tmp_path):
    data = tmp_path / "data"
    await streamhub("summit", "load", str(EXAMPLE), "--data", str(data))
    start = next(row for row in _programme() if row["slug"] == SESSION)
    zoom = tmp_path / "zoom.csv"
    there = f"{start['date']} {start['start']}:00,{start['date']} {start['end']}:00,60,Yes,No"
    people = [f"Person {n},p{n}@example.org,{there}" for n in range(9)]
    zoom.write_text("\n".join([HEADER, *people]))
    order = ("--session", SESSION, "--timezone", "Europe/Brussels", "--data", str(data))
    await streamhub("import", "zoom-participants", str(zoom), *order)
    before = await _report(tmp_path / "before.json", data)
    planned = json.loads(await streamhub("privacy", "run", "--dry-run", "--json", "--data", str(data)))
    assert planned["dropped"]["stays"] == 9

    async with running("serve", "--port", "0", "--data", str(data)) as server, calling(server.url) as api:
        await api().get("/readyz")
        await _until_kept(data)

    after = await _report(tmp_path / "after.json", data)
    assert before["attended"] == 9
    assert after.pop("kept_at")
    assert after == before
    left = everything(data)
    for word in ("Person 1", "p1@example.org"):
        assert word not in left
    with pytest.raises(AssertionError, match="the figures of this summit are final"):
        await streamhub("import", "zoom-participants", str(zoom), *order)


def _programme():
    with (EXAMPLE / "programme.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def _report(file, data):
    """The exact statistics of the session, as the command line writes them."""
    options = ("--session", SESSION, "--format", "json", "--audience", "internal", "--data", str(data))
    await streamhub("report", *options, "-o", str(file))
    return json.loads(file.read_text())["statistics"]


async def _until_kept(data):
    await eventually(lambda: "'retention.run'" in everything(data), pause=0.1)
