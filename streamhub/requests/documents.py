"""Proofs that people send with their requests: files beside the database, gone with the decision."""

import asyncio
import os
from collections.abc import AsyncIterable, Iterable
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
    """The folder of proofs, readable for its owner alone; one server has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving: set[Path] = set()

    async def receive(self, chunks: AsyncIterable[bytes]) -> Received:
        """Write what comes to the disk as it comes; then ``keep`` or ``drop`` it.

        Raises FieldInvalid for a file that is too large, or by its first bytes none of those
        that are taken: nothing of it is left then.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{_ARRIVING}{random_base32(16)}"
        self._arriving.add(path)
        try:
            return Received(path, await _written(path, chunks))
        except BaseException:
            self._forget(path)
            raise

    def keep(self, received: Received, ident: RequestId) -> None:
        """The file is this request's from now on; its row must be stored before."""
        received.path.replace(self._folder / ident)
        self._arriving.discard(received.path)

    def drop(self, received: Received) -> None:
        """Remove the file unless a request kept it."""
        self._forget(received.path)

    async def read(self, ident: RequestId) -> bytes:
        """A request's file; raises NotFound."""
        try:
            return await asyncio.to_thread((self._folder / ident).read_bytes)
        except FileNotFoundError:
            raise NotFound("no document came with this request") from None

    def remove(self, ident: RequestId) -> None:
        """The request was decided: its proof is no longer needed."""
        (self._folder / ident).unlink(missing_ok=True)

    def kept(self) -> tuple[str, ...]:
        """The names of all files that requests kept."""
        return tuple(file.name for file in self._files() if not file.name.startswith(_ARRIVING))

    def abandoned(self) -> tuple[str, ...]:
        """The names of what was arriving when a server ended; only the one server may ask."""
        arriving = (file for file in self._files() if file.name.startswith(_ARRIVING))
        return tuple(file.name for file in arriving if file not in self._arriving)

    def sweep(self, names: Iterable[str]) -> None:
        """Remove files by name."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def _files(self) -> Iterable[Path]:
        return self._folder.iterdir() if self._folder.exists() else ()

    def _forget(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._arriving.discard(path)


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
