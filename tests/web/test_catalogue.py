"""The catalogues: complete, current, and with the same places to fill in."""

import re

import pytest

from tests.web.catalogue import catalogues, extracted, stored

LANGUAGES = sorted(catalogues())


def forms(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (str(string),)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(lang: str):
    source = {(forms(m.id), m.context) for m in extracted() if m.id}
    catalog = stored(lang)
    known = {(forms(m.id), m.context) for m in catalog if m.id}

    assert known == source
    assert not catalog.obsolete


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_translation_is_empty_or_a_guess(lang: str):
    for message in stored(lang):
        if message.id:
            assert all(forms(message.string)), message.id
            assert not message.fuzzy, message.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_translation_fills_in_the_same_values(lang: str):
    places = re.compile(r"%\(\w+\)s|(?<!%)\{\w+\}")
    for message in stored(lang):
        if message.id:
            for form in forms(message.string):
                assert set(places.findall(form)) == set(places.findall(forms(message.id)[-1])), message.id
