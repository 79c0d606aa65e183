"""Every column of the database is classified: what no line names could be neither erased nor shown."""

import pytest

from streamhub.migrations.tables import metadata
from streamhub.privacy.model import Holds, Kept, OnErase
from streamhub.privacy.schema import BY_NAME, TABLES

OURS = {table.name: table for table in metadata.sorted_tables if table.info.get("of") != "tests"}
STRANGERS = ("participant", "by", "author", "who", "invitation")
"""Words by which columns that hold an id of a person are called."""


def test_every_table_is_classified_and_no_other():
    assert sorted(BY_NAME) == sorted(OURS)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_classified_once(table):
    assert sorted(name for name, _ in table.columns) == sorted(c.name for c in OURS[table.name].columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_called_like_a_person_is_classified_as_one(table):
    plain = table.holding(Holds.PLAIN, Holds.FACT)

    assert [name for name in plain if name in STRANGERS or _acts(name)] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_called_like_a_time_is_classified_as_one(table):
    others = set(dict(table.columns)) - set(table.holding(Holds.WHEN))

    assert [name for name in others if name.endswith("_at") or name in {"since", "until", "at"}] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_and_words_can_be_erased_because_their_rows_say_whom_they_are_about(table):
    if table.holding(Holds.NAME, Holds.WORDS) and table.name not in {"summit", "imports"}:
        assert table.holding(Holds.ABOUT) or table.on_erase is OnErase.DELETE


def test_names_are_kept_for_the_shorter_time_or_by_a_rule_of_their_own():
    named = {
        table.name for table in TABLES if table.holding(Holds.NAME) and table.kept is not Kept.IDENTITIES
    }

    assert named == {
        "participants",  # what the organiser's own list calls the person
        "access_requests",  # until the decision: see requests
        "import_people",  # seven days: see imports
        "summit",  # the contact that the organiser publishes
        "zoom_deliveries",  # a day: see Zoom's hearing
        "zoom_events",  # Zoom's and our keys of people, as long as the stays that follow from them
        "zoom_reported",
    }


def test_rows_that_only_name_a_person_go_with_them():
    assert {table.name for table in TABLES if table.on_erase is OnErase.DELETE} == {
        "access_requests",
        "connection_tests",
        "identities",
        "import_matches",
        "mails",
        "zoom_customer_keys",
        "zoom_registrants",
        "zoom_deliveries",
    }


def _acts(name):
    return name.endswith("_by") and name != "matched_by"  # by what a row was matched, not by whom
