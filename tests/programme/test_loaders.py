import pytest

from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.kit.clock import HOUR, rfc3339
from streamhub.kit.errors import FileInvalid
from streamhub.programme.entries import DELEGATION_ROLES, ROLES
from streamhub.programme.files import SourceUrl, redacted
from streamhub.programme.loaders import read_folder
from streamhub.programme.model import DelegationKind, SessionAccess
from tests.programme.samples import ALL, DELEGATIONS, PROGRAMME, SUMMIT, check_link, loaded

HEAD = PROGRAMME.splitlines()[0]
SMALL = "slug,date,start,end,kind,venue,title_fr\n"


def problems(**changed):
    with pytest.raises(FileInvalid) as caught:
        loaded(**changed)
    return [str(problem) for problem in caught.value.problems]


def one(row):
    """The problems of a programme of one row under the short header."""
    return problems(programme=f"{SMALL}{row}\n", participants=None, documents=None)


def test_a_session_is_read_in_the_time_of_the_summit():
    first, second = loaded().sessions

    assert (first.slug, first.kind, first.venue, first.room) == ("ouverture", "ceremony", "Maison", "Salle")
    assert rfc3339(first.starts_at) == "2021-11-04T13:00:00.000Z"
    assert first.ends_at - first.starts_at == HOUR
    assert (first.access, second.access) == (SessionAccess.PUBLIC, SessionAccess.INVITED)
    assert second.titles.get("fr") == "Ports, quais"
    assert [s.order for s in (first, second)] == [1, 2]


def test_a_stream_may_name_its_channel_and_an_equals_sign_in_an_address_names_none():
    row = "a,2021-11-04,14:00,15:00,x,V,T,,,,sign=https://video.example/1 https://video.example/2?a=b,"

    [session] = loaded(programme=f"{HEAD}\n{row}\n", participants=None, documents=None).sessions

    assert session.sources == (
        SourceUrl("sign", "https://video.example/1"),
        SourceUrl("floor", "https://video.example/2?a=b"),
    )


def test_a_stream_that_cannot_be_shown_is_told_with_its_reason_and_without_its_passcode():
    row = (
        "a,2021-11-04,14:00,15:00,x,V,T,,,,https://evil.example/j/1?pwd=secret sound=https://video.example/1,"
    )

    told = problems(programme=f"{HEAD}\n{row}\n", participants=None, documents=None)

    assert told == [
        "programme.csv:2: source_urls: https://evil.example/j/1?pwd=…: no player is known for it (unknown)",
        "programme.csv:2: source_urls: 'sound' is no channel: floor, audio, sign or a language tag",
    ]


def test_a_link_is_shown_without_what_opens_it():
    assert (
        redacted("https://zoom.example/w/1?tk=abc.d&pwd=e-f&x=1") == "https://zoom.example/w/1?tk=…&pwd=…&x=1"
    )


def test_a_session_may_end_after_midnight():
    [session] = loaded(
        programme=f"{SMALL}a,2021-11-04,22:00,01:30,x,V,T\n", participants=None, documents=None
    ).sessions

    assert rfc3339(session.ends_at) == "2021-11-05T00:30:00.000Z"


def test_a_time_that_does_not_exist_is_told_in_its_field():
    assert one("a,2021-03-28,02:30,04:00,x,V,T") == [
        "programme.csv:2: start: 02:30 does not exist on 2021-03-28 in Europe/Brussels: the clocks go forward"
    ]
    assert one("a,2021-03-27,23:00,02:15,x,V,T") == [
        "programme.csv:2: end: 02:15 does not exist on 2021-03-28 in Europe/Brussels: the clocks go forward"
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("A b,2021-11-04,14:00,15:00,x,V,T", "slug: 'A b': small letters"),
        (",2021-11-04,14:00,15:00,x,V,T", "slug: is empty"),
        ("a,4/11/2021,14:00,15:00,x,V,T", "date: '4/11/2021' is no day of the form 2021-11-04"),
        ("a,2021-11-04,2 pm,15:00,x,V,T", "start: '2 pm' is no time of the form 14:30"),
        ("a,2021-11-04,14:00,,x,V,T", "end: is empty"),
        ("a,2021-11-04,14:00,15:00,,V,T", "kind: is empty"),
        ("a,2021-11-04,14:00,15:00,x,V,", "title_fr: is empty"),
    ],
)
def test_a_bad_cell_is_told_with_file_line_and_field(row, told):
    [problem] = one(row)

    assert problem.startswith(f"programme.csv:2: {told}")


def test_every_problem_of_every_file_is_told_at_once():
    told = problems(
        programme=f"{SMALL}a,2021-11-04,14:00,15:00,x,V,T\na,2021-11-04,25:00,16:00,,V,T\n",
        delegations="code,name_fr,kind,country\nbj,Bénin,nation,BJ\nSTAFF,Équipe,other,\nFR,France,country,\n",
        participants="external_id,delegation,role,sessions\n1,XX,king,b\n1,STAFF,desk,\n3,,delegate,\n",
        documents="session,title_fr,url\nb,Note,ftp://x\n",
    )

    assert told == [
        "programme.csv:3: slug: 'a' stands in line 2 already",
        "programme.csv:3: start: '25:00' is no time of the form 14:30",
        "programme.csv:3: kind: is empty",
        "delegations.csv:2: code: 'bj': capitals without accents, digits and hyphens, at most 16",
        "delegations.csv:2: kind: 'nation' must be one of: country, region, organisation, press, other",
        "delegations.csv:3: code: STAFF is a reserved code",
        "delegations.csv:4: country: is empty; a country needs one",
        "participants.csv:3: external_id: '1' stands in line 2 already",
        f"participants.csv:2: role: 'king' must be one of: {', '.join(sorted(ROLES))}",
        "participants.csv:2: delegation: 'XX' is not in delegations.csv",
        "participants.csv:2: sessions: 'b' is not in programme.csv",
        "participants.csv:3: delegation: STAFF is a reserved code; staff have none here",
        "participants.csv:4: delegation: is empty; a delegate needs one",
        "documents.csv:2: session: 'b' is not in programme.csv",
        "documents.csv:2: url: must begin with https:// or http:// and name a host",
    ]


@pytest.mark.parametrize("code", ["STAFF", "REHEARSAL"])
def test_reserved_delegations_stand_in_no_file(code):
    told = problems(delegations=f"code,name_fr,kind,country\n{code},X,other,\n", participants=None)

    assert told == [f"delegations.csv:2: code: {code} is a reserved code"]


def test_delegations_keep_the_order_of_their_file():
    first, second = loaded().delegations

    assert (first.code, first.names.get("en"), first.kind, first.seats, first.order) == (
        "BJ",
        "Benin",
        DelegationKind.COUNTRY,
        6,
        1,
    )
    assert (second.code, second.names.get("en"), second.seats, second.order) == ("UNESCO", "Unesco", None, 2)


@pytest.mark.parametrize("seats", ["-1", "two", "1.5", "²", "1000000"])
def test_seats_are_a_whole_number_or_nothing(seats):
    [problem] = problems(
        delegations=f"code,name_fr,kind,country,seats\nBJ,B,country,BJ,{seats}\n", participants=None
    )

    rule = "must be a whole number from 0 to 100000, or empty for no limit"
    assert problem == f"delegations.csv:2: seats: {seats!r} {rule}"


def test_a_participant_is_a_seat_with_a_role():
    delegate, moderator = loaded().participants

    assert (delegate.external_id, delegate.delegation, delegate.role, delegate.label) == (
        "1",
        "BJ",
        "delegate",
        "Maire",
    )
    assert (delegate.sessions, delegate.speak, delegate.lang) == (None, True, "fr")
    assert (moderator.delegation, moderator.sessions) == (None, ("ouverture", "atelier"))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("x@y,,", "email: 'x@y' is no e-mail address"),
        (",français,", "lang: 'français' is no language tag such as fr"),
        (",,maybe", "speak: 'maybe' must be yes or no"),
    ],
)
def test_what_is_known_of_a_person_is_checked(cells, told):
    head = "external_id,delegation,role,email,lang,speak"

    assert problems(participants=f"{head}\n1,BJ,delegate,{cells}\n") == [f"participants.csv:2: {told}"]


def test_the_roles_of_files_are_those_of_invitations():
    assert set(Role) == ROLES
    assert DELEGATION_ROLES == NEEDS_DELEGATION


def test_a_file_that_is_not_there_says_nothing():
    files = loaded(programme=None, delegations=None, participants=None, documents=None)

    assert (files.sessions, files.delegations, files.participants, files.documents) == (
        None,
        None,
        None,
        None,
    )


def test_without_a_summit_file_nothing_is_loaded():
    with pytest.raises(FileInvalid, match=r"summit\.toml: no such file"):
        loaded(summit=None)


def test_text_that_is_not_utf8_is_told_with_its_line():
    told = problems(delegations=DELEGATIONS.encode("cp1252"), participants=None)

    assert told == ["delegations.csv:2: is not UTF-8; save it as “CSV UTF-8”"]


def test_an_unknown_column_is_a_warning_and_no_error():
    files = loaded(documents="session,title_fr,url,pages\natelier,Note,https://docs.example/n.pdf,4\n")

    assert [str(w) for w in files.warnings] == [
        "documents.csv:1: pages: this column is not known and is passed over"
    ]


def test_a_picture_beside_the_file_is_the_logo():
    files = loaded(summit=f'{SUMMIT}logo = "armes.svg"\n', **{"armes.svg": "<svg/>"})

    assert (files.logo.name, files.logo.content_type, files.logo.content) == (
        "armes.svg",
        "image/svg+xml",
        b"<svg/>",
    )
    assert len(files.summit.logo_digest) == 64


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("armes.svg", "there is no picture 'armes.svg' beside this file"),
        ("armes.gif", "'armes.gif' must be an SVG, PNG, JPEG or WebP file beside this one"),
        ("../armes.svg", "'../armes.svg' must be an SVG, PNG, JPEG or WebP file beside this one"),
    ],
)
def test_a_logo_that_is_no_picture_beside_the_file_is_told(name, told):
    assert problems(summit=f'{SUMMIT}logo = "{name}"\n') == [f"summit.toml:6: logo: {told}"]


def test_a_folder_is_read(tmp_path):
    for name, text in ALL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert read_folder(tmp_path, check_link) == loaded()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileInvalid, match="no such folder"):
        read_folder(tmp_path / "nowhere", check_link)
