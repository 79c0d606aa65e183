"""One live socket: bounded both ways, never awaited by whoever sends.

The only place that writes frames to a transport. aiohttp does the handshake and reads;
closing is ours, so that the last message, the close code and the answer to the other
side's close come in order and nothing is written after them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Literal, Self, TypeAlias

from aiohttp import WebSocketError, WSCloseCode, WSMessage, WSMsgType, web

from streamhub.kit.clock import SECOND, Clock
from streamhub.kit.errors import StreamhubError
from streamhub.kit.ids import ConnectionId
from streamhub.live.close_codes import CloseCode, close_code
from streamhub.live.errors import BadMessage, Flooding, HelloTooLate, MessageTooLarge
from streamhub.live.frames import PING, Frame, close_frame, opcode_of, payload_of, pong_frame, text_frame
from streamhub.live.limits import Limits, Rate
from streamhub.live.messages import SUBPROTOCOL, Closing, FromClient, Hello, Unknown, encode, parse
from streamhub.live.meter import Meter
from streamhub.live.outbox import DirectOutbox, Outbox, QueuedOutbox

RETRY_MS = SECOND  # for those who come back and were not given a delay of their own
_SLACK = 4  # times the allowed size: up to here a message is read, so that its sender hears why
_DISCARD_SECONDS = 0.02  # between two frames that come after our close: a flood must not keep us busy
_DEAF_SECONDS = 1.0  # after frames that cannot be read no answer can be: long enough to hear why
_OVER = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED})


class Alive:
    """A ping or a pong: a sign of life and nothing else."""


ALIVE = Alive()
Inbound: TypeAlias = FromClient | Unknown | Alive


class _Socket(web.WebSocketResponse[Literal[True]]):
    """aiohttp's socket, which closes by itself where it likes; ours is closed by Connection alone."""

    async def close(self, **_said: object) -> bool:
        """Do nothing: see Connection.close."""
        return False


class Connection:
    """One live socket.

    async with await Connection.accept(request, clock, limits) as connection:
        try:
            async for message in connection.inbound():
                ...
        except StreamhubError as error:
            connection.refuse(error)
    return connection.response

    Whatever ``inbound`` gives is a sign of life. ``peer_code`` is the code with which the
    other side closed; None when the line was lost, or when we closed and got no answer.
    """

    __slots__ = (
        "_clock",
        "_closing",
        "_controls",
        "_deaf",
        "_limits",
        "_messages",
        "_outbox",
        "_sending",
        "_socket",
        "_timer",
        "_transport",
        "id",
        "peer_code",
    )

    def __init__(self, socket: _Socket, transport: asyncio.Transport, clock: Clock, limits: Limits) -> None:
        self.id = ConnectionId(secrets.token_hex(8))
        self.peer_code: int | None = None
        self._socket = socket
        self._transport = transport
        self._clock = clock
        self._limits = limits
        now = clock.now()
        self._messages = Rate(limits.messages_per_second, now)
        self._controls = Rate(limits.controls_per_second, now)
        self._outbox: Outbox = DirectOutbox(transport, limits.outbox_bytes)
        self._sending: asyncio.TaskGroup | None = None
        if not limits.direct_frames:
            self._outbox = QueuedOutbox(self._send_by_library, limits.outbox_bytes, limits.outbox_messages)
        self._closing = False
        self._deaf = False
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def accept(cls, request: web.Request, clock: Clock, limits: Limits) -> Self:
        """Answer the handshake. Who is there must be known, or asked for by ``hello``.

        Raises ConnectionResetError when the client is gone already.
        """
        socket = _Socket(
            protocols=(SUBPROTOCOL,),
            autoping=False,
            autoclose=False,
            compress=False,  # deflate: 46 KiB per connection and half the speed
            max_msg_size=_SLACK * limits.message_bytes,
        )
        await socket.prepare(request)
        socket.headers.clear()  # they are sent, and would be kept as long as the page is open
        if request.transport is None:
            raise ConnectionResetError("the client left during the handshake")
        connection, transport = cls(socket, request.transport, clock, limits), request.transport
        transport.set_protocol(Meter(request.protocol, clock, limits, connection))
        return connection

    @property
    def response(self) -> web.StreamResponse:
        """What the handler answers when the connection is over."""
        return self._socket

    @property
    def closing(self) -> bool:
        """Whether the close has begun, by either side."""
        return self._closing

    # Sending: never awaits

    def send(self, frame: Frame) -> None:
        """Send a frame; a page that leaves too much unread is closed (4002)."""
        if not self._closing and not self._outbox.put(frame):
            self.close(CloseCode.TOO_SLOW, "too_slow")

    def send_all(self, *frames: Frame) -> None:
        """Send several frames with one write, as far as the way of sending allows."""
        if not self._closing and not self._outbox.put_all(frames):
            self.close(CloseCode.TOO_SLOW, "too_slow")

    def send_latest(self, frame: Frame) -> None:
        """Send a count; while something waits to be read only the newest is kept."""
        if not self._closing:
            self._outbox.put_latest(frame)

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.send(PING)

    def close(self, code: CloseCode, reason: str, retry_after_ms: int | None = None) -> None:
        """Say why (``closing``), then close; what the other side says from now on is not heard.

        A page that does not answer is cut off after ``close_seconds``.
        """
        if retry_after_ms is None and code.comes_back:
            retry_after_ms = RETRY_MS
        last = Closing(code=code, reason=reason, retry_after_ms=retry_after_ms)
        self._finish(text_frame(encode(last)), close_frame(code, reason))

    def refuse(self, error: StreamhubError) -> None:
        """Close with the code of an error."""
        self.close(close_code(error), error.code)

    # Receiving

    def flooded(self) -> None:
        """More came than any page has to say: nothing more is read, not even the answer to our close."""
        self._transport.pause_reading()
        self.refuse(Flooding("too many bytes in a second"))

    def lost(self) -> None:
        """The line is gone."""
        self._outbox.lost()

    async def hello(self) -> Hello | None:
        """The first message, which must say who is there; None when the page left instead.

        Raises HelloTooLate, or BadMessage for anything else.
        """
        try:
            async with asyncio.timeout(self._limits.hello_seconds):
                message: Inbound | None = ALIVE
                while isinstance(message, Alive):
                    message = await self.receive()
        except TimeoutError:
            raise HelloTooLate(f"no hello within {self._limits.hello_seconds:g} s") from None
        if message is None or isinstance(message, Hello):
            return message
        raise BadMessage("expected hello")

    async def inbound(self) -> AsyncIterator[Inbound]:
        """Everything that comes until either side closes; raises as ``receive`` does."""
        while (message := await self.receive()) is not None:
            yield message

    async def receive(self) -> Inbound | None:
        """The next sign of life; None when it is over.

        Raises BadMessage, MessageTooLarge or Flooding: then ``refuse`` and leave.
        """
        while True:
            message = await self._socket.receive()
            if message.type in _OVER:
                self._answer(message)
                return None
            if not self._closing:
                return self._read(message)
            if message.type is WSMsgType.ERROR or self._transport.is_closing():
                self._deaf = True
                return None
            await asyncio.sleep(_DISCARD_SECONDS)

    def _read(self, message: WSMessage) -> Inbound:
        if message.type is WSMsgType.ERROR:
            self._deaf = True
            raise _broken(message.data)
        if message.type in {WSMsgType.PING, WSMsgType.PONG}:
            self._check(self._controls, "control frames")
            if message.type is WSMsgType.PING:
                self.send(pong_frame(bytes(message.data)))
            return ALIVE
        self._check(self._messages, "messages")
        if message.type is not WSMsgType.TEXT:
            raise BadMessage("binary frames are not understood")
        if _size(message.data) > self._limits.message_bytes:
            raise MessageTooLarge(f"above {self._limits.message_bytes} bytes")
        return parse(message.data)

    def _check(self, rate: Rate, what: str) -> None:
        if not rate.allow(self._clock.now()):
            raise Flooding(f"too many {what} in a second")

    def _answer(self, message: WSMessage) -> None:
        """The other side closed, or answered our close, or is simply gone."""
        self._deaf = True
        if message.type is WSMsgType.CLOSE:
            self.peer_code = int(message.data or WSCloseCode.OK)
            self._finish(close_frame(WSCloseCode.OK))
        elif not self._closing:
            self._closing = True
            self._outbox.finish()

    # The end

    async def __aenter__(self) -> Self:
        if not self._limits.direct_frames:
            self._sending = await asyncio.TaskGroup().__aenter__()
            self._sending.create_task(self._outbox.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._finish(close_frame(WSCloseCode.OK if kind is None else WSCloseCode.INTERNAL_ERROR))
        try:
            if kind is not asyncio.CancelledError:
                await self._farewell()
        finally:
            if self._sending is not None:
                await self._sending.__aexit__(None, None, None)
            self._hang_up()

    async def _farewell(self) -> None:
        """Wait for the answer to our close, so that it is read before the connection ends."""
        if not self._deaf:
            await self.receive()
        elif self.peer_code is None and not self._transport.is_closing():
            await asyncio.sleep(min(_DEAF_SECONDS, self._limits.close_seconds))

    def _hang_up(self) -> None:
        """Let what is written go out; the timer then cuts off whoever does not take it."""
        self._transport.close()
        if self._timer is not None and not self._transport.get_write_buffer_size():
            self._timer.cancel()

    def _finish(self, *frames: Frame) -> None:
        if self._closing:
            return
        self._closing = True
        self._outbox.finish(*frames)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._limits.close_seconds, self._transport.abort)

    async def _send_by_library(self, frame: Frame) -> None:
        await self._socket.send_frame(payload_of(frame), WSMsgType(opcode_of(frame)))


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _broken(error: BaseException) -> StreamhubError:
    """What aiohttp found wrong with the frames themselves."""
    if isinstance(error, WebSocketError) and error.code == WSCloseCode.MESSAGE_TOO_BIG:
        return MessageTooLarge("far above the limit")
    return BadMessage("not a WebSocket frame that we understand")
