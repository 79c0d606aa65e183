"""The wall's sources: one channel, and an afternoon with interpreters, a plan and a proposal."""

from dataclasses import replace

from streamhub.handlers.checklist import Check, Checklist
from streamhub.handlers.views.switching import (
    ChannelRows,
    Choice,
    ShownRow,
    SourceRow,
    Switching,
    channel_word,
)
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import SourceId
from streamhub.kit.times import times_of
from streamhub.relay.model import SourceView
from tests.web import samples as s

NO_CHECKLIST = Checklist(shown=False, items=())

CHECKLIST = Checklist(
    shown=True,
    items=(
        Check("sources", values=(("count", "5"),)),
        Check("link", values=(("name", "Chaîne du sommet"),)),
        Check("link", "link_not_embeddable", (("name", "Cabine anglaise"),)),
        Check("fallback"),
        Check("team"),
        Check("zoom", "zoom_account_unknown", (("account", "ville"),)),
        Check("platform", "platform_key", (("platform", "YouTube"),)),
        Check("clock"),
        Check("storage"),
    ),
)


def row(view: SourceView, lang: str, **words: object) -> SourceRow:
    """A source in the list, off unless said otherwise."""
    times = times_of(s.ZONE, lang)
    given = {
        "active": False, "next": False, "since": None, "by_clock": False, "planned": None,
        "planned_local": "", "proposed": False, "checked": "",
    } | words  # fmt: skip
    for name in ("since", "planned"):
        if given[name] is not None:
            given[name] = times.moment(given[name])
    return SourceRow(view=view, **given)  # type: ignore[arg-type]


def switching(lang: str, *channels: tuple[str, tuple[SourceRow, ...]], **words: object) -> Switching:
    """The panel of these channels."""
    times = times_of(s.ZONE, lang)
    floor = Choice("floor", "")
    given = {"automatic": False, "held": False} | words
    return Switching(
        channels=tuple(ChannelRows(key, channel_word(key, lang), rows) for key, rows in channels),
        choices=tuple(Choice(key, channel_word(key, lang)) for key in ("floor", "fr", "en", "sign", "audio")),
        shown=(
            ShownRow(
                "Zoom, salle plénière", floor, s.ZOOM.link_url, times.moment(s.NOW - 40 * MINUTE),
                times.moment(s.NOW - 31 * MINUTE), by_clock=False,
            ),
            ShownRow(
                "Chaîne du sommet", floor, s.YOUTUBE.link_url, times.moment(s.NOW - 31 * MINUTE), None,
                by_clock=True,
            ),
        ) if channels else (),
        starts_local="2026-11-04T14:30", text="Appelez pour écouter.", phone="+32 2 555 01 23", **given,
    )  # type: ignore[arg-type]  # fmt: skip


def one_channel(lang: str) -> Switching:
    """A video that is on, a meeting to fall back to, a text."""
    on = row(s.YOUTUBE, lang, active=True, since=s.NOW - 31 * MINUTE, checked="good")
    return switching(lang, ("floor", (on, row(s.ZOOM, lang, next=True), row(s.TEXT, lang))))


def several(lang: str) -> Switching:
    """Interpreters and sign language; the timetable proposes, the session before is still on."""
    english = replace(s.YOUTUBE, id=SourceId("src_en"), channel="en", label="Cabine anglaise")
    signs = replace(s.YOUTUBE, id=SourceId("src_sign"), channel="sign", label="Langue des signes")
    on = row(s.YOUTUBE, lang, active=True, since=s.NOW - 31 * MINUTE, checked="good", by_clock=True)
    planned = row(s.ZOOM, lang, next=True, planned=s.NOW, planned_local="2026-11-04T14:12", proposed=True)
    broken = row(english, lang, active=True, since=s.NOW - 31 * MINUTE, checked="not_embeddable")
    return switching(
        lang,
        ("floor", (on, planned, row(s.TEXT, lang))),
        ("en", (broken,)),
        ("sign", (row(signs, lang, active=True, since=s.NOW - 12 * MINUTE),)),
        held=True,
    )
