"""The organiser's list of people: taken over once, kept up to date, links left alone."""

from datetime import date

import pytest

from streamhub.access import store
from streamhub.access.roles import Role
from streamhub.kit.errors import FileInvalid, InvitationRevoked
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.files import ParticipantEntry
from tests.access.conftest import BENIN, OPENING, SENEGAL, TABLE

AWA = ParticipantEntry(
    "17", BENIN, "delegate", label="Ministre", name="Awa Exemple", email="awa@example.org", lang="fr"
)
LEO = ParticipantEntry("18", None, "moderator", name="Léo Exemple")


async def test_everybody_on_the_list_gets_an_invitation(house):
    issued = await house.bulk.load([AWA, LEO], "cli")

    assert [(one.invitation.seat, one.invitation.role) for one in issued] == [
        ("BJ-01", Role.DELEGATE),
        ("MOD-01", Role.MODERATOR),
    ]
    assert (await house.access.enter(issued[0].link)).grant.label == "Ministre"


async def test_loading_twice_makes_nothing_twice(house):
    [first] = await house.bulk.load([AWA], "cli")
    noticed = len(await house.noticed("invitation"))

    again = await house.bulk.load([AWA], "cli")

    assert again == ()
    assert len(await house.access.participants()) == 1
    assert len(await house.noticed("invitation")) == noticed
    assert await house.access.enter(first.link)


async def test_new_data_of_a_known_person_are_taken_over_and_the_link_stays(house):
    [first] = await house.bulk.load([AWA], "cli")
    before = await house.access.grant_for_token(first.token)
    changed = ParticipantEntry(
        "17", BENIN, "press", label="Envoyée", name="Awa Autre", sessions=(TABLE,), speak=True
    )

    await house.bulk.load([changed], "cli")

    grant = await house.access.grant_for_token(first.token)
    assert before.role is Role.DELEGATE
    assert (grant.role, grant.label, grant.sessions) == (Role.PRESS, "Envoyée", {TABLE})
    identity = await house.db.read(lambda tx: store.identity(tx, grant.participant))
    assert identity.name == "Awa Autre"


async def test_who_moves_to_another_delegation_gets_a_seat_there(house):
    [first] = await house.bulk.load([AWA], "cli")

    await house.bulk.load([ParticipantEntry("17", SENEGAL, "delegate")], "cli")

    grant = (await house.access.enter(first.link)).grant
    assert (grant.delegation, grant.seat) == (SENEGAL, "SN-01")
    assert (await house.issue()).invitation.seat == "BJ-02"  # badges and Zoom lists still say BJ-01 of them


async def test_a_link_that_died_with_its_delegations_stays_dead_in_another_one(house):
    [first] = await house.bulk.load([AWA], "cli")
    await house.raise_epoch(BENIN)

    await house.bulk.load([ParticipantEntry("17", SENEGAL, "delegate")], "cli")

    with pytest.raises(InvitationRevoked):
        await house.access.enter(first.link)


async def test_names_stand_in_a_table_of_their_own(house):
    await house.bulk.load([AWA], "cli")

    rest = []
    for table in (store.participants, store.invitations, store.grants, store.invitation_codes):
        rest.extend(await house.db.read(lambda tx, table=table: tx.all(table.select())))

    assert "Awa" not in str(rest)
    assert "awa@example.org" not in str(rest)


async def test_a_bad_list_changes_nothing_and_names_every_problem(house):
    bad = [
        AWA,
        ParticipantEntry("2", DelegationCode("XX"), "delegate"),
        ParticipantEntry("3", None, "delegate"),
        ParticipantEntry("4", BENIN, "king"),
        ParticipantEntry("5", BENIN, "delegate", sessions=(OPENING, SessionSlug("nulle-part"))),
        ParticipantEntry("6", BENIN, "delegate", label="x" * 200),
    ]

    with pytest.raises(FileInvalid) as caught:
        await house.bulk.load(bad, "cli")

    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["delegation", "delegation", "role", "sessions", "label"]
    assert "external_id 4" in str(caught.value)
    assert await house.access.participants() == ()


async def test_when_the_summit_ends_later_listed_links_work_longer(house):
    [first] = await house.bulk.load([AWA], "cli")

    await house.load(ends_on=date(2021, 11, 7))
    await house.bulk.load([AWA], "cli")

    row = await house.access.invitation(first.invitation.id)
    assert row.expires_at - first.invitation.expires_at == 2 * 24 * 3_600_000


async def test_somebody_revoked_stays_revoked(house):
    [first] = await house.bulk.load([AWA], "cli")
    await house.access.revoke(first.invitation.id, "test")

    await house.bulk.load([ParticipantEntry("17", BENIN, "press")], "cli")

    [person] = await house.access.participants()
    assert not person.invited
