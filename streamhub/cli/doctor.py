"""``doctor``: is everything ready for the summit, and does the ledger add up."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from streamhub.access.mail_smtp import Post
from streamhub.access.roles import MODERATION
from streamhub.audience.sample_model import Fault
from streamhub.cli import config_option, run
from streamhub.cli.doctor_zoom import zoom_findings
from streamhub.cli.finding import Finding
from streamhub.cli.folder import open_folder
from streamhub.cli.words import counted
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import MailUnavailable, NotConfigured
from streamhub.programme.model import SessionState
from streamhub.services import Services


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
    async for finding in _platforms(use):
        yield finding
    async for finding in zoom_findings(use):
        yield finding
    if use.settings.smtp_host:
        yield await _mail(use)
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
    yield Finding(counted(len(sessions), "session"), "" if sessions else "load a programme.csv")
    for session in sessions:
        if session.state is SessionState.ENDED:
            continue
        sources = await use.relay.sources(session.slug)
        yield Finding(
            f"session {session.slug}: {counted(len(sources), 'source')}",
            "" if sources else "add a stream, or a text with a telephone number",
        )


MENDS = {
    Fault.KEY_REFUSED: "the key or token is refused: make a new one and set it",
    Fault.RIGHT_MISSING: "the key may not read these figures: give it the right (docs/operations.md)",
    Fault.QUOTA: "today's quota is used up: it begins anew at midnight in California",
    Fault.THROTTLED: "the platform asks for patience: try again in some minutes",
    Fault.REFUSED: "the platform refuses: look at the settings of the app that the key belongs to",
    Fault.UNAVAILABLE: "the platform is down: try again later",
    Fault.UNREACHABLE: "the platform cannot be reached from here: look at firewall and DNS",
    Fault.SLOW: "the platform does not answer in time: try again later",
    Fault.TOO_LARGE: "the platform answers something other than figures",
    Fault.RUBBISH: "the platform answers something other than figures",
}


async def _platforms(use: Services) -> AsyncIterator[Finding]:
    """Each credential is tried for real."""
    for platform in use.sampler.platforms:
        fault, missing = await use.sampler.check(platform)
        yield Finding(f"counts of {platform} can be read", MENDS[fault] if fault else "")
        for video in sorted(missing):
            yield Finding(f"{platform} shows {video.id}", "no public video of this id: look at its link")


async def _mail(use: Services) -> Finding:
    """The mail server takes our login and our sender; nobody gets a letter."""
    what = f"mail through {use.settings.smtp_host}"
    try:
        await Post(use.settings).try_out()
    except MailUnavailable as error:
        return Finding(what, f"{error}: look at the settings smtp_…")
    return Finding(what)


async def _compare(use: Services) -> Finding:
    found = await use.attendance.compare()
    what = f"ledger: {found.events} events amount to {found.stays} stays"
    if not found.missing and not found.surplus:
        return Finding(what)
    return Finding(what, f"stays missing: {len(found.missing)}, too many: {len(found.surplus)}")
