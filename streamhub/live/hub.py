"""The live sockets of this node: who they are, and how many are told at once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import Flag, auto

from msgspec import Struct

from streamhub.kit.clock import SECOND
from streamhub.kit.ids import InvitationId, ParticipantId, SessionSlug, ViewerId
from streamhub.live.close_codes import CloseCode
from streamhub.live.errors import TooManyConnections
from streamhub.live.frames import Frame
from streamhub.live.page import Page

SLICES = 32  # of a heartbeat: 10,000 pings at once would keep the loop for 0.1 s, and their answers for more
DRAIN_SECONDS = 2.0
DRAIN_PER_SECOND = 500  # clients that come back per second after a restart, at the most


class To(Flag):
    """Kinds of listeners, to be joined by ``|``."""

    MODERATORS = auto()
    INVITED = auto()
    PUBLIC = auto()
    WAITING = auto()
    INSIDE = MODERATORS | INVITED | PUBLIC
    ALL = INSIDE | WAITING


class Listener(Struct, frozen=True, kw_only=True, gc=False):
    """Who is behind a socket: a participant by an invitation, or an anonymous viewer."""

    session: SessionSlug
    kind: To
    participant: ParticipantId | None = None
    invitation: InvitationId | None = None
    viewer: ViewerId | None = None


class Hub:
    """The live sockets of this node.

    Add a connection once it is known who is there; discard it when its handler ends.
    """

    def __init__(self, *, max_connections: int = 20_000) -> None:
        self._max = max_connections
        self._listeners: dict[Page, Listener] = {}
        self._rooms: dict[SessionSlug, dict[To, dict[Page, None]]] = {}
        self._by_participant: dict[ParticipantId, tuple[Page, ...]] = {}  # one page each, as a rule
        self._inside: dict[SessionSlug, Counter[str | None]] = {}
        self._slices: tuple[dict[Page, None], ...] = tuple({} for _ in range(SLICES))
        self._added = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._listeners)

    # Who is here

    def add(self, connection: Page, listener: Listener) -> None:
        """Take ``connection`` in, or say anew who it is (from the door into the room).

        Raises TooManyConnections when this process has as many as it can hold.
        """
        if connection in self._listeners:
            self._forget(connection)
        elif len(self._listeners) >= self._max:
            raise TooManyConnections("this process holds as many live sockets as it can")
        else:
            self._slices[self._added % SLICES][connection] = None
            self._added += 1
        self._listeners[connection] = listener
        self._rooms.setdefault(listener.session, {}).setdefault(listener.kind, {})[connection] = None
        if listener.participant is not None:
            mine = self._by_participant.get(listener.participant, ())
            self._by_participant[listener.participant] = (*mine, connection)
        if listener.kind is not To.WAITING:
            self._inside.setdefault(listener.session, Counter())[listener.participant or listener.viewer] += 1
        self._empty.clear()

    def discard(self, connection: Page) -> None:
        """Forget ``connection``; nothing happens when it is not here."""
        if connection not in self._listeners:
            return
        self._forget(connection)
        for part in self._slices:
            part.pop(connection, None)
        if not self._listeners:
            self._empty.set()

    def listener(self, connection: Page) -> Listener | None:
        """Who is behind ``connection``."""
        return self._listeners.get(connection)

    def connections(self, participant: ParticipantId, session: SessionSlug | None = None) -> list[Page]:
        """The sockets of one person, the oldest first; of one session if it is named."""
        mine = self._by_participant.get(participant, ())
        return [c for c in mine if session is None or self._listeners[c].session == session]

    def count(self, session: SessionSlug, to: To = To.INSIDE) -> int:
        """How many sockets a broadcast would reach."""
        return sum(len(room) for room in self._rooms_of(session, to))

    def people(self, session: SessionSlug) -> int:
        """How many people and viewers a broadcast to all inside would reach, each of them once."""
        return len(self._inside.get(session, ()))

    # Telling

    def broadcast(self, session: SessionSlug, frame: Frame, to: To = To.INSIDE) -> None:
        """Write one frame to every socket of these kinds. Awaits nobody."""
        for room in self._rooms_of(session, to):
            for connection in room:
                connection.send(frame)

    def broadcast_latest(self, session: SessionSlug, frame: Frame, to: To = To.INSIDE) -> None:
        """Like ``broadcast``, for counts: a slow socket gets only the newest."""
        for room in self._rooms_of(session, to):
            for connection in room:
                connection.send_latest(frame)

    def tell(self, participant: ParticipantId, session: SessionSlug, frame: Frame) -> None:
        """Write one frame to every socket of one person in one session."""
        for connection in self.connections(participant, session):
            connection.send(frame)

    def close_where(self, chosen: Callable[[Listener], bool], code: CloseCode, reason: str) -> int:
        """Close every socket whose listener is ``chosen``; answers how many those are."""
        found = [connection for connection, listener in self._listeners.items() if chosen(listener)]
        return self.close(found, code, reason)

    def close(self, connections: Iterable[Page], code: CloseCode, reason: str) -> int:
        """Close these sockets; answers how many those are."""
        closed = 0
        for connection in connections:
            connection.close(code, reason)
            closed += 1
        return closed

    # The heartbeat

    async def heartbeat(self, seconds: float) -> None:
        """Ping every socket once in ``seconds``, a slice at a time, for ever."""
        while True:
            for part in self._slices:
                for connection in part:
                    connection.ping()
                await asyncio.sleep(seconds / SLICES)

    # The end

    def drain(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        """Close every socket (4001), each with its own delay before it comes back.

        The delays lie between 0 and max(2 s, N/500 s), so that a restart is no storm.
        """
        longest = max(DRAIN_SECONDS, len(self._listeners) / DRAIN_PER_SECOND)
        for connection in list(self._listeners):  # a page without a socket leaves at once
            delay_ms = int(uniform(0.0, longest) * SECOND)
            connection.close(CloseCode.RESTART, "restart", retry_after_ms=delay_ms)

    async def wait_empty(self, seconds: float) -> bool:
        """Wait until the last socket is gone; False when some are still here after ``seconds``."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # Inside

    def _rooms_of(self, session: SessionSlug, to: To) -> Iterator[dict[Page, None]]:
        rooms = self._rooms.get(session, {})
        return (room for kind, room in rooms.items() if kind in to)

    def _forget(self, connection: Page) -> None:
        listener = self._listeners.pop(connection)
        rooms = self._rooms[listener.session]
        del rooms[listener.kind][connection]
        if not any(rooms.values()):
            del self._rooms[listener.session]
        if listener.participant is not None:
            mine = tuple(c for c in self._by_participant.pop(listener.participant) if c is not connection)
            if mine:
                self._by_participant[listener.participant] = mine
        if listener.kind is not To.WAITING:
            self._one_less(listener)

    def _one_less(self, listener: Listener) -> None:
        inside, who = self._inside[listener.session], listener.participant or listener.viewer
        inside[who] -= 1
        if not inside[who]:
            del inside[who]
        if not inside:
            del self._inside[listener.session]
