"""An invented summit of two days, for looking at pages and for testing them."""

import dataclasses
from datetime import date

from streamhub.access.model import Grant
from streamhub.access.roles import Role
from streamhub.handlers.views.frame import Links, grant_view, navigation, summit_view
from streamhub.handlers.views.programme import Reader
from streamhub.kit.clock import DAY, HOUR, MINUTE, parse_rfc3339
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug, SourceId
from streamhub.kit.text import Localised
from streamhub.kit.times import times_of
from streamhub.programme.model import (
    Delegation,
    DelegationKind,
    Document,
    Session,
    SessionAccess,
    SessionState,
    Summit,
)
from streamhub.relay.model import Provider, SourceView

NOW = parse_rfc3339("2026-11-04T14:12:00+01:00")
ZONE = "Europe/Brussels"

SUMMIT = Summit(
    slug="villes-2026",
    titles=Localised((("fr", "Sommet des villes numériques"), ("en", "Digital Cities Summit"))),
    timezone=ZONE,
    languages=("fr", "en"),
    starts_on=date(2026, 11, 2),
    ends_on=date(2026, 11, 5),
    accent="#1c4a9c",
    partners=("Ville hôte", "Association des maires"),
    hashtag="#villesnumeriques",
    contact_name="L’équipe du sommet",
    contact_phone="+32 2 555 01 23",
    contact_email="equipe@sommet.example",
    fallback_text=Localised((("fr", "Appelez pour écouter."), ("en", "Call to listen."))),
)

_NAMES = {
    "BE": ("Belgique", "Belgium", "country"),
    "BJ": ("Bénin", "Benin", "country"),
    "BF": ("Burkina Faso", "Burkina Faso", "country"),
    "KH": ("Cambodge", "Cambodia", "country"),
    "CA-QC": ("Canada-Québec", "Canada-Quebec", "region"),
    "CV": ("Cap-Vert", "Cape Verde", "country"),
    "CM": ("Cameroun", "Cameroon", "country"),
    "CG": ("Congo", "Congo", "country"),
    "CI": ("Côte d’Ivoire", "Côte d’Ivoire", "country"),
    "DJ": ("Djibouti", "Djibouti", "country"),
    "FWB": ("Fédération Wallonie-Bruxelles", "Wallonia-Brussels Federation", "region"),
    "FR": ("France", "France", "country"),
    "GA": ("Gabon", "Gabon", "country"),
    "LA": ("Laos", "Laos", "country"),
    "MG": ("Madagascar", "Madagascar", "country"),
    "MA": ("Maroc", "Morocco", "country"),
    "MR": ("Mauritanie", "Mauritania", "country"),
    "RW": ("Rwanda", "Rwanda", "country"),
    "TG": ("Togo", "Togo", "country"),
    "TN": ("Tunisie", "Tunisia", "country"),
    "SN": ("Sénégal", "Senegal", "country"),
    "CH": ("Suisse", "Switzerland", "country"),
    "VN": ("Vietnam", "Vietnam", "country"),
    "WAL": ("Wallonie", "Wallonia", "region"),
    "UNESCO": ("Unesco", "Unesco", "organisation"),
    "EU": ("Union européenne", "European Union", "organisation"),
    "OIF": (
        "Organisation internationale de la Francophonie",
        "Organisation of La Francophonie",
        "organisation",
    ),
}

DELEGATIONS = tuple(
    Delegation(
        DelegationCode(code),
        Localised((("fr", fr), ("en", en))),
        DelegationKind(kind),
        country=code if kind == "country" else "",
        seats=None if code in {"BE", "WAL", "FWB"} else 4,
        order=order,
    )
    for order, (code, (fr, en, kind)) in enumerate(_NAMES.items())
)


def session(
    slug: str,
    titles: tuple[str, str],
    starts: int,
    minutes: int,
    state: SessionState = SessionState.SCHEDULED,
    kind: str = "workshop",
    moved: int = 0,
    public: bool = False,
) -> Session:
    """A session that starts ``starts`` ms after NOW."""
    begin = NOW + starts
    return Session(
        slug=SessionSlug(slug),
        run=1,
        order=0,
        kind=kind,
        titles=Localised((("fr", titles[0]), ("en", titles[1]))),
        venue="Palais des congrès",
        room="Hémicycle",
        access=SessionAccess.PUBLIC if public else SessionAccess.INVITED,
        notes="",
        starts_at=begin + moved,
        ends_at=begin + moved + minutes * MINUTE,
        scheduled_starts_at=begin,
        scheduled_ends_at=begin + minutes * MINUTE,
        automatic=False,
        state=state,
    )


LIVE = session(
    "souverainete",
    (
        "Enjeux de souveraineté numérique, cybersécurité et protection des données",
        "Digital sovereignty, cybersecurity and data protection",
    ),
    -42 * MINUTE,
    150,
    SessionState.LIVE,
    "plenary",
    11 * MINUTE,
)
SESSIONS = (
    session(
        "ouverture",
        ("Cérémonie d’ouverture", "Opening ceremony"),
        -DAY - 5 * HOUR,
        90,
        SessionState.ENDED,
        "ceremony",
        public=True,
    ),
    session(
        "plateformes",
        ("Gouvernance des plateformes d’hébergement temporaire", "Governing short-term rental platforms"),
        -DAY,
        150,
        SessionState.ENDED,
    ),
    LIVE,
    session(
        "egalite",
        (
            "Défis et opportunités pour l’égalité femmes-hommes dans le numérique",
            "Women and men in the digital city",
        ),
        3 * HOUR,
        60,
    ),
    session(
        "table-ronde",
        (
            "Table ronde ministérielle avec les parlementaires et les maires",
            "Ministers, members of parliament and mayors",
        ),
        DAY,
        150,
        kind="round-table",
        public=True,
    ),
    session(
        "cloture",
        ("Clôture et lecture de la déclaration", "Closing and declaration"),
        DAY + 3 * HOUR,
        45,
        kind="ceremony",
        public=True,
    ),
)
DOCUMENTS = (
    Document(
        LIVE.slug,
        Localised((("fr", "Note de cadrage"), ("en", "Background note"))),
        "https://documents.example/note.pdf",
    ),
    Document(
        LIVE.slug,
        Localised((("fr", "Charte des données des villes, projet"), ("en", "City data charter, draft"))),
        "https://documents.example/charte.pdf",
    ),
)

YOUTUBE = SourceView(
    SourceId("src_yt"),
    Provider.YOUTUBE,
    "floor",
    "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?rel=0",
    "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
    False,
    "Chaîne du sommet",
    "YouTube",
    "YouTube (Google)",
    True,
    False,
    450,
    None,
    None,
)
ZOOM = SourceView(
    SourceId("src_zoom"),
    Provider.ZOOM,
    "floor",
    None,
    "https://zoom.us/j/85512345678?pwd=abc",
    False,
    "Zoom, salle plénière",
    "Zoom",
    "Zoom",
    True,
    True,
    800,
    None,
    None,
)
CHANNELS = tuple(
    dataclasses.replace(YOUTUBE, id=SourceId(f"src_{channel}"), channel=channel, **words)
    for channel, words in {
        "audio": {"provider": Provider.SOUND, "name": "radio.example", "company": "", "needs_click": False,
                  "megabytes_per_hour": 60},
        "en": {}, "sign": {}, "wo": {},
    }.items()
)  # fmt: skip
TEXT = SourceView(
    SourceId("src_text"),
    Provider.TEXT,
    "floor",
    None,
    None,
    False,
    "Texte et téléphone",
    "",
    "",
    False,
    False,
    0,
    "La vidéo est interrompue. Vous pouvez écouter la séance par téléphone.",
    "+32 2 555 01 99",
)


def grant(
    role: Role = Role.DELEGATE, delegation: str = "SN", seat: str = "SN-02", label: str = "Maire de Dakar"
) -> Grant:
    """An invitation to everything."""
    return Grant(
        participant=ParticipantId("p_sn02"),
        delegation=DelegationCode(delegation),
        role=role,
        sessions=None,
        invitation=InvitationId("i_sn02"),
        generation=1,
        expires_at=NOW + 30 * DAY,
        devices=2,
        label=label,
        seat=seat,
    )


def reader(lang: str = "fr", given: Grant | None = None) -> Reader:
    """For whom a page is made."""
    return Reader(given, times_of(ZONE, lang), NOW, 30)


def frame(lang: str, given: Grant | None = None, here: str = "/") -> dict[str, object]:
    """What the base template needs, as the handlers give it."""
    delegation = next((d for d in DELEGATIONS if given and d.code == given.delegation), None)
    return {
        "summit": summit_view(SUMMIT, lang),
        "grant": grant_view(given, delegation, lang) if given else None,
        "nav": navigation(given.role if given else None, here, LIVE.slug),
        "url": Links(),
        "now": NOW,
        "lang": lang,
    }
