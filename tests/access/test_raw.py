"""``token verify --raw``: any JWS against a key set, after RFC 7515, 7518, 8037 and 8725."""

import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streamhub.access.keys import VerifyingKey, load_jwks
from streamhub.access.strict import MAX_RAW_BYTES
from streamhub.access.tokens import verify_raw
from streamhub.kit.errors import TokenInvalid
from tests.access.jws_samples import (
    ED25519_KEY,
    ES256,
    ES256_KEY,
    HS256,
    HS256_KEY,
    PUBLISHED,
    RS256_KEY,
    jwks,
)
from tests.access.token_samples import b64

SECRET = bytes((7 * i + 129) % 256 for i in range(64))
RSA_KEY = rsa.generate_private_key(65_537, 2_048)
SIGNERS = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), SECRET),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA_KEY),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": Ed25519PrivateKey.generate(),
}


def one_key(jwk: dict[str, object]) -> tuple[VerifyingKey, ...]:
    """A key set of one."""
    return load_jwks(jwks(jwk))


def jwk_of(algorithm: str) -> dict[str, object]:
    """The JWK of our own signer."""
    made: dict[str, object] = jwt.get_algorithm_by_name(algorithm).to_jwk(
        public_of(SIGNERS[algorithm]), as_dict=True
    )
    return {name: value for name, value in made.items() if name not in {"alg", "key_ops"}}


def public_of(key: object) -> object:
    """The public part; a shared secret is its own."""
    return key if isinstance(key, bytes) else key.public_key()


def refused(token: str, keys: tuple[VerifyingKey, ...]) -> str:
    """The reason for which the token is refused."""
    with pytest.raises(TokenInvalid) as caught:
        verify_raw(token, keys)
    return caught.value.reason


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_examples_are_good(name):
    jwk, token = PUBLISHED[name]

    assert verify_raw(token, one_key(jwk))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_example_with_a_changed_byte_is_not(name):
    jwk, token = PUBLISHED[name]
    head, body, signature = token.split(".")
    swapped = ("B" if signature[0] == "A" else "A") + signature[1:]

    assert refused(f"{head}.{body}.{swapped}", one_key(jwk)) == "signature"
    assert refused(f"{head}.{body[:-4]}AAAA.{signature}", one_key(jwk)) == "signature"
    assert refused(f"{head}.{body}.", one_key(jwk)) == "segments"


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_every_algorithm_of_the_contract_is_checked(algorithm):
    token = jwt.PyJWS().encode(b"payload", SIGNERS[algorithm], algorithm=algorithm)

    assert verify_raw(token, one_key(jwk_of(algorithm))) == b"payload"
    assert verify_raw(token, one_key(jwk_of(algorithm) | {"alg": algorithm})) == b"payload"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "HS256"])
def test_a_key_named_for_one_algorithm_is_for_no_other(algorithm):
    token = jwt.PyJWS().encode(b"payload", SIGNERS[algorithm], algorithm=algorithm)
    other = algorithm.replace("256", "384")

    assert refused(token, one_key(jwk_of(algorithm) | {"alg": other})) == "algorithm"


def test_the_later_name_of_ed25519_is_the_same_algorithm():
    key = SIGNERS["EdDSA"]
    header = json.dumps({"alg": "Ed25519"}).encode()
    body = f"{b64(header)}.{b64(b'payload')}"

    assert verify_raw(f"{body}.{b64(key.sign(body.encode()))}", one_key(jwk_of("EdDSA"))) == b"payload"


def hmac_token(header: dict[str, object], secret: bytes = SECRET, payload: bytes = b"payload") -> str:
    """A JWS with HMAC and whatever header."""
    body = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{body}.{b64(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


OCT = {"kty": "oct", "k": b64(SECRET)}


@pytest.mark.parametrize(
    "member",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"jwk": OCT},
        {"jku": "https://example.org"},
        {"x5u": "https://example.org"},
        {"x5c": []},
    ],
)
def test_members_that_bring_a_key_or_are_critical_are_refused(member):
    assert refused(hmac_token({"alg": "HS256"} | member), one_key(OCT)) == "header_members"


def test_other_header_members_and_no_typ_are_taken():
    token = hmac_token({"alg": "HS256", "typ": "anything", "cty": "text/plain", "x5t": "AAAA", "n": 1})

    assert verify_raw(token, one_key(OCT)) == b"payload"


def test_an_unencoded_payload_is_refused():
    assert refused(hmac_token({"alg": "HS256", "b64": False}), one_key(OCT)) == "signature"


def test_an_empty_payload_is_a_payload():
    assert verify_raw(hmac_token({"alg": "HS256"}, payload=b""), one_key(OCT)) == b""


def test_without_a_kid_the_only_key_of_a_set_of_one_is_used():
    two = load_jwks(jwks(OCT | {"kid": "a"}, HS256_KEY | {"kid": "b"}))

    assert verify_raw(hmac_token({"alg": "HS256"}), one_key(OCT | {"kid": "a"})) == b"payload"
    assert refused(hmac_token({"alg": "HS256"}), two) == "key"
    assert verify_raw(hmac_token({"alg": "HS256", "kid": "a"}), two) == b"payload"
    assert refused(hmac_token({"alg": "HS256", "kid": "b"}), two) == "signature"
    assert refused(hmac_token({"alg": "HS256", "kid": "c"}), two) == "key"
    assert refused(hmac_token({"alg": "HS256", "kid": "a"}), one_key(OCT)) == "key"


@pytest.mark.parametrize("kid", [None, 1, ["a"], {}])
def test_a_kid_that_is_no_text_is_refused(kid):
    assert refused(hmac_token({"alg": "HS256", "kid": kid}), one_key(OCT)) == "claim_type"


@pytest.mark.parametrize("jwk", [RS256_KEY, ES256_KEY, ED25519_KEY])
def test_a_public_key_is_no_shared_secret(jwk):
    for secret in (json.dumps(jwk).encode(), str(jwk.get("x", jwk.get("n"))).encode()):
        assert refused(hmac_token({"alg": "HS256"}, secret), one_key(jwk)) == "algorithm"


@pytest.mark.parametrize("alg", ["none", "", "HS256K", "ES521", "A256KW", "dir", None, 1])
def test_no_other_algorithm_is_taken(alg):
    assert refused(hmac_token({"alg": alg}), one_key(OCT)) in {"algorithm", "claim_type"}


def test_a_signature_of_another_length_is_refused():
    head, body, signature = ES256.split(".")

    for changed in (signature + "AAAA", signature[:-4], "AA" + signature + "AA", "A" * 86):
        assert refused(f"{head}.{body}.{changed}", one_key(ES256_KEY)) in {"signature", "not_canonical"}


@pytest.mark.parametrize("extra", ["=", " ", "\n", "?", "#", "+", "/"])
def test_a_character_outside_base64url_is_refused_wherever_it_stands(extra):
    for place in (0, 5, HS256.index("."), HS256.rindex("."), len(HS256)):
        assert refused(HS256[:place] + extra + HS256[place:], one_key(HS256_KEY))


def test_json_serialization_is_refused():
    assert refused('{"payload":"Zm9v","signatures":[]}', one_key(OCT)) == "segments"


def test_64_kib_are_read_and_more_are_not():
    longest = hmac_token({"alg": "HS256"}, payload=b"x" * ((MAX_RAW_BYTES - 70) * 3 // 4))

    assert MAX_RAW_BYTES - 8 < len(longest) <= MAX_RAW_BYTES
    assert verify_raw(longest, one_key(OCT))
    assert refused(longest + "A" * 10, one_key(OCT)) == "too_long"


def test_a_header_of_brackets_is_refused_and_breaks_nothing():
    assert refused(f"{b64(b'[' * 40_000)}.AAAA.AAAA", one_key(OCT)) == "header_json"


def test_a_header_with_a_number_of_5000_digits_is_refused():
    header = b64(b'{"alg":"HS256","n":' + b"9" * 5_000 + b"}")

    assert refused(f"{header}.AAAA.AAAA", one_key(OCT)) == "header_json"
