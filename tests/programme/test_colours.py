import pytest

from streamhub.programme.colours import contrast, is_colour


def test_black_on_white_has_the_greatest_contrast_and_a_colour_on_itself_none():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#1c4a9c", 8.4), ("#1c6b40", 6.5), ("#767676", 4.54), ("#777777", 4.48)]
)
def test_contrast_is_that_of_the_published_tables(colour, ratio):
    assert contrast(colour, "#ffffff") == pytest.approx(ratio, abs=0.05)
    assert contrast("#ffffff", colour) == contrast(colour, "#ffffff")


def test_a_colour_is_written_in_one_way():
    assert is_colour("#1c4a9c")
    assert not any(map(is_colour, ["1c4a9c", "#1C4A9C", "#14a", "#1c4a9c80", "red", "#1c4a9g", ""]))
