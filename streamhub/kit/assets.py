"""Where the files that are not Python lie: in a checkout, or inside the wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def web_folder() -> Path:
    """Templates, static files and catalogues."""
    return _first(_PACKAGE / "_web", _PACKAGE.parent / "web")


def example_folder() -> Path:
    """The example summit that ``demo`` loads."""
    return _first(_PACKAGE / "_example", _PACKAGE.parent / "config" / "example")


def _first(*folders: Path) -> Path:
    return next((folder for folder in folders if folder.is_dir()), folders[-1])
