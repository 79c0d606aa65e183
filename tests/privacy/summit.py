"""The summit with known numbers, and somebody in it of whom everything is recorded."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance.correction_requests_model import RequestOrder
from streamhub.attendance.excused_model import ExcuseOrder
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.model import Key
from streamhub.attendance.openings_model import OpeningKind
from streamhub.attendance.service import CorrectionOrder
from streamhub.floor.service import FloorOrder
from streamhub.kit.audit import Act
from streamhub.kit.channel import Channel
from streamhub.kit.db import metadata
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.programme.clock import WindowKind
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.model import SessionState
from streamhub.statistics.disclosure import Audience
from tests.attendance.zoom_samples import HEADER
from tests.reports.example import CLOSING, TABLE, at

NAME, EMAIL, LABEL = "Luc Dossou", "luc.dossou@example.bj", "Ministre du Numérique"
WORDS = (
    NAME,
    EMAIL,
    LABEL,
    "luc-7",
    "Le port de Cotonou",
    "Vu par Madame Adjovi",
    "souffrant",
    "Mme Hounkpe",
)
"""Whatever was written by or about the person."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """The person: by pseudonym, by invitation, by link and token."""

    participant: ParticipantId
    invitation: InvitationId
    link: str
    token: str

    @property
    def code(self):
        """What stands behind the link's last slash."""
        return self.link.rsplit("/", 1)[1]


async def recorded(use, delegation="BJ"):
    """A delegate who did and suffered everything that can be recorded, and is on line in the closing."""
    entry = ParticipantEntry(
        external_id="luc-7",
        delegation=DelegationCode(delegation),
        role="delegate",
        label=LABEL,
        name=NAME,
        email=EMAIL,
        lang="fr",
        sessions=None,
        speak=False,
    )
    [issued] = await use.bulk.load([entry], "test")
    who = issued.invitation.participant
    moderator = await staff(use, Role.MODERATOR)
    await use.access.enter(issued.token)
    list_ = f"{HEADER}\n{NAME},{EMAIL},2021-11-04 15:00:00,2021-11-04 16:00:00,60,Yes,No\n"
    list_ += f"{NAME},,2021-11-04 16:10:00,2021-11-04 16:40:00,30,Yes,No\n"
    order = ZoomOrder(timezone="Europe/Brussels", sessions=(TABLE,))
    previewed = await use.imports.preview(
        "zoom-participants", Upload("zoom.csv", list_.encode()), order, "test"
    )
    await use.imports.apply(previewed.asked.id, "test")
    table = await use.programme.session(TABLE)
    correction = CorrectionOrder(who, at(60), at(66), True, Channel.HALL, "Vu par Madame Adjovi")
    await use.attendance.correct(table, correction, moderator)
    wrong = RequestOrder(participant=who, since=at(50), until=at(55), present=True, reason="souffrant")
    await use.correction_requests.ask(TABLE, wrong)
    await use.excused.set(CLOSING, ExcuseOrder(who, "souffrant", "Mme Hounkpe"), moderator)
    await use.floor.ask(CLOSING, FloorOrder(DelegationCode(delegation), who, "Le port de Cotonou"))
    await use.audit.write(Act(by=who, role="delegate", action="correction.request", target=TABLE))
    await use.audit.write(
        Act(by=moderator, role="moderator", action="person.admit", target=who, detail=(("who", who),))
    )
    return Somebody(who, issued.invitation.id, issued.link, issued.token)


async def on_line(use, who, opened=215):
    """The closing is live, and the person in it with the player opened; the last minute is now."""
    await use.programme.set_state(CLOSING, SessionState.LIVE, "test")
    closing = await use.programme.session(CLOSING)
    await use.attendance.arrive(key(who, closing), use.clock.now())
    await use.openings.open(OpeningKind.PLAYER, who, CLOSING, closing.run, use.clock.now())
    use.clock.advance(minutes=opened - 210)


def key(who, session, channel=Channel.WEB):
    """A person in a session."""
    return Key(who, session.slug, session.run, channel)


async def staff(use, role=Role.ORGANISER):
    """Somebody who works for the summit."""
    [issued] = await use.access.issue(InvitationOrder(role=role), "test")
    return issued.invitation.participant


async def figures(use):
    """Every figure there is, exact and for publication; who declared one is a pseudonym and no figure."""
    found = {}
    for audience in Audience:
        summit = (await use.statistics.of_summit(audience)).value
        found["summit", audience] = unsigned(replace(summit, sessions=tuple(map(unsigned, summit.sessions))))
        for session in await use.programme.sessions():
            kinds = WindowKind if audience is Audience.INTERNAL else [WindowKind.ACTUAL]
            for kind in kinds:
                one = await use.statistics.of_session(session.slug, audience, kind)
                found[session.slug, audience, kind] = unsigned(one.value)
                for step in (60, 300, 420):
                    curve = await use.statistics.timeline(session.slug, step, audience, kind)
                    found[session.slug, audience, kind, step] = curve.value
    return found


def unsigned(statistics):
    """The same without the pseudonyms of those who declared a number."""
    return replace(statistics, platforms=tuple(replace(one, author=None) for one in statistics.platforms))


async def cells(use):
    """Every value in the database, as (table, column, value)."""

    def everything(tx):
        return [
            (table.name, column.name, value)
            for table in metadata.sorted_tables
            if table.info.get("of") != "tests"
            for row in tx.all(sa.select(table))
            for column, value in zip(table.columns, row, strict=True)
        ]

    return await use.db.read(everything)


async def where(use, word):
    """The columns in which a word stands."""
    found = {(table, column) for table, column, value in await cells(use) if word in str(value)}
    return sorted(found)
