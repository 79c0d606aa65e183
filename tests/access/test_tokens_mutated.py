"""Thousands of damaged and forged tokens: none is accepted, and none causes another error."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.access import tokens
from streamhub.access.keys import generate
from streamhub.kit.errors import StreamhubError
from tests.access.token_samples import KEY, NOW, b64, good_claims, good_header, key_set, signed, token

GOOD = token()
KEYS = key_set()
FLIPS = (1, 2, 4, 8, 16, 32, 64, 128)


def is_accepted(text: str) -> bool:
    """Whether the text passes as a token; any error but our own goes through."""
    try:
        tokens.decode(text, KEYS, NOW)
    except StreamhubError:
        return False
    return True


def with_a_bit_flipped() -> Iterator[str]:
    for place, character in enumerate(GOOD):
        for flip in FLIPS:
            yield GOOD[:place] + chr(ord(character) ^ flip) + GOOD[place + 1 :]


def with_a_byte_of_content_flipped() -> Iterator[str]:
    """Changed below the base64: every text stays canonical."""
    parts = [base64.urlsafe_b64decode(part + "==") for part in GOOD.split(".")]
    for which, part in enumerate(parts):
        for place in range(len(part)):
            for flip in (1, 128):
                changed = part[:place] + bytes([part[place] ^ flip]) + part[place + 1 :]
                yield ".".join(b64(changed if i == which else p) for i, p in enumerate(parts))


def with_parts_dropped_added_or_swapped() -> Iterator[str]:
    parts = GOOD.split(".")
    foreign = token(jti="t_2").split(".")
    for order in permutations(range(3)):
        if order != (0, 1, 2):
            yield ".".join(parts[i] for i in order)
    for which in range(3):
        yield ".".join(part for i, part in enumerate(parts) if i != which)
        yield ".".join("" if i == which else part for i, part in enumerate(parts))
        yield ".".join([*parts, parts[which]])
        yield ".".join(part[:-1] if i == which else part for i, part in enumerate(parts))
        yield ".".join(part + "A" if i == which else part for i, part in enumerate(parts))
    yield f"{parts[0]}.{foreign[1]}.{parts[2]}"
    yield f"{parts[0]}.{parts[1]}.{foreign[2]}"


def with_one_character_removed_or_doubled() -> Iterator[str]:
    for place, character in enumerate(GOOD):
        yield GOOD[:place] + GOOD[place + 1 :]
        yield GOOD[:place] + character + GOOD[place:]


def with_padding() -> Iterator[str]:
    for pad in ("=", "==", "===", "%3D", "%3d%3d"):
        parts = GOOD.split(".")
        for which in range(3):
            yield ".".join(part + pad if i == which else part for i, part in enumerate(parts))


def unsigned() -> Iterator[str]:
    spellings = {"".join(c) for c in _cases("none")} | {"", " none", "none ", "nоne", "null", "\x00none"}
    for alg in sorted(spellings):
        head = b64(json.dumps(good_header() | {"alg": alg}).encode())
        body = b64(json.dumps(good_claims()).encode())
        yield f"{head}.{body}."
        yield f"{head}.{body}.AAAA"
        yield f"{head}.{body}.{GOOD.split('.')[2]}"
        yield signed(good_header() | {"alg": alg}, good_claims())


def _cases(word: str) -> Iterator[tuple[str, ...]]:
    if not word:
        yield ()
        return
    for rest in _cases(word[1:]):
        yield (word[0].lower(), *rest)
        yield (word[0].upper(), *rest)


def signed_with_a_key_of_their_own() -> Iterator[str]:
    thief = generate("k_thief")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": thief.public()}
    for more in (
        {},
        {"kid": "k_thief"},
        {"jwk": jwk},
        {"jwk": jwk, "kid": "k_thief"},
        {"jku": "https://thief.example/jwks.json"},
        {"x5c": ["MIIB"]},
        {"x5u": "https://thief.example/key.pem"},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
    ):
        yield signed(good_header() | more, good_claims(), thief)


def signed_with_our_public_key_as_a_secret() -> Iterator[str]:
    public = KEY.private.public_key()
    raw = public.public_bytes_raw()
    pem = KEY.pem()
    for secret in (raw, KEY.public().encode(), pem, b64(raw).encode(), b"", b"\x00" * 32):
        for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
            head = b64(json.dumps(good_header() | {"alg": alg}).encode())
            body = f"{head}.{b64(json.dumps(good_claims()).encode())}"
            yield f"{body}.{b64(hmac.new(secret, body.encode(), digest).digest())}"


FAMILIES = (
    with_a_bit_flipped,
    with_a_byte_of_content_flipped,
    with_parts_dropped_added_or_swapped,
    with_one_character_removed_or_doubled,
    with_padding,
    unsigned,
    signed_with_a_key_of_their_own,
    signed_with_our_public_key_as_a_secret,
)


def test_no_damaged_or_forged_token_is_accepted():
    mutants = {mutant for family in FAMILIES for mutant in family()} - {GOOD}

    accepted = [mutant for mutant in mutants if is_accepted(mutant)]

    assert is_accepted(GOOD)
    assert len(mutants) >= 2_000
    assert accepted == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_token_or_breaks_the_reader(text):
    assert not is_accepted(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(good_claims())), JSON)
def test_a_claim_of_any_other_json_value_never_breaks_the_reader(name, value):
    claims = good_claims() | {name: value}

    accepted = is_accepted(signed(good_header(), claims))

    assert accepted in {True, False}  # nothing but our own errors came out
    if name in {"iss", "aud", "role", "nbf", "iat", "exp"} and value != good_claims()[name]:
        assert not accepted or isinstance(value, int)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["alg", "kid", "typ"]), JSON)
def test_a_header_of_any_other_json_value_is_refused(name, value):
    assert (
        not is_accepted(signed(good_header() | {name: value}, good_claims())) or value == good_header()[name]
    )
