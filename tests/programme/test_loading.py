"""``summit load``: what differs is told and stored, what the console edited is kept."""

import pytest

from streamhub.kit.db import changes_after
from streamhub.kit.errors import StateConflict
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.model import SessionState
from tests.programme.samples import DELEGATIONS, PROGRAMME, SUMMIT, at, loaded

OPENING, WORKSHOP = SessionSlug("ouverture"), SessionSlug("atelier")


def lines(some):
    return [str(item) for item in some]


async def noticed(db):
    return [(c.topic, c.key) for c in await db.read(lambda tx: changes_after(tx, 0))]


async def test_the_first_load_adds_every_row(programme, db):
    report = await programme.load(loaded())

    assert lines(report.added) == [
        "summit.toml: sommet",
        "programme.csv: ouverture",
        "programme.csv: atelier",
        "delegations.csv: BJ",
        "delegations.csv: UNESCO",
        "documents.csv: atelier https://docs.example/note.pdf",
    ]
    assert (report.applied, report.changed, report.conflicts, report.gone) == (True, (), (), ())
    assert await noticed(db) == [("programme", ""), ("session", "ouverture"), ("session", "atelier")]


async def test_loading_twice_changes_nothing_and_tells_nobody(programme, db):
    await programme.load(loaded())
    await programme.settle()
    before = (await programme.summit(), await programme.sessions(), await programme.delegations())
    told = await noticed(db)

    report = await programme.load(loaded())

    assert report.nothing_new
    assert (await programme.summit(), await programme.sessions(), await programme.delegations()) == before
    assert await noticed(db) == told


async def test_a_dry_run_tells_and_stores_nothing(programme):
    report = await programme.load(loaded(), dry_run=True)

    assert (len(report.added), report.applied) == (6, False)
    assert await programme.sessions() == ()


async def test_a_difference_is_told_by_row_and_field_in_local_time(programme, db):
    await programme.load(loaded())
    await programme.settle()
    already = len(await noticed(db))

    report = await programme.load(
        loaded(
            summit=SUMMIT.replace("Summit of ports", "Ports") + "represented = 23\ndoors_minutes = 45\n",
            programme=PROGRAMME.replace("15:00,17:00", "15:30,17:00"),
            delegations=DELEGATIONS.replace("BJ,6", "BJ,4"),
        )
    )

    assert lines(report.changed) == [
        "summit.toml: sommet: title_en: Summit of ports → Ports",
        "summit.toml: sommet: represented: – → 23",
        "summit.toml: sommet: doors_minutes: – → 45",
        "programme.csv: atelier: start: 2021-11-04 15:00 → 2021-11-04 15:30",
        "delegations.csv: BJ: seats: 6 → 4",
    ]
    session = await programme.session(WORKSHOP)
    assert (session.starts_at, session.scheduled_starts_at) == (at(90), at(90))
    assert (await programme.delegation(DelegationCode("BJ"))).seats == 4
    assert (await programme.summit()).settings == (("doors_minutes", 45),)
    assert (await noticed(db))[already:] == [("programme", ""), ("session", "atelier")]


async def test_a_row_gone_from_its_file_is_told_and_left_alone(programme):
    await programme.load(loaded())

    report = await programme.load(
        loaded(programme="\n".join(PROGRAMME.splitlines()[:2]), documents=None, participants=None)
    )

    assert lines(report.gone) == ["programme.csv: atelier"]
    assert report.nothing_new
    assert (await programme.session(WORKSHOP)).state is SessionState.SCHEDULED


async def test_a_file_that_is_not_there_leaves_its_rows_unmentioned(programme):
    await programme.load(loaded())

    report = await programme.load(loaded(delegations=None, participants=None))

    assert (report.nothing_new, report.gone) == (True, ())
    assert len(await programme.delegations()) == 2


async def test_a_field_edited_in_the_console_since_is_a_conflict_and_stays(programme):
    await programme.load(loaded())
    await programme.shift(WORKSHOP, 15, "inv_1")

    report = await programme.load(loaded(programme=PROGRAMME.replace("Ports,Salle", "Docks,Salle")))

    assert lines(report.conflicts) == [
        "programme.csv: atelier: start: 2021-11-04 15:15 → 2021-11-04 15:00",
        "programme.csv: atelier: end: 2021-11-04 17:15 → 2021-11-04 17:00",
    ]
    assert lines(report.changed) == ["programme.csv: atelier: title_en: Ports → Docks"]
    session = await programme.session(WORKSHOP)
    assert (session.starts_at, session.scheduled_starts_at) == (at(75), at(60))
    assert session.titles.get("en") == "Docks"


async def test_a_conflict_is_told_again_until_it_is_settled(programme):
    await programme.load(loaded())
    await programme.shift(WORKSHOP, 15, "inv_1")
    await programme.load(loaded())

    again = await programme.load(loaded())
    settled = await programme.load(loaded(programme=PROGRAMME.replace("15:00,17:00", "15:15,17:15")))

    assert len(again.conflicts) == 2
    assert settled.nothing_new
    assert (await programme.session(WORKSHOP)).scheduled_starts_at == at(60)


async def test_force_lets_the_file_win(programme):
    await programme.load(loaded())
    await programme.shift(WORKSHOP, 15, "inv_1")

    report = await programme.load(loaded(), force=True)

    assert report.conflicts == ()
    assert [change.field for change in report.changed] == ["start", "end"]
    assert (await programme.session(WORKSHOP)).starts_at == at(60)


async def test_a_state_is_no_field_of_a_file(programme):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.PAUSED, "inv_1")

    report = await programme.load(loaded(), force=True)

    assert report.nothing_new
    assert (await programme.session(OPENING)).state is SessionState.PAUSED


async def test_another_order_of_the_delegations_is_one_difference(programme):
    await programme.load(loaded())
    head, benin, unesco = DELEGATIONS.splitlines()

    report = await programme.load(loaded(delegations=f"{head}\n{unesco}\nTG,Togo,,country,TG,\n{benin}"))

    assert lines(report.added) == ["delegations.csv: TG"]
    assert lines(report.changed) == ["delegations.csv: : order: BJ UNESCO → UNESCO BJ"]
    assert [d.code for d in await programme.delegations()] == ["UNESCO", "TG", "BJ"]


async def test_one_data_folder_is_one_summit(programme):
    await programme.load(loaded())

    with pytest.raises(StateConflict, match="this data folder holds the summit 'sommet', not 'autre'"):
        await programme.load(loaded(summit=SUMMIT.replace('"sommet"', '"autre"')), force=True)


async def test_another_time_zone_moves_every_session_and_says_so(programme):
    await programme.load(loaded())

    report = await programme.load(loaded(summit=SUMMIT.replace("Europe/Brussels", "Africa/Dakar")))

    assert lines(report.changed)[:2] == [
        "summit.toml: sommet: timezone: Europe/Brussels → Africa/Dakar",
        "programme.csv: ouverture: start: 2021-11-04 13:00 → 2021-11-04 14:00",
    ]
    assert (await programme.session(OPENING)).starts_at == at(60)


async def test_a_live_session_that_the_file_moves_to_later_is_back_at_its_doors(programme, clock):
    await programme.load(loaded())
    clock.advance(minutes=5)

    await programme.load(loaded(programme=PROGRAMME.replace("14:00,15:00", "14:20,15:00")))

    assert [(c.state, c.at) for c in await programme.history(OPENING)] == [
        ("doors", at(-30)),
        ("live", at(0)),
        ("doors", at(5)),
    ]


async def test_a_session_held_and_moved_to_another_day_is_held_once_more(programme, clock):
    await programme.load(loaded())
    await programme.set_state(OPENING, SessionState.LIVE, "inv_1")
    clock.advance(minutes=20)
    tomorrow = PROGRAMME.replace("ouverture,2021-11-04", "ouverture,2021-11-05")

    await programme.load(loaded(programme=tomorrow))

    session = await programme.session(OPENING)
    assert (session.run, session.state, session.automatic) == (2, SessionState.SCHEDULED, True)
    *_, last = await programme.history(OPENING)
    assert (last.run, last.state, last.at) == (1, "ended", at(20))
    clock.advance(minutes=24 * 60)
    assert ("live", 2) in [(c.state, c.run) for c in await programme.settle()]


async def test_a_session_moved_to_another_day_before_it_began_stays_its_first_run(programme):
    await programme.load(loaded())
    tomorrow = PROGRAMME.replace("atelier,2021-11-04", "atelier,2021-11-05")

    await programme.load(loaded(programme=tomorrow))

    session = await programme.session(WORKSHOP)
    assert (session.run, session.scheduled_starts_at) == (1, at(25 * 60))


async def test_the_picture_is_kept_and_goes_with_its_line(programme):
    with_logo = loaded(summit=f'{SUMMIT}logo = "armes.svg"\n', **{"armes.svg": "<svg/>"})
    await programme.load(with_logo)
    again = await programme.load(with_logo)
    kept = await programme.logo()

    other = await programme.load(loaded(summit=f'{SUMMIT}logo = "armes.svg"\n', **{"armes.svg": "<svg />"}))
    changed = await programme.logo()
    await programme.load(loaded())

    assert (again.nothing_new, kept.content) == (True, b"<svg/>")
    assert ([c.field for c in other.changed], changed.content) == (["logo"], b"<svg />")
    assert await programme.logo() is None
