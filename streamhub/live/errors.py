"""What a client of the live socket can do wrong. The close codes stand in ``close_codes``."""

from streamhub.kit.errors import RateLimited, StreamhubError


class BadMessage(StreamhubError):
    """Not a message of the protocol: no JSON, a wrong or unknown field, a binary frame."""

    code = "bad_message"


class MessageTooLarge(StreamhubError):
    """A message above ``live_message_bytes``."""

    code = "message_too_large"


class Flooding(StreamhubError):
    """More messages or control frames in a second than one page has reason to send."""

    code = "flooding"


class HelloTooLate(StreamhubError):
    """A socket that did not say who it is within ten seconds."""

    code = "hello_too_late"


class TooManyConnections(RateLimited):
    """What is open stays open, and no more is taken; HTTP says 429 where there is no socket to close."""

    code = "too_many_connections"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after=retry_after)
