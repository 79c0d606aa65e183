from hypothesis import given
from hypothesis import strategies as st

from streamhub.attendance.imports_model import Held, counted, is_outside, parts, without_doubles
from streamhub.attendance.matching import Known
from streamhub.attendance.zoom_list import ZoomList, ZoomRow
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.intervals import clip, union

NOBODY = Known({}, {}, {}, b"salt")
TIMES = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda t: (t[0], t[0] + t[1]))


def row(joined, left, name="Luc"):
    return ZoomRow(
        line=2,
        name=name,
        original_name=None,
        email=None,
        joined_at=joined,
        left_at=left,
        guest=None,
        in_waiting_room=False,
        meeting="812",
    )


def zoom_list(rows):
    return ZoomList(rows=tuple(rows), meeting_id="812", topic=None, date_order=DateOrder.YMD, problems=())


def pieces(rows, held):
    return parts(zoom_list(rows), held, NOBODY)


@given(st.lists(TIMES, max_size=6), st.lists(TIMES, min_size=1, max_size=3))
def test_what_an_import_adds_to_a_session_is_what_was_inside_it(stays, windows):
    held = [Held(f"s{number}", 1, since, until) for number, (since, until) in enumerate(windows)]
    found = [cut for part in pieces([row(*stay) for stay in stays], held) for cut in part.cuts]

    for one in held:
        cuts = union((cut.since, cut.until) for cut in found if cut.held == one)
        assert cuts == clip(union(stays), one.since, one.until)


@given(st.lists(TIMES, max_size=6), st.lists(st.tuples(TIMES, st.sampled_from("ab")), max_size=6))
def test_every_row_is_new_or_already_there_or_outside(before, lines):
    held = [Held("s", 1, 20, 60)]
    taken = frozenset(
        ("s", 1, cut.content, cut.since, cut.until)
        for part in pieces([row(*stay, name="a") for stay in before], held)
        for cut in part.cuts
    )
    rows = [row(*stay, name=name) for stay, name in lines]
    counts = counted(zoom_list(rows), held, pieces(rows, held), taken)

    assert counts.rows == counts.stays + counts.already + counts.outside
    assert counts.people == counts.matched + counts.unmatched


def test_touching_a_session_is_not_being_in_it():
    assert is_outside(row(0, 20), [Held("s", 1, 20, 60)])
    assert is_outside(row(60, 70), [Held("s", 1, 20, 60)])
    assert not is_outside(row(59, 70), [Held("s", 1, 20, 60)])


def test_nothing_is_new_in_nothing():
    assert without_doubles([], frozenset()) == []


def test_a_content_is_the_same_for_the_same_line_and_no_other():
    held = [Held("s", 1, 0, 90)]
    [one] = pieces([row(1, 2)], held)[0].cuts
    contents = {
        cut.content
        for other in (row(1, 3), row(0, 2), row(1, 2, name="Awa"))
        for part in pieces([other], held)
        for cut in part.cuts
    }

    assert pieces([row(1, 2)], held)[0].cuts[0].content == one.content
    assert one.content not in contents
    assert len(contents) == 3
