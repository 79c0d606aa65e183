"""``import``: lists that others kept, into the ledger and out of it again."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from streamhub.attendance.imports_model import (
    Import,
    ImportKind,
    ImportPreview,
    ImportState,
    Upload,
    ZoomOrder,
)
from streamhub.attendance.zoom_times import DateOrder
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder, wrote
from streamhub.cli.words import counted
from streamhub.kit.clock import rfc3339
from streamhub.kit.ids import ImportId, SessionSlug
from streamhub.programme.local_time import parse_day

BY = "cli"


@click.group(name="import")
def import_() -> None:
    """Import attendance that others recorded, and take an import back."""


def _day(_context: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else parse_day(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _orders(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[DateOrder, ...]:
    try:
        return tuple(DateOrder(word.strip().lower()) for word in text.split(",")) if text else ()
    except ValueError:
        raise click.BadParameter("mdy, dmy or ymd, the likeliest first") from None


@import_.command(name=ImportKind.ZOOM_PARTICIPANTS)
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--session", "sessions", multiple=True, help="Session that the meeting was; repeat for several."
)
@click.option("--day", callback=_day, help="All sessions of this day (2021-11-04) instead.")
@click.option("--timezone", required=True, help="Time zone of the Zoom portal, such as Europe/Paris.")
@click.option("--date-order", "date_orders", callback=_orders, help="mdy, dmy or ymd, the likeliest first.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
def zoom_participants(config: Path | None, data: Path, file: Path, **options: Any) -> None:  # noqa: ANN401
    """Import the participant list of a Zoom meeting (CSV, a line per connection)."""
    sessions = tuple(SessionSlug(slug) for slug in options["sessions"])
    if bool(sessions) == (options["day"] is not None):
        raise click.UsageError("name the sessions with --session, or the day with --day")
    order = ZoomOrder(
        timezone=options["timezone"],
        sessions=sessions,
        day=options["day"],
        date_orders=options["date_orders"],
    )
    upload = Upload(file.name, file.read_bytes())
    run(_import(config, data, upload, order, dry_run=options["dry_run"]))


async def _import(
    config: Path | None, data: Path, upload: Upload, order: ZoomOrder, *, dry_run: bool
) -> None:
    async with open_folder(config, data) as use:
        await use.statistics.check_open()
        previewed = await use.imports.preview(ImportKind.ZOOM_PARTICIPANTS, upload, order, BY)
        settle = use.imports.undo if dry_run else use.imports.apply
        done = await settle(previewed.asked.id, BY)
        if not dry_run:
            await wrote(use, "import.apply", done.id, stays=done.counts.stays)
    for problem in previewed.problems:
        click.echo(f"left out: {problem}", err=True)
    click.echo(_summary(previewed, done))


def _summary(previewed: ImportPreview, done: Import) -> str:
    asked, counts = previewed.asked, previewed.asked.counts
    lines = [
        f"{asked.file} into {', '.join(asked.sessions)} ({asked.timezone}, dates {asked.date_order})",
        f"  {counted(counts.rows, 'row')}, {counts.outside} of them outside the sessions",
        f"  {counts.waiting_room} more in the waiting room, {counted(counts.problems, 'line')} left out",
        f"  {counts.people} people in the sessions: {counts.matched} recognised, {counts.unmatched} not",
    ]
    if done.state is ImportState.APPLIED:
        lines.append(f"  {counted(done.counts.stays, 'stay')} added, there already: {done.counts.already}")
        lines.append(f"take it back: streamhub import undo {done.id}")
    else:
        lines.append(f"  {counted(counts.stays, 'stay')} would be added, there already: {counts.already}")
        lines.append("nothing was imported: --dry-run")
    return "\n".join(lines)


@import_.command()
@config_option
@click.argument("import_id")
def undo(config: Path | None, data: Path, import_id: str) -> None:
    """Take an import back: its stays leave the ledger's figures."""
    undone = run(_undo(config, data, ImportId(import_id)))
    click.echo(f"{undone.id}: {undone.file} taken back from {', '.join(undone.sessions)}")


async def _undo(config: Path | None, data: Path, import_id: ImportId) -> Import:
    async with open_folder(config, data) as use:
        await use.statistics.check_open()
        undone = await use.imports.undo(import_id, BY)
        await wrote(use, "import.undo", import_id)
        return undone


@import_.command(name="list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def list_(config: Path | None, data: Path, *, as_json: bool) -> None:
    """List the imports, the newest first."""
    found = run(_list(config, data))
    if as_json:
        click.echo(json.dumps([_row(one) for one in found]))
    for one in () if as_json else found:
        row = _row(one)
        click.echo(f"{one.id}  {row['at']}  {one.state:<8}  {one.counts.stays:>6} stays  {one.file}")


async def _list(config: Path | None, data: Path) -> Sequence[Import]:
    async with open_folder(config, data) as use:
        return await use.imports.imports()


def _row(one: Import) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "file": one.file,
        "sessions": one.sessions,
        "at": rfc3339(one.applied_at or one.created_at),
        "people": one.counts.people,
        "stays": one.counts.stays,
    }
