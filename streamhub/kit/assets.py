"""Where the files that are not Python lie: in a checkout, or inside the wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
HLS_PLAYER = "vendor/hls.light.min.js"
"""hls.js among the static files; from npm, never in the repository."""


def web_folder() -> Path:
    """Templates, static files and catalogues."""
    return _first(_PACKAGE / "_web", _PACKAGE.parent / "web")


def example_folder() -> Path:
    """The example summit that ``demo`` loads."""
    return _first(_PACKAGE / "_example", _PACKAGE.parent / "config" / "example")


def hls_player() -> Path | None:
    """hls.js: inside the wheel, or where `dev.py` put it; None where nobody brought it."""
    fetched = _PACKAGE.parent / ".cache" / "web" / "node_modules" / "hls.js" / "dist" / Path(HLS_PLAYER).name
    found = _first(_PACKAGE / "_web" / "static" / HLS_PLAYER, fetched)
    return found if found.is_file() else None


def _first(*folders: Path) -> Path:
    return next((folder for folder in folders if folder.exists()), folders[-1])
