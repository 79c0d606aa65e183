"""One open page: who it is for, how far it got, what it said of itself."""

from dataclasses import dataclass, field
from enum import Enum, auto

from streamhub.access.model import Grant
from streamhub.access.roles import STAGE, Role
from streamhub.attendance.model import Cause
from streamhub.attendance.who import who_is
from streamhub.kit.clock import Instant
from streamhub.kit.ids import ParticipantId, SessionSlug, ViewerId
from streamhub.live.hub import Listener, To
from streamhub.live.messages import Waiting
from streamhub.live.page import Page
from streamhub.presence.model import Who
from streamhub.programme.model import STAFF


class Stage(Enum):
    """How far a page has got."""

    COMING = auto()
    WAITING = auto()
    INSIDE = auto()
    ELSEWHERE = auto()
    GONE = auto()


@dataclass(slots=True, eq=False)
class Visit:
    """What is known of one open page: of an invited person (``grant``) or of a viewer.

    ``who`` is the person; a viewer is nobody, and in no count of people.
    ``device`` tells the browsers of one person apart: the tabs of one are one device.
    ``rhythm_ms`` is the silence that is usual on its line. ``counted`` is False while the
    session is over: then nobody attends it. ``told`` is for what the page was last told to
    wait. ``put_out`` is why we closed it. While ``deciding`` whether it may come in, whatever
    happens asks to decide ``again``.
    """

    page: Page
    session: SessionSlug
    grant: Grant | None
    viewer: ViewerId | None
    device: str
    who: Who = field(init=False)
    rhythm_ms: int = 0
    stage: Stage = Stage.COMING
    counted: bool = False
    since: Instant = 0
    visible: bool = True
    player_opened: bool = False
    told: Waiting | None = None
    put_out: Cause | None = None
    deciding: bool = False
    again: bool = False

    def __post_init__(self) -> None:
        self.who = self._viewer() if self.grant is None else who_is(self.grant)

    @property
    def person(self) -> ParticipantId:
        """Whose page it is: the participant, or the viewer's name for itself."""
        return self.who.participant

    @property
    def inside(self) -> bool:
        """Whether the page is told what happens in the session."""
        return self.stage in {Stage.INSIDE, Stage.ELSEWHERE}

    def listener(self) -> Listener:
        """What the hub is to know of this page now."""
        return Listener(
            session=self.session,
            kind=self.kind if self.inside else To.WAITING,
            participant=self.grant.participant if self.grant else None,
            invitation=self.grant.invitation if self.grant else None,
            viewer=self.viewer,
        )

    @property
    def kind(self) -> To:
        """Which of the listeners this is once inside."""
        if self.grant is None:
            return To.PUBLIC
        return To.MODERATORS if self.grant.role in STAGE else To.INVITED

    def _viewer(self) -> Who:
        return Who(participant=ParticipantId(str(self.viewer)), delegation=STAFF, role=Role.OBSERVER)
