"""Every route, and who may use it. What is not here does not exist; nothing is open by default."""

from streamhub.access import roles
from streamhub.handlers import (
    api_door,
    api_figures,
    api_people,
    health,
    static,
)
from streamhub.handlers.routing import PUBLIC, Route

API = "/api/v1"

HEALTH = (
    Route(method="GET", path="/healthz", handler=health.healthz, allow=PUBLIC, summary="Alive"),
    Route(method="GET", path="/readyz", handler=health.readyz, allow=PUBLIC, summary="Ready for people"),
    Route(
        method="GET",
        path="/.well-known/jwks.json",
        handler=health.jwks,
        allow=PUBLIC,
        summary="Public keys of our tokens",
    ),
    Route(
        method="GET", path="/openapi.json", handler=health.openapi_json, allow=PUBLIC, summary="This document"
    ),
    Route(
        method="GET",
        path="/asyncapi.json",
        handler=health.asyncapi_json,
        allow=PUBLIC,
        summary="The live protocol",
    ),
    Route(
        method="GET",
        path="/static/{version}/{name:.+}",
        handler=static.static_file,
        allow=PUBLIC,
        summary="A file of the pages",
    ),
)

PEOPLE = (
    Route(
        method="GET",
        path=f"{API}/sessions/{{slug}}/presence",
        handler=api_people.presence,
        allow=roles.STAGE,
        summary="Who is there now",
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/people/{{participant}}:remove",
        handler=api_people.remove,
        allow=roles.MODERATION,
        summary="Bar a person from the session until admitted again",
        answer=api_people.PersonAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/people/{{participant}}:admit",
        handler=api_people.admit,
        allow=roles.MODERATION,
        summary="Let a removed person in again",
        answer=api_people.PersonAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/corrections",
        handler=api_people.correct,
        allow=roles.MODERATION,
        summary="Say that somebody was there, or was not",
        body=api_people.CorrectionBody,
        answer=api_people.CorrectionAnswer,
        status=201,
    ),
    Route(
        method="POST",
        path=f"{API}/check-ins",
        handler=api_door.check_in,
        allow=roles.DESK,
        summary="Somebody passes a door",
        body=api_door.CheckInBody,
        answer=api_door.CheckInAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/figures",
        handler=api_figures.declare_figure,
        allow=roles.FIGURES,
        summary="Declare a figure",
        body=api_figures.FigureBody,
        answer=api_figures.FigureAnswer,
        status=201,
    ),
)

ROUTES: tuple[Route, ...] = (*HEALTH, *PEOPLE)
