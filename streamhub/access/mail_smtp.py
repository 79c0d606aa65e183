"""One mail server, and what it says to a letter. The one file that speaks SMTP.

Which answers mean what (RFC 5321, 4.2.1): 5xx to the recipient or the content refuses
this letter for good, 4xx is for later. What the server has against us rather than the
letter (login, sender, security) stops everything. Once the content is on its way, a lost
connection leaves it open whether the letter was taken.
"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from streamhub.access.mail_model import MailState, Outcome
from streamhub.kit.errors import MailUnavailable
from streamhub.kit.log import redact
from streamhub.kit.settings import Settings

PERMANENT = 500
CLOSING = 421
ABOUT_US = frozenset({530, 534, 535, 538})
"""Codes that ask us to log in or to encrypt (RFC 4954, RFC 3207), whatever they answer."""

MAX_REASON = 200  # characters kept of what a server says

Claim = Callable[[], Awaitable[bool]]
"""Writes down that the content goes out now; False: it must not."""


class ConnectionLost(Exception):
    """The server went away before it was given the content: the letter can be tried again."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter ready to go."""

    sender: str
    recipient: str
    content: bytes


class Post:
    """The connection to the mail server: opened when first needed, and again after it was lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: SMTP | None = None

    async def deliver(self, letter: Envelope, claim: Claim) -> Outcome | None:
        """Hand one letter over; None where ``claim`` did not allow it at the last moment.

        Raises MailUnavailable where the server has something against us, ConnectionLost where
        it went away in time.
        """
        client = await self._connected()
        try:
            await client.mail(letter.sender)
            await client.rcpt(letter.recipient)
        except SMTPResponseException as error:
            return await self._refused(client, error)
        except (SMTPException, OSError) as error:
            self._drop()
            raise ConnectionLost from error
        if not await claim():
            await self._reset(client)
            return None
        return await self._content(client, letter.content)

    async def try_out(self) -> None:
        """Connect, log in and name our sender, without a letter; then say goodbye.

        Raises MailUnavailable with what is wrong.
        """
        client = await self._connected()
        try:
            await client.mail(self._settings.smtp_from)
        except SMTPResponseException as error:
            raise MailUnavailable(
                f"the mail server refuses {self._settings.smtp_from}: {error.code} {_words(error.message)}"
            ) from error
        except (SMTPException, OSError) as error:
            raise MailUnavailable(f"the mail server went away: {type(error).__name__}") from error
        finally:
            await self.close()

    async def close(self) -> None:
        """Say goodbye; harmless where there is no connection."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit()
        except (SMTPException, OSError):
            client.close()

    async def _content(self, client: SMTP, content: bytes) -> Outcome:
        try:
            answer = await client.data(content)
        except SMTPResponseException as error:
            return await self._refused(client, error)
        except (SMTPException, OSError) as error:
            self._drop()
            return Outcome(MailState.UNKNOWN, None, _words(f"no answer: {type(error).__name__}"))
        return Outcome(MailState.SENT, answer.code, "")

    async def _refused(self, client: SMTP, error: SMTPResponseException) -> Outcome:
        """What an answer that is no yes means for the letter."""
        ours = isinstance(error, SMTPSenderRefused) and error.code >= PERMANENT
        if ours or error.code in ABOUT_US:
            self._drop()
            raise MailUnavailable(f"the mail server refuses us: {error.code} {_words(error.message)}")
        if error.code == CLOSING:
            self._drop()
        else:
            await self._reset(client)
        state = MailState.REFUSED if error.code >= PERMANENT else MailState.QUEUED
        return Outcome(state, error.code, _words(error.message))

    async def _reset(self, client: SMTP) -> None:
        """Take back sender and recipient; where that fails the connection is not used again."""
        try:
            await client.rset()
        except (SMTPException, OSError):
            self._drop()

    async def _connected(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        self._drop()
        client = self._new_client()
        try:
            await client.connect()
        except SMTPAuthenticationError as error:
            raise MailUnavailable(f"the mail server refuses the login: {error.code}") from error
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            raise MailUnavailable(f"the mail server does not answer: {type(error).__name__}") from error
        except SMTPException as error:
            raise MailUnavailable(f"the mail server cannot be used: {_words(str(error))}") from error
        self._client = client
        return client

    def _new_client(self) -> SMTP:
        given = self._settings
        encrypted = given.smtp_security != "none"
        return SMTP(
            hostname=given.smtp_host,
            port=given.smtp_port,
            username=given.smtp_user or None,
            password=given.smtp_password or None,
            local_hostname=urlsplit(given.public_url).hostname or "localhost",
            timeout=given.smtp_seconds,
            use_tls=given.smtp_security == "tls",
            start_tls=given.smtp_security == "starttls",
            tls_context=ssl.create_default_context() if encrypted else None,
        )

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _words(said: str) -> str:
    """A server's words on one line, without the addresses that they like to repeat."""
    return redact(" ".join(said.split()))[:MAX_REASON]
