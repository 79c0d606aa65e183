"""The figures of the summit, the lists to import and the people to recognise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from streamhub.access.model import Participant
from streamhub.attendance.imports_model import Import, ImportState, QueueRow
from streamhub.audience.model import METRICS, PLATFORMS, FigureKind
from streamhub.handlers.views.figures import (
    DelegationRow,
    PlatformRow,
    RepresentedView,
    Shown,
    delegation_rows,
    invited,
    platform_row,
    represented_view,
    shown,
)
from streamhub.handlers.views.programme import Reader, SessionRow, row
from streamhub.handlers.views.wall import official
from streamhub.kit.times import Moment
from streamhub.programme.model import Delegation, Session
from streamhub.reports.model import Rule
from streamhub.statistics.results import SessionStatistics, SummitStatistics


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session in the table of the summit."""

    session: SessionRow
    begun: bool
    final: bool
    attended: Shown
    seated: int
    organisations: int
    peak: Shown


@dataclass(frozen=True, slots=True)
class SummitFigures:
    """The figures of the summit. ``matrix`` says per delegation in which sessions it was there."""

    attended: Shown
    registered: Shown
    represented: RepresentedView
    invited: RepresentedView
    represented_declared: int | None
    sessions: tuple[SessionFigures, ...]
    delegations: tuple[DelegationRow, ...]
    matrix: tuple[tuple[str, tuple[bool, ...]], ...]
    reported: tuple[PlatformRow, ...]
    declared: tuple[PlatformRow, ...]
    hidden: bool


def summit_figures(
    stats: SummitStatistics,
    sessions: Sequence[Session],
    delegations: Sequence[Delegation],
    reader: Reader,
    *,
    hidden: bool,
) -> SummitFigures:
    """The summit's own figures: each person once, whatever they attended."""
    lang = reader.times.lang
    titles = {session.slug: session.titles.get(lang) for session in sessions}
    by_slug = {session.slug: session for session in sessions}
    names = {d.code: d.names.get(lang) for d in delegations}
    platforms = [(p.kind, platform_row(p, titles, reader.times, None)) for p in stats.platforms]
    return SummitFigures(
        attended=shown(stats.attended, lang),
        registered=shown(stats.registered, lang),
        represented=represented_view(stats.represented),
        invited=invited(delegations),
        represented_declared=stats.represented_declared,
        sessions=tuple(_session_figures(s, by_slug[s.session], reader) for s in stats.sessions),
        delegations=delegation_rows(delegations, stats.represented.codes, stats.by_delegation, lang),
        matrix=tuple((names.get(line.code, line.code), line.sessions) for line in stats.matrix),
        reported=tuple(p for kind, p in platforms if kind is FigureKind.REPORTED),
        declared=tuple(p for kind, p in platforms if kind is FigureKind.DECLARED),
        hidden=hidden,
    )


def _session_figures(stats: SessionStatistics, session: Session, reader: Reader) -> SessionFigures:
    lang = reader.times.lang
    represented = represented_view(stats.represented)
    return SessionFigures(
        session=row(session, reader),
        begun=stats.window is not None,
        final=stats.final,
        attended=shown(stats.attended, lang),
        seated=represented.seated,
        organisations=represented.organisations,
        peak=shown(stats.peak.present, lang),
    )


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One imported list and what it brought."""

    id: str
    file: str
    at: Moment
    people: int
    matched: int
    unmatched: int
    stays: int
    applied: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Somebody whom nobody recognised yet, ``until`` None: there still; the name is erased at ``erased``."""

    id: int
    name: str
    file: str
    sessions: tuple[str, ...]
    since: Moment
    until: Moment | None
    erased: Moment


@dataclass(frozen=True, slots=True)
class TargetData:
    """Whom a name may be given to: a participant or a delegation."""

    text: str
    participant: str | None
    delegation: str | None


@dataclass(frozen=True, slots=True)
class SummitData:
    """What the scripts of ``/figures`` start from."""

    platforms: tuple[str, ...]
    metrics: tuple[str, ...]
    targets: tuple[TargetData, ...]


@dataclass(frozen=True, slots=True)
class SummitPage:
    """What ``/figures`` shows."""

    audience: str
    made: Moment
    figures: SummitFigures
    days: tuple[tuple[str, str], ...]
    imports: tuple[ImportRow, ...]
    queue: tuple[QueueItem, ...]
    timezone: str
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SummitReport:
    """What the printed report of the summit shows; ``version`` is None for one that is not frozen."""

    audience: str
    made: Moment
    figures: SummitFigures
    sentences: tuple[str, ...]
    rules: tuple[Rule, ...]
    version: int | None


@dataclass(frozen=True, slots=True)
class ListsInput:
    """What was imported, who waits to be recognised, and whom they may be."""

    imports: Sequence[Import]
    queue: Sequence[QueueRow]
    participants: Sequence[Participant]


def summit_page(
    figures: SummitFigures,
    sessions: Sequence[Session],
    delegations: Sequence[Delegation],
    lists: ListsInput,
    reader: Reader,
    audience: str,
) -> SummitPage:
    """The summit's figures with the lists that feed them."""
    titles = {session.slug: session.titles.get(reader.times.lang) for session in sessions}
    starts = sorted(session.starts_at for session in sessions)
    days = {reader.times.local_date(at).isoformat(): reader.times.moment(at).day for at in starts}
    data = SummitData(PLATFORMS, METRICS, targets(lists.participants, delegations, reader.times.lang))
    return SummitPage(
        audience=audience,
        made=reader.times.moment(reader.now),
        figures=figures,
        days=tuple(days.items()),
        imports=tuple(
            _import_row(one, reader) for one in lists.imports if one.state is not ImportState.PREVIEW
        ),
        queue=tuple(
            QueueItem(
                id=item.id,
                name=item.name,
                file=item.file,
                sessions=tuple(titles.get(slug, slug) for slug in item.sessions),
                since=reader.times.moment(item.since),
                until=reader.times.maybe(item.until),
                erased=reader.times.moment(item.erased_at),
            )
            for item in lists.queue
        ),
        timezone=str(reader.times.zone),
        island=msgspec.to_builtins(data),
    )


def targets(
    participants: Sequence[Participant], delegations: Sequence[Delegation], lang: str
) -> tuple[TargetData, ...]:
    """Delegations first, then every seat by its short name and function."""
    known = official(delegations)
    seats = sorted((p for p in participants if p.delegation in {d.code for d in known}), key=lambda p: p.seat)
    return (
        *(TargetData(d.names.get(lang), None, d.code) for d in known),
        *(TargetData(" · ".join(filter(None, (p.seat, p.label))), p.id, None) for p in seats),
    )


def _import_row(one: Import, reader: Reader) -> ImportRow:
    return ImportRow(
        id=one.id,
        file=one.file,
        at=reader.times.moment(one.created_at),
        people=one.counts.people,
        matched=one.counts.matched,
        unmatched=one.counts.unmatched,
        stays=one.counts.stays,
        applied=one.state is ImportState.APPLIED,
        undone=one.state is ImportState.UNDONE,
    )
