"""``privacy``: the record of processing, access and erasure for one person, and the run of every day."""

import json
from pathlib import Path

import click
import msgspec

from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder, settings_of, wrote
from streamhub.cli.output import unless_dash, write
from streamhub.cli.words import counted, words_of
from streamhub.handlers.api_me import export_answer
from streamhub.kit.audit import CLI
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import NotConfigured
from streamhub.kit.folder import DataFolder
from streamhub.kit.i18n import languages
from streamhub.kit.ids import ParticipantId
from streamhub.privacy.document import markdown
from streamhub.privacy.model import Erased, Export, RetentionReport
from streamhub.privacy.service import Asker
from streamhub.programme.model import Summit


@click.group()
def privacy() -> None:
    """What is recorded of people: the record, one person's data, erasing, retention."""


@privacy.command()
@config_option
@click.option(
    "--lang", "langs", default="fr", show_default=True, callback=words_of(languages), help="fr, en or both."
)
def doc(config: Path | None, data: Path, langs: tuple[str, ...]) -> None:
    """Print the record of processing (Markdown), made from settings and schema."""
    settings = settings_of(config, DataFolder(data))
    summit = run(_summit(config, data)) if DataFolder(data).database.exists() else None
    for lang in langs:
        click.echo(markdown(summit, settings, lang))


@privacy.command()
@config_option
@click.argument("participant")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def erase(config: Path | None, data: Path, participant: str, *, as_json: bool) -> None:
    """Erase PARTICIPANT: name and link go, the pseudonym is drawn anew, no figure changes."""
    done = run(_erase(config, data, ParticipantId(participant)))
    if as_json:
        row = {"erased_at": rfc3339(done.at), "name_erased": done.named, "stays_kept": done.stays}
        click.echo(json.dumps(row))
        return
    name = "name and address erased" if done.named else "no name was kept"
    click.echo(
        f"erased: {name}; the link opens nothing; {counted(done.stays, 'stay')} kept under a new pseudonym"
    )


@privacy.command()
@config_option
@click.argument("participant")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=unless_dash,
    help="File; else, and for -, standard output.",
)
def export(config: Path | None, data: Path, participant: str, output: Path | None) -> None:
    """Write everything that is recorded of PARTICIPANT, as JSON."""
    found = run(_export(config, data, ParticipantId(participant)))
    content = msgspec.json.format(msgspec.json.encode(export_answer(found)), indent=2)
    write(content + b"\n", output, private=True)


@privacy.command("run")
@config_option
@click.option("--dry-run", is_flag=True, help="Say what would go, and erase nothing.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def run_(config: Path | None, data: Path, *, dry_run: bool, as_json: bool) -> None:
    """Erase what is over its time, as the server does every day."""
    report = run(_run(config, data, dry_run=dry_run))
    if as_json:
        click.echo(json.dumps(_row(report, dry_run=dry_run)))
        return
    _tell("names and addresses", report.identities_until, report.at)
    _tell("single stays", report.stays_until, report.at)
    word = "would go" if dry_run else "erased"
    if report.figures_kept:
        sessions = counted(report.figures_kept, "session")
        click.echo(f"figures of {sessions} and of the summit {'would be ' * dry_run}kept")
    for one in report.dropped:
        click.echo(f"{one.table:<22} {one.rows:>8} rows {word}")
    if report.nothing:
        click.echo("nothing is over its time")


def _tell(what: str, until: int | None, now: int) -> None:
    if until is None:
        click.echo(f"{what}: kept, the summit has no last day yet")
    else:
        click.echo(f"{what}: {'over since' if until <= now else 'kept until'} {rfc3339(until)}")


def _row(report: RetentionReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "at": rfc3339(report.at),
        "dry_run": dry_run,
        "identities_until": None if report.identities_until is None else rfc3339(report.identities_until),
        "stays_until": None if report.stays_until is None else rfc3339(report.stays_until),
        "figures_kept": report.figures_kept,
        "dropped": {one.table: one.rows for one in report.dropped},
    }


async def _summit(config: Path | None, data: Path) -> Summit | None:
    async with open_folder(config, data) as use:
        try:
            return await use.programme.summit()
        except NotConfigured:
            return None


async def _erase(config: Path | None, data: Path, participant: ParticipantId) -> Erased:
    async with open_folder(config, data) as use:
        return await use.privacy.erase(participant, Asker(CLI))


async def _export(config: Path | None, data: Path, participant: ParticipantId) -> Export:
    async with open_folder(config, data) as use:
        found = await use.privacy.export(participant)
        await wrote(use, "person.export", participant)
        return found


async def _run(config: Path | None, data: Path, *, dry_run: bool) -> RetentionReport:
    async with open_folder(config, data) as use:
        return await use.retention.planned() if dry_run else await use.retention.run(CLI)
