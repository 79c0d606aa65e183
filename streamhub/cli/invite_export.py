"""``invite export``: everybody's personal link for a mail merge, for calendars and on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from streamhub.access import calendar_service, papers
from streamhub.access.bulk_service import Personal
from streamhub.access.calendar import Calendars
from streamhub.access.mail_letter import language_for
from streamhub.access.model import Invitation
from streamhub.access.papers import Papers
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.cli.output import unless_dash, write
from streamhub.cli.words import word_of
from streamhub.kit.audit import CLI, Act
from streamhub.kit.errors import NotFound
from streamhub.kit.i18n import languages
from streamhub.kit.templates import pages
from streamhub.kit.text import SOURCE_LANGUAGE
from streamhub.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of whom is written."""

    form: str
    sheet: str
    delegation: str | None
    participant: str | None
    lang: str | None
    with_identities: bool


@click.command()
@config_option
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(["csv", "ics", "html"]),
    help="A table, calendars, or something to print.",
)
@click.option("--delegation", metavar="CODE", help="Only this one.")
@click.option("--participant", metavar="ID", help="Only this one: an id, or a seat such as BJ-03.")
@click.option(
    "--sheet",
    type=click.Choice(["badges", "list"]),
    default="badges",
    show_default=True,
    help="What to print (html): badges to cut out, or a list for each delegation.",
)
@click.option(
    "--lang",
    callback=word_of(languages),
    help="Language, fr or en; for calendars everybody's own unless given, else fr.",
)
@click.option("--with-identities", is_flag=True, help="With names; a table also with e-mail addresses.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    callback=unless_dash,
    help="File, or folder for the calendars of several people; else, and for -, standard output.",
)
def export(config: Path | None, data: Path, **options: Any) -> None:  # noqa: ANN401
    """Write everybody's personal link. Whoever reads what is written can enter.

    A link cannot be shown again, since only a hash of its code is kept: each of these is a
    further one, as good as the first until the invitation is replaced or revoked.
    """
    asked, output = Asked(**{name: options[name] for name in Asked.__slots__}), options["output"]
    if asked.form == "ics":
        if asked.participant is None and output is None:
            raise click.UsageError("calendars of several people need a folder: -o DIR")
        _write_calendars(run(_calendars(config, data, asked)), asked, output)
        return
    if output is not None and output.is_dir():
        raise click.UsageError(f"{output} is a folder: -o FILE")
    write(run(_paper(config, data, asked)).encode(), output, private=True)


async def _paper(config: Path | None, data: Path, asked: Asked) -> str:
    async with open_folder(config, data) as use:
        people = await _people(use, asked)
        if asked.form == "csv":
            return papers.as_csv(people, with_identities=asked.with_identities)
        shared = Papers(
            summit=await use.programme.summit(),
            delegations=await use.programme.delegations(),
            lang=asked.lang or SOURCE_LANGUAGE,
            with_identities=asked.with_identities,
        )
        make = papers.as_list if asked.sheet == "list" else papers.as_badges
        return make(people, shared, pages())


async def _calendars(config: Path | None, data: Path, asked: Asked) -> list[tuple[str, bytes]]:
    """File name and content for each person."""
    async with open_folder(config, data) as use:
        people = await _people(use, asked)
        shared = await use.calendars.shared()
        return [(f"{one.invitation.seat}.ics", _calendar(shared, one, asked.lang)) for one in people]


def _calendar(shared: Calendars, one: Personal, lang: str | None) -> bytes:
    spoken = lang or language_for(one.identity.lang if one.identity else "", shared.summit)
    return calendar_service.personal(shared, one.invitation.sessions, one.link, spoken)


async def _people(use: Services, asked: Asked) -> tuple[Personal, ...]:
    rows = [row for row in await use.bulk.open_invitations() if _is_wanted(row, asked)]
    if (asked.delegation or asked.participant) and not rows:
        raise NotFound(f"no open invitation of {asked.participant or asked.delegation}")
    people = await use.bulk.personal(rows)
    kind = asked.sheet if asked.form == "html" else asked.form
    act = Act(
        by=CLI,
        action="invitation.export",
        target=asked.delegation or "",
        detail=(("format", kind), ("count", len(people))),
    )
    await use.audit.write(act)
    return people


def _is_wanted(row: Invitation, asked: Asked) -> bool:
    here = asked.delegation is None or row.delegation == asked.delegation
    return here and (asked.participant is None or asked.participant in {row.participant, row.id, row.seat})


def _write_calendars(files: Iterable[tuple[str, bytes]], asked: Asked, output: Path | None) -> None:
    """One person's to a file or standard output, those of several into a folder."""
    if output is None or (asked.participant is not None and not output.is_dir()):
        for _, content in files:
            write(content, output, private=True)
        return
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files:
        write(content, output / name, private=True)
