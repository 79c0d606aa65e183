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
    """How far a job came; ``error`` says what ended it before its time."""

    running: bool = False
    total: int = 0
    done: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Due:
    """An order whose letters are not written yet; ``asked``: by somebody who waits for them."""

    order: MailOrder
    by: str
    total: int
    asked: bool


class MailJob:
    """Starts and stops sending."""

    def __init__(self, mail: MailService, tasks: Tasks, *, configured: bool) -> None:
        self._mail = mail
        self._tasks = tasks
        self.configured = configured
        self._progress = Progress()
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._next: deque[_Due] = deque()
        self._asked = False

    @property
    def progress(self) -> Progress:
        """Of the job at work, or of the last one."""
        return self._progress

    async def begin(self, order: MailOrder, by: str) -> Progress:
        """Start sending, after single letters that are on their way, and do not wait for it.

        Raises NotConfigured without a mail server, StateConflict while such an order is at
        work, NotFound for an unknown name.
        """
        self._check_configured()
        plan, answers = await self._mail.plan(order), await self._mail.answers(order)
        if self._asked:
            raise StateConflict("mails are being sent already")
        self._asked = True
        total = count_of(Standing.TO_SEND, plan, answers)
        self._add(_Due(order, by, total, asked=True))
        return Progress(running=True, total=total)

    def soon(self, order: MailOrder, by: str) -> Progress:
        """Send the letters of ``order.only`` too: now, or after the job at work.

        Raises NotConfigured without a mail server.
        """
        self._check_configured()
        total = len(order.only)
        self._add(_Due(order, by, total, asked=False))
        return Progress(running=True, total=total)

    async def stop(self, wait_seconds: float = 0) -> None:
        """End after the letter at hand; wait for that so long at the most."""
        if any(due.asked for due in self._next):
            self._asked = False
        self._next.clear()
        self._stop.set()
        if self._progress.running:
            await wait_briefly(self._ended, wait_seconds)

    def _check_configured(self) -> None:
        if not self.configured:
            raise NotConfigured("no mail server is set: smtp_host")

    def _add(self, due: _Due) -> None:
        self._next.append(due)
        if not self._progress.running:
            self._progress = Progress(running=True, total=due.total)
            self._ended.clear()
            self._tasks.once("mails", self._work())

    async def _work(self) -> None:
        said = ""
        try:
            while self._next:
                due = self._next.popleft()
                said = await self._send(due) or said
                if due.asked:
                    self._asked = False
        finally:
            self._asked = False
            self._progress = replace(self._progress, running=False, error=said)
            self._ended.set()

    async def _send(self, due: _Due) -> str:
        """What ended it before its time; nothing of whoever is not due any more."""
        self._progress = Progress(running=True, total=due.total)
        self._stop = asyncio.Event()
        try:
            return _said(await self._mail.send(due.order, due.by, self._tell, self._stop))
        except NotFound:
            return ""
        except StreamhubError as error:
            return str(error)

    def _tell(self, step: Step) -> None:
        self._progress = replace(self._progress, total=step.total, done=step.number)


def _said(report: MailReport) -> str:
    return "stopped" if report.stopped else ""
