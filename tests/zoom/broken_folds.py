"""A plain fold of Zoom's deliveries, and the ways in which folds go wrong: what the oracle must see."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from tests.stand_ins.zoom_sender import iso
from tests.zoom.webinar_oracle import Spans, union

Named = Callable[[str], str]
"""Who a customer key, a registrant id or an address names; empty for nobody."""

LATE = 2**31
"""A second after every run."""


class Flaw(StrEnum):
    """What a fold does wrongly."""

    NONE = "nothing"
    MERGES_AT_EXACTLY_A_MINUTE = "merges at exactly 60 s"
    MERGES_NOTHING = "merges nothing"
    MERGES_ACROSS_RUNS = "merges a person's times of both runs"
    IGNORES_LATE_LEFTS = "ignores a left that comes after the next join"
    FORGETS_EARLY_LEFTS = "forgets a left that comes before its join"
    CLOSES_THE_PERSON = "closes whatever the person has open"
    COUNTS_DEVICES_TWICE = "counts each connection of a person"
    NEVER_ENDS = "does not know that the run ended"
    ENDS_WITH_ANY_RUN = "ends everybody with the first run of the number"
    LETS_THE_WAITING_IN = "counts the waiting room"
    FORGETS_BREAKOUT_ROOMS = "does not know breakout rooms"
    BREAKOUT_GUESTS_ARE_NEW = "takes a guest in a breakout room for somebody else"


def told(bodies: Iterable[bytes], named: Named, flaw: Flaw = Flaw.NONE) -> dict[str, Spans]:
    """Everybody's times by the deliveries, in the order of their arrival."""
    folds: dict[str, _Fold] = defaultdict(lambda: _Fold(named, flaw))
    for body in bodies:
        event = json.loads(body)
        if "object" in event["payload"]:
            uuid = event["payload"]["object"]["uuid"]
            folds[uuid if flaw is not Flaw.ENDS_WITH_ANY_RUN else "one"].hear(event)
    found: dict[str, Spans] = defaultdict(list)
    for fold in folds.values():
        for who, spans in fold.times().items():
            found[who] += spans
    if flaw is Flaw.MERGES_ACROSS_RUNS:
        return {who: union(spans, 20 * 60) for who, spans in found.items()}
    return dict(found)


class _Fold:
    """One run: joins, lefts, names and parents by user, and the end."""

    def __init__(self, named: Named, flaw: Flaw) -> None:
        self.named, self.flaw = named, flaw
        self.joins: dict[str, str] = {}
        self.lefts: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.order: list[str] = []
        self.end = ""

    def hear(self, event: dict[str, Any]) -> None:
        """One event."""
        word, about = event["event"].partition(".")[2], event["payload"]["object"]
        if word == "ended":
            self.end = max(self.end, about["end_time"])
        if "participant" not in about:
            return
        if self.flaw is Flaw.FORGETS_BREAKOUT_ROOMS and "breakout" in word:
            return
        who = about["participant"]
        user = who["user_id"]
        if name := self.named(who["customer_key"] or who["registrant_id"] or who["email"]):
            self.names[user] = name
        if who.get("parent_user_id") and self.flaw is not Flaw.BREAKOUT_GUESTS_ARE_NEW:
            self.parents[user] = who["parent_user_id"]
        if word.startswith("participant_joined") and "waiting" not in word:
            self._joins(user, who["join_time"])
        elif "waiting" in word and self.flaw is Flaw.LETS_THE_WAITING_IN:
            self._joins(user, who["date_time"])
        elif word.startswith("participant_left"):
            self._leaves(user, who["leave_time"])

    def _joins(self, user: str, at: str) -> None:
        if self.flaw is Flaw.LETS_THE_WAITING_IN:
            at = min(at, self.joins.get(user, at))
        self.joins[user] = at
        self.order.append(user)

    def _leaves(self, user: str, at: str) -> None:
        seen = user in self.order
        if self.flaw is Flaw.FORGETS_EARLY_LEFTS and not seen:
            return
        mine = [u for u in self.order if self._who(u) == self._who(user)]
        if seen and mine[-1] != user:
            if self.flaw is Flaw.IGNORES_LATE_LEFTS:
                return
            if self.flaw is Flaw.CLOSES_THE_PERSON:
                self.lefts |= dict.fromkeys(mine, at)
        self.lefts[user] = at

    def _who(self, user: str) -> str:
        root = self.parents.get(user, user)
        return self.names.get(user) or self.names.get(root) or root

    def times(self) -> dict[str, Spans]:
        """Everybody's times, merged as the rule has it."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        ends = "" if self.flaw is Flaw.NEVER_ENDS else self.end
        for user, since in self.joins.items():
            until = self.lefts.get(user) or ends or iso(LATE)
            twice = self.flaw is Flaw.COUNTS_DEVICES_TWICE
            if since < until:
                found[f"{self._who(user)} by {user}" if twice else self._who(user)].append((since, until))
        gap = {Flaw.MERGES_AT_EXACTLY_A_MINUTE: 61, Flaw.MERGES_NOTHING: 0}.get(self.flaw, 60)
        return {who: union([(second(a), second(b)) for a, b in spans], gap) for who, spans in found.items()}


def second(text: str) -> int:
    """The unix second of ``2021-11-03T22:00:05Z``."""
    return int(datetime.fromisoformat(text).timestamp())
