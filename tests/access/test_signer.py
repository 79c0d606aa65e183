"""The signing key lives in a private file; only its public part is published."""

import asyncio
import json
import os
import stat

import msgspec
import pytest

from streamhub.access.keys import KeyRefused, load_jwks
from streamhub.access.qr import qr_svg
from streamhub.access.tokens import verify_raw
from streamhub.kit.errors import NotConfigured


async def test_the_private_key_is_readable_by_the_service_alone(house):
    await house.issue()

    [file] = (house.folder / "keys").iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")


async def test_the_private_key_and_its_name_are_on_the_disk_before_its_row(house, monkeypatch):
    synced = []

    def fsync(descriptor, sync=os.fsync):
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    key = await house.access.signer.key()

    folder = house.folder / "keys"
    assert synced == [(folder / f"{key.kid}.pem").stat().st_ino, folder.stat().st_ino]


async def test_the_published_set_checks_our_tokens_and_holds_no_secret(house):
    issued = await house.issue()

    document = msgspec.json.encode(await house.access.jwks())

    [entry] = json.loads(document)["keys"]
    assert set(entry) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert verify_raw(issued.token, load_jwks(document))


async def test_two_processes_make_one_key(house):
    services = [house.another() for _ in range(8)]

    documents = await asyncio.gather(*(service.jwks() for service in services))

    assert len({document.keys[0].kid for document in documents}) == 1
    assert len(list((house.folder / "keys").iterdir())) == 1


async def test_a_token_of_one_process_is_good_in_another(house):
    issued = await house.issue()

    assert await house.another().grant_for_token(issued.token)


async def test_without_its_file_the_key_is_not_replaced_silently(house):
    await house.issue()
    [file] = (house.folder / "keys").iterdir()
    file.unlink()

    with pytest.raises(NotConfigured, match=file.name):
        await house.another().jwks()


async def test_a_damaged_file_is_named(house):
    await house.issue()
    [file] = (house.folder / "keys").iterdir()
    file.write_bytes(b"nothing")

    with pytest.raises(NotConfigured) as caught:
        await house.another().jwks()

    assert isinstance(caught.value.__cause__, KeyRefused)


async def test_keys_are_listed_with_their_validity(house):
    [key] = await house.access.signing_keys()

    assert key.created_at == house.clock.now()
    assert key.retired_at is None


def test_a_link_is_drawn_as_svg():
    drawn = qr_svg("https://live.example.org/j/abcdefghijklmnopqrstuvwxyz")

    assert drawn.startswith("<svg")
    assert "viewBox" in drawn
    assert "abcdefgh" not in drawn
