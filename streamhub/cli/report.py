"""``report``: the attendance report as files, the same as the server gives them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.handlers.report_files import FORMATS
from streamhub.kit.audit import CLI, Act
from streamhub.kit.i18n import languages
from streamhub.kit.ids import SessionSlug
from streamhub.kit.templates import pages
from streamhub.reports.model import Report
from streamhub.services import Services
from streamhub.statistics.disclosure import Audience

STDOUT = Path("-")

Words = Callable[[click.Context, click.Parameter, str], tuple[str, ...]]


class Wanted(NamedTuple):
    """One file of those asked for."""

    audience: Audience
    lang: str
    kind: str


class Made(NamedTuple):
    """One report as a file."""

    file: Path
    content: bytes


def _words(known: Callable[[], Sequence[str]]) -> Words:
    """Read a comma-separated list of known words; a wrong one is wrong usage."""

    def read(_context: click.Context, _parameter: click.Parameter, text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip().lower() for word in text.split(",")))
        wrong = [word for word in words if word not in known()]
        if wrong:
            raise click.BadParameter(f"{wrong[0]!r} is none of: {', '.join(known())}")
        return words

    return read


@click.command()
@config_option
@click.option("--session", "slug", help="The session that the report is about.")
@click.option("--summit", "summit", is_flag=True, help="The report of the whole summit instead.")
@click.option(
    "--format",
    "kinds",
    required=True,
    callback=_words(lambda: tuple(FORMATS)),
    help=f"Any of {', '.join(FORMATS)}; several with commas.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; the part before the endings when there are several; - for the terminal.",
)
@click.option("--lang", "langs", default="fr", show_default=True, callback=_words(languages))
@click.option(
    "--audience",
    "audiences",
    default=Audience.PUBLIC.value,
    show_default=True,
    callback=_words(lambda: tuple(Audience)),
    help="public hides small numbers; internal is exact and not for publication.",
)
def report(config: Path | None, data: Path, slug: str | None, output: Path, **options: Any) -> None:  # noqa: ANN401
    """Write the attendance report of a session or of the summit."""
    if (slug is not None) == options["summit"]:
        raise click.UsageError("name one session with --session, or say --summit")
    wanted = [
        Wanted(Audience(audience), lang, kind)
        for audience, lang, kind in product(options["audiences"], options["langs"], options["kinds"])
    ]
    if output == STDOUT and len(wanted) > 1:
        raise click.UsageError("only one report fits on the terminal: name a file with -o")
    subject = None if slug is None else SessionSlug(slug)
    for made in run(_made(config, data, subject, wanted, output)):
        _write(made)


async def _made(
    config: Path | None, data: Path, slug: SessionSlug | None, wanted: Sequence[Wanted], output: Path
) -> list[Made]:
    files = tuple(_files(output, wanted))
    async with open_folder(config, data) as use:
        return [
            Made(file, FORMATS[one.kind].render(await _report(use, slug, one), pages()))
            for file, one in zip(files, wanted, strict=True)
        ]


async def _report(use: Services, slug: SessionSlug | None, one: Wanted) -> Report:
    if one.audience is Audience.INTERNAL:
        await use.audit.shown(Act(by=CLI, action="figures.internal", target=slug or ""))
    if slug is None:
        return await use.reports.summit_report(one.audience, one.lang)
    return await use.reports.session_report(slug, one.audience, one.lang)


def _files(output: Path, wanted: Sequence[Wanted]) -> Iterator[Path]:
    """The file of each: the one named, or that with what tells it from the others."""
    if len(wanted) == 1:
        yield output
        return
    base = output.with_suffix("") if output.suffix.removeprefix(".") in FORMATS else output
    for one in wanted:
        told = [word for i, word in enumerate(one[:2]) if len({other[i] for other in wanted}) > 1]
        yield base.with_name(".".join((base.name, *told, one.kind)))


def _write(made: Made) -> None:
    if made.file == STDOUT:
        click.echo(made.content, nl=False)
        return
    try:
        made.file.write_bytes(made.content)
    except OSError as error:
        raise click.ClickException(f"{made.file}: {error.strerror}") from None
    click.echo(str(made.file), err=True)
