"""The routes of the organiser's console: its pages, and the interface that they use."""

from streamhub.access import roles
from streamhub.handlers import api_links, api_programme, api_sources, pages_console
from streamhub.handlers.routing import API, Handler, Route


def _page(path: str, handler: Handler, summary: str, *query: str) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=handler,
        allow=roles.ORGANISATION,
        summary=summary,
        page=True,
        query=("lang", *query),
    )


PROGRAMME = (
    Route(
        method="GET",
        path=f"{API}/programme",
        handler=api_programme.programme,
        allow=roles.ORGANISATION,
        summary="Every session with what may be edited, and what was edited since the files were loaded",
        answer=api_programme.ProgrammeList,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions",
        handler=api_programme.add_session,
        allow=roles.ORGANISATION,
        summary="Add a session",
        body=api_programme.NewSessionBody,
        answer=api_programme.EditableSession,
        status=201,
    ),
    Route(
        method="PATCH",
        path=f"{API}/sessions/{{slug}}",
        handler=api_programme.edit_session,
        allow=roles.ORGANISATION,
        summary="Change a session",
        body=api_programme.SessionBody,
        answer=api_programme.EditableSession,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}:cancel",
        handler=api_programme.cancel,
        allow=roles.ORGANISATION,
        summary="Cancel a session: it stays in the programme, without doors",
        answer=api_programme.EditableSession,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}:restore",
        handler=api_programme.restore,
        allow=roles.ORGANISATION,
        summary="Hold a cancelled session after all",
        answer=api_programme.EditableSession,
    ),
    Route(
        method="GET",
        path=f"{API}/sessions/{{slug}}/documents",
        handler=api_programme.documents,
        allow=roles.ORGANISATION,
        summary="The documents of a session",
        answer=api_programme.DocumentList,
    ),
    Route(
        method="POST",
        path=f"{API}/sessions/{{slug}}/documents",
        handler=api_programme.add_document,
        allow=roles.ORGANISATION,
        summary="Add a document",
        body=api_programme.DocumentBody,
        answer=api_programme.EditableDocument,
        status=201,
    ),
    Route(
        method="PATCH",
        path=f"{API}/sessions/{{slug}}/documents/{{id}}",
        handler=api_programme.edit_document,
        allow=roles.ORGANISATION,
        summary="Change a document",
        body=api_programme.DocumentBody,
        answer=api_programme.EditableDocument,
    ),
    Route(
        method="DELETE",
        path=f"{API}/sessions/{{slug}}/documents/{{id}}",
        handler=api_programme.remove_document,
        allow=roles.ORGANISATION,
        summary="Take a document away",
        status=204,
    ),
    Route(
        method="DELETE",
        path=f"{API}/sessions/{{slug}}/sources/{{id}}",
        handler=api_sources.remove_source,
        allow=roles.MODERATION,
        summary="Take a source away that is not on",
        status=204,
    ),
    Route(
        method="PUT",
        path=f"{API}/sessions/{{slug}}/sources/order",
        handler=api_sources.sort_sources,
        allow=roles.MODERATION,
        summary="Sort the sources of a session by hand",
        body=api_sources.OrderBody,
        answer=api_sources.SourceList,
    ),
    Route(
        method="GET",
        path=f"{API}/delegations",
        handler=api_programme.delegations,
        allow=roles.ORGANISATION,
        summary="Every delegation in protocol order",
        answer=api_programme.DelegationList,
    ),
    Route(
        method="POST",
        path=f"{API}/delegations",
        handler=api_programme.add_delegation,
        allow=roles.ORGANISATION,
        summary="Add a delegation",
        body=api_programme.NewDelegationBody,
        answer=api_programme.EditableDelegation,
        status=201,
    ),
    Route(
        method="PATCH",
        path=f"{API}/delegations/{{code}}",
        handler=api_programme.edit_delegation,
        allow=roles.ORGANISATION,
        summary="Change a delegation",
        body=api_programme.DelegationBody,
        answer=api_programme.EditableDelegation,
    ),
)

LINKS = (
    Route(
        method="GET",
        path=f"{API}/participants",
        handler=api_links.people,
        allow=roles.ORGANISATION,
        summary="People by seat, function, delegation or name",
        answer=api_links.PersonList,
        query=("q", "delegation", "role", "standing", "limit", "cursor"),
    ),
    Route(
        method="POST",
        path=f"{API}/invitations/{{id}}:link",
        handler=api_links.link,
        allow=roles.ORGANISATION,
        summary="A signed link of the invitation, without ending the one it has",
        answer=api_links.LinkAnswer,
        status=201,
    ),
    Route(
        method="POST",
        path=f"{API}/qr",
        handler=api_links.qr_code,
        allow=roles.ISSUING | roles.INVITATIONS,
        summary="A personal link as a QR code",
        body=api_links.QrBody,
        answer=api_links.QrAnswer,
    ),
)

CONSOLE = (
    *PROGRAMME,
    *LINKS,
    _page("/console", pages_console.programme, "The programme, to be edited"),
    _page("/console/sessions/{slug}", pages_console.session, "A session, to be edited"),
    _page("/console/delegations", pages_console.delegations, "The delegations, to be edited"),
    _page(
        "/console/people",
        pages_console.people,
        "People and their invitations",
        "q",
        "delegation",
        "role",
        "standing",
        "cursor",
    ),
    _page("/console/staff", pages_console.staff, "Links for the people who work here"),
)
