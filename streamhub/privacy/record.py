"""The record of processing: what is recorded, what for, who sees it, how long, and who else gets it.

Its words stand here; tables come from ``schema``, times from the settings. Texts are French, the
catalogue has the others.
"""

from dataclasses import dataclass

from streamhub.access import roles
from streamhub.access.roles import Role
from streamhub.kit.i18n import translators
from streamhub.kit.settings import Settings
from streamhub.kit.text import SOURCE_LANGUAGE, typeset
from streamhub.privacy.model import Holds, Kept
from streamhub.privacy.schema import BY_NAME


def _(message: str) -> str:
    """Mark a text for the catalogue."""
    return message


NOBODY: frozenset[Role] = frozenset()
NO_RECIPIENT = _("personne en dehors des organisateurs")

ROLE_NAMES = {
    Role.DELEGATE: _("délégué(e)"),
    Role.PRESS: _("presse"),
    Role.OBSERVER: _("observateur"),
    Role.INTERPRETER: _("interprète"),
    Role.TECHNICIAN: _("technique"),
    Role.CORRESPONDENT: _("correspondant(e)"),
    Role.MODERATOR: _("modération"),
    Role.DESK: _("accueil"),
    Role.COMMUNICATIONS: _("communication"),
    Role.ORGANISER: _("organisateurs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """One kind of data, in French. ``seen_by`` sees single rows, beside the person themself."""

    title: str
    holds: str
    purpose: str
    tables: tuple[str, ...]
    seen_by: frozenset[Role] = NOBODY
    kept: Kept = Kept.STAYS
    recipients: str = NO_RECIPIENT
    rule: str = ""


RECORD = (
    Data(
        title=_("Nom et adresse e-mail"),
        holds=_("Le nom, l’adresse e-mail et la langue que l’organisateur a donnés, dans une table à part."),
        purpose=_("Envoyer l’invitation, retrouver une personne qui écrit, reconnaître une adresse Zoom."),
        tables=("identities",),
        seen_by=roles.ORGANISATION,
        kept=Kept.IDENTITIES,
        recipients=_("le serveur de courrier de l’organisateur"),
    ),
    Data(
        title=_("Demandes d’accès"),
        holds=_("Ce qu’une personne écrit pour demander un accès, et la pièce qu’elle joint."),
        purpose=_("Décider de la demande et y répondre."),
        tables=("access_requests",),
        seen_by=roles.ORGANISATION,
        recipients=_("le serveur de courrier de l’organisateur"),
        rule=_(
            "Acceptée, le nom passe à part ; refusée, tout est effacé après autant de jours que les noms. "
            "La pièce jointe est effacée avec la décision."
        ),
    ),
    Data(
        title=_("Envois"),
        holds=_(
            "Quelle invitation a été envoyée quand, et la réponse du serveur de courrier ; aucune adresse."
        ),
        purpose=_("Ne pas envoyer deux fois, savoir ce qui n’est pas arrivé."),
        tables=("mails",),
        seen_by=roles.ORGANISATION,
        kept=Kept.IDENTITIES,
    ),
    Data(
        title=_("Siège et invitation"),
        holds=_("Délégation, rôle, siège, fonction affichée, séances ouvertes ; qui a été admis ou exclu."),
        purpose=_("Ouvrir la bonne séance à la bonne personne."),
        tables=("participants", "invitations", "removals", "admissions", "erased_participants"),
        seen_by=roles.INVITATIONS | roles.STAGE | roles.DESK | roles.FIGURES,
        kept=Kept.INVITATION,
    ),
    Data(
        title=_("Lien, jeton et cookie"),
        holds=_("Des empreintes du lien et du cookie, jamais le lien ni le cookie."),
        purpose=_("Reconnaître un lien, et pouvoir le retirer."),
        tables=("invitation_codes", "grants", "erased_invitations", "signing_keys"),
        kept=Kept.INVITATION,
        rule=_("Le cookie finit avec l’invitation ; son empreinte est effacée dans l’heure."),
    ),
    Data(
        title=_("Essai de connexion"),
        holds=_("Si la connexion, le lecteur et l’horloge ont été essayés, et le résultat."),
        purpose=_("Aider avant le sommet les personnes chez qui cela ne marche pas."),
        tables=("connection_tests",),
        seen_by=roles.ORGANISATION | {Role.CORRESPONDENT},
    ),
    Data(
        title=_("Présences"),
        holds=_("Arrivées et départs par séance et par canal, passages à l’accueil, corrections."),
        purpose=_("Savoir en direct qui est là, et compter pour le rapport de présence."),
        tables=("ledger", "stays", "check_ins"),
        seen_by=roles.STAGE | roles.DESK | {Role.CORRESPONDENT},
        recipients=_("les partenaires et le public, en totaux dont les petits nombres sont masqués"),
    ),
    Data(
        title=_("Pages et lecteurs ouverts"),
        holds=_("Quand une page ou un lecteur était ouvert ; sans invitation, rien ne mène à une personne."),
        purpose=_("Compter des ouvertures et leur durée."),
        tables=("openings",),
        recipients=_("les partenaires et le public, en totaux dont les petits nombres sont masqués"),
    ),
    Data(
        title=_("Excuses"),
        holds=_("Qui est excusé d’une séance, pourquoi, qui parle à sa place."),
        purpose=_("Distinguer une absence annoncée d’une absence."),
        tables=("excused",),
        seen_by=roles.STAGE,
    ),
    Data(
        title=_("Demandes de parole"),
        holds=_("Qui demande la parole, sur quel sujet, pour combien de minutes."),
        purpose=_("Tenir la liste des orateurs."),
        tables=("floor_requests", "floor_orders"),
        seen_by=roles.STAGE,
    ),
    Data(
        title=_("Demandes de correction"),
        holds=_("Ce qu’une personne dit de sa propre présence, et ce qui en a été décidé."),
        purpose=_("Rendre les présences exactes."),
        tables=("correction_requests",),
        seen_by=roles.MODERATION,
    ),
    Data(
        title=_("Listes Zoom"),
        holds=_("Des empreintes de noms et d’adresses, et des heures ; le nom de qui n’est pas reconnu."),
        purpose=_("Compter les personnes qui étaient dans Zoom, une fois chacune."),
        tables=("imports", "import_people", "import_rows", "import_guests", "import_matches", "import_salt"),
        seen_by=roles.FIGURES,
        rule=_("Le nom de qui n’est pas reconnu est effacé après 7 jours."),
    ),
    Data(
        title=_("Ce que Zoom annonce"),
        holds=_(
            "Entrées et sorties d’une réunion, et ses relevés, sous pseudonyme ; les messages de Zoom tels "
            "quels, avec les noms affichés et les adresses que Zoom y met."
        ),
        purpose=_("Compter en direct qui est dans Zoom, et corriger après la réunion."),
        tables=("zoom_events", "zoom_reported", "zoom_deliveries"),
        rule=_(
            "Les messages tels quels sont effacés après 24 heures, et dès qu’une personne est effacée ; "
            "leurs empreintes après 7 jours."
        ),
    ),
    Data(
        title=_("Inscriptions à Zoom"),
        holds=_(
            "L’adresse sous pseudonyme et le lien par lesquels Zoom laisse entrer une personne. Zoom reçoit "
            "la délégation et la fonction, ou le siège seul, au choix de l’organisateur ; ni le nom, ni "
            "l’adresse e-mail."
        ),
        purpose=_("Donner à chacun son propre lien, le retirer, et reconnaître qui est dans Zoom."),
        tables=("zoom_registrants",),
        seen_by=roles.STAGE,
        kept=Kept.IDENTITIES,
        recipients=_("Zoom, pour les séances où l’organisateur a choisi un compte Zoom"),
        rule=_("Retirées chez Zoom dès que l’invitation est retirée, remplacée, effacée ou finie."),
    ),
    Data(
        title=_("Zoom dans notre page"),
        holds=_(
            "Un numéro tiré au hasard par personne et par réunion, sous lequel Zoom nous dit qui est là. "
            "Si une personne choisit de rejoindre Zoom dans notre page, Zoom reçoit aussi son adresse IP, "
            "le nom affiché, et son image et sa voix quand elle les active."
        ),
        purpose=_("Rejoindre la réunion sans quitter la page, et reconnaître qui est dans Zoom."),
        tables=("zoom_customer_keys",),
        kept=Kept.IDENTITIES,
        recipients=_("Zoom, pour qui choisit de le rejoindre dans notre page"),
    ),
    Data(
        title=_("Chiffres"),
        holds=_(
            "Les totaux, et les nombres que des personnes de l’équipe ont déclarés, avec leur pseudonyme."
        ),
        purpose=_("Le rapport de présence."),
        tables=("figures", "figure_sessions", "kept_figures"),
        seen_by=roles.FIGURES,
        kept=Kept.SUMMIT,
        recipients=_("les partenaires et le public, en totaux dont les petits nombres sont masqués"),
    ),
    Data(
        title=_("Chiffres des plateformes"),
        holds=_("Les spectateurs et les vues que YouTube, Facebook et PeerTube comptent, sans personne."),
        purpose=_("Les chiffres de la séance, à côté des nôtres."),
        tables=("platform_samples", "platform_standings"),
        seen_by=roles.FIGURES,
        kept=Kept.RULE,
        rule=_("Ce qu’une plateforme a rapporté est effacé après 30 jours, ou le délai de platform_days."),
    ),
    Data(
        title=_("Conduite des séances"),
        holds=_("Qui, dans l’équipe, a ouvert, déplacé ou terminé une séance ou changé de flux."),
        purpose=_("Comprendre après coup ce qui s’est passé."),
        tables=("session_states", "session_moves", "sources", "source_periods"),
        seen_by=roles.ORGANISATION,
        kept=Kept.SUMMIT,
    ),
    Data(
        title=_("Journal"),
        holds=_("Qui, dans l’équipe, a fait quoi et quand, sous pseudonyme ; qui a vu des chiffres exacts."),
        purpose=_("Rendre compte de ce qui a été fait des données."),
        tables=("audit", "changes"),
        seen_by=roles.ORGANISATION,
        kept=Kept.LOG,
    ),
    Data(
        title=_("Contact"),
        holds=_("Le nom, le téléphone et l’adresse que les organisateurs publient pour qu’on les joigne."),
        purpose=_("Répondre aux questions."),
        tables=("summit",),
        seen_by=roles.EVERYBODY,
        kept=Kept.SUMMIT,
        recipients=_("tout le monde"),
    ),
)


@dataclass(frozen=True, slots=True)
class RoleCell:
    """Whether one role sees one kind of data row by row."""

    role: str
    sees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the record in one language; ``columns`` are (table, column, what it holds)."""

    title: str
    holds: str
    purpose: str
    kept: str
    recipients: str
    roles: tuple[RoleCell, ...]
    columns: tuple[tuple[str, str, str], ...]

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The roles that see single rows."""
        return tuple(cell.role for cell in self.roles if cell.sees)


class Words:
    """The catalogue's texts in one language, set as that language asks."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._translator = translators()[lang]

    def gettext(self, message: str) -> str:
        """One text."""
        return self._set(self._translator.gettext(message))

    def days(self, singular: str, plural: str, days: int) -> str:
        """A text with a number of days in it."""
        return self._set(self._translator.ngettext(singular, plural, days)) % {"num": days}

    def _set(self, text: str) -> str:
        return typeset(text) if self.lang == SOURCE_LANGUAGE else text


def processing(settings: Settings, lang: str) -> tuple[Line, ...]:
    """The record in one language, with the times that hold here."""
    words = Words(lang)
    return tuple(_line(data, settings, words) for data in RECORD)


def role_names(lang: str) -> tuple[str, ...]:
    """Every role, in the order of the cells of a line."""
    words = Words(lang)
    return tuple(words.gettext(ROLE_NAMES[role]) for role in Role)


def _line(data: Data, settings: Settings, words: Words) -> Line:
    rule = words.gettext(data.rule) if data.rule else ""
    kept = rule if data.kept is Kept.RULE else f"{_kept(data.kept, settings, words)} {rule}".strip()
    return Line(
        title=words.gettext(data.title),
        holds=words.gettext(data.holds),
        purpose=words.gettext(data.purpose),
        kept=kept,
        recipients=words.gettext(data.recipients),
        roles=tuple(RoleCell(words.gettext(ROLE_NAMES[role]), role in data.seen_by) for role in Role),
        columns=tuple(_columns(data)),
    )


def _columns(data: Data) -> list[tuple[str, str, str]]:
    """What of these tables is about people; instants and what is nobody's left out."""
    return [
        (name, column, holds.value)
        for name in data.tables
        for column, holds in BY_NAME[name].columns
        if holds not in {Holds.PLAIN, Holds.WHEN}
    ]


def _kept(kept: Kept, settings: Settings, words: Words) -> str:
    ngettext = words.days
    if kept is Kept.IDENTITIES:
        days = settings.identities_days
        return ngettext("%(num)s jour après le sommet.", "%(num)s jours après le sommet.", days)
    if kept is Kept.LOG:
        return ngettext("%(num)s jour.", "%(num)s jours.", settings.stays_days)
    if kept is Kept.SUMMIT:
        return words.gettext("Aussi longtemps que les organisateurs gardent ce sommet.")
    after = ngettext(
        "%(num)s jour après le sommet, ensuite seuls restent les totaux.",
        "%(num)s jours après le sommet, ensuite seuls restent les totaux.",
        settings.stays_days,
    )
    at_least = words.gettext("Jusqu’à la fin de l’invitation, au moins :")
    return f"{at_least} {after}" if kept is Kept.INVITATION else after
