"""Exports of registration platforms: bytes become columns, columns fields, rows people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.access.bulk_columns import Field, mapped
from streamhub.access.bulk_rows import registrations
from streamhub.access.bulk_table import MAX_ROWS, read_table
from streamhub.access.bulk_words import directory, language_tag, role_word
from streamhub.access.roles import Role
from streamhub.kit.errors import FieldInvalid, FileInvalid
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import localised
from streamhub.programme.model import Delegation, DelegationKind
from tests.programme.samples import session

COUNTRY, REGION = DelegationKind.COUNTRY, DelegationKind.REGION
WORDS = directory(
    [
        Delegation(DelegationCode("BJ"), localised({"fr": "Bénin", "en": "Benin"}), COUNTRY, "BJ"),
        Delegation(DelegationCode("SN"), localised({"fr": "République du Sénégal"}), COUNTRY, "SN"),
        Delegation(DelegationCode("WAL"), localised({"fr": "Wallonie"}), REGION, "BE"),
        Delegation(DelegationCode("BRU"), localised({"fr": "Bruxelles"}), REGION, "BE"),
    ],
    [session("ouverture", 0, 60), session("table-ronde", 60, 120)],
)


def read(text: str, columns=None, constants=None):
    """The people of a list."""
    table = read_table(text.encode(), "liste.csv")
    found = registrations(table, mapped(table, columns, constants), WORDS)
    return [row.entry for row in found.rows]


def problems(text: str, columns=None, constants=None) -> list[str]:
    """What is wrong with a list, as it is told."""
    with pytest.raises(FileInvalid) as caught:
        read(text, columns, constants)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_list_is_read_however_a_spreadsheet_saved_it(delimiter, encoding, newline):
    rows = [["id", "Nom complet", "Délégation"], ["7", "Zoé, Ïsé", "Bénin"]]
    text = newline.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)

    table = read_table(text.encode(encoding), "liste.csv")

    assert table.names == ("id", "Nom complet", "Délégation")
    assert table.rows[0].cells == ("7", "Zoé, Ïsé", "Bénin")
    assert table.delimiter == delimiter


def test_a_row_knows_the_line_on_which_it_begins():
    table = read_table(b'id,note\n\n1,"two\nlines"\n2,x\n', "liste.csv")

    assert [(row.number, row.cells[0]) for row in table.rows] == [(3, "1"), (5, "2")]


def test_a_cell_is_never_a_formula_and_a_leading_apostrophe_of_ours_goes():
    table = read_table(b"id,a\n1,'=1+1\n2,=1+1\n", "liste.csv")

    assert [row.cells[1] for row in table.rows] == ["=1+1", "=1+1"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "nothing in this file"),
        (b"\n\n", "nothing in this file"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"id,a\n1,\x00\n", "no text file"),
        (b'id,a\n1,"x\n', "liste.csv:2: cannot be read as CSV"),
        (b"id,a\n1,2,3\n", "liste.csv:2: 3 cells under 2 columns"),
        (b"id\n" + b"1\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(content, says):
    with pytest.raises(FileInvalid, match=says):
        read_table(content, "liste.csv")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(content):
    try:
        table = read_table(content, "liste.csv")
    except FileInvalid:
        return

    assert all(
        len(row.cells) <= len(table.names) or not any(row.cells[len(table.names) :]) for row in table.rows
    )


# Columns

PLATFORMS = {
    "Eventbrite, English": (
        ["Order #", "Attendee #", "First Name", "Last Name", "Email", "Job Title", "Country", "Ticket Type"],
        [
            None,
            Field.EXTERNAL_ID,
            Field.FIRST_NAME,
            Field.LAST_NAME,
            Field.EMAIL,
            Field.LABEL,
            Field.DELEGATION,
            None,
        ],
    ),
    "Weezevent, French": (
        [
            "N° de billet",
            "Commande",
            "Nom participant",
            "Prénom participant",
            "Email participant",
            "Fonction",
        ],
        [Field.EXTERNAL_ID, None, Field.LAST_NAME, Field.FIRST_NAME, Field.EMAIL, Field.LABEL],
    ),
    "HelloAsso, French": (
        ["Référence commande", "Numéro de billet", "Nom", "Prénom", "Adresse e-mail", "Pays"],
        [None, Field.EXTERNAL_ID, Field.LAST_NAME, Field.FIRST_NAME, Field.EMAIL, Field.DELEGATION],
    ),
    "a form of one's own": (
        ["Horodateur", "Nom et prénom", "COURRIEL", "Langue", "Pays ou organisation", "Séances"],
        [None, Field.NAME, Field.EMAIL, Field.LANG, Field.DELEGATION, Field.SESSIONS],
    ),
    "our own": (
        ["external_id", "delegation", "role", "label", "name", "email", "lang", "sessions", "speak"],
        ["external_id", "delegation", "role", "label", "name", "email", "lang", "sessions", "speak"],
    ),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_headers_of_common_platforms_are_understood(platform):
    names, fields = PLATFORMS[platform]
    table = read_table(",".join(names).encode() + b"\n" + b"x," * (len(names) - 1) + b"x\n", "liste.csv")

    assert [column.field for column in mapped(table).columns] == fields


def test_what_the_organiser_says_wins_over_the_guess():
    table = read_table(b"id,Email,Nom,Poste\n1,2,3,4\n", "liste.csv")

    reading = mapped(table, {"ID": "-", "poste": "external_id", "Nom": "label"}, {"role": "press"})

    assert [column.field for column in reading.columns] == [None, Field.EMAIL, Field.LABEL, Field.EXTERNAL_ID]
    assert reading.said == {Field.EMAIL, Field.LABEL, Field.EXTERNAL_ID, Field.ROLE}


@pytest.mark.parametrize(
    ("columns", "constants", "field"),
    [
        ({"Prénom": "name"}, {}, "map Prénom"),
        ({"Nom": "surname"}, {}, "map Nom"),
        ({"Nom": "email", "Mail": "email"}, {}, "map email"),
        ({"Nom": "role"}, {"role": "press"}, "map role"),
        ({}, {"email": "a@example.org"}, "set email"),
        ({}, {"external_id": "7"}, "set external_id"),
        ({}, {"colour": "red"}, "set colour"),
    ],
)
def test_a_mapping_that_does_not_fit_names_itself(columns, constants, field):
    table = read_table(b"id,Nom,Mail\n1,2,3\n", "liste.csv")

    with pytest.raises(FieldInvalid) as caught:
        mapped(table, columns, constants)

    assert [problem.field for problem in caught.value.problems] == [field]


# Rows


def test_a_row_becomes_a_person_in_our_words():
    [entry] = read(
        "id;prénom;nom;mail;pays;rôle;langue;séances;parole\n"
        "7;Awa;Exemple;Awa@Example.org;benin;Journaliste;Français;Ouverture | table-ronde;oui\n",
        {"rôle": "role", "parole": "speak"},
    )

    assert (entry.external_id, entry.name, entry.email) == ("7", "Awa Exemple", "Awa@Example.org")
    assert (entry.delegation, entry.role, entry.lang) == ("BJ", "press", "fr")
    assert entry.sessions == (SessionSlug("ouverture"), SessionSlug("table-ronde"))
    assert entry.speak


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("BJ", "BJ"), ("bj", "BJ"), ("BÉNIN", "BJ"), ("Benin", "BJ"), ("Senegal", "SN"), ("Sénégal", "SN"),
        ("République du Sénégal", "SN"), ("Wallonie", "WAL"),
    ],
)  # fmt: skip
def test_a_delegation_is_known_by_code_name_or_country(cell, code):
    [entry] = read(f"id,delegation\n1,{cell}\n")

    assert entry.delegation == code


def test_a_country_with_two_delegations_stands_for_neither():
    assert problems("id,pays\n1,Belgique\n") == [
        "liste.csv:2: delegation (pays): 'Belgique' is not in delegations.csv"
    ]


@pytest.mark.parametrize(
    ("word", "role"),
    [("Déléguée", "delegate"), ("PRESSE", "press"), ("observer", "observer"), ("Roi", "Roi"), ("", "")],
)
def test_roles_have_names_in_two_languages(word, role):
    assert role_word(word) == role


@pytest.mark.parametrize(
    ("word", "tag"), [("Français", "fr"), ("english", "en"), ("fr-BE", "fr"), ("EN_gb", "en"), ("", "")]
)
def test_languages_are_named_or_tagged(word, tag):
    assert language_tag(word) == tag


def test_without_a_column_for_it_everybody_is_a_delegate():
    [entry] = read("id,delegation\n1,BJ\n")

    assert entry.role == "delegate"


def test_what_holds_for_every_row_need_not_stand_there():
    [entry] = read("id\n1\n", constants={"role": "Presse", "delegation": "Bénin"})

    assert (entry.role, entry.delegation) == ("press", "BJ")


def test_every_problem_of_every_row_is_told_with_its_line_and_the_files_own_word():
    found = problems(
        "Billet;Mail;Pays;Rôle;Séances\n"
        "1;nowhere;XX;delegate;\n"
        ";;BJ;delegate;\n"
        "3;c@example.org;BJ;king;nulle-part\n"
        "1;d@example.org;BJ;delegate;\n",
        {"Billet": "external_id", "Rôle": "role"},
    )

    assert found == [
        "liste.csv:2: delegation (Pays): 'XX' is not in delegations.csv",
        "liste.csv:2: email (Mail): 'nowhere' is no e-mail address",
        "liste.csv:3: external_id (Billet): is empty, and there is no email to know the person by",
        f"liste.csv:4: role: 'king' must be one of: {', '.join(sorted(Role))}",
        "liste.csv:4: sessions (Séances): 'nulle-part' is not in programme.csv",
    ]


def test_one_id_twice_is_a_problem_and_one_address_only_where_no_id_tells_two_people_apart():
    twice = problems("id,mail,pays\n1,a@example.org,BJ\n1,b@example.org,BJ\n")
    shared = read("id,mail,pays\n1,a@example.org,BJ\n2,A@example.org,BJ\n")
    unclear = problems("id,mail,pays\n1,a@example.org,BJ\n,A@Example.org,BJ\n")

    assert twice == ["liste.csv:3: external_id (id): '1' stands in line 2 already"]
    assert len(shared) == 2
    assert unclear == ["liste.csv:3: email (mail): stands in line 2 already, and no id tells the two apart"]


@pytest.mark.parametrize(("column", "length"), [("fonction", 121), ("nom complet", 201), ("mail", 255)])
def test_what_is_too_long_is_refused(column, length):
    value = f"{'x' * (length - 4)}@y.z" if column == "mail" else "x" * length

    [problem] = problems(f"id,pays,{column}\n1,BJ,{value}\n")

    assert "longer than" in problem


def test_a_header_alone_invites_nobody():
    assert problems("id,mail\n") == ["liste.csv: there is nobody in this file"]
