"""Every table and every column: what it holds of a person. A test fails for one that is missing here."""

from streamhub.privacy.model import Holds, Kept, OnErase, Table


def _table(table: str, kept: Kept, on_erase: OnErase = OnErase.REDRAW, /, **columns: str) -> Table:
    """A table; each word is what columns hold, its value their names with spaces between."""
    held = [(column, Holds(kind)) for kind, names in columns.items() for column in names.split()]
    return Table(table, kept, on_erase, tuple(held))


ACCESS = (
    _table(
        "identities", Kept.IDENTITIES, OnErase.DELETE, about="participant", name="name email", fact="lang"
    ),
    _table(
        "participants",
        Kept.INVITATION,
        about="id",
        name="external_id",
        words="label",
        fact="delegation role seat_prefix seat_number speak label_edited",
        when="created_at",
    ),
    _table("seats_given", Kept.SUMMIT, plain="prefix highest"),
    _table(
        "invitations",
        Kept.INVITATION,
        about="participant",
        by="created_by revoked_by",
        invitation="id",
        fact="sessions devices device_policy generation epoch issuer",
        when="not_before expires_at created_at revoked_at issued_at replaced_at",
        plain="seq",
    ),
    _table("invitation_codes", Kept.INVITATION, invitation="invitation", secret="hash", fact="generation"),
    _table(
        "grants",
        Kept.RULE,
        invitation="invitation",
        secret="hash",
        fact="generation sessions run",
        when="created_at expires_at",
    ),
    _table("removals", Kept.STAYS, about="participant", by="removed_by", fact="session", when="removed_at"),
    _table(
        "admissions", Kept.STAYS, about="name", by="admitted_by", fact="session run scope", when="admitted_at"
    ),
    _table("erased_invitations", Kept.STAYS, invitation="id"),
    _table("erased_participants", Kept.STAYS, about="participant"),
    _table(
        "mails",
        Kept.IDENTITIES,
        OnErase.DELETE,
        invitation="invitation",
        by="asked_by",
        words="reason",
        fact="generation state code",
        when="queued_at changed_at",
    ),
    _table("signing_keys", Kept.SUMMIT, secret="kid x", when="created_at retired_at verify_until"),
)

ATTENDANCE = (
    _table(
        "ledger",
        Kept.STAYS,
        about="participant",
        by="by",
        words="reason",
        fact="kind session run channel cause import_id row venue present",
        when="recorded_at at since until bridges",
        plain="seq nonce node",
    ),
    _table(
        "stays",
        Kept.STAYS,
        about="participant",
        fact="session run channel cause import_id row",
        when="since until",
        plain="id node",
    ),
    _table("check_ins", Kept.STAYS, about="participant", fact="scope place", when="since until", plain="id"),
    _table("openings", Kept.STAYS, about="who", fact="kind session run", when="since until", plain="id node"),
    _table(
        "excused",
        Kept.STAYS,
        about="participant",
        by="by",
        words="reason represented_by",
        fact="session run",
        when="at",
    ),
    _table(
        "correction_requests",
        Kept.STAYS,
        about="participant",
        by="decided_by",
        words="reason",
        fact="session run present state",
        when="since until asked_at decided_at",
        plain="id",
    ),
    _table(
        "floor_requests",
        Kept.STAYS,
        about="participant",
        words="subject",
        fact="session run delegation minutes state rank",
        when="asked_at granted_at ended_at",
        plain="id",
    ),
    _table("floor_orders", Kept.STAYS, plain="session sorting"),
    _table("nodes", Kept.SUMMIT, plain="id", when="started_at lease_at"),
)

LISTS = (
    _table(
        "imports",
        Kept.STAYS,
        by="created_by applied_by undone_by",
        words="file",
        when="created_at applied_at undone_at",
        plain="seq id kind state sessions meetings timezone date_order rows waiting_room outside people "
        "matched unmatched stays already problems",
    ),
    _table(
        "import_people",
        Kept.STAYS,
        about="participant",
        name="name email",
        fingerprint="person alias",
        fact="import_id delegation matched_by",
        plain="id",
    ),
    _table(
        "import_rows",
        Kept.STAYS,
        fingerprint="content",
        fact="session run applied",
        when="since until",
        plain="id import_id person_id line",
    ),
    _table("import_guests", Kept.STAYS, about="participant", fingerprint="person", fact="delegation"),
    _table(
        "import_matches",
        Kept.STAYS,
        OnErase.DELETE,
        about="participant",
        by="matched_by",
        fingerprint="alias",
        fact="delegation",
        when="matched_at",
    ),
    _table("import_salt", Kept.STAYS, secret="salt", plain="id"),
    _table(
        "zoom_registrants",
        Kept.IDENTITIES,
        OnErase.DELETE,  # what Zoom still has stays, without anybody, until it is cancelled there
        about="participant",
        invitation="invitation",
        secret="join_url",
        fact="generation panelist names email zoom_id tries",
        when="asked_at registered_at cancelled_at",
        plain="id account meeting kind",
    ),
    _table(
        "zoom_customer_keys",
        Kept.IDENTITIES,
        OnErase.DELETE,
        about="participant",
        secret="key",
        when="created_at",
        plain="account meeting",
    ),
    _table(
        "zoom_standings",
        Kept.SUMMIT,
        when="tried_at answered_at rest_until",
        plain="account meeting kind fault right faults",
    ),
)

ZOOM = (
    _table(
        "zoom_deliveries",
        Kept.RULE,
        OnErase.DELETE,  # all that are worked off: the names of whoever was in a meeting stand in them
        name="body",
        when="received_at worked_at",
        plain="id digest account fault",
    ),
    _table(
        "zoom_hearing",
        Kept.SUMMIT,
        when="webhook_at validation_at report_at fault_at rest_until",
        plain="account fault right",
    ),
    _table(
        "zoom_meetings",
        Kept.STAYS,
        when="last_at ended_at reported_at",
        plain="uuid account number webinar version told tries",
    ),
    _table(
        "zoom_events",
        Kept.STAYS,
        about="participant",
        name="customer_key registrant",
        fact="uuid change user parent",
        when="at",
        plain="id",
    ),
    _table(
        "zoom_reported",
        Kept.STAYS,
        about="participant",
        name="customer_key registrant",
        fact="uuid user",
        when="since until",
        plain="id",
    ),
)

REQUESTS = (
    _table(
        "access_requests",
        Kept.STAYS,  # and much earlier by the rules of their own stage
        OnErase.DELETE,
        by="decided_by",
        name="name email",
        words="function medium message reason mail_said",
        invitation="invitation",
        secret="secret_hash",
        fact="kind delegation lang state document_type document_size mail_state mail_code",
        when="created_at decided_at mail_changed_at",
        plain="seq id",
    ),
    _table(
        "connection_tests",
        Kept.STAYS,
        OnErase.DELETE,
        invitation="invitation",
        fact="socket player clock_skew_ms",
        when="tested_at",
    ),
)

FIGURES = (
    _table(
        "figures",
        Kept.SUMMIT,
        by="author",
        when="at",
        plain="id platform metric value kind source",
    ),
    _table("figure_sessions", Kept.SUMMIT, plain="figure session"),
    _table("platform_samples", Kept.RULE, when="at", plain="id platform host video viewers views"),
    _table(
        "platform_standings",
        Kept.SUMMIT,
        when="tried_at answered_at rest_until",
        plain="platform fault faults day calls missing",
    ),
    _table("kept_figures", Kept.SUMMIT, when="kept_at", plain="kind session run value"),
)

LOG = (
    _table("audit", Kept.LOG, by="by", mentions="target detail", fact="role action", when="at", plain="id"),
    _table("changes", Kept.NOTICE, mentions="key", plain="id topic"),
)

PROGRAMME = (
    _table(
        "summit",
        Kept.SUMMIT,
        name="contact_name contact_phone contact_email",
        plain="id slug titles timezone languages starts_on ends_on logo logo_digest logo_type logo_content "
        "accent partners hashtag fallback_text represented settings loaded",
    ),
    _table(
        "sessions",
        Kept.SUMMIT,
        when="starts_at ends_at scheduled_starts_at scheduled_ends_at cancelled_at",
        plain="slug run position kind titles venue room access notes source_urls automatic state loaded",
    ),
    _table("session_states", Kept.SUMMIT, by="by", when="at", plain="id session run state automatic"),
    _table("session_moves", Kept.SUMMIT, by="by", when="starts_at ends_at at", plain="id session run"),
    _table(
        "delegations",
        Kept.SUMMIT,
        when="renewed_at",
        plain="code names kind country seats position epoch loaded",
    ),
    _table("calendar_events", Kept.SUMMIT, when="changed_at", plain="session run fingerprint sequence"),
    _table("documents", Kept.SUMMIT, when="removed_at", plain="session url titles position loaded"),
    _table(
        "sources",
        Kept.SUMMIT,
        by="added_by placed_by",
        when="added_at removed_at checked_at",
        plain="id session channel position label provider kind ref host start hash page pwd text phone "
        "personal account planned_ms checked",
    ),
    _table("timetables", Kept.SUMMIT, plain="session automatic"),
    _table("zoom_sources", Kept.SUMMIT, plain="source names"),
    _table("source_periods", Kept.SUMMIT, by="by", when="since until", plain="id session channel source"),
)

TABLES = (*ACCESS, *ATTENDANCE, *LISTS, *ZOOM, *REQUESTS, *FIGURES, *LOG, *PROGRAMME)

BY_NAME = {table.name: table for table in TABLES}
