"""Who must be counted from when to when, from the truth alone and by the rules alone.

The rules (docs/counting.md; integrations §1.5, §1.7 and table B): a person is who a customer key or a
registrant id names, else each connection is somebody; a breakout room belongs to the main room's user. A
connection that never said ``left`` lasts until the end of its run; one that never said it joined is
nothing. Times of a person in one run that are closer than 60 s are one. The report replaces what webhooks
said of its run, and over its gaps nothing is merged. The windows cut. Written from these rules, and with no
line of the code that follows them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from tests.zoom.truth import RUNS, Time, Webinar

GAP = 60
Spans = list[tuple[int, int]]
Rule = Callable[[Time], tuple[int, int] | None]


def person_of(truth: Webinar, time: Time) -> str:
    """Who is counted for a connection: somebody known, or a guest of one run."""
    if truth.people[time.who].known:
        return f"person {time.who}"
    return f"guest {time.parent or time.user} of run {time.run}"


def by_webhooks(truth: Webinar) -> dict[str, Spans]:
    """Everybody's times when every event that was ever sent has come."""
    return _told(truth, _heard, GAP)


def by_report(truth: Webinar) -> dict[str, Spans]:
    """Everybody's times when the reports of both runs are in."""
    return _told(truth, _listed, 0)


def within(times: Mapping[str, Spans], window: tuple[int, int]) -> dict[str, Spans]:
    """What counts for a session; who has no second in its window did not attend."""
    cut = {
        who: [
            (max(a, window[0]), min(b, window[1])) for a, b in spans if max(a, window[0]) < min(b, window[1])
        ]
        for who, spans in times.items()
    }
    return {who: union(spans) for who, spans in cut.items() if spans}


def heads(times: Iterable[Spans], window: tuple[int, int]) -> list[int]:
    """How many are there at each second of a window."""
    changes = [0] * (window[1] - window[0] + 1)
    for spans in times:
        for since, until in spans:
            changes[since - window[0]] += 1
            changes[until - window[0]] -= 1
    there, now = [], 0
    for change in changes[:-1]:
        now += change
        there.append(now)
    return there


def present(truth: Webinar, now: int) -> set[str]:
    """Who is in Zoom at a lull, as far as anybody can know by then.

    Who never said ``left`` is there as long as the run lasts.
    """
    found = set()
    for time in truth.times:
        over = RUNS[time.run][1] if not time.says_left else time.until
        if time.says_join and time.since <= now < over:
            found.add(person_of(truth, time))
    return found


def union(spans: Spans, gap: int = 0) -> Spans:
    """The times that the spans cover; those that touch, or are closer than ``gap``, are one."""
    merged: Spans = []
    for since, until in sorted(spans):
        if merged and (since <= merged[-1][1] or since - merged[-1][1] < gap):
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _told(truth: Webinar, rule: Rule, gap: int) -> dict[str, Spans]:
    """Merged run by run: what lies between two runs is never bridged."""
    found: dict[tuple[str, int], Spans] = defaultdict(list)
    for time in truth.times:
        span = rule(time)
        if span is not None and span[0] < span[1]:
            found[person_of(truth, time), time.run].append(span)
    everybody: dict[str, Spans] = defaultdict(list)
    for (who, _), spans in sorted(found.items()):
        everybody[who] += union(spans, gap)
    return dict(everybody)


def _heard(time: Time) -> tuple[int, int] | None:
    if not time.says_join:
        return None
    return time.since, time.until if time.says_left else RUNS[time.run][1]


def _listed(time: Time) -> tuple[int, int] | None:
    if not time.listed:
        return None
    return time.since, time.until if time.listed_until is None else time.listed_until
