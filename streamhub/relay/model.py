"""The sources of a session: their values, their lists, and which one is on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from streamhub.kit.clock import Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.kit.text import clean
from streamhub.relay.link_model import Link, Provider, Refusal, refused

FLOOR = "floor"
SIGN = "sign"
AUDIO = "audio"

MAX_LABEL = 120
MAX_TEXT = 2_000

_PHONE = re.compile(r"[+0-9(][0-9 ().\-/]{2,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_PREFIXED = re.compile(r"(?P<channel>[A-Za-z0-9-]+)=(?P<url>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as somebody gives it: a link, or a text with perhaps a telephone number."""

    url: str = ""
    text: str = ""
    phone: str = ""
    channel: str = FLOOR
    label: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of a session. Without a link it is a text and perhaps a telephone number.

    ``order`` counts from 0 within the session. ``personal`` tells a link made for one
    person from the common one. ``added_by`` is None for what came from a file. ``account`` names the
    Zoom account that the meeting belongs to, empty where none is asked or heard. ``planned_ms`` is when
    the timetable wants it on, in milliseconds after the session's start. ``checked`` is what the last
    look at its link found (``link_check.CheckReason``, or ``good``), empty before the first.
    """

    id: SourceId
    session: SessionSlug
    channel: str
    order: int
    label: str
    link: Link | None
    text: str
    phone: str
    personal: bool
    added_by: str | None
    added_at: Instant
    account: str = ""
    planned_ms: int | None = None
    checked: str = ""
    checked_at: Instant | None = None

    @property
    def provider(self) -> Provider:
        """Where it comes from."""
        return self.link.provider if self.link else Provider.TEXT


@dataclass(frozen=True, slots=True)
class SourcePeriod:
    """A source was the active one of its channel during ``[since, until)``; None = still is.

    ``link`` may be shown to anybody; it is None for a text. ``by`` switched to it.
    """

    session: SessionSlug
    source: SourceId
    provider: Provider
    channel: str
    link: str | None
    since: Instant
    until: Instant | None
    by: str | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """What a channel shows, since when; ``by`` switched to it."""

    source: SourceId
    channel: str
    since: Instant
    by: str | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """What a page gets of a source. The first seven fields are the contract's.

    ``company`` is who receives the viewer's address after the click; empty where
    ``needs_click`` is false and the player may load by itself. ``elsewhere``: the source
    opens outside our page only. ``megabytes_per_hour`` is an estimate, 0 for a text.
    """

    id: SourceId
    provider: Provider
    channel: str
    embed_url: str | None
    link_url: str | None
    personal: bool
    label: str
    name: str
    company: str
    needs_click: bool
    elsewhere: bool
    megabytes_per_hour: int
    text: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class PageNeeds:
    """What a page that shows some sources must be allowed to load, as lists of origins."""

    frame_src: tuple[str, ...]
    media_src: tuple[str, ...]

    @property
    def permissions(self) -> tuple[str, ...]:
        """Origins that may autoplay, go full screen and show a picture in picture."""
        return self.frame_src


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading the links of a session from a file did, or would do."""

    added: tuple[Source, ...] = ()
    changed: tuple[Source, ...] = ()
    kept_away: tuple[Source, ...] = ()
    """Links of the file whose source was taken away since, and stays away."""

    gone: tuple[Source, ...] = ()
    """Sources that came from a file, and are no longer in it: they stay."""


def drafted(
    ident: SourceId, slug: SessionSlug, new: NewSource, link: Link | None, by: str | None, at: Instant
) -> Source:
    """The source that somebody gave, checked, not yet in a list.

    Raises FieldInvalid, and LinkRefused for a channel that is none.
    """
    text, phone, label = clean(new.text), _one_line(new.phone), _one_line(new.label)
    problems = _problems(link, text, phone, label)
    if problems:
        raise FieldInvalid(*problems)
    return Source(
        id=ident,
        session=slug,
        channel=channel_of(new.channel),
        order=0,
        label=label,
        link=link,
        text=text,
        phone=phone,
        personal=False,
        added_by=by,
        added_at=at,
        account=new.account.strip(),
    )


def appended(sources: tuple[Source, ...], draft: Source) -> tuple[Source, tuple[Source, ...]]:
    """The list with the draft at its end, or with what it renews in its old place."""
    old = _same(sources, draft)
    if old is None:
        source = replace(draft, order=max((s.order + 1 for s in sources), default=0))
        return source, (*sources, source)
    source = replace(
        old,
        link=draft.link,
        label=draft.label or old.label,
        phone=draft.phone or old.phone,
        account=draft.account or old.account,
    )
    return source, tuple(source if s.id == old.id else s for s in sources)


def still_wanted(
    sources: tuple[Source, ...], removed: tuple[Source, ...], drafts: Iterable[Source]
) -> tuple[Source, ...]:
    """The links of a file without those whose source was taken away and not added again."""
    return tuple(d for d in drafts if _same(sources, d) is not None or _same(removed, d) is None)


def gone(sources: tuple[Source, ...], drafts: Iterable[Source], by: str | None) -> tuple[Source, ...]:
    """The links that ``by`` brought from a file before and that the file does not name any more."""
    named = tuple(drafts)
    return tuple(s for s in sources if s.link and s.added_by == by and _same(named, s) is None)


def reordered(sources: tuple[Source, ...], order: Iterable[SourceId]) -> tuple[Source, ...]:
    """The sources in a new order, which must name each of them once; raises FieldInvalid."""
    by_id = {source.id: source for source in sources}
    ids = tuple(order)
    if sorted(ids) != sorted(by_id):
        raise FieldInvalid(FieldProblem("order", "must name every source of the session once"))
    return tuple(replace(by_id[ident], order=place) for place, ident in enumerate(ids))


def merged(
    sources: tuple[Source, ...], drafts: Iterable[Source], *, by_hand: bool = False
) -> tuple[Source, ...]:
    """The list of a file, in its order, before those sources that the file does not name.

    Where somebody sorted the list ``by_hand`` it stays as it is, and what is new comes last.
    """
    listed: list[Source] = []
    for draft in drafts:
        old = _same(sources, draft)
        if _same(tuple(listed), draft) is None:
            listed.append(replace(old, link=draft.link) if old else draft)
    named = {source.id for source in listed}
    others = [source for source in sources if source.id not in named]
    if by_hand:
        places = {source.id: place for place, source in enumerate(sources)}
        ranked = sorted([*listed, *others], key=lambda source: places.get(source.id, len(places)))
        return tuple(replace(source, order=order) for order, source in enumerate(ranked))
    return tuple(replace(source, order=order) for order, source in enumerate(listed + others))


def _same(sources: tuple[Source, ...], draft: Source) -> Source | None:
    """The source that leads where the draft leads, on the same channel."""
    for source in sources:
        if source.channel != draft.channel:
            continue
        if source.link is None or draft.link is None:
            if source.link == draft.link and source.text == draft.text:
                return source
        elif source.link.same_stream(draft.link):
            return source
    return None


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _problems(link: Link | None, text: str, phone: str, label: str) -> list[FieldProblem]:
    found = []
    if (link is None) == (not text):
        found.append(FieldProblem("url", "give either an address or a text"))
    if len(text) > MAX_TEXT:
        found.append(FieldProblem("text", f"at most {MAX_TEXT} characters"))
    if len(label) > MAX_LABEL:
        found.append(FieldProblem("label", f"at most {MAX_LABEL} characters"))
    if phone and not _PHONE.fullmatch(phone):
        found.append(FieldProblem("phone", "digits, spaces and + ( ) . - / only"))
    return found


def channel_of(text: str) -> str:
    """A channel as we write it: floor, sign, audio, or a language tag in lower case.

    Raises LinkRefused (bad_channel).
    """
    channel = text.strip().lower()
    if channel in {FLOOR, SIGN, AUDIO} or _LANGUAGE.fullmatch(channel):
        return channel
    raise refused(Refusal.BAD_CHANNEL)


def split_channel(token: str) -> tuple[str, str]:
    """Channel and address of one ``[channel=]url`` of a programme file; no channel is floor.

    Raises LinkRefused (bad_channel).
    """
    prefixed = _PREFIXED.fullmatch(token.strip())
    if prefixed is None:
        return FLOOR, token.strip()
    return channel_of(prefixed["channel"]), prefixed["url"]


def on_air(sources: tuple[Source, ...], active: frozenset[SourceId]) -> tuple[Source, ...]:
    """What each channel shows: its active source, else its first one. Floor stands first."""
    ranked = sorted(sources, key=lambda s: (s.channel != FLOOR, s.channel, s.id not in active, s.order))
    first: dict[str, Source] = {}
    for source in ranked:
        first.setdefault(source.channel, source)
    return tuple(first.values())


def fallback(sources: Iterable[Source], active: SourceId) -> Source | None:
    """What comes after the active source on its channel: links in their order, then texts.

    None after the last one, and where ``active`` is not in the list.
    """
    ranked = sorted(sources, key=lambda source: (source.link is None, source.order))
    place = next((place for place, source in enumerate(ranked) if source.id == active), None)
    if place is None:
        return None
    return next((s for s in ranked[place + 1 :] if s.channel == ranked[place].channel), None)
