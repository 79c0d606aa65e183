"""``doctor`` on Zoom: each account is tried for real, and the missing right is named."""

from collections.abc import AsyncIterator, Iterable

from streamhub.cli.finding import Finding
from streamhub.kit.outgoing import Unanswered
from streamhub.relay.link_model import Provider
from streamhub.relay.model import Source
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import Trouble, ZoomApi, ZoomRefused
from streamhub.relay.zoom_rights import MEETINGS, WEBINARS, Scope, Work, lacking
from streamhub.services import Services

MENDS = {
    Trouble.KEY_REFUSED: "account_id, client_id or client_secret is wrong, or the app is not activated",
    Trouble.RIGHT_MISSING: "the app lacks a scope: add it at Zoom and activate the app again",
    Trouble.NOT_FOUND: "Zoom does not know this account: look at account_id",
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


async def zoom_findings(use: Services) -> AsyncIterator[Finding]:
    """Every account of the accounts file, and the sources that name one."""
    sources = [
        source
        for session in await use.programme.sessions()
        for source in await use.relay.sources(session.slug)
        if source.provider is Provider.ZOOM
    ]
    for finding in _strangers(sources, use.zoom_accounts):
        yield finding
    for account in use.zoom_accounts:
        if account.asks:
            async for finding in _asked(account.name, use.zoom_apis[account.name]):
                yield finding
        yield _heard(account)


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


async def _asked(name: str, api: ZoomApi) -> AsyncIterator[Finding]:
    """Whether Zoom takes the credentials, and each thing that they must allow."""
    try:
        given = await api.rights()
    except ZoomRefused as refusal:
        yield Finding(f"zoom account {name}: Zoom takes its credentials", MENDS[refusal.trouble])
        return
    except Unanswered as failure:
        yield Finding(f"zoom account {name}: Zoom takes its credentials", SILENCE.get(failure.code, RUBBISH))
        return
    yield Finding(f"zoom account {name}: Zoom takes its credentials")
    for work, scopes in MEETINGS.items():
        yield Finding(f"zoom account {name}: {CAN[work]}, meetings", _add(lacking(given, scopes)))
    if any(scope.startswith("webinar:") for scope in given):  # half of them is a slip
        for work, scopes in WEBINARS.items():
            yield Finding(f"zoom account {name}: {CAN[work]}, webinars", _add(lacking(given, scopes)))


def _add(missing: Iterable[Scope]) -> str:
    words = ", ".join(scope.words for scope in missing)
    return f"add to the app's scopes, then activate it again: {words}" if words else ""


def _heard(account: ZoomAccount) -> Finding:
    """Whether what Zoom sends could be checked."""
    mend = (
        "copy the Secret Token of the app's event subscription into secret_token, start anew, then press"
        " Validate at Zoom (docs/operations.md)"
    )
    return Finding(f"zoom account {account.name}: what Zoom sends is checked", "" if account.hears else mend)
