"""The tree of errors. Each has one stable code; transports translate in one table each.

The domain raises these and never speaks of statuses: ``handlers/errors.py`` holds
the HTTP table, ``live/close_codes.py`` the WebSocket table.
"""

from dataclasses import dataclass

from streamhub.kit.clock import Instant


class StreamhubError(Exception):
    """Root of everything that a user or another program may be told."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; ``field`` is its name as the sender wrote it."""

    field: str
    message: str


class TokenInvalid(StreamhubError):
    """Not a token of ours: form, key, signature, issuer or audience.

    HTTP tells the code and one fixed sentence; ``reason`` (a stable word) and
    ``explanation`` are for the log and the command line.
    """

    code = "token_invalid"

    def __init__(
        self, detail: str = "not a valid token", *, reason: str = "malformed", explanation: str = ""
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.explanation = explanation


class TokenExpired(StreamhubError):
    """The token or the invitation behind it ended at ``expired_at``."""

    code = "token_expired"

    def __init__(self, detail: str, *, expired_at: Instant | None = None) -> None:
        super().__init__(detail)
        self.expired_at = expired_at


class OpensLater(StreamhubError):
    """Something that will be open at ``opens_at``."""

    def __init__(self, detail: str, *, opens_at: Instant | None = None) -> None:
        super().__init__(detail)
        self.opens_at = opens_at


class TokenNotYetValid(OpensLater):
    """The invitation opens later."""

    code = "token_not_yet_valid"


class DoorsClosed(OpensLater):
    """The session's doors are not open yet."""

    code = "doors_closed"


class WrongSession(StreamhubError):
    """The invitation does not open this session."""

    code = "wrong_session"


class InvitationRevoked(StreamhubError):
    """The invitation was revoked, or ``replaced`` by a newer link of the same person."""

    code = "invitation_revoked"

    def __init__(self, detail: str, *, replaced: bool = False) -> None:
        super().__init__(detail)
        self.replaced = replaced


class Removed(StreamhubError):
    """The person was removed from this session."""

    code = "removed"


class DeviceLimit(StreamhubError):
    """The invitation is open on as many devices as it allows."""

    code = "device_limit"


class RoleForbidden(StreamhubError):
    """The role may not do this."""

    code = "role_forbidden"


class UnknownSession(StreamhubError):
    """No such session."""

    code = "unknown_session"


class CodeUnknown(StreamhubError):
    """A link code that opens nothing."""

    code = "code_unknown"


class CrossOrigin(StreamhubError):
    """A cookie came with a request from another site."""

    code = "cross_origin"


class InsecureOrigin(StreamhubError):
    """Entering over plain http on a host that is not this machine."""

    code = "insecure_origin"


class RateLimited(StreamhubError):
    """Too many tries; ``retry_after`` is in seconds."""

    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class StorageUnavailable(StreamhubError):
    """Nothing could be stored, so nothing was acknowledged."""

    code = "storage_unavailable"


class FieldInvalid(StreamhubError):
    """One or more fields of what was sent are wrong."""

    code = "field_invalid"

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems


class StateConflict(StreamhubError):
    """The thing is not in a state that allows this."""

    code = "state_conflict"


class SeatsTaken(StateConflict):
    """Every remote seat of the delegation is taken: the person waits for one, and sees nothing yet."""

    def __init__(self, detail: str = "every remote seat of the delegation is taken") -> None:
        super().__init__(detail)


class LinkRefused(StreamhubError):
    """A link that cannot be shown; ``reason`` is a stable word."""

    code = "link_refused"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class NotConfigured(StreamhubError):
    """The organiser has not set this up."""

    code = "not_configured"


class MailUnavailable(StreamhubError):
    """The mail server cannot be used: nothing more was sent, what waits goes on waiting."""

    code = "mail_unavailable"


class NotFound(StreamhubError):
    """No such thing."""

    code = "not_found"


class SettingInvalid(StreamhubError):
    """A setting is unknown or bad; the start stops and names it."""

    code = "setting_invalid"


class FileInvalid(StreamhubError):
    """A file that cannot be loaded; each problem names its file, line and field."""

    code = "file_invalid"

    def __init__(self, problems: "list[FileProblem]") -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One problem in one file; ``line`` counts from 1, None for the whole file."""

    file: str
    line: int | None
    field: str | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class SignatureMissing(StreamhubError):
    """A webhook that none of our accounts has signed."""

    code = "bad_signature"


class SignatureStale(StreamhubError):
    """A webhook that was signed too long ago, or ahead of its time."""

    code = "stale"


class BodyUnreadable(StreamhubError):
    """A signed webhook whose body is no event."""

    code = "bad_form"
