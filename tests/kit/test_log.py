"""What a log line may say, and what never gets into one."""

import json
import logging
import secrets
import sys

import pytest
import sqlalchemy as sa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from streamhub.kit import log
from streamhub.kit.errors import StorageUnavailable
from streamhub.kit.ids import new_id, random_base32
from streamhub.kit.log import redact, redacted
from tests.support import open_database

CODE = "k3x7q2mzab4cdefghijklmnopq"
TOKEN = "eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIn0.eyJzdWIiOiJwX2EifQ.c2lnbmF0dXJl-_9"
COOKIE = "Zk3-xQ_7mzAB4cdEFghIJklMNopQRstUVwxYZ012345"


@pytest.fixture
def lines(monkeypatch):
    """What is logged in the test, at every level, as parsed lines."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = Written()
    monkeypatch.setattr(sys, "stderr", written)
    log.configure("debug")
    [written.handler] = root.handlers
    yield written
    root.handlers[:] = before
    root.setLevel(level)


class Written:
    """A stream that keeps what is written to it."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def last(self):
        return json.loads(self.text.splitlines()[-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"GET /j/{CODE} failed", "GET /j/- failed"),
        (f"https://live.example.org/j/{CODE}?lang=fr", "https://live.example.org/j/-?lang=fr"),
        (f"code {CODE}, again", "code [code], again"),
        (f"code={CODE.upper()}", "code=[code]"),
        (f"x{CODE}7", "[code]"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer [token]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [token]"),
        (f"/j#{TOKEN}", "/j#[token]"),
        (f"'{TOKEN.rpartition('.')[0]}'", "'[token]'"),
        (f"Cookie: __Host-streamhub={COOKIE}; a=b", "Cookie: __Host-streamhub=[cookie]; a=b"),
        (f"__Host-streamhub={COOKIE[:12]}", "__Host-streamhub=[cookie]"),
        (f"{{'cookie': '{COOKIE}'}}", "{'cookie': '[cookie]'}"),
        ("https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRp.1", "https://us02web.zoom.us/j/-?pwd=[code]"),
        ("to awa.diop+sommet@ville.example.sn, now", "to [mail], now"),
        ("mail=awa%40ville.example.sn", "mail=[mail]"),
        ("from 203.0.113.7", "from [address]"),
        ("from 203.0.113.7:53211.", "from [address]:53211."),
        ("('203.0.113.7', 53211)", "('[address]', 53211)"),
        ("from 2001:db8::17", "from [address]"),
        ("from:2001:db8:0:0:8:800:200c:417a.", "from:[address]."),
        ("[2001:db8::17]:443", "[[address]]:443"),
        ("peer ::1", "peer [address]"),
        ("::ffff:203.0.113.7 said", "[address]:[address] said"),
    ],
)
def test_a_secret_is_taken_out_and_the_rest_stays(text, said):
    assert redact(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "2021-11-04T12:30:45.123Z",
        "at 12:30:45 and 12:30:45:999",
        "participant p_k3x7q2mzab4cdefg of i_k3x7q2mzab4cdefg in table-ronde-ministerielle",
        "streamhub.handlers.edge: request failed",
        "GET /api/v1/sessions/{slug}/people/{participant}:remove",
        "aiohttp/3.14.5 Python/3.11.2",
        "/j/-",
        "presentation-des-instruments-de-financements",
        "sqlalchemy.dialects.sqlite.aiosqlite",
        "InvitationRevoked: the link was replaced by a newer one",
        "Séance ouverte à 14 h 30 : 131 participants",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text):
    assert redact(text) == text


def test_fresh_codes_tokens_cookies_and_ids_are_told_apart():
    for _ in range(500):
        code, cookie, identifier = random_base32(26), secrets.token_urlsafe(32), new_id("p")
        assert redact(f"{code} {cookie} {identifier}") == f"[code] [cookie] {identifier}"


@pytest.mark.parametrize("piece", ["a", "A-", "1:", "a.b", "@", "a@a", "/j/", "%40", "1.", "x y "])
def test_a_very_long_text_takes_no_time(piece):
    assert redact(piece * 200_000)


BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SEPARATORS = [
    " ",
    "'",
    '"',
    "=",
    "/",
    ",",
    "(",
    ")",
    "\n",
    "\t",
    "; ",
    "[",
    "{",
    "<",
    "|",
    "?x=",
    ": ",
]
codes = st.text(BASE32, min_size=26, max_size=26) | st.text(BASE32.upper(), min_size=26, max_size=26)
parts = st.text(BASE64, min_size=8, max_size=60)
tokens = st.builds("eyJ{}.{}.{}".format, parts, parts, parts)
cookies = st.text(BASE64, min_size=43, max_size=43).filter(lambda text: text.lower() != text != text.upper())
mails = st.emails(domains=st.sampled_from(["example.org", "ville.example.sn"]))
addresses = st.ip_addresses().map(str)
around = st.text(max_size=20)


@settings(max_examples=300, deadline=None)
@given(codes | tokens | cookies | mails | addresses, around, st.sampled_from(SEPARATORS), around)
def test_no_secret_comes_through_whatever_stands_around_it(secret, before, separator, after):
    assume(secret not in before + after)

    assert secret not in redact(f"{before}{separator}{secret}{separator}{after}")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text):
    once = redact(text)

    assert redact(once) == once


nested = st.recursive(
    codes | tokens | cookies,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
        | st.builds(ValueError, inner)
        | inner.map(lambda value: {value} if isinstance(value, str) else value)
        | inner.map(lambda value: value.encode() if isinstance(value, str) else value)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(nested)
def test_no_secret_comes_through_however_deep_it_lies(value):
    text = json.dumps(redacted(value))

    assert all(secret not in text for secret in secrets_in(value))


def secrets_in(value):
    """Every text inside a value."""
    if isinstance(value, str | bytes):
        return [value if isinstance(value, str) else value.decode()]
    if isinstance(value, BaseException):
        value = value.args
    inner = value.values() if isinstance(value, dict) else value
    return [text for one in inner for text in secrets_in(one)]


def test_a_value_that_holds_itself_ends():
    endless = [CODE]
    endless.append(endless)

    assert CODE not in json.dumps(redacted(endless))


def test_a_line_is_json_with_what_happened_where_and_when(lines):
    log.get_logger("streamhub.test").info(
        "stay begun", participant="p_k3x7q2mzab4cdefg", people=3, ready=True
    )

    line = lines.last()
    assert {k: line[k] for k in ("event", "level", "logger", "participant", "people", "ready")} == {
        "event": "stay begun",
        "level": "info",
        "logger": "streamhub.test",
        "participant": "p_k3x7q2mzab4cdefg",
        "people": 3,
        "ready": True,
    }
    assert line["timestamp"].endswith("Z")


def test_values_of_a_line_are_redacted_however_deep(lines):
    log.get_logger("streamhub.test").info(
        f"entered by {CODE}",
        request={"headers": [("Cookie", f"__Host-streamhub={COOKIE}")], TOKEN: 1},
        error=ValueError(f"bad {TOKEN}"),
        raw=f"/j/{CODE}".encode(),
    )

    assert lines.last()["request"]["headers"] == [["Cookie", "__Host-streamhub=[cookie]"]]
    assert not [secret for secret in (CODE, COOKIE, TOKEN) if secret in lines.text]


def test_a_traceback_is_redacted_and_still_says_where(lines):
    try:
        fail_twice()
    except RuntimeError:
        log.get_logger("streamhub.test").exception("request failed", token=TOKEN)

    line = lines.last()
    assert "test_a_traceback_is_redacted" in line["exception"]
    assert "ValueError: no link [code] of [mail]" in line["exception"]
    assert "RuntimeError: cookie [cookie] from [address]" in line["exception"]
    assert not [secret for secret in (CODE, COOKIE, TOKEN) if secret in lines.text]


def fail_twice():
    try:
        fail(f"no link {CODE} of awa@example.org")
    except ValueError as error:
        raise RuntimeError(f"cookie {COOKIE} from 203.0.113.7") from error


def fail(text):
    raise ValueError(text)


def test_the_logs_of_libraries_are_redacted_too(lines):
    library = logging.getLogger("aiohttp.server")
    library.error("Error handling request from %s", "203.0.113.7")
    assert lines.last()["event"] == "Error handling request from [address]"

    error = ValueError(f"Invalid header: b'Cookie: __Host-streamhub={COOKIE}\\x01'")
    library.debug("bad request", exc_info=error, stack_info=True)
    assert COOKIE not in lines.text
    assert "Invalid header" in lines.last()["exception"]


def test_a_line_that_cannot_be_written_shows_nothing_of_itself(lines):
    bad = {"name": "aiohttp.server", "msg": "%d of %s", "args": (CODE, TOKEN)}

    lines.handler.handle(logging.makeLogRecord(bad))

    assert lines.last() == {"event": "a log line could not be written", "logger": "aiohttp.server"}


def test_without_configuration_a_line_is_redacted_all_the_same(caplog):
    log.get_logger("streamhub.test").warning("refused", code=CODE, tokens=[TOKEN])

    assert CODE not in caplog.text
    assert TOKEN not in caplog.text


async def test_a_statement_that_fails_tells_nothing_of_its_values(lines, tmp_path):
    secret = {"name": "Awa Diop"}
    statement = sa.text("select * from nowhere where name = :name")
    async with open_database(tmp_path) as db:
        for run in (db.read, db.write):
            with pytest.raises((sa.exc.SQLAlchemyError, StorageUnavailable)) as failed:
                await run(lambda tx: tx.all(statement, secret))
            log.get_logger("streamhub.test").error("request failed", exc_info=failed.value)

    assert lines.text.count("no such table") >= 2
    assert secret["name"] not in lines.text
