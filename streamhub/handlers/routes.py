"""Every route, and who may use it. What is not here does not exist; nothing is open by default."""

from streamhub.access import roles
from streamhub.handlers import (
    api_access,
    api_door,
    api_figures,
    api_people,
    health,
    static,
)
from streamhub.handlers.routing import ANY_GRANT, PUBLIC, Route

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

ACCESS = (
    Route(
        method="POST",
        path=f"{API}/invitations",
        handler=api_access.issue,
        allow=roles.ISSUING,
        summary="Invite people",
        body=api_access.OrderBody,
        answer=api_access.IssuedList,
        status=201,
    ),
    Route(
        method="GET",
        path=f"{API}/invitations",
        handler=api_access.invitations,
        allow=roles.INVITATIONS,
        summary="Invitations, without what opens them",
        answer=api_access.InvitationList,
        query=("limit", "cursor"),
    ),
    Route(
        method="GET",
        path=f"{API}/invitations/{{id}}",
        handler=api_access.invitation,
        allow=roles.INVITATIONS,
        summary="One invitation",
        answer=api_access.InvitationAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/invitations/{{id}}:revoke",
        handler=api_access.revoke,
        allow=roles.INVITATIONS,
        summary="Withdraw an invitation: its pages close at once",
        answer=api_access.InvitationAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/invitations/{{id}}:replace",
        handler=api_access.replace,
        allow=roles.INVITATIONS,
        summary="A new link for the same person; every earlier one is dead",
        answer=api_access.IssuedList,
        status=201,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/tokens",
        handler=api_access.session_token,
        allow=roles.ORGANISATION,
        summary="A token for one session",
        body=api_access.TokenOrderBody,
        answer=api_access.TokenAnswer,
        status=201,
    ),
    Route(
        method="POST",
        path=f"{API}/tokens:verify",
        handler=api_access.verify,
        allow=PUBLIC,
        summary="Does this token open something now?",
        body=api_access.VerifyBody,
        answer=api_access.VerdictAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/enter",
        handler=api_access.enter,
        allow=PUBLIC,
        summary="Enter by a link's code or a token",
        body=api_access.EnterBody,
        status=204,
    ),
    Route(
        method="GET",
        path=f"{API}/me",
        handler=api_access.me,
        allow=ANY_GRANT,
        summary="What my invitation lets me do",
        answer=api_access.MeAnswer,
    ),
    Route(
        method="GET",
        path=f"{API}/me/stays",
        handler=api_access.my_stays,
        allow=ANY_GRANT,
        summary="What is recorded of my attendance",
        answer=api_access.StayList,
    ),
)

ROUTES: tuple[Route, ...] = (*HEALTH, *ACCESS, *PEOPLE)
