"""Whatever stands in the files, the answer is a summit or a list of problems."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.kit.errors import FileInvalid
from tests.programme.samples import ALL, loaded

FILES = ["summit", "programme", "delegations", "participants", "documents"]
CELLS = [
    "",
    "a",
    '"',
    '"a""b"',
    "2021-02-30",
    "25:00",
    "14:00",
    "=1",
    "BJ",
    "é\u0301",
    "\u2028",
    "x" * 200,
    "0" * 30,
]
CELLS += [
    "https://[",
    "https://x@y:99999/",
    "floor=",
    "zoommtg://x",
    "https://youtu.be/aqz-KE-bpKQ",
    "١٤:٠٠",
    "\x00",
]
VALUES = [
    '""',
    '"x"',
    "1",
    "-1",
    "true",
    "1.5",
    "[1]",
    '["x", ""]',
    "{a = 1}",
    "2021-11-04",
    "2021-11-04T10:00:00",
    "14:00:00",
]
KEYS = [
    "slug",
    "title_fr",
    "title_",
    "timezone",
    "languages",
    "starts_on",
    "accent",
    "partners",
    "represented",
    "logo",
]
KEYS += ["doors_minutes", "grace_seconds", "contact_phone", "fallback_text_xx", "x", '"a.b"']


def attempt(**files):
    with contextlib.suppress(FileInvalid):
        loaded(**files)


@given(st.sampled_from(FILES), st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes(name, content):
    attempt(**{name: content})


@given(st.sampled_from(FILES[1:]), st.lists(st.lists(st.sampled_from(CELLS), max_size=12), max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_cells_under_a_good_header(name, rows):
    header = ALL[f"{name}.csv"].splitlines()[0]
    attempt(**{name: "\n".join([header, *map(",".join, rows)])})


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_values_in_the_summit_file(values):
    attempt(summit="\n".join(f"{key} = {value}" for key, value in values.items()))
