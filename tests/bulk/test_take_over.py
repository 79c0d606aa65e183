"""Taking a list over: new people invited, known ones kept up to date, nothing half done."""

import pytest

from streamhub.access.bulk_model import Outcome
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.kit.db import changes_after
from streamhub.kit.errors import FileInvalid, InvitationRevoked
from streamhub.kit.ids import DelegationCode
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.store import delegations
from tests.bulk.conftest import BJ

HEAD = "id;nom;mail;pays;fonction\n"
TWO = HEAD + "7;Awa;awa@example.org;BJ;Maire\n8;Léo;leo@example.org;Unesco;\n"


def outcomes(preview) -> list[tuple[int | None, str]]:
    """What becomes of each line."""
    return [(one.line, one.outcome.value) for one in preview.people]


async def test_new_people_get_a_seat_and_their_names_stand_apart(house):
    preview = await house.take(TWO)

    assert outcomes(preview) == [(2, "new"), (3, "new")]
    assert await house.people() == {
        "BJ-01": ("BJ", Role.DELEGATE, "Maire"),
        "UNESCO-01": ("UNESCO", Role.DELEGATE, ""),
    }
    assert {seat: one.email for seat, one in (await house.identities()).items()} == {
        "BJ-01": "awa@example.org",
        "UNESCO-01": "leo@example.org",
    }
    assert (await house.use.access.enter(preview.issued[0].link)).grant.seat == "BJ-01"


async def test_looking_stores_nothing(house):
    preview = await house.take(TWO, dry_run=True)

    assert preview.count(Outcome.NEW) == 2
    assert preview.issued == ()
    assert await house.people() == {}


async def test_a_second_time_changes_nothing_at_all(house):
    await house.take(TWO)
    before = await house.use.db.read(lambda tx: len(changes_after(tx, 0)))

    preview = await house.take(TWO)

    assert preview.count(Outcome.UNCHANGED) == 2
    assert await house.use.db.read(lambda tx: len(changes_after(tx, 0))) == before


async def test_changes_are_told_field_by_field_and_the_link_stays_good(house):
    first = await house.take(TWO)
    changed = HEAD + "7;Awa Autre;neu@example.org;BJ;Ministre\n8;Léo;leo@example.org;BJ;\n"

    looked = await house.take(changed, dry_run=True)
    await house.take(changed)

    assert [(change.field, change.before, change.after) for change in looked.people[0].changes] == [
        ("label", "Maire", "Ministre"),
        ("name", "Awa", "Awa Autre"),
        ("email", "awa@example.org", "neu@example.org"),
    ]
    assert [change.field for change in looked.people[1].changes] == ["delegation"]
    assert (await house.use.access.enter(first.issued[0].link)).grant.label == "Ministre"
    assert (await house.use.access.enter(first.issued[1].link)).grant.seat == "BJ-02"


async def test_one_bad_line_keeps_everything_out(house):
    with pytest.raises(FileInvalid):
        await house.take(TWO + "9;Zoé;zoe@example.org;XX;\n")

    assert await house.people() == {}


async def test_without_ids_people_are_known_by_their_address_whatever_its_case(house):
    await house.take("nom;mail;pays\nAwa;awa@example.org;BJ\n")

    preview = await house.take("nom;mail;pays\nAwa B.;AWA@example.org;BJ\n")

    assert [change.field for change in preview.people[0].changes] == ["name", "email"]
    assert len(await house.people()) == 1


async def test_who_was_known_by_address_gets_the_platforms_id_and_is_known_by_that(house):
    await house.take("nom;mail;pays\nAwa;awa@example.org;BJ\n")

    first = await house.take("id;nom;mail;pays\n7;Awa;awa@example.org;BJ\n")
    second = await house.take("id;nom;mail;pays\n7;Awa;neu@example.org;BJ\n")

    assert [change.field for change in first.people[0].changes] == ["external_id"]
    assert [change.field for change in second.people[0].changes] == ["email"]
    assert len(await house.people()) == 1


async def test_another_id_with_the_same_address_is_another_person(house):
    await house.take("id;nom;mail;pays\n7;Awa;familie@example.org;BJ\n")

    preview = await house.take("id;nom;mail;pays\n8;Léo;familie@example.org;BJ\n")

    assert outcomes(preview) == [(2, "new")]


async def test_an_address_of_several_people_says_nobody(house):
    await house.take("id;mail;pays\n7;familie@example.org;BJ\n8;familie@example.org;BJ\n")

    with pytest.raises(FileInvalid, match=r"liste\.csv:2: email: 2 invited people have this address"):
        await house.take("mail;pays\nfamilie@example.org;BJ\n")


async def test_two_rows_that_mean_one_person_are_a_problem(house):
    await house.take("id;mail;pays\n7;alt@example.org;BJ\n")

    with pytest.raises(FileInvalid, match="is the same person as line 2"):
        await house.take("id;mail;pays\n7;neu@example.org;BJ\n;alt@example.org;BJ\n")


async def test_what_the_list_does_not_speak_of_stays(house):
    full = ParticipantEntry(
        "7", BJ, "press", "Envoyée", "Awa", "awa@example.org", "en", sessions=("atelier",), speak=True
    )
    await house.use.bulk.load([full], "test")

    preview = await house.take("id;nom\n7;Awa Autre\n", constants={"delegation": "BJ"})

    assert [change.field for change in preview.people[0].changes] == ["name"]
    [row] = await house.use.access.every_invitation()
    assert (row.role, row.label, row.sessions, row.speak) == (Role.PRESS, "Envoyée", {"atelier"}, True)
    assert (await house.identities())["BJ-01"].email == "awa@example.org"


async def test_an_empty_cell_of_a_column_empties_the_field(house):
    await house.take(TWO)

    await house.take(HEAD + "7;Awa;awa@example.org;BJ;\n")

    assert (await house.people())["BJ-01"][2] == ""


async def test_who_was_revoked_stays_out_and_gets_no_name_back(house):
    await house.take(TWO)
    [row, _] = await house.use.access.every_invitation()
    await house.use.access.revoke(row.id, "test")

    preview = await house.take(HEAD + "7;Neu;neu@example.org;BJ;Ministre\n")

    assert [change.field for change in preview.people[0].changes] == ["label"]
    assert (await house.identities())["BJ-01"].name == "Awa"
    assert (await house.use.access.invitation(row.id)).revoked_at is not None


async def test_a_dead_link_does_not_come_alive_with_new_data(house):
    first = await house.take(TWO)
    await house.use.db.write(lambda tx: tx.execute(delegations.update().values(epoch=1)))
    await house.use.programme.forget("")

    await house.take(HEAD + "7;Awa;awa@example.org;BJ;Ministre\n8;Léo;leo@example.org;BJ;\n")

    house.use.access.forget_all()
    for issued in first.issued:
        with pytest.raises(InvitationRevoked):
            await house.use.access.enter(issued.link)


async def test_people_invited_by_hand_are_left_alone(house):
    order = InvitationOrder(role=Role.DELEGATE, delegation=DelegationCode("BJ"), label="Maire")
    await house.use.access.issue(order, "test")

    await house.take(TWO)

    assert (await house.people())["BJ-01"] == ("BJ", Role.DELEGATE, "Maire")
    assert (await house.people())["BJ-02"] == ("BJ", Role.DELEGATE, "Maire")
    assert len(await house.people()) == 3


async def test_a_further_link_opens_as_the_first_does_and_dies_with_it(house):
    [issued] = (await house.take(HEAD + "7;Awa;awa@example.org;BJ;\n")).issued
    [row] = await house.use.access.every_invitation()

    [further] = await house.use.bulk.personal([row])

    assert further.link != issued.link
    assert (await house.use.access.enter(further.link)).grant.participant == row.participant
    await house.use.access.replace(row.id, "test")
    for link in (issued.link, further.link):
        with pytest.raises(InvitationRevoked):
            await house.use.access.enter(link)


async def test_thousands_come_at_once_or_nobody_does(house):
    rows = [f"t-{n},BJ,delegate,Luc {n},luc{n}@example.org" for n in range(2_000)]
    head = "external_id,delegation,role,name,email"
    before = len(await house.people())

    with pytest.raises(FileInvalid, match=r"2002.*role"):
        await house.take("\n".join([head, *rows, "t-x,BJ,king,,"]))
    nobody = len(await house.people())
    done = await house.take("\n".join([head, *rows]))
    again = await house.take("\n".join([head, *rows]))

    people = await house.people()
    assert (nobody, len(people)) == (before, before + 2_000)
    assert (len(done.issued), done.count(Outcome.NEW)) == (2_000, 2_000)
    assert len({issued.link for issued in done.issued}) == 2_000
    assert again.count(Outcome.UNCHANGED) == 2_000
    assert (await house.identities())[done.issued[-1].invitation.seat].name == "Luc 1999"
