"""The two cores, and what a process takes of them and of the memory."""

import contextlib
import os
import resource
from pathlib import Path

CORES = tuple(sorted(os.sched_getaffinity(0)))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[min(1, len(CORES) - 1)]
FIRST = -15  # nice: before whatever else this machine does, where we may say so


def pin(pid: int, core: int) -> None:
    """Keep a process that leads a session of its own on one core, before all others."""
    os.sched_setaffinity(pid, {core})
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, FIRST)
        Path(f"/proc/{pid}/autogroup").write_text(str(FIRST))


def allow_descriptors() -> int:
    """Take as many descriptors as this machine gives; answers how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def cpu_seconds(pid: int) -> float:
    """What the threads of a process have run so far."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_kib(pid: int) -> int:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def description() -> str:
    """Processors and load of this machine, for the head of a table."""
    one, five, _ = os.getloadavg()
    model = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition("\n")[0].strip("\t :")
    return f"{len(CORES)} x {model or 'unknown processor'}, load {one:.1f} (1 min), {five:.1f} (5 min)"
