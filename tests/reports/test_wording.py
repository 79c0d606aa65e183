"""How a report writes numbers, times and French spaces."""

from streamhub.kit.clock import parse_rfc3339
from streamhub.reports.wording import Wording

NARROW = "\u202f"

FR, EN = Wording("fr", "Europe/Brussels"), Wording("en", "America/Montreal")


def test_french_signs_stand_behind_a_narrow_space_that_does_not_break():
    assert FR.gettext("Qui ? « Lui » ; %(n)s %% : oui !", n=80) == (
        "Qui_? «_Lui_»_; 80_%_: oui_!".replace("_", NARROW)
    )


def test_english_keeps_its_own_spaces():
    assert EN.gettext("« %(title)s » : non traduit", title="x") == "« x » : non traduit"


def test_numbers_are_grouped_as_each_language_does():
    assert (FR.number(1_012_345), EN.number(1_012_345)) == (f"1{NARROW}012{NARROW}345", "1,012,345")


def test_a_count_chooses_its_form():
    assert FR.ngettext("%(num)s participant", "%(num)s participants", 0) == "0 participant"
    assert EN.ngettext("%(num)s participant", "%(num)s participants", 0) == "0 participants"


def test_times_are_told_where_the_summit_is():
    noon = parse_rfc3339("2021-11-04T12:00:00Z")

    assert (FR.time(noon), EN.time(noon)) == ("13:00", "08:00")
