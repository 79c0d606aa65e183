"""Personal links on paper: a list for a mail merge, and cards with QR codes to cut out."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from babel.dates import format_datetime

from streamhub.access.model import Invitation
from streamhub.access.qr import qr_svg
from streamhub.kit.clock import rfc3339, to_datetime
from streamhub.kit.i18n import languages
from streamhub.kit.ids import DelegationCode
from streamhub.kit.templates import Pages
from streamhub.programme.local_time import zone_of
from streamhub.programme.model import STAFF, Delegation, Summit

COLUMNS = ("seat", "label", "delegation", "role", "link", "expires_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Personal:
    """One invitation with its personal link."""

    invitation: Invitation
    link: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed for one person."""

    seat: str
    label: str
    until: str
    qr: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cards of one delegation."""

    title: str
    cards: tuple[Card, ...]


def as_csv(people: Iterable[Personal]) -> str:
    """One line a person. Nothing that a person typed can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in people:
        row = one.invitation
        cells = (row.seat, row.label, row.delegation, row.role.value, one.link, rfc3339(row.expires_at))
        writer.writerow([_text(cell) for cell in cells])
    return out.getvalue()


def as_html(people: Iterable[Personal], summit: Summit, delegations: Sequence[Delegation], lang: str) -> str:
    """A page to print: a sheet for each delegation in protocol order, then the staff."""
    lang = lang if lang in languages() else languages()[0]
    order = {delegation.code: place for place, delegation in enumerate(delegations)}
    names = {delegation.code: delegation.names.get(lang) for delegation in delegations}

    def place(one: Personal) -> tuple[int, DelegationCode]:
        return order.get(one.invitation.delegation, len(order)), one.invitation.delegation

    sheets = [
        Sheet(_title(code, names, summit, lang), tuple(_card(one, summit, lang) for one in group))
        for (_, code), group in groupby(sorted(people, key=place), key=place)
    ]
    return Pages().text("invitation_cards.html", lang, {"title": summit.titles.get(lang), "sheets": sheets})


def _title(code: DelegationCode, names: dict[DelegationCode, str], summit: Summit, lang: str) -> str:
    return summit.titles.get(lang) if code == STAFF else names.get(code, code)


def _card(one: Personal, summit: Summit, lang: str) -> Card:
    until = to_datetime(one.invitation.expires_at).astimezone(zone_of(summit.timezone))
    return Card(
        seat=one.invitation.seat,
        label=one.invitation.label,
        until=format_datetime(until, "d MMMM y, HH:mm", locale=lang.replace("-", "_")),
        qr=qr_svg(one.link),
    )


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
