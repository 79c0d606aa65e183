"""Answers kept in memory, and questions asked at the same time as one query."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Kept(Generic[K, T]):
    """What ``read`` answers for each key, kept until ``forget``.

    ``forget`` must hear of every change, also of those that another process makes. Whoever asks
    while an answer is read waits for the same one.
    """

    def __init__(self, read: Callable[[K], Awaitable[T]]) -> None:
        self._read = read
        self._known: dict[K, T] = {}
        self._forgotten = 0
        self._lock = asyncio.Lock()

    async def get(self, key: K) -> T:
        """The answer for ``key``, never older than a change that was forgotten meanwhile."""
        while key not in self._known:
            async with self._lock:
                await self._learn(key)
        return self._known[key]

    def forget(self) -> None:
        """Read everything again at the next question."""
        self._forgotten += 1
        self._known.clear()

    async def _learn(self, key: K) -> None:
        if key in self._known:
            return
        mark = self._forgotten
        answer = await self._read(key)
        if mark == self._forgotten:
            self._known[key] = answer


class Gathered(Generic[K, T]):
    """Single questions: those asked while one query runs are the next one together."""

    def __init__(self, read: Callable[[Collection[K]], Awaitable[Mapping[K, T]]]) -> None:
        self._read = read
        self._round: _Round[K, T] = _Round()
        self._lock = asyncio.Lock()

    async def get(self, key: K) -> T | None:
        """The answer for ``key``, read after this question; None where there is none."""
        mine = self._round
        mine.keys.add(key)
        async with self._lock:
            if mine.found is None:
                self._round = _Round()
                mine.found = await self._read(mine.keys)
        return mine.found.get(key)


class _Round(Generic[K, T]):
    """What is asked together; ``found`` once it was read."""

    def __init__(self) -> None:
        self.keys: set[K] = set()
        self.found: Mapping[K, T] | None = None
