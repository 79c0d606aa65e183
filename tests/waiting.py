"""Waiting for what comes about by itself, and asking how long it took.

``PATIENCE`` promises nothing: so long may a machine take that is busy with other things. What the product
promises in seconds is asked with ``within``.
"""

import asyncio
import inspect

PATIENCE = 40
"""Seconds; more than the slowest answer seen on two cores that eight people worked on."""


async def eventually(ask, seconds=PATIENCE, pause=0.01):
    """What ``ask`` answers, as soon as that is true; ``ask`` may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = ask()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(pause)


async def within(seconds, attempt, tries=5):
    """``attempt`` does anew what is promised within so many seconds, and answers how many it took.

    Another program on the machine may hold up one of five tries, never all: what is late in each is late.
    """
    took = []
    while len(took) < tries:
        took.append(await attempt())
        if took[-1] <= seconds:
            return
    raise AssertionError(f"promised within {seconds} s, took {[round(one, 2) for one in took]}")


async def seconds_of(happening):
    """How long it takes until this has happened."""
    began = asyncio.get_running_loop().time()
    await happening
    return asyncio.get_running_loop().time() - began
