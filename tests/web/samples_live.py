"""People of the invented summit: who is in the hall, on line, gone to Zoom, waiting."""

from streamhub.access.roles import Role
from streamhub.floor.model import FloorRequest, Order, RequestState
from streamhub.floor.service import Line
from streamhub.handlers.views.floor import floor_view
from streamhub.handlers.views.shapes import Point
from streamhub.handlers.views.wall import WallInput
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.presence.model import Heads, Person, PersonState, Snapshot, Summary, Who
from streamhub.programme.model import SessionState, StateChange
from tests.web import samples as s
from tests.web import samples_switching

_HALL, _WEB, _ZOOM = Channel.HALL, Channel.WEB, Channel.ZOOM
_LETTERS = {
    "h": (PersonState.HALL, (_HALL,)),
    "o": (PersonState.ONLINE, (_WEB,)),
    "u": (PersonState.UNSTABLE, (_WEB,)),
    "z": (PersonState.ONLINE, (_ZOOM,)),
    "e": (PersonState.ELSEWHERE, ()),
    "w": (PersonState.WAITING, ()),
}
_HERE = {
    "BE": "hhhhhhhho", "BJ": "hhhhou", "BF": "ooo", "KH": "e", "CA-QC": "hhoo", "CM": "hhhoz", "CG": "hho",
    "CI": "hhhhoo", "FWB": "hhhhhh", "FR": "hhhoooe", "GA": "oozue", "MG": "oooow", "MA": "hhhoo", "MR": "ee",
    "RW": "hhoo", "TG": "hho", "TN": "hooo", "SN": "hhoou", "VN": "w", "WAL": "hhhhhhhho", "UNESCO": "oo",
    "EU": "he", "OIF": "hooe",
}  # fmt: skip


def people() -> tuple[Person, ...]:
    """Eighty-nine present, two more in Zoom whom nobody knows, and a technician."""
    found = []
    for code, letters in _HERE.items():
        for number, letter in enumerate(letters, start=1):
            state, channels = _LETTERS[letter]
            who = Who(
                participant=ParticipantId(f"p_{code}{number}"), delegation=DelegationCode(code),
                role=Role.DELEGATE, label="" if number % 3 else "Maire", seat=f"{code}-{number:02}",
            )  # fmt: skip
            found.append(Person(who, state, channels, 2 if letter == "o" else 0, s.NOW - number * 7 * MINUTE))
    staff = Who(
        participant=ParticipantId("p_st"), delegation=DelegationCode("STAFF"), role=Role.INTERPRETER,
        label="Cabine anglaise", seat="ST-01",
    )  # fmt: skip
    for number, mark in enumerate(("1a2b3c", "9f0e77"), start=1):
        unknown = Who(
            participant=ParticipantId(f"z_{number}"), delegation=None, role=Role.DELEGATE,
            label=f"Zoom {mark}", guest=True,
        )  # fmt: skip
        found.append(Person(unknown, PersonState.ONLINE, (_ZOOM,), 0, s.NOW - number * 5 * MINUTE))
    return (*found, Person(staff, PersonState.ONLINE, (_WEB,), 1, s.NOW - 50 * MINUTE))


def points() -> tuple[Point, ...]:
    """A rise, a top, a slow decline."""
    present = (0, 13, 35, 59, 69, 75, 79, 84, 92, 85, 88, 89)
    return tuple(
        Point(s.NOW - (len(present) - 1 - i) * 6 * MINUTE, n, n * 3 // 5, n - n * 3 // 5)
        for i, n in enumerate(present)
    )


def line() -> Line:
    """Benin speaks, three wait."""
    asked = s.NOW - 20 * MINUTE
    rows = [
        ("BJ", RequestState.SPEAKING),
        ("MA", RequestState.WAITING),
        ("RW", RequestState.WAITING),
        ("SN", RequestState.WAITING),
    ]
    return Line(
        Order.PROTOCOL,
        [
            FloorRequest(
                f"f_{code}", s.LIVE.slug, 1, DelegationCode(code), ParticipantId(f"p_{code}1"),
                "Données de santé" if code == "SN" else "", 4, state, asked + i,
                s.NOW - 2 * MINUTE if state is RequestState.SPEAKING else None,
            )
            for i, (code, state) in enumerate(rows)
        ],
    )  # fmt: skip


def wall_input(lang: str) -> WallInput:
    """The wall in the middle of a session."""
    labels = {ParticipantId(f"p_{code}1"): f"{code}-01" for code in _HERE}
    return WallInput(
        mails=True,
        session=s.LIVE,
        history=[
            StateChange(s.LIVE.slug, 1, SessionState.LIVE, s.NOW - 31 * MINUTE, automatic=False, by="p_mod")
        ],
        snapshot=Snapshot(12, people(), Summary(Heads(), ())),
        delegations=s.DELEGATIONS,
        excused={ParticipantId("p_CH1"): DelegationCode("CH")},
        removed=frozenset({ParticipantId("p_MA9")}),
        switching=samples_switching.one_channel(lang),
        checklist=samples_switching.NO_CHECKLIST,
        points=points(),
        top=None,
        floor=floor_view(line(), s.DELEGATIONS, labels, lang),
    )
