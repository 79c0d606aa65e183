"""Which keys may check a token, and the key that signs ours. Pure.

A key is refused when it is loaded, with a message for the person who configured it;
a key that was loaded says itself which algorithms it is for.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from streamhub.access.strict import decoded, strict_json
from streamhub.kit.errors import TokenInvalid

Material: TypeAlias = bytes | rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey

SIGNING_ALGORITHM = "EdDSA"

MIN_SECRET_BYTES = 32
MIN_RSA_BITS = 2_048
MAX_RSA_BITS = 16_384
ED25519_BYTES = 32

_HMAC_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}  # RFC 7518, 3.2: as long as the hash
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES: dict[str, tuple[ec.EllipticCurve, int, str]] = {
    "P-256": (ec.SECP256R1(), 32, "ES256"),
    "P-384": (ec.SECP384R1(), 48, "ES384"),
    "P-521": (ec.SECP521R1(), 66, "ES512"),
}
_ED25519 = frozenset({"EdDSA", "Ed25519"})  # RFC 8037 and its later name in RFC 9864
_MISPRINTS = {"ES521": "ES512"}  # in published P-521 keys; never accepted in a token

_WORDS_OF_SECRETS = (
    *("secret", "s3cr3t", "password", "passw0rd", "passphrase", "changeme", "change-me", "change_me"),
    *("change_this", "change-this", "example", "default", "qwerty", "0123456", "1234567", "abcdefg"),
    *("verysafe", "very-safe", "at_least", "at-least", "replace"),
)  # what published lists of HMAC secrets have in common, those of 32 bytes and more
_LONGEST_UNIT = 16  # of a text that only repeats itself

_ED25519_P = 2**255 - 19  # RFC 8032, 5.1
_ED25519_D = -121_665 * pow(121_666, -1, _ED25519_P) % _ED25519_P
_SMALL_ORDER = frozenset(
    {
        *(0, 1, _ED25519_P - 1),
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)  # y of the eight points for which anybody can sign anything

_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


class KeyRefused(ValueError):
    """A key or key set that must not be used; the message says why and of which key."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A parsed public key or shared secret, bound to its algorithms."""

    kid: str | None
    algorithms: frozenset[str]
    material: Material = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys by issuer and key id: the same ``kid`` of two issuers never crosses."""

    keys: Mapping[tuple[str, str], VerifyingKey]

    def find(self, issuer: str, kid: str) -> VerifyingKey | None:
        """The key of this issuer, or None."""
        return self.keys.get((issuer, kid))

    def kids(self, issuer: str) -> tuple[str, ...]:
        """The key ids of this issuer."""
        return tuple(kid for owner, kid in self.keys if owner == issuer)

    def __or__(self, other: "KeySet") -> "KeySet":
        """The keys of both."""
        return KeySet({**self.keys, **other.keys})


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The Ed25519 key that signs our tokens."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)

    def public(self) -> str:
        """The public part, base64url: ``x`` of its JWK."""
        raw = self.private.public_key().public_bytes_raw()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def pem(self) -> bytes:
        """PKCS #8, unencrypted: the file that holds it is readable by the service alone."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def generate(kid: str) -> SigningKey:
    """A fresh signing key."""
    return SigningKey(kid, Ed25519PrivateKey.generate())


def signing_key(kid: str, pem: bytes) -> SigningKey:
    """Parse a stored signing key; raises KeyRefused."""
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyRefused(f"signing key {kid}: not a readable PEM file") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRefused(f"signing key {kid}: not an Ed25519 key")
    return SigningKey(kid, private)


def public_jwk(kid: str, x: str) -> dict[str, str]:
    """What ``/.well-known/jwks.json`` says of one of our keys."""
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": SIGNING_ALGORITHM, "use": "sig"}


def key_set(issuer: str, keys: Iterable[VerifyingKey]) -> KeySet:
    """The keys of one issuer; those without ``kid`` cannot be looked up and are left out."""
    return KeySet({(issuer, key.kid): key for key in keys if key.kid is not None})


def load_jwks(document: bytes) -> tuple[VerifyingKey, ...]:
    """Read a JWK set (RFC 7517) or a single JWK; raises KeyRefused."""
    try:
        found = strict_json(document, "keys")
    except TokenInvalid as error:
        raise KeyRefused("not a JSON key set with unique members") from error
    entries = found.get("keys", [found] if "kty" in found else None)
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
        raise KeyRefused('a key set is {"keys": [...]} with at least one key')
    keys = tuple(verifying_key(entry) for entry in entries)
    kids = [key.kid for key in keys if key.kid is not None]
    if len(set(kids)) != len(kids):
        raise KeyRefused("two keys have the same kid")
    if len(keys) > 1 and len(kids) != len(keys):
        raise KeyRefused("in a set of several keys each needs a kid")
    if len({isinstance(key.material, bytes) for key in keys}) > 1:
        raise KeyRefused("shared secrets and public keys stand in one set")
    return keys


def verifying_key(jwk: Mapping[str, Any]) -> VerifyingKey:
    """Check one JWK against the policy and keep its public part; raises KeyRefused."""
    kid = jwk.get("kid")
    if kid is not None and (not isinstance(kid, str) or not kid):
        raise KeyRefused("kid must be a text")
    try:
        _check_purpose(jwk)
        material, possible = _material(jwk)
        return VerifyingKey(kid, _bound(jwk.get("alg"), possible), material)
    except KeyRefused as error:
        raise KeyRefused(f"key {kid or '(without kid)'}: {error}") from error


def _check_purpose(jwk: Mapping[str, Any]) -> None:
    if jwk.get("use", "sig") != "sig":
        raise KeyRefused("use is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or not operations:
        raise KeyRefused("key_ops must be a list")
    if any(operation not in ("sign", "verify") for operation in operations):
        raise KeyRefused("key_ops holds more than sign and verify")
    if len(set(operations)) != len(operations):
        raise KeyRefused("key_ops repeats itself")


def _bound(alg: object, possible: frozenset[str]) -> frozenset[str]:
    """A key with ``alg`` is for that one; without it, for those that its type allows."""
    if alg is None:
        return possible
    named = _MISPRINTS.get(str(alg), str(alg))
    if named not in possible:
        raise KeyRefused(f"alg {alg!r} does not fit the key")
    return _ED25519 if possible == _ED25519 else frozenset({named})


def _material(jwk: Mapping[str, Any]) -> tuple[Material, frozenset[str]]:
    kty, crv = jwk.get("kty"), jwk.get("crv")
    if kty == "oct":
        return _secret(jwk)
    if kty == "RSA":
        return _rsa(jwk), _RSA
    if kty == "EC" and isinstance(crv, str) and crv in _CURVES:
        return _elliptic(jwk, crv), frozenset({_CURVES[crv][2]})
    if kty == "OKP" and crv == "Ed25519":
        return _edwards(jwk), _ED25519
    raise KeyRefused("kty and crv are none of oct, RSA, EC (P-256, P-384, P-521), OKP (Ed25519)")


def _secret(jwk: Mapping[str, Any]) -> tuple[bytes, frozenset[str]]:
    secret = _bytes(jwk, "k")
    if len(secret) < MIN_SECRET_BYTES:
        raise KeyRefused(f"a shared secret needs {MIN_SECRET_BYTES} bytes at least")
    if _is_common(secret):
        raise KeyRefused("this secret is a phrase that others know; draw a random one")
    alg = jwk.get("alg")
    if alg in _HMAC_BYTES and len(secret) < _HMAC_BYTES[alg]:
        raise KeyRefused(f"{alg} needs a secret of {_HMAC_BYTES[alg]} bytes at least")
    return secret, frozenset(name for name, size in _HMAC_BYTES.items() if len(secret) >= size)


def _is_common(secret: bytes) -> bool:
    """A secret that is readable text: a known phrase, or a short unit repeated."""
    if not secret.isascii() or not secret.decode().isprintable():
        return False
    text = secret.decode().lower()
    if any(word in text for word in _WORDS_OF_SECRETS):
        return True
    units = range(1, _LONGEST_UNIT + 1)
    return any(text == (text[:unit] * len(text))[: len(text)] for unit in units)


def _rsa(jwk: Mapping[str, Any]) -> rsa.RSAPublicKey:
    n, e = int.from_bytes(_bytes(jwk, "n")), int.from_bytes(_bytes(jwk, "e"))
    if not MIN_RSA_BITS <= n.bit_length() <= MAX_RSA_BITS:
        raise KeyRefused(f"an RSA key needs {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    if e < 3 or e % 2 == 0:  # noqa: PLR2004 - 3 is the smallest exponent that encrypts
        raise KeyRefused("the RSA exponent must be odd and above 1")
    if all(_is_power_of_65537(n % prime, prime) for prime in _ROCA_PRIMES):
        raise KeyRefused("the RSA key was made by a chip with a known fault (ROCA, CVE-2017-15361)")
    try:
        return rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError as error:
        raise KeyRefused("not an RSA key") from error


def _is_power_of_65537(residue: int, prime: int) -> bool:
    return any(pow(65_537, exponent, prime) == residue for exponent in range(prime - 1))


def _elliptic(jwk: Mapping[str, Any], crv: str) -> ec.EllipticCurvePublicKey:
    curve, size, _ = _CURVES[crv]
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if len(x) != size or len(y) != size:
        raise KeyRefused(f"coordinates of {crv} have {size} bytes")
    try:
        return ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()
    except ValueError as error:
        raise KeyRefused(f"not a point of {crv}") from error


def _edwards(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    raw = _bytes(jwk, "x")
    if not _is_edwards_point(raw):
        raise KeyRefused("not an Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(raw)


def _is_edwards_point(raw: bytes) -> bool:
    """OpenSSL takes any 32 bytes; with a point of small order every signature can be made fit."""
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if len(raw) != ED25519_BYTES or y >= _ED25519_P or y in _SMALL_ORDER:
        return False
    squared = (y * y - 1) * pow(_ED25519_D * y * y + 1, -1, _ED25519_P) % _ED25519_P
    return pow(squared, (_ED25519_P - 1) // 2, _ED25519_P) == 1


def _bytes(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value:
        raise KeyRefused(f"{name} is missing")
    try:
        return decoded(value)
    except (TokenInvalid, binascii.Error) as error:
        raise KeyRefused(f"{name} is not canonical base64url") from error
