"""The sentences that a city puts into its own report. They never tell more than the figures do."""

from collections.abc import Iterable, Mapping

from streamhub.audience.model import FigureKind
from streamhub.kit.ids import SessionSlug
from streamhub.reports.wording import Wording
from streamhub.statistics.model import Approximation, approximation, rounded_views
from streamhub.statistics.results import (
    Peak,
    PlatformNumber,
    Represented,
    SessionStatistics,
    SummitStatistics,
)

VIEWS = "views"

PLATFORMS = {
    "youtube": "YouTube",
    "facebook": "Facebook",
    "peertube": "PeerTube",
    "vimeo": "Vimeo",
    "dailymotion": "Dailymotion",
}
"""Where views are counted, by the word of the figure, with the name as the platform writes it."""


def of_session(stats: SessionStatistics, words: Wording) -> tuple[str, ...]:
    """Who came, how many at once, how many views; or that the session has not begun."""
    if stats.window is None:
        return (words.gettext("La séance n’a pas commencé."),)
    return (
        participation(stats.attended, stats.represented, words),
        *_together(stats.peak, words),
        *_views(stats.platforms, stats.session, {}, words),
    )


def of_summit(stats: SummitStatistics, titles: Mapping[SessionSlug, str], words: Wording) -> tuple[str, ...]:
    """Who came to the summit, and how many views, with the session that they were of."""
    return (
        participation(stats.attended, stats.represented, words),
        *_views(stats.platforms, None, titles, words),
    )


def participation(attended: int | None, represented: Represented, words: Wording) -> str:
    """Who came: ``131 participants de 24 pays et régions et 3 organisations``.

    A hidden number is said to be hidden: no "less than 5", for it may stand for more.
    """
    places = _places(represented, words)
    if attended == 0:
        return words.gettext("Aucun participant compté.")
    if attended is None:
        if places:
            return words.gettext("Des participants de %(places)s ; leur nombre est masqué.", places=places)
        return words.gettext("Des participants, dont le nombre est masqué.")
    people = words.ngettext("%(num)s participant", "%(num)s participants", attended)
    if places:
        return words.gettext("%(people)s de %(places)s.", people=people, places=places)
    return words.gettext("%(people)s, sans délégation officielle.", people=people)


def _places(represented: Represented, words: Wording) -> str:
    countries, regions, organisations = (
        represented.countries,
        represented.regions,
        represented.organisations,
    )
    seated = ""
    if countries and regions:
        number = words.number(countries + regions)
        seated = words.gettext("%(num)s pays et régions", num=number)
    elif countries:
        seated = words.ngettext("%(num)s pays", "%(num)s pays", countries)
    elif regions:
        seated = words.ngettext("%(num)s région", "%(num)s régions", regions)
    others = (
        words.ngettext("%(num)s organisation", "%(num)s organisations", organisations)
        if organisations
        else ""
    )
    if seated and others:
        return words.gettext("%(first)s et %(second)s", first=seated, second=others)
    return seated or others


def _together(peak: Peak, words: Wording) -> Iterable[str]:
    if peak.present and peak.at is not None:
        yield words.ngettext(
            "Au plus fort, %(num)s personne, à %(time)s.",
            "Au plus fort, %(num)s personnes ensemble, à %(time)s.",
            peak.present,
            time=words.time(peak.at),
        )


def _views(
    numbers: Iterable[PlatformNumber],
    here: SessionSlug | None,
    titles: Mapping[SessionSlug, str],
    words: Wording,
) -> Iterable[str]:
    """One sentence for each platform and what its number covers: the latest that was read."""
    latest: dict[tuple[str, tuple[SessionSlug, ...]], PlatformNumber] = {}
    for number in sorted(numbers, key=lambda number: number.at):
        if number.metric == VIEWS and number.platform in PLATFORMS:
            latest[number.platform, number.covers] = number
    for number in latest.values():
        if number.value is not None:
            yield _viewed(number, number.value, _covered(number, here, titles, words), words)


def _viewed(number: PlatformNumber, value: int, covered: str, words: Wording) -> str:
    return words.gettext(
        "Sur %(platform)s%(covered)s, %(views)s (%(kind)s).",
        platform=PLATFORMS[number.platform],
        covered=covered,
        views=_about(value, words),
        kind=_kind(number.kind, words),
    )


def _about(value: int, words: Wording) -> str:
    told = rounded_views(value)
    match approximation(value):
        case Approximation.NEARLY:
            return words.gettext("près de %(num)s vues", num=words.number(told))
        case Approximation.MORE_THAN:
            return words.gettext("plus de %(num)s vues", num=words.number(told))
        case Approximation.EXACTLY:
            return words.ngettext("%(num)s vue", "%(num)s vues", told)


def _kind(kind: FigureKind, words: Wording) -> str:
    if kind is FigureKind.DECLARED:
        return words.gettext("chiffre déclaré")
    return words.gettext("chiffre de la plateforme")


def _covered(
    number: PlatformNumber,
    here: SessionSlug | None,
    titles: Mapping[SessionSlug, str],
    words: Wording,
) -> str:
    """What the number speaks of, where that is not plain: the sessions it counts together."""
    if number.covers == (here,) or not number.covers:
        return ""
    if len(number.covers) == 1:
        slug = number.covers[0]
        return words.gettext(", pour « %(title)s »", title=titles.get(slug, slug))
    return words.ngettext(", pour %(num)s séance", ", pour %(num)s séances ensemble", len(number.covers))
