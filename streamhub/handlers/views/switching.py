"""The sources of a session on the wall: by channel, with what is planned, proposed and was on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from streamhub.kit.audit import CLOCK
from streamhub.kit.clock import to_datetime
from streamhub.kit.i18n import languages
from streamhub.kit.ids import SourceId
from streamhub.kit.times import Moment, Times, locale_of
from streamhub.programme.model import Session, Summit
from streamhub.relay.model import AUDIO, FLOOR, SIGN, SourcePeriod, SourceView
from streamhub.relay.providers import PROVIDERS
from streamhub.relay.timetable_model import Board, Row

OURS = (FLOOR, SIGN, AUDIO)
"""Channels that the templates have a word for; every other one is a language."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source. ``planned_local`` is what a field for a local time takes."""

    view: SourceView
    active: bool
    next: bool
    since: Moment | None
    by_clock: bool
    planned: Moment | None
    planned_local: str
    proposed: bool
    checked: str

    @property
    def id(self) -> SourceId:
        """The source's own."""
        return self.view.id

    @property
    def has_player(self) -> bool:
        """Whether there is something to look at in a frame."""
        return self.view.embed_url is not None


@dataclass(frozen=True, slots=True)
class ChannelRows:
    """One channel with its sources in order; ``word`` is a language's name, empty for the others."""

    key: str
    word: str
    rows: tuple[SourceRow, ...]

    @property
    def next(self) -> SourceRow | None:
        """What to fall back to."""
        return next((row for row in self.rows if row.next), None)

    @property
    def on_text(self) -> bool:
        """Whether the last resort itself is on."""
        return any(row.active and row.view.text for row in self.rows)


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel to choose; ``word`` as in ``ChannelRows``."""

    key: str
    word: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What was on a channel during some time; ``until`` is None while it still is."""

    label: str
    channel: Choice
    link: str | None
    since: Moment
    until: Moment | None
    by_clock: bool


@dataclass(frozen=True, slots=True)
class Switching:
    """The wall's panel of sources. ``starts_local`` is the session's start, for the field of a plan.

    ``text`` and ``phone`` are the summit's, to begin a fallback text with.
    """

    channels: tuple[ChannelRows, ...]
    choices: tuple[Choice, ...]
    shown: tuple[ShownRow, ...]
    automatic: bool
    held: bool
    starts_local: str
    text: str
    phone: str

    @property
    def rows(self) -> tuple[SourceRow, ...]:
        """Every source, by channel."""
        return tuple(row for channel in self.channels for row in channel.rows)

    @property
    def proposed(self) -> tuple[SourceRow, ...]:
        """Those whose planned time has come."""
        return tuple(row for row in self.rows if row.proposed)

    @property
    def active(self) -> SourceRow | None:
        """What the session shows: the floor's, else the first channel's."""
        return next((row for row in self.rows if row.active), None)


def switching(
    board: Board,
    views: Sequence[SourceView],
    periods: Iterable[SourcePeriod],
    session: Session,
    summit: Summit,
    times: Times,
) -> Switching:
    """The panel; ``views`` are those of the board's rows, in the same order."""
    rows = [_row(row, view, times) for row, view in zip(board.rows, views, strict=True)]
    keys = sorted({row.view.channel for row in rows}, key=lambda key: (key != FLOOR, key))
    spoken = (lang.lower() for lang in summit.languages or languages())
    tongues = dict.fromkeys([*spoken, *(key for key in keys if key not in OURS)])
    return Switching(
        channels=tuple(
            ChannelRows(key, channel_word(key, times.lang), tuple(r for r in rows if r.view.channel == key))
            for key in keys
        ),
        choices=tuple(_choice(key, times.lang) for key in (FLOOR, *tongues, SIGN, AUDIO)),
        shown=tuple(_shown(period, times) for period in periods),
        automatic=board.automatic,
        held=board.held,
        starts_local=_local(session.starts_at, times),
        text=summit.fallback_text.get(times.lang),
        phone=summit.contact_phone,
    )


def channel_word(channel: str, lang: str) -> str:
    """The name of a language in another; empty for the floor, sign language and sound alone."""
    if channel in OURS:
        return ""
    try:
        tongue = Locale.parse(channel, sep="-")
    except (ValueError, UnknownLocaleError):
        return channel
    return tongue.get_display_name(locale_of(lang)) or channel


def _choice(key: str, lang: str) -> Choice:
    return Choice(key, channel_word(key, lang))


def _row(row: Row, view: SourceView, times: Times) -> SourceRow:
    return SourceRow(
        view=view,
        active=row.active,
        next=row.next,
        since=times.maybe(row.since),
        by_clock=row.by_clock,
        planned=times.maybe(row.planned_at),
        planned_local="" if row.planned_at is None else _local(row.planned_at, times),
        proposed=row.proposed,
        checked=row.source.checked,
    )


def _shown(period: SourcePeriod, times: Times) -> ShownRow:
    provider = PROVIDERS.get(period.provider)
    return ShownRow(
        label=period.label or (provider.name if provider else ""),
        channel=_choice(period.channel, times.lang),
        link=period.link,
        since=times.moment(period.since),
        until=times.maybe(period.until),
        by_clock=period.by == CLOCK,
    )


def _local(instant: int, times: Times) -> str:
    return f"{to_datetime(instant).astimezone(times.zone):%Y-%m-%dT%H:%M}"
