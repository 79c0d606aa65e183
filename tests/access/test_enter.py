"""Entering and staying in: the invitation's row decides beyond code, token and cookie."""

import asyncio
from dataclasses import replace

import pytest

from streamhub.access import store, tokens
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.access.strict import Claims
from streamhub.kit.clock import DAY, HOUR, MINUTE, SECOND
from streamhub.kit.errors import (
    CodeUnknown,
    InvitationRevoked,
    Removed,
    TokenExpired,
    TokenInvalid,
    TokenNotYetValid,
    UnknownSession,
    WrongSession,
)
from streamhub.kit.ids import InvitationId, ParticipantId, SessionSlug
from streamhub.programme import store as programme_store
from tests.access.conftest import BENIN, OPENING, TABLE, URL, House
from tests.support import NOON


def code_of(link: str) -> str:
    """The code at the end of a short link."""
    return link.rpartition("/")[2]


async def claims_of(house: House, token: str) -> Claims:
    """What a token of ours claims."""
    return tokens.verify(token, await house.access.signer.keys())


async def signed(house: House, claims: Claims) -> str:
    """A token under our own signature that nobody issued."""
    return tokens.encode(claims, await house.access.signer.key())


async def test_a_code_and_a_token_open_the_same(house):
    issued = await house.issue(sessions=(OPENING,), label="Ministre")

    by_code = await house.access.enter(code_of(issued.link))
    by_token = await house.access.enter(issued.token)

    assert by_code.grant == by_token.grant
    assert by_code.cookie != by_token.cookie
    assert (by_code.grant.seat, by_code.grant.role, by_code.grant.delegation) == (
        "BJ-01",
        Role.DELEGATE,
        BENIN,
    )
    assert by_code.grant.allows(OPENING)
    assert not by_code.grant.allows(TABLE)


@pytest.mark.parametrize(
    "form", ["{code}", " {code}\n", "{upper}", "{link}", "{link}?lang=en", "{url}/j#{token}"]
)
async def test_a_whole_link_may_be_pasted(house, form):
    issued = await house.issue()
    code = code_of(issued.link)

    entered = await house.access.enter(
        form.format(code=code, upper=code.upper(), link=issued.link, url=URL, token=issued.token)
    )

    assert entered.grant.participant == issued.invitation.participant


@pytest.mark.parametrize(
    "code", ["", "a", "a" * 26, "é" * 26, "\ud800", "x" * 10_000, "/etc/passwd", "' OR 1=1"]
)
async def test_a_code_that_opens_nothing_is_unknown(house, code):
    await house.issue()

    with pytest.raises(CodeUnknown):
        await house.access.enter(code)


async def test_the_cookie_is_opaque_and_only_its_hash_is_stored(house):
    issued = await house.issue()

    entered = await house.access.enter(issued.token)
    [row] = await house.db.read(lambda tx: tx.all(store.grants.select()))

    assert len(entered.cookie) == 43  # 256 bits
    assert entered.cookie not in tuple(map(str, row))
    assert (await house.access.grant_for_cookie(entered.cookie)) == entered.grant


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "\udcff\udcfe"])
async def test_a_cookie_that_nobody_was_given_opens_nothing(house, cookie):
    with pytest.raises(TokenInvalid):
        await house.access.grant_for_cookie(cookie)


async def test_after_leaving_the_cookie_opens_nothing(house):
    entered = await house.access.enter((await house.issue()).token)

    await house.access.leave(entered.cookie)

    with pytest.raises(TokenInvalid):
        await house.access.grant_for_cookie(entered.cookie)


async def test_before_its_time_an_invitation_says_when_it_opens(house):
    issued = await house.issue(not_before=NOON + HOUR)

    for credential in (code_of(issued.link), issued.token):
        with pytest.raises(TokenNotYetValid) as caught:
            await house.access.enter(credential)
        assert caught.value.opens_at == NOON + HOUR

    house.clock.advance(ms=HOUR)
    assert (await house.access.enter(issued.token)).grant


async def test_after_its_time_an_invitation_says_when_it_ended(house):
    issued = await house.issue(expires_at=NOON + HOUR)
    entered = await house.access.enter(issued.token)

    house.clock.advance(ms=HOUR - 1)
    assert await house.access.grant_for_cookie(entered.cookie)
    house.clock.advance(ms=1)

    for attempt in (
        house.access.enter(code_of(issued.link)),
        house.access.enter(issued.token),
        house.access.grant_for_cookie(entered.cookie),
        house.access.grant_for_token(issued.token),
    ):
        with pytest.raises(TokenExpired) as caught:
            await attempt
        assert caught.value.expired_at == NOON + HOUR


async def test_a_revoked_invitation_opens_nothing_at_once(house):
    issued = await house.issue()
    entered = await house.access.enter(issued.token)

    revoked = await house.access.revoke(issued.invitation.id, "i_moderator")

    for attempt in (
        house.access.enter(code_of(issued.link)),
        house.access.enter(issued.token),
        house.access.grant_for_token(issued.token),
        house.access.grant_for_cookie(entered.cookie),
    ):
        with pytest.raises(InvitationRevoked) as caught:
            await attempt
        assert not caught.value.replaced
    assert revoked.revoked_at == NOON
    assert await house.noticed("invitation") == [issued.invitation.id] * 2  # made, revoked


async def test_revoking_twice_changes_nothing(house):
    issued = await house.issue()
    first = await house.access.revoke(issued.invitation.id, "one")
    house.clock.advance(minutes=5)

    second = await house.access.revoke(issued.invitation.id, "two")

    assert second == first
    assert len(await house.noticed("invitation")) == 2


async def test_replacing_kills_every_earlier_link_of_the_same_person(house):
    old = await house.issue(label="Ministre", sessions=(OPENING,))
    entered = await house.access.enter(old.token)

    new = await house.access.replace(old.invitation.id, "i_moderator")

    for attempt in (
        house.access.enter(code_of(old.link)),
        house.access.enter(old.token),
        house.access.grant_for_token(old.token),
        house.access.grant_for_cookie(entered.cookie),
    ):
        with pytest.raises(InvitationRevoked) as caught:
            await attempt
        assert caught.value.replaced
    again = await house.access.enter(code_of(new.link))
    assert again.grant == replace(entered.grant, generation=2)
    assert await house.access.enter(new.token)
    assert new.invitation == replace(old.invitation, generation=2, replaced_at=NOON)


async def test_a_revoked_invitation_is_not_replaced(house):
    issued = await house.issue()
    await house.access.revoke(issued.invitation.id, "test")

    with pytest.raises(InvitationRevoked):
        await house.access.replace(issued.invitation.id, "test")


async def test_replacing_what_is_over_makes_it_good_again(house):
    issued = await house.issue(expires_at=NOON + HOUR)
    house.clock.advance(ms=2 * HOUR)

    new = await house.access.replace(issued.invitation.id, "test")

    assert new.invitation.expires_at > house.clock.now()
    assert await house.access.enter(new.token)


async def test_raising_a_delegations_epoch_ends_all_its_links(house):
    issued = await house.issue()
    entered = await house.access.enter(issued.token)
    staff = await house.issue(Role.MODERATOR)

    await house.raise_epoch(BENIN)

    for attempt in (
        house.access.enter(code_of(issued.link)),
        house.access.enter(issued.token),
        house.access.grant_for_cookie(entered.cookie),
    ):
        with pytest.raises(InvitationRevoked):
            await attempt
    assert await house.access.enter(staff.token)
    new = await house.access.replace(issued.invitation.id, "test")
    assert await house.access.enter(code_of(new.link))
    assert await house.access.enter(new.token)


async def test_what_another_process_revoked_holds_after_it_was_noticed(house):
    issued = await house.issue()
    other = house.another()
    assert await other.grant_for_token(issued.token)

    await house.access.revoke(issued.invitation.id, "cli")
    other.forget(issued.invitation.id)

    with pytest.raises(InvitationRevoked):
        await other.grant_for_token(issued.token)


async def test_a_row_read_while_it_changed_is_not_kept(house):
    issued = await house.issue()
    gate = house.access._gate

    async def forget_meanwhile() -> None:
        gate.forget(issued.invitation.id)

    await asyncio.gather(gate._invitation(issued.invitation.id), forget_meanwhile())

    assert issued.invitation.id not in gate._cache
    await gate._invitation(issued.invitation.id)
    assert issued.invitation.id in gate._cache


async def test_fifty_devices_may_enter_at_the_same_moment(house):
    issued = await house.issue()

    entered = await asyncio.gather(
        *(house.access.enter(issued.token if i % 2 else code_of(issued.link)) for i in range(50))
    )

    assert len({one.cookie for one in entered}) == 50
    assert {one.grant for one in entered} == {entered[0].grant}


async def test_entering_while_the_invitation_is_revoked_leaves_no_way_in(house):
    issued = await house.issue()

    results = await asyncio.gather(
        *(house.access.enter(issued.token) for _ in range(20)),
        house.access.revoke(issued.invitation.id, "test"),
        *(house.access.enter(issued.token) for _ in range(20)),
        return_exceptions=True,
    )

    for result in results:
        if hasattr(result, "cookie"):
            with pytest.raises(InvitationRevoked):
                await house.access.grant_for_cookie(result.cookie)


async def test_grants_that_are_over_are_forgotten(house):
    short = await house.issue(expires_at=NOON + HOUR)
    await house.access.enter(short.token)
    await house.access.enter((await house.issue()).token)
    house.clock.advance(ms=HOUR)

    await house.access.drop_expired_grants()

    assert len(await house.db.read(lambda tx: tx.all(store.grants.select()))) == 1


# One session


async def test_a_session_token_opens_one_session_for_its_time(house):
    issued = await house.issue()

    made = await house.access.session_token(OPENING, issued.invitation.id, 600)
    entered = await house.access.enter(made.token)

    assert made.expires_at == NOON + 600 * SECOND
    assert made.link == f"{URL}/j#{made.token}"
    assert entered.grant.sessions == {OPENING}
    assert entered.grant.expires_at == NOON + 600 * SECOND
    assert (await house.access.grant_for_cookie(entered.cookie)).sessions == {OPENING}
    house.clock.advance(minutes=10)
    with pytest.raises(TokenExpired):
        await house.access.grant_for_cookie(entered.cookie)


async def test_a_session_token_is_never_wider_than_the_invitation(house):
    issued = await house.issue(sessions=(OPENING,), expires_at=NOON + HOUR)

    with pytest.raises(WrongSession):
        await house.access.session_token(TABLE, issued.invitation.id, None)
    with pytest.raises(UnknownSession):
        await house.access.session_token(SessionSlug("nulle-part"), issued.invitation.id, None)
    made = await house.access.session_token(OPENING, issued.invitation.id, 30 * DAY // SECOND)
    assert made.expires_at == NOON + HOUR


async def test_no_session_token_is_made_of_an_invitation_that_is_over(house):
    issued = await house.issue(not_before=NOON + MINUTE, expires_at=NOON + HOUR)
    house.clock.advance(minutes=60)

    with pytest.raises(TokenExpired):
        await house.access.session_token(OPENING, issued.invitation.id, None)


async def test_a_token_with_more_sessions_than_the_row_opens_those_of_the_row(house):
    issued = await house.issue(sessions=(OPENING,))
    claims = await claims_of(house, issued.token)

    wider = await signed(house, replace(claims, sid=None, role=Role.ORGANISER, exp=claims.exp + 3_600))
    grant = await house.access.grant_for_token(wider)

    assert grant.sessions == {OPENING}
    assert grant.role is Role.DELEGATE
    assert grant.expires_at == issued.invitation.expires_at


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inv": InvitationId("i_none")}, "invitation"),
        ({"sub": ParticipantId("p_other")}, "subject"),
        ({"inv": None}, "claim_missing"),
        ({"gen": None}, "claim_missing"),
        ({"dep": None}, "claim_missing"),
    ],
)
async def test_a_token_of_ours_must_fit_a_row(house, changes, reason):
    claims = await claims_of(house, (await house.issue()).token)

    with pytest.raises(TokenInvalid) as caught:
        await house.access.grant_for_token(await signed(house, replace(claims, **changes)))

    assert caught.value.reason == reason


@pytest.mark.parametrize("generation", [0, 2, 10**18])
async def test_a_token_of_another_generation_is_dead(house, generation):
    claims = await claims_of(house, (await house.issue()).token)

    with pytest.raises(InvitationRevoked):
        await house.access.grant_for_token(await signed(house, replace(claims, gen=generation)))


async def test_a_token_for_one_holding_is_not_for_the_next(house):
    claims = await claims_of(house, (await house.issue()).token)
    one = frozenset({OPENING})

    assert await house.access.grant_for_token(await signed(house, replace(claims, sid=one, run=1)))
    with pytest.raises(WrongSession):
        await house.access.grant_for_token(await signed(house, replace(claims, sid=one, run=2)))


async def test_a_session_token_and_its_entering_are_for_the_holding_of_its_day(house):
    issued = await house.issue()
    made = await house.access.session_token(OPENING, issued.invitation.id, None)
    entered = await house.access.enter(made.token)
    whole = await house.access.enter(issued.token)

    await house.db.write(lambda tx: programme_store.next_run(tx, OPENING))
    await house.programme.forget(OPENING)

    assert (await claims_of(house, made.token)).run == 1
    for attempt in (
        house.access.enter(made.token),
        house.access.grant_for_token(made.token),
        house.access.grant_for_cookie(entered.cookie),
    ):
        with pytest.raises(WrongSession):
            await attempt
    assert (await house.access.verify(made.token, OPENING)).code == "wrong_session"
    assert await house.access.grant_for_cookie(whole.cookie)
    again = await house.access.session_token(OPENING, issued.invitation.id, None)
    assert (await house.access.enter(again.token)).grant.sessions == {OPENING}


# Verdicts


async def test_a_verdict_says_yes_with_the_claims(house):
    issued = await house.issue()

    verdict = await house.access.verify(issued.token, OPENING)

    assert verdict.valid
    assert verdict.code is None
    assert verdict.claims is not None
    assert verdict.claims.inv == issued.invitation.id


async def test_a_verdict_tells_the_code_and_after_a_good_signature_the_claims(house):
    narrow = await house.issue(sessions=(OPENING,))
    later = await house.issue(not_before=NOON + HOUR)
    gone = await house.issue()
    await house.access.revoke(gone.invitation.id, "test")
    barred = await house.issue()
    await house.access.remove(TABLE, barred.invitation.participant, "test")

    verdicts = {
        "wrong_session": await house.access.verify(narrow.token, TABLE),
        "unknown_session": await house.access.verify(narrow.token, SessionSlug("nulle-part")),
        "token_not_yet_valid": await house.access.verify(later.token),
        "invitation_revoked": await house.access.verify(gone.token),
        "removed": await house.access.verify(barred.token, TABLE),
    }

    assert {name: verdict.code for name, verdict in verdicts.items()} == {name: name for name in verdicts}
    assert all(verdict.claims is not None and not verdict.valid for verdict in verdicts.values())


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "." * 5_000])
async def test_a_verdict_on_nonsense_has_no_claims(house, token):
    verdict = await house.access.verify(token)

    assert (verdict.valid, verdict.code, verdict.claims) == (False, "token_invalid", None)


async def test_a_verdict_of_an_expired_token_is_expired(house):
    issued = await house.issue(expires_at=NOON + MINUTE)
    house.clock.advance(minutes=1)

    assert (await house.access.verify(issued.token)).code == "token_expired"


# Barred from a session


async def test_a_removed_person_is_barred_from_that_session_until_admitted(house):
    grant = (await house.access.enter((await house.issue()).token)).grant

    await house.access.remove(OPENING, grant.participant, "i_moderator")

    assert await house.access.is_removed(OPENING, grant.participant)
    with pytest.raises(Removed):
        await house.access.require(grant, OPENING)
    await house.access.require(grant, TABLE)
    await house.access.admit(OPENING, grant.participant, "i_moderator")
    await house.access.require(grant, OPENING)
    assert await house.noticed("removal") == [f"{OPENING}/{grant.participant}"] * 2


async def test_removing_or_admitting_twice_is_noticed_once(house):
    person = (await house.issue()).invitation.participant

    for change in (house.access.remove, house.access.admit):
        for _ in range(2):
            await change(OPENING, person, "test")

    assert len(await house.noticed("removal")) == 2


async def test_a_new_link_does_not_bring_a_removed_person_back(house):
    issued = await house.issue()
    await house.access.remove(OPENING, issued.invitation.participant, "test")

    new = await house.access.replace(issued.invitation.id, "test")
    grant = (await house.access.enter(new.token)).grant

    with pytest.raises(Removed):
        await house.access.require(grant, OPENING)


# At the door


async def test_a_scanned_link_tells_the_person_and_enters_nobody(house):
    issued = await house.issue()
    personal = await house.access.personal_link(issued.invitation)

    people = [await house.access.participant_by_code(code) for code in (issued.link, personal, issued.token)]

    assert {person.id for person in people} == {issued.invitation.participant}
    assert await house.db.read(lambda tx: tx.all(store.grants.select())) == []


async def test_a_scanned_link_of_a_revoked_invitation_is_refused(house):
    issued = await house.issue()
    await house.access.revoke(issued.invitation.id, "test")

    with pytest.raises(InvitationRevoked):
        await house.access.participant_by_code(issued.link)
    assert not (await house.access.participant(issued.invitation.participant)).invited


async def test_the_order_of_many_people_is_kept(house):
    issued = await house.access.issue(InvitationOrder(role=Role.DELEGATE, delegation=BENIN, count=30), "t")

    entered = [await house.access.enter(one.link) for one in issued]

    assert [one.grant.seat for one in entered] == [f"BJ-{n:02d}" for n in range(1, 31)]
