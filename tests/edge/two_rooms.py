"""Two closed rooms in one house: what is in the other one, and everybody who might ask for it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.handlers.request import COOKIE
from streamhub.kit.clock import MINUTE, SECOND, rfc3339
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.model import SessionState
from tests.handlers.house import API, OPEN, ROOM, Guest
from tests.support import NOON

OTHER = SessionSlug("huis-clos")
"""For invited people like ``ROOM``; what follows is in it."""

UNKNOWN = SessionSlug("nulle-part")

TITLE, NAME, MAIL, LABEL = (
    "Huis clos Zephyr",
    "Zacharie Zongo",
    "z.zongo@zambeze.example",
    "Envoyé de Zanzibar",
)
MEETING, PASSCODE, PAPER = "85512340000", "Zm9vYmFyemlw", "zephyr-confidentiel.pdf"
SUBJECT, REASON, EXCUSE, SOURCE, STRANGER = (
    "Les barrages de Zanskar",
    "Sortie par Zermatt",
    "fièvre de Zagreb",
    "tableau Zulu",
    "Zelda Inconnue",
)
LIST = f"""Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room
{STRANGER},,2021-11-04 13:02:00,2021-11-04 13:18:00,16,Yes,No
"""
NOT_TOLD = {"nodes", "changes"}
"""Tables that change by themselves."""


@dataclass
class Other:
    """What is in the other room: ids by the name that a route has for them, and its words."""

    things: dict[str, dict[str, str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


async def opened(house) -> tuple[Guest, Other]:
    """The two rooms live, the other one full of things; and an organiser of the whole summit."""
    boss = await house.guest(Role.ORGANISER)
    times = {"starts_at": "2021-11-04T15:00", "ends_at": "2021-11-04T17:00"}
    order = {
        "slug": OTHER,
        "titles": {"fr": TITLE},
        "kind": "plenary",
        "venue": "Zone Z",
        "access": "invited",
    }
    await done(house, "POST", "/sessions", boss, order | times)
    for slug in (OPEN, ROOM, OTHER):
        await house.begin(slug, SessionState.LIVE)
    house.clock.advance(minutes=20)
    return boss, await filled(house, boss)


async def filled(house, boss) -> Other:
    """People, sources, papers, wishes, excuses, figures and a list of the other room."""
    entry = ParticipantEntry(
        external_id="zz-1", delegation=DelegationCode("BJ"), role="delegate", label=LABEL, name=NAME,
        email=MAIL, lang="fr", sessions=(OTHER,), speak=True,
    )  # fmt: skip
    [issued] = await house.use.bulk.load([entry], "test")
    spy = Guest(issued.invitation.participant, issued.token, issued.invitation.seat)
    at = f"/sessions/{OTHER}"
    zoom = f"https://us02web.zoom.us/j/{MEETING}?pwd={PASSCODE}"
    source = await done(house, "POST", f"{at}/sources", boss, {"url": zoom, "activate": True})
    paper = {"titles": {"fr": "Note"}, "url": f"https://docs.example.org/{PAPER}"}
    document = await done(house, "POST", f"{at}/documents", boss, paper)
    floor = await done(house, "POST", f"{at}/floor", spy, {"subject": SUBJECT})
    asked = correction(OTHER)
    wish = await done(house, "POST", "/me/corrections", spy, asked)
    await done(house, "PUT", f"{at}/people/{spy.participant}/excused", boss, {"reason": EXCUSE})
    await done(house, "POST", "/figures", boss, figure(OTHER))
    listed = await import_list(house, boss)
    [row] = (await done(house, "GET", "/queue", boss))["items"]
    things = {
        "invitations": {"id": issued.invitation.id},
        "sources": {"id": source["id"]},
        "documents": {"id": document["id"]},
        "floor": {"id": floor["request"]},
        "correction-requests": {"id": wish["id"]},
        "corrections": {"id": wish["id"]},
        "imports": {"id": listed, "kind": "zoom-participants"},
        "queue": {"row": str(row["id"])},
        "": {"participant": spy.participant, "code": "BJ"},
    }
    words = [TITLE, NAME, MAIL, LABEL, MEETING, PASSCODE, PAPER, SUBJECT, REASON, EXCUSE, SOURCE, STRANGER]
    code = issued.link.rpartition("/")[2]
    return Other(things, [*words, issued.token, code, spy.participant, issued.invitation.id, source["id"]])


async def import_list(house, boss) -> str:
    """A list of the other room with somebody whom nobody knows."""
    path = (
        f"{API}/imports/zoom-participants?session={OTHER}&timezone=Europe/Brussels&date_order=ymd&file=z.csv"
    )
    async with house.client.post(
        path, data=LIST.encode(), headers=boss.headers | {"Content-Type": "text/csv"}
    ) as answer:
        assert answer.status == 201, await answer.text()
        made = await answer.json()
    await done(house, "POST", f"/imports/{made['id']}:apply", boss)
    return made["id"]


async def done(house, method, path, guest, body=None):
    """A call of the API that must succeed."""
    status, answer = await house.ask(method, path, guest, body)
    assert status < 300, (path, answer)
    return answer


def correction(slug):
    """Somebody asks that their attendance be corrected."""
    since, until = rfc3339(NOON + 2 * MINUTE), rfc3339(NOON + 4 * MINUTE)
    return {"session": slug, "since": since, "until": until, "present": True, "reason": REASON}


def figure(slug):
    """A figure that somebody read elsewhere."""
    words = {"platform": "youtube", "metric": "views", "value": 77, "source": SOURCE}
    return words | {"at": rfc3339(NOON), "sessions": [slug]}


# Who asks


@dataclass
class Caller:
    """Somebody with or without a credential; ``refused`` is what a dead one hears everywhere."""

    name: str
    headers: dict[str, str]
    role: Role | None = None
    sessions: frozenset[SessionSlug] | None = None
    refused: tuple[int, str] | None = None
    by_cookie: bool = False

    def opens(self, slug):
        return self.role is not None and (self.sessions is None or slug in self.sessions)


async def everybody(house) -> list[Caller]:
    """Each role for the whole summit and for one room; nobody; and whatever opens nothing any more."""
    callers = [Caller("nobody", {})]
    for role in Role:
        for sessions in (None, frozenset({ROOM})):
            guest = await house.guest(role, sessions=None if sessions is None else tuple(sessions))
            name = f"{role} of {'one room' if sessions else 'the summit'}"
            callers.append(Caller(name, guest.headers, role, sessions))
    return [*callers, await one_session(house), *await dead(house)]


async def one_session(house) -> Caller:
    """An organiser of everything who comes with a token for one session."""
    row, _ = await organiser(house)
    made = await house.use.access.session_token(ROOM, row.id, None)
    return Caller("an organiser's token for one room", bearer(made.token), Role.ORGANISER, frozenset({ROOM}))


async def dead(house) -> list[Caller]:
    """An organiser's links that are revoked, replaced, over, for later, of yesterday, or forged."""
    access, now = house.use.access, house.clock.now()
    revoked, revoked_token = await organiser(house)
    cookie = (await access.enter(revoked_token)).cookie
    await access.revoke(revoked.id, "test")
    replaced, replaced_token = await organiser(house)
    await access.replace(replaced.id, "test")
    _, expired = await organiser(house, expires_at=now + MINUTE)
    _, later = await organiser(house, not_before=now + 600 * MINUTE)
    row, good = await organiser(house)
    run = (await house.use.programme.session(ROOM)).run
    yesterday = await access.signer.mint(row, frozenset({ROOM}), now + 3_600 * SECOND, run - 1)
    house.clock.advance(minutes=2)
    return [
        Caller("revoked", bearer(revoked_token), refused=(410, "invitation_revoked")),
        Caller("replaced", bearer(replaced_token), refused=(410, "invitation_revoked")),
        Caller("expired", bearer(expired), refused=(401, "token_expired")),
        Caller("for later", bearer(later), refused=(403, "token_not_yet_valid")),
        Caller("of yesterday's run", bearer(yesterday), refused=(403, "wrong_session")),
        Caller("forged", bearer(good[:-4] + "AAAA"), refused=(401, "token_invalid")),
        Caller(
            "with the cookie of a revoked link",
            {"Cookie": f"{COOKIE}={cookie}", "Origin": house.url},
            refused=(410, "invitation_revoked"),
            by_cookie=True,
        ),
    ]


async def organiser(house, **order):
    """An invitation of the strongest role, and its token."""
    [issued] = await house.use.access.issue(replace(InvitationOrder(role=Role.ORGANISER), **order), "test")
    return issued.invitation, issued.token


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def everything(house):
    """Every row of the database but what changes by itself, by table."""
    with closing(sqlite3.connect(house.use.folder.database)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables - NOT_TOLD}
