"""Many people at once: lists taken over, and personal links for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streamhub.access import bulk_columns, bulk_rows, bulk_store, roster
from streamhub.access.bulk_model import Outcome, Planned, Preview, Upload, planned
from streamhub.access.bulk_rows import Registrations
from streamhub.access.bulk_table import read_table
from streamhub.access.bulk_words import directory
from streamhub.access.gate import digest
from streamhub.access.listing_model import Listing, compared
from streamhub.access.model import CODE_LENGTH, Identity, Invitation, IssuedInvitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import random_base32
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.programme.files import PARTICIPANTS_FILE, ParticipantEntry
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Personal:
    """One invitation with a link that opens it, and who it is for as far as that is kept."""

    invitation: Invitation
    link: str
    identity: Identity | None


class BulkService:
    """Lists of people, and links for many of them."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        programme: ProgrammeService,
        access: AccessService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme
        self._access = access

    async def load(self, entries: Iterable[ParticipantEntry], by: str) -> tuple[IssuedInvitation, ...]:
        """Take over participants.csv: new people get an invitation, known ones their new data.

        Known by ``external_id``; their links stay good. Answers the new invitations only.
        Raises FileInvalid for the whole list before anything is written.
        """
        asked = bulk_rows.listed_people(entries, PARTICIPANTS_FILE)
        _, issued = await self._take_over(asked, by)
        return issued

    async def compared(self, entries: Iterable[ParticipantEntry], *, force: bool) -> Listing:
        """What participants.csv would change, and what stays unless it is forced; nothing is stored."""
        return compared(entries, await self._db.read(bulk_store.known_people), force=force)

    async def preview(self, upload: Upload) -> Preview:
        """How a platform's export is understood and what it would change; nothing is stored.

        Raises FieldInvalid for a mapping that does not fit, FileInvalid with every problem of
        the file.
        """
        preview, asked = await self._read(upload)
        facts = await self._access.facts()
        known = await self._db.read(bulk_store.known_people)
        people = planned(asked, known, facts, [""] * len(asked.rows))
        return Preview(preview.table, preview.reading, people)

    async def take_over(self, upload: Upload, by: str) -> Preview:
        """The same, and store it: everything or, where anything is wrong, nothing."""
        preview, asked = await self._read(upload)
        people, issued = await self._take_over(asked, by)
        return Preview(preview.table, preview.reading, people, issued)

    async def open_invitations(self) -> list[Invitation]:
        """The invitations that open something, now or later."""
        facts = await self._access.facts()
        return [row for row in await self._access.every_invitation() if roster.is_open(row, facts)]

    async def personal(self, invitations: Sequence[Invitation]) -> tuple[Personal, ...]:
        """A further link for each of them, as good as the first: short enough for paper and mail."""
        codes = [random_base32(CODE_LENGTH) for _ in invitations]
        hashes = [(row.id, digest(code)) for row, code in zip(invitations, codes, strict=True)]
        await self._db.write(lambda tx: bulk_store.further_links(tx, hashes))
        who = {one.participant: one for one in await self._access.identities()}
        log.info("further links made", count=len(codes))
        return tuple(
            Personal(row, f"{self._settings.public_url}/j/{code}", who.get(row.participant))
            for row, code in zip(invitations, codes, strict=True)
        )

    async def _read(self, upload: Upload) -> tuple[Preview, Registrations]:
        table = read_table(upload.content, upload.file)
        reading = bulk_columns.mapped(table, upload.columns, upload.constants)
        words = directory(await self._programme.delegations(), await self._programme.sessions())
        return Preview(table, reading, ()), bulk_rows.registrations(table, reading, words)

    async def _take_over(
        self, asked: Registrations, by: str
    ) -> tuple[tuple[Planned, ...], tuple[IssuedInvitation, ...]]:
        facts = await self._access.facts()
        codes = [random_base32(CODE_LENGTH) for _ in asked.rows]
        hashes = [digest(code) for code in codes]

        def run(tx: WriteTx) -> tuple[tuple[Planned, ...], list[Invitation | None]]:
            plans = planned(asked, bulk_store.known_people(tx), facts, hashes)
            return plans, bulk_store.take_over(tx, plans, facts, by)

        plans, added = await self._db.write(run)
        self._access.forget_all()
        fresh = [(row, code) for row, code in zip(added, codes, strict=True) if row is not None]
        changed = sum(1 for plan in plans if plan.outcome is Outcome.CHANGED)
        log.info("list of people taken over", new=len(fresh), changed=changed, by=by)
        return plans, tuple([await self._access.issued(row, code) for row, code in fresh])
