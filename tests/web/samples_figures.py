"""Figures of the invented summit: one session exact, the same for publication, the summit."""

from dataclasses import replace
from datetime import timedelta

from streamhub.access.model import Participant
from streamhub.access.roles import Role
from streamhub.attendance.correction_requests_model import CorrectionRequest, RequestState
from streamhub.attendance.door_model import DoorList, Standing
from streamhub.attendance.imports_model import Import, ImportCounts, ImportKind, ImportState, QueueRow
from streamhub.attendance.model import Key, Stay
from streamhub.attendance.zoom_times import DateOrder
from streamhub.audience.model import FigureKind
from streamhub.handlers.views.desk import DeskInput
from streamhub.handlers.views.figures import FiguresInput
from streamhub.handlers.views.platforms import Platforms, PlatformState, ViewersCurve
from streamhub.handlers.views.shapes import curve
from streamhub.handlers.views.summit import ListsInput
from streamhub.handlers.views.zoom_hearing import ZoomState
from streamhub.kit.channel import Channel
from streamhub.kit.clock import DAY, HOUR, MINUTE
from streamhub.kit.ids import DelegationCode, ImportId, ParticipantId, SessionSlug
from streamhub.kit.times import Times
from streamhub.programme.clock import Window, WindowKind
from streamhub.reports import method, sentences
from streamhub.reports.model import Rule
from streamhub.reports.pictures import session_picture
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience, Suppression
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    DelegationPresence,
    Duration,
    Peak,
    PlatformNumber,
    Point,
    Represented,
    SessionStatistics,
    ShownSource,
    SummitStatistics,
    Timeline,
    Viewers,
)
from tests.web import samples as s
from tests.web import samples_live as live

PAST = s.SESSIONS[1]
SINCE, UNTIL = PAST.starts_at + 11 * MINUTE, PAST.ends_at + 18 * MINUTE
_COUNTS = (10, 7, 4, 2, 5, 2, 6, 4, 7, 2, 7, 8, 4, 0, 4, 6, 3, 5, 4, 4, 6, 2, 3, 14, 2, 3, 6)
BY_DELEGATION = (
    *(DelegationCount(d.code, n) for d, n in zip(s.DELEGATIONS, _COUNTS, strict=True)),
    DelegationCount(None, 1),
)
REPRESENTED = Represented(20, 3, 3, tuple(d.code for d, n in zip(s.DELEGATIONS, _COUNTS, strict=True) if n))
PLATFORMS = (
    PlatformNumber(
        "youtube", "views", 398, FigureKind.DECLARED, s.NOW - HOUR, "Export Studio du 4 novembre", None,
        (PAST.slug, SessionSlug("ouverture")),
    ),
    PlatformNumber(
        "room", "head_count", 158, FigureKind.DECLARED, s.NOW - DAY, "Compté à l’œil par l’accueil", None,
        (PAST.slug,),
    ),
)  # fmt: skip

EXACT = SessionStatistics(
    session=PAST.slug,
    window=Window(WindowKind.ACTUAL, SINCE, UNTIL, final=True),
    registered=140,
    represented=REPRESENTED,
    attended=131,
    attended_threshold=AttendedThreshold(80, 97),
    peak=Peak(118, SINCE + 61 * MINUTE),
    duration=Duration(1_012_345, 7_401),
    by_channel=ByChannel(61, 44, 26),
    by_delegation=BY_DELEGATION,
    by_country=tuple(CountryCount(str(d.code), d.attended) for d in BY_DELEGATION),
    viewers=Viewers(212, Peak(88, SINCE + 40 * MINUTE), 301_200),
    sources=(
        ShownSource("youtube", "https://www.youtube.com/watch?v=aqz-KE-bpKQ", SINCE, SINCE + 50 * MINUTE),
        ShownSource("text", "", SINCE + 50 * MINUTE, UNTIL),
    ),
    web=None,
    platforms=PLATFORMS,
)
PUBLISHED = replace(
    EXACT, by_delegation=None, by_country=None, by_channel=ByChannel(61, None, None, suppressed=True),
    registered=None, duration=Duration(None, None, suppressed=True),
)  # fmt: skip
NOT_BEGUN = replace(
    EXACT, window=None, attended=0, peak=Peak(0, None), by_channel=ByChannel(0, 0, 0),
    viewers=Viewers(0, Peak(0, None), 0), platforms=(),
)  # fmt: skip

_HEADS = (70, 82, 90, 89, 102, 112, 118, 115, 113, 109, 104, 95, 79, 53)


def curve_of(*, hide: bool = False) -> Timeline:
    """A curve of fourteen points; hidden at its end if asked."""
    step = (UNTIL - SINCE) // len(_HEADS)
    points = tuple(
        Point(SINCE + i * step, n, n * 3 // 5, n // 5, n - n * 3 // 5 - n // 5, n)
        for i, n in enumerate(_HEADS)
    )
    if hide:
        points = (
            *points[:-2],
            *(replace(p, present=None, hall=None, zoom=None, web=None) for p in points[-2:]),
        )
    return Timeline(step // 1000, points)


def figures_input(statistics: SessionStatistics, lang: str, audience: str) -> FiguresInput:
    """The page of one session."""
    words = Wording(lang, s.ZONE)
    timeline = Timeline(60, ()) if statistics.window is None else curve_of(hide=audience == "public")
    return FiguresInput(
        session=PAST,
        statistics=statistics,
        timeline=timeline,
        delegations=s.DELEGATIONS,
        titles={session.slug: session.titles.get(lang) for session in s.SESSIONS},
        audience=audience,
        threshold=5,
        sentences=sentences.of_session(statistics, words),
        rules=method.of_session(80, Audience(audience), Suppression(5, applied=False), words),
        picture=session_picture(statistics, timeline, words),
    )


def summit_statistics() -> SummitStatistics:
    """Three sessions with figures, three to come."""
    sessions = tuple(
        replace(EXACT if i < 3 else NOT_BEGUN, session=one.slug) for i, one in enumerate(s.SESSIONS)
    )
    return SummitStatistics(
        registered=163,
        attended=149,
        represented=REPRESENTED,
        by_delegation=BY_DELEGATION,
        by_country=EXACT.by_country or (),
        sessions=sessions,
        matrix=tuple(
            DelegationPresence(d.code, tuple((n + i) % 3 > 0 for n in range(len(sessions))))
            for i, d in enumerate(s.DELEGATIONS)
        ),
        platforms=PLATFORMS,
        represented_declared=24,
    )


def summit_words(lang: str) -> tuple[tuple[str, ...], tuple[Rule, ...]]:
    """The sentences and the rules of the summit's report."""
    words = Wording(lang, s.ZONE)
    told = sentences.of_summit(summit_statistics(), {PAST.slug: PAST.titles.get(lang)}, words)
    return told, method.of_summit(Audience.PUBLIC, Suppression(5, applied=True), words)


def participants() -> tuple[Participant, ...]:
    """Two to nine people of each delegation."""
    functions = ("Maire", "Directrice du numérique", "", "Conseiller")
    found = [
        Participant(
            id=ParticipantId(f"p_{d.code}{n}"), delegation=d.code, role=Role.DELEGATE,
            label=functions[n % 4], seat=f"{d.code}-{n:02}", sessions=None, invited=True, speak=False,
        )
        for d, count in zip(s.DELEGATIONS, _COUNTS, strict=True)
        for n in range(1, count + 2)
    ]  # fmt: skip
    team = Participant(
        id=ParticipantId("p_st"), delegation=DelegationCode("STAFF"), role=Role.OBSERVER,
        label="Observatrice", seat="ST-04", sessions=None, invited=True, speak=False,
    )  # fmt: skip
    return (*found, team)


def lists() -> ListsInput:
    """Two lists, three names that nobody recognised."""
    counts = ImportCounts(
        rows=84,
        waiting_room=3,
        outside=5,
        people=47,
        matched=44,
        unmatched=3,
        stays=61,
        already=0,
        problems=1,
    )
    one = Import(
        id=ImportId("im_1"),
        kind=ImportKind.ZOOM_PARTICIPANTS,
        state=ImportState.APPLIED,
        file="participants_855.csv",
        sessions=(PAST.slug,),
        timezone=s.ZONE,
        date_order=DateOrder.DMY,
        counts=counts,
        created_at=s.NOW - HOUR,
        created_by="p_com",
    )
    undone = replace(one, id=ImportId("im_2"), file="essai.csv", state=ImportState.UNDONE)
    queue = tuple(
        QueueRow(
            id=i, import_id=one.id, file=one.file, name=name, email=None, sessions=(PAST.slug,),
            since=SINCE, until=UNTIL, erased_at=s.NOW + 6 * DAY,
        )
        for i, name in enumerate(("iPhone de Luc", "Salle 2", "A. Traoré"), start=1)
    )  # fmt: skip
    return ListsInput((one, undone), queue, participants())


def desk_input() -> DeskInput:
    """A morning at the door."""
    people = participants()
    inside = [Standing(p.id, since=s.NOW - (i % 9) * 7 * MINUTE) for i, p in enumerate(people) if i % 3]
    online = {p.id: s.NOW - 2 * HOUR for i, p in enumerate(people) if i % 12 == 0}
    return DeskInput(
        people[:60] + people[-1:], s.DELEGATIONS, DoorList(tuple(inside), 1), online, s.SESSIONS[2:4]
    )


def correction_requests() -> list[CorrectionRequest]:
    """One in each state."""
    return [
        CorrectionRequest(
            id=f"cr_{state}",
            participant=ParticipantId("p_sn02"),
            session=PAST.slug,
            run=1,
            since=SINCE + 5 * MINUTE,
            until=SINCE + 10 * MINUTE,
            present=state is not RequestState.REFUSED,
            reason="Ligne coupée",
            state=state,
            asked_at=s.NOW,
        )
        for state in RequestState
    ]


def stays() -> list[Stay]:
    """What one person sees of themself."""
    me = ParticipantId("p_sn02")
    return [
        Stay(Key(me, PAST.slug, 1, Channel.WEB), SINCE, SINCE + 40 * MINUTE),
        Stay(Key(me, PAST.slug, 1, Channel.ZOOM), SINCE + 45 * MINUTE, UNTIL),
        Stay(
            Key(me, s.LIVE.slug, 1, Channel.WEB),
            s.NOW - int(timedelta(minutes=9) / timedelta(milliseconds=1)),
            None,
        ),
    ]


def platforms(times: Times) -> Platforms:
    """One platform that was read, one that refuses our key."""
    line = curve(live.points(), times)
    assert line is not None
    read = PlatformState("youtube", "", True, times.moment(s.NOW), None, ("aqz-KE-bpKQ",))
    refused = PlatformState("facebook", "key_refused", True, None, times.moment(s.NOW + MINUTE), ())
    return Platforms((read, refused), (ViewersCurve("youtube", "aqz-KE-bpKQ", line),))


def zoom(times: Times) -> tuple[ZoomState, ...]:
    """An account that tells everything, and one whose reports are refused."""
    told = ZoomState(
        account="principal", hears=True, asks=True, webhook=times.moment(s.NOW), validated=True,
        report=times.moment(s.NOW), fault="", right="", set_aside=1,
    )  # fmt: skip
    faults = {"fault": "right_missing", "right": "report:read:list_meeting_participants:admin"}
    return told, replace(told, account="ville", webhook=None, validated=False, report=None, **faults)
