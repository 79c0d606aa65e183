"""Wrong codes and tokens: whoever guesses waits, whoever has a good link never does."""

import shutil

import pytest

from tests.edge.conftest import API, LIVE, open_example

WRONG = "a" * 26


@pytest.fixture
async def strict(example, tmp_path):
    """A server that takes three wrong tries in a minute."""
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data", verify_per_minute=3) as running:
        yield running


async def ways(house):
    """Every way to try a code or token without an invitation."""
    cookie = await house.cookie(await house.guest()) | {"Origin": house.url}
    html = {"Accept": "text/html"}
    return [
        ("POST", f"{API}/enter", {"json": {"code": WRONG}}),
        ("POST", f"{API}/enter", {"json": {"token": "x.y.z"}}),
        ("POST", f"{API}/tokens:verify", {"json": {"token": "x.y.z"}}),
        ("POST", f"/j/{WRONG}", {"headers": html}),
        ("POST", f"/j/{WRONG}", {"headers": html | cookie}),
        ("POST", f"/j/{WRONG}", {"headers": html | cookie, "data": {"replace": "yes"}}),
    ]


@pytest.mark.parametrize("which", range(6))
async def test_the_fourth_wrong_try_in_a_minute_waits(strict, which):
    method, path, options = (await ways(strict))[which]

    found, waits = [], []
    for _ in range(5):
        async with strict.client.request(method, path, **options) as answer:
            found.append(answer.status)
            waits.append(answer.headers.get("Retry-After"))

    assert found[:3] == [found[0]] * 3
    assert found[0] in {200, 401, 404}
    assert found[3:] == [429, 429]
    assert waits == [None] * 3 + ["60", "60"]


async def test_the_wait_grows_shorter_and_ends(strict):
    found = []
    for seconds in (0, 0, 0, 0, 20, 39, 1):
        strict.clock.advance(seconds=seconds)
        async with strict.client.post(f"{API}/enter", json={"code": WRONG}) as answer:
            found.append((answer.status, answer.headers.get("Retry-After")))

    assert found[3:] == [(429, "60"), (429, "40"), (429, "1"), (404, None)]


async def test_good_links_never_wait_behind_a_guesser_at_the_same_address(strict):
    for _ in range(10):
        await strict.status("POST", f"{API}/enter", json={"code": WRONG})
    invited = await strict.invite()

    by_link = await strict.status("POST", invited.link.removeprefix(strict.url))
    by_code = await strict.status("POST", f"{API}/enter", json={"code": invited.link.rpartition("/")[2]})
    by_token = await strict.status("POST", f"{API}/enter", json={"token": invited.token})
    verified = await strict.status("POST", f"{API}/tokens:verify", json={"token": invited.token})

    assert [status for status, _ in (by_link, by_code, by_token, verified)] == [303, 204, 204, 200]


async def test_a_good_token_that_is_over_or_for_another_session_is_no_guess(strict):
    invited = await strict.invite()
    await strict.use.access.revoke(invited.invitation.id, "test")

    found = [await strict.status("POST", f"{API}/enter", json={"token": invited.token}) for _ in range(6)]
    verified = [
        await strict.status("POST", f"{API}/tokens:verify", json={"token": invited.token, "session": LIVE})
        for _ in range(6)
    ]

    assert set(found) == {(410, "invitation_revoked")}
    assert set(verified) == {(200, None)}


async def test_the_page_says_how_long_to_wait(strict):
    for _ in range(4):
        async with strict.client.post(f"/j/{WRONG}", headers={"Accept": "text/html"}) as answer:
            text = await answer.text()

    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    assert "Réessayez dans 1 minute." in text
