"""``keys list`` and ``keys rotate``: the keys that sign join tokens."""

import json
from collections.abc import Iterable
from pathlib import Path

import click

from streamhub.access.model import KeyState, StoredKey
from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder
from streamhub.kit.audit import CLI, Act
from streamhub.kit.clock import SECOND, Instant, rfc3339

_SAID = {
    KeyState.SIGNS: "signs since {created_at}",
    KeyState.VERIFIES: "checks its tokens until {verify_until}",
    KeyState.OVER: "over since {verify_until}",
}


@click.group()
def keys() -> None:
    """The keys that sign join tokens."""


@keys.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(config: Path | None, data: Path, *, as_json: bool) -> None:
    """Every signing key, what it is good for and until when; private parts are never shown."""
    _print(run(_keys(config, data)), as_json=as_json)


@keys.command()
@config_option
@click.option(
    "--overlap",
    type=click.IntRange(min=0),
    help="Seconds for which the present key still checks its tokens; 0 if it leaked."
    " Else until the last of them is over.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def rotate(config: Path | None, data: Path, overlap: int | None, *, as_json: bool) -> None:
    """Sign with a new key from now on. Short links and open pages are not touched.

    The private part of the key before is deleted: it never signs again.
    """
    _print(run(_rotate(config, data, None if overlap is None else overlap * SECOND)), as_json=as_json)


def _print(rows: list[dict[str, str | None]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        said = _SAID[KeyState(str(row["state"]))].format(**row)
        click.echo(f"{row['kid']}  {row['alg']}  {said}")


async def _keys(config: Path | None, data: Path) -> list[dict[str, str | None]]:
    async with open_folder(config, data) as use:
        return _rows(await use.access.signing_keys(), use.clock.now())


async def _rotate(config: Path | None, data: Path, overlap_ms: Instant | None) -> list[dict[str, str | None]]:
    async with open_folder(config, data) as use:
        rows = await use.access.signer.rotate(CLI, overlap_ms)
        await use.audit.write(Act(by=CLI, action="key.rotate", target=rows[0].kid))
        return _rows(rows, use.clock.now())


def _rows(keys: Iterable[StoredKey], now: Instant) -> list[dict[str, str | None]]:
    return [
        {
            "kid": key.kid,
            "alg": "EdDSA",
            "state": key.state(now).value,
            "created_at": rfc3339(key.created_at),
            "retired_at": _time(key.retired_at),
            "verify_until": _time(key.verify_until),
        }
        for key in keys
    ]


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
