"""Damaged and forged variants of a good token, in families. None of them may open anything."""

import base64
import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from streamhub.access.keys import generate
from tests.access.outside_samples import b64, jwk
from tests.access.token_samples import members, signed

ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
OTHERS = ("none", "HS256", "HS384", "RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed448")
REQUIRED = ("iss", "aud", "sub", "jti", "dlg", "role", "sid", "nbf", "iat", "exp")
NO_NUMBERS: tuple[Any, ...] = ("1635976800", 1635976800.0, 1.5, True, False, None, -1, [], [1], {}, "", "now")
NO_TEXTS: tuple[Any, ...] = (
    None,
    0,
    1,
    True,
    "",
    [],
    ["a"],
    {},
    {"a": {"b": [{}]}},
    "a\x00b",
    "a\nb",
    "\ud800",
)


@dataclass(frozen=True, slots=True)
class Good:
    """A token that opens something. ``sign`` makes another one with the same key, from header and claims."""

    token: str
    algorithm: str
    key: Any

    @property
    def parts(self) -> list[str]:
        """Header, payload and signature, as they are written."""
        return self.token.split(".")

    @property
    def header(self) -> dict[str, Any]:
        """The header's members."""
        return members(self.parts[0])

    @property
    def claims(self) -> dict[str, Any]:
        """The claims."""
        return members(self.parts[1])


def every(good: Good) -> list[str]:
    """Every mutant once, in a fixed order; the good token is none of them."""
    found = dict.fromkeys(mutant for family in FAMILIES for mutant in family(good))
    found.pop(good.token, None)
    return list(found)


def with_a_bit_flipped(good: Good) -> Iterator[str]:
    for place, character in enumerate(good.token):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128):
            yield good.token[:place] + chr(ord(character) ^ flip) + good.token[place + 1 :]


def with_a_byte_of_content_changed(good: Good) -> Iterator[str]:
    """Changed below the base64: every text stays canonical."""
    parts = [raw(part) for part in good.parts]
    for which, part in enumerate(parts):
        for place in range(len(part)):
            for flip in (1, 128, 255):
                changed = part[:place] + bytes([part[place] ^ flip]) + part[place + 1 :]
                yield joined(*(changed if i == which else p for i, p in enumerate(parts)))


def with_one_character_removed_doubled_or_swapped(good: Good) -> Iterator[str]:
    for place, character in enumerate(good.token):
        before, after = good.token[:place], good.token[place + 1 :]
        yield before + after
        yield before + character + character + after
        yield before + after[:1] + character + after[1:]


def with_parts_dropped_added_or_swapped(good: Good) -> Iterator[str]:
    parts = good.parts
    for order in permutations(range(3)):
        yield ".".join(parts[i] for i in order)
    for which in range(3):
        yield ".".join(part for i, part in enumerate(parts) if i != which)
        yield parts[which]
        for instead in ("", "e30", "bnVsbA", "W10", "AA", parts[which][:-1], parts[which] + "A", "A" * 5_000):
            yield ".".join(instead if i == which else part for i, part in enumerate(parts))
        for more in ("", parts[which], "e30"):
            yield ".".join([*parts, more])
            yield ".".join([more, *parts])
    yield from ("", ".", "..", "...", "." * 4_096, "A" * 5_000)


def with_padding_or_another_alphabet(good: Good) -> Iterator[str]:
    for which, pad in product(
        range(3), ("=", "==", "===", "%3D", "\n", " ", "\t", "\x00", "\u200b", "\ufeff")
    ):
        yield ".".join(part + pad if i == which else part for i, part in enumerate(good.parts))
        yield ".".join(pad + part if i == which else part for i, part in enumerate(good.parts))
    for before, after in (
        ("-", "+"),
        ("_", "/"),
        (".", "\u3002"),
        (".", "\uff0e"),
        ("a", "\u0430"),
        ("e", "\uff45"),
    ):
        yield good.token.replace(before, after)
    yield from (good.token.upper(), good.token.lower(), good.token.swapcase(), good.token[::-1])
    yield f"Bearer {good.token}"
    yield f'"{good.token}"'
    yield good.token.encode("utf-16-le").decode("latin-1")
    yield urllib.parse.quote(good.token, safe="").replace(".", "%2E")


def with_unused_bits_set(good: Good) -> Iterator[str]:
    """Other texts for the same bytes: base64 leaves up to four bits of the last character unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for which, part in enumerate(good.parts):
        for last in alphabet:
            other = part[:-1] + last
            if other != part and len(part) % 4 and raw(other) == raw(part):
                yield ".".join(other if i == which else p for i, p in enumerate(good.parts))


def unsigned(good: Good) -> Iterator[str]:
    spellings = {"".join(letters) for letters in product(*((c, c.upper()) for c in "none"))}
    strange = {"", " none", "none ", "n\u043ene", "null", "\x00none", "none\x00", "no\u200bne", "undefined"}
    for alg in sorted(spellings | strange):
        head, body = encoded(good.header | {"alg": alg}), good.parts[1]
        for signature in ("", "AA", good.parts[2], b64(b"none"), "e30"):
            yield f"{head}.{body}.{signature}"
        yield f"{head}.{body}"
    for alg in (None, 0, True, [], ["none"], {}, {"alg": "none"}, ["EdDSA"]):
        yield f"{encoded(good.header | {'alg': alg})}.{good.parts[1]}.{good.parts[2]}"


def labelled_with_another_algorithm(good: Good) -> Iterator[str]:
    for alg in OTHERS:
        if alg != good.algorithm:
            yield f"{encoded(good.header | {'alg': alg})}.{good.parts[1]}.{good.parts[2]}"
    for name in ("alg", "kid", "typ"):
        for value in (*NO_TEXTS, "x", "JWT", "none", "../../k", "' OR 1=1 --", "k\x00"):
            yield f"{encoded(good.header | {name: value})}.{good.parts[1]}.{good.parts[2]}"
        without = {k: v for k, v in good.header.items() if k != name}
        yield f"{encoded(without)}.{good.parts[1]}.{good.parts[2]}"


def with_a_key_of_their_own(good: Good) -> Iterator[str]:
    """Signed well, by somebody else, who brings the key or points to it."""
    thief = generate("k_thief")
    own = {"kty": "OKP", "crv": "Ed25519", "x": thief.public()}
    kid = good.header["kid"]
    for more in (
        {},
        {"kid": "k_thief"},
        {"jwk": own},
        {"jwk": own | {"kid": kid}},
        {"jku": "https://thief.example/jwks.json"},
        {"jku": f"{good.claims['iss']}/.well-known/jwks.json"},
        {"x5u": "https://thief.example/key.pem"},
        {"x5c": [b64(b"certificate")]},
        {"x5t": b64(b"thumbprint")},
        {"x5t#S256": b64(b"thumbprint")},
        {"jwk": own, "jku": "https://thief.example", "x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"enc": "A256GCM"},
        {"p2c": 10**9},
    ):
        yield signed(good.header | {"alg": "EdDSA"} | more, good.claims, thief)
        yield signed(good.header | more, good.claims, thief)
        yield f"{encoded(good.header | more)}.{good.parts[1]}.{good.parts[2]}" if more else ""


def with_our_public_key_as_a_secret(good: Good) -> Iterator[str]:
    for secret in public_forms(good):
        for alg, digest in HASHES.items():
            body = f"{encoded(good.header | {'alg': alg})}.{good.parts[1]}"
            yield f"{body}.{b64(hmac.new(secret, body.encode(), digest).digest())}"


def public_forms(good: Good) -> Iterator[bytes]:
    """Every way in which our public key, or nothing, may be taken for a shared secret."""
    yield from (
        b"",
        b"\x00" * 32,
        b"secret",
        b"streamhub",
        good.header["kid"].encode(),
        b"null",
        b"undefined",
    )
    if isinstance(good.key, bytes):
        return
    public = good.key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    entry = jwk(good.algorithm, good.header["kid"], good.key)
    yield from (der, b64(der).encode(), base64.b64encode(der), der.hex().encode())
    yield from (text, text.rstrip(b"\n"), text.replace(b"\n", b"\r\n"), text.replace(b"\n", b""))
    yield public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    for form in (entry, {"keys": [entry]}, {k: v for k, v in entry.items() if k not in {"kid", "alg"}}):
        for separators in ((",", ":"), (", ", ": ")):
            for in_order in (True, False):
                yield json.dumps(form, separators=separators, sort_keys=in_order).encode()
    for member in ("x", "y", "n", "e"):
        if member in entry:
            yield from (entry[member].encode(), raw(entry[member]), raw(entry[member]).hex().encode())


def with_a_signature_of_nothing(good: Good) -> Iterator[str]:
    """What has passed for a signature somewhere: zeros, orders, other encodings, lengths."""
    body = ".".join(good.parts[:2])
    signature = raw(good.parts[2])
    size = len(signature)
    for made in (
        *(bytes(size), b"\xff" * size, bytes(size // 2), bytes(2 * size), b"\x00", signature * 2),
        *(signature[::-1], signature[: size // 2], signature + b"\x00", b"\x00" + signature, signature[:-1]),
        *(signature[size // 2 :] + signature[: size // 2], hashlib.sha256(body.encode()).digest()),
        *(P256_ORDER.to_bytes(32) * 2, (1).to_bytes(32) * 2, bytes([1]) + bytes(63)),
    ):
        yield f"{body}.{b64(made)}"
    yield from with_the_same_signature_written_otherwise(good, body, signature)


def with_the_same_signature_written_otherwise(good: Good, body: str, signature: bytes) -> Iterator[str]:
    if isinstance(good.key, ec.EllipticCurvePrivateKey):
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        yield f"{body}.{b64(encode_dss_signature(r, s))}"
        yield f"{body}.{b64(signature[:32] + bytes(1) + signature[32:])}"
    if good.algorithm == "EdDSA":
        s = int.from_bytes(signature[32:], "little")
        for more in range(1, 8):
            yield f"{body}.{b64(signature[:32] + (s + more * ED25519_ORDER).to_bytes(32, 'little'))}"


def with_json_that_is_read_in_two_ways(good: Good) -> Iterator[str]:
    """Signed by the right key, so that nothing but the reading of the claims can refuse it."""
    text = json.dumps(good.claims)
    for name in REQUIRED:
        value = good.claims[name]
        twice = f'"{name}": {json.dumps(value)}'
        yield forged(good, claims=text[:-1] + f", {twice}}}")
        yield forged(good, claims=f"{{{twice}, {text[1:]}")
        yield forged(good, claims=text[:-1] + f', "\\u{ord(name[0]):04x}{name[1:]}": 1}}')
        yield forged(good, claims=json.dumps({k: v for k, v in good.claims.items() if k != name}))
        yield forged(good, claims=text.replace(f'"{name}"', f'"{name.upper()}"'))
        yield forged(good, claims=text.replace(f'"{name}"', f'"{name} "'))
    for name, value in good.header.items():
        head = json.dumps(good.header)
        yield forged(good, header=head[:-1] + f', "{name}": {json.dumps(value)}}}')
    for broken in (
        f"\ufeff{text}",
        f"[{text}]",
        f"{text}{text}",
        text[:-1],
        text + ",",
        "null",
        "1",
        '""',
        "{}",
    ):
        yield forged(good, claims=broken)
    yield forged(good, claims=text[:-1] + f', "deep": {"[" * 900}{"]" * 900}, "exp": 1}}')
    yield forged(good, claims=text[:-1] + f', "big": {"9" * 2_000}, "exp": 1}}')


def with_claims_of_another_type(good: Good) -> Iterator[str]:
    """Signed by the right key: what a careless issuer might write."""
    for name in ("nbf", "iat", "exp"):
        numbers = (2**31, 2**53, 2**63, 2**64, 10**30, 10**300, 253_402_300_800, 0)
        for value in NO_NUMBERS + numbers:
            if (name, value) != ("nbf", 0):  # good from the beginning of time
                yield forged(good, claims=good.claims | {name: value})
        for literal in (
            "NaN",
            "Infinity",
            "-Infinity",
            "1e400",
            "1e9",
            "0x10",
            "01",
            "1_000",
            "-0.0",
            "\u0661",
        ):
            yield forged(good, claims=with_literal(good, name, literal))
    for name in ("iss", "aud", "sub", "jti", "dlg", "role", "sid"):
        for value in NO_TEXTS:
            if (name, value) != ("sid", ["a"]):  # a session, by its form
                yield forged(good, claims=good.claims | {name: value})
    for name, value in (
        *(("aud", a) for a in ("Streamhub", "streamhub ", ["streamhub"], "*", "\uff53treamhub", "other")),
        *(
            ("iss", i)
            for i in ("*", good.claims["iss"] + "/", good.claims["iss"].upper(), "https://evil.example")
        ),
        *(("role", r) for r in ("king", "Organiser", "ORGANISER", ["organiser"], "organiser ", "admin")),
        *(
            ("sid", s)
            for s in ([], ["*"], "all", ["A"], [1], [None], [["a"]], {"*": 1}, "**", ["a/b"], ["../x"])
        ),
    ):
        yield forged(good, claims=good.claims | {name: value})


def with_literal(good: Good, name: str, literal: str) -> str:
    """The claims with a number as nobody should write it."""
    mark = 987_654_321
    return json.dumps(good.claims | {name: mark}).replace(str(mark), literal)


def written_in_another_way(good: Good) -> Iterator[str]:
    """The JSON serialisations of RFC 7515, and encrypted tokens."""
    head, body, signature = good.parts
    flat = {"protected": head, "payload": body, "signature": signature}
    yield json.dumps(flat)
    yield json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]})
    yield b64(json.dumps(flat).encode())
    yield f"{head}..{body}.{signature}."
    yield b64(good.token.encode())
    yield f"{encoded(good.header)}.{b64(good.token.encode())}.{signature}"


def forged(good: Good, *, header: object = None, claims: object = None) -> str:
    """Whatever header and claims, under a good signature of the same key. Text is taken as it is."""
    parts = [
        encoded(good.header if header is None else header),
        encoded(good.claims if claims is None else claims),
    ]
    body = ".".join(parts)
    return f"{body}.{b64(signature_of(good, body.encode()))}"


def signature_of(good: Good, body: bytes) -> bytes:
    """The signature of the right key."""
    if isinstance(good.key, bytes):
        return hmac.new(good.key, body, hashlib.sha256).digest()
    if good.algorithm == "EdDSA":
        made: bytes = good.key.sign(body)
        return made
    from jwt import get_algorithm_by_name  # noqa: PLC0415 - the one other implementation at hand

    return get_algorithm_by_name(good.algorithm).sign(body, good.key)


def encoded(value: object) -> str:
    """A segment; text is taken as it is."""
    return b64((value if isinstance(value, str) else json.dumps(value)).encode(errors="surrogatepass"))


def raw(segment: str) -> bytes:
    """The bytes of a segment."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def joined(*parts: bytes) -> str:
    """A token of these bytes."""
    return ".".join(map(b64, parts))


FAMILIES = (
    with_a_bit_flipped,
    with_a_byte_of_content_changed,
    with_one_character_removed_doubled_or_swapped,
    with_parts_dropped_added_or_swapped,
    with_padding_or_another_alphabet,
    with_unused_bits_set,
    unsigned,
    labelled_with_another_algorithm,
    with_a_key_of_their_own,
    with_our_public_key_as_a_secret,
    with_a_signature_of_nothing,
    with_json_that_is_read_in_two_ways,
    with_claims_of_another_type,
    written_in_another_way,
)
