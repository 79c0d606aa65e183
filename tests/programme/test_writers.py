"""``summit export``: the same files, without people."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.kit.text import Localised, clean
from streamhub.programme.files import SummitFiles
from streamhub.programme.loaders import parse_files
from streamhub.programme.model import Summit
from streamhub.programme.sheets import Findings
from streamhub.programme.summit_file import parse_summit
from streamhub.programme.writers import summit_toml, written
from tests.programme.samples import PROGRAMME, SUMMIT, check_link, loaded

FULL = (
    SUMMIT
    + 'languages = ["fr", "en"]\nstarts_on = 2021-11-02\nends_on = 2021-11-05\naccent = "#1c4a9c"\n'
    + 'partners = ["L’une", "Deux \\"2\\""]\nhashtag = "#ports"\ncontact_name = "Accueil"\n'
    + 'contact_email = "a@b.example"\nfallback_text_fr = "Appelez.\\nMerci."\nrepresented = 23\n'
    + 'logo = "armes.svg"\ndoors_minutes = 45\n'
)


def read_back(files):
    contents = {file.name: file.content for file in files}
    return parse_files(contents.get, check_link)


async def test_loading_an_export_changes_nothing(programme):
    await programme.load(loaded(summit=FULL, **{"armes.svg": "<svg/>"}))

    report = await programme.load(read_back(await programme.export()))

    assert (report.nothing_new, report.warnings, report.gone) == (True, (), ())


async def test_an_export_is_what_was_loaded_without_its_people(programme):
    files = loaded(summit=FULL, **{"armes.svg": "<svg/>"})
    await programme.load(files)

    exported = await programme.export()

    again = read_back(exported)
    assert (again.summit, again.logo, again.delegations) == (files.summit, files.logo, files.delegations)
    said = tuple(replace(entry, cancelled=False) for entry in files.sessions)  # the export has the column
    assert (again.sessions, again.documents) == (said, files.documents)
    assert again.participants is None
    names = [file.name for file in exported]
    assert names == ["summit.toml", "programme.csv", "delegations.csv", "documents.csv", "armes.svg"]


async def test_an_export_has_the_times_that_hold_now(programme):
    await programme.load(loaded())
    await programme.shift("atelier", 15, "inv_1")

    report = await programme.load(read_back(await programme.export()))

    assert report.nothing_new
    assert b"atelier,2021-11-04,15:15,17:15," in (await programme.export())[1].content


async def test_empty_tables_are_headers(programme):
    await programme.load(loaded(programme=None, delegations=None, participants=None, documents=None))

    exported = await programme.export()

    assert exported[1].content.startswith(b"slug,date,start,end,kind,venue,room,access,title_fr,")
    assert read_back(exported).sessions == ()


@pytest.mark.parametrize(
    "title", ["=SUM(1)", "+1", "-1", "@x", "'déjà'", '"guillemets"', "a,b;c", "# pas un commentaire"]
)
def test_a_title_is_text_to_a_spreadsheet_and_comes_back_as_it_was(title):
    quoted = title.replace('"', '""')
    files = loaded(programme=PROGRAMME.replace("Ouverture,Opening", f'"{quoted}",'))

    again = read_back(written(files))

    assert [f.sessions[0].titles.get("fr") for f in (files, again)] == [title, title]


texts = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(clean).filter(bool)
)


@given(title=texts, partners=st.lists(texts, max_size=3), fallback=texts)
@settings(max_examples=100, deadline=None)
def test_any_text_survives_the_summit_file(title, partners, fallback):
    summit = Summit(
        slug="s",
        titles=Localised((("fr", title), ("en", fallback))),
        timezone="Europe/Brussels",
        languages=("fr", "en"),
        partners=tuple(partners),
        fallback_text=Localised((("fr", f"{fallback}\n{title}"),)),
    )
    findings = Findings()

    assert parse_summit(summit_toml(summit), findings) == summit
    assert findings == Findings()


def test_a_summit_of_nothing_else_is_three_lines():
    files = SummitFiles(Summit("s", Localised((("fr", "S"),)), "UTC", ("fr",)))

    assert written(files)[0].content == b'slug = "s"\ntitle_fr = "S"\ntimezone = "UTC"\nlanguages = ["fr"]\n'
