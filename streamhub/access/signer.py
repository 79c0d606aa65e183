"""The signing key: its file, its row, the tokens it signs and the keys that check them.

A rotation makes a new key and deletes the file of the one before, which never signs again:
its public part checks the tokens that it signed until the last of them is over.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from streamhub.access import keys, keys_store, tokens
from streamhub.access.keys import KeyRefused, KeySet, SigningKey
from streamhub.access.model import Invitation, Jwks, KeyState, PublicKey, Sessions, StoredKey, narrowed
from streamhub.access.strict import Claims
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import NotConfigured
from streamhub.kit.folder import to_disk
from streamhub.kit.ids import new_id
from streamhub.kit.log import get_logger

log = get_logger(__name__)


FOREVER: Instant = 2**63 - 1


class Signer:
    """Signs the tokens of one issuer and checks them, and those of ``others``.

    The private keys lie in ``folder``. ``forget`` must hear of every change of the topic
    ``keys``: another process may have rotated.
    """

    def __init__(
        self, db: Database, clock: Clock, issuer: str, folder: Path, others: KeySet | None = None
    ) -> None:
        self.issuer = issuer
        self._db = db
        self._clock = clock
        self._folder = folder
        self._others = others or KeySet({})
        self._key: SigningKey | None = None
        self._keys: KeySet | None = None
        self._keys_until: Instant = 0
        self._forgotten = 0

    async def forget(self, _kid: str) -> None:
        """Read the keys again at their next use."""
        self._forgotten += 1
        self._key = self._keys = None

    async def key(self) -> SigningKey:
        """The key that signs now, made at the first use.

        Raises NotConfigured when its file is gone.
        """
        if self._key is not None:
            return self._key
        mark = self._forgotten
        key = await self._db.write(self._current)
        if mark == self._forgotten:  # else what was read may be older than the change
            self._key = key
        return key

    async def keys(self) -> KeySet:
        """The keys that check a token now, parsed."""
        if self._keys is not None and self._clock.now() < self._keys_until:
            return self._keys
        mark = self._forgotten
        rows = await self._checking()
        jwks = [keys.public_jwk(row.kid, row.x) for row in rows]
        found = keys.key_set(self.issuer, map(keys.verifying_key, jwks)) | self._others
        if mark == self._forgotten:
            self._keys = found
            self._keys_until = min(row.verify_until or FOREVER for row in rows)
        return found

    async def rotate(self, by: str, overlap_ms: Instant | None = None) -> tuple[StoredKey, ...]:
        """Make a new signing key; answers all of them, the new one first.

        The one before checks until the last of its tokens is over, or for ``overlap_ms``: 0
        where it leaked. Whoever is connected stays so.
        """

        def run(tx: WriteTx) -> SigningKey:
            now = self._clock.now()
            until = keys_store.last_token_end(tx) if overlap_ms is None else now + overlap_ms
            for row in keys_store.keys(tx):
                if row.retired_at is None:
                    keys_store.retire_key(tx, row.kid, at=now, verify_until=max(now, until))
            made = self._make(tx)
            tx.notice("keys", made.kid)
            return made

        made = await self._db.write(run)
        await self.forget(made.kid)
        rows = await self.stored()
        self._drop_retired(rows)
        log.info("signing key rotated", kid=made.kid, by=by)
        return tuple(rows)

    async def stored(self) -> list[StoredKey]:
        """Public part and validity of every key, the one that signs first, then those retired last."""
        return await self._db.read(keys_store.keys)

    async def jwks(self) -> Jwks:
        """The key set that we publish: public parts only."""
        rows = await self._checking()
        return Jwks(tuple(PublicKey(**keys.public_jwk(row.kid, row.x)) for row in rows))

    async def mint(
        self,
        invitation: Invitation,
        sessions: Sessions = None,
        until: Instant | None = None,
        run: int | None = None,
    ) -> str:
        """A token of the invitation's present link, narrowed to ``sessions``, ``until`` and one holding."""
        now = self._clock.now() // SECOND
        end = min(until or invitation.expires_at, invitation.expires_at) // SECOND
        since = now if invitation.not_before is None else invitation.not_before // SECOND
        claims = Claims(
            iss=self.issuer,
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
            run=run,
        )
        return tokens.encode(claims, await self.key())

    def _current(self, tx: WriteTx) -> SigningKey:
        """Read or make the key inside the one writer: two processes never make two."""
        rows = keys_store.keys(tx)
        self._drop_retired(rows)
        if rows and rows[0].retired_at is None:
            return self._read(rows[0].kid)
        return self._make(tx)

    def _make(self, tx: WriteTx) -> SigningKey:
        made = keys.generate(new_id("k"))
        _write_private(self._folder, self._path(made.kid), made.pem())
        keys_store.add_key(tx, StoredKey(made.kid, made.public(), self._clock.now()))
        log.info("signing key made", kid=made.kid)
        return made

    async def _checking(self) -> list[StoredKey]:
        """The keys of ours that check a token now."""
        await self.key()
        now = self._clock.now()
        return [row for row in await self.stored() if row.state(now) is not KeyState.OVER]

    def _drop_retired(self, rows: Iterable[StoredKey]) -> None:
        """A key that signs no more needs no private part; a crash may have left its file."""
        for row in rows:
            if row.retired_at is not None:
                self._path(row.kid).unlink(missing_ok=True)

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
    """A file that only the service can read, on the disk with its name before its row is committed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    to_disk(folder)
