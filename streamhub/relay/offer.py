"""What a session offers its viewers at once, and what is next where a player does not start."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamhub.kit.ids import SourceId
from streamhub.relay.model import Source


@dataclass(frozen=True, slots=True)
class Offer:
    """``source`` is on; ``channels`` are what the other channels show; ``words`` a text to read instead.

    ``words`` is None where the text itself is on, or where the session has none.
    """

    source: Source | None
    channels: tuple[Source, ...] = ()
    words: Source | None = None


def offered(sources: Sequence[Source], on_air: Sequence[Source]) -> Offer:
    """What pages get of a session with these sources."""
    if not on_air:
        return Offer(None)
    texts = (source for source in sources if source.link is None and source not in on_air)
    return Offer(on_air[0], tuple(on_air[1:]), next(texts, None))


def chain(sources: Sequence[Source], on: Source) -> tuple[Source, ...]:
    """What is on, then the later ones of its channel in the session's order: a viewer's fallback."""
    later = (s for s in sources if s.channel == on.channel and s.order > on.order)
    return (on, *sorted(later, key=lambda source: source.order))


def playable(sources: Sequence[Source], on_air: Sequence[Source]) -> tuple[Source, ...]:
    """What a viewer may watch now; what was on before what is on now stays away."""
    return tuple(source for on in on_air for source in chain(sources, on))


def after(sources: Sequence[Source], on_air: Sequence[Source], failed: SourceId) -> Source | None:
    """What comes next where this one does not start; None at the end, or for one that nobody may watch."""
    for on in on_air:
        for one, following in pairwise(chain(sources, on)):
            if one.id == failed:
                return following
    return None
