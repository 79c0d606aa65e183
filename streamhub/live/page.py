"""What the live side needs of an open page, whatever line it has: a socket or beats over HTTP."""

from typing import Protocol

from streamhub.live.close_codes import CloseCode
from streamhub.live.frames import Frame


class Page(Protocol):
    """One open page. Nothing here awaits the other side."""

    @property
    def id(self) -> str:
        """Its name on this node."""
        ...

    @property
    def closing(self) -> bool:
        """Whether it is told nothing more."""
        ...

    def send(self, frame: Frame) -> None:
        """Tell it something."""
        ...

    def send_all(self, *frames: Frame) -> None:
        """Tell it several things at once."""
        ...

    def send_latest(self, frame: Frame) -> None:
        """Tell it a number of which only the newest matters."""
        ...

    def ping(self) -> None:
        """Ask for a sign of life."""
        ...

    def close(self, code: CloseCode, reason: str, retry_after_ms: int | None = None) -> None:
        """Say why, then end."""
        ...
