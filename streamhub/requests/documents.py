"""Proofs that people send with their requests: files beside the database, gone with the decision."""

import asyncio
import os
from collections.abc import AsyncIterable, Collection
from dataclasses import dataclass
from pathlib import Path

from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import random_base32
from streamhub.requests.model import (
    LONGEST_BEGINNING,
    MAX_DOCUMENT_BYTES,
    Document,
    DocumentType,
    RequestId,
    document_type,
)

_ARRIVING = "arriving-"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come and belongs to no request yet."""

    path: Path
    document: Document


class Documents:
    """The folder of proofs, readable for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def receive(self, chunks: AsyncIterable[bytes]) -> Received:
        """Write what comes to the disk as it comes.

        Raises FieldInvalid for a file that is too large, or by its first bytes none of those
        that are taken: nothing of it is left then.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{_ARRIVING}{random_base32(16)}"
        try:
            return Received(path, await _written(path, chunks))
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def keep(self, received: Received, ident: RequestId) -> None:
        """The file is this request's from now on."""
        received.path.replace(self._folder / ident)

    def drop(self, received: Received) -> None:
        """Nobody wants the file."""
        received.path.unlink(missing_ok=True)

    async def read(self, ident: RequestId) -> bytes:
        """A request's file; raises NotFound."""
        try:
            return await asyncio.to_thread((self._folder / ident).read_bytes)
        except FileNotFoundError:
            raise NotFound("no document came with this request") from None

    def remove(self, ident: RequestId) -> None:
        """The request was decided: its proof is no longer needed."""
        (self._folder / ident).unlink(missing_ok=True)

    def sweep(self, waiting: Collection[RequestId], *, arriving: bool) -> int:
        """Remove what belongs to no waiting request; with ``arriving`` also what never came whole.

        Answers how many.
        """
        if not self._folder.exists():
            return 0
        unwanted = [
            file
            for file in self._folder.iterdir()
            if (arriving if file.name.startswith(_ARRIVING) else file.name not in waiting)
        ]
        for file in unwanted:
            file.unlink(missing_ok=True)
        return len(unwanted)


async def _written(path: Path, chunks: AsyncIterable[bytes]) -> Document:
    beginning, size = b"", 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > MAX_DOCUMENT_BYTES:
                raise FieldInvalid(FieldProblem("document", "must not be larger than 5 MiB"))
            if len(beginning) < LONGEST_BEGINNING:
                beginning += chunk[: LONGEST_BEGINNING - len(beginning)]
                if len(beginning) == LONGEST_BEGINNING:
                    _kind(beginning)
            await asyncio.to_thread(file.write, chunk)
    return Document(_kind(beginning), size)


def _kind(beginning: bytes) -> DocumentType:
    found = document_type(beginning)
    if found is None:
        raise FieldInvalid(FieldProblem("document", "must be a PDF, PNG or JPEG file"))
    return found
