"""Malformed, forged, mistyped and misaddressed tokens over HTTP: one code, one sentence, no fault of ours."""

import json
import shutil
from base64 import urlsafe_b64decode

import pytest

from streamhub.access.keys import generate, signing_key
from streamhub.access.roles import Role
from streamhub.kit.clock import MINUTE, SECOND
from tests.access.token_samples import b64, signed
from tests.edge.conftest import API, LIVE, ROOM, open_example

HEADER = 8_000  # characters that fit into one header
EVERY = 5  # of the characters of a token is damaged


@pytest.fixture(scope="module")
async def patient(example, tmp_path_factory):
    """A server that lets a test guess as often as it likes."""
    folder = tmp_path_factory.mktemp("patient") / "data"
    shutil.copytree(example, folder)
    async with open_example(folder, verify_per_minute=1_000_000) as running:
        yield running


@pytest.fixture(scope="module")
def key(patient, good):
    """The key with which the server signs, as its own file holds it."""
    [file] = patient.use.folder.keys.glob("*.pem")
    return signing_key(file.stem, file.read_bytes())


@pytest.fixture(scope="module")
async def good(patient):
    return (await patient.invite()).token


def parts_of(token):
    return [json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def damaged(good):
    """The good token with something done to it below and above the base64."""
    head, body, signature = good.split(".")
    for place in range(0, len(good), EVERY):
        yield good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        yield good[:place] + good[place + 1 :]
        yield good[:place] + good[place] + good[place:]
    for pad in ("=", "==", " ", "\n", "\t", "%3D", "\x00", "é", "."):
        yield f"{good}{pad}" if pad.strip() else f"{head}{pad}.{body}.{signature}"
        yield f"{head}.{body}{pad}.{signature}"
    yield from (
        f"{head}.{body}.",
        f"{head}.{body}",
        f".{body}.{signature}",
        f"{head}..{signature}",
        "..",
        "a.b.c",
    )
    yield from (
        f"{body}.{head}.{signature}",
        f"{head}.{head}.{signature}",
        f"{good}.{signature}",
        "." * 4_000,
    )
    yield good[:-1] + chr(ord(good[-1]) + 1)  # unused bits of the last character
    yield "eyJ" + "a" * 4_093 + ".e30.AAAA"
    yield f"{good}{'A' * 60_000}"[:60_000]


def misheaded(good, key):
    """Well signed, under another header."""
    header, claims = parts_of(good)
    for change in (
        {"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {"alg": "RS256"}, {"alg": ""}, {"alg": None},
        {"typ": "JWT"}, {"typ": None}, {"typ": "JOIN+JWT"}, {"kid": "k_other"}, {"kid": ""}, {"kid": None},
        {"kid": "../../etc/passwd"}, {"kid": ["x"]}, {"crit": ["exp"]}, {"jku": "https://evil.example"},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": key.public()}}, {"x5c": ["x"]}, {"zip": "DEF"},
    ):  # fmt: skip
        yield signed(header | change, claims, key)
    yield signed("[]", claims, key)
    yield signed('{"alg":"EdDSA","alg":"EdDSA"}', claims, key)


def misclaimed(good, key):
    """Well signed by our own key, with claims that no token of ours has."""
    header, claims = parts_of(good)
    for name in ("iss", "aud", "sub", "jti", "dlg", "role", "sid", "nbf", "iat", "exp"):
        yield signed(header, {k: v for k, v in claims.items() if k != name}, key)
    for change in (
        {"aud": "other"}, {"aud": ["streamhub"]}, {"iss": "https://evil.example"}, {"role": "king"},
        {"sub": "p_other"}, {"sub": ""}, {"sub": 1}, {"inv": "i_other"}, {"inv": 1}, {"inv": "a\x00b"},
        {"gen": "1"}, {"gen": True}, {"gen": -1}, {"dep": 1.5}, {"sid": []}, {"sid": "x"}, {"sid": ["../.."]},
        {"sid": [1]}, {"sid": {}}, {"exp": str(claims["exp"])}, {"exp": float(claims["exp"])},
        {"exp": claims["iat"] + 401 * 86_400}, {"iat": -1}, {"nbf": claims["exp"]}, {"nbf": None},
        {"exp": 10**400}, {"run": "1"}, {"role": 1},
    ):  # fmt: skip
        yield signed(header, claims | change, key)
    yield signed(header, {k: v for k, v in claims.items() if k not in {"inv", "gen", "dep"}}, key)
    text = json.dumps(claims)
    yield signed(header, text[:-1] + ',"role":"organiser"}', key)
    yield signed(header, text[:-1] + ',"x":NaN}', key)
    yield signed(header, "[" * 2_000, key)
    yield signed(header, b64(b"\xff"), key)


def missigned(good, key):
    """By a key of their own, or with ours taken for a secret."""
    header, claims = parts_of(good)
    thief = generate("k_thief")
    yield signed(header, claims, thief)
    yield signed(header | {"kid": "k_thief"}, claims, thief)
    yield signed(header | {"kid": "k_thief", "jwk": {"x": thief.public()}}, claims, thief)
    unsigned = ".".join(b64(json.dumps(part).encode()) for part in (header | {"alg": "none"}, claims))
    yield from (f"{unsigned}.", f"{unsigned}.AAAA", f"{unsigned}.{good.split('.')[2]}")


async def test_every_bad_token_is_refused_with_the_same_words_everywhere(patient, good, key):
    bad = [*damaged(good), *misheaded(good, key), *misclaimed(good, key), *missigned(good, key)]
    said = set()

    for token in set(bad) - {good}:
        entered, verified = await by_body(patient, token)
        said.add(entered)
        assert verified == (200, {"valid": False, "code": "token_invalid", "claims": None}), token
        if token.isprintable() and token.isascii() and token == token.strip() and len(token) < HEADER:
            said.add(await answer(patient, "GET", "/me", headers={"Authorization": f"Bearer {token}"}))

    assert len(bad) > 200
    [(status, text)] = said
    assert (status, json.loads(text)["code"]) == (401, "token_invalid")


async def by_body(house, token):
    """What entering and verifying say; without a dot it would be the code of a link."""
    dotted = token if "." in token else f"{token}.."
    verified = await answer(house, "POST", "/tokens:verify", json={"token": token})
    return await answer(house, "POST", "/enter", json={"token": dotted}), (
        verified[0],
        json.loads(verified[1]),
    )


async def answer(house, method, path, **options):
    async with house.client.request(method, API + path, **options) as found:
        return found.status, await found.text()


async def test_a_good_token_is_told_what_it_opens(patient, good):
    status, text = await answer(patient, "POST", "/tokens:verify", json={"token": good, "session": LIVE})

    verdict = json.loads(text)
    assert (status, verdict["valid"], verdict["code"]) == (200, True, None)
    assert set(verdict["claims"]) >= {"iss", "aud", "sub", "jti", "dlg", "role", "sid", "nbf", "iat", "exp"}


async def test_after_a_good_signature_the_precise_reason_is_told(patient):
    revoked = await patient.invite()
    await patient.use.access.revoke(revoked.invitation.id, "test")
    replaced = await patient.invite()
    await patient.use.access.replace(replaced.invitation.id, "test")
    over = await patient.invite(expires_at=patient.clock.now() + MINUTE)
    early = await patient.invite(not_before=patient.clock.now() + 10 * MINUTE)
    other = await patient.invite(sessions=(LIVE,))
    patient.clock.advance(minutes=2)

    found = {}
    for name, invited in (("revoked", revoked), ("replaced", replaced), ("over", over), ("early", early)):
        bearer = {"Authorization": f"Bearer {invited.token}"}
        used = await answer(patient, "GET", "/me", headers=bearer)
        verified = await answer(patient, "POST", "/tokens:verify", json={"token": invited.token})
        found[name] = (used[0], json.loads(used[1])["code"], json.loads(verified[1])["code"])
        if name == "early":
            assert json.loads(used[1])["opens_at"] == "2021-11-04T12:10:00.000Z"
    verified = await answer(patient, "POST", "/tokens:verify", json={"token": other.token, "session": ROOM})

    assert found == {
        "revoked": (410, "invitation_revoked", "invitation_revoked"),
        "replaced": (410, "invitation_revoked", "invitation_revoked"),
        "over": (401, "token_expired", "token_expired"),
        "early": (403, "token_not_yet_valid", "token_not_yet_valid"),
    }
    assert json.loads(verified[1])["code"] == "wrong_session"


async def test_a_token_only_narrows_what_the_invitation_allows(patient, key):
    invited = await patient.invite(sessions=(LIVE,))
    header, claims = parts_of(invited.token)
    wide = signed(header, claims | {"sid": "*", "role": "organiser", "dlg": "SN"}, key)

    async with patient.client.get(f"{API}/me", headers={"Authorization": f"Bearer {wide}"}) as found:
        me = await found.json()

    assert (me["role"], me["delegation"], me["sessions"]) == ("delegate", "BJ", [LIVE])


@pytest.mark.parametrize("session", ["nulle-part", "", "\x00", "é", "x" * 5_000])
async def test_a_session_that_is_not_there_is_no_fault(patient, good, session):
    status, text = await answer(patient, "POST", "/tokens:verify", json={"token": good, "session": session})

    assert (status, json.loads(text)["valid"], json.loads(text)["code"]) == (200, False, "unknown_session")


async def test_a_token_for_one_session_opens_that_one_for_its_time(patient):
    organiser = await patient.guest(Role.ORGANISER)
    invited = await patient.invite()
    body = {"invitation": invited.invitation.id, "ttl": 120}
    status, made = await patient.ask("POST", f"/sessions/{LIVE}/tokens", organiser, body)
    bearer = {"Authorization": f"Bearer {made['token']}"}

    found = [
        (await answer(patient, "GET", f"/sessions/{slug}/source", headers=bearer))[0] for slug in (LIVE, ROOM)
    ]
    patient.clock.advance(ms=121 * SECOND)
    after = await answer(patient, "GET", f"/sessions/{LIVE}/source", headers=bearer)

    assert (status, found) == (201, [200, 403])
    assert (after[0], json.loads(after[1])["code"]) == (401, "token_expired")
