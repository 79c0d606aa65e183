"""The open pages of this node, found by page, by person and by session."""

from collections.abc import Iterator

from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.live.visit import Visit


class Visits:
    """Every open page, in the order in which they came."""

    def __init__(self) -> None:
        self._all: dict[str, Visit] = {}
        self._by_person: dict[ParticipantId, tuple[Visit, ...]] = {}  # one page each, as a rule

    def __iter__(self) -> Iterator[Visit]:
        return iter(list(self._all.values()))

    def add(self, visit: Visit) -> None:
        """A page comes."""
        self._all[visit.page.id] = visit
        if visit.grant is not None:
            mine = self._by_person.get(visit.grant.participant, ())
            self._by_person[visit.grant.participant] = (*mine, visit)

    def discard(self, visit: Visit) -> None:
        """A page's line is over; nothing happens for one that is not here."""
        self._all.pop(visit.page.id, None)
        if visit.grant is None:
            return
        before = self._by_person.pop(visit.grant.participant, ())
        mine = tuple(other for other in before if other is not visit)
        if mine:
            self._by_person[visit.grant.participant] = mine

    def get(self, page: str) -> Visit | None:
        """The visit of a page."""
        return self._all.get(page)

    def open_in(self, session: SessionSlug) -> list[Visit]:
        """The pages of a session that are not being closed."""
        return [v for v in self._all.values() if v.session == session and not v.page.closing]

    def open_of(self, participant: ParticipantId, session: SessionSlug | None = None) -> list[Visit]:
        """A person's pages that are not being closed, of one session if it is named."""
        mine = self._by_person.get(participant, ())
        return [v for v in mine if not v.page.closing and session in {None, v.session}]

    def devices_beside(self, visit: Visit, *, older: bool = False) -> dict[str, list[Visit]]:
        """The person's other devices with their open pages, the one connected longest first.

        ``older``: only pages that came before this one.
        """
        found: dict[str, list[Visit]] = {}
        for other in self.open_of(visit.who.participant):
            if other is visit and older:
                break
            if other.device != visit.device:
                found.setdefault(other.device, []).append(other)
        return found
