"""What the kernel is asked for: between a request and its welcome the log is written and synced.

Only where strace may be used; ``test_power.py`` shows the same from inside, everywhere.
"""

import os
import re
import shutil
import subprocess

import pytest

from tests.faults.summit import heard, page
from tests.process import PROGRAM
from tests.waiting import eventually

PEOPLE = 20
TRACED = "trace=openat,pwrite64,fsync,fdatasync,recvfrom,sendto"
SIGNS = {  # in this order, each after the one before
    "asked": re.compile(r'recvfrom(?:\(| resumed>).*"GET /api/v1/live'),
    "written": re.compile(r"pwrite64\(\d+<[^>]*streamhub\.db-wal>"),
    "synced": re.compile(
        r"f(?:data)?sync\(\d+<[^>]*streamhub\.db-wal>\) *= 0|f(?:data)?sync resumed>\) *= 0"
    ),
    "welcomed": re.compile(r'sendto\(.*\\"type\\":\\"welcome\\"'),
}


def traces():
    """Whether strace is here and may be used."""
    return bool(
        os.environ.get("STREAMHUB_LONG")
        and shutil.which("strace")
        and not subprocess.run(
            ["strace", "-o", "/dev/null", "true"], capture_output=True, check=False
        ).returncode
    )


def arrivals(lines):
    """The signs of one arrival after the other, each as the list of what was seen between."""
    seen = None
    for line in lines:
        if SIGNS["asked"].search(line):
            seen = []
        for sign in ("written", "synced", "welcomed"):
            if seen is not None and SIGNS[sign].search(line):
                seen.append(sign)
                if sign == "welcomed":
                    yield seen
                    seen = None


if traces():

    @pytest.mark.long
    async def test_the_kernel_synced_the_log_before_every_welcome(summit, tmp_path):
        trace = tmp_path / "trace"
        program = ("strace", "-D", "-f", "-y", "-s", "200", "-e", TRACED, "-o", str(trace), *PROGRAM)
        async with summit.serve(program=program) as (server, _):
            for person in summit.people[:PEOPLE]:
                async with page(summit.address(server), person) as socket:
                    await heard(socket, "welcome")
            assert await server.stop() == 0

        ended = re.compile(rf"^{server.process.pid} +\+\+\+ exited", re.MULTILINE)
        await eventually(lambda: ended.search(trace.read_text("utf-8", "replace")), pause=0.1)  # it writes on
        lines = trace.read_text("utf-8", "replace").splitlines()
        found = list(arrivals(lines))
        assert len(found) == PEOPLE
        for seen in found:
            assert "synced" in seen[seen.index("written") :]
        made = next(n for n, line in enumerate(lines) if "streamhub.db-wal" in line and "O_CREAT" in line)
        folder = re.compile(rf"f(?:data)?sync\(\d+<{re.escape(str(summit.data))}>")
        first = next(n for n, line in enumerate(lines) if SIGNS["welcomed"].search(line))
        assert any(folder.search(line) for line in lines[made:first])
