"""``summit new``: files that explain themselves and load as they are."""

import tomllib

from streamhub.kit.settings import Settings, summit_setting_names
from streamhub.programme.entries import DELEGATIONS, DOCUMENTS, PARTICIPANTS, PROGRAMME
from streamhub.programme.loaders import parse_files
from streamhub.programme.sheets import Findings
from streamhub.programme.summit_file import parse_summit
from streamhub.programme.templates import templates
from tests.programme.samples import check_link

TEXTS = {file.name: file.content.decode() for file in templates()}


def test_they_load_as_they_are_and_hold_nothing():
    contents = {file.name: file.content for file in templates()}

    files = parse_files(contents.get, check_link)

    assert (files.sessions, files.delegations, files.participants, files.documents) == ((), (), (), ())
    assert files.warnings == ()


def test_every_column_of_the_contract_is_in_its_file():
    for name, columns in {
        "programme.csv": PROGRAMME,
        "delegations.csv": DELEGATIONS,
        "participants.csv": PARTICIPANTS,
        "documents.csv": DOCUMENTS,
    }.items():
        header = TEXTS[name].splitlines()[-1].split(",")
        assert set(columns.required + columns.optional) <= set(header)


def uncommented(text):
    lines = (line.removeprefix("# ") for line in text.splitlines())
    return "\n".join(line for line in lines if " = " in line and not line.startswith("#"))


def test_every_key_of_the_summit_file_is_there_and_right_once_its_comment_sign_is_gone():
    findings = Findings()
    text = uncommented(TEXTS["summit.toml"])

    summit = parse_summit(text, findings)

    assert (findings.errors, findings.warnings) == ([], [])
    assert summit.contact_phone
    assert summit.represented == 23
    assert set(tomllib.loads(text)) >= {
        "logo",
        "accent",
        "partners",
        "hashtag",
        "fallback_text_en",
        "ends_on",
    }


def test_the_settings_of_a_summit_stand_there_with_their_defaults():
    table = tomllib.loads(uncommented(TEXTS["summit.toml"]))

    assert {name: table[name] for name in summit_setting_names()} == {
        name: getattr(Settings(), name) for name in summit_setting_names()
    }
