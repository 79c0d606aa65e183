"""Text that a person typed, cleaned at the border."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.text import clean


def test_a_letter_and_its_accent_are_one_character_also_where_a_control_character_stood_between():
    assert clean(" Be\x07\u0301nin ") == "Bénin"


@given(st.text())
def test_what_was_cleaned_is_clean(text):
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
