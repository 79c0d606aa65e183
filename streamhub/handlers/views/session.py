"""The delegate's page: am I in, am I counted, what is on, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from streamhub.access.roles import ASKING
from streamhub.handlers.views.frame import is_counted
from streamhub.handlers.views.programme import Reader, SessionRow, after, row
from streamhub.kit.clock import Instant
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Document, Session, SessionState
from streamhub.relay.model import SourceView


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
    zone: str
    invited: bool
    counted: bool
    source: SourceView | None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """What ``/s/{slug}`` shows.

    ``counted`` is False for public viewers, observers and people who work here. ``source`` is
    None before the doors open, when nothing of a provider may be on the page. ``seats`` are the
    remote ones of the reader's delegation, None without a limit.
    """

    session: SessionRow
    invited: bool
    counted: bool
    asking: bool
    source: SourceView | None
    seats: int | None
    following: tuple[SessionRow, ...]
    documents: tuple[DocumentView, ...]
    island: dict[str, Any]


def session_page(
    session: Session,
    sessions: Sequence[Session],
    documents: Sequence[Document],
    source: SourceView | None,
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
        zone=str(reader.times.zone),
        invited=grant is not None,
        counted=counted,
        source=source,
    )
    return SessionPage(
        session=shown,
        invited=grant is not None,
        counted=counted,
        asking=grant is not None and grant.role in ASKING,
        source=source,
        seats=seats,
        following=after(sessions, session, reader),
        documents=tuple(document_view(document, reader.times.lang) for document in documents),
        island=msgspec.to_builtins(data),
    )


def document_view(document: Document, lang: str) -> DocumentView:
    """A document with the name of the site that has it."""
    return DocumentView(document.titles.get(lang), document.url, urlsplit(document.url).hostname or "")
