"""``demo --stand-ins``: platforms and Zoom as local servers, which stand in the tests of a checkout."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

import streamhub
from streamhub.kit.errors import StateConflict
from streamhub.kit.folder import DataFolder

CHECKOUT = Path(streamhub.__file__).parents[1]
"""Where the tests lie beside the package; not where it is installed."""

SETTINGS, ACCOUNTS = "stand-ins.toml", "zoom-accounts.toml"
ACCOUNT = "demo"
STOP_SECONDS = 5


class _Words(msgspec.Struct):
    """What the stand-ins say of themselves: ``number`` is that of the Zoom meeting in which people are."""

    settings: dict[str, str | list[str]]
    account: dict[str, str]
    number: str
    paste: dict[str, str]


@dataclass(frozen=True, slots=True)
class StandIns:
    """Running stand-ins: the settings that lead to them, and links to ``paste`` with what becomes of them."""

    config: Path
    number: str
    paste: dict[str, str]
    orders: IO[str]

    def begin(self, url: str) -> None:
        """The server answers at ``url``: people may come to the Zoom meeting."""
        self.orders.write(json.dumps({"hook": f"{url}/hooks/zoom"}) + "\n")
        self.orders.flush()


@contextmanager
def stand_ins(folder: DataFolder, checkout: Path = CHECKOUT) -> Iterator[StandIns]:
    """Run them in a process of their own, which ends with ours whatever happens.

    Raises StateConflict where this is no checkout.
    """
    if not (checkout / "tests" / "stand_ins" / "__main__.py").is_file():
        raise StateConflict("--stand-ins: needs a checkout: python3 dev.py demo --stand-ins")
    program = [sys.executable, "-m", "tests.stand_ins"]
    with subprocess.Popen(  # noqa: S603 - a program of ours, without a shell
        program,
        cwd=checkout,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C stops us; then its input ends
    ) as process:
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        assert process.stdout is not None  # noqa: S101
        try:
            words = _said(process.stdout.readline())
            yield StandIns(_written(folder, words), words.number, words.paste, process.stdin)
        finally:
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _said(line: str) -> _Words:
    try:
        return msgspec.json.decode(line, type=_Words)
    except msgspec.DecodeError:
        raise StateConflict("--stand-ins: the local servers did not start") from None


def _written(folder: DataFolder, words: _Words) -> Path:
    """The settings and the accounts as files of the data folder, for its owner alone."""
    accounts = folder.path / ACCOUNTS
    _write(accounts, f"[{ACCOUNT}]\n{_toml(words.account)}")
    settings = folder.path / SETTINGS
    _write(settings, _toml({**words.settings, "zoom_accounts_file": str(accounts.absolute())}))
    return settings


def _toml(entries: dict[str, str] | dict[str, str | list[str]]) -> str:
    """Texts and lists of texts: JSON writes them as TOML does."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in entries.items())


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
