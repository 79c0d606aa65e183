"""A small summit to test with: one hall, one side room, one day."""

from dataclasses import replace

from streamhub.kit.clock import MINUTE, Instant, parse_rfc3339
from streamhub.kit.errors import LinkRefused
from streamhub.kit.ids import SessionSlug
from streamhub.kit.text import Localised
from streamhub.programme.files import SummitFiles
from streamhub.programme.loaders import parse_files
from streamhub.programme.model import Session, SessionAccess, SessionState, StateChange

DOORS = 30
OVERRUN = 60

TWO = parse_rfc3339("2021-11-04T13:00:00Z")
"""14:00 in Brussels."""


def at(minutes: float) -> Instant:
    """So many minutes after 14:00."""
    return TWO + round(minutes * MINUTE)


def session(slug: str, start: float, end: float, *, room: str = "hall", venue: str = "house") -> Session:
    """A session from ``start`` to ``end``, in minutes after 14:00."""
    return Session(
        slug=SessionSlug(slug),
        run=1,
        order=1,
        kind="plenary",
        titles=Localised((("fr", slug),)),
        venue=venue,
        room=room,
        access=SessionAccess.INVITED,
        notes="",
        starts_at=at(start),
        ends_at=at(end),
        scheduled_starts_at=at(start),
        scheduled_ends_at=at(end),
    )


def change(slug: str, state: str, minutes: float, *, by: str | None = None) -> StateChange:
    """A step of the history, by hand where ``by`` is given."""
    return StateChange(SessionSlug(slug), 1, SessionState(state), at(minutes), by is None, by or "clock")


def moved(some: Session, minutes: float) -> Session:
    """The session shifted; its timetable stays."""
    by_ms = round(minutes * MINUTE)
    return replace(some, starts_at=some.starts_at + by_ms, ends_at=some.ends_at + by_ms)


SUMMIT = """\
slug = "sommet"
title_fr = "Sommet des ports"
title_en = "Summit of ports"
timezone = "Europe/Brussels"
contact_phone = "+32 81 00 00 00"
"""

PROGRAMME = """\
slug,date,start,end,kind,venue,title_fr,title_en,room,access,source_urls,notes
ouverture,2021-11-04,14:00,15:00,ceremony,Maison,Ouverture,Opening,Salle,public,https://video.example/1,
atelier,2021-11-04,15:00,17:00,workshop,Maison,"Ports, quais",Ports,Salle,,https://video.example/2 fr=https://video.example/3?a=b,
"""

DELEGATIONS = """\
code,name_fr,name_en,kind,country,seats
BJ,Bénin,Benin,country,BJ,6
UNESCO,Unesco,,organisation,,
"""

PARTICIPANTS = """\
external_id,delegation,role,label,lang,sessions,speak
1,BJ,delegate,Maire,fr,,yes
2,,moderator,Régie,,ouverture atelier,
"""

DOCUMENTS = """\
session,title_fr,url
atelier,Note de cadrage,https://docs.example/note.pdf
"""

ALL = {
    "summit.toml": SUMMIT,
    "programme.csv": PROGRAMME,
    "delegations.csv": DELEGATIONS,
    "participants.csv": PARTICIPANTS,
    "documents.csv": DOCUMENTS,
}


def check_link(url: str) -> None:
    """Knows one provider."""
    if not url.startswith("https://video.example/"):
        raise LinkRefused("unknown", "no player is known for it")


def loaded(**changed: str | bytes | None) -> SummitFiles:
    """The files of the small summit; ``programme="…"`` replaces one, None leaves it out."""
    texts: dict[str, str | bytes | None] = dict(ALL)
    for name, text in changed.items():
        texts[next((full for full in ALL if full.startswith(f"{name}.")), name)] = text

    def read(name: str) -> bytes | None:
        text = texts.get(name)
        return text.encode() if isinstance(text, str) else text

    return parse_files(read, check_link)
