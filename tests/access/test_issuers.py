"""Tokens of other issuers: what their configuration allows, under a row that can be revoked."""

import asyncio
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streamhub.access import erased_store
from streamhub.access.issuers import NOBODY_ELSE, Issuers, load_issuers, participant_of
from streamhub.access.renewal_service import RenewalService
from streamhub.access.roles import Role
from streamhub.access.service import AccessService
from streamhub.kit.clock import SECOND
from streamhub.kit.errors import (
    InvitationRevoked,
    RoleForbidden,
    SettingInvalid,
    StreamhubError,
    TokenExpired,
    TokenInvalid,
    TokenNotYetValid,
    WrongSession,
)
from streamhub.kit.ids import InvitationId
from streamhub.programme.service import ProgrammeService
from tests.access.conftest import BENIN, OPENING, SENEGAL, SETTINGS, TABLE, URL, House
from tests.access.jws_samples import ED25519_KEY, ES512_KEY, HS256_KEY, RS256_KEY
from tests.access.outside_samples import (
    PRIVATE,
    SCHOOL,
    SECRET,
    TICKETS,
    Entry,
    jwk,
    ticket,
    write_issuers,
)
from tests.access.token_samples import SECONDS, b64

ALGORITHMS = sorted(PRIVATE)


def trusting(house: House, *entries: Entry) -> AccessService:
    """The service with these issuers configured."""
    return with_issuers(house, load_issuers(write_issuers(house.folder, *entries), URL))


def with_issuers(house: House, issuers: Issuers) -> AccessService:
    return AccessService(house.db, house.clock, SETTINGS, house.programme, house.folder / "keys", issuers)


async def reason(attempt) -> str:
    """Why a token is refused: the reason of the log, else the code."""
    with pytest.raises(StreamhubError) as caught:
        await attempt
    return getattr(caught.value, "reason", caught.value.code)


# What they may do


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_good_token_of_a_trusted_issuer_opens_what_it_says(house, algorithm):
    access = trusting(house, Entry(keys=[jwk(algorithm)]))

    entered = await access.enter(ticket(algorithm, sid=[OPENING]))

    grant = entered.grant
    assert (grant.role, grant.delegation, grant.sessions) == (Role.DELEGATE, BENIN, {OPENING})
    assert (grant.seat, grant.expires_at, grant.devices) == ("BJ-01", (SECONDS + 3_600) * SECOND, 2)
    assert await access.grant_for_cookie(entered.cookie) == grant
    assert await access.grant_for_token(ticket(algorithm, sid=[OPENING])) == grant


async def test_without_configuration_no_other_issuer_is_taken(house):
    assert await reason(house.access.enter(ticket())) == "issuer"
    assert with_issuers(house, NOBODY_ELSE).issuers.items == ()


async def test_the_person_is_known_by_issuer_and_subject_and_never_shared(house):
    access = trusting(house, Entry(), Entry(iss=SCHOOL, keys=[jwk("ES256")]))
    own = await house.issue()

    people = [
        (await access.enter(token)).grant.participant
        for token in (
            ticket(),
            ticket(jti="j-2", iat=SECONDS - 50),
            ticket(sub="ticket-4712"),
            ticket("ES256", iss=SCHOOL),
            ticket(sub=own.invitation.participant),
        )
    ]

    assert people[0] == people[1] == participant_of(TICKETS, "ticket-4711")
    assert len(set(people)) == 4
    assert own.invitation.participant not in people
    assert all(person.startswith("p_") and len(person) == 26 for person in people)


async def test_the_row_is_made_when_somebody_first_comes_and_not_by_asking(house):
    access = trusting(house, Entry())

    asked = await access.verify(ticket(), OPENING)
    before = await access.every_invitation()
    await access.grant_for_token(ticket())
    [row] = await access.every_invitation()

    assert (asked.valid, asked.signer, before) == (True, TICKETS, [])
    assert (row.issuer, row.role, row.delegation) == (TICKETS, Role.DELEGATE, BENIN)
    assert await house.noticed("invitation") == [row.id]


async def test_ten_devices_that_come_at_once_are_one_person(house):
    access = trusting(house, Entry())

    entered = await asyncio.gather(*(access.enter(ticket(jti=f"j-{n}")) for n in range(10)))

    assert len({one.grant.participant for one in entered}) == 1
    assert len(await access.every_invitation()) == 1


# What they may not do


@pytest.mark.parametrize("role", ["organiser", "desk", "communications", "observer"])
async def test_only_the_roles_listed_are_granted(house, role):
    access = trusting(house, Entry())

    with pytest.raises(RoleForbidden):
        await access.enter(ticket(role=role, dlg="STAFF"))
    assert (await access.verify(ticket(role=role))).code == "role_forbidden"
    assert await access.every_invitation() == []


async def test_only_the_sessions_listed_are_opened(house):
    access = trusting(house, Entry(sessions=[OPENING]))

    with pytest.raises(WrongSession):
        await access.enter(ticket(sid=[TABLE]))
    every = (await access.enter(ticket(sid="*"))).grant
    both = (await access.enter(ticket(sid=[OPENING, TABLE]))).grant

    assert every.sessions == both.sessions == {OPENING}
    with pytest.raises(WrongSession):
        await access.require(every, TABLE)
    assert (await access.verify(ticket(sid="*"), TABLE)).code == "wrong_session"


@pytest.mark.parametrize(
    ("dlg", "role"),
    [
        ("XX", "delegate"),
        ("REHEARSAL", "delegate"),
        ("STAFF", "delegate"),
        ("bj", "delegate"),
        ("XX", "moderator"),
    ],
)
async def test_a_delegation_unknown_to_us_is_refused(house, dlg, role):
    access = trusting(house, Entry())

    assert await reason(access.enter(ticket(dlg=dlg, role=role))) == "delegation"


async def test_an_issuer_may_be_bound_to_its_delegations(house):
    access = trusting(house, Entry(delegations=["SN"]))

    assert await reason(access.enter(ticket(dlg="BJ"))) == "delegation"
    assert await reason(access.enter(ticket(dlg="STAFF", role="moderator"))) == "delegation"
    assert (await access.enter(ticket(dlg="SN"))).grant.delegation == SENEGAL


async def test_staff_of_another_issuer_need_no_delegation(house):
    access = trusting(house, Entry())

    grant = (await access.enter(ticket(dlg="STAFF", role="moderator"))).grant

    assert (grant.role, grant.seat) == (Role.MODERATOR, "MOD-01")


@pytest.mark.parametrize("own", [{"inv": "i_1"}, {"gen": 1}, {"dep": 0}, {"inv": "i_1", "gen": 1, "dep": 0}])
async def test_what_only_we_write_is_refused_in_a_token_of_others(house, own):
    access = trusting(house, Entry())

    assert await reason(access.enter(ticket(**own))) == "claim_unexpected"


async def test_another_issuer_cannot_write_tokens_of_ours(house):
    issued = await house.issue(Role.ORGANISER)
    access = trusting(house, Entry())
    own = {"inv": issued.invitation.id, "gen": 1, "dep": 0, "sub": issued.invitation.participant}

    for kid in ("k", (await access.signer.key()).kid):
        assert await reason(access.enter(ticket(kid=kid, iss=URL, role="organiser", dlg="STAFF", **own))) in {
            "key",
            "signature",
        }


async def test_the_same_key_name_at_two_issuers_never_crosses(house):
    mine, theirs = Entry(keys=[jwk("EdDSA", "a")]), Entry(iss=SCHOOL, keys=[jwk("ES256", "a")])
    access = trusting(house, mine, theirs)

    assert (await access.enter(ticket(kid="a"))).grant
    assert (await access.enter(ticket("ES256", kid="a", iss=SCHOOL))).grant
    assert await reason(access.enter(ticket("EdDSA", kid="a", iss=SCHOOL))) == "algorithm"
    assert await reason(access.enter(ticket("ES256", kid="a", iss=TICKETS))) == "algorithm"


async def test_of_two_issuers_with_the_same_kind_of_key_each_has_its_own(house):
    other = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    access = trusting(house, Entry(), Entry(iss=SCHOOL, keys=[jwk("EdDSA", key=other)], roles=["moderator"]))

    assert await reason(access.enter(ticket(key=other))) == "signature"
    assert await reason(access.enter(ticket(iss=SCHOOL, role="moderator", dlg="STAFF"))) == "signature"
    with pytest.raises(RoleForbidden):
        await access.enter(ticket(iss=SCHOOL, key=other))


@pytest.mark.parametrize("forged", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_public_key_is_no_shared_secret(house, forged, algorithm):
    access = trusting(house, Entry(keys=[jwk(algorithm)]))

    for secret in (json.dumps(jwk(algorithm)).encode(), b"k" * 64):
        assert await reason(access.enter(ticket(forged, key=secret))) == "algorithm"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": SECONDS}, TokenExpired),
        ({"nbf": SECONDS + 60}, TokenNotYetValid),
        ({"iat": SECONDS + 120, "nbf": SECONDS}, TokenInvalid),
        ({"exp": SECONDS + 401 * 86_400}, TokenInvalid),
        ({"exp": None}, TokenInvalid),
        ({"dlg": None}, TokenInvalid),
        ({"aud": ["streamhub"]}, TokenInvalid),
        ({"aud": "other"}, TokenInvalid),
        ({"run": 2**63}, TokenInvalid),
    ],
)
async def test_everything_that_holds_for_our_tokens_holds_for_theirs(house, changes, code):
    access = trusting(house, Entry())

    with pytest.raises(code):
        await access.enter(ticket(**changes))


async def test_a_token_for_another_holding_of_its_session_is_refused(house):
    access = trusting(house, Entry())

    assert (await access.enter(ticket(sid=[OPENING], run=1))).grant
    with pytest.raises(WrongSession):
        await access.enter(ticket(sid=[OPENING], run=2))


# The row decides


async def test_revoked_means_revoked_whatever_new_token_comes(house):
    access = trusting(house, Entry())
    entered = await access.enter(ticket())
    await access.revoke(entered.grant.invitation, "test")
    house.clock.advance(seconds=10)

    for attempt in (
        access.grant_for_cookie(entered.cookie),
        access.enter(ticket()),
        access.enter(ticket(iat=SECONDS + 5, jti="j-2")),
        access.enter(ticket(iat=SECONDS + 6, role="press")),
        access.grant_for_token(ticket(iat=SECONDS + 7, dlg="SN")),
    ):
        with pytest.raises(InvitationRevoked):
            await attempt
    [row] = await access.every_invitation()
    assert (row.role, row.delegation) == (Role.DELEGATE, BENIN)


async def test_who_was_replaced_comes_by_the_new_link_or_a_newer_token(house):
    access = trusting(house, Entry())
    entered = await access.enter(ticket())

    new = await access.replace(entered.grant.invitation, "test")
    house.clock.advance(seconds=5)

    for old in (
        access.enter(ticket()),
        access.enter(ticket(iat=SECONDS)),  # in the same instant
        access.grant_for_cookie(entered.cookie),
    ):
        with pytest.raises(InvitationRevoked) as caught:
            await old
        assert caught.value.replaced
    by_link = (await access.enter(new.link)).grant
    by_token = (await access.enter(ticket(iat=SECONDS + 1))).grant
    assert by_link.participant == by_token.participant == entered.grant.participant


async def test_a_newer_token_lengthens_and_widens_and_an_older_one_takes_nothing_away(house):
    access = trusting(house, Entry())
    await access.enter(ticket(sid=[OPENING]))

    wider = (await access.enter(ticket(sid=[TABLE], iat=SECONDS - 30, exp=SECONDS + 7_200))).grant
    narrow = (await access.enter(ticket(sid=[OPENING]))).grant
    [row] = await access.every_invitation()

    assert (wider.sessions, narrow.sessions) == ({TABLE}, {OPENING})
    assert row.sessions == {OPENING, TABLE}
    assert row.expires_at == (SECONDS + 7_200) * SECOND
    assert row.issued_at == (SECONDS - 30) * SECOND


async def test_the_newest_token_says_role_and_delegation_and_ends_what_was_open(house):
    access = trusting(house, Entry())
    first = await access.enter(ticket())

    moved = await access.enter(ticket(dlg="SN", role="press", iat=SECONDS - 30))

    assert (moved.grant.role, moved.grant.seat, moved.grant.generation) == (Role.PRESS, "SN-01", 2)
    assert moved.grant.participant == first.grant.participant
    for old in (
        access.grant_for_cookie(first.cookie),
        access.enter(ticket()),
        access.enter(ticket(jti="j-3")),
    ):
        with pytest.raises(InvitationRevoked):
            await old


async def test_all_tokens_of_a_delegation_die_with_its_renewal_and_newer_ones_work(house):
    access = trusting(house, Entry())
    entered = await access.enter(ticket())
    elsewhere = await access.enter(ticket(sub="other", dlg="SN"))
    renewals = RenewalService(house.db, house.clock, house.programme, access)

    renewed = await renewals.renew(BENIN, "test")
    house.clock.advance(seconds=5)

    for old in (
        access.enter(ticket()),
        access.grant_for_cookie(entered.cookie),
        access.enter(ticket(sub="never came before")),
        access.enter(ticket(sub="never came before", iat=SECONDS)),  # in the same instant
    ):
        with pytest.raises(InvitationRevoked):
            await old
    assert (await access.enter(ticket(iat=SECONDS + 1))).grant.participant == entered.grant.participant
    assert (await access.enter(ticket(sub="never came before", iat=SECONDS + 1))).grant
    assert (await access.enter(renewed.issued[0].link)).grant.participant == entered.grant.participant
    assert await access.grant_for_cookie(elsewhere.cookie)


async def test_who_was_over_at_a_renewal_comes_back_by_a_newer_token(house):
    access = trusting(house, Entry())
    before = await access.enter(ticket())
    house.clock.advance(minutes=61)

    await RenewalService(house.db, house.clock, house.programme, access).renew(BENIN, "test")
    house.clock.advance(seconds=5)
    later = ticket(iat=SECONDS + 3_662, exp=SECONDS + 7_200)

    assert (await access.enter(later)).grant.participant == before.grant.participant
    with pytest.raises(InvitationRevoked):
        await access.grant_for_cookie(before.cookie)


async def test_a_server_that_has_not_heard_of_a_renewal_yet_takes_nothing_of_it_back(house):
    access = trusting(house, Entry())
    await access.enter(ticket())
    elsewhere = ProgrammeService(house.db, house.clock, SETTINGS)
    renewed = await RenewalService(house.db, house.clock, elsewhere, house.another()).renew(BENIN, "test")
    house.clock.advance(seconds=5)
    access.forget_all()

    with pytest.raises(InvitationRevoked):
        await access.enter(ticket(iat=SECONDS + 1))
    await house.programme.forget(BENIN)

    assert await access.enter(renewed.issued[0].link)
    assert await access.enter(ticket(iat=SECONDS + 1))


async def test_who_was_erased_does_not_come_back_by_the_same_token(house):
    access = trusting(house, Entry())
    grant = (await access.enter(ticket())).grant
    from_now = InvitationId("i_new")

    await house.db.write(lambda tx: erase(tx, grant.invitation, from_now))
    access.forget_all()

    for token in (ticket(), ticket(iat=SECONDS - 10)):
        with pytest.raises(InvitationRevoked):
            await access.enter(token)
        assert (await access.verify(token)).code == "invitation_revoked"


def erase(tx, old, new):
    erased_store.bury(tx, old, new, 0, "test")


# A change of the configuration


async def test_an_issuer_that_is_trusted_no_more_loses_its_people(house):
    entered = await trusting(house, Entry()).enter(ticket())
    after = {
        "gone": with_issuers(house, NOBODY_ELSE),
        "another role": trusting(house, Entry(roles=["press"])),
        "another delegation": trusting(house, Entry(delegations=["SN"])),
    }

    found = {name: await reason(access.grant_for_cookie(entered.cookie)) for name, access in after.items()}

    assert set(found.values()) == {"issuer"}


async def test_an_issuer_with_fewer_sessions_opens_fewer(house):
    entered = await trusting(house, Entry()).enter(ticket())

    grant = await trusting(house, Entry(sessions=[TABLE])).grant_for_cookie(entered.cookie)

    assert grant.sessions == {TABLE}


# The file


def loaded(folder: Path, text: str) -> Issuers:
    (folder / "keys.json").write_text(json.dumps(jwk("EdDSA")))
    (folder / "issuers.toml").write_text(text)
    return load_issuers(folder / "issuers.toml", URL)


GOOD = f'[[issuer]]\niss = "{TICKETS}"\nkeys = "keys.json"\nroles = ["delegate"]\nsessions = "*"\n'


def test_a_file_says_who_may_invite_to_what(tmp_path):
    issuers = loaded(tmp_path, GOOD + 'delegations = ["BJ"]\n')

    [issuer] = issuers.items
    assert (issuer.iss, issuer.roles, issuer.sessions) == (TICKETS, {Role.DELEGATE}, None)
    assert (issuer.delegations, [key.kid for key in issuer.keys]) == ({"BJ"}, ["k"])
    assert loaded(tmp_path, "") == NOBODY_ELSE


def test_keys_may_stand_in_the_file_itself(tmp_path):
    key = jwk("ES256")
    inline = ", ".join(f"{name} = {json.dumps(value)}" for name, value in key.items())

    [issuer] = loaded(tmp_path, GOOD.replace('"keys.json"', f"[{{ {inline} }}]")).items

    assert issuer.keys[0].algorithms == {"ES256"}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[[issuer]]", "[issuer]", r"\[\[issuer\]\]"),
        ("[[issuer]]", "[[issuers]]", r"\[\[issuer\]\]"),
        ("iss =", "name =", "issuer 1: without iss"),
        ("roles =", "role =", "without roles"),
        ('sessions = "*"\n', "", "without sessions"),
        ('"*"', '"all"', "sessions"),
        ('"*"', "[]", "sessions"),
        ('"*"', '["*"]', "sessions"),
        ('"*"', '["Ouverture"]', "slugs"),
        ('["delegate"]', "[]", "roles"),
        ('["delegate"]', '"delegate"', "roles"),
        ('["delegate"]', '["king"]', "no role 'king'"),
        ('["delegate"]', "[1]", "roles"),
        (f'"{TICKETS}"', '""', "iss"),
        (f'"{TICKETS}"', "7", "iss"),
        (f'"{TICKETS}"', f'"{URL}"', "the name of us"),
        ('"keys.json"', '"none.json"', "none.json: No such file"),
        ('"keys.json"', "7", "keys"),
        ('"keys.json"', "[]", "keys"),
        ('"keys.json"', "[1]", "key set"),
        ('"keys.json"', '[{ kty = "oct", k = "c2VjcmV0", kid = "a" }]', "32 bytes"),
        ('sessions = "*"', 'sessions = "*"\ncolour = "blue"', "no such field: colour"),
        ('sessions = "*"', 'sessions = "*"\ndelegations = []', "delegations"),
        ("[[issuer]]", "[[issuer", "issuers.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path, before, after, says):
    with pytest.raises(SettingInvalid, match=says) as caught:
        loaded(tmp_path, GOOD.replace(before, after))
    assert str(caught.value).startswith("issuers_file: ")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([ED25519_KEY], "kid"),
        ([ES512_KEY | {"kid": "a"}], "none of"),
        ([HS256_KEY | {"kid": "a", "alg": "HS512"}], "none of"),
        ([RS256_KEY | {"kid": "a", "alg": "PS256"}], "none of"),
        ([HS256_KEY | {"kid": "a"}, ED25519_KEY | {"kid": "b"}], "one set"),
        ([ED25519_KEY | {"kid": "a"}, ES512_KEY | {"kid": "a"}], "same kid"),
        ([{"kty": "oct", "k": b64(b"correct-horse-battery-staple-password"), "kid": "a"}], "phrase"),
    ],
)
def test_keys_of_others_follow_the_policy_and_four_algorithms(tmp_path, keys, says):
    with pytest.raises(SettingInvalid, match=says):
        load_issuers(write_issuers(tmp_path, Entry(keys=keys)), URL)


@pytest.mark.parametrize(
    ("key", "algorithms"),
    [
        (HS256_KEY, {"HS256"}),
        (RS256_KEY, {"RS256"}),
        (ED25519_KEY, {"EdDSA", "Ed25519"}),
    ],
)
def test_a_key_without_alg_is_for_the_one_that_is_taken_from_others(tmp_path, key, algorithms):
    issuers = load_issuers(write_issuers(tmp_path, Entry(keys=[key | {"kid": "a"}])), URL)

    assert issuers.items[0].keys[0].algorithms == algorithms


def test_two_issuers_have_two_names_and_share_no_secret(tmp_path):
    with pytest.raises(SettingInvalid, match="another issuer here"):
        load_issuers(write_issuers(tmp_path, Entry(), Entry()), URL)
    same = [jwk("HS256")]
    with pytest.raises(SettingInvalid, match="the secret of another"):
        load_issuers(write_issuers(tmp_path, Entry(keys=same), Entry(iss=SCHOOL, keys=same)), URL)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingInvalid, match=r"issuers_file: .*none\.toml: No such file"):
        load_issuers(tmp_path / "none.toml", URL)


def test_no_secret_is_in_what_is_printed(tmp_path):
    issuers = load_issuers(write_issuers(tmp_path, Entry(keys=[jwk("HS256")])), URL)

    assert b64(SECRET) not in repr(issuers)
    assert repr(SECRET)[2:-1] not in repr(issuers)
