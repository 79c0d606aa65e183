"""The routes of Zoom inside our page; whoever is invited gets 404 from both while it is switched off."""

from streamhub.handlers import pages_zoom
from streamhub.handlers.routing import ANY_GRANT, API, NOT_AUDITED, Route

ZOOM_SDK = (
    Route(
        method="GET",
        path="/s/{slug}/zoom",
        handler=pages_zoom.zoom,
        allow=ANY_GRANT,
        summary="Joining the session's Zoom meeting in our page",
        page=True,
        query=("source", "lang"),
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/zoom:sign",
        handler=pages_zoom.sign,
        allow=ANY_GRANT,
        summary="What the caller needs to join a Zoom meeting in our page, once",
        answer=pages_zoom.SignAnswer,
        query=("source",),
        action=NOT_AUDITED,
    ),
)
