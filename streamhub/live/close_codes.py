"""Close codes of the live socket, and the one table from errors to them."""

from enum import IntEnum

from streamhub.kit import errors
from streamhub.live import errors as live_errors

_FIRST_THAT_STOPS = 4400


class CloseCode(IntEnum):
    """Why a live socket was closed. 40xx: the client comes back; 44xx: it stops until the user asks."""

    RESTART = 4001
    TOO_SLOW = 4002
    SILENT = 4004
    STORAGE_UNAVAILABLE = 4005
    TOO_MANY_CONNECTIONS = 4006
    HELLO_TOO_LATE = 4008
    BAD_MESSAGE = 4400
    TOKEN_REFUSED = 4401
    FORBIDDEN = 4403
    UNKNOWN_SESSION = 4404
    DEVICE_LIMIT = 4409
    REVOKED = 4410
    MOVED = 4411
    TOO_LARGE = 4413
    FLOODING = 4429

    @property
    def comes_back(self) -> bool:
        """Whether the client tries again by itself."""
        return self < _FIRST_THAT_STOPS


CLOSE_CODE: dict[type[errors.StreamhubError], CloseCode] = {
    errors.TokenInvalid: CloseCode.TOKEN_REFUSED,
    errors.TokenExpired: CloseCode.TOKEN_REFUSED,
    errors.TokenNotYetValid: CloseCode.FORBIDDEN,
    errors.WrongSession: CloseCode.FORBIDDEN,
    errors.RoleForbidden: CloseCode.FORBIDDEN,
    errors.CrossOrigin: CloseCode.FORBIDDEN,
    errors.InvitationRevoked: CloseCode.REVOKED,
    errors.Removed: CloseCode.REVOKED,
    errors.DeviceLimit: CloseCode.DEVICE_LIMIT,
    errors.UnknownSession: CloseCode.UNKNOWN_SESSION,
    errors.RateLimited: CloseCode.FLOODING,
    errors.FieldInvalid: CloseCode.BAD_MESSAGE,
    errors.StorageUnavailable: CloseCode.STORAGE_UNAVAILABLE,
    live_errors.BadMessage: CloseCode.BAD_MESSAGE,
    live_errors.MessageTooLarge: CloseCode.TOO_LARGE,
    live_errors.Flooding: CloseCode.FLOODING,
    live_errors.HelloTooLate: CloseCode.HELLO_TOO_LATE,
    live_errors.TooManyConnections: CloseCode.TOO_MANY_CONNECTIONS,
}


def close_code(error: errors.StreamhubError) -> CloseCode:
    """The close code of an error: that of its class, else that of the nearest class above.

    An error that has none is a fault of ours, not the client's: it comes back.
    """
    return next((CLOSE_CODE[kind] for kind in type(error).__mro__ if kind in CLOSE_CODE), CloseCode.RESTART)
