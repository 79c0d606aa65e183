"""The organiser's console: lists of people taken over, links mailed and written out."""

from collections.abc import Sequence
from dataclasses import dataclass

from streamhub.access.bulk_columns import Field
from streamhub.handlers.views.console import Tab, tabs
from streamhub.handlers.views.console_people import Choice
from streamhub.programme.model import Delegation


@dataclass(frozen=True, slots=True)
class ListsConsole:
    """What ``/console/lists`` shows; without ``mail`` no mail server is set."""

    tabs: tuple[Tab, ...]
    fields: tuple[str, ...]
    delegations: tuple[Choice, ...]
    mail: bool
    island: dict[str, list[str]]


def lists_console(delegations: Sequence[Delegation], lang: str, *, mail: bool) -> ListsConsole:
    """The forms; what they find is shown by the script."""
    fields = tuple(field.value for field in Field)
    return ListsConsole(
        tabs=tabs("lists"),
        fields=fields,
        delegations=tuple(Choice(d.code, d.names.get(lang)) for d in delegations),
        mail=mail,
        island={"fields": list(fields)},
    )
