"""``report``: the attendance report as files, the same as the server gives them."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.cli.output import unless_dash, write
from streamhub.cli.words import words_of
from streamhub.handlers.report_files import FORMATS
from streamhub.kit.audit import CLI, Act
from streamhub.kit.i18n import languages
from streamhub.kit.ids import SessionSlug
from streamhub.kit.templates import pages
from streamhub.reports.model import Report
from streamhub.services import Services
from streamhub.statistics.disclosure import Audience


class Wanted(NamedTuple):
    """One file of those asked for."""

    audience: Audience
    lang: str
    kind: str


@click.command()
@config_option
@click.option("--session", "slug", help="The session that the report is about.")
@click.option("--summit", "summit", is_flag=True, help="The report of the whole summit instead.")
@click.option(
    "--format",
    "kinds",
    required=True,
    callback=words_of(lambda: tuple(FORMATS)),
    help=f"Any of {', '.join(FORMATS)}; several with commas.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    callback=unless_dash,
    help="File to write; the part before the endings when there are several; - for the terminal.",
)
@click.option("--lang", "langs", default="fr", show_default=True, callback=words_of(languages))
@click.option(
    "--audience",
    "audiences",
    default=Audience.PUBLIC.value,
    show_default=True,
    callback=words_of(lambda: tuple(Audience)),
    help="public hides small numbers; internal is exact and not for publication.",
)
def report(
    config: Path | None,
    data: Path,
    slug: str | None,
    output: Path | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Write the attendance report of a session or of the summit."""
    if (slug is not None) == options["summit"]:
        raise click.UsageError("name one session with --session, or say --summit")
    wanted = [
        Wanted(Audience(audience), lang, kind)
        for audience, lang, kind in product(options["audiences"], options["langs"], options["kinds"])
    ]
    if output is None and len(wanted) > 1:
        raise click.UsageError("only one report fits on the terminal: name a file with -o")
    subject = None if slug is None else SessionSlug(slug)
    contents = run(_contents(config, data, subject, wanted))
    for file, content in zip(_files(output, wanted), contents, strict=True):
        write(content, file)
        if file is not None:
            click.echo(str(file), err=True)


async def _contents(
    config: Path | None, data: Path, slug: SessionSlug | None, wanted: Sequence[Wanted]
) -> list[bytes]:
    async with open_folder(config, data) as use:
        return [FORMATS[one.kind].render(await _report(use, slug, one), pages()) for one in wanted]


async def _report(use: Services, slug: SessionSlug | None, one: Wanted) -> Report:
    if one.audience is Audience.INTERNAL:
        await use.audit.shown(Act(by=CLI, action="figures.internal", target=slug or ""))
    if slug is None:
        return await use.reports.summit_report(one.audience, one.lang)
    return await use.reports.session_report(slug, one.audience, one.lang)


def _files(output: Path | None, wanted: Sequence[Wanted]) -> Iterator[Path | None]:
    """The file of each: the one named, or that with what tells it from the others."""
    if output is None or len(wanted) == 1:
        yield output
        return
    base = output.with_suffix("") if output.suffix.removeprefix(".") in FORMATS else output
    for one in wanted:
        told = [word for i, word in enumerate(one[:2]) if len({other[i] for other in wanted}) > 1]
        yield base.with_name(".".join((base.name, *told, one.kind)))
