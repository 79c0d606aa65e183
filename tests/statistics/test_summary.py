from streamhub.audience.model import FigureKind, PlatformFigure
from streamhub.kit.clock import MINUTE
from streamhub.statistics.model import Attendee, Opening, PlayerTime
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    DelegationPresence,
    Duration,
    Level,
    Peak,
    PlatformNumber,
    Represented,
    Viewers,
    WebTime,
)
from streamhub.statistics.summary import SessionMaterial, SummitMaterial, count_session, count_summit
from tests.statistics.people import BELGIUM, BENIN, HALL, PRESS, UNESCO, WALLONIA, WEB, ZOOM, at, stay, window

DELEGATIONS = (BELGIUM, BENIN, WALLONIA, UNESCO, PRESS)

GALA = (
    stay("awa", 0, 120, HALL),
    stay("awa", 0, 60),  # her telephone, in the hall
    stay("ben", 30, 120, ZOOM),
    stay("cem", 100, 110, WEB, "BE-WAL"),
    stay("dia", 0, 120, HALL, "PRESS"),
    stay("eva", -20, 0, HALL, "UNESCO"),  # left at the first word
    stay("iPhone", 60, 90, ZOOM, None),
)


def session(slug, stays, **others):
    return count_session(
        SessionMaterial(
            session=slug,
            window=window(),
            registered=9,
            percent=80,
            delegations=DELEGATIONS,
            stays=tuple(stays),
            **others,
        )
    )


def figure(*covers):
    return PlatformFigure(
        1, "youtube", "views", 398, FigureKind.DECLARED, at(200), "Studio, 5 Nov.", "p_com", covers
    )


def test_every_figure_of_a_session():
    found = session(
        "gala",
        GALA,
        openings=(Opening("v1", at(0), at(30)), Opening("v2", at(20), at(40))),
        players=(PlayerTime("awa", at(30), at(90)),),
        platforms=(figure("gala", "farewell"),),
    ).statistics

    assert found.final
    assert (found.session, found.window, found.registered, found.attended) == ("gala", window(), 9, 5)
    assert found.represented == Represented(1, 1, 0, ("BJ", "BE-WAL"))
    assert found.attended_threshold == AttendedThreshold(80, 2)
    assert found.peak == Peak(4, at(60))
    assert found.duration == Duration((120 + 90 + 10 + 120 + 30) * 60, 90 * 60)
    assert found.by_channel == ByChannel(hall=2, zoom=2, web=1)
    assert [(row.code, row.attended) for row in found.by_delegation] == [
        ("BE", 0), ("BJ", 2), ("BE-WAL", 1), ("UNESCO", 0), ("PRESS", 1), (None, 1),
    ]  # fmt: skip
    assert found.by_country == (CountryCount("BE", 1), CountryCount("BJ", 2), CountryCount(None, 2))
    assert found.viewers == Viewers(2, Peak(2, at(20)), 50 * 60)
    assert found.web == WebTime(page_seconds=70 * 60, player_seconds=30 * 60)
    assert found.platforms == (
        PlatformNumber(
            "youtube",
            "views",
            398,
            FigureKind.DECLARED,
            at(200),
            "Studio, 5 Nov.",
            "p_com",
            ("gala", "farewell"),
        ),
    )
    assert found.levels == (Level(2, 30 * MINUTE), Level(3, 50 * MINUTE), Level(4, 40 * MINUTE))


def test_a_session_that_has_not_begun_has_noughts_and_no_instant():
    found = count_session(
        SessionMaterial(
            session="gala", window=None, registered=9, percent=80, delegations=DELEGATIONS, stays=GALA
        )
    ).statistics

    assert not found.final
    assert (found.attended, found.peak, found.duration, found.levels) == (
        0,
        Peak(0, None),
        Duration(0, 0),
        (),
    )
    assert found.attended_threshold == AttendedThreshold(80, 0)


def test_every_figure_of_a_summit():
    farewell = session("farewell", [stay("awa", 0, 120), stay("eva", 0, 5, WEB, "UNESCO")])
    found = count_summit(
        SummitMaterial(
            registered=12,
            delegations=DELEGATIONS,
            sessions=(session("gala", GALA), farewell),
            check_ins=(Attendee("fay", "BE"), Attendee("awa", "BJ")),
            platforms=(figure(),),
            represented_declared=23,
        )
    )

    assert (found.registered, found.attended, found.represented_declared) == (12, 7, 23)
    assert found.represented == Represented(2, 1, 1, ("BE", "BJ", "BE-WAL", "UNESCO"))
    assert found.by_delegation == (
        DelegationCount("BE", 1), DelegationCount("BJ", 2), DelegationCount("BE-WAL", 1),
        DelegationCount("UNESCO", 1), DelegationCount("PRESS", 1), DelegationCount(None, 1),
    )  # fmt: skip
    assert found.by_country == (CountryCount("BE", 2), CountryCount("BJ", 2), CountryCount(None, 3))
    assert [one.session for one in found.sessions] == ["gala", "farewell"]
    assert found.matrix == (
        DelegationPresence("BE", (False, False)),
        DelegationPresence("BJ", (True, True)),
        DelegationPresence("BE-WAL", (True, False)),
        DelegationPresence("UNESCO", (False, True)),
    )
    assert [number.value for number in found.platforms] == [398]
