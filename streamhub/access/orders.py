"""Which invitations may be issued: bounds, defaults, and what each role may order. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from streamhub.access.model import (
    MAX_COUNT,
    MAX_DEVICES,
    MAX_LABEL,
    MAX_LIFETIME,
    DevicePolicy,
    Grant,
    Invitation,
    InvitationOrder,
)
from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.kit.clock import DAY, MINUTE, Instant, from_datetime, to_datetime
from streamhub.kit.errors import FieldInvalid, FieldProblem, RoleForbidden, WrongSession
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import clean
from streamhub.programme.model import REHEARSAL, STAFF, Delegation, Session, Summit

WITHOUT_DATES = 30 * DAY
"""How long an invitation is good where the summit has no last day, or that day is over."""

AT_THE_DESK = frozenset({Role.DELEGATE, Role.PRESS, Role.OBSERVER})

ABOVE_MODERATION = frozenset({Role.ORGANISER, Role.COMMUNICATIONS})

BEYOND = "this invitation opens sessions that yours does not"

_STAFF_SEATS = {
    Role.INTERPRETER: "INT",
    Role.TECHNICIAN: "TEC",
    Role.MODERATOR: "MOD",
    Role.DESK: "DESK",
    Role.COMMUNICATIONS: "COM",
    Role.ORGANISER: "ORG",
    Role.OBSERVER: "OBS",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an order is checked against. ``summit_end`` None: no last day, or it is over."""

    now: Instant
    sessions: frozenset[SessionSlug]
    delegations: Mapping[DelegationCode, Delegation]
    summit_end: Instant | None
    day_end: Instant
    device_limit: int
    device_policy: DevicePolicy

    @property
    def default_expiry(self) -> Instant:
        """When an invitation ends if nobody says otherwise."""
        return self.now + WITHOUT_DATES if self.summit_end is None else self.summit_end

    def epoch(self, code: DelegationCode) -> int:
        """The delegation's epoch; reserved delegations have none to raise."""
        found = self.delegations.get(code)
        return 0 if found is None else found.epoch

    def seats(self, code: DelegationCode) -> int | None:
        """How many delegates the delegation may send; None is no limit."""
        found = self.delegations.get(code)
        return None if found is None else found.seats


def summit_end(
    summit: Summit, sessions: Iterable[Session], overrun_minutes: int, now: Instant
) -> Instant | None:
    """The end of the summit's last day in its zone, or of a session that goes on after it, plus the overrun.

    None when that is past, or there is no last day.
    """
    if summit.ends_on is None:
        return None
    midnight = datetime.combine(summit.ends_on + timedelta(days=1), time(), ZoneInfo(summit.timezone))
    last = max([from_datetime(midnight), *(session.ends_at for session in sessions if not session.cancelled)])
    end = min(last + overrun_minutes * MINUTE, now + MAX_LIFETIME)
    return end if end > now else None


def day_end(timezone: str, now: Instant) -> Instant:
    """The next midnight in the summit's zone."""
    zone = ZoneInfo(timezone)
    today = to_datetime(now).astimezone(zone).date()
    return from_datetime(datetime.combine(today + timedelta(days=1), time(), zone))


def seat_prefix(role: Role, delegation: DelegationCode) -> str:
    """``BJ`` of ``BJ-03``; staff are told apart by what they do: ``MOD-01``."""
    return _STAFF_SEATS[role] if delegation == STAFF else delegation


def complete(order: InvitationOrder, facts: Facts) -> InvitationOrder:
    """The order with its defaults filled in; raises FieldInvalid with every wrong field."""
    policy = facts.device_policy if order.device_policy is None else order.device_policy
    filled = replace(
        order,
        delegation=STAFF if order.delegation is None else order.delegation,
        devices=_default_devices(policy, facts) if order.devices is None else order.devices,
        device_policy=policy,
        expires_at=facts.default_expiry if order.expires_at is None else order.expires_at,
        label=clean(order.label).replace("\n", " "),
    )
    problems = [*_people(filled, facts), *_times(filled, facts)]
    if problems:
        raise FieldInvalid(*problems)
    return filled


def bounded(order: InvitationOrder, grant: Grant, facts: Facts) -> InvitationOrder:
    """What the holder of ``grant`` may order of this.

    Organisers everything; correspondents delegates of their own delegation; the desk one
    person more, for the day. Nobody passes on more sessions than the own ones, nor for longer.
    Raises RoleForbidden, WrongSession, or FieldInvalid naming the field.
    """
    return _bounded_by_role(_bounded_by_sessions(order, grant, facts), grant, facts)


def _bounded_by_sessions(order: InvitationOrder, grant: Grant, facts: Facts) -> InvitationOrder:
    if grant.sessions is None:
        return order
    asked = grant.sessions if order.sessions is None else frozenset(order.sessions)
    if not grant.covers(asked):
        raise WrongSession(BEYOND)
    until = facts.default_expiry if order.expires_at is None else order.expires_at
    return replace(order, sessions=tuple(sorted(asked)), expires_at=min(until, grant.expires_at))


def _bounded_by_role(order: InvitationOrder, grant: Grant, facts: Facts) -> InvitationOrder:
    if grant.role is Role.ORGANISER:
        return order
    if grant.role is Role.CORRESPONDENT:
        if order.role is not Role.DELEGATE or order.delegation not in (None, grant.delegation):
            raise RoleForbidden("a correspondent invites delegates of the own delegation")
        return replace(order, delegation=grant.delegation)
    if grant.role is Role.DESK and order.role in AT_THE_DESK:
        if order.count != 1:
            raise FieldInvalid(FieldProblem("count", "the desk invites one person at a time"))
        asked = facts.day_end if order.expires_at is None else order.expires_at
        return replace(order, expires_at=min(asked, facts.day_end))
    raise RoleForbidden(f"the role {grant.role} may not invite this")


def check_managed(invitation: Invitation, grant: Grant) -> None:
    """Raise RoleForbidden or WrongSession unless the holder of ``grant`` may revoke and replace it.

    A replaced link is shown to whoever replaced it, so nobody may replace the link of
    somebody who may do more, or in more sessions.
    """
    check_manager(invitation, grant)
    if not grant.covers(invitation.sessions):
        raise WrongSession(BEYOND)


def check_manager(invitation: Invitation, grant: Grant) -> None:
    """Raise RoleForbidden unless this role manages such an invitation, and WrongSession for strangers.

    They are strangers where they have no session in common.
    """
    _check_role(invitation, grant)
    if not grant.meets(invitation.sessions):
        raise WrongSession(BEYOND)


def _check_role(invitation: Invitation, grant: Grant) -> None:
    if grant.role is Role.ORGANISER:
        return
    if grant.role is Role.MODERATOR and invitation.role not in ABOVE_MODERATION:
        return
    own = invitation.delegation == grant.delegation and invitation.role is Role.DELEGATE
    if grant.role is Role.CORRESPONDENT and own:
        return
    raise RoleForbidden(f"the role {grant.role} may not manage this invitation")


def _people(order: InvitationOrder, facts: Facts) -> list[FieldProblem]:
    problems = []
    if problem := delegation_problem(order.role, order.delegation, facts):
        problems.append(FieldProblem("delegation", problem))
    if not 1 <= order.count <= MAX_COUNT:
        problems.append(FieldProblem("count", f"must be from 1 to {MAX_COUNT}"))
    if problem := devices_problem(order.devices):
        problems.append(FieldProblem("devices", problem))
    if len(order.label) > MAX_LABEL:
        problems.append(FieldProblem("label", f"must not be longer than {MAX_LABEL} characters"))
    if problem := sessions_problem(order.sessions, facts):
        problems.append(FieldProblem("sessions", problem))
    return problems


def devices_problem(devices: int | None) -> str | None:
    """Why a link cannot be open on so many devices at once, or None."""
    within = devices is not None and 1 <= devices <= MAX_DEVICES
    return None if within else f"must be from 1 to {MAX_DEVICES}"


def _default_devices(policy: DevicePolicy, facts: Facts) -> int:
    """Who takes over wants to be on one device: the one in use."""
    return 1 if policy is DevicePolicy.TAKE_OVER else facts.device_limit


def delegation_problem(role: Role, code: DelegationCode | None, facts: Facts) -> str | None:
    """Why this role cannot stand in this delegation, or None."""
    if role in NEEDS_DELEGATION and code in (None, STAFF):
        return f"the role {role} needs a delegation"
    if code in (None, STAFF, REHEARSAL):
        return None
    return None if code in facts.delegations else f"no delegation {code}"


def sessions_problem(sessions: tuple[SessionSlug, ...] | None, facts: Facts) -> str | None:
    """Why these sessions cannot be opened, or None."""
    if sessions is None:
        return None
    if not sessions:
        return "must name a session; leave it out for all of them"
    unknown = [slug for slug in sessions if slug not in facts.sessions]
    return f"no session {', '.join(unknown)}" if unknown else None


def _times(order: InvitationOrder, facts: Facts) -> list[FieldProblem]:
    until = order.expires_at or 0
    problems = []
    if until <= facts.now:
        problems.append(FieldProblem("expires_at", "must lie in the future"))
    if until > facts.now + MAX_LIFETIME:
        problems.append(FieldProblem("expires_at", "must lie within 400 days"))
    if order.not_before is not None and order.not_before >= until:
        problems.append(FieldProblem("not_before", "must lie before expires_at"))
    return problems
