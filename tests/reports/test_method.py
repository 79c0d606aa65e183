"""The counting rules in words: on every report, in both languages."""

import pytest

from streamhub.reports import method
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience, Suppression

NARROW = "\u202f"

FR, EN = Wording("fr", "Europe/Brussels"), Wording("en", "Europe/Brussels")
HIDING = Suppression(5, applied=True)


def texts(rules):
    return " ".join(f"{rule.term} {rule.text}" for rule in rules)


def test_the_share_and_the_threshold_in_force_are_told():
    told = texts(method.of_session(75, Audience.PUBLIC, HIDING, FR))

    assert f"au moins 75{NARROW}% de la séance" in told
    assert "Les nombres de 1 à 4 sont masqués" in told


def test_internal_rules_say_that_they_are_and_nothing_of_hiding():
    told = texts(method.of_session(80, Audience.INTERNAL, Suppression(5, applied=False), FR))

    assert "Usage interne" in told
    assert "masqués" not in told


@pytest.mark.parametrize("threshold", [0, 1])
def test_where_nothing_is_hidden_nothing_is_said_of_it(threshold):
    told = texts(method.of_summit(Audience.PUBLIC, Suppression(threshold, applied=False), FR))

    assert "masqués" not in told


def test_every_rule_is_there_in_english():
    for made in (
        lambda words: method.of_session(80, Audience.PUBLIC, HIDING, words),
        lambda words: method.of_session(80, Audience.INTERNAL, HIDING, words),
        lambda words: method.of_summit(Audience.PUBLIC, HIDING, words),
    ):
        french, english = made(FR), made(EN)

        assert len(french) == len(english)
        assert all(ours.text != theirs.text for ours, theirs in zip(french, english, strict=True))


def test_no_term_stands_twice():
    terms = [rule.term for rule in method.of_session(80, Audience.PUBLIC, HIDING, FR)]

    assert len(set(terms)) == len(terms)
