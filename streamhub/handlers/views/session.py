"""The delegate's page: am I in, am I counted, what is on, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from babel import Locale, UnknownLocaleError

from streamhub.access.roles import ASKING
from streamhub.handlers.views.frame import is_counted
from streamhub.handlers.views.programme import Reader, SessionRow, after, row
from streamhub.kit.clock import Instant
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Document, Session, SessionState
from streamhub.relay.link_model import Provider
from streamhub.relay.model import AUDIO, FLOOR, SIGN, SourceView

LIGHT = "1"
"""``?light=`` where the light mode is asked for."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A working document; ``host`` is said because it is another site."""

    title: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class SessionData:
    """What the page's script starts from; the socket brings the rest."""

    slug: SessionSlug
    state: SessionState
    starts_at: Instant
    ends_at: Instant
    doors_at: Instant
    cancelled: bool
    now: Instant
    planned: Instant
    zone: str
    city: str
    participant: str
    invited: bool
    counted: bool
    sources: tuple[SourceView, ...]
    words: SourceView | None
    beside: SourceView | None
    channel: str
    light: str


@dataclass(frozen=True, slots=True)
class OnStage:
    """What one reader is offered: nothing before the doors open or without a seat.

    ``sources`` are what the channels show, ``words`` a text to read instead, ``beside`` a meeting
    in which invited people can speak. ``channel`` is the one that the address asks for, empty
    for none; ``light`` is ``1`` or ``0`` where the address says so. ``embedded``: the session's
    meetings can be joined in a page of ours.
    """

    sources: tuple[SourceView, ...] = ()
    words: SourceView | None = None
    beside: SourceView | None = None
    channel: str = ""
    light: str = ""
    embedded: bool = False

    @property
    def source(self) -> SourceView | None:
        """What the page shows of them: in the light mode the sound, unless another channel is asked for."""
        wanted = self.channel or (AUDIO if self.light == LIGHT else "")
        chosen = (one for one in self.sources if one.channel == wanted)
        return next(chosen, self.sources[0] if self.sources else None)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel to choose; ``name`` is a language's own, empty for those that our texts name."""

    channel: str
    name: str
    megabytes_per_hour: int
    current: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """What ``/s/{slug}`` shows.

    ``counted`` is False for public viewers, observers and people who work here. ``seats`` are the
    remote ones of the reader's delegation, None without a limit; ``devices`` is on how many the link
    may be open at once.
    """

    session: SessionRow
    invited: bool
    counted: bool
    asking: bool
    source: SourceView | None
    words: SourceView | None
    beside: SourceView | None
    sound: bool
    channels: tuple[ChannelRow, ...]
    light: bool
    embedded: bool
    seats: int | None
    devices: int
    following: tuple[SessionRow, ...]
    documents: tuple[DocumentView, ...]
    island: dict[str, Any]


def session_page(
    session: Session,
    sessions: Sequence[Session],
    documents: Sequence[Document],
    stage: OnStage,
    reader: Reader,
    seats: int | None = None,
) -> SessionPage:
    """The page of one session for one reader who may open it."""
    grant = reader.grant
    shown = row(session, reader)
    counted = grant is not None and is_counted(grant.role, grant.delegation)
    data = SessionData(
        slug=session.slug,
        state=session.state,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        doors_at=shown.doors.ms,
        cancelled=session.cancelled,
        now=reader.now,
        planned=session.scheduled_starts_at,
        zone=str(reader.times.zone),
        city=reader.times.city,
        participant=grant.participant if grant else "",
        invited=grant is not None,
        counted=counted,
        sources=stage.sources,
        words=stage.words,
        beside=stage.beside,
        channel=stage.channel,
        light=stage.light,
    )
    return SessionPage(
        session=shown,
        invited=grant is not None,
        counted=counted,
        asking=grant is not None and grant.role in ASKING,
        source=stage.source,
        words=stage.words,
        beside=stage.beside,
        sound=stage.source is not None and is_sound(stage.source),
        channels=channel_rows(stage),
        light=stage.light == LIGHT,
        embedded=stage.embedded,
        seats=seats,
        devices=grant.devices if grant else 1,
        following=after(sessions, session, reader),
        documents=tuple(document_view(document, reader.times.lang) for document in documents),
        island=msgspec.to_builtins(data),
    )


def is_sound(source: SourceView) -> bool:
    """Whether it is heard and not seen."""
    return source.provider is Provider.SOUND or source.channel == AUDIO


def channel_rows(stage: OnStage) -> tuple[ChannelRow, ...]:
    """The channels to choose from; none where the session has one only."""
    if len(stage.sources) < 2:  # noqa: PLR2004 - there is nothing to choose
        return ()
    return tuple(
        ChannelRow(one.channel, _autonym(one.channel), one.megabytes_per_hour, one is stage.source)
        for one in stage.sources
    )


def _autonym(channel: str) -> str:
    """A language's own name for itself, as its speakers look for it."""
    if channel in {FLOOR, SIGN, AUDIO}:
        return ""
    try:
        name = Locale.parse(channel, sep="-").display_name or channel
    except (UnknownLocaleError, ValueError):
        return channel
    return name[:1].upper() + name[1:]


def document_view(document: Document, lang: str) -> DocumentView:
    """A document with the name of the site that has it."""
    return DocumentView(document.titles.get(lang), document.url, urlsplit(document.url).hostname or "")
