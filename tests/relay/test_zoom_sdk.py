"""The signature with which a person joins a Zoom meeting in our page, against the vector of the facts."""

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import SECOND
from streamhub.relay.link_model import Kind, Link, Provider
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_sdk import LONGEST_SECONDS, MAX_KEY, SHORTEST_SECONDS, OwnLink, joining, signature

ACCOUNT = ZoomAccount(
    name="ville", sdk_key="sdkKeyExample00000001", sdk_secret="sdkSecretExample0123456789abcdef"
)
MEETING = "85512345678"
NOW = 1_635_976_830 * SECOND
VECTOR = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhcHBLZXkiOiJzZGtLZXlFeGFtcGxlMDAwMDAwMDEiLCJzZGtLZXkiOiJzZGtLZXl"
    "FeGFtcGxlMDAwMDAwMDEiLCJtbiI6Ijg1NTEyMzQ1Njc4Iiwicm9sZSI6MCwiaWF0IjoxNjM1OTc2ODAwLCJleHAiOjE2MzU5ODQwMDA"
    "sInRva2VuRXhwIjoxNjM1OTg0MDAwLCJ2aWRlb193ZWJydGNfbW9kZSI6MX0.lmhd1U9OpJh-svqRSsXwmttvOXWe63tWSqyqNR1vM1g"
)
LINK = Link(Provider.ZOOM, Kind.ZOOM_JOIN, MEETING, host="us02web.zoom.us", pwd="QWxhZGRpbjpvcGVu.1")


def claims(token):
    return jwt.decode(
        token, ACCOUNT.sdk_secret, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
    )


def test_the_vector_of_the_facts():
    assert signature(ACCOUNT, MEETING, NOW) == VECTOR


@given(st.integers(1_600_000_000, 4_000_000_000), st.integers(SHORTEST_SECONDS, LONGEST_SECONDS))
def test_claims_are_dated_half_a_minute_back_and_end_within_zooms_bounds(second, valid):
    said = claims(signature(ACCOUNT, MEETING, second * SECOND + 999, valid))

    assert said["iat"] == second - 30
    assert SHORTEST_SECONDS <= said["exp"] - said["iat"] <= LONGEST_SECONDS
    assert said["tokenExp"] == said["exp"]
    assert said["role"] == 0
    assert said["mn"] == MEETING
    assert said["appKey"] == said["sdkKey"] == ACCOUNT.sdk_key
    assert said["video_webrtc_mode"] == 1


@pytest.mark.parametrize("valid", [0, SHORTEST_SECONDS - 1, LONGEST_SECONDS + 1])
def test_a_lifetime_that_zoom_refuses_is_not_signed(valid):
    with pytest.raises(ValueError, match="Zoom allows"):
        signature(ACCOUNT, MEETING, NOW, valid)


def test_by_the_common_link_somebody_joins_with_its_passcode_and_no_address():
    found = joining(ACCOUNT, LINK, None, "BJ-03", "k" * MAX_KEY, NOW)

    assert (found.meeting, found.password, found.email, found.tk) == (MEETING, LINK.pwd, "", "")


def test_whoever_is_registered_joins_by_their_own_registration():
    own = OwnLink(
        "p-7f3a9c21@delegues.example.org", f"https://us02web.zoom.us/w/{MEETING}?tk=AbC_dEf.DQ&pwd=xYz.1"
    )

    found = joining(ACCOUNT, LINK, own, "Bénin, Ministre", "key", NOW)

    assert (found.password, found.email, found.tk) == ("xYz.1", own.email, "AbC_dEf.DQ")


def test_nothing_secret_is_written_down_by_accident():
    own = OwnLink("p@example.org", f"https://us02web.zoom.us/w/{MEETING}?tk=AbC_dEf.DQ&pwd=xYz.1")
    shown = repr((ACCOUNT, own, joining(ACCOUNT, LINK, own, "BJ-03", "customerKey0", NOW)))

    for secret in (ACCOUNT.sdk_secret, "AbC_dEf", "xYz.1", "customerKey0", "eyJ"):
        assert secret not in shown
