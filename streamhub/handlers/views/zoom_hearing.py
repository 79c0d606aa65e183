"""How hearing Zoom goes, as the staff's page of a session shows it: a line for each account that it needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from streamhub.attendance.zoom_model import ZoomStanding
from streamhub.kit.times import Moment, Times
from streamhub.relay.link_model import Provider
from streamhub.relay.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomState:
    """One account. ``fault`` is a stable word, empty where reports come; ``right`` is what is missing."""

    account: str
    hears: bool
    asks: bool
    webhook: Moment | None
    validated: bool
    report: Moment | None
    fault: str
    right: str
    set_aside: int


NO_ZOOM: tuple[ZoomState, ...] = ()


def zoom_view(
    standings: Iterable[ZoomStanding], sources: Iterable[Source], times: Times
) -> tuple[ZoomState, ...]:
    """The accounts that a session's Zoom sources name; any of them where one names none."""
    named = {source.account for source in sources if source.provider is Provider.ZOOM}
    return tuple(_state(one, times) for one in standings if one.account in named or "" in named)


def _state(one: ZoomStanding, times: Times) -> ZoomState:
    return ZoomState(
        account=one.account,
        hears=one.hears,
        asks=one.asks,
        webhook=times.maybe(one.last_webhook_at),
        validated=one.validated,
        report=times.maybe(one.last_report_at),
        fault=one.fault,
        right=one.right,
        set_aside=one.set_aside,
    )
