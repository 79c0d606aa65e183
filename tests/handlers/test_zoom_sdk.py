"""Zoom inside our page: off by default, for people let into the session, under a policy of its own."""

import re

import jwt
import pytest

from streamhub.access.roles import Role
from streamhub.handlers.zoom_policy import ZOOM_CSP
from streamhub.programme.model import SessionState
from streamhub.relay import zoom_keys_store
from streamhub.relay.zoom_registrants_store import zoom_registrants
from streamhub.relay.zoom_sdk import MAX_KEY
from tests.handlers.house import OPEN, ROOM, YOUTUBE, ZOOM, open_house

SECRET = "sdkSecretExample0123456789abcdef"
ACCOUNTS = f"""
[ville]
sdk_key = "sdkKeyExample00000001"
sdk_secret = "{SECRET}"
"""
PAGE = f"/s/{ROOM}/zoom"
SIGN = f"/sessions/{ROOM}/zoom:sign"


@pytest.fixture(scope="module")
async def accounts(tmp_path_factory):
    file = tmp_path_factory.mktemp("accounts") / "zoom.toml"
    file.write_text(ACCOUNTS)
    return str(file)


@pytest.fixture(scope="module")
async def house(tmp_path_factory, accounts):
    given = {"zoom_accounts_file": accounts, "zoom_embedded": True}
    async with open_house(tmp_path_factory.mktemp("on"), **given) as house:
        await house.show(ZOOM, account="ville")
        await house.show(ZOOM, OPEN, account="ville")
        await house.begin()
        yield house


async def got(house, path, guest=None):
    async with house.raw("GET", path, guest) as answer:
        return answer.status, answer.headers, await answer.text()


def claims(answer):
    return jwt.decode(
        answer["signature"],
        SECRET,
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_iat": False},
    )


# What somebody gets who may


async def test_each_call_signs_one_join_of_one_person_under_a_key_that_is_theirs(house):
    first, second = await house.guest(), await house.guest()

    _, mine = await house.ask("POST", SIGN, first)
    _, again = await house.ask("POST", SIGN, first)
    _, other = await house.ask("POST", SIGN, second)

    assert claims(mine)["mn"] == mine["meeting_number"] == "85512345678"
    assert claims(mine)["role"] == 0
    assert mine["password"] == "QWxhZGRpbjpvcGVu.1"
    assert mine["customer_key"] == again["customer_key"] != other["customer_key"]
    assert len(mine["customer_key"]) <= MAX_KEY
    assert first.participant not in mine["customer_key"]
    assert (mine["user_email"], mine["tk"]) == (None, None)
    assert first.seat in mine["user_name"]


async def test_the_key_finds_the_person_and_nobody_once_they_are_erased(house):
    guest = await house.guest()
    organiser = await house.guest(Role.ORGANISER)
    _, joined = await house.ask("POST", SIGN, guest)
    key = joined["customer_key"]

    async def found():
        return await house.use.db.read(lambda tx: zoom_keys_store.participant_of_customer_key(tx, key))

    assert await found() == guest.participant
    assert await house.use.db.read(lambda tx: zoom_keys_store.participant_of_customer_key(tx, "")) is None
    status, _ = await house.ask("POST", f"/participants/{guest.participant}:erase", organiser)
    assert status == 200
    assert await found() is None


# Who may


async def test_only_people_whom_the_session_lets_in_get_a_signature(house):
    delegate = await house.guest()
    elsewhere = await house.guest(sessions=(OPEN,))
    removed = await house.guest()
    moderator = await house.guest(Role.MODERATOR)
    await house.ask("POST", f"/sessions/{ROOM}/people/{removed.participant}:remove", moderator)

    told = {
        name: (await house.ask("POST", SIGN, guest))[0]
        for name, guest in (
            ("delegate", delegate),
            ("nobody", None),
            ("another session", elsewhere),
            ("removed", removed),
            ("moderator", moderator),
        )
    }
    doors, refusal = await house.ask("POST", f"/sessions/{OPEN}/zoom:sign", delegate)

    assert told == {"delegate": 200, "nobody": 401, "another session": 403, "removed": 403, "moderator": 200}
    assert (doors, refusal["code"]) == (403, "doors_closed")
    assert (await got(house, f"/s/{OPEN}/zoom"))[0] == 401  # public, and yet nobody without invitation


async def test_what_is_on_and_no_zoom_meeting_is_not_found(house):
    delegate = await house.guest()

    status, _ = await house.ask("POST", f"{SIGN}?source=src_unknown", delegate)

    assert status == 404


# The page


async def test_the_page_has_zooms_policy_and_says_what_zoom_gets_before_anything_is_asked(house):
    delegate = await house.guest()

    status, headers, text = await got(house, PAGE, delegate)

    assert status == 200
    assert headers["Content-Security-Policy"].startswith(ZOOM_CSP)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    for device in ("camera", "microphone", "display-capture"):
        assert f'{device}=(self "https://zoom.us" "https://*.zoom.us")' in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Cross-Origin-Embedder-Policy" not in headers
    assert "adresse IP" in text
    assert delegate.seat in text
    assert "source.zoom.us" not in text
    assert SECRET not in text
    assert "signature" not in text


async def test_the_sessions_page_leads_there_for_those_who_may(house):
    _, _, invited = await got(house, f"/s/{ROOM}", await house.guest())
    _, _, public = await got(house, f"/s/{OPEN}")

    assert f'href="/s/{ROOM}/zoom"' in invited
    assert f"{OPEN}/zoom" not in public


async def test_whoever_is_registered_at_zoom_joins_by_their_own_registration(house):
    guest = await house.guest()
    row = await house.use.access.invitation_of(guest.participant)
    registered = {
        "id": "zr_test",
        "account": "ville",
        "meeting": "85512345678",
        "kind": "meetings",
        "panelist": False,
        "names": "label",
        "invitation": row.id,
        "participant": guest.participant,
        "generation": row.generation,
        "email": "p-7f3a9c21@delegues.example.org",
        "zoom_id": "aBcDeFgHiJkLmNoPqRsTuQ",
        "join_url": "https://us02web.zoom.us/w/85512345678?tk=AbC_dEf.DQ&pwd=xYz.1",
        "asked_at": 1,
        "tries": 1,
        "registered_at": 1,
    }
    await house.use.db.write(lambda tx: tx.execute(zoom_registrants.insert(), registered))

    _, joined = await house.ask("POST", SIGN, guest)

    assert (joined["user_email"], joined["tk"]) == ("p-7f3a9c21@delegues.example.org", "AbC_dEf.DQ")
    assert joined["password"] == "xYz.1"


async def test_no_other_page_has_any_of_it(house):
    delegate, organiser = await house.guest(), await house.guest(Role.ORGANISER)
    for path, guest in (
        ("/", None),
        (f"/s/{ROOM}", delegate),
        (f"/s/{ROOM}/wall", organiser),
        ("/me", delegate),
    ):
        _, headers, _ = await got(house, path, guest)
        assert "zoom" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "camera=()" in headers["Permissions-Policy"]


async def test_isolation_is_a_setting_and_nobody_joins_once_the_session_is_over(tmp_path, accounts):
    given = {"zoom_accounts_file": accounts, "zoom_embedded": True, "zoom_isolated": True}
    async with open_house(tmp_path, **given) as house:
        await house.show(ZOOM, account="ville")
        await house.begin(ROOM, SessionState.DOORS)
        delegate = await house.guest()
        _, headers, _ = await got(house, PAGE, delegate)
        await house.begin(ROOM, SessionState.LIVE)
        await house.begin(ROOM, SessionState.ENDED)
        after = [(await got(house, PAGE, delegate))[0], (await house.ask("POST", SIGN, delegate))[0]]

    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert after == [404, 404]


async def test_off_there_is_neither_page_nor_signature(tmp_path, accounts):
    async with open_house(tmp_path, zoom_accounts_file=accounts) as house:
        await house.show(ZOOM, account="ville")
        await house.begin()
        delegate = await house.guest()

        assert (await got(house, PAGE, delegate))[0] == 404
        assert (await got(house, PAGE))[0] == 401
        assert (await house.ask("POST", SIGN, delegate))[0] == 404
        _, _, text = await got(house, f"/s/{ROOM}", delegate)
        assert not re.search(rf"{ROOM}/zoom", text)


async def test_a_meeting_of_no_account_with_an_sdk_opens_elsewhere_only(tmp_path, accounts):
    given = {"zoom_accounts_file": accounts, "zoom_embedded": True}
    async with open_house(tmp_path, **given) as house:
        await house.begin()
        delegate = await house.guest()
        for url, account in ((ZOOM, ""), (ZOOM, "autre"), (YOUTUBE, "")):
            await house.show(url, account=account)
            assert (await house.ask("POST", SIGN, delegate))[0] == 404
