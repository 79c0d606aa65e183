"""After an erasure nothing of the person is left in any file of the data folder."""

import random

import pytest

from streamhub.access import mail_store
from streamhub.access import store as access_store
from streamhub.access.mail_model import MailState, Outcome
from streamhub.access.model import Identity
from streamhub.access.roles import Role
from streamhub.kit.audit import Act
from streamhub.kit.ids import DelegationCode
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.model import SessionState
from streamhub.requests import store as requests_store
from streamhub.requests.model import Asked, RequestId, RequestKind
from tests.privacy.summit import EMAIL, NAME, WORDS, on_line, recorded, staff, where
from tests.privacy.test_erase import erase
from tests.reports.example import CLOSING

WROTE = ("Radio Cotonou, service monde", "Je couvre la table ronde", "pas de place pour L. D.")


def asked(email: str) -> Asked:
    """The same person, once more by the public form."""
    medium, message = WROTE[:2]
    words = {"function": "journaliste", "medium": medium, "message": message, "lang": "fr"}
    return Asked(kind=RequestKind.PRESS, name=NAME, email=email, **words)


async def everything(use):
    """Somebody of whom everything is recorded, also what came by mail and by the public form."""
    somebody = await recorded(use)
    await on_line(use, somebody.participant)
    now = use.clock.now()

    def run(tx):
        mail_store.queue(tx, [(somebody.invitation, 1)], now, "test")
        refused = Outcome(MailState.REFUSED, 550, "no such user luc dossou here")
        mail_store.settle(tx, somebody.invitation, 1, refused, now)
        for ident, email in (("r_waiting", EMAIL), ("r_refused", EMAIL.upper())):
            requests_store.add(tx, RequestId(ident), asked(email), "0" * 64, now)
        requests_store.refuse(tx, RequestId("r_refused"), WROTE[2], now, "test")

    await use.db.write(run)
    (use.folder.documents).mkdir(exist_ok=True)
    (use.folder.documents / "r_waiting").write_bytes(b"%PDF-1.7 press card of Luc Dossou")
    act = Act(by="cli", action="invitation.replace", target=somebody.invitation)
    await use.audit.write(act)
    await use.audit.write(Act(by="cli", action="x.y", detail=(("of", somebody.invitation),)))
    return somebody


def found_in(use, *words):
    """The words that stand in a byte of any file; small and capital letters are the same."""
    files = [path.read_bytes().lower() for path in use.folder.path.rglob("*") if path.is_file()]
    return [word for word in words if any(word.lower().encode() in content for content in files)]


async def crowd(use, seed):
    """So many people come and are changed that pages split and are filled again."""
    entries = [
        ParticipantEntry(
            external_id=f"crowd-{number}",
            delegation=DelegationCode("BE"),
            role="delegate",
            label="x" * random.Random(seed * 1_000 + number).randrange(100),
            name=f"Crowd {number}",
        )
        for number in range(150)
    ]
    await use.bulk.load(entries, "test")


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_of_the_person_is_left_in_any_byte(use, seed):
    await crowd(use, seed)
    somebody = await everything(use)
    await crowd(use, seed + 10)
    words = (*WORDS, *WROTE, "no such user", somebody.participant, EMAIL, "press card")
    assert set(found_in(use, *words)) == set(words)
    assert found_in(use, somebody.code, somebody.token) == []

    await erase(use, somebody.participant)

    assert found_in(use, *words) == []
    assert found_in(use, "Crowd 7", somebody.invitation) == ["Crowd 7", somebody.invitation]


async def test_a_request_of_somebody_else_stays(use):
    somebody = await recorded(use)
    other = "luc@dossou.example"
    await use.db.write(
        lambda tx: requests_store.add(tx, RequestId("r_other"), asked(other), "0" * 64, use.clock.now())
    )

    await erase(use, somebody.participant)

    [kept] = (await use.requests.requests()).items
    assert kept.asked.email == other


async def test_a_request_under_the_address_goes_whatever_letters_it_is_written_in(use):
    somebody = await recorded(use)
    address = "É.Dossou@Ville.example"
    who = Identity(participant=somebody.participant, name="", email=address, lang="fr")
    await use.db.write(lambda tx: access_store.put_identity(tx, who))
    for ident, written in (("r_one", address), ("r_two", "É.dossou@ville.example")):
        await use.db.write(
            lambda tx, ident=ident, written=written: requests_store.add(
                tx, RequestId(ident), asked(written), "0" * 64, use.clock.now()
            )
        )

    await erase(use, somebody.participant)

    assert (await use.requests.requests()).items == ()


async def test_an_export_has_the_mails_and_the_requests_that_were_made_under_the_address(use):
    somebody = await everything(use)

    found = {
        section.name: section.rows for section in (await use.privacy.export(somebody.participant)).sections
    }

    assert [dict(row)["state"] for row in found["access_requests"]] == ["waiting", "refused"]
    assert [dict(row)["reason"] for row in found["mails"]] == ["no such user luc dossou here"]
    assert len(found["audit"]) == 4
    assert {"ledger", "stays", "identities", "excused", "correction_requests"} <= set(found)


async def test_whoever_worked_here_is_no_more_named_by_the_invitation_either(use):
    moderator = await staff(use, Role.MODERATOR)
    invitation = (await use.access.invitation_of(moderator)).id
    await use.programme.set_state(CLOSING, SessionState.DOORS, invitation)

    await erase(use, moderator)

    assert ("session_states", "by") not in await where(use, invitation)
    assert found_in(use, moderator) == []
