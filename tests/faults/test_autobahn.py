"""The cases of the Autobahn WebSocket test suite against the service's own socket (``tests/faults/echo.py``).

Cases 12 and 13 are about compression, which the service never agrees to: 46 KiB for each page.
"""

import sys

import kosoku
import pytest

from tests.process import running

WAIVED = {
    "7.9.5": "aiohttp takes 1006 for a code that may be sent, because its list of codes has it",
}
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
CASES = 301


async def results(address):
    """What the suite says of each case, passed or not."""
    try:
        return await kosoku.run_fuzzingclient(address, exclude_cases=["12.*", "13.*"], concurrency=4)
    except kosoku.FailureError as failure:
        return failure.results


@pytest.mark.long
async def test_every_case_passes_that_is_not_waived():
    async with running(program=(sys.executable, "-m", "tests.faults.echo")) as server:
        found = await results(server.url.replace("http", "ws", 1))

    failed = {
        case.case_id: (case.behavior.value, case.behavior_close.value)
        for case in found
        if case.behavior.value not in GOOD or case.behavior_close.value not in {"OK", "INFORMATIONAL"}
    }
    print(f"{len(found)} cases, failed: {failed}")  # noqa: T201 - for docs/faults.md
    assert len(found) == CASES
    assert failed.keys() == WAIVED.keys()
