"""Whom Zoom means: our own keys, its registrants and panelists. Each is known by another part."""

from collections.abc import Callable
from dataclasses import dataclass

from streamhub.kit.db import ReadTx
from streamhub.kit.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class Keys:
    """What Zoom says of somebody besides the connection; each may be empty."""

    customer_key: str = ""
    registrant: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ZoomPeople:
    """The look-ups, each of one key; registrants and addresses are those of an account."""

    of_customer_key: Callable[[ReadTx, str], ParticipantId | None]
    of_registrant: Callable[[ReadTx, str, str], ParticipantId | None]
    of_email: Callable[[ReadTx, str, str], ParticipantId | None]

    def find(self, tx: ReadTx, account: str, keys: Keys) -> ParticipantId | None:
        """Whom any of the keys names, our own first; None for somebody whom nobody knows."""
        found = self.of_customer_key(tx, keys.customer_key) if keys.customer_key else None
        if found is None and keys.registrant:
            found = self.of_registrant(tx, account, keys.registrant)
        if found is None and keys.email:
            found = self.of_email(tx, account, keys.email)
        return found
