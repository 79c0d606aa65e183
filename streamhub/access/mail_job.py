"""Mails sent by a running server: one job at a time, in the background, with its progress."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace

from streamhub.access.mail_model import MailOrder, MailReport, Standing, Step, count_of
from streamhub.access.mail_service import MailService
from streamhub.kit.errors import NotConfigured, NotFound, StateConflict, StreamhubError
from streamhub.kit.tasks import Tasks, wait_briefly


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the last job came; ``error`` says what ended it before its time."""

    running: bool = False
    total: int = 0
    done: int = 0
    error: str = ""


class MailJob:
    """Starts and stops sending."""

    def __init__(self, mail: MailService, tasks: Tasks, *, configured: bool) -> None:
        self._mail = mail
        self._tasks = tasks
        self._configured = configured
        self._progress = Progress()
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._next: deque[tuple[MailOrder, str]] = deque()

    @property
    def progress(self) -> Progress:
        """Of the job at work, or of the last one."""
        return self._progress

    async def begin(self, order: MailOrder, by: str) -> Progress:
        """Start sending, and do not wait for it.

        Raises NotConfigured without a mail server, StateConflict while a job is at work,
        NotFound for an unknown name.
        """
        if not self._configured:
            raise NotConfigured("no mail server is set: smtp_host")
        plan, answers = await self._mail.plan(order), await self._mail.answers(order)
        if self._progress.running:
            raise StateConflict("mails are being sent already")
        total = count_of(Standing.TO_SEND, plan, answers)
        self._progress = Progress(running=True, total=total)
        self._stop, self._ended = asyncio.Event(), asyncio.Event()
        self._tasks.once("mails", self._work(order, by))
        return self._progress

    async def soon(self, order: MailOrder, by: str) -> bool:
        """Send these letters too: now, or after the job at work. False without a mail server."""
        if not self._configured:
            return False
        self._next.append((order, by))
        await self._go_on()
        return True

    async def _go_on(self) -> None:
        """Begin with what waits, unless a job is at work; whoever is not due any more is passed over."""
        while self._next and not self._progress.running:
            order, by = self._next.popleft()
            try:
                await self.begin(order, by)
            except NotFound:
                continue
            except StateConflict:  # another one began meanwhile, and goes on with this after it
                self._next.appendleft((order, by))

    async def stop(self, wait_seconds: float = 0) -> None:
        """End after the letter at hand; wait for that so long at the most."""
        self._next.clear()
        self._stop.set()
        if self._progress.running:
            await wait_briefly(self._ended, wait_seconds)

    async def _work(self, order: MailOrder, by: str) -> None:
        said = ""
        try:
            report = await self._mail.send(order, by, self._tell, self._stop)
            said = _said(report)
        except StreamhubError as error:
            said = str(error)
        finally:
            self._progress = replace(self._progress, running=False, error=said)
            self._ended.set()
        await self._go_on()

    def _tell(self, step: Step) -> None:
        self._progress = replace(self._progress, total=step.total, done=step.number)


def _said(report: MailReport) -> str:
    return "stopped" if report.stopped else ""
