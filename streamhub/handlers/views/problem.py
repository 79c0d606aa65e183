"""What a person reads when something does not open: a sentence, a reason, a next step."""

from dataclasses import dataclass

from streamhub.handlers.views.programme import SessionRow
from streamhub.kit import errors
from streamhub.kit.times import Moment, Times


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """An error page. ``code`` chooses the words; the rest fills them in.

    ``code`` is the error's own, but ``replaced`` for a link that was replaced, and
    ``internal`` for a fault of ours. ``minutes`` is how long to wait, at least one.
    """

    code: str
    at: Moment | None = None
    minutes: int = 1
    seats: int | None = None
    yours: tuple[SessionRow, ...] = ()


def problem_page(
    error: errors.StreamhubError, times: Times | None, yours: tuple[SessionRow, ...] = ()
) -> ProblemPage:
    """The page of an error; ``times`` is None where not even the summit could be read."""
    at = _instant(error)
    wait = error.retry_after if isinstance(error, errors.RateLimited) else 60
    return ProblemPage(
        code="replaced" if isinstance(error, errors.InvitationRevoked) and error.replaced else error.code,
        at=times.maybe(at) if times else None,
        minutes=-(-wait // 60),
        yours=yours,
    )


def _instant(error: errors.StreamhubError) -> int | None:
    if isinstance(error, errors.OpensLater):
        return error.opens_at
    return error.expired_at if isinstance(error, errors.TokenExpired) else None
