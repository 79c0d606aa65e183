"""Which keys are refused when they are loaded, and what is kept of the others."""

import json
from math import prod

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from streamhub.access.keys import (
    KeyRefused,
    generate,
    key_set,
    load_jwks,
    public_jwk,
    signing_key,
    verifying_key,
)
from tests.access.jws_samples import ED25519_KEY, ES256_KEY, ES512_KEY, HS256_KEY, RS256_KEY, jwks
from tests.access.token_samples import b64


def secret(length: int) -> str:
    """A shared secret of ``length`` bytes that is no text."""
    return b64(bytes((7 * i + 129) % 256 for i in range(length)))


@pytest.mark.parametrize(
    ("jwk", "algorithms"),
    [
        (HS256_KEY, {"HS256", "HS384", "HS512"}),
        ({"kty": "oct", "k": secret(47)}, {"HS256"}),
        ({"kty": "oct", "k": secret(48)}, {"HS256", "HS384"}),
        (HS256_KEY | {"alg": "HS384"}, {"HS384"}),
        (RS256_KEY, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        (RS256_KEY | {"alg": "PS384"}, {"PS384"}),
        (ES256_KEY, {"ES256"}),
        (ES512_KEY | {"alg": "ES521"}, {"ES512"}),
        (ED25519_KEY, {"EdDSA", "Ed25519"}),
        (ED25519_KEY | {"alg": "EdDSA", "use": "sig", "key_ops": ["verify"]}, {"EdDSA", "Ed25519"}),
    ],
)
def test_a_key_is_bound_to_its_algorithms(jwk, algorithms):
    assert verifying_key(jwk).algorithms == algorithms


def test_a_private_key_is_reduced_to_its_public_part():
    numbers = rsa.generate_private_key(65_537, 2_048).private_numbers()
    private = {
        "kty": "RSA",
        "n": b64(numbers.public_numbers.n.to_bytes(256)),
        "e": "AQAB",
        "d": b64(numbers.d.to_bytes(256)),
        "key_ops": ["sign", "verify"],
    }

    assert isinstance(verifying_key(private).material, rsa.RSAPublicKey)
    assert isinstance(verifying_key(ES256_KEY | {"d": secret(32)}).material, EllipticCurvePublicKey)
    assert isinstance(verifying_key(ED25519_KEY | {"d": secret(32)}).material, Ed25519PublicKey)


@pytest.mark.parametrize(
    ("jwk", "says"),
    [
        ({"kty": "oct", "k": secret(31)}, "32 bytes"),
        ({"kty": "oct", "k": ""}, "k is missing"),
        ({"kty": "oct"}, "k is missing"),
        ({"kty": "oct", "k": secret(47), "alg": "HS384"}, "48 bytes"),
        ({"kty": "oct", "k": secret(63), "alg": "HS512"}, "64 bytes"),
        ({"kty": "oct", "k": secret(32) + "="}, "base64url"),
        (HS256_KEY | {"alg": "A256KW"}, "alg"),
        (HS256_KEY | {"alg": "none"}, "alg"),
        (HS256_KEY | {"alg": ""}, "alg"),
        (HS256_KEY | {"alg": 256}, "alg"),
        (HS256_KEY | {"use": "enc"}, "use"),
        (HS256_KEY | {"use": None}, "use"),
        (HS256_KEY | {"key_ops": ["encrypt"]}, "key_ops"),
        (HS256_KEY | {"key_ops": ["verify", "wrapKey"]}, "key_ops"),
        (HS256_KEY | {"key_ops": ["verify", "verify"]}, "key_ops"),
        (HS256_KEY | {"key_ops": []}, "key_ops"),
        (HS256_KEY | {"key_ops": "verify"}, "key_ops"),
        (HS256_KEY | {"kid": 7}, "kid"),
        (HS256_KEY | {"kid": ""}, "kid"),
        (RS256_KEY | {"n": RS256_KEY["n"][:200]}, "2048"),
        (RS256_KEY | {"e": "AQ"}, "exponent"),
        (RS256_KEY | {"e": "Ag"}, "exponent"),
        (RS256_KEY | {"alg": "RSA1_5"}, "alg"),
        (RS256_KEY | {"alg": "ES256"}, "alg"),
        (ES256_KEY | {"kty": "RSA"}, "2048|missing"),
        (ES256_KEY | {"crv": "P-384"}, "48 bytes"),
        (ES256_KEY | {"crv": "secp256k1"}, "kty and crv"),
        (ES256_KEY | {"crv": ["P-256"]}, "kty and crv"),
        (ES256_KEY | {"alg": "ES521"}, "alg"),
        (ES256_KEY | {"alg": "ES224"}, "alg"),
        (ES256_KEY | {"x": ES256_KEY["y"]}, "point"),
        (ES256_KEY | {"x": secret(31)}, "32 bytes"),
        (ED25519_KEY | {"crv": "X25519"}, "kty and crv"),
        (ED25519_KEY | {"crv": "Ed448"}, "kty and crv"),
        (ED25519_KEY | {"x": secret(31)}, "Ed25519"),
        (ED25519_KEY | {"alg": "HS256"}, "alg"),
        ({"kty": "AKP", "pub": "AAAA"}, "kty and crv"),
        ({}, "kty and crv"),
    ],
)
def test_a_key_outside_the_policy_is_refused_with_a_reason(jwk, says):
    with pytest.raises(KeyRefused, match=says):
        verifying_key(jwk)


@pytest.mark.parametrize(
    "phrase",
    [
        "a-string-secret-at-least-256-bits-long",
        "your-256-bit-secret-your-256-bit-secret",
        "<random_string_at_least_32_characters_long>",
        "CHANGE_THIS_TO_SOMETHING_RANDOM!",
        "12345678901234567890123456789012",
        "0123456789abcdef0123456789abcdef",
        "reallyreallyreallyreallyverysafe",
        "MySuperSecretKeyThatNobodyKnows!",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "go-namur-go-namur-go-namur-go-namur-",
        "correcthorsebatterystaplepassword",
    ],
)
def test_a_secret_that_others_know_is_refused(phrase):
    with pytest.raises(KeyRefused, match="phrase"):
        verifying_key({"kty": "oct", "k": b64(phrase.encode())})


def test_a_random_secret_written_as_text_is_taken():
    drawn = "Xr4ilOIQ9kq2vJmWbT7cEz0uYH3sNf5g"

    assert verifying_key({"kty": "oct", "k": b64(drawn.encode())}).material == drawn.encode()


@pytest.mark.parametrize(
    "encoded",
    [
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "02" + "00" * 31,
        "ff" * 32,
    ],
)
def test_an_ed25519_point_for_which_anybody_can_sign_is_refused(encoded):
    with pytest.raises(KeyRefused, match="Ed25519"):
        verifying_key({"kty": "OKP", "crv": "Ed25519", "x": b64(bytes.fromhex(encoded))})


def test_two_issuers_may_call_different_keys_by_the_same_name():
    [one], [other] = (load_jwks(jwks(jwk | {"kid": "a"})) for jwk in (ES256_KEY, ED25519_KEY))

    both = key_set("https://one.example", [one]) | key_set("https://other.example", [other])

    assert both.find("https://one.example", "a") == one
    assert both.find("https://other.example", "a") == other
    assert both.find("https://third.example", "a") is None


def test_an_rsa_key_with_the_roca_fingerprint_is_refused():
    primes = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
    product = prod(primes)
    residue = pow(65_537, 1_234, product)  # a power of 65537 modulo every one of them
    modulus = residue + product * ((1 << 2_047) // product + 1)

    with pytest.raises(KeyRefused, match="ROCA"):
        verifying_key({"kty": "RSA", "n": b64(modulus.to_bytes(256)), "e": "AQAB"})


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (jwks(HS256_KEY | {"kid": "a"}, ES256_KEY | {"kid": "b"}), "one set"),
        (jwks(ES256_KEY | {"kid": "a"}, ED25519_KEY | {"kid": "a"}), "same kid"),
        (jwks(ES256_KEY | {"kid": "a"}, ED25519_KEY), "kid"),
        (jwks(), "at least one"),
        (b"{}", "at least one"),
        (b'{"keys": {}}', "at least one"),
        (b'{"keys": [1]}', "at least one"),
        (b"[]", "JSON"),
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'{"keys":[{"kty":"oct","k":"AAAA","k":"BBBB"}]}', "JSON"),
        (jwks(ES256_KEY | {"kid": "a"}, ES256_KEY | {"kid": "b", "use": "enc"}), "key b"),
    ],
)
def test_a_key_set_is_refused_as_a_whole(document, says):
    with pytest.raises(KeyRefused, match=says):
        load_jwks(document)


def test_a_single_jwk_is_a_set_of_one():
    [key] = load_jwks(json.dumps(ES256_KEY | {"kid": "a"}).encode())

    assert key.kid == "a"


def test_key_material_stays_out_of_what_is_printed():
    [key] = load_jwks(jwks(HS256_KEY))
    made = generate("k_1")

    assert "material" not in repr(key)
    assert "private" not in repr(made)


def test_a_signing_key_comes_back_from_its_file():
    made = generate("k_1")

    again = signing_key("k_1", made.pem())

    assert again.public() == made.public()
    assert verifying_key(public_jwk("k_1", again.public())).algorithms == {"EdDSA", "Ed25519"}


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_signing_key_is_refused(pem):
    with pytest.raises(KeyRefused, match="k_1"):
        signing_key("k_1", pem)
