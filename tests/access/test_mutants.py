"""Thousands of damaged and forged tokens: none is accepted, and none causes any other error than ours."""

import asyncio
import io
import json
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.access import tokens
from streamhub.access.issuers import load_issuers
from streamhub.kit.errors import TokenExpired, TokenInvalid, TokenNotYetValid
from streamhub.kit.settings import Settings
from tests.access.conftest import OPENING, URL
from tests.access.mutants import FAMILIES, Good, every
from tests.access.outside_samples import PRIVATE, TICKETS, Entry, jwk, ticket, write_issuers
from tests.access.test_api import API, serving
from tests.access.token_samples import ISSUER, KEY, NOW, good_claims, good_header, key_set, signed, token
from tests.waiting import PATIENCE

OURS = Good(token(), "EdDSA", KEY.private)
THEIRS = {alg: Good(ticket(alg, kid=alg), alg, key) for alg, key in PRIVATE.items()}
ASYMMETRIC = [jwk(alg, alg) for alg in PRIVATE if alg != "HS256"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Our key beside those of a ticket platform, and of another one that shares a secret."""
    folder = tmp_path_factory.mktemp("issuers")
    secret = Entry(iss=f"{TICKETS}/secret", keys=[jwk("HS256", "HS256")])
    return key_set() | load_issuers(write_issuers(folder, Entry(keys=ASYMMETRIC), secret), ISSUER).keys()


def accepted(text, keys):
    """Whether the text passes as a token; any error but the three of tokens goes through."""
    try:
        tokens.decode(text, keys, NOW)
    except (TokenInvalid, TokenExpired, TokenNotYetValid):
        return False
    return True


def test_of_more_than_five_thousand_mutants_none_is_accepted(keys):
    mutants = every(OURS)

    passed = [mutant for mutant in mutants if accepted(mutant, keys)]

    assert accepted(OURS.token, keys)
    assert passed == []
    assert len(mutants) >= 5_000


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_family_has_mutants(family):
    assert len(set(family(OURS)) - {OURS.token}) >= 5


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "HS256"])
def test_of_the_mutants_of_other_issuers_tokens_none_is_accepted(keys, algorithm):
    issuer = f"{TICKETS}/secret" if algorithm == "HS256" else TICKETS
    good = Good(ticket(algorithm, kid=algorithm, iss=issuer), algorithm, PRIVATE[algorithm])
    few = [mutant for n, mutant in enumerate(every(good)) if n % 3 == 0 or n > 7_000]

    passed = [mutant for mutant in few if accepted(mutant, keys)]

    assert accepted(good.token, keys)
    assert passed == []
    assert len(few) >= 1_500


# Over HTTP


@asynccontextmanager
async def open_server(folder):
    """A server that lets anybody try as often as they like."""
    patient = Settings(public_url=URL, issuer=URL, verify_per_minute=10**6, link_per_minute=10**6)
    async with serving(folder, patient) as api:
        yield api


async def sampled(api, count):
    """Mutants of a token that the server issued, from every family."""
    issued = await api.issue()
    good = Good(issued.token, "EdDSA", (await api.use.access.signer.key()).private)
    mutants = [m for family in FAMILIES for m in every_few(list(dict.fromkeys(family(good))), count)]
    assert len(mutants) >= 300
    return good.token, [mutant for mutant in mutants if mutant != good.token]


def every_few(mutants, count):
    return mutants[:: max(1, len(mutants) // count)]


async def test_verifying_mutants_over_http_says_no_and_nothing_else(tmp_path):
    async with open_server(tmp_path) as api:
        good, mutants = await sampled(api, 40)

        answers = [await verdict(api, mutant) for mutant in mutants]
        fine = await verdict(api, good)

    assert (fine[0], fine[1]["valid"]) == (200, True)
    assert {status for status, _ in answers} <= {200, 422}
    told = [body for status, body in answers if status == 200]
    assert {(body["valid"], body["claims"]) for body in told} == {(False, None)}
    assert {body["code"] for body in told} <= {"token_invalid", "token_expired", "token_not_yet_valid"}


async def verdict(api, text):
    raw = io.BytesIO(json.dumps({"token": text}).encode())
    headers = {"Content-Type": "application/json"}
    async with api.client.post(f"{API}/tokens:verify", data=raw, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_bearer_mutant_is_refused_on_every_kind_of_route(tmp_path):
    async with open_server(tmp_path) as api:
        good, mutants = await sampled(api, 40)
        sendable = [m for m in mutants if m.isprintable() and m.isascii() and m and m == m.strip()]
        found = set()
        for n, mutant in enumerate(sendable):
            method, path = ROUTES[n % len(ROUTES)]
            status, body = await api.call(method, path, token=mutant)
            found.add((status, body["code"]))
        fine, _ = await api.call("GET", f"{API}/me", token=good)

    assert len(sendable) >= 300
    assert fine == 200
    assert found == {(401, "token_invalid")}


ROUTES = [
    ("GET", f"{API}/me"),
    ("GET", f"{API}/sessions"),
    ("GET", f"{API}/sessions/{OPENING}/source"),
    ("POST", f"{API}/invitations"),
    ("GET", f"{API}/issuers"),
]


async def test_a_mutant_in_a_hello_closes_the_socket_with_4401(tmp_path):
    async with open_server(tmp_path) as api:
        _, mutants = await sampled(api, 40)

        codes = {code: mutant for mutant in mutants if (code := await hello(api, mutant)) != 4401}

    assert set(codes) <= {4400, 4413}  # no JSON text, or larger than any message may be


async def hello(api, text):
    address = f"{API}/live?session={OPENING}"
    async with api.client.ws_connect(address, protocols=("streamhub.v1.json",)) as page:
        await page.send_str(json.dumps({"type": "hello", "token": text or "-"}))
        async with asyncio.timeout(PATIENCE):
            async for _ in page:
                pass
        return page.close_code


# Whatever else may come


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_token_or_breaks_the_reader(text):
    assert not accepted(text, key_set())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(good_claims())), JSON)
def test_a_claim_of_any_other_json_value_never_breaks_the_reader(name, value):
    claims = good_claims() | {name: value}

    passed = accepted(signed(good_header(), claims), key_set())

    if name in {"iss", "aud", "role", "nbf", "iat", "exp"} and value != good_claims()[name]:
        assert not passed or isinstance(value, int)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["alg", "kid", "typ"]), JSON)
def test_a_header_of_any_other_json_value_is_refused(name, value):
    same = value == good_header()[name]

    assert same or not accepted(signed(good_header() | {name: value}, good_claims()), key_set())
