"""The example summit that the product ships: as large as a real one, loadable without a warning."""

import re
from collections import Counter
from pathlib import Path

import pytest

from streamhub.kit.assets import example_folder
from streamhub.kit.clock import MINUTE
from streamhub.programme.files import FLOOR
from streamhub.programme.loaders import parse_files, read_folder
from streamhub.programme.model import DelegationKind, SessionAccess, SessionState
from streamhub.programme.rebase import moved_to
from streamhub.relay.link_model import Provider
from streamhub.relay.links import parse_link

REFERENCE = "souverainete-cybersecurite"
ROOT = Path(__file__).resolve().parents[2]
KINDS = {".py", ".html", ".css", ".js", ".po", ".toml", ".conf", ".service", ".example", ""}


def check_link(url):
    parse_link(url, (), ())


@pytest.fixture(scope="module")
def example():
    return read_folder(example_folder(), check_link)


def test_it_loads_without_a_warning(example):
    assert example.warnings == ()
    assert len(example.sessions) == 10


def test_its_delegations_are_24_countries_and_regions_and_3_organisations_in_protocol_order(example):
    kinds = Counter(delegation.kind for delegation in example.delegations)

    assert kinds == {DelegationKind.COUNTRY: 21, DelegationKind.REGION: 3, DelegationKind.ORGANISATION: 3}
    codes = [delegation.code for delegation in example.delegations]
    assert (codes[0], codes[4], codes[-1]) == ("BE", "CA-QC", "OIF")


def test_every_text_is_in_french_and_in_english(example):
    texts = [
        example.summit.titles,
        example.summit.fallback_text,
        *(row.titles for row in (*example.sessions, *example.documents)),
        *(delegation.names for delegation in example.delegations),
    ]

    assert all(set(text.as_dict()) == {"fr", "en"} for text in texts)


def test_its_seats_are_functions_of_every_delegation_and_no_persons(example):
    seats = Counter(seat.delegation for seat in example.participants)

    assert len(example.participants) == 140
    assert set(seats) == {delegation.code for delegation in example.delegations}
    assert not any(seat.name or seat.email for seat in example.participants)
    assert all(seat.label for seat in example.participants)
    limits = {delegation.code: delegation.seats for delegation in example.delegations}
    assert all(limits[code] is None or taken <= limits[code] for code, taken in seats.items())


def test_what_was_a_public_live_is_public(example):
    assert {session.access for session in example.sessions} == {SessionAccess.PUBLIC}


def test_the_session_to_be_live_has_the_most_streams_video_and_meeting_among_them(example):
    def providers(session):
        return [parse_link(source.url, (), ()).provider for source in session.sources]

    reference = max(example.sessions, key=lambda session: len(session.sources))

    assert reference.slug == REFERENCE
    assert providers(reference) == [Provider.YOUTUBE, Provider.ZOOM, Provider.FACEBOOK]
    assert all(Provider.ZOOM in providers(session) for session in example.sessions)
    assert {source.channel for session in example.sessions for source in session.sources} == {FLOOR}
    assert example.summit.contact_phone


async def test_moved_to_now_one_session_is_live_one_opens_soon_and_some_have_ended(programme, clock, example):
    await programme.load(moved_to(example, clock.now(), REFERENCE, 80))
    await programme.settle()

    sessions = await programme.sessions()

    states = {session.slug: session.state for session in sessions}
    assert [slug for slug, state in states.items() if state is SessionState.LIVE] == [REFERENCE]
    assert states["strategies-transformation"] is SessionState.ENDED
    opens = await programme.doors_at(await programme.session("egalite-femmes-hommes"))
    assert opens - clock.now() == 10 * MINUTE


async def test_its_export_loads_again_without_a_difference(programme, example):
    await programme.load(example)
    contents = {file.name: file.content for file in await programme.export()}

    report = await programme.load(parse_files(contents.get, check_link))

    assert (report.nothing_new, report.warnings) == (True, ())


def test_no_other_part_of_the_product_knows_of_it():
    word = re.compile("namur|wallon", re.IGNORECASE)
    parts = (path for name in ("streamhub", "web", "config") for path in (ROOT / name).rglob("*"))
    files = [
        path
        for path in parts
        if path.is_file() and path.suffix in KINDS and not {"node_modules", "example"} & set(path.parts)
    ]

    assert len(files) > 50
    assert [str(path) for path in files if word.search(path.read_text(encoding="utf-8"))] == []
