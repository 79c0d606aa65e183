"""Another issuer, as a ticket platform would be: its keys, its tokens, its entry in our configuration."""

import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.access.token_samples import SECONDS, b64

TICKETS, SCHOOL = "https://tickets.example.org", "https://school.example.org"
SECRET = bytes((11 * i + 137) % 256 for i in range(32))
RSA = rsa.generate_private_key(65_537, 2_048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = Ed25519PrivateKey.from_private_bytes(bytes(range(100, 132)))
PRIVATE: dict[str, Any] = {"HS256": SECRET, "RS256": RSA, "ES256": EC, "EdDSA": ED}


def jwk(algorithm: str, kid: str = "k", key: Any = None) -> dict[str, Any]:
    """The key that checks, as a JWK with its name."""
    signer = PRIVATE[algorithm] if key is None else key
    if isinstance(signer, bytes):
        return {"kty": "oct", "k": b64(signer), "kid": kid, "alg": algorithm}
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(signer.public_key(), as_dict=True)
    return {name: made[name] for name in made if name != "key_ops"} | {"kid": kid, "alg": algorithm}


def claims(**changes: Any) -> dict[str, Any]:
    """What a ticket platform claims of a delegate of Benin; None leaves a claim out."""
    good = {
        "iss": TICKETS,
        "aud": "streamhub",
        "sub": "ticket-4711",
        "jti": "j-1",
        "dlg": "BJ",
        "role": "delegate",
        "sid": "*",
        "nbf": SECONDS - 60,
        "iat": SECONDS - 60,
        "exp": SECONDS + 3_600,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def ticket(algorithm: str = "EdDSA", kid: str = "k", key: Any = None, **changes: Any) -> str:
    """A token of another issuer."""
    header = {"alg": algorithm, "kid": kid, "typ": "join+jwt"}
    signer = PRIVATE[algorithm] if key is None else key
    if not isinstance(signer, bytes):
        return jwt.encode(claims(**changes), signer, algorithm=algorithm, headers=header)
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims(**changes)).encode())}"
    return f"{signed}.{b64(hmac.new(signer, signed.encode(), 'sha' + algorithm[2:]).digest())}"


@dataclass(slots=True)
class Entry:
    """One table [[issuer]] of the configuration."""

    iss: str = TICKETS
    keys: Any = None
    roles: Any = ("delegate", "press", "moderator")
    sessions: Any = "*"
    delegations: Any = None

    def toml(self, folder: Path, number: int) -> str:
        """The table; its key set stands in a file beside."""
        keys = [jwk("EdDSA")] if self.keys is None else self.keys
        (folder / f"{number}.jwks.json").write_text(json.dumps({"keys": keys}))
        lines = [
            "[[issuer]]",
            f"iss = {json.dumps(self.iss)}",
            f'keys = "{number}.jwks.json"',
            f"roles = {json.dumps(self.roles)}",
            f"sessions = {json.dumps(self.sessions)}",
        ]
        if self.delegations is not None:
            lines.append(f"delegations = {json.dumps(self.delegations)}")
        return "\n".join(lines) + "\n"


def write_issuers(folder: Path, *entries: Entry) -> Path:
    """The configuration of these issuers."""
    file = folder / "issuers.toml"
    file.write_text("\n".join(entry.toml(folder, n) for n, entry in enumerate(entries)))
    return file
