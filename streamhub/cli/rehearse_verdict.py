"""What a rehearsal showed, in words that a moderator understands, and as JSON."""

from dataclasses import dataclass
from typing import Any

from streamhub.cli.crowd import Seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """``counted`` is whom the service saw when all were to be there; ``stopped``: it was ended early."""

    people: int
    seen: Seen
    counted: int
    stopped: bool

    @property
    def lost(self) -> int:
        """Who was welcomed and did not leave, and yet was not counted at the end."""
        return max(0, len(self.seen.welcomed) - self.counted)

    @property
    def good(self) -> bool:
        """All came in, all who were dropped came back, each of them was counted and nobody else."""
        return not self.stopped and len(self.seen.welcomed) == self.people == self.counted

    @property
    def slowest_switch(self) -> float | None:
        """From the first page that heard of a new source to the last one, in seconds."""
        return max((switch.last - switch.first for switch in self.seen.switches), default=None)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    seen = verdict.seen
    return {
        "good": verdict.good,
        "stopped": verdict.stopped,
        "people": verdict.people,
        "in": len(seen.welcomed),
        "all_in_seconds": _rounded(max(seen.welcomed.values(), default=None)),
        "slowest_welcome_ms": round(seen.slowest_welcome * 1_000),
        "counted": verdict.counted,
        "lost": verdict.lost,
        "tabs": seen.tabs,
        "dropped": seen.dropped,
        "returned": len(seen.returns),
        "slowest_return_ms": round(max(seen.returns, default=0) * 1_000),
        "slowest_switch_ms": None
        if verdict.slowest_switch is None
        else round(verdict.slowest_switch * 1_000),
        "floor": {"asked": seen.asked, "answered": seen.answered},
        "waiting": dict(seen.waiting),
        "refused": dict(seen.refused),
    }


def sentences(verdict: Verdict) -> list[str]:
    """The verdict for people, the answer first."""
    seen = verdict.seen
    inside = len(seen.welcomed)
    lines = ["The rehearsal was stopped early." if verdict.stopped else _answer(verdict)]
    if inside:
        lines.append(
            f"{inside} of {verdict.people} in, all after {max(seen.welcomed.values()):.1f} s; "
            f"the slowest waited {seen.slowest_welcome:.1f} s at the door."
        )
    lines.append(f"Counted at the end: {verdict.counted}. Lost: {verdict.lost}.")
    if seen.dropped:
        slowest, back = max(seen.returns, default=0), len(seen.returns)
        lines.append(f"{seen.dropped} lines were cut, {back} came back, the slowest after {slowest:.1f} s.")
    if verdict.slowest_switch is None:
        lines.append("No switch of the stream was seen.")
    else:
        late = f"{verdict.slowest_switch:.2f} s"
        lines.append(f"A switch of the stream reached the last page {late} after the first.")
    lines.append(
        f"{seen.tabs} second tabs; {seen.answered} of {seen.asked} requests for the floor were heard."
    )
    lines += [f"Refused: {count} x {what}" for what, count in seen.refused.most_common()]
    lines += [f"Kept waiting: {count} x {why}" for why, count in seen.waiting.most_common()]
    return lines


def _answer(verdict: Verdict) -> str:
    if verdict.good:
        return f"It holds: {verdict.people} people came in and each was counted once."
    return f"It does not hold for {verdict.people} people on this machine."


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
