"""Personal links: the page behind them, the way in, and what stays out."""

import hashlib
import re
import shutil

import pytest
import sqlalchemy as sa

from streamhub.access.roles import Role
from streamhub.handlers.request import COOKIE
from streamhub.kit.audit import AuditFilter, rows
from tests.edge.conftest import LIVE, open_example
from tests.waiting import eventually

API = "/api/v1"
UNKNOWN = "a" * 26
HTML = {"Accept": "text/html"}


async def code(house, role=Role.DELEGATE, **order):
    return (await house.invite(role, **order)).link.rpartition("/")[2]


async def post(house, path, form=None, **headers):
    """Status, headers and text of a form's post, followed nowhere."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()} | HTML
    async with house.client.post(path, data=form or {}, headers=sent, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.text()


def stored(house):
    """Digests of everything that the database holds but when the server was last alive."""
    engine = sa.create_engine(f"sqlite:///{house.use.folder.database}")
    with engine.connect() as connection:
        tables = (
            connection.execute(sa.text("select name from sqlite_master where type='table'")).scalars().all()
        )
        kept = sorted(set(tables) - {"nodes"})
        rows = {table: connection.execute(sa.text(f'select * from "{table}"')).all() for table in kept}
    engine.dispose()
    return {table: hashlib.sha256(repr(found).encode()).hexdigest() for table, found in rows.items()}


async def settled(house):
    """What the database holds once the server has done what it does after its start."""
    seen = [{}]

    def rests():
        seen.append(stored(house))
        return seen[-1] == seen[-2] and seen[-1]

    started = AuditFilter(action="retention.run")
    await eventually(lambda: house.use.db.read(lambda tx: rows(tx, started)))
    return await eventually(rests, pause=0.2)


async def test_the_page_behind_a_link_is_the_same_for_every_code_and_does_nothing(house):
    revoked = await house.invite()
    await house.use.access.revoke(revoked.invitation.id, "test")
    codes = [await code(house), UNKNOWN, revoked.link.rpartition("/")[2], "x", "<b>", "é" * 3, "A" * 2_000]
    before, texts = await settled(house), set()

    for one in codes:
        async with house.client.get(f"/j/{one}", headers=HTML) as answer:
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            texts.add(await answer.text())

    assert len(texts) == 1
    [text] = texts
    assert not [one for one in codes[:3] if one in text]
    assert stored(house) == before


async def test_the_page_has_one_button_and_works_without_script(house):
    async with house.client.get(f"/j/{UNKNOWN}", headers=HTML) as answer:
        text = await answer.text()

    assert len(re.findall("<button", text)) == 1
    assert re.search(r'<form method="post"(?![^>]*action)[^>]*>', text)
    assert "<script" not in text


async def test_posting_it_gives_the_cookie_and_leads_on(house):
    path = f"/j/{await code(house)}"

    status, headers, _ = await post(house, path)

    assert (status, headers["Location"]) == (303, f"/s/{LIVE}")
    [cookie] = headers.getall("Set-Cookie")
    value, *attributes = cookie.split("; ")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}", value)
    lasts = [a for a in attributes if a.startswith(("Max-Age=", "expires="))]
    assert sorted(set(attributes) - set(lasts)) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    assert lasts
    status, _ = await house.status("GET", f"{API}/me", headers={"Cookie": value})
    assert status == 200


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.DELEGATE, f"/s/{LIVE}"),
        (Role.PRESS, f"/s/{LIVE}"),
        (Role.INTERPRETER, f"/s/{LIVE}"),
        (Role.MODERATOR, f"/s/{LIVE}/wall"),
        (Role.TECHNICIAN, f"/s/{LIVE}/wall"),
        (Role.DESK, "/desk"),
        (Role.COMMUNICATIONS, "/figures"),
    ],
)
async def test_everybody_lands_at_the_own_place_in_the_own_language(house, role, place):
    path = f"/j/{await code(house, role)}"

    assert (await post(house, path))[1]["Location"] == place
    assert (await post(house, f"{path}?lang=en"))[1]["Location"] == f"{place}?lang=en"
    assert (await post(house, f"{path}?lang=//evil.example"))[1]["Location"] == place


async def test_nothing_in_a_link_can_lead_elsewhere(house):
    one = await code(house)

    for path in (f"/j/{one}?next=https://evil.example", f"/j/{one}?lang=en%0d%0aX-Evil:1"):
        status, headers, _ = await post(house, path)
        assert (status, headers["Location"]) == (303, f"/s/{LIVE}")
        assert "X-Evil" not in headers


async def test_a_form_that_says_nothing_or_is_ours_lets_in(house):
    for headers in (
        {},
        {"Origin": house.url},
        {"Origin": "null"},
        {"Origin": "null", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ):
        assert (await post(house, f"/j/{await code(house)}", **headers))[0] == 303, headers


@pytest.mark.parametrize("wrong", [UNKNOWN, "x", "é", "a" * 5_000, "%00", "..%2f..", "eyJ.eyJ.AAAA"])
async def test_a_wrong_code_is_a_page_that_says_so(house, wrong):
    status, headers, text = await post(house, f"/j/{wrong}")

    assert status in {401, 404}
    assert "Set-Cookie" not in headers
    assert wrong not in text or len(wrong) == 1


async def test_a_code_is_good_in_capitals_too(house):
    status, _, _ = await post(house, f"/j/{(await code(house)).upper()}")

    assert status == 303


async def test_a_revoked_link_says_so(house):
    invited = await house.invite()
    await house.use.access.revoke(invited.invitation.id, "test")

    status, headers, text = await post(house, invited.link.removeprefix(house.url))

    assert (status, "Set-Cookie" in headers) == (410, False)
    assert "retirée" in text


async def test_another_persons_link_asks_before_it_replaces(house):
    here, there = await house.guest(), await house.invite()
    cookie = (await house.cookie(here))["Cookie"]
    path = there.link.removeprefix(house.url)

    asked = await post(house, path, Cookie=cookie, Origin=house.url)
    done = await post(house, path, {"replace": "yes"}, Cookie=cookie, Origin=house.url)

    assert (asked[0], "Set-Cookie" in asked[1]) == (200, False)
    assert here.seat in asked[2]
    assert 'name="replace" value="yes"' in asked[2]
    assert (done[0], "Set-Cookie" in done[1]) == (303, True)


async def test_the_own_link_opens_again_in_a_browser_that_is_in(house):
    invited = await house.invite()
    cookie = (await house.cookie(invited))["Cookie"]

    # A browser names no origin for a form on a page that sends no referrer: it sends "null".
    status, headers, _ = await post(
        house,
        invited.link.removeprefix(house.url),
        Cookie=cookie,
        Origin="null",
        Sec_Fetch_Site="same-origin",
    )

    assert (status, "Set-Cookie" in headers) == (303, True)


async def test_a_form_on_another_site_lets_nobody_in_as_somebody_else(house):
    path = f"/j/{await code(house)}"

    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
    ):
        status, answer, _ = await post(house, path, **headers)
        assert (status, "Set-Cookie" in answer) == (403, False), headers


@pytest.mark.parametrize("public_url", ["http://live.example.org", "http://192.0.2.7:8080"])
async def test_plain_http_elsewhere_than_on_this_machine_lets_nobody_in(example, tmp_path, public_url):
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data", public_url=public_url) as house:
        invited = await house.invite()
        page = await post(house, invited.link.removeprefix(public_url))
        call = await house.status("POST", f"{API}/enter", json={"token": invited.token})

    assert (page[0], "Set-Cookie" in page[1]) == (403, False)
    assert "https" in page[2]
    assert call == (403, "insecure_origin")


@pytest.mark.parametrize(
    "public_url", ["http://localhost:8080", "http://[::1]:8080", "http://127.0.0.1:8080", "https://a.example"]
)
async def test_https_and_this_machine_do(example, tmp_path, public_url):
    shutil.copytree(example, tmp_path / "data")
    async with open_example(tmp_path / "data", public_url=public_url) as house:
        status, headers, _ = await post(house, f"/j/{await code(house)}")

    assert (status, "Set-Cookie" in headers) == (303, True)


async def test_the_page_with_the_token_in_the_fragment_says_who_is_in_and_nothing_else(house):
    invited = await house.invite()
    headers = await house.cookie(invited) | HTML
    before = await settled(house)

    async with house.client.get("/j", headers=headers) as answer:
        text = await answer.text()

    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert invited.invitation.participant in text
    assert invited.token not in text
    assert stored(house) == before
