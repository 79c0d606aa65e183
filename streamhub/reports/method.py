"""How it was counted, in words: it stands on every report, so that a figure can be defended."""

from streamhub.kit.clock import Instant
from streamhub.reports.model import Rule
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience, Suppression

NOTHING_HIDDEN_UP_TO = 1
"""With this threshold or less there is no number to hide."""


def of_session(
    percent: int,
    audience: Audience,
    suppression: Suppression,
    words: Wording,
    kept_at: Instant | None = None,
) -> tuple[Rule, ...]:
    """The rules behind the figures of a session; ``kept_at`` is when its single stays were erased."""
    _ = words.gettext
    return (
        *_people(words),
        Rule(
            _("Au plus fort"),
            _("Le plus grand nombre de personnes là au même instant, et le premier de ces instants."),
        ),
        Rule(
            _("Durée"),
            _(
                "Le temps de présence dans la séance, sans compter deux fois deux appareils ouverts "
                "ensemble. La médiane partage les personnes en deux moitiés."
            ),
        ),
        Rule(
            _("A suivi"),
            _("Une personne présente pendant au moins %(percent)s %% de la séance.", percent=percent),
        ),
        *_others(audience, suppression, words),
        *_kept(kept_at, words),
    )


def of_summit(
    audience: Audience, suppression: Suppression, words: Wording, kept_at: Instant | None = None
) -> tuple[Rule, ...]:
    """The rules behind the figures of the summit."""
    return (
        *_people(words),
        Rule(
            words.gettext("Au sommet"),
            words.gettext(
                "Une personne comptée dans une séance au moins, ou enregistrée à l’accueil du sommet ou d’un "
                "lieu. Une seule fois, quel que soit le nombre de ses séances."
            ),
        ),
        *_others(audience, suppression, words),
        *_kept(kept_at, words),
    )


def _kept(kept_at: Instant | None, words: Wording) -> tuple[Rule, ...]:
    _ = words.gettext
    if kept_at is None:
        return ()
    text = _(
        "Les présences une à une ont été effacées le %(day)s ; ces chiffres, comptés juste avant, "
        "ne changent plus.",
        day=words.day(kept_at),
    )
    return (Rule(_("Chiffres gardés"), text),)


def _people(words: Wording) -> tuple[Rule, ...]:
    _ = words.gettext
    return (
        Rule(
            _("Comptée"),
            _(
                "Une personne invitée, présente un instant au moins entre le premier « en direct » et le "
                "dernier « terminé » ; une séance laissée à l’horloge, selon son horaire."
            ),
        ),
        Rule(
            _("Un seul canal"),
            _("La salle d’abord, sinon Zoom, sinon la page. Personne ne compte deux fois."),
        ),
        Rule(_("Représentée"), _("Une délégation dont une personne au moins est comptée.")),
    )


def _others(audience: Audience, suppression: Suppression, words: Wording) -> tuple[Rule, ...]:
    _ = words.gettext
    return (
        Rule(_("Page publique"), _("Des ouvertures, pas des personnes.")),
        Rule(
            _("Autres chiffres"),
            _(
                "Ceux des plateformes et ceux qu’une personne déclare restent à part, avec leur date et leur "
                "source. Ils ne s’additionnent ni entre eux ni avec les nôtres."
            ),
        ),
        Rule(
            _("Hors du compte"),
            _("Équipe, technique, interprètes, observateurs, et qui a ouvert Zoom sans y être confirmé."),
        ),
        *_publication(audience, suppression, words),
    )


def _publication(audience: Audience, suppression: Suppression, words: Wording) -> tuple[Rule, ...]:
    _ = words.gettext
    if audience is Audience.INTERNAL:
        return (Rule(_("Usage interne"), _("Chiffres exacts, à ne pas publier tels quels.")),)
    if suppression.threshold <= NOTHING_HIDDEN_UP_TO:
        return ()
    return (
        Rule(
            _("À publier"),
            _(
                "Les nombres de 1 à %(last)s sont masqués ; d’autres aussi, s’ils permettaient de les "
                "retrouver. Un zéro est un vrai zéro.",
                last=suppression.threshold - 1,
            ),
        ),
    )
