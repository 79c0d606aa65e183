"""The signing key: its file, its row, the tokens it signs and the keys that check them."""

import os
from pathlib import Path

from streamhub.access import keys, keys_store, tokens
from streamhub.access.keys import KeyRefused, KeySet, SigningKey
from streamhub.access.model import Invitation, Jwks, PublicKey, Sessions, StoredKey, narrowed
from streamhub.access.strict import Claims
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import NotConfigured
from streamhub.kit.ids import new_id
from streamhub.kit.log import get_logger

log = get_logger(__name__)


class Signer:
    """Signs and checks the tokens of one issuer. The private keys lie in ``folder``."""

    def __init__(self, db: Database, clock: Clock, issuer: str, folder: Path) -> None:
        self._db = db
        self._clock = clock
        self._issuer = issuer
        self._folder = folder
        self._key: SigningKey | None = None
        self._keys: KeySet | None = None

    async def key(self) -> SigningKey:
        """The key that signs now, made at the first use.

        Raises NotConfigured when its file is gone.
        """
        if self._key is None:
            self._key = await self._db.write(self._current)
        return self._key

    async def keys(self) -> KeySet:
        """The keys that check a token, parsed."""
        if self._keys is None:
            await self.key()
            stored = await self.stored()
            jwks = [keys.public_jwk(found.kid, found.x) for found in stored]
            self._keys = keys.key_set(self._issuer, map(keys.verifying_key, jwks))
        return self._keys

    async def stored(self) -> list[StoredKey]:
        """Public part and validity of every key, the newest first."""
        return await self._db.read(keys_store.keys)

    async def jwks(self) -> Jwks:
        """The key set that we publish: public parts only."""
        await self.key()
        return Jwks(tuple(PublicKey(**keys.public_jwk(row.kid, row.x)) for row in await self.stored()))

    async def mint(
        self, invitation: Invitation, sessions: Sessions = None, until: Instant | None = None
    ) -> str:
        """A token of the invitation's present link, narrowed to ``sessions`` and ``until``."""
        now = self._clock.now() // SECOND
        end = min(until or invitation.expires_at, invitation.expires_at) // SECOND
        since = now if invitation.not_before is None else invitation.not_before // SECOND
        claims = Claims(
            iss=self._issuer,
            sub=invitation.participant,
            jti=new_id("t"),
            dlg=invitation.delegation,
            role=invitation.role,
            sid=narrowed(invitation.sessions, sessions),
            nbf=since,
            iat=now,
            exp=end,
            inv=invitation.id,
            gen=invitation.generation,
            dep=invitation.epoch,
        )
        return tokens.encode(claims, await self.key())

    def _current(self, tx: WriteTx) -> SigningKey:
        """Read or make the key inside the one writer: two processes never make two."""
        current = next((row for row in keys_store.keys(tx) if row.retired_at is None), None)
        if current is not None:
            return self._read(current.kid)
        made = keys.generate(new_id("k"))
        _write_private(self._folder, self._path(made.kid), made.pem())
        keys_store.add_key(tx, StoredKey(made.kid, made.public(), self._clock.now(), None))
        log.info("signing key made", kid=made.kid)
        return made

    def _read(self, kid: str) -> SigningKey:
        try:
            return keys.signing_key(kid, self._path(kid).read_bytes())
        except (OSError, KeyRefused) as error:
            raise NotConfigured(
                f"the signing key keys/{kid}.pem of the data folder cannot be read"
            ) from error

    def _path(self, kid: str) -> Path:
        return self._folder / f"{kid}.pem"


def _write_private(folder: Path, path: Path, content: bytes) -> None:
    """A file that only the service can read, on the disk before its row is committed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
