"""``invite send``: personal links by mail, resumed after an interruption, never twice."""

import asyncio
import signal
from collections import Counter
from pathlib import Path

import click

from streamhub.access.mail_model import (
    Addressed,
    Answered,
    MailOrder,
    MailReport,
    MailState,
    Standing,
    Step,
    count_of,
)
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.cli.words import counted
from streamhub.kit.audit import CLI, Act
from streamhub.server import is_loopback
from streamhub.services import Services


@click.command()
@config_option
@click.option(
    "--only", multiple=True, metavar="CODE", help="Only this delegation, or this seat such as BJ-03; repeat."
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many letters.")
@click.option("--retry-refused", is_flag=True, help="Also those whose letter was refused before.")
@click.option(
    "--retry-unknown", is_flag=True, help="Also those who may have got theirs in an interrupted run."
)
@click.option("--dry-run", is_flag=True, help="Show who would get a letter, and send nothing.")
def send(
    config: Path | None,
    data: Path,
    only: tuple[str, ...],
    limit: int | None,
    *,
    retry_refused: bool,
    retry_unknown: bool,
    dry_run: bool,
) -> None:
    """Mail everybody their personal link and calendar, once.

    After an interruption the same command goes on where it stopped. Ctrl-C ends it after the
    letter at hand.
    """
    order = MailOrder(only=only, limit=limit, retry_refused=retry_refused, retry_unknown=retry_unknown)
    if dry_run:
        _print_plan(*run(_plan(config, data, order)))
        return
    report = run(_send(config, data, order))
    _print_report(report)
    if report.stopped:
        raise click.exceptions.Exit(1)


async def _plan(
    config: Path | None, data: Path, order: MailOrder
) -> tuple[tuple[Addressed, ...], tuple[Answered, ...]]:
    async with open_folder(config, data) as use:
        _warn_of_links(use)
        return await use.mail.plan(order), await use.mail.answers(order)


async def _send(config: Path | None, data: Path, order: MailOrder) -> MailReport:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    async with open_folder(config, data) as use:
        _warn_of_links(use)
        try:
            return await use.mail.send(order, CLI, _print_step, stop)
        finally:
            await _note(use)


def _warn_of_links(use: Services) -> None:
    """Letters cannot be called back: say it where their links would open nothing elsewhere."""
    url = use.settings.public_url
    if is_loopback(url):
        click.echo(
            f"warning: the links begin with {url} and open on this machine only: set public_url", err=True
        )


async def _note(use: Services) -> None:
    """How things stand now, whatever this run came to."""
    states = Counter(mail.state.value for mail in await use.mail.mails())
    await use.audit.write(Act(by=CLI, action="mail.send", detail=tuple(states.items())))


def _print_plan(plan: tuple[Addressed, ...], answers: tuple[Answered, ...]) -> None:
    for told in answers:
        refusal = told.refusal
        click.echo(
            f"{told.standing:<15} {refusal.request:<24} {refusal.lang or '-':<5} {_hinted(refusal.email)}"
        )
    for one in plan:
        row, who = one.candidate.invitation, one.candidate.identity
        address = _hinted(who.email) if who and who.email else "-"
        lang = who.lang if who and who.lang else "-"
        click.echo(f"{one.standing:<15} {row.seat:<9} {row.role:<14} {lang:<5} {address}")
    count = count_of(Standing.TO_SEND, plan, answers)
    click.echo(f"{counted(count, 'letter')} would go out; nothing was sent: --dry-run")


def _print_step(step: Step) -> None:
    place = f"{step.number}/{step.total} {step.name}"
    if step.outcome is None:
        click.echo(f"{place} not due any more")
        return
    state = step.outcome.state
    word = "put off" if state is MailState.QUEUED else state.value
    said = "" if state is MailState.SENT else f" ({_said(step)})"
    click.echo(f"{place} {word}{said}")


def _said(step: Step) -> str:
    """The server's answer, as far as there was one."""
    outcome = step.outcome
    return "" if outcome is None else " ".join(filter(None, (str(outcome.code or ""), outcome.reason)))


def _print_report(report: MailReport) -> None:
    counts = [(report.count(state), state) for state in (MailState.SENT, MailState.REFUSED)]
    put_off, unknown = report.count(MailState.QUEUED), report.count(MailState.UNKNOWN)
    words = [f"{count} {state}" for count, state in counts]
    click.echo(", ".join([*words, f"{put_off} put off", f"{unknown} unknown"]))
    refused = [step for step in report.steps if step.outcome and step.outcome.state is MailState.REFUSED]
    if refused:
        click.echo("refused for good (mend the address, then --retry-refused):")
    for step in refused:
        click.echo(f"  {step.name} {_said(step)}")
    if report.refused:
        click.echo(f"refused before: {report.refused}; --dry-run names them, --retry-refused tries again")
    if report.unknown or unknown:
        click.echo(
            f"{report.unknown + unknown} may have been sent when the line broke; ask them,"
            " then --retry-unknown",
            err=True,
        )
    if put_off:
        click.echo("put off by the mail server: run the same command again later")
    if report.stopped:
        click.echo("stopped; the same command goes on from here", err=True)


def _hinted(address: str) -> str:
    """Enough of an address to see that it is the right one."""
    local, _, domain = address.rpartition("@")
    return f"{local[:2]}…@{domain}"
