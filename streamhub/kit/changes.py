"""Noticing writes: this process's own at once, the command line's within 250 ms.

Whoever writes something that a running server must act on adds a row to ``changes``
in the same transaction. Every server reads the new rows in order and tells its
listeners. So a revocation works the same whether a page or a command made it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from streamhub.kit.db import Database, changes_after, last_change
from streamhub.kit.log import get_logger
from streamhub.kit.tasks import wait_briefly

log = get_logger(__name__)

POLL_SECONDS = 0.25

Listener = Callable[[str], Awaitable[None]]


class Changes:
    """The listeners of one server, by topic, in the order in which they subscribed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._listeners: dict[str, list[Listener]] = {}
        self._last = 0
        self._poke = asyncio.Event()

    def subscribe(self, topic: str, listener: Listener) -> None:
        """Call ``listener(key)`` for every later change of ``topic``."""
        self._listeners.setdefault(topic, []).append(listener)

    async def start(self) -> None:
        """From now on: what was written before is known to whoever reads the database."""
        self._last = await self._db.look(last_change)
        self._db.after_notice = self._poke.set

    async def run(self) -> None:
        """Read new changes after an own commit with some, and four times a second."""
        while True:
            await wait_briefly(self._poke, POLL_SECONDS)
            self._poke.clear()
            await self.catch_up()

    async def catch_up(self) -> None:
        """Tell the listeners everything that was written up to now."""
        for change in await self._db.look(lambda tx: changes_after(tx, self._last)):
            self._last = change.id
            for listener in self._listeners.get(change.topic, ()):
                await self._tell(listener, change.topic, change.key)

    @staticmethod
    async def _tell(listener: Listener, topic: str, key: str) -> None:
        """One listener that fails must not keep the change from the others."""
        try:
            await listener(key)
        except Exception:
            log.exception("a listener failed", topic=topic)
