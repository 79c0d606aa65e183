"""The routes of what people may ask for about themselves, and of the audit log."""

from streamhub.access import roles
from streamhub.handlers import api_audit, api_me, pages_corrections, pages_me
from streamhub.handlers.routing import ANY_GRANT, API, NOT_AUDITED, Route

ME = (
    Route(
        method="DELETE",
        path=f"{API}/me",
        handler=api_me.erase_me,
        allow=ANY_GRANT,
        summary="Be erased: name and link go, the pseudonym is drawn anew, figures stay",
        status=204,
        action=NOT_AUDITED,  # written down in the erasure's own transaction, under the new pseudonym
    ),
    Route(
        method="GET",
        path=f"{API}/me/export",
        handler=api_me.export_me,
        allow=ANY_GRANT,
        summary="Everything that is recorded of me",
        answer=api_me.ExportAnswer,
    ),
    Route(
        method="GET",
        path=f"{API}/me/corrections",
        handler=api_me.my_corrections,
        allow=ANY_GRANT,
        summary="What I asked to have corrected, and what became of it",
        answer=api_me.CorrectionRequestList,
    ),
    Route(
        method="POST",
        path=f"{API}/me/corrections",
        handler=api_me.ask_correction,
        allow=ANY_GRANT,
        summary="Ask for a correction of my attendance",
        body=api_me.CorrectionRequestBody,
        answer=api_me.CorrectionRequestAnswer,
        status=201,
        action="correction.ask",
    ),
    Route(
        method="POST",
        path="/me/corrections",
        handler=pages_me.ask_correction,
        allow=ANY_GRANT,
        summary="The same by the form of the page",
        page=True,
        form=True,
        status=303,
        action="correction.ask",
    ),
    Route(
        method="POST",
        path="/me/erase",
        handler=pages_me.erase,
        allow=ANY_GRANT,
        summary="Be erased, by the form of the page",
        page=True,
        form=True,
        action=NOT_AUDITED,  # as DELETE /me
    ),
)

PEOPLE = (
    Route(
        method="GET",
        path=f"{API}/participants/{{participant}}/export",
        handler=api_me.export,
        allow=roles.ORGANISATION,
        summary="Everything that is recorded of a person",
        answer=api_me.ExportAnswer,
    ),
    Route(
        method="POST",
        path=f"{API}/participants/{{participant}}:erase",
        handler=api_me.erase,
        allow=roles.ORGANISATION,
        summary="Erase a person; no figure changes",
        answer=api_me.ErasedAnswer,
        action=NOT_AUDITED,  # as DELETE /me
    ),
    Route(
        method="GET",
        path=f"{API}/correction-requests",
        handler=api_me.correction_requests,
        allow=roles.MODERATION,
        summary="What people ask to have corrected and nobody decided yet",
        answer=api_me.CorrectionRequestList,
        narrowed=True,
    ),
    Route(
        method="POST",
        path=f"{API}/correction-requests/{{id}}:accept",
        handler=api_me.accept,
        allow=roles.MODERATION,
        summary="Write the correction that somebody asked for",
        body=api_me.DecisionBody,
        answer=api_me.CorrectionRequestAnswer,
        action="correction.accept",
        narrowed=True,
    ),
    Route(
        method="POST",
        path=f"{API}/correction-requests/{{id}}:refuse",
        handler=api_me.refuse,
        allow=roles.MODERATION,
        summary="Leave what was recorded",
        answer=api_me.CorrectionRequestAnswer,
        action="correction.refuse",
        narrowed=True,
    ),
)

CORRECTIONS = (
    Route(
        method="GET",
        path="/corrections",
        handler=pages_corrections.corrections,
        allow=roles.MODERATION,
        summary="Where moderators decide what people ask to have corrected",
        query=("lang",),
        page=True,
        narrowed=True,
    ),
    Route(
        method="POST",
        path="/corrections/{id}:accept",
        handler=pages_corrections.accept,
        allow=roles.MODERATION,
        summary="Accept, by the form of the page",
        page=True,
        form=True,
        status=303,
        action="correction.accept",
        narrowed=True,
    ),
    Route(
        method="POST",
        path="/corrections/{id}:refuse",
        handler=pages_corrections.refuse,
        allow=roles.MODERATION,
        summary="Refuse, by the form of the page",
        page=True,
        form=True,
        status=303,
        action="correction.refuse",
        narrowed=True,
    ),
)

AUDIT = (
    Route(
        method="GET",
        path=f"{API}/audit",
        handler=api_audit.audit,
        allow=roles.ORGANISATION,
        summary="Who did what when",
        answer=api_audit.AuditList,
        query=(*api_audit.QUERY, "limit", "cursor"),
    ),
    Route(
        method="GET",
        path=f"{API}/audit.csv",
        handler=api_audit.audit_csv,
        allow=roles.ORGANISATION,
        summary="The audit log as a table",
        query=api_audit.QUERY,
    ),
)

PRIVACY = (*ME, *PEOPLE, *CORRECTIONS, *AUDIT)
