"""Short words for stays, windows and delegations; times are minutes after ten o'clock."""

from hypothesis import strategies as st

from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, parse_rfc3339
from streamhub.kit.text import Localised
from streamhub.programme.clock import Window, WindowKind
from streamhub.programme.model import Delegation, DelegationKind
from streamhub.statistics.model import Attendance

HALL, ZOOM, WEB = Channel
TEN = parse_rfc3339("2021-11-04T10:00:00Z")


def at(minute):
    return TEN + round(minute * MINUTE)


def window(since=0, until=120, *, final=True):
    return Window(WindowKind.ACTUAL, at(since), at(until), final)


def stay(who, since, until, channel=WEB, delegation="BJ"):
    return Attendance(who, delegation, channel, at(since), at(until))


def delegation(code, kind="country", country=None):
    return Delegation(code, Localised(), DelegationKind(kind), code if country is None else country)


BENIN = delegation("BJ")
BELGIUM = delegation("BE")
WALLONIA = delegation("BE-WAL", "region", "BE")
BRUSSELS = delegation("BE-BRU", "region", "BE")
UNESCO = delegation("UNESCO", "organisation", "")
PRESS = delegation("PRESS", "press", "")
DELEGATIONS = (BENIN, BELGIUM, WALLONIA, BRUSSELS, UNESCO, PRESS)

TINY = Window(WindowKind.ACTUAL, 5, 25, final=True)
"""Twenty milliseconds, for oracles that look at every instant of it."""


@st.composite
def tiny_stays(draw):
    """A few stays of a few people around ``TINY``, in milliseconds; each person has one delegation."""
    people = draw(st.lists(st.sampled_from("abcdef"), max_size=9))
    codes = dict(zip("abcdef", ["BJ", "BE", "BE-WAL", "UNESCO", None, "BJ"], strict=True))
    return [
        Attendance(
            who,
            codes[who],
            draw(st.sampled_from(Channel)),
            draw(st.integers(0, 30)),
            draw(st.integers(0, 30)),
        )
        for who in people
    ]


def there(stays, instant, *channels):
    """Who is there at the instant, by any of the channels: the slow obvious way."""
    return {
        s.participant for s in stays if s.since <= instant < s.until and s.channel in (channels or Channel)
    }


def instants(of):
    return range(of.since, of.until)
