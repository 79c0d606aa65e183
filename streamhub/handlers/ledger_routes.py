"""The routes by which attendance comes in: live pages and lists."""

from streamhub.access import roles
from streamhub.handlers import api_imports, beat, live
from streamhub.handlers.routing import API, NOT_AUDITED, PUBLIC, Route

IMPORTS = (
    Route(
        method="POST",
        path=f"{API}/imports/{{id}}:apply",
        handler=api_imports.apply,
        allow=roles.FIGURES,
        summary="Write a list into the ledger",
        answer=api_imports.ImportAnswer,
        action="import.apply",
    ),
    Route(
        method="POST",
        path=f"{API}/imports/{{id}}:undo",
        handler=api_imports.undo,
        allow=roles.FIGURES,
        summary="Take a list back",
        answer=api_imports.ImportAnswer,
        action="import.undo",
    ),
    Route(
        method="POST",
        path=f"{API}/imports/{{kind}}",
        handler=api_imports.preview,
        allow=roles.FIGURES,
        summary="Read a list (the body, text/csv) and say what importing it would do",
        answer=api_imports.ImportAnswer,
        query=("session", "day", "timezone", "date_order", "file"),
        status=201,
        action="import.preview",
    ),
    Route(
        method="GET",
        path=f"{API}/queue",
        handler=api_imports.queue,
        allow=roles.FIGURES,
        summary="People of lists whom nobody recognised",
        answer=api_imports.QueueAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/queue/{{row}}:match",
        handler=api_imports.match,
        allow=roles.FIGURES,
        summary="Say who somebody of a list is",
        body=api_imports.MatchBody,
        answer=api_imports.MatchAnswer,
        action="queue.match",
    ),
)

LIVE = (
    Route(
        method="GET",
        path=f"{API}/live",
        handler=live.live,
        allow=PUBLIC,
        summary="The live socket: see asyncapi.json",
        query=("session",),
        status=101,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/beat",
        handler=beat.beat,
        allow=PUBLIC,
        summary="Presence where sockets are blocked",
        body=beat.BeatBody,
        answer=beat.BeatAnswer,
        action=NOT_AUDITED,
    ),
)
