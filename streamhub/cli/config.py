"""``config show``, ``config check`` and ``config doc``."""

import json
from pathlib import Path

import click

from streamhub import composition
from streamhub.cli import config_option
from streamhub.kit.folder import DataFolder
from streamhub.kit.settings import SettingOrigin, load_settings
from streamhub.kit.settings_doc import markdown_text, toml_text


@click.group()
def config() -> None:
    """The settings: what holds, where it comes from, what there is."""


@config.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(config: Path | None, data: Path, *, as_json: bool) -> None:
    """Every setting with its value and where that comes from."""
    found = _settings(config, data)
    if as_json:
        rows = [{"name": s.name, "value": s.value, "origin": s.origin} for s in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max(len(s.name) for s in found)
    for s in found:
        click.echo(f"{s.name:<{width}}  {json.dumps(s.value, ensure_ascii=False)}  ({s.origin})")


@config.command()
@config_option
def check(config: Path | None, data: Path) -> None:
    """Say whether the settings would let the service start."""
    settings, found = load_settings(config, summit=composition.summit_settings(DataFolder(data)))
    composition.other_issuers(settings)
    changed = [s for s in found if s.origin != "default"]
    click.echo(f"the settings are good ({len(changed)} not at the default)")


@config.command()
@config_option
@click.option("--format", "form", type=click.Choice(["markdown", "toml"]), default="markdown")
def doc(config: Path | None, data: Path, form: str) -> None:  # noqa: ARG001 - every command takes both
    """Print the documentation of every setting."""
    click.echo(toml_text() if form == "toml" else markdown_text(), nl=False)


def _settings(config: Path | None, data: Path) -> tuple[SettingOrigin, ...]:
    _, found = load_settings(config, summit=composition.summit_settings(DataFolder(data)))
    return found
