"""Reads the platforms' own counts while sessions run, each platform on its own: none delays another."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from streamhub.audience import sample_store as store
from streamhub.audience.sample_model import (
    Answer,
    Fault,
    Followed,
    PlatformFault,
    Sample,
    Standing,
    Video,
    budgeted,
    covers_of,
    due,
    followed,
    pacific_day,
    pause_after,
    plausible,
)
from streamhub.kit import audit
from streamhub.kit.audit import CLOCK, Act
from streamhub.kit.clock import DAY, HOUR, MINUTE, SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.log import get_logger
from streamhub.kit.outgoing import Unanswered
from streamhub.kit.tasks import every
from streamhub.programme.service import ProgrammeService
from streamhub.relay.link_model import Provider
from streamhub.relay.service import RelayService

LOOK_SECONDS = 1.0
"""How often it is looked whether something is due."""

SPREAD = 0.1
"""Share by which waits differ at random."""

SLOWER_MS = 2 * MINUTE
"""The wait when a platform asks for patience, in milliseconds."""

PROBES = {Provider.YOUTUBE: (Video(Provider.YOUTUBE, "jNQXAC9IVRw"),)}
"""What a key is tried with before any session has a video: the first one that YouTube ever showed."""

TOPIC = "figures"
"""What is noticed when numbers came."""

log = get_logger(__name__)


class Reader(Protocol):
    """What reads one platform."""

    async def read(self, videos: Sequence[Video], now: Instant) -> Answer:
        """The counts of these videos. Raises PlatformFault, Unanswered."""
        ...


class Sampler:
    """One reader for each platform that is configured, and the timetable they follow."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        programme: ProgrammeService,
        relay: RelayService,
        readers: Mapping[Provider, Reader],
        budgets: Mapping[Provider, int],
        keep_days: int,
    ) -> None:
        """``budgets`` are calls per day, for platforms that count them; samples live ``keep_days``."""
        self._db = db
        self._clock = clock
        self._programme = programme
        self._relay = relay
        self._readers = readers
        self._budgets = budgets
        self._keep_days = keep_days
        self._tried: dict[Video, Instant] = {}
        self._spread = dict.fromkeys(readers, 0.0)

    @property
    def platforms(self) -> tuple[Provider, ...]:
        """The platforms that are read."""
        return tuple(self._readers)

    async def keep_reading(self, platform: Provider) -> None:
        """Read one platform whenever something is due, for ever."""
        self._tried |= await self._db.read(store.last_tried)
        await every(LOOK_SECONDS, lambda: self.step(platform))

    async def standings(self) -> tuple[Standing, ...]:
        """How reading goes, for each platform that is read."""
        known = await self._db.read(store.standings_of)
        return tuple(known.get(platform, Standing(platform)) for platform in self._readers)

    async def check(self, platform: Provider) -> tuple[Fault | None, frozenset[Video]]:
        """Ask a platform now, whatever the timetable says: what is wrong, and the videos it does not show."""
        links = await self._relay.links([session.slug for session in await self._programme.sessions()])
        videos = [video for video in covers_of(links) if video.platform is platform]
        try:
            answer = await self._readers[platform].read(videos or PROBES.get(platform, ()), self._clock.now())
        except PlatformFault as failure:
            return failure.fault, frozenset()
        except Unanswered as failure:
            return Fault(failure.code), frozenset()
        return None, answer.missing

    async def step(self, platform: Provider) -> None:
        """Read what is due of a platform now."""
        now = self._clock.now()
        plan = await self._plan(platform, now)
        wanted = due(plan, self._tried, now, self._spread[platform])
        if not wanted:
            return
        before = await self._standing(platform, now)
        if before.rest_until > now:
            return
        self._tried |= dict.fromkeys(wanted, now)
        self._spread[platform] = random.uniform(-SPREAD, SPREAD)  # noqa: S311 - no secret
        try:
            answer = await self._readers[platform].read(wanted, now)
        except (PlatformFault, Unanswered) as failure:
            await self._failed(before, failure)
        else:
            others = frozenset(one.video for one in plan).difference(wanted)
            await self._answered(before, answer, others)

    async def keep_clean(self) -> None:
        """Forget what is too old, at once and every hour, for ever."""
        await every(HOUR / SECOND, self._purge_now)

    async def _purge_now(self) -> None:
        await self.purge()

    async def purge(self) -> int:
        """Forget samples that are older than the setting allows; that it was done stands in the audit log.

        Source: https://developers.google.com/youtube/terms/developer-policies: 30 days unless refreshed.
        """
        now = self._clock.now()

        def command(tx: WriteTx) -> int:
            rows = store.drop_before(tx, now - self._keep_days * DAY)
            if rows:
                act = Act(by=CLOCK, action="platforms.purge", detail=(("platform_samples", rows),))
                audit.append(tx, act, now)
                tx.notice(TOPIC, "platforms")
            return rows

        return await self._db.write(command)

    async def _plan(self, platform: Provider, now: Instant) -> list[Followed]:
        sessions = await self._programme.sessions()
        links = await self._relay.links([session.slug for session in sessions])
        return [one for one in followed(sessions, links, now) if one.video.platform is platform]

    async def _standing(self, platform: Provider, now: Instant) -> Standing:
        """How it goes, with the calls of today."""
        known = await self._db.read(store.standings_of)
        standing, day = known.get(platform, Standing(platform)), pacific_day(now)
        return standing if standing.day == day else replace(standing, day=day, calls=0)

    async def _answered(self, before: Standing, answer: Answer, others: frozenset[Video]) -> None:
        """Store the numbers with the instant at which they came; of ``others`` nothing was asked."""
        now, platform = self._clock.now(), before.platform
        found = [
            Sample(video, now, plausible(reading.viewers), plausible(reading.views))
            for video, reading in answer.readings.items()
        ]
        calls, budget = before.calls + answer.calls, self._budgets.get(platform)
        rest = budgeted(now, calls, budget) if budget else 0
        if answer.slower:
            rest = max(rest, SLOWER_MS)
        after = Standing(
            platform=platform,
            tried_at=now,
            answered_at=now,
            rest_until=now + rest,
            day=before.day,
            calls=calls,
            missing=answer.missing | (before.missing & others),
        )

        def command(tx: WriteTx) -> None:
            store.add(tx, found)
            store.keep(tx, after)
            if found:
                tx.notice(TOPIC, platform)

        await self._db.write(command)

    async def _failed(self, before: Standing, failure: PlatformFault | Unanswered) -> None:
        """Leave a gap, and ask again later: each time a little later."""
        now, faults = self._clock.now(), before.faults + 1
        fault = failure.fault if isinstance(failure, PlatformFault) else Fault(failure.code)
        until = failure.until if isinstance(failure, PlatformFault) else None
        rest = until if until is not None else now + pause_after(faults)
        after = replace(
            before, tried_at=now, fault=fault, faults=faults, rest_until=rest, calls=before.calls + 1
        )
        await self._db.write(lambda tx: store.keep(tx, after))
        log.warning("platform gave no numbers", platform=before.platform, fault=fault, failures=faults)
