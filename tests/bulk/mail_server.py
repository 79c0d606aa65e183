"""A real mail server (aiosmtpd) on a port of its own, with the moods of real ones."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

FOR_GOOD = "550 5.1.1 <{address}> no such mailbox at 192.0.2.7"
LATER = "450 4.2.1 try again later"


@dataclass(slots=True)
class MailServer:
    """What it was given, and how it behaves."""

    port: int = 0
    received: list[tuple[str, EmailMessage]] = field(default_factory=list)
    arrived_at: list[float] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    """Address to the answer that its recipient gets."""
    contents: dict[str, str] = field(default_factory=dict)
    """Address to the answer that its letter gets."""
    hang_up_on: dict[str, str] = field(default_factory=dict)
    """Address to the moment at which the line is cut: recipient, before or after the letter is kept."""
    sender_answer: str = ""
    hold_after: int | None = None
    """So many letters are kept and answered; the next is kept, and its answer waits for ``go``."""
    keep_held: bool = True
    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    logins: list[str] = field(default_factory=list)
    connections: int = 0
    encrypted: list[bool] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """How many letters each address got."""
        return Counter(address for address, _ in self.received)

    def letter(self, address: str) -> EmailMessage:
        """The one letter to an address."""
        [letter] = [letter for to, letter in self.received if to == address]
        return letter

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        self.encrypted.append(session.ssl is not None)
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        if self.hang_up_on.get(address) == "recipient":
            del self.hang_up_on[address]
            server.transport.abort()
        if address in self.recipients:
            return self.recipients[address].format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """The letter itself."""
        [address] = envelope.rcpt_tos
        cut = self.hang_up_on.pop(address, None)
        if cut == "before":
            server.transport.abort()
            return "250 OK"
        if address in self.contents:
            return self.contents[address]
        if self.hold_after is not None and len(self.received) >= self.hold_after:
            return await self._hold(address, envelope)
        self._keep(address, envelope)
        if cut == "after":
            server.transport.abort()
        return "250 OK kept"

    async def _hold(self, address: str, envelope: Envelope) -> str:
        if self.keep_held:
            self._keep(address, envelope)
        self.held.set()
        await self.go.wait()
        return "250 OK kept"

    def _keep(self, address: str, envelope: Envelope) -> None:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.received.append((address, letter))
        self.arrived_at.append(asyncio.get_running_loop().time())

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Only one password is right."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"richtig", handled=False)


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[MailServer]:
    """A server on a free port; with ``tls`` it offers STARTTLS, other options are aiosmtpd's."""
    box = MailServer()

    def connection() -> SMTP:
        box.connections += 1
        return SMTP(
            box, hostname="post.example", ident="ESMTP", tls_context=tls, authenticator=box.login, **options
        )

    listening = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        box.go.set()
        listening.close()
        await listening.wait_closed()
