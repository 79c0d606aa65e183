"""``invite``: issue, list, revoke, replace, renew; import, send and export have files of their own."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from streamhub.access.model import Invitation, InvitationOrder, IssuedInvitation
from streamhub.access.roles import Role
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder, wrote
from streamhub.cli.invite_export import export
from streamhub.cli.invite_import import import_people
from streamhub.cli.invite_send import send
from streamhub.handlers.api_access import invitation_answer, issued_answer
from streamhub.kit.clock import rfc3339
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug
from streamhub.programme.model import RESERVED

BY = "cli"


@click.group()
def invite() -> None:
    """Invitations: one personal link for each participant."""


for _command in (import_people, send, export):
    invite.add_command(_command)


@invite.command()
@config_option
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="What they are."
)
@click.option("--delegation", help="Its code; staff roles need none.")
@click.option("--count", default=1, show_default=True, help="How many people.")
@click.option("--sessions", help="Slugs with commas between; all of them unless given.")
@click.option("--devices", type=int, help="Devices at the same moment.")
@click.option("--label", default="", help="The function shown, such as: Minister.")
@click.option("--speak", is_flag=True, help="They will speak: panelists in a Zoom webinar.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def issue(  # noqa: PLR0913 - one parameter for each option
    config: Path | None,
    data: Path,
    role: str,
    delegation: str | None,
    count: int,
    sessions: str | None,
    *,
    devices: int | None,
    label: str,
    speak: bool,
    as_json: bool,
) -> None:
    """Invite people: prints `participant link`, a line for each. A link is shown this once."""
    order = InvitationOrder(
        role=Role(role),
        delegation=None if delegation is None else DelegationCode(delegation),
        count=count,
        sessions=None if sessions is None else _slugs(sessions),
        devices=devices,
        label=label,
        speak=speak,
    )
    _print_issued(run(_issue(config, data, order)), as_json=as_json)


@invite.command("list")
@config_option
@click.option("--delegation", help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(config: Path | None, data: Path, delegation: str | None, *, as_json: bool) -> None:
    """Every invitation, without what opens it."""
    rows = run(_rows(config, data, delegation))
    if as_json:
        click.echo(_json([invitation_answer(row) for row in rows]))
        return
    for row in rows:
        state = "revoked" if row.revoked_at is not None else f"until {rfc3339(row.expires_at)}"
        click.echo(
            "  ".join(
                [row.id, row.participant, f"{row.seat:<9}", f"{row.role:<14}", state, row.label]
            ).rstrip()
        )


@invite.command()
@config_option
@click.argument("invitation", metavar="ID")
def revoke(config: Path | None, data: Path, invitation: str) -> None:
    """Withdraw an invitation: its open pages close within a second."""
    row = run(_revoke(config, data, InvitationId(invitation)))
    click.echo(f"revoked {row.id} ({row.seat})")


@invite.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.argument("invitation", metavar="ID")
def replace(config: Path | None, data: Path, invitation: str, *, as_json: bool) -> None:
    """Make a new link for the same participant; every earlier one is dead."""
    _print_issued([run(_replace(config, data, InvitationId(invitation)))], as_json=as_json)


@invite.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.argument("delegation", metavar="CODE")
def renew(config: Path | None, data: Path, delegation: str, *, as_json: bool) -> None:
    """Make new links for a whole delegation; every earlier one is dead, open pages close within a second."""
    _print_issued(run(_renew(config, data, DelegationCode(delegation))), as_json=as_json)


def _print_issued(issued: Sequence[IssuedInvitation], *, as_json: bool) -> None:
    if as_json:
        click.echo(_json([issued_answer(one) for one in issued]))
        return
    for one in issued:
        click.echo(f"{one.invitation.participant} {one.link}")


def _json(rows: Sequence[msgspec.Struct]) -> str:
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _slugs(text: str) -> tuple[SessionSlug, ...]:
    return tuple(SessionSlug(slug.strip()) for slug in text.split(",") if slug.strip())


async def _issue(config: Path | None, data: Path, order: InvitationOrder) -> tuple[IssuedInvitation, ...]:
    async with open_folder(config, data) as use:
        issued = await use.access.issue(order, BY)
        first = issued[0].invitation
        await wrote(use, "invitation.issue", first.id, role=first.role, count=len(issued))
        return issued


async def _revoke(config: Path | None, data: Path, invitation: InvitationId) -> Invitation:
    async with open_folder(config, data) as use:
        revoked = await use.access.revoke(invitation, BY)
        await wrote(use, "invitation.revoke", invitation)
        return revoked


async def _replace(config: Path | None, data: Path, invitation: InvitationId) -> IssuedInvitation:
    async with open_folder(config, data) as use:
        replaced = await use.access.replace(invitation, BY)
        await wrote(use, "invitation.replace", invitation)
        return replaced


async def _renew(config: Path | None, data: Path, delegation: DelegationCode) -> tuple[IssuedInvitation, ...]:
    async with open_folder(config, data) as use:
        renewed = await use.renewals.renew(delegation, BY)
        await wrote(use, "delegation.renew", delegation)
        return renewed.issued


async def _rows(config: Path | None, data: Path, delegation: str | None) -> list[Invitation]:
    code = None if delegation is None else DelegationCode(delegation)
    async with open_folder(config, data) as use:
        if code is not None and code not in RESERVED:
            await use.programme.delegation(code)  # one that is not there is no empty list
        return await use.access.every_invitation(code)
