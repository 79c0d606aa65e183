"""Identifiers: one type for each, so that none passes for another."""

import secrets
from typing import NewType

ParticipantId = NewType("ParticipantId", str)
InvitationId = NewType("InvitationId", str)
DelegationCode = NewType("DelegationCode", str)
SessionSlug = NewType("SessionSlug", str)
SourceId = NewType("SourceId", str)
ConnectionId = NewType("ConnectionId", str)
ViewerId = NewType("ViewerId", str)
GrantId = NewType("GrantId", str)
ImportId = NewType("ImportId", str)
NodeId = NewType("NodeId", str)

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32 (RFC 4648), lower case
_ID_LENGTH = 16  # 80 bits: no collision among any number of people we shall see


def random_base32(length: int) -> str:
    """Random base32 characters, 5 bits each, from the system's generator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """A fresh identifier such as ``p_k3x7…``; the prefix tells its kind in a log."""
    return f"{prefix}_{random_base32(_ID_LENGTH)}"
