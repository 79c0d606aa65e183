import pytest

from streamhub.programme.sheets import Columns, Findings, as_text, read_rows

COLUMNS = Columns(("code", "name_fr"), ("seats",), ("name",))


def read(text):
    findings = Findings()
    return read_rows(text, "some.csv", COLUMNS, findings), findings


def problems(findings):
    return [str(problem) for problem in findings.errors]


def test_a_row_knows_its_line_and_gives_its_cells():
    [row], findings = read("code,name_fr,seats\nBJ,Bénin,6\n")

    assert (row.line, row.get("code"), row.get("seats"), row.get("name_en")) == (2, "BJ", "6", "")
    assert problems(findings) == []


def test_semicolons_a_byte_order_mark_and_windows_lines_are_read_too():
    [row], _ = read("\ufeffcode;name_fr\r\nBJ;Bénin, le\r\n")

    assert (row.get("code"), row.get("name_fr")) == ("BJ", "Bénin, le")


def test_a_line_of_comment_is_passed_over_but_not_inside_a_quoted_cell():
    text = '# one "comment\ncode,name_fr\n# two, "\nBJ,"Bénin\n# not one"\nTG,Togo\n'

    [first, second], findings = read(text)

    assert (first.line, first.get("name_fr")) == (4, "Bénin # not one")
    assert (second.line, second.get("code")) == (6, "TG")
    assert problems(findings) == []


def test_blank_rows_are_passed_over_and_missing_cells_are_empty():
    [row], findings = read("code,name_fr,seats\n\n,,\nBJ\n")

    assert (row.line, row.get("seats")) == (4, "")
    assert problems(findings) == []


def test_texts_are_stored_in_their_composed_form_and_without_control_characters():
    [row], _ = read("code,name_fr\nBJ,Be\u0301nin\x07\n")

    assert row.get("name_fr") == "B\u00e9nin"


def test_a_narrow_space_of_french_typography_stays():
    [row], _ = read("code,name_fr\nBJ,«\u202fBénin\u202f»\u00a0?\n")

    assert row.get("name_fr") == "«\u202fBénin\u202f»\u00a0?"


def test_a_missing_column_is_an_error_with_its_line():
    rows, findings = read("# comment\ncode,seats\nBJ,6\n")

    assert rows == ()
    assert problems(findings) == ["some.csv:2: name_fr: this column is missing"]


def test_an_empty_file_misses_every_column():
    _, findings = read("")

    assert problems(findings) == [
        "some.csv:1: code: this column is missing",
        "some.csv:1: name_fr: this column is missing",
    ]


def test_an_unknown_column_is_a_warning_by_name():
    [row], findings = read("code,name_fr,name_pt-BR,colour\nBJ,Bénin,Benim,red\n")

    assert [str(w) for w in findings.warnings] == [
        "some.csv:1: colour: this column is not known and is passed over"
    ]
    assert row.get("colour") == ""
    assert row.texts("name") == {"fr": "Bénin", "pt-BR": "Benim"}


def test_a_column_that_stands_there_twice_is_an_error():
    _, findings = read("code,code,name_fr\nBJ,BJ,Bénin\n")

    assert problems(findings) == ["some.csv:1: code: this column stands there twice"]


def test_more_cells_than_columns_is_an_error():
    rows, findings = read("code,name_fr\nBJ,Bénin, le\nTG,Togo,\n")

    assert [row.get("code") for row in rows] == ["TG"]
    assert problems(findings) == ["some.csv:2: 3 cells under 2 columns"]


@pytest.mark.parametrize("row", ['BJ,"Bénin', 'BJ,"Bén"in'])
def test_a_broken_quote_is_an_error_where_its_row_begins(row):
    _, findings = read(f"code,name_fr\nTG,Togo\n{row}\n")

    [problem] = problems(findings)
    assert problem.startswith("some.csv:3: cannot be read as CSV")


@pytest.mark.parametrize("cell", ["=1+1", "+32 81", "-5", "@here", "'quoted", "plain", "a=b", ""])
def test_a_cell_that_looks_like_a_formula_is_written_as_text_and_read_back(cell):
    written = as_text(cell)
    [row], _ = read(f"code,name_fr\nBJ,{written}\n")

    assert not written.startswith(("=", "+", "-", "@"))
    assert row.get("name_fr") == cell
