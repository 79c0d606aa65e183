"""All links of a delegation die at once, and new ones work: by the service, over HTTP, on open pages."""

import asyncio

import pytest

from streamhub.access.model import IssuedInvitation
from streamhub.access.renewal_service import RenewalService
from streamhub.access.roles import Role
from streamhub.kit.clock import HOUR
from streamhub.kit.errors import InvitationRevoked, NotFound, TokenExpired
from streamhub.kit.ids import DelegationCode
from streamhub.kit.settings import Settings
from streamhub.programme.model import SessionState
from tests.access.conftest import BENIN, OPENING, SENEGAL, URL, House
from tests.access.outside_samples import SCHOOL, TICKETS, Entry, jwk, write_issuers
from tests.access.test_api import API, serving
from tests.access.token_samples import members
from tests.support import NOON
from tests.waiting import PATIENCE


@pytest.fixture
def renewals(house: House) -> RenewalService:
    return RenewalService(house.db, house.clock, house.programme, house.access)


async def dead(house: House, issued: IssuedInvitation, cookie: str | None = None) -> bool:
    """Whether nothing of an invitation opens anything, and it is said why."""
    attempts = [house.access.enter(issued.link), house.access.enter(issued.token)]
    attempts += [house.access.grant_for_token(issued.token)]
    attempts += [] if cookie is None else [house.access.grant_for_cookie(cookie)]
    found = await asyncio.gather(*attempts, return_exceptions=True)
    return all(isinstance(one, InvitationRevoked) and one.replaced for one in found)


async def test_every_link_token_and_entering_of_the_delegation_is_dead(house, renewals):
    people = [await house.issue() for _ in range(2)] + [await house.issue(Role.CORRESPONDENT)]
    cookies = [(await house.access.enter(one.token)).cookie for one in people]
    single = await house.access.session_token(OPENING, people[0].invitation.id, None)

    await renewals.renew(BENIN, "test")

    assert [await dead(house, one, cookie) for one, cookie in zip(people, cookies, strict=True)] == [True] * 3
    with pytest.raises(InvitationRevoked):
        await house.access.enter(single.token)


async def test_the_new_links_open_the_same_for_the_same_people(house, renewals):
    people = [await house.issue(sessions=(OPENING,), label="Ministre") for _ in range(2)]

    renewed = await renewals.renew(BENIN, "test")

    assert [one.invitation.participant for one in renewed.issued] == [
        one.invitation.participant for one in people
    ]
    for old, new in zip(people, renewed.issued, strict=True):
        by_link, by_token = await house.access.enter(new.link), await house.access.enter(new.token)
        assert by_link.grant == by_token.grant
        assert (by_link.grant.seat, by_link.grant.label) == (old.invitation.seat, "Ministre")
        assert by_link.grant.sessions == {OPENING}
        assert members(new.token.split(".")[1])["dep"] == renewed.epoch == 1
        assert await house.access.enter(await house.access.personal_link(new.invitation))


async def test_nobody_else_is_touched(house, renewals):
    others = [await house.issue(delegation=SENEGAL), await house.issue(Role.MODERATOR)]

    await renewals.renew(BENIN, "test")

    for other in others:
        assert await house.access.enter(other.link)
        assert await house.access.enter(other.token)


async def test_who_was_revoked_or_is_past_the_end_stays_out(house, renewals):
    revoked, over = await house.issue(), await house.issue(expires_at=NOON + HOUR)
    await house.access.revoke(revoked.invitation.id, "test")
    house.clock.advance(ms=HOUR)

    renewed = await renewals.renew(BENIN, "test")

    assert renewed.issued == ()
    with pytest.raises(InvitationRevoked):
        await house.access.enter(revoked.link)
    with pytest.raises((InvitationRevoked, TokenExpired)):
        await house.access.enter(over.link)


async def test_invitations_made_after_it_belong_to_the_new_epoch(house, renewals):
    await renewals.renew(BENIN, "test")
    issued = await house.issue()

    assert members(issued.token.split(".")[1])["dep"] == 1
    assert await house.access.enter(issued.link)
    await renewals.renew(BENIN, "test")
    assert await dead(house, issued)


async def test_a_running_server_hears_of_each_invitation(house, renewals):
    issued = await house.issue()
    server = house.another()
    assert await server.grant_for_token(issued.token)

    await renewals.renew(BENIN, "test")
    for key in await house.noticed("invitation"):
        server.forget(key)

    assert (await house.noticed("invitation")).count(issued.invitation.id) == 2  # made, renewed
    assert BENIN in await house.noticed("programme")
    with pytest.raises(InvitationRevoked):
        await server.grant_for_token(issued.token)


async def test_loading_the_files_again_brings_no_dead_link_back(house, renewals):
    issued = await house.issue()
    await renewals.renew(BENIN, "test")

    await house.load()

    assert await dead(house, issued)


@pytest.mark.parametrize("code", ["XX", "STAFF", "REHEARSAL", "bj"])
async def test_only_a_delegation_is_renewed(house, renewals, code):
    with pytest.raises(NotFound):
        await renewals.renew(DelegationCode(code), "test")


async def test_entering_meanwhile_leaves_no_way_in(house, renewals):
    issued = await house.issue()

    results = await asyncio.gather(
        *(house.access.enter(issued.token) for _ in range(20)),
        renewals.renew(BENIN, "test"),
        *(house.access.enter(issued.token) for _ in range(20)),
        return_exceptions=True,
    )

    for result in results:
        if hasattr(result, "cookie"):
            with pytest.raises(InvitationRevoked):
                await house.access.grant_for_cookie(result.cookie)


# Over HTTP


@pytest.fixture
async def api(tmp_path):
    entries = Entry(roles=["press", "delegate"], sessions=[OPENING], delegations=["SN"])
    school = Entry(iss=SCHOOL, keys=[jwk("ES256", "a"), jwk("RS256", "b")])
    file = write_issuers(tmp_path, entries, school)
    settings = Settings(public_url=URL, issuer=URL, issuers_file=str(file))
    async with serving(tmp_path / "data", settings) as running:
        await running.use.start()
        yield running


async def test_an_organiser_renews_a_delegation_and_gets_the_new_links(api):
    organiser, delegate = await api.issue(Role.ORGANISER), await api.issue()

    status, answer = await api.call("POST", f"{API}/delegations/BJ:renew", token=organiser.token)

    [item] = answer["items"]
    assert (status, answer["delegation"], answer["epoch"]) == (201, "BJ", 1)
    assert item["participant"] == delegate.invitation.participant
    dead_now, why = await api.call("GET", f"{API}/me", token=delegate.token)
    alive, _ = await api.call("GET", f"{API}/me", token=item["token"])
    assert (dead_now, why["code"], alive) == (410, "invitation_revoked", 200)
    unknown, why = await api.call("POST", f"{API}/delegations/XX:renew", token=organiser.token)
    assert (unknown, why["code"]) == (404, "not_found")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.CORRESPONDENT, Role.COMMUNICATIONS, Role.DELEGATE])
async def test_only_the_organiser_may(api, role):
    token = (await api.issue(role)).token

    for method, path in (("POST", "/delegations/BJ:renew"), ("GET", "/issuers")):
        status, answer = await api.call(method, f"{API}{path}", token=token)
        assert (status, answer["code"]) == (403, "role_forbidden")


async def test_open_pages_of_the_delegation_close_and_those_of_others_stay(api):
    await api.use.programme.set_state(OPENING, SessionState.LIVE, "test")
    mine = [await api.issue() for _ in range(2)]
    other = await api.issue(delegation=SENEGAL)
    address, protocols = f"{API}/live?session={OPENING}", ("streamhub.v1.json",)
    pages = [
        await api.client.ws_connect(
            address, protocols=protocols, headers={"Authorization": f"Bearer {one.token}"}
        )
        for one in (*mine, other)
    ]
    for page in pages:
        await said(page, "welcome")

    renewed = await api.use.renewals.renew(BENIN, "test")

    closings = [await said(page, "closing") for page in pages[:2]]
    assert {(closing["code"], closing["reason"]) for closing in closings} == {(4410, "replaced")}
    async with api.client.ws_connect(
        address, protocols=protocols, headers={"Authorization": f"Bearer {renewed.issued[0].token}"}
    ) as again:
        await said(again, "welcome")
    await pages[2].send_json({"type": "resync"})
    await said(pages[2], "welcome")
    for page in pages:
        await page.close()


async def said(page, kind):
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await page.receive_json()
            if message["type"] == kind:
                return message


async def test_the_organiser_sees_who_else_may_invite(api):
    organiser = await api.issue(Role.ORGANISER)

    status, answer = await api.call("GET", f"{API}/issuers", token=organiser.token)

    tickets = {
        "iss": TICKETS,
        "kids": ["k"],
        "roles": ["delegate", "press"],
        "sessions": [OPENING],
        "delegations": ["SN"],
    }
    school = {
        "iss": SCHOOL,
        "kids": ["a", "b"],
        "roles": ["delegate", "moderator", "press"],
        "sessions": "*",
        "delegations": None,
    }
    assert (status, answer) == (200, {"items": [tickets, school]})
