"""The routes of the pages; their errors are pages too."""

from streamhub.access import roles
from streamhub.access.roles import Role
from streamhub.handlers import (
    pages_desk,
    pages_figures,
    pages_join,
    pages_me,
    pages_public,
    pages_stage,
)
from streamhub.handlers.routing import ANY_GRANT, NOT_AUDITED, PUBLIC, Handler, Route


def _page(
    path: str, handler: Handler, summary: str, allow: frozenset[Role] | None = PUBLIC, *query: str
) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=handler,
        allow=allow,
        summary=summary,
        page=True,
        query=("lang", *query),
        narrowed=allow == roles.DESK,
    )


PAGES = (
    _page("/", pages_public.programme, "The programme"),
    _page("/j/{code}", pages_join.show, "The page behind a personal link: the same for every code"),
    Route(
        method="POST",
        path="/j/{code}",
        handler=pages_join.go_in,
        allow=PUBLIC,
        summary="Enter by a personal link",
        page=True,
        form=True,
        status=303,
        action=NOT_AUDITED,
    ),
    _page("/j", pages_join.show_fragment, "The page behind a link whose token stands in the fragment"),
    _page("/s/{slug}", pages_public.session, "A session's page"),
    _page("/s/{slug}/wall", pages_stage.wall, "Who is there, for moderators", roles.STAGE),
    _page("/s/{slug}/projector", pages_stage.projector, "For the hall's screen", roles.STAGE),
    _page("/desk", pages_desk.desk, "The door", roles.DESK),
    _page("/figures", pages_figures.summit, "The summit's figures", roles.FIGURES, "audience"),
    _page("/figures/print", pages_figures.summit_print, "The summit's report", roles.FIGURES, "audience"),
    _page(
        "/figures/{slug}", pages_figures.session, "A session's figures", roles.FIGURES, "audience", "window"
    ),
    _page(
        "/figures/{slug}/print",
        pages_figures.session_print,
        "A session's report",
        roles.FIGURES,
        "audience",
        "window",
    ),
    _page("/me", pages_me.me, "What is recorded of the reader", ANY_GRANT),
    _page("/privacy", pages_me.privacy, "What is recorded of everybody"),
    _page("/accessibility", pages_me.accessibility, "How accessible the pages are, and whom to tell"),
    _page("/brand/logo", pages_public.logo, "The summit's picture"),
    _page("/brand/accent.css", pages_public.accent, "The summit's colour"),
)
