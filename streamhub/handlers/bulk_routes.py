"""The routes of lists, papers, calendars and mails."""

from streamhub.access import roles
from streamhub.handlers import api_bulk, api_mail
from streamhub.handlers.routing import ANY_GRANT, API, NOT_AUDITED, Route

PEOPLE = (
    Route(
        method="POST",
        path=f"{API}/participants:preview",
        handler=api_bulk.preview,
        allow=roles.ORGANISATION,
        summary="How a registration platform's list is understood, and what it would change",
        answer=api_bulk.ListAnswer,
        query=("map", "set", "file"),
        action=NOT_AUDITED,
    ),
    Route(
        method="POST",
        path=f"{API}/participants:import",
        handler=api_bulk.take_over,
        allow=roles.ORGANISATION,
        summary="Take over a registration platform's list, whole or not at all",
        answer=api_bulk.ListAnswer,
        query=("map", "set", "file"),
        action="participant.import",
    ),
    Route(
        method="POST",
        path=f"{API}/invitations:export",
        handler=api_bulk.export,
        allow=roles.LINKS,
        summary="Personal links as a table, badges, a list or a calendar",
        body=api_bulk.ExportBody,
        action="invitation.export",
        narrowed=True,
    ),
    Route(
        method="GET",
        path="/me/calendar.ics",
        handler=api_bulk.calendar,
        allow=ANY_GRANT,
        summary="The reader's own calendar",
        query=("lang",),
        page=True,
    ),
)

MAILS = (
    Route(
        method="POST",
        path=f"{API}/mails",
        handler=api_mail.send,
        allow=roles.ORGANISATION,
        summary="Mail people their links, in the background",
        body=api_mail.MailBody,
        answer=api_mail.ProgressAnswer,
        status=202,
        action="mail.send",
    ),
    Route(
        method="GET",
        path=f"{API}/mails",
        handler=api_mail.mails,
        allow=roles.ORGANISATION,
        summary="What became of every mail",
        answer=api_mail.MailList,
    ),
    Route(
        method="POST",
        path=f"{API}/mails:stop",
        handler=api_mail.stop,
        allow=roles.ORGANISATION,
        summary="Stop sending after the letter at hand",
        answer=api_mail.ProgressAnswer,
        action="mail.stop",
    ),
    Route(
        method="POST",
        path=f"{API}/invitations/{{id}}:mail",
        handler=api_mail.send_one,
        allow=roles.INVITATIONS,
        summary="Mail one person their present link",
        answer=api_mail.ProgressAnswer,
        status=202,
        action="invitation.mail",
        narrowed=True,
    ),
)

BULK = (*PEOPLE, *MAILS)
