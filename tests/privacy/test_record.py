"""The record of processing says what the schema holds, what retention does and what the routes show."""

import pytest

from streamhub.access.roles import Role
from streamhub.handlers.routes import ROUTES
from streamhub.kit.i18n import languages
from streamhub.kit.settings import Settings
from streamhub.privacy.document import markdown
from streamhub.privacy.model import Holds
from streamhub.privacy.record import RECORD, ROLE_NAMES, processing
from streamhub.privacy.schema import BY_NAME, TABLES
from tests.programme.samples import loaded

SHOWN_BY = {
    "Nom et adresse e-mail": ["/console/people", "/api/v1/participants/{participant}/export"],
    "Demandes d’accès": ["/console/requests", "/api/v1/access-requests"],
    "Envois": ["/api/v1/mails"],
    "Siège et invitation": ["/api/v1/invitations", "/s/{slug}/wall", "/desk", "/figures"],
    "Lien, jeton et cookie": [],
    "Essai de connexion": ["/delegation", "/api/v1/connection-tests"],
    "Présences": ["/api/v1/sessions/{slug}/presence", "/s/{slug}/wall", "/desk", "/delegation"],
    "Pages et lecteurs ouverts": [],
    "Excuses": ["/s/{slug}/wall"],
    "Demandes de parole": ["/s/{slug}/wall"],
    "Demandes de correction": ["/api/v1/correction-requests"],
    "Listes Zoom": ["/api/v1/queue", "/figures"],
    "Ce que Zoom annonce": [],
    "Inscriptions à Zoom": ["/s/{slug}/wall"],
    "Zoom dans notre page": [],
    "Chiffres": ["/figures"],
    "Chiffres des plateformes": ["/figures"],
    "Conduite des séances": ["/console/audit"],
    "Journal": ["/console/audit", "/api/v1/audit"],
}
"""Where single rows are shown; the contact stands on every page."""

ROLES = {route.path: route.allow for route in ROUTES if route.method == "GET"}


@pytest.mark.parametrize("data", RECORD, ids=lambda data: data.title)
def test_who_sees_single_rows_is_who_may_open_what_shows_them(data):
    if data.title != "Contact":
        assert data.seen_by == frozenset().union(*(ROLES[path] for path in SHOWN_BY[data.title]))


def test_every_table_with_something_of_a_person_stands_in_the_record_once():
    listed = [name for data in RECORD for name in data.tables]
    bare = {"invitation_codes", "figure_sessions", "kept_figures", "floor_orders", "signing_keys"}
    bare |= {"platform_samples", "platform_standings"}

    assert sorted(listed) == sorted(set(listed))
    assert {table.name for table in TABLES if table.personal} - set(listed) == set()
    assert set(listed) - {table.name for table in TABLES if table.personal} <= bare


def test_what_goes_by_a_rule_of_its_own_names_no_other_time():
    found = {line.title: line.kept for line in processing(Settings(), "fr")}

    assert "365" not in found["Chiffres des plateformes"]
    assert "30 jours" in found["Chiffres des plateformes"]


@pytest.mark.parametrize("data", RECORD, ids=lambda data: data.title)
def test_how_long_is_what_retention_does(data):
    assert data.kept in {BY_NAME[name].kept for name in data.tables}


@pytest.mark.parametrize("lang", languages())
def test_the_record_tells_the_settings_that_hold(lang):
    lines = processing(Settings(identities_days=7, stays_days=99), lang)

    assert "7 " in lines[0].kept
    assert sum("99 " in line.kept for line in lines) >= 6


def test_a_single_day_is_one():
    [name, *_] = processing(Settings(identities_days=1), "en")

    assert name.kept == "1 day after the summit."


@pytest.mark.parametrize("lang", languages())
def test_the_document_has_a_row_for_each_kind_and_a_column_for_each_role(lang):
    text = markdown(None, Settings(), lang)
    tables = text.split("\n## ")[1:]
    rows = [[line for line in table.splitlines() if line.startswith("|")][2:] for table in tables]

    assert [len(found) for found in rows[:2]] == [len(RECORD), len(RECORD)]
    assert {row.count("|") for row in rows[1]} == {len(Role) + 2}
    assert len(ROLE_NAMES) == len(Role)
    columns = {tuple(cell.strip(" `") for cell in row.split("|")[2:4]) for row in rows[2]}
    assert ("identities", "email") in columns
    assert not {("stays", name) for name in BY_NAME["stays"].holding(Holds.PLAIN, Holds.WHEN)} & columns


def test_the_document_names_who_answers():
    text = markdown(loaded().summit, Settings(), "en")

    assert text.startswith("# Record of processing · Summit of ports")
    assert "Controller : +32 81 00 00 00" in text
