"""``doctor``: is everything ready for the summit, each credential tried for real."""

import json
import re
from pathlib import Path

import pytest

from tests.bulk.mail_server import mail_server
from tests.process import streamhub
from tests.stand_ins.youtube import KEY, youtube
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, SCOPES, zoom

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


# Zoom


@pytest.fixture(scope="module")
async def zoom_there():
    async with zoom() as stand_in:
        yield stand_in


def zoom_settings(tmp_path, stand_in, **changes):
    """An accounts file with one account, and where Zoom is."""
    given = {
        "account_id": ACCOUNT_ID,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "secret_token": "whsec_namur_2021_example",
        "email_domain": "delegues.example.org",
    } | changes
    file = tmp_path / "zoom.toml"
    file.write_text("[ville]\n" + "".join(f'{name} = "{value}"\n' for name, value in given.items() if value))
    return {"STREAMHUB_ZOOM_ACCOUNTS_FILE": str(file), "STREAMHUB_STAND_INS": f"zoom={stand_in.url}"}


async def test_an_account_with_every_scope_is_good(data, tmp_path, zoom_there):
    found, _ = await examined(data, **zoom_settings(tmp_path, zoom_there))
    about = {what: mend for what, mend in found.items() if "zoom account" in what}

    assert "zoom account ville: Zoom takes its credentials" in about
    assert "zoom account ville: can read who was there, meetings" in about
    assert "zoom account ville: can make personal links, meetings" in about
    assert set(about.values()) == {""}


async def test_the_missing_scope_is_named_in_both_forms(data, tmp_path, zoom_there):
    zoom_there.scope = "meeting:write:batch_registrants:admin webinar:write:admin report:read:admin"
    try:
        found, ready = await examined(data, **zoom_settings(tmp_path, zoom_there, secret_token=""))
    finally:
        zoom_there.scope = SCOPES

    assert found["zoom account ville: can make personal links, meetings"].endswith(
        ": meeting:update:registrant_status:admin (or the classic meeting:write:admin)"
    )
    assert found["zoom account ville: can read who was there, webinars"] == ""
    assert found["zoom account ville: can make panelists, webinars"].endswith(
        ": webinar:read:list_panelists:admin (or the classic webinar:read:admin)"
    )
    assert "secret_token" in found["zoom account ville: what Zoom sends is checked"]
    assert not ready


async def test_a_refused_secret_of_zoom_is_said_to_be_and_never_shown(data, tmp_path, zoom_there):
    found, _ = await examined(data, **zoom_settings(tmp_path, zoom_there, client_secret="oldSecret0123"))

    assert "client_secret is wrong" in found["zoom account ville: Zoom takes its credentials"]
    assert "oldSecret0123" not in str(found)


async def test_a_zoom_that_cannot_be_reached_is_one_line(data, tmp_path):
    async with zoom() as gone:
        given = zoom_settings(tmp_path, gone)
    found, _ = await examined(data, **given)

    assert found["zoom account ville: Zoom takes its credentials"].startswith("Zoom cannot be reached")


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
