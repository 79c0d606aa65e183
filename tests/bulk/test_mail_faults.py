"""Mail servers that fail, and a process that dies in between: nobody gets a letter twice."""

import asyncio
import shutil
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from streamhub.access import mail_store
from streamhub.access.mail_model import MailState
from streamhub.kit.errors import MailUnavailable
from tests.bulk.conftest import URL
from tests.bulk.mail_server import FOR_GOOD, LATER, mail_server
from tests.nursery import Child, born
from tests.process import ENVIRONMENT, streamhub

PEOPLE = [f"p{number:02}" for number in range(12)]


async def states(house) -> Counter[str]:
    """How many mails stand where."""
    return Counter(mail.state.value for mail in await house.use.mail.mails())


async def test_a_line_cut_before_the_letter_is_tried_again_at_once(house, post):
    await house.invite("awa", "leo")
    post.hang_up_on["awa@example.org"] = "recipient"

    await house.send()

    assert post.counts == {"awa@example.org": 1, "leo@example.org": 1}
    assert post.connections == 2


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_line_cut_while_the_letter_is_under_way_leaves_it_unknown_and_unsent(house, post, moment):
    await house.invite("awa", "leo")
    post.hang_up_on["awa@example.org"] = moment

    report = await house.send()
    again = await house.send()

    assert report.count(MailState.UNKNOWN) == 1
    assert again.steps == ()
    assert post.counts["awa@example.org"] == (1 if moment == "after" else 0)
    assert post.counts["leo@example.org"] == 1


async def test_an_unknown_letter_goes_out_again_only_when_asked_and_is_seen_to_be_the_same(house, post):
    await house.invite("awa")
    post.hang_up_on["awa@example.org"] = "after"
    await house.send()

    await house.send(retry_unknown=True)

    [(_, first), (_, second)] = post.received
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_server_that_hangs_up_on_every_letter_is_left_after_three(house, post):
    await house.invite(*PEOPLE)
    for name in PEOPLE:
        post.hang_up_on[f"{name}@example.org"] = "before"

    with pytest.raises(MailUnavailable, match="hung up on 3"):
        await house.send()

    assert await states(house) == {"unknown": 3, "queued": 9}


async def test_a_server_that_refuses_the_first_ten_is_not_asked_any_more(house, post):
    await house.invite(*PEOPLE)
    post.recipients |= {f"{name}@example.org": FOR_GOOD for name in PEOPLE}

    with pytest.raises(MailUnavailable, match=r"refused the first 10 letters: 550 5\.1\.1 <\[mail\]>"):
        await house.send()

    assert await states(house) == {"refused": 10, "queued": 2}


async def test_a_server_that_puts_ten_off_is_asked_later(house, post):
    await house.invite(*PEOPLE)
    post.recipients |= {f"{name}@example.org": LATER for name in PEOPLE}

    with pytest.raises(MailUnavailable, match="come back later: 450"):
        await house.send()
    post.recipients.clear()
    await house.send()

    assert set(post.counts.values()) == {1}
    assert len(post.counts) == 12


@pytest.mark.parametrize("answer", ["550 5.7.1 not you", "530 5.7.0 log in first"])
async def test_a_server_that_refuses_the_sender_refuses_nobody_else(house, post, answer):
    await house.invite("awa", "leo")
    post.sender_answer = answer

    with pytest.raises(MailUnavailable, match="refuses us"):
        await house.send()

    assert await states(house) == {"queued": 2}


async def test_a_slow_server_is_waited_for_only_so_long(house, post):
    house.with_settings(smtp_seconds=1)
    await house.invite("awa", "leo")
    post.hold_after = 0

    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(house.send())
        await post.held.wait()
        post.hold_after = None

    assert [step.outcome.state for step in sending.result().steps] == [MailState.UNKNOWN, MailState.SENT]
    assert post.counts == {"awa@example.org": 1, "leo@example.org": 1}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "works"), [("richtig", True), ("falsch", False)])
async def test_the_server_may_ask_for_a_login(house, password, works):
    await house.invite("awa")
    async with mail_server(auth_required=True, auth_require_tls=False) as post:
        house.with_settings(
            smtp_host="127.0.0.1",
            smtp_port=post.port,
            smtp_security="none",
            smtp_user="versand",
            smtp_password=password,
        )
        if works:
            await house.send()
        else:
            with pytest.raises(MailUnavailable, match="login: 535"):
                await house.send()

    assert post.counts == ({"awa@example.org": 1} if works else {})
    assert await states(house) == {"sent": 1} if works else {"queued": 1}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of localhost and its key, in two files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate is judged by the real clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


def server_side(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


async def test_letters_are_encrypted_once_the_server_has_shown_who_it_is(house, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    await house.invite("awa")
    async with mail_server(server_side(certificate)) as post:
        house.with_settings(smtp_host="localhost", smtp_port=post.port, smtp_security="starttls")

        await house.send()

    assert post.counts == {"awa@example.org": 1}
    assert post.encrypted == [True]


async def test_a_server_that_nobody_vouches_for_gets_no_letter(house, certificate):
    await house.invite("awa")
    async with mail_server(server_side(certificate)) as post:
        house.with_settings(smtp_host="localhost", smtp_port=post.port, smtp_security="starttls")

        with pytest.raises(MailUnavailable):
            await house.send()

    assert post.counts == {}


async def test_nothing_goes_out_in_the_open_where_encryption_was_asked_for(house):
    await house.invite("awa")
    async with mail_server() as post:
        house.with_settings(smtp_host="localhost", smtp_port=post.port, smtp_security="starttls")

        with pytest.raises(MailUnavailable, match="cannot be used"):
            await house.send()

    assert post.counts == {}
    assert post.encrypted == []


async def test_a_letter_left_over_by_a_dead_sender_is_unknown(house, post):
    await house.invite("awa", "leo")
    [row, _] = await house.use.access.every_invitation()
    await house.use.db.write(lambda tx: mail_store.queue(tx, [(row.id, 1)], house.clock.now(), "test"))
    await house.use.db.write(lambda tx: mail_store.claim(tx, row.id, 1, house.clock.now()))

    report = await house.send()

    assert report.unknown == 1
    assert post.counts == {"leo@example.org": 1}
    assert await states(house) == {"unknown": 1, "sent": 1}


# The real program, killed while it sends


async def sending(folder, port, *options) -> Child:
    """``streamhub invite send`` in a process of its own."""
    arguments = ("invite", "send", "--data", str(folder), *options)
    return await born(arguments, ENVIRONMENT | mail_environment(port), None, b"")


def mail_environment(port) -> dict[str, str]:
    return {
        "STREAMHUB_SMTP_HOST": "127.0.0.1",
        "STREAMHUB_SMTP_PORT": str(port),
        "STREAMHUB_SMTP_SECURITY": "none",
        "STREAMHUB_SMTP_FROM": "acces@sommet.example",
        "STREAMHUB_MAIL_PER_MINUTE": "60000",
        "STREAMHUB_PUBLIC_URL": URL,
    }


async def test_killed_again_and_again_nobody_gets_two_and_whoever_may_have_got_one_is_told(data):
    async with mail_server() as post:
        for letters, kept in ((2, True), (4, False), (0, True)):
            post.hold_after, post.keep_held = len(post.received) + letters, kept
            post.held, post.go = asyncio.Event(), asyncio.Event()
            process = await sending(data, post.port)
            await post.held.wait()
            process.kill()
            await process.wait()
            post.go.set()
        post.hold_after = None
        last = await sending(data, post.port)
        out, err = await last.communicate()
        before = post.counts
        asked = await sending(data, post.port, "--retry-unknown")
        await asked.communicate()

    assert (process.returncode, last.returncode, asked.returncode) == (-9, 0, 0), err.decode()
    assert set(before.values()) == {1}
    assert len(before) == len(PEOPLE) - 1
    assert "3 may have been sent" in err.decode()
    assert "3 sent" in out.decode()
    assert len(post.counts) == len(PEOPLE)


async def test_ctrl_c_ends_after_the_letter_at_hand_and_the_same_command_goes_on(data):
    async with mail_server() as post:
        post.hold_after = 2
        first = await sending(data, post.port)
        await post.held.wait()
        first.send_signal(2)
        post.hold_after = None
        post.go.set()
        _, err = await first.communicate()
        second = await sending(data, post.port)
        await second.communicate()

    assert (first.returncode, second.returncode) == (1, 0)
    assert "goes on from here" in err.decode()
    assert "unknown" not in err.decode()
    assert post.counts == {f"{name}@example.org": 1 for name in PEOPLE}


async def test_neither_log_nor_output_of_sending_shows_an_address_or_a_link(data):
    async with mail_server() as post:
        post.recipients["p03@example.org"] = FOR_GOOD
        process = await sending(data, post.port)
        out, err = await process.communicate()

    said = out.decode() + err.decode()
    codes = [
        str(letter.get_body(("plain",)).get_content()).split("/j/")[1][:26] for _, letter in post.received
    ]
    assert "BJ-04 refused (550 5.1.1 <[mail]> no such mailbox at [address])" in said
    assert "example.org" not in said.replace(URL, "")
    assert not [code for code in codes if code in said]


@pytest.fixture(scope="module")
async def loaded_folder(tmp_path_factory):
    """A data folder with a dozen invited people, made once on the command line."""
    source = tmp_path_factory.mktemp("files")
    (source / "summit.toml").write_text(
        'slug = "sommet"\ntitle_fr = "Sommet"\ntimezone = "Europe/Brussels"\n'
    )
    (source / "programme.csv").write_text(
        "slug,date,start,end,kind,venue,title_fr\nouverture,2031-11-04,10:00,12:00,plenary,Hall,Ouverture\n"
    )
    (source / "delegations.csv").write_text("code,name_fr,kind,country\nBJ,Bénin,country,BJ\n")
    rows = [f"{name},BJ,delegate,{name}@example.org" for name in PEOPLE]
    (source / "participants.csv").write_text("\n".join(["external_id,delegation,role,email", *rows]) + "\n")
    await streamhub("summit", "load", str(source), "--data", str(source / "data"))
    return source / "data"


@pytest.fixture
def data(loaded_folder, tmp_path):
    """A copy that the test may change."""
    shutil.copytree(loaded_folder, tmp_path / "data")
    return tmp_path / "data"
