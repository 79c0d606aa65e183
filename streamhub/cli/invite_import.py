"""``invite import``: people of any registration platform, previewed and taken over."""

from collections.abc import Iterable
from pathlib import Path

import click

from streamhub.access.bulk_columns import UNUSED, Field
from streamhub.access.bulk_model import Outcome, Planned, Preview, Upload
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.cli.words import counted
from streamhub.kit.audit import CLI, Act
from streamhub.kit.errors import FileInvalid

_FIELDS = ", ".join(Field)
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_WIDEST = 40  # characters of a sample


def _pairs(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``left=right``, split at the last ``=``: a header may hold one."""
    pairs = {}
    for text in given:
        left, sign, right = text.rpartition("=")
        if not sign or not left.strip():
            raise click.BadParameter(f"{text!r} is not of the form left=right")
        pairs[left.strip()] = right.strip()
    return pairs


def _constants(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``field=value``: no field holds an ``=``, a value may."""
    turned = tuple("=".join(text.partition("=")[::-2]) if "=" in text else text for text in given)
    return {field: value for value, field in _pairs(context, parameter, turned).items()}


@click.command(name="import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=FIELD",
    help=f"What a column of the file means: {_FIELDS}, or {UNUSED} for nothing. Repeat for several;"
    " the others are guessed from their headers.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    callback=_constants,
    metavar="FIELD=VALUE",
    help="What holds for every row, such as role=press.",
)
@click.option("--dry-run", is_flag=True, help="Show how the file is understood, and store nothing.")
def import_people(
    config: Path | None,
    data: Path,
    file: Path,
    *,
    columns: dict[str, str],
    constants: dict[str, str],
    dry_run: bool,
) -> None:
    """Invite the people of a registration platform's CSV, or take over what has changed in it.

    Known are people by their id there, else by their e-mail address. Links stay good. With
    any error nothing is stored.
    """
    upload = Upload(file.name, file.read_bytes(), columns, constants)
    try:
        preview = run(_import(config, data, upload, dry_run=dry_run))
    except FileInvalid as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        click.echo(f"{counted(len(error.problems), 'problem')}; nothing was stored", err=True)
        raise click.exceptions.Exit(1) from None
    click.echo("\n".join(_lines(preview, dry_run=dry_run)))


async def _import(config: Path | None, data: Path, upload: Upload, *, dry_run: bool) -> Preview:
    async with open_folder(config, data) as use:
        looked = await use.bulk.preview(upload)
        if dry_run:
            return looked
        click.echo(f"{len(looked.people)} people understood, storing them", err=True)
        preview = await use.bulk.take_over(upload, CLI)
        counts = tuple((outcome.value, preview.count(outcome)) for outcome in Outcome)
        await use.audit.write(Act(by=CLI, action="participant.import", detail=counts))
        return preview


def _lines(preview: Preview, *, dry_run: bool) -> Iterable[str]:
    table = preview.table
    yield f"{table.file}: {counted(len(table.rows), 'row')}, {_DELIMITERS[table.delimiter]}, {table.encoding}"
    yield from _columns(preview)
    for one in preview.people:
        yield from _person(one)
    counts = ", ".join(f"{preview.count(outcome)} {outcome}" for outcome in Outcome)
    yield f"{len(preview.people)} people: {counts}"
    if dry_run:
        yield "nothing was stored: --dry-run"
    elif preview.count(Outcome.NEW):
        yield "their links: streamhub invite send, or streamhub invite export"


def _columns(preview: Preview) -> Iterable[str]:
    """The mapping with the first values of each column."""
    columns = preview.reading.columns
    width = max(len(column.name) for column in columns)
    for column in columns:
        samples = " | ".join(_short(sample) for sample in column.samples)
        yield f"  {column.name:<{width}}  {column.field or UNUSED:<11}  {samples}".rstrip()
    for field, value in preview.reading.constants:
        yield f"  {'':<{width}}  {field:<11}  {value} (every row)"


def _person(one: Planned) -> Iterable[str]:
    new = one.listed.new
    if one.known is None:
        words = (new.delegation, new.role, one.listed.name or new.label)
        yield f"new        line {one.line}: {' '.join(words)}".rstrip()
        return
    if one.outcome is Outcome.CHANGED:
        gone = "" if one.known.invitation.revoked_at is None else " (revoked, and stays so)"
        yield f"changed    line {one.line}: {one.known.invitation.seat}{gone}"
    for change in one.changes:
        yield f"           {change.field}: {change.before!r} becomes {change.after!r}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
