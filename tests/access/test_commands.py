"""The commands ``invite``, ``keys`` and ``token``, as a person types them."""

import csv
import io
import json
import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streamhub.access import tokens
from streamhub.access.keys import generate, public_jwk
from streamhub.access.roles import Role
from streamhub.access.strict import Claims
from streamhub.cli import cli
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import StreamhubError
from tests.access.jws_samples import ES256_KEY, HS256, HS256_KEY, PUBLISHED, jwks
from tests.access.outside_samples import TICKETS, Entry, ticket, write_issuers
from tests.access.token_samples import CLAIMS


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example summit, made once."""
    folder = tmp_path_factory.mktemp("loaded")
    source = folder / "files"
    source.mkdir()
    (source / "summit.toml").write_text(
        'slug = "sommet"\ntitle_fr = "Sommet"\ntimezone = "Europe/Brussels"\n'
    )
    (source / "programme.csv").write_text(
        "slug,date,start,end,kind,venue,title_fr\nouverture,2031-11-04,10:00,12:00,plenary,Hall,Ouverture\n"
    )
    (source / "delegations.csv").write_text(
        "code,name_fr,kind,country\nBJ,Bénin,country,BJ\nSN,Sénégal,country,SN\n"
    )
    done = command("summit", "load", str(source), "--data", str(folder / "data"))
    assert done.exit_code == 0, done.output
    return folder / "data"


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    shutil.copytree(loaded, tmp_path / "data")
    return tmp_path / "data"


def command(*arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None) -> Result:
    """Run a command; what it refuses becomes exit 1, as ``main`` makes it."""
    result = CliRunner(env=env).invoke(cli, arguments, input=stdin)
    if isinstance(result.exception, StreamhubError):
        result.exit_code = 1
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def issue(data: Path, *more: str) -> list[dict[str, object]]:
    """Issued invitations as JSON."""
    done = command("invite", "issue", "--data", str(data), "--json", *more)
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_issue_prints_participant_and_link(data):
    done = command(
        "invite", "issue", "--data", str(data), "--role", "delegate", "--delegation", "BJ", "--count", "3"
    )

    lines = [line.split(" ") for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert len(lines) == 3
    for participant, link in lines:
        assert participant.startswith("p_")
        assert link.startswith("http://127.0.0.1:8080/j/")


def test_staff_need_no_delegation(data):
    for role in ("moderator", "desk", "communications", "organiser", "technician", "interpreter"):
        [issued] = issue(data, "--role", role)
        assert (issued["role"], issued["delegation"]) == (role, "STAFF")


def test_issue_as_json_gives_the_objects_of_the_interface(data):
    [issued] = issue(
        data, "--role", "delegate", "--delegation", "BJ", "--sessions", "ouverture", "--devices", "3"
    )

    assert {"id", "participant", "delegation", "role", "sessions", "link", "token", "expires_at"} <= set(
        issued
    )
    assert issued["sessions"] == ["ouverture"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--role", "delegate", "--delegation", "XX"), 1),
        (("--role", "delegate"), 1),
        (("--role", "king"), 2),
        ((), 2),
        (("--role", "delegate", "--delegation", "BJ", "--count", "0"), 1),
        (("--role", "delegate", "--delegation", "BJ", "--sessions", ","), 1),
    ],
)
def test_a_wrong_order_is_refused(data, arguments, code):
    assert command("invite", "issue", "--data", str(data), *arguments).exit_code == code


def test_listing_revoking_and_replacing(data):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")
    base = ("--data", str(data))

    listed = json.loads(command("invite", "list", "--json", *base).stdout)
    replaced = command("invite", "replace", *base, str(issued["id"]))
    revoked = command("invite", "revoke", *base, str(issued["id"]))
    again = command("invite", "replace", *base, str(issued["id"]))
    unknown = command("invite", "revoke", *base, "i_none")
    plain = command("invite", "list", *base)

    assert [row["id"] for row in listed] == [issued["id"]]
    assert not {"link", "token"} & set(listed[0])
    assert replaced.stdout.startswith(f"{issued['participant']} http://")
    assert revoked.exit_code == 0
    assert (again.exit_code, unknown.exit_code) == (1, 1)
    assert "revoked" in plain.stdout


def test_export_writes_links_and_no_formula(data, tmp_path):
    issue(data, "--role", "delegate", "--delegation", "BJ", "--label", "=1+1")
    issue(data, "--role", "moderator")
    [gone] = issue(data, "--role", "delegate", "--delegation", "SN")
    command("invite", "revoke", "--data", str(data), str(gone["id"]))
    file = tmp_path / "links.csv"

    done = command("invite", "export", "--data", str(data), "--format", "csv", "-o", str(file))

    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert done.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row["seat"] for row in rows] == ["BJ-01", "MOD-01"]
    assert rows[0]["label"] == "'=1+1"
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/j/[a-z2-7]{26}", rows[0]["link"])


def test_export_prints_badges_in_protocol_order(data):
    issue(data, "--role", "moderator")
    issue(data, "--role", "delegate", "--delegation", "SN", "--label", "<b>Ministre</b>")
    issue(data, "--role", "delegate", "--delegation", "BJ")

    page = command("invite", "export", "--data", str(data), "--format", "html").stdout

    assert page.count('<li class="badge">') == 3
    assert page.index("Bénin") < page.index("Sénégal") < page.index("MOD-01")
    assert "&lt;b&gt;Ministre" in page
    assert "<script" not in page


def test_inspect_explains_a_good_token(data):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")

    shown = command("token", "inspect", "--data", str(data), "-", stdin=f"{issued['token']}\n")
    as_json = command(
        "token", "inspect", "--data", str(data), "--json", env={"STREAMHUB_TOKEN": str(issued["token"])}
    )

    assert shown.exit_code == 0
    assert "signed by: our key k_" in shown.stdout
    assert f'sub: "{issued["participant"]}"' in shown.stdout
    assert "good now" in shown.stdout
    assert json.loads(as_json.stdout)["valid"] is True


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text[:-6] + "AAAAAA", "token_invalid (signature"),
        (lambda text: text + "=", "token_invalid (alphabet"),
        (lambda _: "nonsense", "token_invalid (segments"),
        (lambda _: "", "token_invalid (segments"),
        (lambda text: text.split(".")[0] + ".e30.AAAA", "token_invalid (claim_missing"),
    ],
    ids=["other signature", "padding", "no segments", "nothing", "no claims"],
)
def test_inspect_says_why_a_token_is_refused(data, damage, says):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")

    done = command("token", "inspect", "--data", str(data), damage(str(issued["token"])))

    assert done.exit_code == 1
    assert says in done.stdout


def test_inspect_says_that_an_invitation_was_revoked_or_is_for_another_session(data):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")
    base = ("token", "inspect", "--data", str(data))

    elsewhere = command(*base, "--session", "nulle-part", str(issued["token"]))
    command("invite", "revoke", "--data", str(data), str(issued["id"]))
    revoked = command(*base, str(issued["token"]))

    assert "refused: unknown_session" in elsewhere.stdout
    assert "refused: invitation_revoked" in revoked.stdout
    assert "signed by: our key" in revoked.stdout


def test_inspect_without_a_token_is_wrong_usage(data):
    assert command("token", "inspect", "--data", str(data)).exit_code == 2


def test_keys_are_listed(data):
    [key] = json.loads(command("keys", "list", "--data", str(data), "--json").stdout)
    plain = command("keys", "list", "--data", str(data))

    assert key["alg"] == "EdDSA"
    assert plain.stdout.startswith(key["kid"])
    assert "PRIVATE" not in plain.stdout


def test_rotating_keeps_the_key_before_until_its_tokens_are_over(data):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")
    base = ("--data", str(data))

    new, old = json.loads(command("keys", "rotate", "--json", *base).stdout)
    plain = command("keys", "list", *base)
    shown = command("token", "inspect", *base, str(issued["token"]))
    [again] = issue(data, "--role", "delegate", "--delegation", "SN")

    assert (new["state"], old["state"], old["verify_until"]) == ("signs", "verifies", issued["expires_at"])
    assert [line.split()[0] for line in plain.stdout.splitlines()] == [new["kid"], old["kid"]]
    assert f"checks its tokens until {old['verify_until']}" in plain.stdout
    assert [file.name for file in (data / "keys").iterdir()] == [f"{new['kid']}.pem"]
    assert f"signed by: our key {old['kid']}" in shown.stdout
    assert command("token", "inspect", *base, str(again["token"])).exit_code == 0


def test_rotating_away_a_key_that_leaked(data):
    [issued] = issue(data, "--role", "delegate", "--delegation", "BJ")

    command("keys", "rotate", "--overlap", "0", "--data", str(data))
    shown = command("token", "inspect", "--data", str(data), str(issued["token"]))
    wrong = command("keys", "rotate", "--overlap", "-1", "--data", str(data))

    assert (shown.exit_code, wrong.exit_code) == (1, 2)
    assert "signed by: nobody we know" in shown.stdout
    assert "over since" in command("keys", "list", "--data", str(data)).stdout


def test_renewing_prints_the_new_links_of_the_delegation(data):
    issued = issue(data, "--role", "delegate", "--delegation", "BJ", "--count", "2")
    issue(data, "--role", "delegate", "--delegation", "SN")
    base = ("--data", str(data))

    lines = [line.split(" ") for line in command("invite", "renew", *base, "BJ").stdout.splitlines()]
    shown = command("token", "inspect", *base, str(issued[0]["token"]))
    again = json.loads(command("invite", "renew", "--json", *base, "BJ").stdout)
    unknown = command("invite", "renew", *base, "XX")

    assert [participant for participant, _ in lines] == [one["participant"] for one in issued]
    assert not {link for _, link in lines} & {one["link"] for one in issued}
    assert "refused: invitation_revoked" in shown.stdout
    assert command("token", "inspect", *base, again[0]["token"]).exit_code == 0
    assert unknown.exit_code == 1


def test_inspect_names_another_issuer(data, tmp_path):
    now = SystemClock().now() // 1_000
    environment = {"STREAMHUB_ISSUERS_FILE": str(write_issuers(tmp_path, Entry(roles=["delegate"])))}
    times = {"nbf": now - 5, "iat": now - 5, "exp": now + 600}

    shown = [
        command("token", "inspect", "--data", str(data), text, env=environment)
        for text in (ticket(**times), ticket(**times, role="press"), ticket(**times, dlg="XX"))
    ]
    without = command("token", "inspect", "--data", str(data), ticket(**times))

    assert [done.exit_code for done in shown] == [0, 1, 1]
    assert all(f"signed by: key k of {TICKETS}" in done.stdout for done in shown)
    assert "refused: role_forbidden" in shown[1].stdout
    assert "refused: token_invalid (delegation" in shown[2].stdout
    assert "signed by: nobody we know" in without.stdout


def test_a_wrong_file_of_issuers_is_found_before_the_start(data, tmp_path):
    file = write_issuers(tmp_path, Entry(roles=["king"]))

    done = command("config", "check", "--data", str(data), env={"STREAMHUB_ISSUERS_FILE": str(file)})

    assert done.exit_code == 1
    assert "no role 'king'" in str(done.exception)


# token verify


@pytest.mark.parametrize("name", PUBLISHED)
def test_raw_verifies_the_published_examples(tmp_path, name):
    key, token = PUBLISHED[name]
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(key))

    done = command("token", "verify", "--raw", "--jwks", str(file), token)

    assert (done.exit_code, done.stdout) == (0, "ok\n")


def test_raw_judges_each_line_of_standard_input_as_it_is(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(HS256_KEY))
    lines = [HS256, "", HS256 + " ", "\t" + HS256, HS256 + "\r", "é", HS256]

    done = command(
        "token", "verify", "--raw", "--jwks", str(file), "-", stdin=("\n".join(lines) + "\n").encode()
    )

    assert done.stdout.splitlines() == ["ok", *["refused token_invalid"] * 5, "ok"]
    assert done.exit_code == 1


def test_bytes_that_are_no_text_are_refused(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(HS256_KEY))

    done = command("token", "verify", "--raw", "--jwks", str(file), "-", stdin=b"\xff\xfe\n")

    assert (done.exit_code, done.stdout) == (1, "refused token_invalid\n")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        jwks(HS256_KEY, ES256_KEY),
        jwks({"kty": "oct", "k": "AAAA"}),
        jwks(ES256_KEY | {"use": "enc"}),
    ],
)
@pytest.mark.parametrize("raw", [("--raw",), ()])
def test_a_refused_key_set_is_wrong_usage_with_a_clear_message(tmp_path, document, raw):
    file = tmp_path / "jwks.json"
    file.write_bytes(document)

    done = command("token", "verify", *raw, "--jwks", str(file), HS256)

    assert done.exit_code == 2
    assert "jwks.json: the key set is refused: " in done.stderr
    assert done.stdout == ""


def test_a_missing_key_set_or_token_is_wrong_usage(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(HS256_KEY))

    assert command("token", "verify", "--jwks", str(tmp_path / "none"), HS256).exit_code == 2
    assert command("token", "verify", "--jwks", str(file)).exit_code == 2
    assert command("token", "verify", HS256).exit_code == 2


def test_join_tokens_are_verified_with_their_claims(tmp_path):
    key = generate("k_partner")
    now = SystemClock().now() // 1_000
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(public_jwk(key.kid, key.public())))

    def made(**changes: object) -> str:
        fresh = {
            "iss": "https://live.example.org",
            "nbf": now - 5,
            "iat": now - 5,
            "exp": now + 600,
        } | changes
        claims = {name: getattr(CLAIMS, name) for name in Claims.__slots__} | fresh
        return tokens.encode(Claims(**claims), key)

    given = [
        made(),
        made(exp=now - 1),
        made(nbf=now + 300),
        made(iss="https://other.example"),
        made(role=Role.ORGANISER, sid=None),
        HS256,
    ]
    done = command(
        *("token", "verify", "--jwks", str(file), *given),
        env={"STREAMHUB_ISSUER": "https://live.example.org"},
    )

    assert done.stdout.splitlines() == [
        "ok",
        "refused token_expired",
        "refused token_not_yet_valid",
        "refused token_invalid",
        "ok",
        "refused token_invalid",
    ]
    assert done.exit_code == 1


def test_who_will_speak_is_invited_as_such(data):
    issue(data, "--role", "delegate", "--delegation", "BJ")
    issue(data, "--role", "delegate", "--delegation", "BJ", "--speak")

    listed = json.loads(command("invite", "list", "--data", str(data), "--json").stdout)

    assert [(one["seat"], one["speak"]) for one in listed] == [("BJ-01", False), ("BJ-02", True)]
