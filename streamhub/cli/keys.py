"""``keys list``: the keys that sign join tokens."""

import json
from pathlib import Path

import click

from streamhub.access.model import StoredKey
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.kit.clock import rfc3339


@click.group()
def keys() -> None:
    """The keys that sign join tokens."""


@keys.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(config: Path | None, data: Path, *, as_json: bool) -> None:
    """Every signing key with its validity; private parts are never shown."""
    rows = [_row(key) for key in run(_keys(config, data))]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        state = "signs" if row["retired_at"] is None else f"retired {row['retired_at']}"
        click.echo(f"{row['kid']}  {row['alg']}  since {row['created_at']}  {state}")


async def _keys(config: Path | None, data: Path) -> list[StoredKey]:
    async with open_folder(config, data) as use:
        return list(await use.access.signing_keys())


def _row(key: StoredKey) -> dict[str, str | None]:
    return {
        "kid": key.kid,
        "alg": "EdDSA",
        "created_at": rfc3339(key.created_at),
        "retired_at": None if key.retired_at is None else rfc3339(key.retired_at),
    }
