"""What a session's pages are offered: its channels, a text beside, and what is next where a player fails."""

import pytest

from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.model import Source, on_air
from streamhub.relay.offer import Offer, after, offered, playable


def source(name: str, order: int, channel: str = "floor", *, text: bool = False) -> Source:
    link = None if text else object()  # these rules ask only whether there is one
    return Source(
        SourceId(name), SessionSlug("s"), channel, order, "", link, "Lisez." if text else "", "",
        personal=False, added_by=None, added_at=0,
    )  # fmt: skip


YOUTUBE, PEERTUBE, ENGLISH, ENGLISH_2, WORDS = ALL = (
    source("youtube", 0),
    source("peertube", 1),
    source("english", 2, "en"),
    source("english-2", 3, "en"),
    source("words", 4, text=True),
)


def on(*names: str) -> tuple[Source, ...]:
    return on_air(ALL, frozenset(map(SourceId, names)))


def test_a_page_gets_what_is_on_the_other_channels_and_the_words_beside():
    assert offered(ALL, on("youtube")) == Offer(YOUTUBE, (ENGLISH,), WORDS)
    assert offered(ALL, on("peertube", "english-2")) == Offer(PEERTUBE, (ENGLISH_2,), WORDS)


def test_a_text_that_is_on_does_not_stand_beside_itself():
    assert offered(ALL, on("words")) == Offer(WORDS, (ENGLISH,), None)


def test_a_session_without_sources_offers_nothing():
    assert offered((), ()) == Offer(None, (), None)


@pytest.mark.parametrize(
    ("active", "failed", "following"),
    [
        ("youtube", "youtube", "peertube"),
        ("youtube", "peertube", "words"),
        ("youtube", "words", None),
        ("youtube", "english", "english-2"),
        ("youtube", "english-2", None),
        ("peertube", "peertube", "words"),
        ("peertube", "youtube", None),
        ("peertube", "nobody", None),
    ],
)
def test_what_is_next_follows_the_order_of_the_channel_down_to_the_text(active, failed, following):
    found = after(ALL, on(active), SourceId(failed))

    assert (found and found.id) == following


def test_nobody_may_watch_what_stands_before_what_is_on():
    assert [one.id for one in playable(ALL, on("peertube"))] == ["peertube", "words", "english", "english-2"]
    assert YOUTUBE not in playable(ALL, on("peertube"))
