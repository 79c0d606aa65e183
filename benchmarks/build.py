"""What is built or installed once and kept in .cache/bench: two C programs, the peers' environment."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = ROOT / ".cache" / "bench"
PEERS = CACHE / "peers"
COMPILER = CACHE / "compiler"
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"} and "STREAMHUB" not in name
}
ENVIRONMENT.setdefault("UV_SYSTEM_CERTS", "1")


class BuildFailed(Exception):
    """Something that the benchmarks need could not be built or installed."""


def limit_program() -> Path:
    """The C program that answers handshakes and loops ``send()``."""
    return _compiled("limit", "limit.c")


def generator_program() -> Path:
    """The load."""
    return _compiled("generator", "generator.c", "measure.c", "generator.h")


def peers_python() -> Path:
    """A Python that has the peers of requirements/bench.txt and nothing else."""
    lock = ROOT / "requirements" / "bench.txt"
    stamp = PEERS / "stamp"
    python = PEERS / "bin" / "python"
    key = _digest(lock)
    if stamp.exists() and stamp.read_text() == key:
        return python
    print("installing the peers …", flush=True)
    shutil.rmtree(PEERS, ignore_errors=True)
    _run(sys.executable, "-m", "venv", "--without-pip", str(PEERS))
    _run(_uv(), "pip", "sync", "-q", "--python", str(python), "--require-hashes", str(lock))
    stamp.write_text(key)
    return python


def _compiled(name: str, *sources: str) -> Path:
    files = [HERE / "c" / source for source in sources]
    program = CACHE / f"{name}-{_digest(*files)[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        made = program.with_suffix(f".{os.getpid()}")
        units = [str(file) for file in files if file.suffix == ".c"]
        _run(*_compiler(), "-O2", "-Wall", "-o", str(made), *units)
        made.replace(program)
    return program


def _compiler() -> list[str]:
    """The system's cc, else zig's out of a wheel."""
    system = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if system:
        return [system]
    zig = COMPILER / "ziglang" / "zig"
    if not zig.exists():
        lock = ROOT / "requirements" / "compiler.txt"
        print("installing a C compiler …", flush=True)
        _run(_uv(), "pip", "install", "-q", "--target", str(COMPILER), "--require-hashes", "-r", str(lock))
    return [str(zig), "cc"]


def _uv() -> str:
    """The uv that dev.py put beside this Python, else the system's."""
    own = Path(sys.executable).parent / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise BuildFailed("uv is missing: run `python3 dev.py lint` once, it installs what is needed")
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"{' '.join(command)}: {done.stderr[-2000:]}")


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
