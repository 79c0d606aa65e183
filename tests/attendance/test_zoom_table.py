import pytest

from streamhub.attendance.zoom_table import MAX_BYTES, read_table
from streamhub.kit.errors import FileInvalid

HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room"
LINE = "BJ-03 (iPhone),Luc@Example.org,11/04/2021 02:30:00 PM,11/04/2021 03:00:00 PM,30,Yes,No"


def read(text, encoding="utf-8"):
    return read_table(text.encode(encoding), "zoom.csv")


def refusal(content):
    with pytest.raises(FileInvalid) as caught:
        read_table(content if isinstance(content, bytes) else content.encode(), "zoom.csv")
    return caught.value.problems


def test_a_list_alone_gives_one_record_a_line():
    [record] = read(f"{HEADER}\r\n{LINE}\r\n").records

    assert (record.line, record.name, record.original_name) == (2, "BJ-03", "iPhone")
    assert record.email == "luc@example.org"
    assert (record.joined, record.left) == ("11/04/2021 02:30:00 PM", "11/04/2021 03:00:00 PM")
    assert (record.guest, record.in_waiting_room, record.meeting) == (True, False, None)


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest",
        "Name,Email,Join time,Leave time,Duration (minutes),Guest",
        "User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest",
        "NAME (ORIGINAL NAME),USER EMAIL,JOIN TIME,LEAVE TIME,DURATION (MINUTES),GUEST",
        "Nom (nom original),Adresse e-mail de l’utilisateur,Heure d’arrivée,Heure de départ,Durée,Invité",
        "Nom (nom original),Adresse e-mail de l'utilisateur,Heure d'arrivee,Heure de depart,Duree,Invite",
        "Nom (nom d’origine),E-mail de l’utilisateur,Heure de connexion,Heure de déconnexion,Durée,Invité",
        "Nom d’utilisateur (nom original),Adresse e-mail,Heure d’arrivée,Heure de départ,Durée,Invité",
        "Name (Originalname),Benutzer-E-Mail:,Beitrittszeit,Beendigungszeit,Dauer (Minuten),Gast",
    ],
)
def test_the_headers_of_english_french_and_german_portals(header):
    line = "Awa,awa@example.org,2021-11-04 14:30:00,2021-11-04 15:00:00,30,Oui"

    [record] = read(f"{header}\n{line}\n").records

    assert (record.name, record.email) == ("Awa", "awa@example.org")
    assert (record.joined, record.left) == ("2021-11-04 14:30:00", "2021-11-04 15:00:00")
    assert record.guest is True


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"\ufeff{HEADER}\r\n{LINE}\r\n", "utf-8"),
        (f"{HEADER}\n{LINE}", "utf-8"),
        (f"{HEADER}\n{LINE}\n".replace(",", ";"), "utf-8"),
        (f"sep=;\n{HEADER}\n{LINE}\n".replace(",", ";"), "utf-8"),
        (f"{HEADER}\n{LINE}\n".replace(",", "\t"), "utf-16"),
        (f"{HEADER}\n,,,,,,\n{LINE}\n,,,,,,\n\n", "utf-8"),
        ("\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in (HEADER, LINE)), "utf-8"),
    ],
)
def test_what_a_portal_or_a_spreadsheet_makes_of_the_same_list_reads_the_same(text, encoding):
    [record] = read(text, encoding).records

    assert (record.name, record.email, record.left) == ("BJ-03", "luc@example.org", "11/04/2021 03:00:00 PM")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_french_list_in_the_old_encoding_of_a_spreadsheet(encoding):
    header = (
        "Nom (nom original);Adresse e-mail de l’utilisateur;Heure d’arrivée;Heure de départ;Salle d’attente"
    )
    line = "Élodie N’Dour;;04/11/2021 14:30:00;04/11/2021 15:00:00;Non"

    [record] = read(f"{header}\r\n{line}\r\n", encoding).records

    assert record.name == "Élodie N’Dour"
    assert record.email is None


def test_bytes_that_no_windows_encoding_knows_are_read_as_latin_1():
    content = f"{HEADER}\nJos\xe9 \x81,,1,2,3,,\n".encode("latin-1")

    assert read_table(content, "zoom.csv").records[0].name == "José"


def test_the_meeting_block_gives_number_and_topic():
    table = read(
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
        '"855 1234 5678",Atelier 3,11/03/2021 11:00:00 PM,11/04/2021 12:02:00 AM,hote@example.org,62,2\n'
        f"\n{HEADER}\n{LINE}\n"
    )

    [record] = table.records
    assert (record.line, record.meeting, table.topic) == (5, "85512345678", "Atelier 3")


def test_the_newer_meeting_block_gives_them_too():
    table = read(
        "Topic,ID,Host,Duration (minutes),Start time,End time,Participants\n"
        "Atelier 3,85512345678,Hôte (hote@example.org),77,11/03/2021 03:10:26 PM,11/03/2021 04:26:31 PM,67\n"
        f",,,,,,\n{HEADER}\n{LINE}\n"
    )

    assert (table.records[0].meeting, table.topic) == ("85512345678", "Atelier 3")


def test_a_number_that_a_spreadsheet_spoiled_is_no_meeting_number():
    table = read(f"Meeting ID,Topic\n8.55123E+10,Atelier 3\n\n{HEADER}\n{LINE}\n")

    assert table.records[0].meeting is None


def test_the_flat_table_takes_the_participant_not_the_host():
    table = read(
        "Topic,Meeting ID,User Name,User Email,Start Time,"
        "Name (Original Name),User Email,Join Time,Leave Time\n"
        "A,85512345678,Host,host@example.org,s,Awa,awa@example.org,11/04/2021 02:30 PM,11/04/2021 03:00 PM\n"
        "B,85512345679,Host,host@example.org,s,Luc,,11/04/2021 02:30 PM,11/04/2021 03:00 PM\n"
    )

    assert [(r.name, r.email, r.meeting) for r in table.records] == [
        ("Awa", "awa@example.org", "85512345678"),
        ("Luc", None, "85512345679"),
    ]
    assert table.topic is None


def test_a_webinar_report_gives_everybody_who_attended():
    table = read(
        'Attendee Report,,,,\nReport Generated:,"11/04/2021 06:00 PM",,,\n'
        "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered\n"
        'Ouverture,855 1234 5678,"11/04/2021 01:00 PM",60,12\n'
        "Host Details,,,,\n"
        "Attended,User Name (Original Name),Email,Join Time,Leave Time\n"
        "Yes,Hôte,hote@example.org,11/04/2021 12:55:00 PM,11/04/2021 02:00:00 PM\n"
        "Attendee Details,,,,\n"
        "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,"
        "Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name\n"
        "Yes,Awa,Awa,N.,awa@example.org,--,--,11/04/2021 01:00:00 PM,11/04/2021 01:10:00 PM,10,Yes,Benin\n"
        "Yes,Awa,Awa,N.,awa@example.org,--,--,11/04/2021 01:20:00 PM,11/04/2021 01:30:00 PM,10,Yes,Benin\n"
        "No,Luc,Luc,D.,luc@example.org,--,--,--,--,--,--,--\n"
        "Other Attended,,,,\n"
        "User Name,Join Time,Leave Time,Time in Session (minutes),Country/Region Name\n"
        "22961000000,11/04/2021 01:05:00 PM,11/04/2021 01:30:00 PM,25,Benin\n"
    )

    assert [(r.line, r.name) for r in table.records] == [
        (7, "Hôte"),
        (10, "Awa"),
        (11, "Awa"),
        (15, "22961000000"),
    ]
    assert {r.meeting for r in table.records} == {"85512345678"}
    assert table.problems == ()


@pytest.mark.parametrize(
    ("cell", "name", "original"),
    [
        ("015_Loki (Loki Laufeyson)", "015_Loki", "Loki Laufeyson"),
        ("Awa(BJ-03)", "Awa", "BJ-03"),
        ("Awa", "Awa", None),
        ("Awa ()", "Awa", None),
        ("(Awa)", "(Awa)", None),
        ("Awa (Ville) (Awa N.)", "Awa (Ville)", "Awa N."),
        ("  Awa\t\x07 N. ", "Awa N.", None),
    ],
)
def test_the_name_shown_and_the_name_of_the_account(cell, name, original):
    [record] = read(f"{HEADER}\n{cell},,1,2,3,,\n").records

    assert (record.name, record.original_name) == (name, original)


@pytest.mark.parametrize("cell", ["=1+1", "+32470000000", "@SUM", "-1", "<b>Awa</b>", "🦊"])
def test_a_formula_is_text(cell):
    assert read(f"{HEADER}\n{cell},,1,2,3,,\n").records[0].name == cell


def test_quoted_commas_quotes_and_line_breaks_stay_in_their_cell():
    table = read(f'{HEADER}\n"Awa, dite ""A""\nBénin",,1,2,3,,\nLuc,,1,2,3,,\n')

    assert [(r.line, r.name) for r in table.records] == [(2, 'Awa, dite "A" Bénin'), (4, "Luc")]


def test_a_line_without_a_time_is_left_out_and_named_by_the_files_own_words():
    header = "Nom (nom original);Adresse e-mail;Heure d’arrivée;Heure de départ"
    table = read(f"{header}\nAwa;;04/11/2021 14:30;\nLuc;;;04/11/2021 14:30\nZoé;;1;2\n")

    assert [record.name for record in table.records] == ["Zoé"]
    assert [str(problem) for problem in table.problems] == [
        "zoom.csv:2: Heure de départ: no time",
        "zoom.csv:3: Heure d’arrivée: no time",
    ]


def test_a_line_without_name_and_e_mail_is_left_out():
    table = read(f"{HEADER}\n,,1,2,3,,\n,awa@example.org,1,2,3,,\n")

    assert [record.email for record in table.records] == ["awa@example.org"]
    assert [str(p) for p in table.problems] == [
        "zoom.csv:2: Name (Original Name): neither a name nor an e-mail"
    ]


def test_somebody_who_only_waited_without_a_time_is_no_problem():
    table = read(f"{HEADER}\nAwa,,,,,,Yes\n")

    assert (table.records, table.problems) == ((), ())


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Total Duration (Minutes),Guest",
        "Nom (nom original);Adresse e-mail de l’utilisateur;Durée totale (minutes);Invité",
    ],
)
def test_the_form_without_times_says_how_to_export_again(header):
    [problem] = refusal(f"Meeting ID,Topic\n1,2\n\n{header}\nAwa,,76,Yes\n")

    assert problem.line == 4
    assert problem.message == "this list has no times: export it again without “Show unique users”"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,b\n1,2\n", b"<html><p>Zoom</p></html>", b"\xff\xfe"])
def test_a_file_without_a_list_is_refused(content):
    [problem] = refusal(content)

    assert "no line with the headers of a Zoom participant list" in problem.message


def test_a_list_without_leave_times_is_refused():
    [problem] = refusal("Name,Join Time\nAwa,2021-11-04 14:30\n")

    assert str(problem) == "zoom.csv:1: Leave Time: this column is missing"


def test_a_broken_quote_is_refused_with_its_line():
    [problem] = refusal(f'{HEADER}\n{LINE}\n"Awa,,1,2,3,,\n{LINE}\n')

    assert problem.line == 3
    assert "not readable as CSV" in problem.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest of a workbook", "this is a spreadsheet file: save it as CSV"),
        (b"Name\0Join Time", "this is no text file"),
        (b"x" * (MAX_BYTES + 1), "larger than 10485760 bytes"),
    ],
)
def test_what_is_no_text_of_reasonable_size_is_refused(content, message):
    [problem] = refusal(content)

    assert problem.message == message
