"""What was exported makes the same programme in a fresh folder, whatever the console did before."""

import asyncio
import contextlib
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from streamhub.cli.folder import open_folder
from streamhub.cli.summit import bring_in
from streamhub.kit.clock import HOUR, MINUTE
from streamhub.kit.errors import FieldInvalid, NotFound, StateConflict
from streamhub.kit.ids import DelegationCode, SourceId
from streamhub.programme.editing import DelegationEdit, DocumentEdit, SessionEdit, document_id
from streamhub.programme.loaders import read_folder
from streamhub.programme.model import SessionAccess
from streamhub.relay.model import NewSource
from tests.programme.samples import ALL

BY = "p_organiser"
IDS = ("aqz-KE-bpKQ", "dQw4w9WgXcQ", "M7lc1UVf-VE", "jNQXAC9IVRw")
WORDS = ("Ports", "=1+1", "à 15 h; « oui »", "a,b", '"x"', "-2", "@port", "'déjà", "# non")


def prepare(folder: Path) -> Path:
    """The files of a small summit that is far away."""
    folder.mkdir()
    for name, text in ALL.items():
        if name != "participants.csv":
            far = text.replace("2021-11-04", "2190-11-04")
            for number, ident in zip("123", IDS, strict=False):
                far = far.replace(f"https://video.example/{number}", f"https://youtu.be/{ident}")
            (folder / name).write_text(far, encoding="utf-8")
    return folder


async def change(use, choose) -> None:
    """One thing that an organiser does in the console, by chance."""
    session = choose.choice(await use.programme.sessions())
    slug, word, link = session.slug, choose.choice(WORDS), f"https://youtu.be/{choose.choice(IDS)}"
    sources, documents = await use.relay.sources(slug), await use.programme.documents(slug)
    document = document_id(documents[0].url) if documents else "d_0"
    last = sources[-1].id if sources else SourceId("src_0")
    later = choose.randrange(1, 200) * MINUTE
    edit = SessionEdit(
        titles={"fr": word, "en": choose.choice([word, ""])},
        room=choose.choice(WORDS),
        notes=f"{word}\n{word}",
        access=choose.choice(list(SessionAccess)),
        starts_at=session.starts_at + later,
        ends_at=session.starts_at + later + choose.randrange(1, 24) * HOUR,
    )
    code = DelegationCode(choose.choice(["BJ", "UNESCO"]))
    await choose.choice(
        [
            lambda: use.editing.edit_session(slug, edit, BY),
            lambda: use.editing.add_session(replace(edit, kind="plenary"), BY),
            lambda: use.editing.cancel(slug, BY),
            lambda: use.editing.restore(slug, BY),
            lambda: use.programme.shift(slug, choose.randrange(1, 90), BY, following=True),
            lambda: use.relay.add(
                slug, NewSource(url=link, channel=choose.choice(["floor", "en", "sign"])), BY
            ),
            lambda: use.relay.remove(slug, last, BY),
            lambda: use.relay.reorder(slug, [one.id for one in reversed(sources)], BY),
            lambda: use.editing.add_document(slug, DocumentEdit(titles={"fr": word}, url=f"{link}?d"), BY),
            lambda: use.editing.edit_document(slug, document, DocumentEdit(titles={"fr": word}), BY),
            lambda: use.editing.remove_document(slug, document, BY),
            lambda: use.editing.edit_delegation(code, DelegationEdit(seats=choose.randrange(9)), BY),
            lambda: use.editing.edit_delegation(code, DelegationEdit(unlimited=True), BY),
        ]
    )()


async def exported(use, folder: Path) -> Path:
    """The files, written as ``summit export`` writes them."""
    folder.mkdir()
    slugs = [session.slug for session in await use.programme.sessions()]
    for file in await use.programme.export({slug: await use.relay.tokens(slug) for slug in slugs}):
        (folder / file.name).write_bytes(file.content)
    return folder


async def programme(use):
    """What people see of it: without states, holdings and who did what."""
    sessions = await use.programme.sessions()
    streams = {
        s.slug: [(one.channel, one.link) for one in await use.relay.sources(s.slug) if one.link]
        for s in sessions
    }
    documents = {s.slug: [(d.titles, d.url) for d in await use.programme.documents(s.slug)] for s in sessions}
    rows = [
        replace(s, order=0, scheduled_starts_at=s.starts_at, scheduled_ends_at=s.ends_at, run=1)
        for s in sessions
    ]
    delegations = [replace(d, order=0) for d in await use.programme.delegations()]
    return await use.programme.summit(), rows, delegations, streams, documents


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A data folder in which nothing was loaded yet."""

    async def make() -> Path:
        data = tmp_path_factory.mktemp("empty") / "data"
        async with open_folder(None, data, create=True):
            return data

    return asyncio.run(make())


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 2**32), steps=st.integers(5, 25))
def test_whatever_the_console_did_the_export_makes_the_same_programme_elsewhere(empty, seed, steps):
    async def run(folder: Path) -> None:
        choose = random.Random(seed)
        for name in ("one", "two"):
            shutil.copytree(empty, folder / name)
        async with open_folder(None, folder / "one") as use:
            await bring_in(use, read_folder(prepare(folder / "files"), use.relay.check_link))
            for _ in range(steps):
                with contextlib.suppress(StateConflict, FieldInvalid, NotFound):  # what the console refuses
                    await change(use, choose)
            files = await exported(use, folder / "out")
            before = await programme(use)
            told = await bring_in(use, read_folder(files, use.relay.check_link))
            found = told.report
            assert (found.changed, found.conflicts, found.added) == ((), (), ())

        async with open_folder(None, folder / "two") as use:
            await bring_in(use, read_folder(files, use.relay.check_link))
            assert await programme(use) == before
            again = await exported(use, folder / "again")
            assert {p.name: p.read_bytes() for p in again.iterdir()} == {
                p.name: p.read_bytes() for p in files.iterdir()
            }

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
