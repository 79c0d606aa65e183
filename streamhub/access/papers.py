"""Personal links on paper and for a mail merge: a table, badges to cut out, a list for each delegation."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from streamhub.access.bulk_service import Personal
from streamhub.access.qr import qr_svg
from streamhub.kit.clock import rfc3339
from streamhub.kit.i18n import languages
from streamhub.kit.ids import DelegationCode
from streamhub.kit.templates import Pages
from streamhub.kit.times import Times, times_of
from streamhub.programme.model import RESERVED, Delegation, Summit

COLUMNS = ("seat", "label", "delegation", "role", "link", "expires_at")
IDENTITY_COLUMNS = ("name", "email", "lang")

ON_A_SHEET = 8
_ACROSS, _DOWN = 2, 4
_WIDTH_MM, _HEIGHT_MM = 90, 65
_LEFT_MM, _TOP_MM = 15, 18.5  # what is left of A4 (210 × 297 mm), halved
_MARK_MM = 5
_GAP_MM = 2  # between a mark and the badge: a cut beside it leaves no line

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Badge:
    """What is printed for one person. ``delegation`` is empty for staff."""

    seat: str
    label: str
    name: str
    delegation: str
    role: str
    link: str
    until: str
    qr: str


@dataclass(frozen=True, slots=True)
class Line:
    """A mark where to cut, in millimetres from the sheet's upper left corner."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Section:
    """The people of one delegation."""

    title: str
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """For whom and in which language something is printed. Names only where they are asked for."""

    summit: Summit
    delegations: Sequence[Delegation]
    lang: str
    with_identities: bool = False

    @property
    def spoken(self) -> str:
        """The language, where pages exist in it, else French."""
        return self.lang if self.lang in languages() else languages()[0]


def as_csv(people: Iterable[Personal], *, with_identities: bool) -> str:
    """One line a person. Nothing that a person typed can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS + IDENTITY_COLUMNS if with_identities else COLUMNS)
    for one in people:
        row, who = one.invitation, one.identity
        cells = [row.seat, row.label, row.delegation, row.role.value, one.link, rfc3339(row.expires_at)]
        if with_identities:
            cells += [who.name, who.email, who.lang] if who else ["", "", ""]
        writer.writerow([_text(cell) for cell in cells])
    return out.getvalue()


def as_badges(people: Iterable[Personal], papers: Papers, pages: Pages) -> str:
    """A page to print: eight badges on each A4 sheet, in protocol order, with marks where to cut."""
    badges = [badge for section in _sections(people, papers) for badge in section.badges]
    sheets = [badges[first : first + ON_A_SHEET] for first in range(0, len(badges), ON_A_SHEET)]
    values = {"title": papers.summit.titles.get(papers.spoken), "sheets": sheets, "marks": cut_marks()}
    return pages.text("badges.html", papers.spoken, values)


def as_list(people: Iterable[Personal], papers: Papers, pages: Pages) -> str:
    """A page to print: a list for each delegation on a sheet of its own, for its correspondent."""
    summit = papers.summit
    contact = ", ".join(filter(None, (summit.contact_name, summit.contact_phone, summit.contact_email)))
    values = {
        "title": summit.titles.get(papers.spoken),
        "contact": contact,
        "with_names": papers.with_identities,
        "sections": _sections(people, papers),
    }
    return pages.text("delegation_list.html", papers.spoken, values)


def cut_marks() -> tuple[Line, ...]:
    """Short lines outside the badges, at the end of every line to cut along."""
    right, bottom = _LEFT_MM + _ACROSS * _WIDTH_MM, _TOP_MM + _DOWN * _HEIGHT_MM
    marks = []
    for column in range(_ACROSS + 1):
        x = _LEFT_MM + column * _WIDTH_MM
        marks.append(Line(x, _TOP_MM - _GAP_MM - _MARK_MM, x, _TOP_MM - _GAP_MM))
        marks.append(Line(x, bottom + _GAP_MM, x, bottom + _GAP_MM + _MARK_MM))
    for row in range(_DOWN + 1):
        y = _TOP_MM + row * _HEIGHT_MM
        marks.append(Line(_LEFT_MM - _GAP_MM - _MARK_MM, y, _LEFT_MM - _GAP_MM, y))
        marks.append(Line(right + _GAP_MM, y, right + _GAP_MM + _MARK_MM, y))
    return tuple(marks)


def _sections(people: Iterable[Personal], papers: Papers) -> list[Section]:
    """Delegations in protocol order, then the staff."""
    order = {delegation.code: place for place, delegation in enumerate(papers.delegations)}
    names = {delegation.code: delegation.names.get(papers.spoken) for delegation in papers.delegations}
    times = times_of(papers.summit.timezone, papers.spoken)

    def place(one: Personal) -> tuple[int, DelegationCode]:
        return order.get(one.invitation.delegation, len(order)), one.invitation.delegation

    return [
        Section(_title(code, names, papers), tuple(_badge(one, names, papers, times) for one in group))
        for (_, code), group in groupby(sorted(people, key=place), key=place)
    ]


def _title(code: DelegationCode, names: Mapping[DelegationCode, str], papers: Papers) -> str:
    return papers.summit.titles.get(papers.spoken) if code in RESERVED else names.get(code, code)


def _badge(one: Personal, names: Mapping[DelegationCode, str], papers: Papers, times: Times) -> Badge:
    row = one.invitation
    until = times.moment(row.expires_at)
    return Badge(
        seat=row.seat,
        label=row.label,
        name=one.identity.name if papers.with_identities and one.identity else "",
        delegation="" if row.delegation in RESERVED else names.get(row.delegation, row.delegation),
        role=row.role.value,
        link=one.link,
        until=f"{until.date}, {until.hm}",
        qr=qr_svg(one.link),
    )


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
