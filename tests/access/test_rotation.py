"""A new signing key: the one before checks its tokens until the last is over, and never signs again."""

import asyncio

import pytest

from streamhub.access.keys import load_jwks
from streamhub.access.model import KeyState
from streamhub.access.tokens import verify_raw
from streamhub.kit.clock import HOUR, MINUTE, SECOND
from streamhub.kit.errors import InvitationRevoked, TokenExpired, TokenInvalid
from tests.access.conftest import House
from tests.access.token_samples import members
from tests.support import NOON


def kid_of(token: str) -> str:
    return members(token.partition(".")[0])["kid"]


def private_files(house: House) -> set[str]:
    return {file.stem for file in (house.folder / "keys").iterdir()}


async def published(access) -> list[str]:
    return [key.kid for key in (await access.jwks()).keys]


async def test_from_the_rotation_on_the_new_key_signs(house):
    before = await house.issue()

    new, old = await house.access.signer.rotate("test")
    after = await house.issue()

    assert (kid_of(before.token), kid_of(after.token)) == (old.kid, new.kid)
    assert (new.state(NOON), old.state(NOON)) == (KeyState.SIGNS, KeyState.VERIFIES)
    assert old.retired_at == NOON
    assert await house.noticed("keys") == [new.kid]


async def test_the_private_part_of_the_key_before_is_deleted(house):
    await house.issue()

    new, old = await house.access.signer.rotate("test")

    assert private_files(house) == {new.kid}
    assert old.x


async def test_tokens_and_enterings_from_before_go_on(house):
    issued = await house.issue()
    entered = await house.access.enter(issued.token)

    await house.access.signer.rotate("test")

    assert await house.access.grant_for_cookie(entered.cookie) == entered.grant
    assert await house.access.grant_for_token(issued.token) == entered.grant
    assert await house.access.enter(issued.link)


async def test_the_key_before_checks_until_its_last_token_is_over(house):
    await house.issue(expires_at=NOON + 2 * HOUR)
    long = await house.issue(expires_at=NOON + 5 * HOUR)
    gone = await house.issue(expires_at=NOON + 9 * HOUR)
    await house.access.revoke(gone.invitation.id, "test")

    new, old = await house.access.signer.rotate("test")
    later = await house.issue(expires_at=NOON + 20 * HOUR)

    assert old.verify_until == NOON + 5 * HOUR
    house.clock.advance(ms=5 * HOUR - SECOND)
    assert await house.access.grant_for_token(long.token)
    assert await published(house.access) == [new.kid, old.kid]
    house.clock.advance(ms=SECOND)
    with pytest.raises(TokenInvalid) as caught:
        await house.access.grant_for_token(long.token)
    assert caught.value.reason == "key"
    assert await published(house.access) == [new.kid]
    assert await house.access.grant_for_token(later.token)


async def test_a_key_that_leaked_may_be_worth_nothing_at_once(house):
    issued = await house.issue()
    entered = await house.access.enter(issued.token)

    _, old = await house.access.signer.rotate("test", 0)

    assert old.state(NOON) is KeyState.OVER
    for attempt in (house.access.enter(issued.token), house.access.grant_for_token(issued.token)):
        with pytest.raises(TokenInvalid):
            await attempt
    assert (await house.access.verify(issued.token)).code == "token_invalid"
    assert await house.access.grant_for_cookie(entered.cookie)  # nobody connected is dropped
    assert await house.access.enter(issued.link)  # nor any short link
    assert await house.access.enter(await house.access.personal_link(issued.invitation))


async def test_an_overlap_ends_when_it_says(house):
    issued = await house.issue()

    await house.access.signer.rotate("test", MINUTE)

    house.clock.advance(ms=MINUTE - 1)
    assert await house.access.grant_for_token(issued.token)
    house.clock.advance(ms=1)
    with pytest.raises(TokenInvalid):
        await house.access.grant_for_token(issued.token)


async def test_three_rotations_and_each_token_in_its_time(house):
    tokens = []
    for hours in (1, 2, 3):
        tokens.append((await house.issue(expires_at=NOON + hours * HOUR)).token)
        await house.access.signer.rotate("test")
        house.clock.advance(seconds=1)

    assert len(await published(house.access)) == 4
    for token in tokens:
        assert await house.access.grant_for_token(token)
    house.clock.advance(ms=HOUR)
    with pytest.raises((TokenExpired, TokenInvalid)):
        await house.access.grant_for_token(tokens[0])
    assert len(await published(house.access)) == 3
    assert [key.state(house.clock.now()) for key in await house.access.signing_keys()] == [
        KeyState.SIGNS,
        KeyState.VERIFIES,
        KeyState.VERIFIES,
        KeyState.OVER,
    ]


async def test_another_process_signs_with_the_new_key_once_it_has_noticed(house):
    server = house.another()
    before = await server.personal_link((await house.issue()).invitation)

    new, old = await house.access.signer.rotate("test")
    await server.signer.forget(new.kid)

    after = await server.personal_link((await house.issue()).invitation)
    assert (kid_of(before.partition("#")[2]), kid_of(after.partition("#")[2])) == (old.kid, new.kid)
    assert await server.grant_for_token((await house.issue()).token)


async def test_the_published_set_checks_tokens_of_both_keys(house):
    first = await house.issue()
    await house.access.signer.rotate("test")
    second = await house.issue()

    keys = [
        f'{{"kty":"OKP","crv":"Ed25519","x":"{k.x}","kid":"{k.kid}"}}'
        for k in (await house.access.jwks()).keys
    ]
    loaded = load_jwks(f'{{"keys":[{",".join(keys)}]}}'.encode())

    assert verify_raw(first.token, loaded)
    assert verify_raw(second.token, loaded)


async def test_what_a_crash_left_behind_is_deleted_at_the_next_use(house):
    await house.issue()
    [file] = (house.folder / "keys").iterdir()
    pem = file.read_bytes()
    new, _ = await house.access.signer.rotate("test")
    file.write_bytes(pem)

    await house.another().signer.key()

    assert private_files(house) == {new.kid}


async def test_a_lost_key_is_rotated_away(house):
    issued = await house.issue()
    [file] = (house.folder / "keys").iterdir()
    file.unlink()

    await house.another().signer.rotate("test")

    assert await house.another().grant_for_token(issued.token)
    assert len(private_files(house)) == 1


async def test_rotations_at_the_same_moment_leave_one_key_that_signs(house):
    await house.issue()

    await asyncio.gather(*(house.another().signer.rotate("test") for _ in range(5)))

    keys = await house.another().signing_keys()
    assert [key.retired_at is None for key in keys] == [True] + [False] * 5
    assert private_files(house) == {keys[0].kid}


async def test_a_rotation_while_people_enter_refuses_nobody(house):
    people = [await house.issue() for _ in range(30)]
    tasks = [house.access.enter(one.token) for one in people]
    tasks.insert(10, house.access.signer.rotate("test"))
    tasks.insert(20, house.access.signer.rotate("test"))

    results = await asyncio.gather(*tasks)

    assert len(results) == 32


async def test_revoked_stays_revoked_under_whatever_key(house):
    issued = await house.issue()
    await house.access.signer.rotate("test")
    await house.access.revoke(issued.invitation.id, "test")

    with pytest.raises(InvitationRevoked):
        await house.access.grant_for_token(issued.token)
