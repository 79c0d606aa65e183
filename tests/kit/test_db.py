import asyncio
import sqlite3
import threading

import pytest
import sqlalchemy as sa

from streamhub.kit.changes import Changes
from streamhub.kit.db import Database, changes_after, metadata
from streamhub.kit.errors import NotFound, StorageUnavailable
from tests.support import open_database
from tests.waiting import PATIENCE

words = sa.Table("test_words", metadata, sa.Column("word", sa.Text, primary_key=True), info={"of": "tests"})


@pytest.fixture
async def db(tmp_path):
    async with open_database(tmp_path) as database:
        yield database


def add(word):
    return lambda tx: tx.execute(words.insert(), {"word": word})


async def all_words(db: Database):
    return [row.word for row in await db.read(lambda tx: tx.all(sa.select(words).order_by(words.c.word)))]


async def test_a_write_is_there_for_every_reader_once_it_returned(db):
    await db.write(add("bonjour"))

    assert await all_words(db) == ["bonjour"]


async def test_many_writes_at_once_share_commits_and_all_arrive(db):
    await asyncio.gather(*(db.write(add(f"w{n:03}")) for n in range(300)))

    assert len(await all_words(db)) == 300


async def test_what_comes_in_one_round_of_the_loop_is_one_group(db):
    groups = []
    db.on_group = groups.append

    await asyncio.gather(*(db.write(add(f"w{n:03}")) for n in range(100)))

    assert len(groups) <= 2  # the writer may begin while the last are handed over


async def test_while_many_write_one_after_the_other_a_commit_is_worth_several(db):
    groups = []
    db.on_group = groups.append

    async def write_some(writer):
        for n in range(10):
            await db.write(add(f"w{writer:02}-{n}"))
            await asyncio.sleep(0.001 * writer / 20)  # at different moments

    await asyncio.gather(*map(write_some, range(20)))

    assert len(await all_words(db)) == 200
    assert len(groups) < 20  # each commits by itself: 27


async def test_a_command_that_fails_undoes_its_own_writes_only(db):
    def fails(tx):
        add("bad")(tx)
        raise NotFound("no")

    results = await asyncio.gather(
        db.write(add("one")), db.write(fails), db.write(add("two")), return_exceptions=True
    )

    assert isinstance(results[1], NotFound)
    assert await all_words(db) == ["one", "two"]


async def test_a_duplicate_key_is_the_business_of_its_own_command(db):
    results = await asyncio.gather(
        db.write(add("same")), db.write(add("same")), db.write(add("other")), return_exceptions=True
    )

    assert isinstance(results[1], sa.exc.IntegrityError)
    assert await all_words(db) == ["other", "same"]


async def test_a_group_that_cannot_be_stored_acknowledges_nobody(db):
    def breaks(_tx):
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    db.on_group = breaks
    with pytest.raises(StorageUnavailable):
        await db.write(add("lost"))
    db.on_group = None

    assert await all_words(db) == []


def fail_until(ready):
    """What a full disk does to every group, until there is room."""

    def on_group(_tx):
        if not ready:
            raise sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError("disk is full"))

    return on_group


async def test_what_is_owed_is_stored_once_there_is_room_and_before_anything_new(db):
    ready = []
    db.on_group = fail_until(ready)
    owed = [db.submit(add(word), owed=True) for word in ("first", "second")]
    with pytest.raises(StorageUnavailable):
        await db.write(add("refused"))
    assert not any(future.done() for future in owed)

    ready.append(True)
    await db.write(add("third"))

    assert [await future for future in owed] == [1, 1]
    in_order = sa.select(words.c.word).order_by(sa.text("rowid"))
    assert [row.word for row in await db.read(lambda tx: tx.all(in_order))] == ["first", "second", "third"]


async def test_what_is_owed_is_tried_a_last_time_at_the_end(tmp_path):
    async with open_database(tmp_path) as database:
        ready = []
        database.on_group = fail_until(ready)
        lost = database.submit(add("lost"), owed=True)
        await database.close()
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(lost, PATIENCE)


async def test_a_wrong_statement_is_the_business_of_its_own_command(db):
    wrong = db.submit(lambda tx: tx.execute(sa.text("INSERT INTO nowhere VALUES (1)")))
    right = db.submit(add("right"))

    with pytest.raises(sa.exc.OperationalError):
        await wrong
    await right
    assert await all_words(db) == ["right"]


async def test_a_database_that_cannot_be_read_is_storage_that_is_not_there(db):
    def unreadable(_tx):
        raise sa.exc.OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open database file"))

    with pytest.raises(StorageUnavailable):
        await db.read(unreadable)


async def test_readers_cannot_write(db):
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        await db.read(lambda tx: tx.all(words.insert().returning(words.c.word).values(word="x")))


async def test_the_database_survives_a_kill_by_full_synchronous_wal(db):
    names = ("journal_mode", "synchronous")
    found = await db.write(lambda tx: [tx.scalar(sa.text(f"PRAGMA {name}")) for name in names])

    assert found == ["wal", 2]


async def test_a_noticed_change_reaches_the_listeners_in_order(db):
    heard = []
    changes = Changes(db)

    async def listen(key):
        heard.append(key)

    changes.subscribe("session", listen)
    await changes.start()
    await db.write(lambda tx: tx.notice("session", "one"))
    await db.write(lambda tx: (tx.notice("session", "two"), tx.notice("source", "other")))

    await changes.catch_up()

    assert heard == ["one", "two"]


async def test_changes_of_before_the_start_are_not_told(db):
    await db.write(lambda tx: tx.notice("session", "old"))
    heard = []
    changes = Changes(db)

    async def listen(key):
        heard.append(key)

    changes.subscribe("session", listen)
    await changes.start()
    await changes.catch_up()

    assert heard == []
    assert [c.key for c in await db.read(lambda tx: changes_after(tx, 0))] == ["old"]


def at_once(calls):
    def command(tx, items):
        calls.append(tuple(items))
        if "bad" in items:
            raise NotFound("no")
        tx.execute(words.insert(), [{"word": word} for word in items])
        return [f"{word}!" for word in items]

    return command


async def test_like_items_that_wait_one_after_the_other_are_one_call(db):
    calls = []
    add_all = at_once(calls)
    holding = threading.Event()
    held = db.submit(lambda _tx: holding.wait(10))

    waiting = [db.write_each(add_all, "a"), db.write_each(add_all, "b"), db.write(add("c"))]
    answers = asyncio.gather(*waiting, db.write_each(add_all, "d"))
    await asyncio.sleep(0)
    holding.set()

    assert await answers == ["a!", "b!", 1, "d!"]
    assert calls == [("a", "b"), ("d",)]
    assert await held


async def test_what_one_call_raises_all_its_items_raise(db):
    add_all = at_once([])
    holding = threading.Event()
    held = db.submit(lambda _tx: holding.wait(10))

    waiting = [db.write_each(add_all, "a"), db.write_each(add_all, "bad"), db.write(add("c"))]
    answers = asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    holding.set()

    assert [type(answer) for answer in await answers] == [NotFound, NotFound, int]
    assert await all_words(db) == ["c"]
    assert await held


async def test_everything_that_one_query_reads_is_of_the_same_moment(db):
    writing = threading.Event()

    def look(tx):
        before = tx.scalar(sa.select(sa.func.count()).select_from(words))
        assert writing.wait(10)
        return before, tx.scalar(sa.select(sa.func.count()).select_from(words))

    await db.write(add("early"))
    looking = asyncio.gather(db.read(look))
    await asyncio.to_thread(lambda: None)
    await db.write(add("late"))
    writing.set()

    [(before, after)] = await looking
    assert before == after


async def test_a_command_that_fails_alone_in_its_group_leaves_nothing_either(db):
    def fails(tx):
        add("bad")(tx)
        raise NotFound("no")

    with pytest.raises(NotFound):
        await db.write(fails)
    await db.write(add("good"))

    assert await all_words(db) == ["good"]
