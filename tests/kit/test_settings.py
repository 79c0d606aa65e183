import re
from pathlib import Path

import pytest

from streamhub.kit.errors import SettingInvalid
from streamhub.kit.settings import declared, load_settings
from streamhub.kit.settings_doc import markdown_text, toml_text

ROOT = Path(__file__).resolve().parents[2]


def load(environment=None, **layers):
    return load_settings(environment=environment or {}, **layers)


def test_without_anything_every_setting_has_its_default():
    settings, origins = load()

    assert settings.grace_seconds == 20
    assert {origin.origin for origin in origins} == {"default"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_summit(tmp_path):
    file = tmp_path / "streamhub.toml"
    file.write_text("doors_minutes = 20\nattended_percent = 70\n")

    settings, _ = load(
        {"STREAMHUB_DOORS_MINUTES": "10"},
        file=file,
        summit={"doors_minutes": 5, "attended_percent": 60, "overrun_minutes": 15},
    )

    assert (settings.doors_minutes, settings.attended_percent, settings.overrun_minutes) == (10, 70, 15)


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"STREAMHUB_DORS_MINUTES": "5"}, "dors_minutes"),
        ({"STREAMHUB_DOORS_MINUTES": "soon"}, "doors_minutes"),
        ({"STREAMHUB_DOORS_MINUTES": "-1"}, "doors_minutes"),
        ({"STREAMHUB_PUBLIC_URL": "https://live.example.org/path"}, "public_url"),
        ({"STREAMHUB_PUBLIC_URL": "live.example.org"}, "public_url"),
        ({"STREAMHUB_ATTENDED_PERCENT": "101"}, "attended_percent"),
        ({"STREAMHUB_LIVE_DIRECT_FRAMES": "perhaps"}, "live_direct_frames"),
        ({"STREAMHUB_HLS_HOSTS": '["stream.example.org"]'}, "hls_hosts"),
        ({"STREAMHUB_PEERTUBE_HOSTS": "video.example.org, https://tube.example.org/"}, "peertube_hosts"),
        ({"STREAMHUB_STREAM_HOSTS": "radio.example.org:8000"}, "stream_hosts"),
    ],
)
def test_an_unknown_or_bad_setting_stops_the_start_and_names_itself(environment, name):
    with pytest.raises(SettingInvalid, match=f"^{name}: "):
        load(environment)


def test_a_missing_settings_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(SettingInvalid, match=r"nowhere\.toml: no such file"):
        load(file=tmp_path / "nowhere.toml")


def test_the_settings_file_and_its_page_are_those_of_the_declarations():
    assert (ROOT / "config/streamhub.toml").read_text() == toml_text()
    assert (ROOT / "docs/settings.md").read_text() == markdown_text()


def test_the_commented_settings_file_says_the_defaults(tmp_path):
    file = tmp_path / "all.toml"
    file.write_text(re.sub(r"^#(\w+ = )", r"\1", toml_text(), flags=re.MULTILINE))

    settings, _ = load(file=file)

    assert settings == load()[0]


def test_every_setting_says_what_it_is():
    assert all(field.metadata["help"].endswith(".") for field in declared())
