"""``doctor``: is everything ready for the summit, and does the ledger add up."""

import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import click

from streamhub.access.roles import MODERATION
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import NotConfigured
from streamhub.programme.model import SessionState
from streamhub.services import Services


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``mend`` is empty where it is good."""

    what: str
    mend: str = ""


@click.command()
@config_option
@click.option("--rebuild", is_flag=True, help="Rebuild every stay from the ledger and compare.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def doctor(config: Path | None, data: Path, *, rebuild: bool, as_json: bool) -> None:
    """Say whether everything is ready for the summit, and what to mend."""
    findings = run(_examine(config, data, rebuild=rebuild))
    ready = all(not finding.mend for finding in findings)
    if as_json:
        rows = [{"what": f.what, "good": not f.mend, "mend": f.mend} for f in findings]
        click.echo(json.dumps({"ready": ready, "findings": rows}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'to mend' if finding.mend else 'good':<8}  {finding.what}")
            if finding.mend:
                click.echo(f"{'':<8}  -> {finding.mend}")
        click.echo(f"ready for the summit: {'yes' if ready else 'no'}")
    if not ready:
        sys.exit(1)


async def _examine(config: Path | None, data: Path, *, rebuild: bool) -> list[Finding]:
    async with open_folder(config, data) as use:
        findings = [finding async for finding in _findings(use)]
        if rebuild:
            findings.append(await _compare(use))
        return findings


async def _findings(use: Services) -> AsyncIterator[Finding]:
    yield await _clock(use)
    try:
        summit = await use.programme.summit()
    except NotConfigured as error:
        yield Finding("summit", str(error))
        return
    yield Finding(f"summit: {summit.titles.get('fr')}")
    async for finding in _sessions(use):
        yield finding
    roles = {person.role for person in await use.access.participants() if person.invited}
    steer = "streamhub invite issue --role moderator"
    yield Finding("somebody can moderate", "" if roles & MODERATION else steer)
    public = use.settings.public_url.startswith("https:")
    yield Finding(
        f"public address: {use.settings.public_url}",
        "" if public else "people outside this machine need https: set public_url",
    )


async def _clock(use: Services) -> Finding:
    behind = await use.attendance.last_instant() - SystemClock().now()
    mend = "mend this machine's clock: it is before the last stored instant" if behind > 1_000 else ""  # noqa: PLR2004
    return Finding("clock", mend)


async def _sessions(use: Services) -> AsyncIterator[Finding]:
    sessions = await use.programme.sessions()
    yield Finding(f"{len(sessions)} sessions", "" if sessions else "load a programme.csv")
    for session in sessions:
        if session.state is SessionState.ENDED:
            continue
        sources = await use.relay.sources(session.slug)
        yield Finding(
            f"session {session.slug}: {len(sources)} sources",
            "" if sources else "add a stream, or a text with a telephone number",
        )


async def _compare(use: Services) -> Finding:
    found = await use.attendance.compare()
    what = f"ledger: {found.events} events amount to {found.stays} stays"
    if not found.missing and not found.surplus:
        return Finding(what)
    return Finding(what, f"{len(found.missing)} stays are missing and {len(found.surplus)} are too many")
