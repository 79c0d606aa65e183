"""A data folder with one session that is live now and its people, made by the product's own use cases.

``python -m benchmarks.summit FOLDER PEOPLE`` is what ``prepared`` runs in a process of its own.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from benchmarks.build import CACHE, ENVIRONMENT, ROOT, BuildFailed
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import Role
from streamhub.cli.folder import open_folder
from streamhub.cli.summit import bring_in
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.loaders import read_folder
from streamhub.services import Services

SLUG = "main"
ISSUER = "https://bench.invalid"
DELEGATIONS = 27
ONE_ORDER = 500
MODERATORS = 4
STAGES = ("access", "programme", "migrations", "kit")  # what a stored folder depends on

SUMMIT = 'slug = "bench"\ntitle_fr = "Banc de test"\ntimezone = "UTC"\n'
LINKS = "https://youtu.be/aaaaaaaaaaa https://youtu.be/bbbbbbbbbbb"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was prepared: copy ``data`` for each server."""

    path: Path
    moderators: tuple[str, ...]
    communications: str
    key: str
    sources: tuple[str, ...]

    @property
    def tokens(self) -> Path:
        """A token of a delegate on each line."""
        return self.path / "tokens"

    def copy(self, to: Path) -> Path:
        """A data folder of its own for one server."""
        shutil.copytree(self.path / "data", to)
        return to


def prepared(people: int) -> Folder:
    """A folder for so many delegates; kept for the day, until the code that makes it changes."""
    name = f"summit-{people}-{_today()}-{_digest()}"
    path = CACHE / name
    if not (path / "staff.json").exists():
        print(f"inviting {people:,} people …", flush=True)
        for old in CACHE.glob(f"summit-{people}-*"):
            shutil.rmtree(old)
        environment = ENVIRONMENT | {"STREAMHUB_ISSUER": ISSUER, "STREAMHUB_PUBLIC_URL": ISSUER}
        command = [sys.executable, "-m", "benchmarks.summit", str(path), str(people)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildFailed(done.stderr[-2000:])
    staff = json.loads((path / "staff.json").read_text())
    return Folder(
        path, tuple(staff["moderators"]), staff["communications"], staff["key"], tuple(staff["sources"])
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _digest() -> str:
    made = hashlib.sha256(Path(__file__).read_bytes())
    for stage in STAGES:
        for file in sorted((ROOT / "streamhub" / stage).rglob("*.py")):
            made.update(file.read_bytes())
    return made.hexdigest()[:12]


async def _make(path: Path, people: int) -> None:
    files = path / "files"
    _write(files)
    async with open_folder(None, path / "data", create=True) as use:
        await bring_in(use, read_folder(files, use.relay.check_link))
        await use.programme.settle()
        tokens = [invited.token for invited in await _invite(use, people)]
        moderators = await use.access.issue(InvitationOrder(role=Role.MODERATOR, count=MODERATORS), "bench")
        [writer] = await use.access.issue(InvitationOrder(role=Role.COMMUNICATIONS), "bench")
        [key] = (await use.access.jwks()).keys
        sources = await use.relay.sources(SessionSlug(SLUG))
    (path / "tokens").write_text("\n".join(tokens) + "\n")
    staff = {
        "moderators": [invited.token for invited in moderators],
        "communications": writer.token,
        "key": msgspec.json.encode(key).decode(),
        "sources": [source.id for source in sources if source.provider == "youtube"],
    }
    (path / "staff.json").write_text(json.dumps(staff))


def _write(files: Path) -> None:
    files.mkdir(parents=True)
    (files / "summit.toml").write_text(SUMMIT)
    (files / "programme.csv").write_text(
        "slug,date,start,end,kind,venue,title_fr,source_urls\n"
        f"{SLUG},{_today()},00:00,23:59,plenary,Hall,Séance,{LINKS}\n"
    )
    rows = [f"D{i:02d},Délégation {i},country,BE\n" for i in range(DELEGATIONS)]
    (files / "delegations.csv").write_text("code,name_fr,kind,country\n" + "".join(rows))


async def _invite(use: Services, people: int) -> list[IssuedInvitation]:
    invited: list[IssuedInvitation] = []
    while len(invited) < people:
        code = DelegationCode(f"D{len(invited) // ONE_ORDER % DELEGATIONS:02d}")
        count = min(ONE_ORDER, people - len(invited))
        order = InvitationOrder(role=Role.DELEGATE, delegation=code, count=count)
        invited.extend(await use.access.issue(order, "bench"))
    return invited


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(_make(Path(sys.argv[1]), int(sys.argv[2])))
