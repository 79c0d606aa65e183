"""Whom Zoom means: by our own keys, by its ids of registrants and panelists; a name never says it."""

from dataclasses import dataclass

from streamhub.kit.db import ReadTx
from streamhub.kit.ids import ParticipantId
from streamhub.relay.zoom_keys_store import participant_of_customer_key
from streamhub.relay.zoom_registrants_store import participant_of_email, participant_of_registrant


@dataclass(frozen=True, slots=True)
class Keys:
    """What Zoom says of somebody besides the connection; each may be empty."""

    customer_key: str = ""
    registrant: str = ""
    email: str = ""


def find(tx: ReadTx, account: str, keys: Keys) -> ParticipantId | None:
    """Whom any of the keys names, our own first; None for somebody whom nobody knows.

    Registrants are those of an account, and so are the addresses that we drew for panelists.
    """
    return (
        participant_of_customer_key(tx, keys.customer_key)
        or participant_of_registrant(tx, account, keys.registrant)
        or participant_of_email(tx, account, keys.email)
    )
