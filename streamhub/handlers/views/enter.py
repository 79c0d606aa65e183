"""The page behind a personal link: the same for every code, so that it tells nothing."""

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class EnterPage:
    """What ``/j/{code}`` and ``/j`` show.

    ``by_fragment`` is ``/j``, where the script has the token. ``open_for`` is who this browser
    is open for when another person's link was posted: the page then asks before it replaces,
    and the answer comes as the form field ``replace=yes``. ``arriving`` is that other person.
    """

    by_fragment: bool
    address: str
    open_for: str | None
    arriving: str | None
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Data:
    open_for: str | None
    participant: str | None


def enter_page(
    address: str,
    *,
    by_fragment: bool = False,
    open_for: str | None = None,
    arriving: str | None = None,
    participant: str | None = None,
) -> EnterPage:
    """``address`` is the public host, for people who check where they are.

    On ``/j`` the script compares the token with ``participant``, whom the browser is open for.
    """
    data = _Data(open_for, participant) if by_fragment else _Data(None, None)
    return EnterPage(by_fragment, address, open_for, arriving, msgspec.to_builtins(data))
