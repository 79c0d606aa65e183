"""``doctor`` on Zoom: each account and meeting is asked for real, and the missing right is named."""

from collections.abc import AsyncIterator, Iterable

from streamhub.attendance.zoom_model import ZoomStanding
from streamhub.cli.finding import Finding
from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.outgoing import Unanswered
from streamhub.relay.link_model import Provider
from streamhub.relay.model import Source
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_model import Trouble, ZoomKind, ZoomRefused
from streamhub.relay.zoom_registrants_model import Numbered, numbered
from streamhub.relay.zoom_rights import MEETINGS, WEBINARS, Scope, Work, lacking
from streamhub.services import Services

MENDS = {
    Trouble.KEY_REFUSED: "account_id, client_id or client_secret is wrong, or the app is not activated",
    Trouble.RIGHT_MISSING: "the app lacks a scope: add it at Zoom, then activate the app again",
    Trouble.NOT_FOUND: "the account has no such meeting: look at the link, or name another account",
    Trouble.REGISTRATION_OFF: "nobody gets a link of their own: switch registration on at Zoom",
    Trouble.THROTTLED: "Zoom asks for patience: try again in some minutes",
    Trouble.REFUSED: "Zoom refuses: look at the app in the Marketplace",
    Trouble.UNAVAILABLE: "Zoom is down: try again later",
}
SILENCE = {
    "unreachable": "Zoom cannot be reached from here: look at firewall and DNS",
    "slow": "Zoom does not answer in time: try again later",
}
RUBBISH = "what answers is not Zoom: look at proxies between here and Zoom"

CAN = {
    Work.REPORT: "can read who was there",
    Work.REGISTRANTS: "can make personal links",
    Work.PANELISTS: "can make panelists",
}
RIGHTS = {ZoomKind.MEETING: MEETINGS, ZoomKind.WEBINAR: WEBINARS}
ONE = {ZoomKind.MEETING: "meeting", ZoomKind.WEBINAR: "webinar"}


async def zoom_findings(use: Services) -> AsyncIterator[Finding]:
    """Every account of the accounts file, its meetings, and the sources that name no account of it."""
    sources = [
        source
        for session in await use.programme.sessions()
        for source in await use.relay.sources(session.slug)
        if source.provider is Provider.ZOOM
    ]
    for finding in _strangers(sources, use.zoom_accounts):
        yield finding
    meetings = dict.fromkeys(found for source in sources if (found := numbered(source)))
    standings = {standing.account: standing for standing in await use.zoom.standings()}
    for account in use.zoom_accounts:
        if account.asks:
            theirs = [meeting for meeting in meetings if meeting.account == account.name]
            async for finding in _asked(use.zoom_apis[account.name], account.name, theirs):
                yield finding
        for finding in _heard(use, standings[account.name]):
            yield finding
    if use.settings.zoom_embedded:
        yield _embedded(use.zoom_accounts)


def _strangers(sources: Iterable[Source], accounts: Iterable[ZoomAccount]) -> list[Finding]:
    """Sources that name an account which is not in the file."""
    known = {account.name for account in accounts} | {""}
    return [
        Finding(
            f"session {source.session}: Zoom account {source.account}",
            "no such account in zoom_accounts_file: add it there, or name another one",
        )
        for source in sources
        if source.account not in known
    ]


async def _asked(api: ZoomApi, account: str, meetings: Iterable[Numbered]) -> AsyncIterator[Finding]:
    """Whether Zoom takes the credentials, knows the meetings, and allows what their kinds need."""
    what = f"zoom account {account}"
    try:
        given = await api.rights()
    except (ZoomRefused, Unanswered) as failure:
        yield Finding(f"{what}: Zoom takes its credentials", _mend(failure))
        return
    yield Finding(f"{what}: Zoom takes its credentials")
    kinds = set[ZoomKind]()
    for meeting in meetings:
        kind, finding = await _known(api, meeting)
        kinds |= {kind} if kind else set()
        yield finding
    for kind in sorted(kinds or {ZoomKind.MEETING}):
        for work, scopes in RIGHTS[kind].items():
            yield Finding(f"{what}: {CAN[work]}, {kind}", _add(lacking(given, scopes)))


async def _known(api: ZoomApi, meeting: Numbered) -> tuple[ZoomKind | None, Finding]:
    """What a number stands for at Zoom, and whether people get links of their own there."""
    try:
        found = await api.meeting(meeting.number)
    except (ZoomRefused, Unanswered) as failure:
        return None, Finding(f"zoom account {meeting.account}: {meeting.number}", _mend(failure))
    kind = found.meeting.kind
    mend = "" if found.registration else MENDS[Trouble.REGISTRATION_OFF]
    return kind, Finding(f"zoom account {meeting.account}: {ONE[kind]} {meeting.number}", mend)


def _mend(failure: ZoomRefused | Unanswered) -> str:
    if isinstance(failure, Unanswered):
        return SILENCE.get(failure.code, RUBBISH)
    missing = f": {failure.right}" if failure.right else ""
    return MENDS[failure.trouble] + missing


def _add(missing: Iterable[Scope]) -> str:
    words = ", ".join(scope.words for scope in missing)
    return f"add to the app's scopes, then activate it again: {words}" if words else ""


def _heard(use: Services, standing: ZoomStanding) -> Iterable[Finding]:
    """Whether what Zoom sends is checked, and whether it arrives."""
    what = f"zoom account {standing.account}"
    if not standing.hears:
        yield Finding(
            f"{what}: what Zoom sends is checked",
            "copy the Secret Token of the app's event subscription into secret_token, start anew, then"
            " press Validate at Zoom (docs/operations.md)",
        )
        return
    yield Finding(f"{what}: what Zoom sends is checked")
    yield Finding(
        f"{what}: Zoom asks every 72 h whether the address is ours, last {_at(standing.last_validation_at)};"
        f" it was last heard {_at(standing.last_webhook_at)}",
        ""
        if standing.validated
        else f"press Validate at Zoom for {use.settings.public_url}/hooks/zoom, with the server running",
    )


def _at(instant: Instant | None) -> str:
    return "never" if instant is None else rfc3339(instant)


def _embedded(accounts: Iterable[ZoomAccount]) -> Finding:
    """Joining in our page is switched on: then some account must have what it needs."""
    some = any(account.embeds for account in accounts)
    mend = "no account has sdk_key and sdk_secret: add them, or switch zoom_embedded off"
    return Finding("Zoom can be joined in our page", "" if some else mend)
