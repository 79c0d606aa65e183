"""``demo``: the example summit, moved to now, with one link for each role."""

import asyncio
import json
import shutil
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click

from streamhub import composition
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.cli import config_option, demo_crowd
from streamhub.cli.demo_history import invent_history
from streamhub.cli.demo_stand_ins import StandIns, stand_ins
from streamhub.cli.folder import settings_of
from streamhub.cli.serve import run_server
from streamhub.cli.summit import bring_in
from streamhub.kit import log
from streamhub.kit.assets import example_folder
from streamhub.kit.clock import MINUTE, SystemClock
from streamhub.kit.errors import StateConflict
from streamhub.kit.folder import MARK, DataFolder
from streamhub.kit.settings import Settings
from streamhub.programme.files import SessionEntry, SummitFiles
from streamhub.programme.loaders import read_folder
from streamhub.programme.rebase import moved_to
from streamhub.relay.link_model import Provider
from streamhub.relay.model import NewSource
from streamhub.relay.providers import token_of
from streamhub.server import addressed, bind, prepare
from streamhub.services import Services

LEFT_MINUTES = 40
"""The live session goes on so long: the next one's doors open in a few minutes."""

BY = "cli"


@click.command()
@partial(config_option, data="demo-data")  # never the folder of a real summit by mistake
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--simulate", default=0, type=click.IntRange(0, 2_000), help="So many pretend delegates come as well."
)
@click.option(
    "--stand-ins",
    "with_stand_ins",
    is_flag=True,
    help="With YouTube, Facebook, PeerTube and Zoom as local servers (in a checkout).",
)
@click.option("--json", "as_json", is_flag=True, help="The links as one line of JSON.")
def demo(config: Path | None, data: Path, port: int, **options: Any) -> None:  # noqa: ANN401
    """Load the example summit as if it took place now, print one link per role, serve it."""
    if options["with_stand_ins"] and config is not None:
        raise click.UsageError("--stand-ins brings settings of its own: not with --config")
    folder = _empty(DataFolder(data))
    folder.lock()
    try:
        with ExitStack() as beside:
            local = beside.enter_context(stand_ins(folder)) if options["with_stand_ins"] else None
            _run(folder, local.config if local else config, port, local, options)
    finally:
        folder.unlock()


def _run(
    folder: DataFolder, config: Path | None, port: int, local: StandIns | None, options: dict[str, Any]
) -> None:
    sock = bind("127.0.0.1", port)
    prepare(folder)
    host, chosen = sock.getsockname()[:2]
    settings = addressed(settings_of(config, folder), host, chosen)
    log.configure("warning")
    links, crowd = asyncio.run(_load(folder, settings, options["simulate"]))

    def before_ready(use: Services) -> None:
        _announce(use, links, folder.path, local, as_json=options["as_json"])
        url = use.settings.public_url
        if crowd.people:
            use.tasks.once("pretend delegates", demo_crowd.simulate(url, crowd.session, crowd.people))
        if local:
            local.begin(url)

    run_server(folder, config, sock, before_ready=before_ready)


def _empty(folder: DataFolder) -> DataFolder:
    """An empty demonstration folder; raises StateConflict for one that holds something else."""
    mark = folder.path / MARK
    if folder.path.exists() and any(folder.path.iterdir()):
        if not mark.exists():
            raise StateConflict(f"{folder.path}: not empty and no demonstration; choose another --data")
        shutil.rmtree(folder.path)
    folder.create()
    mark.touch()
    return folder


async def _load(
    folder: DataFolder, settings: Settings, pretend: int
) -> tuple[list[IssuedInvitation], demo_crowd.Invited]:
    use = await composition.build(folder, settings, SystemClock())
    try:
        files = read_folder(example_folder(), use.relay.check_link)
        main = main_session(files)
        length = (main.ends_at - main.starts_at) // MINUTE
        await load_example(use, moved_to(files, use.clock.now(), main.slug, length - LEFT_MINUTES))
        for account in use.zoom_accounts:
            await _owned(use, account.name)
        links = [await _link(use, role) for role in Role]
        return links, demo_crowd.Invited(main.slug, await demo_crowd.invited(use, pretend, BY))
    finally:
        await use.close()


def main_session(files: SummitFiles) -> SessionEntry:
    """The session to be live in a demonstration: the one with the most streams."""
    return max(files.sessions or (), key=lambda session: len(session.sources))


async def load_example(use: Services, files: SummitFiles) -> None:
    """Store the moved summit, its streams and seats, and what happened in it so far."""
    await bring_in(use, files)
    await use.programme.settle()
    await invent_history(use)


async def _owned(use: Services, account: str) -> None:
    """Every Zoom meeting of the example belongs to this account."""
    for session in await use.programme.sessions():
        for source in await use.relay.sources(session.slug):
            if source.provider is Provider.ZOOM:
                await use.relay.add(session.slug, NewSource(url=token_of(source), account=account), BY)


async def _link(use: Services, role: Role) -> IssuedInvitation:
    delegations = await use.programme.delegations()
    code = delegations[1 % len(delegations)].code if role in NEEDS_DELEGATION else None
    [issued] = await use.access.issue(InvitationOrder(role=role, delegation=code), BY)
    return issued


def _announce(
    use: Services, links: list[IssuedInvitation], data: Path, local: StandIns | None, *, as_json: bool
) -> None:
    url = use.settings.public_url
    if as_json:
        click.echo(json.dumps({"url": url, "data": str(data), "links": [_row(i) for i in links]}))
    else:
        click.echo(_welcome(url, links) + (_beside(local, data) if local else "") + _STOP.format(data=data))


def _row(issued: IssuedInvitation) -> dict[str, Any]:
    invitation = issued.invitation
    return {
        "role": invitation.role,
        "participant": invitation.participant,
        "invitation": invitation.id,
        "delegation": invitation.delegation,
        "link": issued.link,
        "token": issued.token,
    }


_TRY = """
What to try first
  1. Open the delegate's link: one button, then the session that is live now. The page says since when
     you are counted.
  2. Open the moderator's link in a private window: the wall shows that delegate within a second.
  3. Open the delegate's link a second time, in another tab: the count stays the same.
  4. Open the desk's link and check somebody in: the wall counts that person in the hall.
  5. On the wall, switch the stream: the delegate's page changes without reloading.
  6. Open the link of communications: the figures of the sessions that are over, as page, CSV and JSON.
"""
_STOP = """
Stop with Ctrl+C. The same data again, without starting anew: streamhub serve --data {data}
"""


_BESIDE = """With YouTube, Facebook, PeerTube and Zoom as local servers:
  7. Open the figures of the live session: the platforms' viewers come in every half minute.
  8. People come and go in the Zoom meeting {number}: the wall knows them by the link that each was given;
     the delegate has one too.
  9. Paste one of these links on the wall:
{paste}
 10. Every credential tried: streamhub doctor --config {config} --data {data}
"""


def _beside(local: StandIns, data: Path) -> str:
    paste = "\n".join(f"       {link}  ({what})" for link, what in local.paste.items())
    return _BESIDE.format(number=local.number, paste=paste, config=local.config, data=data)


def _welcome(url: str, links: list[IssuedInvitation]) -> str:
    width = max(len(i.invitation.role) for i in links)
    rows = [f"  {i.invitation.role:<{width}}  {i.link}" for i in links]
    return "\n".join([f"The programme: {url}/", "One link per role:", *rows, _TRY])
