"""Background work that is never lost silently: named, logged, restarted, cancelled at the end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from streamhub.kit.log import get_logger

log = get_logger(__name__)

RESTART_AFTER = 1.0  # seconds between a failure and the next try


class Tasks:
    """The background tasks of one server."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run ``work`` for ever: when it fails it is logged and started again."""
        self._start(name, _supervised(name, work))

    def once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` a single time; a failure is logged."""
        self._start(name, _logged(name, work))

    async def cancel(self) -> None:
        """Stop everything and wait until it has stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=name)  # noqa: TID251 - the one place that may
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` now and then again, ``seconds`` after each end."""
    while True:
        await work()
        await asyncio.sleep(seconds)


async def _supervised(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("background task failed, starts again", task=name)
        else:
            return
        await asyncio.sleep(RESTART_AFTER)


async def _logged(name: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("background task failed", task=name)


async def wait_briefly(event: asyncio.Event, seconds: float) -> None:
    """Wait until ``event`` is set or ``seconds`` have passed."""
    # not wait_for: before Python 3.12 it swallows a cancellation that comes with the event
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
