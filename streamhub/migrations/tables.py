"""Every table there is: importing a store declares its own."""

import streamhub.access.admissions_store
import streamhub.access.calendar_store
import streamhub.access.erased_store
import streamhub.access.keys_store
import streamhub.access.mail_store
import streamhub.access.store
import streamhub.attendance.correction_requests_store
import streamhub.attendance.door_store
import streamhub.attendance.excused_store
import streamhub.attendance.guests_store
import streamhub.attendance.imports_store
import streamhub.attendance.openings_store
import streamhub.attendance.store
import streamhub.attendance.zoom_events_store
import streamhub.attendance.zoom_hearing_store
import streamhub.audience.sample_store
import streamhub.audience.store
import streamhub.floor.store
import streamhub.kit.audit
import streamhub.programme.store
import streamhub.relay.store
import streamhub.relay.timetable_store
import streamhub.relay.zoom_keys_store
import streamhub.relay.zoom_registrants_store
import streamhub.requests.store
import streamhub.requests.trials_store
import streamhub.statistics.kept_store  # noqa: F401 - imported for the tables they declare
from streamhub.kit.db import metadata

__all__ = ["metadata"]
