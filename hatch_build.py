"""Takes hls.js along into the wheel where `dev.py` brought it from npm; the repository holds none of it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FETCHED = Path(".cache/web/node_modules/hls.js")
INTO = "streamhub/_web/static/vendor"
FILES = {"dist/hls.light.min.js": "hls.light.min.js", "LICENSE": "hls.LICENSE.txt"}


class HlsHook(BuildHookInterface[Any]):
    """Adds the player and its licence; without them browsers that play no HLS are offered the link."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build; an editable one reads the checkout itself."""
        folder = Path(self.root) / FETCHED
        if version == "editable" or not all((folder / name).is_file() for name in FILES):
            return
        for name, packaged in FILES.items():
            build_data["force_include"][str(folder / name)] = f"{INTO}/{packaged}"
