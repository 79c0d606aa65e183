from zoneinfo import ZoneInfo

import pytest

from streamhub.attendance.matching import people
from streamhub.attendance.zoom_list import read_zoom_list
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.clock import SECOND, parse_rfc3339, rfc3339
from streamhub.kit.errors import FileInvalid
from tests.attendance.zoom_samples import HEADER, INTEGRATIONS_SAMPLE, union_ms, zoomclass

BRUSSELS = ZoneInfo("Europe/Brussels")
MDY, DMY, YMD = DateOrder.MDY, DateOrder.DMY, DateOrder.YMD
FOURTH_OF_NOVEMBER = (parse_rfc3339("2021-11-04T12:00:00Z"), parse_rfc3339("2021-11-04T16:00:00Z"))


def listed(*stays):
    """A list in which everybody is called Awa."""
    return "\n".join([HEADER, *(f'Awa,,"{joined}","{left}",1,Yes,No' for joined, left in stays)])


def read(text, **options):
    options = {"zone": BRUSSELS} | options
    return read_zoom_list(text.encode(), file="zoom.csv", **options)


def refusal(text, **options):
    with pytest.raises(FileInvalid) as caught:
        read(text, **options)
    return [str(problem) for problem in caught.value.problems]


def times(found):
    return [(rfc3339(row.joined_at), rfc3339(row.left_at)) for row in found.rows]


def test_a_list_under_a_meeting_block_in_the_time_of_the_portal():
    found = read(INTEGRATIONS_SAMPLE)

    first, second = found.rows
    assert (found.meeting_id, found.topic, found.date_order) == ("85512345678", "Atelier 3", MDY)
    assert (first.line, first.name, first.original_name, first.email) == (5, "BEN-01", "iPad de B.", None)
    assert (first.guest, first.in_waiting_room) == (True, False)
    assert (second.line, second.in_waiting_room) == (6, True)
    assert times(found) == [
        ("2021-11-03T22:00:05.000Z", "2021-11-03T23:01:00.000Z"),
        ("2021-11-03T21:58:00.000Z", "2021-11-03T22:00:04.000Z"),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("joined", "left", "order"),
    [
        ("11/25/2021 02:30:00 PM", "11/25/2021 03:00:00 PM", MDY),
        ("25/11/2021 14:30:00", "25/11/2021 15:00:00", DMY),
        ("25.11.2021 14:30", "25.11.2021 15:00", DMY),
        ("2021-11-25 14:30:00", "2021-11-25 15:00:00", YMD),
    ],
)
def test_dates_that_fit_one_order_need_no_word(joined, left, order):
    found = read(listed((joined, left)))

    assert found.date_order is order
    assert times(found) == [("2021-11-25T13:30:00.000Z", "2021-11-25T14:00:00.000Z")]


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("Nov 25, 2021 2:30 PM", "Nov 25, 2021 3:00 PM"),
        ("25 novembre 2021 14:30", "25 novembre 2021 15:00"),
        ("11/11/2021 14:30", "11/11/2021 15:00"),
    ],
)
def test_dates_that_read_the_same_in_every_order_need_no_word(joined, left):
    assert len(read(listed((joined, left))).rows) == 1


@pytest.mark.parametrize(("order", "month"), [(MDY, "11-04"), (DMY, "04-11")])
def test_the_order_given_decides_between_those_that_fit(order, month):
    found = read(listed(("11/04/2021 14:30:00", "11/04/2021 15:00:00")), date_orders=[order])

    assert found.date_order is order
    assert rfc3339(found.rows[0].joined_at).startswith(f"2021-{month}T")


def test_the_first_order_given_that_fits_decides():
    found = read(listed(("11/04/2021 14:30:00", "11/04/2021 15:00:00")), date_orders=[YMD, DMY, MDY])

    assert found.date_order is DMY


def test_an_order_given_does_not_bend_dates_that_fit_another_one_only():
    found = read(listed(("25/11/2021 14:30:00", "25/11/2021 15:00:00")), date_orders=[MDY])

    assert found.date_order is DMY


def test_one_day_over_the_twelfth_settles_the_order_of_the_whole_list():
    found = read(listed(("11/04/2021 14:30", "11/04/2021 15:00"), ("13/04/2021 14:30", "13/04/2021 15:00")))

    assert found.date_order is DMY


def test_without_an_order_the_one_in_which_somebody_was_in_a_session_is_taken():
    text = listed(("04/11/2021 14:30:00", "04/11/2021 15:00:00"))

    assert read(text, windows=[FOURTH_OF_NOVEMBER]).date_order is DMY


def test_without_an_order_one_in_which_somebody_stays_for_a_month_is_not_taken():
    text = listed(("11/03/2021 11:00:05 PM", "11/04/2021 12:01:00 AM"))

    assert read(text).date_order is MDY


def test_dates_that_can_be_two_days_ask_for_the_order():
    [problem] = refusal(listed(("11/04/2021 14:30:00", "11/04/2021 15:00:00")))

    assert problem == (
        "zoom.csv:2: Join Time: '11/04/2021 14:30:00' can be mdy or dmy: "
        "say which with --date-order (date_order)"
    )


def test_an_order_that_does_not_fit_leaves_the_question_open():
    [problem] = refusal(listed(("11/04/2021 14:30:00", "11/04/2021 15:00:00")), date_orders=[YMD])

    assert "can be mdy or dmy" in problem


def test_dates_in_two_orders_are_refused_with_their_lines():
    text = listed(("25/11/2021 14:30", "25/11/2021 15:00"), ("25/11/2021 15:00", "11/25/2021 15:30"))

    assert refusal(text) == [
        "zoom.csv:3: Leave Time: '11/25/2021 15:30': no date in the order of the others (dmy)",
    ]


def test_what_is_no_time_is_refused_with_line_and_field():
    text = listed(("25/11/2021 14:30", "25/11/2021 15:00"), ("yesterday", "25/11/2021 15:30"))

    assert refusal(text) == ["zoom.csv:3: Join Time: 'yesterday': no date and time that we know"]


def test_a_file_full_of_nonsense_names_ten_lines():
    assert len(refusal(listed(*[("yesterday", "today")] * 40))) == 10


def test_the_end_of_summer_time_in_brussels():
    found = read(
        listed(
            ("2021-10-31 01:30:00", "2021-10-31 02:30:00"),
            ("2021-10-31 02:50:00", "2021-10-31 02:10:00"),
            ("2021-10-31 02:30:00", "2021-10-31 03:30:00"),
        )
    )

    assert times(found) == [
        ("2021-10-30T23:30:00.000Z", "2021-10-31T00:30:00.000Z"),
        ("2021-10-31T00:50:00.000Z", "2021-10-31T01:10:00.000Z"),
        ("2021-10-31T00:30:00.000Z", "2021-10-31T02:30:00.000Z"),
    ]


def test_a_time_that_the_clocks_skipped_refuses_the_list_with_its_line():
    text = listed(
        ("2021-03-28 01:30:00", "2021-03-28 04:30:00"), ("2021-03-28 01:30:00", "2021-03-28 02:30:00")
    )

    assert refusal(text) == [
        "zoom.csv:3: Leave Time: '2021-03-28 02:30:00': the clocks of Europe/Brussels skipped this time"
    ]


def test_a_stay_that_cannot_be_is_left_out_and_listed():
    found = read(
        listed(
            ("25/11/2021 14:30", "25/11/2021 15:00"),
            ("25/11/2021 15:00", "25/11/2021 14:30"),
            ("25/11/2021 15:00", "25/11/2021 15:00"),
            ("25/11/2021 15:00", "25/12/2021 15:00"),
        )
    )

    assert [row.line for row in found.rows] == [2]
    assert [str(problem) for problem in found.problems] == [
        "zoom.csv:3: Leave Time: leaves no later than the join time",
        "zoom.csv:4: Leave Time: leaves no later than the join time",
        "zoom.csv:5: Leave Time: later than a Zoom meeting can last (30 hours)",
    ]


def test_a_list_with_no_line_that_can_be_is_refused():
    assert refusal(listed(("25/11/2021 15:00", "25/11/2021 14:30"))) == [
        "zoom.csv:2: Leave Time: leaves no later than the join time"
    ]


def test_a_list_with_nobody_is_refused():
    assert refusal(HEADER) == ["zoom.csv: nobody is in this list"]


def test_lines_left_out_for_any_reason_stand_in_the_order_of_the_file():
    text = listed(
        ("25/11/2021 15:00", "25/11/2021 14:30"), ("", ""), ("25/11/2021 14:30", "25/11/2021 15:00")
    )

    assert [problem.line for problem in read(text).problems] == [2, 3]


def test_a_table_of_several_meetings_keeps_the_number_with_each_row():
    header = "Topic,Meeting ID,Name (Original Name),User Email,Join Time,Leave Time"
    text = (
        f"{header}\nA,85512345678,Awa,,2021-11-25 14:30,2021-11-25 15:00\n"
        "B,85512345679,Awa,,2021-11-25 14:30,2021-11-25 15:00\n"
    )
    found = read(text)

    assert found.meeting_id is None
    assert [row.meeting for row in found.rows] == ["85512345678", "85512345679"]


@pytest.mark.needs_shared_cases
@pytest.mark.parametrize("name", ["participants_heroes.csv", "participants_heroes_full.csv"])
def test_the_teaching_sample_is_31_rows_of_27_people(name):
    found = read_zoom_list(zoomclass(name), file=name, zone=BRUSSELS)
    persons = people(found.rows)

    assert (len(found.rows), len(persons), found.problems) == (31, 27, ())
    assert sum(row.left_at - row.joined_at for row in found.rows) == 146_373 * SECOND
    assert sum(union_ms([(r.joined_at, r.left_at) for r in p.rows]) for p in persons) == 139_732 * SECOND


@pytest.mark.needs_shared_cases
def test_the_teaching_sample_names_its_meeting_above_the_list():
    found = read_zoom_list(zoomclass("participants_heroes_full.csv"), file="full.csv", zone=BRUSSELS)

    assert (found.meeting_id, found.topic, found.rows[0].line) == ("60245167821", "Heroes meeting", 5)
