"""The routes of correspondents, of requests for access and of tests of a connection."""

from streamhub.access import roles
from streamhub.access.roles import Role
from streamhub.handlers import (
    api_access,
    api_connection,
    api_delegation,
    api_requests,
    pages_connection,
    pages_delegation,
    pages_request,
)
from streamhub.handlers.routing import ANY_GRANT, API, NOT_AUDITED, PUBLIC, Handler, Route


def _page(path: str, handler: Handler, summary: str, allow: frozenset[Role] | None, *query: str) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=handler,
        allow=allow,
        summary=summary,
        page=True,
        query=("lang", *query),
        narrowed=allow == roles.CORRESPONDENCE,
    )


SEATS = (
    _page("/delegation", pages_delegation.delegation, "A delegation's seats", roles.CORRESPONDENCE),
    Route(
        method="GET",
        path=f"{API}/delegation",
        handler=api_delegation.delegation,
        allow=roles.CORRESPONDENCE,
        summary="The seats of the own delegation, and who is in",
        answer=api_delegation.DelegationAnswer,
        narrowed=True,
    ),
    Route(
        method="PUT",
        path=f"{API}/invitations/{{id}}/label",
        handler=api_delegation.rename,
        allow=roles.LINKS,
        summary="Change the function that is shown",
        body=api_delegation.LabelBody,
        answer=api_access.InvitationAnswer,
        action="invitation.label",
        narrowed=True,
    ),
)

CONNECTION = (
    _page("/test", pages_connection.test, "Test one's connection", ANY_GRANT),
    _page("/test/player", pages_connection.player, "The player's frame of that page", ANY_GRANT),
    Route(
        method="GET",
        path=f"{API}/connection-test",
        handler=api_connection.echo,
        allow=ANY_GRANT,
        summary="A socket that answers each message with our time",
        status=101,
    ),
    Route(
        method="POST",
        path=f"{API}/me/connection-test",
        handler=api_connection.record,
        allow=ANY_GRANT,
        summary="What my device could do",
        body=api_connection.TestBody,
        status=204,
        action=NOT_AUDITED,
    ),
    Route(
        method="GET",
        path=f"{API}/connection-tests",
        handler=api_connection.tests,
        allow=roles.ORGANISATION,
        summary="Who has tested the connection, and who has not",
        answer=api_connection.TestedList,
        query=("tested", "limit", "cursor"),
    ),
)

REQUESTS = (
    _page("/access-request", pages_request.show, "Ask to be let in", PUBLIC, "sent"),
    Route(
        method="POST",
        path="/access-request",
        handler=pages_request.ask,
        allow=PUBLIC,
        summary="Ask to be let in, by the page's form",
        page=True,
        form=True,
        query=("lang",),
        status=303,
        action=NOT_AUDITED,
    ),
    Route(
        method="POST",
        path=f"{API}/access-requests",
        handler=api_requests.ask,
        allow=PUBLIC,
        summary="Ask to be let in",
        body=api_requests.AskBody,
        answer=api_requests.AskedAnswer,
        status=201,
        action=NOT_AUDITED,
    ),
    Route(
        method="PUT",
        path=f"{API}/access-requests/{{id}}/document",
        handler=api_requests.upload,
        allow=PUBLIC,
        summary="A document as proof (the body), once, with the secret of the request",
        status=204,
        action=NOT_AUDITED,
    ),
    Route(
        method="GET",
        path=f"{API}/access-requests",
        handler=api_requests.requests,
        allow=roles.ORGANISATION,
        summary="Who asks to be let in",
        answer=api_requests.RequestList,
        query=("state", "limit", "cursor"),
    ),
    Route(
        method="GET",
        path=f"{API}/access-requests/{{id}}/document",
        handler=api_requests.document,
        allow=roles.ORGANISATION,
        summary="The document that came with a request",
    ),
    Route(
        method="POST",
        path=f"{API}/access-requests/{{id}}:accept",
        handler=api_requests.accept,
        allow=roles.ORGANISATION,
        summary="Let somebody in: issues the invitation, deletes the document",
        body=api_requests.AcceptBody,
        answer=api_requests.AcceptedAnswer,
        status=201,
        action="request.accept",
    ),
    Route(
        method="POST",
        path=f"{API}/access-requests/{{id}}:refuse",
        handler=api_requests.refuse,
        allow=roles.ORGANISATION,
        summary="Say no; deletes the document",
        body=api_requests.RefuseBody,
        answer=api_requests.RefusedAnswer,
        action="request.refuse",
    ),
    Route(
        method="DELETE",
        path=f"{API}/access-requests/{{id}}",
        handler=api_requests.forget,
        allow=roles.ORGANISATION,
        summary="Delete a request that was not accepted, with all that it holds",
        status=204,
        action="request.delete",
    ),
)
