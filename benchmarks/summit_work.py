"""The product's own use cases fill a data folder: ``summit_work FOLDER PEOPLE``, for ``summit.prepared``."""

import asyncio
import json
import os
import sys
from datetime import date
from pathlib import Path

import msgspec

from benchmarks.summit import SLUG, today
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import Role
from streamhub.cli.folder import open_folder
from streamhub.cli.summit import bring_in
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.loaders import read_folder
from streamhub.services import Services

DELEGATIONS = 27
ONE_ORDER = 500
MODERATORS = 4
SUMMIT = 'slug = "bench"\ntitle_fr = "Banc de test"\ntimezone = "UTC"\n'
LINKS = "https://youtu.be/aaaaaaaaaaa https://youtu.be/bbbbbbbbbbb"


async def _make(path: Path, people: int) -> None:
    files = path / "files"
    write_files(files, today(), "23:59")
    async with open_folder(None, path / "data", create=True) as use:
        await bring_in(use, read_folder(files, use.relay.check_link))
        await use.programme.settle()
        tokens = [invited.token for invited in await invite(use, people)]
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


def write_files(files: Path, day: date, end: str) -> None:
    """A summit with one session that begins at midnight (UTC)."""
    files.mkdir(parents=True)
    (files / "summit.toml").write_text(SUMMIT)
    (files / "programme.csv").write_text(
        "slug,date,start,end,kind,venue,title_fr,source_urls\n"
        f"{SLUG},{day},00:00,{end},plenary,Hall,Séance,{LINKS}\n"
    )
    rows = [f"D{i:02d},Délégation {i},country,BE\n" for i in range(DELEGATIONS)]
    (files / "delegations.csv").write_text("code,name_fr,kind,country\n" + "".join(rows))


async def invite(use: Services, people: int) -> list[IssuedInvitation]:
    """Delegates of every delegation in turn."""
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
