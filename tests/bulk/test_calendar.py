"""Personal calendars: valid, stable, and a moved session moves."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from streamhub.access.calendar import Calendars, calendar, fingerprint, renewed, uid
from streamhub.kit.clock import HOUR, parse_rfc3339
from streamhub.kit.ids import SessionSlug
from streamhub.kit.text import localised
from streamhub.programme.editing import SessionEdit
from streamhub.programme.model import SessionState, Summit
from tests.programme.samples import loaded, session
from tests.support import NOON

OPENING, ROOM = SessionSlug("ouverture"), SessionSlug("atelier")
LINK = f"https://live.example.org/j/{'a' * 26}"
SUMMIT = Summit(
    slug="sommet",
    titles=localised({"fr": "Sommet des ports", "en": "Summit of ports"}),
    timezone="Europe/Brussels",
    contact_name="Équipe; du sommet",
    contact_phone="+32 81 00 00 00",
)
NAME = re.compile(rb"[A-Z][A-Z-]*(;[A-Z-]+=(\"[^\"]*\"|[^\";:,]*))*:")
REQUIRED = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "URL", "CLASS")


def made(*sessions, lang="fr", stored=(), organizer="acces@sommet.example") -> bytes:
    """The calendar of somebody who may join these sessions."""
    new = renewed(sessions, stored, NOON)
    kept = [version for version in stored if version.session not in {one.session for one in new}]
    shared = Calendars(
        summit=SUMMIT,
        public_url="https://live.example.org",
        organizer=organizer,
        sessions=sessions,
        versions=(*kept, *new),
        now=NOON,
    )
    return calendar(shared, sessions, LINK, lang)


def events(content: bytes):
    """Its events, read again."""
    found = Calendar.from_ical(content)
    assert not found.errors
    for event in found.walk("VEVENT"):
        assert not event.errors
    return found.walk("VEVENT")


def check_form(content: bytes) -> None:
    """The rules of RFC 5545 that a reader of lines can see."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")[:-1]
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no letter is cut in two
        assert line.startswith(b" ") or NAME.match(line), line
    unfolded = content.replace(b"\r\n ", b"").split(b"\r\n")
    assert unfolded[0] == b"BEGIN:VCALENDAR"
    assert b"VERSION:2.0" in unfolded
    assert any(line.startswith(b"PRODID:") for line in unfolded)


def test_a_calendar_keeps_to_the_rules():
    content = made(session("ouverture", 0, 60), session("atelier", 60, 120))

    check_form(content)
    for event in events(content):
        assert [name for name in REQUIRED if name not in event] == []
        assert str(event["ORGANIZER"]) == "mailto:acces@sommet.example"
        assert "ATTENDEE" not in event
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"


def test_times_are_in_utc_and_need_no_time_zone():
    content = made(session("ouverture", 0, 60))

    assert b"DTSTART:20211104T130000Z" in content
    assert b"DTEND:20211104T140000Z" in content
    assert b"VTIMEZONE" not in content


def test_an_event_says_where_and_by_which_link_in_the_persons_language():
    one = replace(
        session("ouverture", 0, 60, room="Salle A, aile B", venue="Maison; du port"),
        titles=localised({"fr": "Ouverture", "en": "Opening"}),
    )
    [french] = events(made(one))
    [english] = events(made(one, lang="en"))

    assert (str(french["SUMMARY"]), str(english["SUMMARY"])) == ("Ouverture", "Opening")
    assert str(french["LOCATION"]) == "Salle A, aile B, Maison; du port"
    assert (str(french["URL"]), LINK in str(french["DESCRIPTION"])) == (LINK, True)
    assert "+32 81 00 00 00" in str(english["DESCRIPTION"])
    assert "personal link" in str(english["DESCRIPTION"])


def test_the_link_is_not_seen_by_those_who_may_look_into_the_calendar():
    [event] = events(made(session("ouverture", 0, 60)))

    assert event["CLASS"] == "PRIVATE"


def test_without_an_address_of_ours_it_is_a_calendar_that_nobody_organises():
    content = made(session("ouverture", 0, 60), organizer="")

    assert b"ORGANIZER" not in content
    assert b"METHOD" not in content
    check_form(content)


def test_a_moved_session_keeps_its_name_and_counts_up():
    one = session("ouverture", 0, 60)
    first = renewed([one], [], NOON)
    moved = replace(one, starts_at=one.starts_at + HOUR, ends_at=one.ends_at + HOUR)

    [before], [after] = events(made(one, stored=first)), events(made(moved, stored=first))

    assert before["UID"] == after["UID"] == "ouverture-1@sommet.live.example.org"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTART") - before.decoded("DTSTART") == timedelta(hours=1)


def test_moving_there_and_back_counts_twice():
    one = session("ouverture", 0, 60)
    moved = replace(one, starts_at=one.starts_at + HOUR)
    versions = renewed([one], [], NOON)
    versions = renewed([moved], versions, NOON + 1)

    [back] = renewed([one], versions, NOON + 2)

    assert (back.sequence, back.changed_at) == (2, NOON + 2)


def test_what_calendars_do_not_show_changes_nothing():
    one = session("ouverture", 0, 60)
    versions = renewed([one], [], NOON)

    later = replace(one, state=SessionState.LIVE, automatic=False, notes="neu", order=9)

    assert renewed([later], versions, NOON) == ()
    assert fingerprint(later) == fingerprint(one)


def test_a_cancelled_session_goes_and_a_restored_one_comes_back():
    one = session("ouverture", 0, 60)
    first = renewed([one], [], NOON)
    gone = replace(one, cancelled=True)
    second = renewed([gone], first, NOON)

    [cancelled], [restored] = events(made(gone, stored=first)), events(made(one, stored=second))

    assert (cancelled["STATUS"], cancelled["SEQUENCE"]) == ("CANCELLED", 1)
    assert (restored["STATUS"], restored["SEQUENCE"]) == ("CONFIRMED", 2)


def test_another_holding_is_another_event():
    one = session("ouverture", 0, 60)

    assert uid(one, SUMMIT, "https://a.example") != uid(replace(one, run=2), SUMMIT, "https://a.example")


@settings(max_examples=80, deadline=None)
@given(
    title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200),
    room=st.text(st.sampled_from("aé;,:\\\"' 界"), max_size=40),
    lang=st.sampled_from(["fr", "en"]),
)
def test_any_words_make_a_calendar_that_says_them_again(title, room, lang):
    one = replace(session("ouverture", 0, 60, room=room, venue=""), titles=localised({"fr": title}))

    content = made(one, lang=lang)

    check_form(content)
    [event] = events(content)
    same = str(event["SUMMARY"]).replace("\u202f", " ")
    assert same.split() == title.replace("\u202f", " ").split()


# With the programme as it is stored


async def sequences(house, lang="fr") -> dict[str, int]:
    """Session to the sequence that calendars are given."""
    content = await house.use.calendars.personal(None, LINK, lang)
    return {str(event["UID"]).split("-")[0]: event["SEQUENCE"] for event in events(content)}


async def test_every_way_of_changing_the_programme_counts_up(house):
    start = parse_rfc3339("2021-11-04T16:00:00Z")
    found = [await sequences(house)]
    await house.use.programme.shift(OPENING, 10, "test")
    found.append(await sequences(house))
    await house.use.editing.edit_session(ROOM, SessionEdit(starts_at=start, ends_at=start + HOUR), "test")
    found.append(await sequences(house))
    await house.use.programme.load(loaded(programme=LATER, participants=None, documents=None), force=True)
    found.append(await sequences(house))

    assert found[:3] == [
        {"ouverture": 0, "atelier": 0},
        {"ouverture": 1, "atelier": 0},
        {"ouverture": 1, "atelier": 1},
    ]
    assert found[3]["ouverture"] == 2
    assert found[3] == await sequences(house, "en")


LATER = """\
slug,date,start,end,kind,venue,title_fr,room,source_urls
ouverture,2021-11-05,14:00,15:00,ceremony,Maison,Ouverture,Salle,https://video.example/1
"""


async def test_a_calendar_holds_the_sessions_that_the_invitation_opens(house):
    content = await house.use.calendars.personal(frozenset({ROOM}), LINK, "fr")

    assert [str(event["UID"]).split("-")[0] for event in events(content)] == ["atelier"]


async def test_nobody_writes_where_nothing_changed(house):
    await sequences(house)
    stored = (house.folder / "streamhub.db-wal").stat().st_size

    await sequences(house)

    assert (house.folder / "streamhub.db-wal").stat().st_size == stored


@pytest.mark.parametrize("restore", [False, True])
async def test_a_session_cancelled_in_the_console_is_cancelled_in_calendars(house, restore):
    await sequences(house)
    await house.use.editing.cancel(OPENING, "test")
    first = await sequences(house)
    if restore:
        await house.use.editing.restore(OPENING, "test")

    content = await house.use.calendars.personal(None, LINK, "fr")

    [event] = [one for one in events(content) if str(one["UID"]).startswith("ouverture")]
    assert first["ouverture"] == 1
    assert (event["STATUS"], event["SEQUENCE"]) == (("CONFIRMED", 2) if restore else ("CANCELLED", 1))
