"""``doctor``: is everything ready for the summit, each credential tried for real."""

import json
import re
from pathlib import Path

import pytest

from tests.bulk.mail_server import mail_server
from tests.process import streamhub
from tests.stand_ins.youtube import KEY, youtube
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, zoom

EXAMPLE = Path(__file__).parents[2] / "config" / "example"
VIDEOS = sorted(
    set(re.findall(r"(?:youtu\.be/|v=|/live/)([\w-]{11})", (EXAMPLE / "programme.csv").read_text()))
)


@pytest.fixture(scope="module")
async def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doctor") / "data"
    await streamhub("summit", "load", str(EXAMPLE), "--data", str(folder))
    return folder


async def examined(data, **settings):
    """What is found, by its name, and whether all of it is good."""
    told = await streamhub("doctor", "--json", "--data", str(data), check=False, **settings)
    answer = json.loads(told)
    return {finding["what"]: finding["mend"] for finding in answer["findings"]}, answer["ready"]


async def test_without_any_platform_nothing_is_asked(data):
    found, ready = await examined(data)

    assert not any("youtube" in what for what in found)
    assert not ready
    assert found["somebody can moderate"] == "streamhub invite issue --role moderator"


async def test_a_key_that_works_is_good_and_a_video_that_is_not_public_is_named(data):
    async with youtube(**dict.fromkeys(VIDEOS[1:], (1, None))) as platform:
        given = {"STREAMHUB_YOUTUBE_API_KEY": KEY, "STREAMHUB_STAND_INS": f"youtube={platform.url}"}
        found, _ = await examined(data, **given)

    assert found["counts of youtube can be read"] == ""
    assert found[f"youtube shows {VIDEOS[0]}"] == "no public video of this id: look at its link"


async def test_a_key_that_is_refused_is_said_to_be_and_never_shown(data):
    async with youtube() as platform:
        given = {"STREAMHUB_YOUTUBE_API_KEY": "AIzaOld", "STREAMHUB_STAND_INS": f"youtube={platform.url}"}
        found, ready = await examined(data, **given)

    assert "make a new one" in found["counts of youtube can be read"]
    assert not ready
    assert "AIzaOld" not in str(found)


# Zoom; more of it stands in test_doctor_zoom.py


async def test_zoom_accounts_are_tried_and_a_refused_secret_is_never_shown(data, tmp_path):
    file = tmp_path / "zoom.toml"
    file.write_text(
        f'[ville]\naccount_id = "{ACCOUNT_ID}"\nclient_id = "{CLIENT_ID}"\n'
        'client_secret = "oldSecret0123"\nemail_domain = "delegues.example.org"\n'
    )
    async with zoom() as there:
        given = {"STREAMHUB_ZOOM_ACCOUNTS_FILE": str(file), "STREAMHUB_STAND_INS": f"zoom={there.url}"}
        found, ready = await examined(data, **given)

    assert "client_secret is wrong" in found["zoom account ville: Zoom takes its credentials"]
    assert "secret_token" in found["zoom account ville: what Zoom sends is checked"]
    assert "oldSecret0123" not in str(found)
    assert not ready


# Mail


def mail_settings(port, password):
    return {
        "STREAMHUB_SMTP_HOST": "127.0.0.1",
        "STREAMHUB_SMTP_PORT": str(port),
        "STREAMHUB_SMTP_SECURITY": "none",
        "STREAMHUB_SMTP_FROM": "liens@sommet.example",
        "STREAMHUB_SMTP_USER": "liens",
        "STREAMHUB_SMTP_PASSWORD": password,
    }


async def test_the_mail_server_is_tried_without_a_letter(data):
    async with mail_server(auth_require_tls=False) as box:
        good, _ = await examined(data, **mail_settings(box.port, "richtig"))
        bad, _ = await examined(data, **mail_settings(box.port, "falsch0123"))

    assert good["mail through 127.0.0.1"] == ""
    assert "refuses the login: 535" in bad["mail through 127.0.0.1"]
    assert "falsch0123" not in str(bad)
    assert not box.received
