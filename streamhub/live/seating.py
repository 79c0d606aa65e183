"""Who sits and who waits for a seat, in every session: the rules with what is known now."""

from collections.abc import Iterable
from dataclasses import dataclass

from streamhub.access.admissions import AdmissionService
from streamhub.access.admissions_model import Admissions
from streamhub.attendance.model import Stay
from streamhub.kit.clock import SECOND, Clock
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.live.messages import Waiting
from streamhub.live.seats import SeatRow
from streamhub.live.visit import Visit
from streamhub.live.visits import Visits
from streamhub.presence.model import Diff, Person, PersonState, Who
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService

REMOTE = frozenset({PersonState.ONLINE, PersonState.UNSTABLE, PersonState.ELSEWHERE})
"""Uses a seat. Who left for Zoom from here keeps it: they are no less remote there."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked before somebody is given a seat."""

    clock: Clock
    settings: Settings
    programme: ProgrammeService
    admissions: AdmissionService
    presence: PresenceService
    visits: Visits


class Seating:
    """The rows of every session; where seats are not enforced, nothing here ever says no."""

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        self._rows: dict[SessionSlug, dict[DelegationCode | None, SeatRow]] = {}
        self._admitted: dict[SessionSlug, frozenset[DelegationCode]] = {}

    def stand(self, visit: Visit) -> None:
        """A page comes: its person stands in line from this moment, before the doors open too."""
        if self._limits(visit.who):
            self._row(visit.session, visit.who).stand(visit.who.participant)

    async def sit(self, who: Who, session: Session) -> Waiting | None:
        """Give the person a seat, or say what to wait for.

        Nothing is awaited between looking and taking. Without an answer an arrival is under
        way: call ``settle`` when it is over.
        """
        row = await self._row_for(who, session)
        if row is None or row.sit(who.participant, self._ready(session.slug)):
            return None
        return Waiting(reason="seats", position=row.position(who.participant))

    def settle(self, who: Who, slug: SessionSlug) -> None:
        """The arrival is over."""
        if self._limits(who):
            self._row(slug, who).settle(who.participant)

    async def admits(self, who: Who, session: Session) -> bool:
        """Whether the person sits, or could now."""
        row = await self._row_for(who, session)
        return row is None or row.admits(who.participant, self._ready(session.slug))

    def bar(self, who: Who, slug: SessionSlug) -> None:
        """The person may not come in: neither seat nor place in line."""
        if self._limits(who):
            self._row(slug, who).excuse(who.participant)

    # What changed

    def called(self, slug: SessionSlug) -> list[tuple[Visit, Waiting | None]]:
        """Every page that waits for a seat, and where its person stands now; None: come in."""
        found: list[tuple[Visit, Waiting | None]] = []
        ready = self._ready(slug)
        for row in self._rows.get(slug, {}).values():
            if not row.line:
                continue
            self._refresh(row, slug)
            for person in row.line:
                place = None if row.admits(person, ready) else row.position(person)
                waiting = None if place is None else Waiting(reason="seats", position=place)
                pages = self._use.visits.open_of(person, slug)
                found += [(page, waiting) for page in pages if _waits_for_seat(page)]
        return found

    def moved(self, slug: SessionSlug, diff: Diff) -> list[Visit]:
        """The pages of those whose need of a seat may have changed: into the hall, or out of it."""
        changed = [
            p for p in (*diff.joins, *diff.updates) if self._limits(p.who) and self._misplaced(slug, p)
        ]
        return [page for p in changed for page in self._use.visits.open_of(p.who.participant, slug)]

    async def admitted(self, session: Session) -> None:
        """Somebody was let in beyond the seats: who is, uses none. Or that was taken back."""
        admissions = await self._admissions(session)
        for code, row in self._rows.get(session.slug, {}).items():
            for person in (*row.sitting, *row.line):
                if admissions.covers(person, code):
                    row.excuse(person)

    async def look_again(self) -> list[SessionSlug]:
        """Read anew how many seats there are; answers the sessions in which somebody waits."""
        seats = await self._seats()
        for rows in self._rows.values():
            for code, row in rows.items():
                row.seats = seats.get(code)
        return [slug for slug, rows in self._rows.items() if any(row.line for row in rows.values())]

    def keep(self, stays: Iterable[tuple[Stay, Who]]) -> None:
        """Keep the seats of those whom a restart of ours put out, as long as their stay can go on."""
        for stay, who in stays:
            if self._limits(who) and stay.until is not None:
                until = stay.until + self._use.settings.restart_gap_seconds * SECOND
                self._row(stay.key.session, who).keep(who.participant, until)

    # Inside

    def _limits(self, who: Who) -> bool:
        """Seats are for people on our page: a guest in Zoom takes none from those who were invited."""
        return self._use.settings.enforce_seats and who.counted and not who.guest

    async def _seats(self) -> dict[DelegationCode | None, int | None]:
        """How many seats each delegation has; None: no limit."""
        return {d.code: d.seats for d in await self._use.programme.delegations()}

    def _row(self, slug: SessionSlug, who: Who) -> SeatRow:
        return self._rows.setdefault(slug, {}).setdefault(who.delegation, SeatRow())

    async def _row_for(self, who: Who, session: Session) -> SeatRow | None:
        """The row in which the person needs a seat; None for who needs none."""
        if not self._limits(who):
            return None
        admissions = await self._admissions(session)
        row = self._row(session.slug, who)
        row.seats = (await self._seats()).get(who.delegation)
        if admissions.covers(who.participant, who.delegation) or self._in_hall(who, session.slug):
            row.excuse(who.participant)
            return None
        if row.seats is not None:
            self._refresh(row, session.slug)
        return row

    async def _admissions(self, session: Session) -> Admissions:
        """Who needs no seat; of a delegation that is held again, who is in sits from now on."""
        admissions = await self._use.admissions.of(session)
        before = self._admitted.get(session.slug, frozenset())
        self._admitted[session.slug] = admissions.delegations
        for code in before - admissions.delegations:
            for person in self._use.presence.now(session.slug).people:
                who = person.who
                if who.delegation != code or admissions.covers(who.participant, code):
                    continue
                if self._limits(who) and person.state in REMOTE:
                    self._row(session.slug, who).seat(who.participant)
        return admissions

    def _refresh(self, row: SeatRow, slug: SessionSlug) -> None:
        row.release(self._use.clock.now(), lambda person: self._state(slug, person) in REMOTE)
        row.thin_out(lambda person: self._waits(slug, person))

    def _ready(self, slug: SessionSlug) -> "_Ready":
        return _Ready(self._use.visits, slug)

    def _waits(self, slug: SessionSlug, person: ParticipantId) -> bool:
        has_page = bool(self._use.visits.open_of(person, slug))
        return has_page or self._state(slug, person) is PersonState.WAITING

    def _in_hall(self, who: Who, slug: SessionSlug) -> bool:
        return self._state(slug, who.participant) is PersonState.HALL

    def _state(self, slug: SessionSlug, person: ParticipantId) -> PersonState | None:
        found = self._use.presence.person(slug, person)
        return None if found is None else found.state

    def _misplaced(self, slug: SessionSlug, person: Person) -> bool:
        """In the hall and in line, or remote without a seat."""
        row = self._row(slug, person.who)
        who = person.who.participant
        if person.state is PersonState.HALL:
            return row.stands(who)
        return person.state in REMOTE and not row.sits(who)


@dataclass(frozen=True, slots=True)
class _Ready:
    """Whether a person has a page open in the session, that is, could sit down now."""

    visits: Visits
    slug: SessionSlug

    def __call__(self, person: ParticipantId) -> bool:
        return bool(self.visits.open_of(person, self.slug))


def _waits_for_seat(visit: Visit) -> bool:
    return visit.told is not None and visit.told.reason == "seats"
