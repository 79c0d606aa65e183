from datetime import date

import pytest

from streamhub.programme.sheets import Findings
from streamhub.programme.summit_file import parse_summit
from tests.programme.samples import SUMMIT


def problems(text):
    findings = Findings()
    assert parse_summit(text, findings) is None
    return [str(problem) for problem in findings.errors]


def parsed(text=SUMMIT):
    findings = Findings()
    summit = parse_summit(text, findings)
    assert findings.errors == []
    return summit, [str(warning) for warning in findings.warnings]


def test_slug_title_and_zone_are_enough():
    summit, warnings = parsed('slug = "s"\ntitle_fr = "Sommet"\ntimezone = "Africa/Porto-Novo"\n')

    assert (summit.slug, summit.titles.get("en"), summit.timezone) == ("s", "Sommet", "Africa/Porto-Novo")
    assert (summit.languages, summit.starts_on, summit.represented, warnings) == (("fr",), None, None, [])


def test_everything_of_the_contract_is_read():
    summit, warnings = parsed(
        SUMMIT
        + 'languages = ["fr", "en", "nl"]\nstarts_on = 2021-11-02\nends_on = "2021-11-05"\n'
        + 'accent = "#1C4A9C"\n'
        + 'partners = ["A", "B"]\nhashtag = "#ports"\n'
        + 'contact_name = "Accueil"\ncontact_email = "a@b.example"\n'
        + 'fallback_text_fr = "Appelez-nous."\nrepresented = 23\n'
    )

    assert summit.languages == ("fr", "en", "nl")
    assert (summit.starts_on, summit.ends_on) == (date(2021, 11, 2), date(2021, 11, 5))
    assert (summit.accent, summit.partners, summit.hashtag) == ("#1c4a9c", ("A", "B"), "#ports")
    assert (summit.contact_name, summit.contact_email) == ("Accueil", "a@b.example")
    assert (summit.fallback_text.get("fr"), summit.represented, warnings) == ("Appelez-nous.", 23, [])


def test_every_missing_key_is_told_at_once():
    assert problems('title_en = "Summit"\n') == [
        "summit.toml: slug: is missing",
        "summit.toml: title_fr: is missing",
        "summit.toml: timezone: is missing",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('slug = "Sommet"', "slug: 'Sommet': small letters"),
        ('timezone = "Europe/Namour"', "timezone: 'Europe/Namour' is no time zone"),
        ("title_fr = 4", "title_fr: must be a text in quotes"),
        ('languages = ["français"]', "languages: 'français' is no language tag"),
        ("languages = [1]", "languages: must be a list of texts"),
        ("starts_on = 2021-11-02T10:00:00Z", "starts_on: must be a day without time"),
        ('starts_on = "2/11/2021"', "starts_on: '2/11/2021' is no day"),
        ("starts_on = 3", "starts_on: must be a text in quotes"),
        ('accent = "blue"', "accent: 'blue' is no colour of the form #1c4a9c"),
        ('accent = "#f3c330"', "accent: #f3c330 has a contrast of 1.7 with white; text needs 4.5 or more"),
        ('contact_phone = "appelez"', "contact_phone: 'appelez' is no telephone number"),
        ('contact_email = "a at b"', "contact_email: 'a at b' is no e-mail address"),
        ("represented = -1", "represented: must be a whole number, 0 or more"),
        ("represented = true", "represented: must be a whole number, 0 or more"),
        ('doors_minutes = "soon"', "doors_minutes: 'soon' is not a whole number"),
        ("attended_percent = 0", "attended_percent: must be at least 1"),
    ],
)
def test_a_bad_value_is_told_with_file_line_and_field(line, told):
    key = line.split(" ")[0]
    others = "\n".join(other for other in SUMMIT.splitlines() if not other.startswith(f"{key} "))

    [problem] = problems(f"{line}\n{others}\n")

    assert problem.startswith(f"summit.toml:1: {told}")


def test_an_end_before_the_start_is_told():
    assert problems(f"{SUMMIT}starts_on = 2021-11-05\nends_on = 2021-11-02\n") == [
        "summit.toml:7: ends_on: is before starts_on"
    ]


def test_settings_of_a_summit_may_stand_in_its_file():
    summit, warnings = parsed(f"{SUMMIT}overrun_minutes = 15\ndoors_minutes = 45\n")

    assert summit.settings == (("doors_minutes", 45), ("overrun_minutes", 15))
    assert warnings == []


def test_a_setting_that_is_true_or_false_stays_so():
    summit, warnings = parsed(f"{SUMMIT}enforce_seats = true\n")

    assert summit.settings == (("enforce_seats", True),)
    assert warnings == []


def test_each_bad_setting_is_told_by_its_name():
    assert problems(f"{SUMMIT}doors_minutes = -1\noverrun_minutes = 60\ngrace_seconds = 0\n") == [
        "summit.toml:6: doors_minutes: must be at least 0",
        "summit.toml:8: grace_seconds: must be at least 1",
    ]


def test_settings_that_do_not_fit_together_are_told():
    told = problems(f"{SUMMIT}grace_seconds = 15\nunstable_seconds = 18\n")

    assert told[-1] == "summit.toml:7: unstable_seconds: must not be above grace_seconds"


def test_a_key_that_means_nothing_is_a_warning_by_name():
    _, warnings = parsed(f'{SUMMIT}colour = "red"\npublic_url = "https://x.example"\n')

    assert warnings == [
        "summit.toml:6: colour: this key is not known and is passed over",
        "summit.toml:7: public_url: this key is not known and is passed over",
    ]


def test_toml_that_cannot_be_read_is_told_with_its_line():
    [problem] = problems('slug = "s"\ntitle_fr = \n')

    assert problem.startswith("summit.toml:2: ")
