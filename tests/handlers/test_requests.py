"""Requests for access over HTTP: asked until the deadline, decided once, proofs gone with the decision."""

from io import BytesIO

import pytest
from aiohttp import FormData

from streamhub.access.roles import Role
from streamhub.kit.clock import DAY, HOUR, MINUTE
from tests.bulk.mail_server import mail_server
from tests.handlers.house import open_house
from tests.waiting import eventually

UNTIL = "2021-11-04T18:00:00+01:00"
PDF = b"%PDF-1.7\n" + b"x" * 2_000
PRESS = {
    "kind": "press",
    "name": "Awa Diop",
    "email": "awa@journal.example",
    "function": "Reporter",
    "medium": "Le Journal",
    "message": "Pour la page Villes.",
    "lang": "fr",
}
MEMBER = {
    "kind": "delegation",
    "name": "Koffi A.",
    "email": "koffi@ville.example",
    "function": "Conseiller",
    "delegation": "BJ",
}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path, access_requests_until=UNTIL) as house:
        yield house


@pytest.fixture
async def organiser(house):
    return await house.guest(Role.ORGANISER)


def documents(house):
    folder = house.use.folder.documents
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


async def asked(house, said=PRESS):
    status, answer = await house.ask("POST", "/access-requests", None, said)
    assert status == 201, answer
    return answer


async def put(house, made, content=PDF, secret=None, kind="application/pdf"):
    headers = {"Document-Secret": made["secret"] if secret is None else secret, "Content-Type": kind}
    path = f"/api/v1/access-requests/{made['id']}/document"
    data = BytesIO(content) if isinstance(content, bytes) else content
    async with house.client.put(path, data=data, headers=headers) as answer:
        return answer.status


async def mailed(house):
    """Wait for the end of the job."""
    await eventually(lambda: not house.use.mailing.progress.running)


async def listed(house, organiser, query=""):
    status, answer = await house.ask("GET", f"/access-requests{query}", organiser)
    assert status == 200
    return answer["items"]


async def test_the_press_asks_and_the_organiser_reads_it(house, organiser):
    made = await asked(house)

    [row] = await listed(house, organiser)

    assert {key: row[key] for key in PRESS} == PRESS
    assert (row["id"], row["state"], row["document"]) == (made["id"], "waiting", None)


async def test_accepting_issues_the_invitation_and_deletes_the_proof(house, organiser):
    made = await asked(house, MEMBER)
    assert await put(house, made) == 204
    assert documents(house) == [made["id"]]

    status, answer = await house.ask("POST", f"/access-requests/{made['id']}:accept", organiser, {})

    assert status == 201
    [item] = answer["items"]
    assert answer["mailing"] is False
    assert (item["role"], item["delegation"], item["label"]) == ("delegate", "BJ", "Conseiller")
    assert documents(house) == []
    async with house.raw("POST", "/api/v1/enter", body={"code": item["link"]}) as entered:
        assert entered.status == 204
    [row] = await listed(house, organiser)
    assert (row["state"], row["invitation"], row["name"], row["email"]) == ("accepted", item["id"], "", "")
    [identity] = [
        one for one in await house.use.access.identities() if one.participant == item["participant"]
    ]
    assert (identity.name, identity.email) == ("Koffi A.", "koffi@ville.example")


async def test_the_link_goes_out_by_mail_where_that_is_set_up(tmp_path):
    async with mail_server() as box:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
        more = {"smtp_from": "acces@sommet.example", "access_requests_until": UNTIL}
        async with open_house(tmp_path, **mail, **more) as house:
            made, organiser = await asked(house, MEMBER), await house.guest(Role.ORGANISER)
            path = f"/access-requests/{made['id']}:accept"
            _, answer = await house.ask("POST", path, organiser, {})
            await mailed(house)

    assert answer["mailing"] is True
    assert box.counts == {"koffi@ville.example": 1}


async def test_refusing_says_a_word_and_deletes_the_proof(house, organiser):
    made = await asked(house)
    await put(house, made)

    status, answer = await house.ask(
        "POST", f"/access-requests/{made['id']}:refuse", organiser, {"reason": "La salle est pleine."}
    )

    assert (status, answer["state"], answer["reason"]) == (200, "refused", "La salle est pleine.")
    assert documents(house) == []
    assert (await house.ask("GET", f"/access-requests/{made['id']}/document", organiser))[0] == 404


@pytest.mark.parametrize("again", [":accept", ":refuse"])
async def test_a_request_is_decided_once(house, organiser, again):
    made = await asked(house)
    await house.ask("POST", f"/access-requests/{made['id']}:refuse", organiser, {})

    status, problem = await house.ask("POST", f"/access-requests/{made['id']}{again}", organiser, {})

    assert (status, problem["code"]) == (409, "state_conflict")


async def test_the_press_needs_a_delegation_to_sit_in(house, organiser):
    made = await asked(house)
    path = f"/access-requests/{made['id']}:accept"

    status, problem = await house.ask("POST", path, organiser, {})
    assert (status, problem["errors"][0]["field"]) == (422, "delegation")

    status, answer = await house.ask(
        "POST", path, organiser, {"delegation": "UNESCO", "sessions": ["ouverture"]}
    )
    assert status == 201
    [item] = answer["items"]
    assert (item["role"], item["label"], item["sessions"]) == ("press", "Reporter, Le Journal", ["ouverture"])


@pytest.mark.parametrize("role", ["organiser", "moderator", "desk", "technician"])
async def test_nobody_comes_to_work_here_by_a_public_form(house, organiser, role):
    made = await asked(house)

    status, problem = await house.ask(
        "POST", f"/access-requests/{made['id']}:accept", organiser, {"role": role, "delegation": "BJ"}
    )

    assert (status, problem["errors"][0]["field"]) == (422, "role")


async def test_one_may_ask_until_the_deadline_and_not_at_it(house):
    house.clock.advance(ms=5 * HOUR - 1)
    await asked(house)

    house.clock.advance(ms=1)

    status, problem = await house.ask("POST", "/access-requests", None, PRESS)
    assert (status, problem["code"]) == (409, "state_conflict")


async def test_a_summit_without_a_deadline_takes_no_requests(tmp_path):
    async with open_house(tmp_path) as house:
        assert (await house.ask("POST", "/access-requests", None, PRESS))[0] == 409
        async with house.raw("GET", "/access-request") as page:
            assert "<form" not in await page.text()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "awa"}, "email"),
        ({"email": "a b@c.example"}, "email"),
        ({"function": ""}, "function"),
        ({"medium": ""}, "medium"),
        ({"message": "x" * 2_001}, "message"),
        ({"kind": "delegation", "delegation": "XX"}, "delegation"),
        ({"kind": "delegation", "delegation": "STAFF"}, "delegation"),
        ({"kind": "minister"}, "kind"),
        ({"role": "organiser"}, "role"),
    ],
)
async def test_what_is_missing_or_wrong_is_named(house, changed, field):
    status, problem = await house.ask("POST", "/access-requests", None, PRESS | changed)

    assert status == 422
    assert field in {error["field"] for error in problem["errors"]}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (PDF, "application/pdf", 204),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 9, "image/png", 204),
        (b"\xff\xd8\xff\xe0" + b"x" * 9, "image/jpeg", 204),
        (b"<html><script>alert(1)</script>", "application/pdf", 422),
        (b"MZ\x90\x00", "image/png", 422),
        (b"", "image/png", 422),
        (PDF, "text/html", 415),
        (b"%PDF-" + b"x" * (5 * 1024 * 1024), "application/pdf", 413),
    ],
)
async def test_a_proof_is_what_its_first_bytes_say(house, content, kind, status):
    made = await asked(house)

    assert await put(house, made, content, kind=kind) == status
    assert documents(house) == ([made["id"]] if status == 204 else [])


async def test_a_file_that_grows_on_the_way_is_cut_and_leaves_nothing(house):
    made = await asked(house)

    async def endless():
        yield PDF
        for _ in range(100):
            yield b"x" * 65_536

    assert await put(house, made, endless()) == 422
    assert documents(house) == []


async def test_the_secret_opens_one_upload_within_the_hour(house):
    made, late = await asked(house), await asked(house)

    assert await put(house, made, secret="x" * 26) == 404
    assert await put(house, made, secret=late["secret"]) == 404
    assert await put(house, made) == 204
    assert await put(house, made) == 404
    house.clock.advance(ms=HOUR)
    assert await put(house, late) == 404


async def test_the_proof_is_for_organisers_and_saved_never_shown(house, organiser):
    made = await asked(house)
    await put(house, made)
    path = f"/api/v1/access-requests/{made['id']}/document"

    async with house.raw("GET", path, organiser) as answer:
        assert (answer.status, await answer.read()) == (200, PDF)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{made["id"]}.pdf"'
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


ROUTES = [
    ("GET", "/access-requests"),
    ("GET", "/access-requests/r_x/document"),
    ("POST", "/access-requests/r_x:accept"),
    ("POST", "/access-requests/r_x:refuse"),
    ("GET", "/connection-tests"),
]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ORGANISER}))
async def test_only_organisers_read_and_decide(house, role):
    guest = await house.guest(role)

    for method, path in ROUTES:
        assert (await house.ask(method, path, guest, {} if method == "POST" else None))[0] == 403
        assert (await house.ask(method, path, None, {} if method == "POST" else None))[0] == 401


async def test_requests_are_listed_by_state_and_page(house, organiser):
    first, second, third = [await asked(house) for _ in range(3)]
    await house.ask("POST", f"/access-requests/{second['id']}:refuse", organiser, {})

    waiting = await listed(house, organiser, "?state=waiting")
    _, page = await house.ask("GET", "/access-requests?limit=2", organiser)
    _, rest = await house.ask("GET", f"/access-requests?limit=2&cursor={page['next']}", organiser)

    assert [row["id"] for row in waiting] == [first["id"], third["id"]]
    assert [row["id"] for row in page["items"] + rest["items"]] == [first["id"], second["id"], third["id"]]
    assert rest["next"] is None


async def test_one_address_asks_so_often_and_then_waits(house):
    for _ in range(10):
        await asked(house)

    async with house.raw("POST", "/api/v1/access-requests", body=PRESS) as answer:
        assert (answer.status, int(answer.headers["Retry-After"]) <= 60) == (429, True)
    house.clock.advance(ms=MINUTE)
    await asked(house)


async def test_what_was_refused_is_forgotten_after_the_days_of_names(house, organiser):
    made = await asked(house)
    await house.ask("POST", f"/access-requests/{made['id']}:refuse", organiser, {})

    house.clock.advance(ms=30 * DAY - 1)
    await house.use.requests.purge()
    kept = len((await house.use.requests.requests()).items)
    house.clock.advance(ms=1)
    await house.use.requests.purge()

    assert (kept, (await house.use.requests.requests()).items) == (1, ())


@pytest.mark.parametrize("refused", [True, False])
async def test_a_request_is_deleted_with_its_proof_and_every_byte_of_it(house, organiser, refused):
    made = await asked(house)
    await put(house, made)
    if refused:
        await house.ask("POST", f"/access-requests/{made['id']}:refuse", organiser, {"reason": "Complet."})

    status, _ = await house.ask("DELETE", f"/access-requests/{made['id']}", organiser)

    assert (status, await listed(house, organiser), documents(house)) == (204, [], [])
    assert PRESS["email"].encode() not in house.use.folder.database.read_bytes()
    again, _ = await house.ask("DELETE", f"/access-requests/{made['id']}", organiser)
    assert again == 404


async def test_of_somebody_who_was_let_in_the_person_is_erased_not_the_request(house, organiser):
    made = await asked(house, MEMBER)
    await house.ask("POST", f"/access-requests/{made['id']}:accept", organiser, {})

    status, answer = await house.ask("DELETE", f"/access-requests/{made['id']}", organiser)

    assert (status, answer["code"]) == (409, "state_conflict")


async def test_what_nobody_decided_is_forgotten_as_long_after_the_deadline(house):
    made = await asked(house)
    await put(house, made)

    house.clock.advance(ms=5 * HOUR + 30 * DAY - 1)
    await house.use.requests.purge()
    kept = len((await house.use.requests.requests()).items)
    house.clock.advance(ms=1)
    await house.use.requests.purge()

    assert (kept, (await house.use.requests.requests()).items, documents(house)) == (1, (), [])


# The page


def form(values, file=None):
    data = FormData(default_to_multipart=True)
    for name, value in values.items():
        data.add_field(name, value)
    if file is not None:
        data.add_field("document", file, filename="carte.pdf", content_type="application/pdf")
    return data


async def post(house, values, file=None, **headers):
    async with house.client.post(
        "/access-request", data=form(values, file), allow_redirects=False, headers=headers
    ) as answer:
        return answer.status, answer.headers.get("Location"), await answer.text()


AGREED = {"consent": "yes"}


async def test_the_form_works_without_a_script_and_with_a_file(house, organiser):
    status, location, _ = await post(house, PRESS | AGREED, PDF)

    assert (status, location) == (303, "/access-request?sent=1")
    [row] = await listed(house, organiser)
    assert row["document"] == {"type": "application/pdf", "bytes": len(PDF)}
    assert documents(house) == [row["id"]]


async def test_what_is_wrong_in_the_form_stands_there_with_what_was_typed(house, organiser):
    status, _, text = await post(house, PRESS | AGREED | {"email": "awa", "name": "A <b>"}, PDF)

    assert status == 422
    assert 'value="A &lt;b&gt;"' in text
    assert 'id="w-email"' in text
    assert 'id="w-name"' not in text
    assert await listed(house, organiser) == []
    assert documents(house) == []


async def test_a_file_that_is_not_taken_is_said_beside_the_file(house, organiser):
    status, _, text = await post(house, PRESS | AGREED, b"<svg onload=alert(1)>")

    assert (status, 'id="w-document"' in text) == (422, True)
    assert await listed(house, organiser) == []
    assert documents(house) == []


async def test_everything_that_has_to_be_mended_is_said_at_once(house):
    _, _, text = await post(house, {}, b"MZ")

    wrong = {"kind", "name", "email", "function", "medium", "consent", "document"}
    assert {field for field in wrong if f'id="w-{field}"' in text} == wrong


async def test_nothing_is_kept_without_consent(house, organiser):
    status, _, text = await post(house, PRESS)

    assert (status, 'id="w-consent"' in text) == (422, True)
    assert await listed(house, organiser) == []


async def test_a_program_that_fills_in_what_nobody_sees_is_thanked_and_ignored(house, organiser):
    status, location, _ = await post(house, PRESS | AGREED | {"website": "http://spam.example"}, PDF)

    assert (status, location) == (303, "/access-request?sent=1")
    assert await listed(house, organiser) == []
    assert documents(house) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ],
)
async def test_a_form_on_another_site_sends_nothing(house, organiser, headers):
    status, _, _ = await post(house, PRESS | AGREED, **headers)

    assert status == 403
    assert await listed(house, organiser) == []


async def test_texts_of_a_form_are_short(house, organiser):
    status, _, _ = await post(house, PRESS | AGREED | {"message": "x" * 20_000})

    assert status == 422
    assert await listed(house, organiser) == []


async def test_nothing_is_left_of_a_file_whose_form_cannot_be_read(house):
    longer = FormData(default_to_multipart=True)
    longer.add_field("document", PDF, filename="carte.pdf", content_type="application/pdf")
    longer.add_field("message", "x" * 20_000)
    cut = b'--b\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n' + PDF

    async with house.client.post("/access-request", data=longer) as answer:
        assert answer.status == 422
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    async with house.client.post("/access-request", data=cut, headers=kind) as answer:
        assert answer.status == 422

    assert documents(house) == []


async def test_no_file_is_taken_in_when_no_requests_are_taken(house, monkeypatch):
    house.clock.advance(ms=5 * HOUR)
    monkeypatch.setattr(house.use.requests, "receive", None)

    assert (await post(house, PRESS | AGREED, PDF))[0] == 409


async def test_a_form_of_another_kind_is_refused(house):
    async with house.client.post("/access-request", data=PRESS) as answer:
        assert answer.status == 415


@pytest.mark.parametrize(("lang", "words"), [("fr", "Votre demande est arrivée."), ("en", "has arrived")])
async def test_the_thanks_are_in_the_readers_language(house, lang, words):
    async with house.raw("GET", f"/access-request?sent=1&lang={lang}") as page:
        assert words in await page.text()


async def test_after_the_deadline_the_page_says_until_when_it_was(house):
    house.clock.advance(ms=5 * HOUR)

    async with house.raw("GET", "/access-request?lang=fr") as page:
        text = await page.text()

    assert "<form" not in text
    assert "4 novembre 2021 à 18:00" in text
