"""What a join token may be: anything else is refused before or by the signature."""

import json

import pytest

from streamhub.access import tokens
from streamhub.access.keys import KeySet, SigningKey, generate
from streamhub.access.strict import MAX_LIFETIME_SECONDS, MAX_TOKEN_BYTES
from streamhub.kit.errors import TokenExpired, TokenInvalid, TokenNotYetValid
from tests.access.token_samples import (
    CLAIMS,
    ISSUER,
    KEY,
    NOW,
    SECONDS,
    good_claims,
    good_header,
    key_set,
    members,
    signed,
    token,
)


def refused(text: str, keys: KeySet | None = None) -> str:
    """The reason for which ``text`` is refused as no token."""
    with pytest.raises(TokenInvalid) as caught:
        tokens.decode(text, keys or key_set(), NOW)
    return caught.value.reason


def test_a_good_token_gives_back_its_claims():
    assert tokens.decode(token(), key_set(), NOW) == CLAIMS


def test_the_header_holds_alg_kid_and_typ_and_nothing_else():
    assert members(token().split(".")[0]) == {"alg": "EdDSA", "kid": "k_test", "typ": "join+jwt"}


def test_a_token_for_every_session_says_so_with_a_star():
    every = token(sid=None)

    assert members(every.split(".")[1])["sid"] == "*"
    assert tokens.decode(every, key_set(), NOW).sid is None


def test_claims_that_nobody_knows_are_ignored():
    text = signed(good_header(), good_claims() | {"colour": "blue", "half": 0.5})

    assert tokens.decode(text, key_set(), NOW) == CLAIMS


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "EdDSA", "kid": "k_test"},
        {"alg": "EdDSA", "typ": "join+jwt"},
        {"kid": "k_test", "typ": "join+jwt"},
        {"alg": "EdDSA", "kid": "k_test", "typ": "join+jwt", "crit": []},
        {"alg": "EdDSA", "kid": "k_test", "typ": "join+jwt", "jwk": {"kty": "OKP"}},
        {"alg": "EdDSA", "kid": "k_test", "typ": "join+jwt", "jku": "https://example.org/jwks.json"},
        {"alg": "EdDSA", "kid": "k_test", "typ": "join+jwt", "cty": "JWT"},
        {},
    ],
)
def test_a_header_with_more_or_less_than_alg_kid_typ_is_refused(header):
    assert refused(signed(header, good_claims())) == "header_members"


@pytest.mark.parametrize("typ", ["JWT", "JOIN+JWT", "application/join+jwt", "", None, 1, ["join+jwt"]])
def test_only_the_type_of_join_tokens_is_taken(typ):
    assert refused(signed(good_header() | {"typ": typ}, good_claims())) == "typ"


@pytest.mark.parametrize("kid", [None, 1, "", ["k_test"], "k\ud800", "k\n", "x" * 300])
def test_a_kid_is_a_text(kid):
    assert refused(signed(good_header() | {"kid": kid}, good_claims())) == "claim_type"


@pytest.mark.parametrize("kid", ["k_other", "k_test ", "K_TEST", "../../etc/passwd", "' OR 1=1 --"])
def test_a_kid_is_only_a_look_up(kid):
    assert refused(signed(good_header() | {"kid": kid}, good_claims())) == "key"


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "HS256", "ES256", "RS256", "EdDSA ", "eddsa", "Ed448", "ES256K"]
)
def test_the_algorithm_is_the_keys_and_not_the_headers(alg):
    assert refused(signed(good_header() | {"alg": alg}, good_claims())) == "algorithm"


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"EdDSA","alg":"EdDSA","kid":"k_test","typ":"join+jwt"}',
        '{"alg":"none","kid":"k_test","typ":"join+jwt","alg":"EdDSA"}',
        '["EdDSA"]',
        '"EdDSA"',
        "null",
        "{",
        "",
        '\ufeff{"alg":"EdDSA","kid":"k_test","typ":"join+jwt"}',
        '{"alg":"EdDSA","kid":"k_test","typ":"join+jwt"} {}',
        "[" * 1_500,
    ],
)
def test_a_header_is_one_json_object_with_unique_members(header):
    assert refused(signed(header, good_claims())) in {"header_json", "segments"}


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "jti", "dlg", "role", "sid", "nbf", "iat", "exp"])
def test_each_of_the_ten_claims_is_required(name):
    claims = good_claims()
    del claims[name]

    assert refused(signed(good_header(), claims)) == "claim_missing"


@pytest.mark.parametrize("name", ["nbf", "iat", "exp", "gen", "dep", "run"])
@pytest.mark.parametrize(
    "value", ["1635976800", 1635976800.0, True, None, -1, [1], {}, 1e400, 2**63, 10**300]
)
def test_numbers_are_whole_numbers(name, value):
    text = json.dumps(good_claims() | {name: value}).replace("Infinity", "1e400")

    assert refused(signed(good_header(), text)) == "claim_type"


@pytest.mark.parametrize("name", ["iss", "sub", "jti", "dlg", "inv"])
@pytest.mark.parametrize("value", [1, None, "", [], {}, True, "a\x00b", "a\nb", "\ud800", "x" * 256])
def test_texts_are_texts(name, value):
    assert refused(signed(good_header(), good_claims() | {name: value})) == "claim_type"


@pytest.mark.parametrize("aud", ["Streamhub", "streamhub ", ["streamhub"], None, {"streamhub": 1}, "other"])
def test_the_audience_is_the_string_streamhub(aud):
    assert refused(signed(good_header(), good_claims() | {"aud": aud})) == "audience"


@pytest.mark.parametrize("iss", ["https://evil.example", ISSUER + "/", ISSUER.upper()])
def test_another_issuer_is_refused(iss):
    assert refused(signed(good_header(), good_claims() | {"iss": iss})) == "issuer"


@pytest.mark.parametrize("role", ["king", "Delegate", "", None, 1, ["delegate"], {}])
def test_a_role_is_one_of_ours(role):
    assert refused(signed(good_header(), good_claims() | {"role": role})) == "role"


@pytest.mark.parametrize(
    "sid", [[], "ouverture", ["*"], ["Ouverture"], [1], [None], ["a", ["b"]], {"*": 1}, None, "**", ["a/b"]]
)
def test_sid_is_a_list_of_slugs_or_a_star(sid):
    assert refused(signed(good_header(), good_claims() | {"sid": sid})) == "claim_type"


@pytest.mark.parametrize(
    "claims",
    [
        '{"exp":1,"exp":2}',
        '{"a":{"b":1,"b":2}}',
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":-Infinity}',
        "[]",
        '"x"',
        "1",
        "{'a':1}",
        '{"a":1,}',
        '{"a":' + "9" * 2_600 + "}x",
        "[" * 2_000,
    ],
)
def test_claims_are_one_json_object_with_unique_members(claims):
    assert refused(signed(good_header(), claims)) == "claims_json"


def test_claims_must_be_utf_8():
    header, _, signature = token().split(".")
    utf16 = json.dumps(good_claims()).encode("utf-16")

    assert refused(signed_bytes(header, utf16)) == "claims_json"
    assert signature


def signed_bytes(header: str, payload: bytes) -> str:
    """A good signature over bytes that are no text."""
    from_bytes = tokens.strict.base64.urlsafe_b64encode
    body = f"{header}.{from_bytes(payload).rstrip(b'=').decode()}"
    return f"{body}.{from_bytes(KEY.private.sign(body.encode())).rstrip(b'=').decode()}"


def test_a_lifetime_of_400_days_is_the_longest():
    longest = token(iat=SECONDS, nbf=SECONDS, exp=SECONDS + MAX_LIFETIME_SECONDS)

    assert tokens.decode(longest, key_set(), NOW).exp == SECONDS + MAX_LIFETIME_SECONDS
    assert refused(token(iat=SECONDS, exp=SECONDS + MAX_LIFETIME_SECONDS + 1)) == "lifetime"
    assert refused(token(iat=SECONDS, exp=SECONDS)) == "lifetime"
    assert refused(token(exp=SECONDS + 10, nbf=SECONDS + 10)) == "lifetime"


def test_a_token_from_the_future_is_refused_beyond_a_minute_of_skew():
    assert tokens.decode(token(iat=SECONDS + 60), key_set(), NOW).iat == SECONDS + 60
    assert refused(token(iat=SECONDS + 61)) == "issued_later"


def test_a_token_is_over_at_the_second_of_exp():
    over = token(exp=SECONDS)

    with pytest.raises(TokenExpired) as caught:
        tokens.decode(over, key_set(), NOW)

    assert caught.value.expired_at == NOW
    assert tokens.decode(over, key_set(), NOW - 1).exp == SECONDS


def test_a_token_for_later_says_when_it_opens():
    later = token(nbf=SECONDS + 5)

    with pytest.raises(TokenNotYetValid) as caught:
        tokens.decode(later, key_set(), NOW)

    assert caught.value.opens_at == NOW + 5_000
    assert tokens.decode(later, key_set(), NOW + 5_000).nbf == SECONDS + 5


def test_a_forged_token_is_told_nothing_of_its_times():
    forged = tokens.encode(CLAIMS, SigningKey(KEY.kid, generate("x").private))

    assert refused(forged) == "signature"


def test_the_same_kid_of_two_issuers_never_crosses():
    other = SigningKey(KEY.kid, generate("x").private)
    both = KeySet({**key_set().keys, **key_set(other, "https://partner.example").keys})

    assert refused(tokens.encode(CLAIMS, other), both) == "signature"
    assert tokens.decode(token(), both, NOW) == CLAIMS


def test_a_token_of_4096_bytes_is_read_and_one_more_is_not():
    text = padded(MAX_TOKEN_BYTES)

    assert len(text) == MAX_TOKEN_BYTES
    assert tokens.decode(text, key_set(), NOW) == CLAIMS
    assert refused(padded(MAX_TOKEN_BYTES + 2)) == "too_long"


def padded(length: int) -> str:
    """A good token of the length, made so by a claim that nobody reads."""
    filler = 0
    while len(text := signed(good_header(), good_claims() | {"filler": "x" * filler})) < length:
        filler += max(1, (length - len(text)) * 3 // 4 - 2)
    return text


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b", "a.b.c.d", ".a.b", "a.b.", "é.b.c", "\ud800.b.c"]
)
def test_what_has_not_three_segments_is_no_token(text):
    assert refused(text) in {"segments", "alphabet"}


@pytest.mark.parametrize("extra", ["=", "==", " ", "\n", "\t", "+", "/", "%3D", "\x00", "é"])
def test_no_character_may_be_added(extra):
    good = token()
    places = [0, good.index("."), good.rindex("."), len(good)]

    for place in places:
        assert refused(good[:place] + extra + good[place:])


def test_unused_bits_of_base64_must_be_zero():
    header, payload, signature = token().split(".")  # 64 bytes of signature: 4 unused bits at its end

    assert refused(f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}") == "not_canonical"


def test_a_refusal_says_one_sentence_whatever_the_reason():
    details = set()
    for text in ("", "a.b.c", token()[:-4] + "AAAA", token(exp=SECONDS, iat=SECONDS)):
        with pytest.raises(TokenInvalid) as caught:
            tokens.decode(text, key_set(), NOW)
        details.add(str(caught.value))

    assert details == {"not a valid token"}
