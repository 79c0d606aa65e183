"""The record of processing as a document for the data protection officer (Markdown)."""

from collections.abc import Iterable, Iterator, Sequence

from streamhub.kit.settings import Settings
from streamhub.privacy.record import Line, Words, processing, role_names
from streamhub.programme.model import Summit

SEES = "×"


def markdown(summit: Summit | None, settings: Settings, lang: str) -> str:
    """The record in one language: who answers for it, each kind of data, roles, columns."""
    lines, words = processing(settings, lang), Words(lang)
    return "\n".join(
        [*_head(summit, words), *_table(lines, words), *_roles(lines, words), *_columns(lines, words)]
    )


def _head(summit: Summit | None, words: Words) -> Iterator[str]:
    _ = words.gettext
    title = _("Registre des traitements")
    yield f"# {title}\n" if summit is None else f"# {title} · {summit.titles.get(words.lang)}\n"
    if summit is not None:
        answering = _("Responsable du traitement")
        contact = (summit.contact_name, summit.contact_email, summit.contact_phone)
        answers = ", ".join(part for part in contact if part) or summit.titles.get(words.lang)
        yield f"{answering} : {answers}\n"
    yield _(
        "Ce document est fait des réglages et du schéma de cette installation. La personne elle-même voit, "
        "télécharge, fait corriger et efface ce qui la concerne depuis son propre lien."
    )
    yield ""


def _table(lines: Iterable[Line], words: Words) -> Iterator[str]:
    _ = words.gettext
    yield _heading(_("Données, buts, durées"))
    yield _row([_("Données"), _("Contenu"), _("But"), _("Durée"), _("Vu par"), _("Destinataires")])
    yield _row(["---"] * 6)
    for line in lines:
        seen_by = ", ".join(line.seen_by) or _("personne")
        yield _row([line.title, line.holds, line.purpose, line.kept, seen_by, line.recipients])
    yield ""


def _roles(lines: Iterable[Line], words: Words) -> Iterator[str]:
    _ = words.gettext
    names = role_names(words.lang)
    yield _heading(_("Rôles et données"))
    yield _row([_("Données"), *names])
    yield _row(["---"] * (len(names) + 1))
    for line in lines:
        yield _row([line.title, *(SEES if cell.sees else "" for cell in line.roles)])
    yield ""


def _columns(lines: Iterable[Line], words: Words) -> Iterator[str]:
    _ = words.gettext
    yield _heading(_("Colonnes de la base"))
    yield _row([_("Données"), _("Table"), _("Colonne"), _("Nature")])
    yield _row(["---"] * 4)
    for line in lines:
        for table, column, holds in line.columns:
            yield _row([line.title, f"`{table}`", f"`{column}`", holds])
    yield ""


def _heading(text: str) -> str:
    return f"## {text}\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
