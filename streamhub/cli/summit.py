"""``summit new``, ``summit load`` and ``summit export``."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from streamhub.access.listing_model import Listing, SeatChange
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder, wrote
from streamhub.cli.words import counted
from streamhub.kit.errors import FileInvalid, StateConflict
from streamhub.programme.differences import FieldChange, LoadReport, RowName
from streamhub.programme.files import (
    PARTICIPANTS_FILE,
    PROGRAMME_FILE,
    SUMMIT_FILE,
    ExportedFile,
    SessionEntry,
    SummitFiles,
    redacted,
)
from streamhub.programme.loaders import read_folder
from streamhub.programme.templates import templates
from streamhub.relay.model import Loaded, NewSource, Source
from streamhub.relay.providers import token_of
from streamhub.services import Services

BY = "cli"

_MOST_NAMED = 10  # seats on one line

_A_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def summit() -> None:
    """The summit's files: begin them, load them, write them out."""


@summit.command()
@config_option
@click.argument("folder", metavar="DIR", type=_A_FOLDER)
def new(config: Path | None, data: Path, folder: Path) -> None:  # noqa: ARG001 - every command takes both
    """Write commented templates of every file into DIR."""
    _write(folder, templates(), force=False)
    click.echo(
        f"Fill in {folder / SUMMIT_FILE} and the lists beside it, then: streamhub summit load {folder}"
    )


@summit.command()
@config_option
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and store nothing.")
@click.option("--force", is_flag=True, help="Let the files win over what was edited in the console since.")
def load(config: Path | None, data: Path, path: Path, *, dry_run: bool, force: bool) -> None:
    """Load the summit's files of the folder PATH, or what has changed in them."""
    try:
        report = run(_load(config, data, path, dry_run=dry_run, force=force))
    except FileInvalid as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.exceptions.Exit(1) from None
    if report.conflicts:
        raise StateConflict(
            f"{counted(len(report.conflicts), 'field')} edited in the console since the last load: kept; "
            "--force takes what the files say"
        )


@summit.command()
@config_option
@click.argument("folder", metavar="DIR", type=_A_FOLDER)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def export(config: Path | None, data: Path, folder: Path, *, force: bool) -> None:
    """Write the summit's files, as things stand now and without people, into DIR."""
    _write(folder, run(_export(config, data)), force=force)


@dataclass(frozen=True, slots=True)
class Told:
    """What a load did, or would do: to the files' rows, and how many people are newly invited."""

    report: LoadReport
    invited: int
    absent: tuple[str, ...]


async def bring_in(use: Services, files: SummitFiles, *, force: bool = False) -> Told:
    """Store all that the files say: programme, streams, seats."""
    report = await use.programme.load(files, force=force, by=BY)
    fallback = NewSource(text=files.summit.fallback_text.get("fr"), phone=files.summit.contact_phone)
    for session in files.sessions or ():
        streams = await use.relay.load(session.slug, _tokens(session), BY, force=force)
        report = _with_streams(report, session.slug, streams)
        if fallback.text:
            await use.relay.add(session.slug, fallback, BY)
    listing = await _listing(use, files, force=force)
    await use.bulk.load(listing.people, BY)
    return _with_people(report, listing)


async def _looked_at(use: Services, files: SummitFiles, *, force: bool) -> Told:
    """What ``bring_in`` would do; nothing is stored."""
    report = await use.programme.load(files, force=force, dry_run=True)
    for session in files.sessions or ():
        streams = await use.relay.plan(session.slug, _tokens(session), BY, force=force)
        report = _with_streams(report, session.slug, streams)
    return _with_people(report, await _listing(use, files, force=force))


async def _listing(use: Services, files: SummitFiles, *, force: bool) -> Listing:
    """The people of the file; without one nothing is said of anybody."""
    if files.participants is None:
        return Listing((), new=0, changed=(), conflicts=(), absent=())
    return await use.bulk.compared(files.participants, force=force)


def _with_people(report: LoadReport, listing: Listing) -> Told:
    def told(changes: Iterable[SeatChange]) -> Iterable[FieldChange]:
        for one in changes:
            field = one.change
            yield FieldChange(PARTICIPANTS_FILE, one.seat, field.field, field.before, field.after)

    with_people = replace(
        report,
        changed=(*report.changed, *told(listing.changed)),
        conflicts=(*report.conflicts, *told(listing.conflicts)),
    )
    return Told(with_people, listing.new, listing.absent)


def _tokens(session: SessionEntry) -> list[str]:
    return [str(source) for source in session.sources]


def _with_streams(report: LoadReport, slug: str, streams: Loaded) -> LoadReport:
    """The streams of a session that was there before: new, renewed, gone from the file.

    Those that the console took away and the file still has are conflicts too.
    """
    if RowName(PROGRAMME_FILE, slug) in report.added:
        return report

    def named(source: Source) -> RowName:
        return RowName(PROGRAMME_FILE, f"{slug}: {redacted(token_of(source))}")

    def change(source: Source, before: str, after: str) -> FieldChange:
        return FieldChange(
            PROGRAMME_FILE, slug, "source_urls", before, f"{redacted(token_of(source))} {after}"
        )

    return replace(
        report,
        added=(*report.added, *map(named, streams.added)),
        changed=(*report.changed, *(change(one, "", "renewed or moved") for one in streams.changed)),
        conflicts=(
            *report.conflicts,
            *(change(one, "taken away in the console", "in the file") for one in streams.kept_away),
        ),
        gone=(*report.gone, *map(named, streams.gone)),
    )


async def _load(config: Path | None, data: Path, path: Path, *, dry_run: bool, force: bool) -> LoadReport:
    folder = path.parent if path.name == SUMMIT_FILE else path
    async with open_folder(config, data, create=True) as use:
        files = read_folder(folder, use.relay.check_link)
        if dry_run:
            told = await _looked_at(use, files, force=force)
        else:
            told = await bring_in(use, files, force=force)
            report = told.report
            await wrote(
                use,
                "summit.load",
                files.summit.slug,
                added=len(report.added),
                changed=len(report.changed),
                conflicts=len(report.conflicts),
                invited=told.invited,
            )
    _tell(told.report)
    _tell_of_people(files, told, dry_run=dry_run)
    return told.report


async def _export(config: Path | None, data: Path) -> tuple[ExportedFile, ...]:
    async with open_folder(config, data) as use:
        slugs = [session.slug for session in await use.programme.sessions()]
        return await use.programme.export({slug: await use.relay.tokens(slug) for slug in slugs})


def _write(folder: Path, files: Iterable[ExportedFile], *, force: bool) -> None:
    """Write all the files or none; raises StateConflict rather than overwrite one."""
    files = tuple(files)
    there = [file.name for file in files if (folder / file.name).exists()]
    if there and not force:
        raise StateConflict(f"{folder}: {', '.join(there)} would be overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)
        click.echo(folder / file.name)


def _tell(report: LoadReport) -> None:
    for problem in report.warnings:
        click.echo(f"warning: {problem}", err=True)
    for row in report.added:
        click.echo(f"new      {row}")
    for change in report.changed:
        click.echo(f"changed  {change}")
    for conflict in report.conflicts:
        click.echo(f"conflict {conflict} (edited in the console since; it stays)")
    for row in report.gone:
        click.echo(f"gone     {row} (no longer in the file; it stays)")
    click.echo(_summary(report))


def _summary(report: LoadReport) -> str:
    if report.nothing_new:
        return "the files say what is stored already"
    counts = (
        f"{counted(len(report.added), 'row')} new",
        f"{counted(len(report.changed), 'field')} changed",
        counted(len(report.conflicts), "conflict"),
    )
    return ", ".join(counts) + ("" if report.applied else "; nothing was stored")


def _tell_of_people(files: SummitFiles, told: Told, *, dry_run: bool) -> None:
    if told.absent:
        click.echo(
            f"{PARTICIPANTS_FILE}: {len(told.absent)} invited from a list and not in this file; they stay: "
            f"{', '.join(told.absent[:_MOST_NAMED])}{' …' if len(told.absent) > _MOST_NAMED else ''}"
        )
    if files.participants and dry_run:
        seats = counted(len(files.participants), "seat")
        click.echo(f"{PARTICIPANTS_FILE}: {seats}, {told.invited} of them to be invited")
    elif told.invited:
        new = counted(told.invited, "new invitation")
        click.echo(f"{PARTICIPANTS_FILE}: {new}; their links: streamhub invite export")
