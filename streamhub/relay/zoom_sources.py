"""What is chosen for a session's Zoom meetings, and how registering for them goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from streamhub.kit.clock import DAY, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.kit.text import clean
from streamhub.programme.service import ProgrammeService
from streamhub.relay import store as relay_store
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.link_model import Provider
from streamhub.relay.model import MAX_LABEL, Source
from streamhub.relay.service import TOPIC
from streamhub.relay.zoom_model import ZoomKind
from streamhub.relay.zoom_registrants_model import Numbered, ZoomNames, numbered
from streamhub.relay.zoom_registrar import ZoomRegistrar
from streamhub.relay.zoom_situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody changes of a source; None leaves it."""

    account: str | None = None
    label: str | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """How it stands with one source's meeting.

    ``kind`` is None until Zoom has said it; ``from_at`` is when registering begins. ``fault`` is a stable
    word or empty, ``right`` the scope that is missing; ``to_cancel`` links open still and must not.
    """

    source: SourceId
    account: str
    names: ZoomNames
    number: str = ""
    kind: ZoomKind | None = None
    from_at: Instant = 0
    wanted: int = 0
    registered: int = 0
    panelists: int = 0
    to_cancel: int = 0
    cancelled: int = 0
    fault: str = ""
    right: str = ""
    tried_at: Instant | None = None
    rest_until: Instant = 0


class ZoomSources:
    """The choices of moderators for the Zoom sources of a session."""

    def __init__(
        self,
        db: Database,
        programme: ProgrammeService,
        registrar: ZoomRegistrar,
        accounts: Collection[str],
        days: int,
    ) -> None:
        self._db = db
        self._programme = programme
        self._registrar = registrar
        self.accounts = tuple(accounts)
        self._days = days

    def check(self, account: str, names: str = ZoomNames.LABEL) -> None:
        """Raise FieldInvalid for an account that is not configured, or another word than ours for names."""
        problems = []
        if account and account not in self.accounts:
            problems.append(FieldProblem("account", f"must be one of {', '.join(self.accounts) or 'none'}"))
        if names not in set(ZoomNames):
            problems.append(FieldProblem("zoom_names", f"must be one of {', '.join(ZoomNames)}"))
        if problems:
            raise FieldInvalid(*problems)

    async def choose(self, slug: SessionSlug, source_id: SourceId, choice: Choice) -> Source:
        """Change account, label or names of a source; what hindered registering is tried again at once.

        Raises NotFound, FieldInvalid.
        """
        label = None if choice.label is None else " ".join(clean(choice.label).split())
        self.check(choice.account or "", ZoomNames.LABEL if choice.names is None else choice.names)
        if label is not None and len(label) > MAX_LABEL:
            raise FieldInvalid(FieldProblem("label", f"at most {MAX_LABEL} characters"))
        names = None if choice.names is None else ZoomNames(choice.names)

        def command(tx: WriteTx) -> Source:
            before = _one(tx, slug, source_id)
            if choice.account and before.provider is not Provider.ZOOM:
                raise FieldInvalid(FieldProblem("account", "only a Zoom meeting belongs to an account"))
            store.choose(tx, source_id, account=choice.account, label=label, names=names)
            tx.notice(TOPIC, slug)
            after = _one(tx, slug, source_id)
            meeting = numbered(after)
            if meeting is not None:
                store.keep(tx, replace(store.standing(tx, meeting), faults=0, rest_until=0))
            return after

        return await self._db.write(command)

    async def of_session(self, slug: SessionSlug) -> tuple[Registering, ...]:
        """How it stands with every Zoom source of the session, in their order."""
        session = await self._programme.session(slug)
        sources, names = await self._db.read(lambda tx: _zoom_sources(tx, slug))
        accounts = {source.account for source in sources} & set(self._registrar.accounts)
        found = [one for account in sorted(accounts) for one in await self._registrar.situations(account)]
        known = {one.plan.meeting: one for one in found}
        bare = [
            Registering(
                source=source.id,
                account=source.account,
                names=names[source.id],
                number=meeting.number if (meeting := numbered(source)) else "",
                from_at=session.starts_at - self._days * DAY,
            )
            for source in sources
        ]
        gone = await self._db.read(lambda tx: {one: store.cancelled_count(tx, one) for one in known})
        return tuple(_told(one, known, gone) for one in bare)


def _told(one: Registering, known: Mapping[Numbered, Situation], gone: Mapping[Numbered, int]) -> Registering:
    meeting = Numbered(one.account, one.number)
    there = known.get(meeting)
    if there is None:
        return one
    stands = [registrant for registrant in there.plan.registrants if registrant.stands]
    return replace(
        one,
        kind=there.standing.kind,
        wanted=there.plan.wanted,
        registered=len(stands) - len(there.plan.to_cancel),
        panelists=sum(registrant.panelist for registrant in stands),
        to_cancel=len(there.plan.to_cancel),
        cancelled=gone[meeting],
        fault=there.standing.fault,
        right=there.standing.right,
        tried_at=there.standing.tried_at,
        rest_until=there.standing.rest_until,
    )


def _zoom_sources(tx: ReadTx, slug: SessionSlug) -> tuple[list[Source], dict[SourceId, ZoomNames]]:
    found = [one for one in relay_store.sources_of(tx, slug) if one.provider is Provider.ZOOM]
    return found, store.names_of(tx, [one.id for one in found])


def _one(tx: ReadTx, slug: SessionSlug, source_id: SourceId) -> Source:
    for source in relay_store.sources_of(tx, slug):
        if source.id == source_id:
            return source
    raise NotFound("the session has no such source")
