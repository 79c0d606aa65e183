"""``summit load`` and the console: neither overwrites the other without a word."""

import pytest

from streamhub.kit.clock import MINUTE
from streamhub.kit.errors import StateConflict
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.edit_service import EditService
from streamhub.programme.editing import DelegationEdit, DocumentEdit, SessionEdit, document_id
from streamhub.programme.model import DelegationKind, SessionState
from streamhub.programme.service import ProgrammeService
from tests.programme.samples import DELEGATIONS, DOCUMENTS, PROGRAMME, TWO, loaded
from tests.support import FakeClock, open_database

WORKSHOP = SessionSlug("atelier")
NOTE = "https://docs.example/note.pdf"
BY = "p_organiser"


@pytest.fixture
async def db(tmp_path):
    async with open_database(tmp_path) as database:
        yield database


@pytest.fixture
async def programme(db):
    service = ProgrammeService(db, FakeClock(TWO), Settings())
    await service.load(loaded())
    return service


@pytest.fixture
def editing(db, programme):
    return EditService(db, FakeClock(TWO), Settings(), programme)


def with_cancelled(*cells):
    """The programme with the column ``cancelled``."""
    return "\n".join(
        f"{line},{cell}" for line, cell in zip(PROGRAMME.splitlines(), ("cancelled", *cells), strict=True)
    )


def lines(some):
    return [str(item) for item in some]


async def test_a_field_edited_in_the_console_is_a_conflict_and_stays(programme, editing):
    await editing.edit_session(WORKSHOP, SessionEdit(room="Cave"), BY)

    report = await programme.load(
        loaded(programme=PROGRAMME.replace('"Ports, quais",Ports,Salle', '"Ports, quais",Harbours,Hall'))
    )

    assert lines(report.conflicts) == ["programme.csv: atelier: room: Cave → Hall"]
    assert lines(report.changed) == ["programme.csv: atelier: title_en: Ports → Harbours"]
    session = await programme.session(WORKSHOP)
    assert (session.room, session.titles.get("en")) == ("Cave", "Harbours")


async def test_it_stays_a_conflict_at_every_load_until_the_file_or_force_settles_it(programme, editing):
    await editing.edit_session(WORKSHOP, SessionEdit(room="Cave"), BY)

    again = [lines((await programme.load(loaded())).conflicts) for _ in range(2)]
    forced = await programme.load(loaded(), force=True)

    assert again == [["programme.csv: atelier: room: Cave → Salle"]] * 2
    assert lines(forced.changed) == ["programme.csv: atelier: room: Cave → Salle"]
    assert (await editing.session(WORKSHOP)).edited == ()


async def test_a_file_that_takes_the_edit_over_is_no_conflict(programme, editing):
    await editing.edit_session(WORKSHOP, SessionEdit(room="Cave"), BY)

    report = await programme.load(loaded(programme=PROGRAMME.replace("Ports,Salle", "Ports,Cave")))

    assert report.nothing_new
    assert (await editing.session(WORKSHOP)).edited == ()


async def test_what_a_file_changed_is_told_to_whoever_edits_what_stood_there_before(programme, editing):
    before = await editing.session(WORKSHOP)
    await programme.load(loaded(programme=PROGRAMME.replace("Ports,Salle", "Ports,Hall")))

    after = await editing.session(WORKSHOP)

    assert before.version != after.version
    assert after.edited == ()


async def test_a_session_of_the_console_is_no_row_gone_and_no_file_overwrites_it(programme, editing):
    added = SessionEdit(titles={"fr": "Débat"}, kind="plenary", starts_at=TWO, ends_at=TWO + 30 * MINUTE)
    await editing.add_session(added, BY, "debat")
    line = "debat,2021-11-04,14:00,14:30,plenary,,Discussion,,,,,\n"

    plain = await programme.load(loaded())
    reports = [await programme.load(loaded(programme=PROGRAMME + line)) for _ in range(2)]

    assert (plain.gone, plain.nothing_new) == ((), True)
    assert [lines(report.conflicts) for report in reports] == [
        ["programme.csv: debat: title_fr: Débat → Discussion"]
    ] * 2
    assert (await programme.session(SessionSlug("debat"))).titles.get("fr") == "Débat"


async def test_a_delegation_without_limit_made_in_the_console_keeps_it_against_a_file(programme, editing):
    await editing.add_delegation(
        "SN", DelegationKind.COUNTRY, DelegationEdit(names={"fr": "Sénégal"}, country="SN"), BY
    )

    reports = [
        await programme.load(loaded(delegations=DELEGATIONS + "SN,Sénégal,,country,SN,6\n")) for _ in range(2)
    ]

    assert [lines(report.conflicts) for report in reports] == [["delegations.csv: SN: seats: – → 6"]] * 2
    assert (await programme.delegation(DelegationCode("SN"))).seats is None


async def test_a_document_taken_away_does_not_come_back_silently(programme, editing):
    await editing.remove_document(WORKSHOP, document_id(NOTE), BY)

    report = await programme.load(loaded())
    without = await programme.documents(WORKSHOP)
    await programme.load(loaded(), force=True)

    assert lines(report.conflicts) == [f"documents.csv: atelier {NOTE}: url: – → {NOTE}"]
    assert without == ()
    assert [d.url for d in await programme.documents(WORKSHOP)] == [NOTE]


async def test_taken_away_added_again_and_taken_away_once_more_it_still_does_not_come_back(
    programme, editing
):
    await editing.remove_document(WORKSHOP, document_id(NOTE), BY)
    await editing.add_document(WORKSHOP, DocumentEdit(titles={"fr": "Note"}, url=NOTE), BY)
    await editing.remove_document(WORKSHOP, document_id(NOTE), BY)

    await programme.load(loaded(documents=DOCUMENTS))

    assert await programme.documents(WORKSHOP) == ()


async def test_a_document_of_the_console_stays_when_files_are_loaded(programme, editing):
    await editing.add_document(
        WORKSHOP, DocumentEdit(titles={"fr": "Plan"}, url="https://docs.example/plan"), BY
    )

    report = await programme.load(loaded())

    assert report.nothing_new
    assert [d.titles.get("fr") for d in await programme.documents(WORKSHOP)] == ["Note de cadrage", "Plan"]


async def test_a_cancelled_session_stays_cancelled_when_files_are_loaded(programme, editing):
    await editing.cancel(WORKSHOP, BY)

    await programme.load(loaded(programme=PROGRAMME.replace("15:00,17:00", "16:00,18:00")))

    assert (await programme.session(WORKSHOP)).cancelled


@pytest.mark.parametrize("column", ["", "no"])
async def test_a_file_that_has_the_column_does_not_restore_it_silently(programme, editing, column):
    await editing.cancel(WORKSHOP, BY)

    reports = [await programme.load(loaded(programme=with_cancelled("no", column))) for _ in range(2)]

    said = ["programme.csv: atelier: cancelled: yes → no"]
    assert [lines(report.conflicts) for report in reports] == [said, said]
    assert (await programme.session(WORKSHOP)).cancelled
    await programme.load(loaded(programme=with_cancelled("no", column)), force=True)
    assert not (await programme.session(WORKSHOP)).cancelled


async def test_a_file_cancels_and_takes_it_back_where_the_console_said_nothing(programme, editing):
    cancelled = await programme.load(loaded(programme=with_cancelled("", "yes")))
    kept = await programme.load(loaded())
    there = (await programme.session(WORKSHOP)).cancelled
    back = await programme.load(loaded(programme=with_cancelled("", "")))

    assert lines(cancelled.changed) == ["programme.csv: atelier: cancelled: no → yes"]
    assert (kept.nothing_new, there) == (True, True)
    assert lines(back.changed) == ["programme.csv: atelier: cancelled: yes → no"]
    assert not (await programme.session(WORKSHOP)).cancelled


async def test_what_the_console_restored_a_file_does_not_cancel_again_silently(programme, editing):
    await programme.load(loaded(programme=with_cancelled("", "yes")))
    await editing.restore(WORKSHOP, BY)

    report = await programme.load(loaded(programme=with_cancelled("", "yes")))

    assert lines(report.conflicts) == ["programme.csv: atelier: cancelled: no → yes"]
    assert not (await programme.session(WORKSHOP)).cancelled


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_file_cannot_cancel_what_has_begun(programme, dry_run):
    await programme.set_state(WORKSHOP, SessionState.LIVE, BY)

    with pytest.raises(StateConflict, match=r"programme\.csv: atelier: cancelled: the session has begun"):
        await programme.load(loaded(programme=with_cancelled("", "yes")), dry_run=dry_run)

    assert not (await programme.session(WORKSHOP)).cancelled


async def test_doors_that_were_open_close_when_a_file_cancels(programme):
    await programme.set_state(WORKSHOP, SessionState.DOORS, BY)

    await programme.load(loaded(programme=with_cancelled("", "yes")))

    session = await programme.session(WORKSHOP)
    assert (session.state, session.cancelled) == (SessionState.SCHEDULED, True)


async def test_the_export_says_what_the_console_made_and_loads_back_without_a_difference(programme, editing):
    await editing.edit_session(
        WORKSHOP, SessionEdit(titles={"fr": "Ports; =1+1"}, notes="à 15 h\ndeux lignes"), BY
    )
    files = {file.name: file.content.decode() for file in await programme.export()}

    report = await programme.load(
        loaded(
            programme=files["programme.csv"],
            delegations=files["delegations.csv"],
            documents=files["documents.csv"],
        )
    )

    assert (report.changed, report.conflicts, report.added) == ((), (), ())
