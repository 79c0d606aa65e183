"""Files of proofs: what is left over goes, what waits stays."""

import pytest

from streamhub.kit.errors import FieldInvalid, NotFound
from streamhub.requests.documents import Documents
from streamhub.requests.model import MAX_DOCUMENT_BYTES, DocumentType, RequestId

ONE = RequestId("r_one")


async def pieces(content, size):
    for at in range(0, len(content), size):
        yield content[at : at + size]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


@pytest.fixture
def documents(folder):
    return Documents(folder)


@pytest.mark.parametrize("size", [1, 3, 8, 4_096])
async def test_a_file_is_the_same_however_it_comes(documents, folder, size):
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))

    received = await documents.receive(pieces(content, size))
    documents.keep(received, ONE)

    assert (received.document.kind, received.document.size) == (DocumentType.PNG, len(content))
    assert await documents.read(ONE) == content
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / ONE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"%PD", b"GIF89a.....", b"%PDF-" + b"x" * MAX_DOCUMENT_BYTES])
async def test_nothing_is_left_of_what_is_not_taken(documents, folder, content):
    with pytest.raises(FieldInvalid, match="document"):
        await documents.receive(pieces(content, 65_536))

    assert list(folder.iterdir()) == []


async def test_nothing_is_left_of_what_broke_off(documents, folder):
    async def broken():
        yield b"%PDF-1.7 and more"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await documents.receive(broken())

    assert list(folder.iterdir()) == []


async def test_the_largest_file_is_taken(documents):
    content = b"%PDF-" + b"x" * (MAX_DOCUMENT_BYTES - 5)

    received = await documents.receive(pieces(content, 65_536))

    assert received.document.size == MAX_DOCUMENT_BYTES


async def test_what_is_arriving_is_abandoned_only_once_its_server_ended(documents, folder):
    received = await documents.receive(pieces(b"%PDF-1.7 ....", 64))

    assert documents.abandoned() == ()
    assert Documents(folder).abandoned() == (received.path.name,)
    documents.keep(received, ONE)
    assert Documents(folder).abandoned() == ()
    assert documents.kept() == (ONE,)


async def test_a_command_beside_the_server_takes_nothing_away_that_is_arriving(documents, folder):
    await documents.receive(pieces(b"%PDF-1.7 ....", 64))

    assert Documents(folder).kept() == ()


async def test_a_removed_file_is_not_found_and_removing_again_is_harmless(documents):
    documents.keep(await documents.receive(pieces(b"%PDF-1.7 ....", 64)), ONE)

    documents.remove(ONE)
    documents.remove(ONE)

    with pytest.raises(NotFound):
        await documents.read(ONE)
