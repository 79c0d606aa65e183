"""A meeting's events straight into the ledger, uncut: for tests of what comes after that."""

from streamhub.attendance import zoom_stays
from streamhub.attendance.zoom_fold import fold_meeting
from streamhub.attendance.zoom_model import HeardMeeting, Holding


async def tell(db, clock, session, uuid, events):
    """Make the stays of a meeting in a session those of these events."""
    held, times = Holding(session.slug, session.run, ()), fold_meeting(events).times
    heard = HeardMeeting(
        uuid=uuid,
        account="ville",
        number="85512345678",
        webinar=False,
        version=1,
        last_at=0,
        ended_at=None,
        tries=0,
        reported_at=None,
    )
    guests = await db.write(lambda tx: zoom_stays.guests_of(tx, uuid, times))
    changes = await db.read(lambda tx: zoom_stays.changes(tx, held, heard, times, guests))
    part = zoom_stays.Part(held, heard, list(changes.items()), guests)
    await db.write(lambda tx: zoom_stays.write(tx, part, clock.now()))
