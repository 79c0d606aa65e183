"""What was deleted or overwritten is in no byte of the folder any more."""

import asyncio
import contextlib
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.kit.db import metadata
from streamhub.kit.scrub import scrub
from tests.support import open_database

people = sa.Table(
    "test_people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    info={"of": "tests"},
)


def name(number: int, size: int) -> str:
    """A name that is no part of another one, so long that pages split."""
    return f"<{number}:" + "é" * size + ">"


def in_bytes(folder: Path) -> bytes:
    """Every file, one after the other."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@settings(max_examples=12, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 900), min_size=1, max_size=60),
    gone=st.sets(st.integers(0, 59)),
    renamed=st.sets(st.integers(0, 59)),
)
def test_nothing_is_left_of_rows_that_are_gone_and_everything_of_the_others(sizes, gone, renamed):
    async def run(folder: Path) -> None:
        names = {number: name(number, size) for number, size in enumerate(sizes)}
        async with open_database(folder) as db:
            for number, text in names.items():
                row = {"id": number, "name": text}
                await db.write(lambda tx, row=row: tx.execute(people.insert(), row))
            erased = [names.pop(number) for number in gone & set(names)]
            await db.write(lambda tx: tx.execute(people.delete().where(people.c.id.in_(gone))))
            for number in renamed & set(names):
                erased.append(names[number])
                names[number] = f"new {number}"
                there = people.update().where(people.c.id == number).values(name=names[number])
                await db.write(lambda tx, there=there: tx.execute(there))

            assert await scrub(db.path)

            found = in_bytes(folder)
            assert [text for text in erased if text.encode() in found] == []
            assert [text for text in names.values() if text.encode() not in found] == []
            rows = await db.read(lambda tx: tx.all(sa.select(people)))
            assert {row.id: row.name for row in rows} == names

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_a_reader_who_does_not_end_is_not_disturbed_and_the_next_time_does_it(tmp_path):
    async with open_database(tmp_path) as db:
        await db.write(lambda tx: tx.execute(people.insert(), {"id": 1, "name": "<Luc Dossou>"}))
        with contextlib.closing(sqlite3.connect(db.path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            [before] = reader.execute("SELECT name FROM test_people").fetchall()
            await db.write(lambda tx: tx.execute(people.delete()))

            assert not await scrub(db.path)

            assert reader.execute("SELECT name FROM test_people").fetchall() == [before]
        assert await scrub(db.path)
        assert b"<Luc Dossou>" not in in_bytes(tmp_path)


async def test_writers_go_on_meanwhile(tmp_path):
    async with open_database(tmp_path) as db:
        await db.write(lambda tx: tx.execute(people.insert(), {"id": 0, "name": "x" * 100_000}))

        done, *_ = await asyncio.gather(
            scrub(db.path),
            *(
                db.write(lambda tx, n=n: tx.execute(people.insert(), {"id": n, "name": "late"}))
                for n in range(1, 200)
            ),
        )

        assert done
        assert await db.read(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(people))) == 200


async def test_what_cannot_be_done_is_told_and_raises_nothing(tmp_path):
    (tmp_path / "streamhub.db").write_bytes(b"no database, but long enough to be looked at as one" * 99)

    assert not await scrub(tmp_path / "streamhub.db")
