"""What commands share: the settings of a data folder, and its services without a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from streamhub import composition
from streamhub.kit.audit import CLI, Act
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import NotFound
from streamhub.kit.folder import DataFolder
from streamhub.kit.settings import Settings, load_settings
from streamhub.server import prepare
from streamhub.services import Services

DEFAULT_URL = "http://127.0.0.1:8080"


def settings_of(config: Path | None, folder: DataFolder) -> Settings:
    """The settings that hold for a data folder: its summit's own among them."""
    summit = composition.summit_settings(folder)
    settings, _ = load_settings(config, summit=summit)
    return settings


@asynccontextmanager
async def open_folder(config: Path | None, data: Path, *, create: bool = False) -> AsyncIterator[Services]:
    """The use cases of a data folder, beside a running server or without one.

    Raises NotFound where there is no data folder, unless it may be created.
    """
    folder = DataFolder(data)
    if not (folder.database.exists() or folder.restoring.exists() or create):
        raise NotFound(f"{data}: no data here; load a summit first: streamhub summit load DIR --data {data}")
    prepare(folder)
    settings = settings_of(config, folder)
    url = settings.public_url or folder.url() or DEFAULT_URL
    settings = replace(settings, public_url=url, issuer=settings.issuer or url)
    use = await composition.build(folder, settings, SystemClock())
    try:
        yield use
    finally:
        await use.close()


async def wrote(use: Services, action: str, target: str = "", **detail: str | int | bool | None) -> None:
    """Write down in the audit log what a command did: ids, slugs, counts and stable words only."""
    await use.audit.write(Act(by=CLI, action=action, target=target, detail=tuple(detail.items())))
