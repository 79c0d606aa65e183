"""The live socket over the whole application: who is refused, when, and with which close code."""

import asyncio
import json
import shutil

import pytest
from websockets.exceptions import InvalidStatus

from streamhub.access.roles import Role
from streamhub.handlers.errors import HTTP_STATUS
from streamhub.kit import errors
from streamhub.kit.clock import MINUTE
from streamhub.live import errors as live_errors
from streamhub.live.close_codes import CLOSE_CODE
from tests.edge.conftest import LATER, LIVE, ROOM, open_example
from tests.live.harness import all_that_comes
from tests.waiting import PATIENCE

API = "/api/v1"
COMES_BACK = {4001, 4002, 4004, 4005, 4006, 4008}


async def hello(house, slug, **fields):
    """What somebody hears who says who they are with the first message."""
    async with house.socket(slug) as page:
        await page.send(json.dumps({"type": "hello", **fields}))
        return await until_over(page)


async def until_over(page, seconds=PATIENCE):
    received = await asyncio.wait_for(all_that_comes(page), seconds)
    closing = received.closing
    assert (closing["code"], closing["reason"]) == (received.code, received.reason)
    assert (closing["retry_after_ms"] is None) == (received.code not in COMES_BACK)
    return received.code, received.reason


async def welcomed(page):
    """Wait for the welcome; answers it."""
    while (message := json.loads(await asyncio.wait_for(page.recv(), PATIENCE)))["type"] != "welcome":
        pass
    return message


@pytest.mark.parametrize("bearer", ["x", "a.b.c", "", "eyJhbGciOiJub25lIn0.e30.", "a" * 5_000])
async def test_a_bad_bearer_is_refused_before_the_upgrade(house, bearer):
    with pytest.raises(InvalidStatus) as refused:
        async with house.socket(LIVE, {"Authorization": f"Bearer {bearer}"}):
            pass

    response = refused.value.response
    assert response.status_code == 401
    assert json.loads(response.body)["code"] == "token_invalid"


async def test_a_bearer_that_is_over_or_revoked_is_refused_before_the_upgrade_too(house):
    revoked = await house.invite()
    await house.use.access.revoke(revoked.invitation.id, "test")
    over = await house.invite(expires_at=house.clock.now() + MINUTE)
    house.clock.advance(minutes=2)

    found = []
    for invited in (revoked, over):
        with pytest.raises(InvalidStatus) as refused:
            async with house.socket(LIVE, {"Authorization": f"Bearer {invited.token}"}):
                pass
        response = refused.value.response
        found.append((response.status_code, json.loads(response.body)["code"]))

    assert found == [(410, "invitation_revoked"), (401, "token_expired")]


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é", "a" * 5_000])
async def test_a_bad_token_in_the_hello_closes_with_4401(house, token):
    assert await hello(house, LIVE, token=token) == (4401, "token_invalid")


async def test_a_token_that_is_over_4401_revoked_4410_or_for_later_4403(house):
    revoked = await house.invite()
    await house.use.access.revoke(revoked.invitation.id, "test")
    over = await house.invite(expires_at=house.clock.now() + MINUTE)
    early = await house.invite(not_before=house.clock.now() + 10 * MINUTE)
    house.clock.advance(minutes=2)

    assert await hello(house, LIVE, token=revoked.token) == (4410, "invitation_revoked")
    assert await hello(house, LIVE, token=over.token) == (4401, "token_expired")
    assert await hello(house, LIVE, token=early.token) == (4403, "token_not_yet_valid")


async def test_another_sessions_token_closes_with_4403_however_it_comes(house):
    guest = await house.guest(sessions=(LIVE,))
    cookie = await house.cookie(guest)

    assert await hello(house, ROOM, token=guest.token) == (4403, "wrong_session")
    async with house.socket(ROOM, guest.headers) as page:
        assert await until_over(page) == (4403, "wrong_session")
    async with house.socket(ROOM, cookie, origin=house.url) as page:
        assert await until_over(page) == (4403, "wrong_session")


@pytest.mark.parametrize("slug", ["nulle-part", "%00", "..%2F..", "%C3%A9", "x" * 3_000])
async def test_an_unknown_session_closes_with_4404(house, slug):
    guest = await house.guest()

    async with house.socket(slug, guest.headers) as page:
        assert await until_over(page) == (4404, "unknown_session")


async def test_a_handshake_without_session_is_refused(house):
    with pytest.raises(InvalidStatus) as refused:
        async with house.socket(""):
            pass

    assert refused.value.response.status_code == 422


async def test_a_viewer_is_no_guest_of_an_invited_session(house):
    assert await hello(house, ROOM, viewer="viewer-01") == (4401, "token_invalid")
    assert await hello(house, ROOM) == (4401, "token_invalid")


@pytest.mark.parametrize(
    "first",
    [
        '{"type":"beat","visible":true,"player":"closed"}',
        '{"type":"hello","viewer":"<script>"}',
        '{"type":"hello","token":""}',
        '{"type":"hello","token":1}',
        '{"type":"hello","role":"organiser"}',
        '{"type":"hello","token":"x","session":"another"}',
        '{"type":"welcome"}',
        "hello",
        "",
        "[]",
        '{"type":"hello"',
        '{"type":"hello","viewer":"\\ud800aaaaaaa"}',
        b"{}",
    ],
)
async def test_a_first_message_that_is_no_hello_closes_with_4400(house, first):
    async with house.socket(LIVE) as page:
        await page.send(first)
        assert await until_over(page) == (4400, "bad_message")


async def test_who_says_nothing_in_time_is_closed_with_4008(example, tmp_path):
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data", live_hello_seconds=1) as house, house.socket(LIVE) as page:
        await page.ping()  # a sign of life says not who is there

        assert await until_over(page) == (4008, "hello_too_late")


async def test_a_cookie_that_is_dead_is_told_so_when_no_hello_comes(example, tmp_path):
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data", live_hello_seconds=1) as house:
        invited = await house.invite()
        cookie = await house.cookie(invited)
        await house.use.access.revoke(invited.invitation.id, "test")

        async with house.socket(LIVE, cookie, origin=house.url) as page:
            assert await until_over(page) == (4410, "invitation_revoked")


@pytest.mark.parametrize(
    "message",
    [
        '{"type":"beat"',
        "null",
        '{"type":"beat","visible":1,"player":"closed"}',
        '{"type":"bye","x":1}',
        b"\x00",
        "[1]",
    ],
)
async def test_bad_json_from_somebody_inside_closes_with_4400(house, message):
    guest = await house.guest()

    async with house.socket(LIVE, guest.headers) as page:
        await welcomed(page)
        await page.send(message)
        assert await until_over(page) == (4400, "bad_message")


async def test_unknown_types_are_ignored(house):
    guest = await house.guest()

    async with house.socket(LIVE, guest.headers) as page:
        await welcomed(page)
        await page.send('{"type":"from.the.future","anything":[1,2]}')
        await page.send('{"type":"resync"}')
        assert (await welcomed(page))["participant"] == guest.participant


async def test_more_than_ten_messages_in_a_second_close_with_4429(house):
    guest = await house.guest()

    async with house.socket(LIVE, guest.headers) as page:
        await welcomed(page)
        for _ in range(11):
            await page.send('{"type":"beat","visible":true,"player":"closed"}')
        assert await until_over(page) == (4429, "flooding")


async def test_a_message_above_sixteen_kibibytes_closes_with_4413(house):
    guest = await house.guest()
    padding = len('{"type":"wave","x":""}')

    async with house.socket(LIVE, guest.headers) as page:
        await welcomed(page)
        await page.send('{"type":"wave","x":"' + "x" * (16_384 - padding) + '"}')
        await page.send('{"type":"wave","x":"' + "x" * (16_385 - padding) + '"}')
        assert await until_over(page) == (4413, "message_too_large")


async def test_revoking_closes_every_page_of_the_link_with_4410(house):
    invited = await house.invite()
    bearer = {"Authorization": f"Bearer {invited.token}"}

    async with house.socket(LIVE, bearer) as one, house.socket(ROOM, bearer) as two:
        await welcomed(one)
        await welcomed(two)
        await house.use.access.revoke(invited.invitation.id, "test")

        assert await until_over(one, 1) == await until_over(two, 1) == (4410, "invitation_revoked")
    assert await hello(house, LIVE, token=invited.token) == (4410, "invitation_revoked")


async def test_replacing_the_link_closes_the_old_pages_and_the_new_link_opens(house):
    invited = await house.invite()

    async with house.socket(LIVE, {"Authorization": f"Bearer {invited.token}"}) as page:
        await welcomed(page)
        new = await house.use.access.replace(invited.invitation.id, "test")

        assert (await until_over(page, 1))[0] == 4410
    async with house.socket(LIVE, {"Authorization": f"Bearer {new.token}"}) as page:
        assert (await welcomed(page))["participant"] == invited.invitation.participant


async def test_another_persons_link_closes_what_the_same_browser_had_open_and_nothing_else(house):
    first, second = await house.guest(), await house.guest()
    cookie, phone = await house.cookie(first), await house.cookie(first)

    async with (
        house.socket(LIVE, cookie, origin=house.url) as here,
        house.socket(LIVE, phone, origin=house.url) as there,
    ):
        await welcomed(here)
        await welcomed(there)
        sent = cookie | {"Origin": house.url}
        again = await house.status("POST", f"{API}/enter", json={"token": first.token}, headers=sent)
        other = await house.status("POST", f"{API}/enter", json={"token": second.token}, headers=sent)

        assert (again[0], other[0]) == (204, 204)
        assert await until_over(here) == (4401, "other_person")
        await there.send('{"type":"resync"}')
        assert (await welcomed(there))["participant"] == first.participant
    assert await house.status("GET", f"{API}/me", headers=cookie) == (401, "token_invalid")


async def test_removing_closes_the_pages_of_that_session_only(house):
    guest = await house.guest()

    async with house.socket(LIVE, guest.headers) as here, house.socket(ROOM, guest.headers) as there:
        await welcomed(here)
        await welcomed(there)
        await house.use.access.remove(LIVE, guest.participant, "test")

        assert await until_over(here, 1) == (4410, "removed")
        await there.send('{"type":"resync"}')
        assert (await welcomed(there))["session"] == ROOM


async def test_the_third_device_puts_out_the_oldest_and_the_person_stays_unbroken(house):
    guest = await house.guest()
    async with (
        house.socket(LIVE, guest.headers) as first,
        house.socket(LIVE, guest.headers) as second,
    ):
        since = (await welcomed(first))["since"]
        house.clock.advance(seconds=5)
        await welcomed(second)
        house.clock.advance(seconds=5)
        async with house.socket(LIVE, guest.headers) as third:
            await welcomed(third)
            assert await until_over(first, 1) == (4411, "moved")

            house.clock.advance(seconds=5)
            await second.send('{"type":"resync"}')
            assert (await welcomed(second))["since"] == since
            person = house.use.presence.person(LIVE, guest.participant)
            stays = await house.use.attendance.stays_of(guest.participant)

    assert person.connections == 2
    assert [(stay.until, stay.key.session) for stay in stays] == [(None, LIVE)]


async def test_tabs_of_one_browser_are_one_device(house):
    guest = await house.guest()
    cookie = await house.cookie(guest)

    async with (
        house.socket(LIVE, cookie, origin=house.url) as one,
        house.socket(LIVE, cookie, origin=house.url) as two,
        house.socket(LIVE, cookie, origin=house.url) as three,
        house.socket(ROOM, cookie, origin=house.url) as four,
    ):
        for page in (one, two, three, four):
            await welcomed(page)
        await one.send('{"type":"resync"}')
        assert (await welcomed(one))["participant"] == guest.participant


async def test_devices_are_counted_over_all_sessions_and_the_oldest_goes_wherever_it_is(house):
    guest = await house.guest()

    async with house.socket(ROOM, guest.headers) as one, house.socket(LIVE, guest.headers) as two:
        await welcomed(one)
        await welcomed(two)
        async with house.socket(LIVE, guest.headers) as three:
            await welcomed(three)
            assert await until_over(one, 1) == (4411, "moved")


async def test_before_the_doors_everybody_waits_but_staff(house):
    guest, moderator = await house.guest(), await house.guest(Role.MODERATOR)

    async with house.socket(LATER, guest.headers) as page:
        waiting = json.loads(await page.recv())
    async with house.socket(LATER, moderator.headers) as page:
        state = await welcomed(page)

    assert (waiting["type"], waiting["reason"]) == ("waiting", "doors")
    assert (state["type"], state["state"]) == ("welcome", "scheduled")


def every_error(kind=errors.StreamhubError):
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


LIVE_ONLY = {kind for kind in every_error() if kind.__module__ == live_errors.__name__}
NEVER_LIVE = {
    errors.StreamhubError, errors.SettingInvalid, errors.FileInvalid, errors.LinkRefused,
    errors.NotFound, errors.CodeUnknown, errors.InsecureOrigin, errors.StateConflict,
    errors.DoorsClosed, errors.NotConfigured, errors.MailUnavailable,
    errors.SignatureMissing, errors.SignatureStale, errors.BodyUnreadable,
}  # fmt: skip


OWN = sorted((kind for kind in set(every_error()) if "code" in vars(kind)), key=lambda kind: kind.__name__)
"""The others are told as the error above them is."""


@pytest.mark.parametrize("kind", OWN)
def test_every_error_has_its_status_and_its_close_code(kind):
    assert kind.__module__ in {errors.__name__, live_errors.__name__}
    assert (kind in HTTP_STATUS) != (kind in LIVE_ONLY)
    assert (kind in CLOSE_CODE) != (kind in NEVER_LIVE)


def test_no_two_errors_share_a_code():
    codes = [kind.code for kind in OWN]

    assert len(codes) == len(set(codes))


CONTRACT = {
    "token_invalid": (401, 4401), "token_expired": (401, 4401), "token_not_yet_valid": (403, 4403),
    "wrong_session": (403, 4403), "invitation_revoked": (410, 4410), "removed": (403, 4410),
    "device_limit": (409, 4409), "role_forbidden": (403, 4403), "unknown_session": (404, 4404),
    "doors_closed": (403, None), "code_unknown": (404, None), "cross_origin": (403, 4403),
    "insecure_origin": (403, None), "rate_limited": (429, 4429), "storage_unavailable": (503, 4005),
    "field_invalid": (422, 4400), "state_conflict": (409, None), "link_refused": (422, None),
    "not_configured": (503, None), "not_found": (404, None),
}  # fmt: skip


@pytest.mark.parametrize("code", CONTRACT)
def test_the_codes_of_the_contract_stand(code):
    [kind] = [kind for kind in OWN if kind.code == code]

    assert (HTTP_STATUS[kind], CLOSE_CODE.get(kind)) == CONTRACT[code]
