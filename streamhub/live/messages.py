"""The messages of the live socket: one JSON object with ``type`` per text frame (contract, "Live")."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from streamhub.access.roles import Role
from streamhub.kit.channel import Channel
from streamhub.live.errors import BadMessage
from streamhub.presence.model import PersonState
from streamhub.programme.model import SessionState

SUBPROTOCOL = "streamhub.v1.json"

Time: TypeAlias = Annotated[
    str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", examples=["2021-11-04T13:30:00.000Z"])
]
"""RFC 3339 in UTC, whole milliseconds."""


class Message(Struct, frozen=True, tag_field="type"):
    """Base of every message; ``type`` tells them apart."""


class ClientMessage(Message, frozen=True, forbid_unknown_fields=True):
    """From a page to the server. A field that nobody knows is refused by name."""


# From the page


class Hello(ClientMessage, frozen=True, tag="hello"):
    """Who is there, where the handshake did not say: a token, or the viewer of a public page."""

    token: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    viewer: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")] | UnsetType = UNSET


class Beat(ClientMessage, frozen=True, tag="beat"):
    """The state of the page; sent when it changes. Any frame is a sign of life, not only this."""

    visible: bool
    player: Literal["closed", "opened"]


class Resync(ClientMessage, frozen=True, tag="resync"):
    """The page missed a revision and asks for the whole state."""


class FloorRequest(ClientMessage, frozen=True, tag="floor.request"):
    """A delegate asks for the floor."""

    subject: Annotated[str, Meta(max_length=200)] = ""


class FloorWithdraw(ClientMessage, frozen=True, tag="floor.withdraw"):
    """The delegate no longer asks for the floor."""


class Bye(ClientMessage, frozen=True, tag="bye"):
    """The page is being left: the stay ends now, without the grace."""


class Unknown(Struct, frozen=True):
    """A message of a type that this version does not know: a sign of life, and ignored."""

    type: str


FromClient: TypeAlias = Hello | Beat | Resync | FloorRequest | FloorWithdraw | Bye


# Parts of what the server says


class Source(Struct, frozen=True):
    """The active source of a channel; an address is in it only for those whom the grant lets in.

    From ``name`` on: who is named at the click, whether one is needed, whether the source
    opens outside our page only, what it costs, and what there is to read and to call.
    """

    id: str
    provider: str
    channel: str
    embed_url: str | None
    link_url: str | None
    personal: bool
    label: str
    name: str = ""
    company: str = ""
    needs_click: bool = True
    elsewhere: bool = False
    megabytes_per_hour: int = 0
    text: str | None = None
    phone: str | None = None


class PersonRow(Struct, frozen=True):
    """One person, as in ``GET …/presence``.

    ``guest``: in Zoom and not recognised, a delegate of no delegation until somebody gives them one.
    """

    participant: str
    delegation: str | None
    role: Role
    label: str
    state: PersonState
    channels: tuple[Channel, ...]
    connections: int
    since: Time
    guest: Literal[True] | UnsetType = UNSET


class DelegationRow(Struct, frozen=True):
    """One delegation, as in ``GET …/presence``; ``excused`` is how many of its people are.

    ``code`` null: people without delegation, where there are some.
    """

    code: str | None
    present: int
    on_site: int
    remote: int
    elsewhere: int
    waiting: int
    seats: int | None
    excused: int


class DelegationCount(Struct, frozen=True):
    """How many of one delegation are present; ``code`` null: people without delegation."""

    code: str | None
    present: int | None


class QueueItem(Struct, frozen=True):
    """One request in the speaking list."""

    request: str
    participant: str
    delegation: str
    label: str
    subject: str
    minutes: int | None
    state: str
    position: int


# From the server


class Welcome(Message, frozen=True, tag="welcome"):
    """The arrival is stored: from ``since`` on the person is counted; after the end, when the page came.

    ``beside`` is the meeting in which invited people can speak, where another source is on.
    ``channels`` are what the other channels show, ``words`` a text to read where no player starts.
    """

    session: str
    revision: int
    state: SessionState
    source: Source | None
    heartbeat_seconds: int
    since: Time
    participant: str | UnsetType = UNSET
    viewer: str | UnsetType = UNSET
    beside: Source | UnsetType = UNSET
    channels: tuple[Source, ...] | UnsetType = UNSET
    words: Source | UnsetType = UNSET


class Waiting(Message, frozen=True, tag="waiting"):
    """Instead of a welcome, which follows on the same socket; sent again when it changes."""

    reason: Literal["doors", "seats", "removed"]
    position: int | None = None
    opens_at: Time | None = None


class State(Message, frozen=True, tag="state"):
    """Where the session stands, and the times that hold now."""

    state: SessionState
    starts_at: Time
    ends_at: Time
    cancelled: bool = False


class SourceSwitched(Message, frozen=True, tag="source"):
    """What is on everybody's screen from now on; null: nothing. The rest as in a welcome."""

    source: Source | None
    channels: tuple[Source, ...] | UnsetType = UNSET
    words: Source | UnsetType = UNSET


class SourcesChanged(Message, frozen=True, tag="sources"):
    """The list of sources, a plan or a proposal changed: moderators' pages read ``GET …/sources``."""


class Count(Message, frozen=True, tag="count"):
    """How many are there: exact for moderators, else rounded to 5 and null below the threshold."""

    present: int | None
    remote: int | None
    on_site: int | None
    delegations: tuple[DelegationCount, ...]


class Notice(Message, frozen=True, tag="notice"):
    """A few words of the moderators to every page."""

    text: str
    lang: str


class Floor(Message, frozen=True, tag="floor"):
    """The delegate's own request for the floor."""

    request: str
    state: str
    position: int | None


class PresenceState(Message, frozen=True, tag="presence_state"):
    """The whole list, for moderators; diffs with higher revisions follow.

    ``excused`` and ``removed`` are the participants who are, there or not; it comes anew when they change.
    """

    revision: int
    people: tuple[PersonRow, ...]
    delegations: tuple[DelegationRow, ...]
    excused: tuple[str, ...]
    removed: tuple[str, ...]


class PresenceDiff(Message, frozen=True, tag="presence_diff"):
    """What changed since ``revision - 1``; a page that missed one asks for a resync."""

    revision: int
    joins: tuple[PersonRow, ...]
    leaves: tuple[str, ...]
    updates: tuple[PersonRow, ...]


class Queue(Message, frozen=True, tag="queue"):
    """The whole speaking list, and how it is sorted, for moderators."""

    items: tuple[QueueItem, ...]
    order: str


class Closing(Message, frozen=True, tag="closing"):
    """The last message before the close frame; null: do not come back by yourself."""

    code: int
    reason: str
    retry_after_ms: int | None


ServerMessage: TypeAlias = (
    Welcome
    | Waiting
    | State
    | SourceSwitched
    | SourcesChanged
    | Count
    | Notice
    | Floor
    | PresenceState
    | PresenceDiff
    | Queue
    | Closing
)

CLIENT_MESSAGES: tuple[type[ClientMessage], ...] = (Hello, Beat, Resync, FloorRequest, FloorWithdraw, Bye)
SERVER_MESSAGES: tuple[type[Message], ...] = (
    Welcome,
    Waiting,
    State,
    SourceSwitched,
    SourcesChanged,
    Count,
    Notice,
    Floor,
    PresenceState,
    PresenceDiff,
    Queue,
    Closing,
)

_known: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_any = msgspec.json.Decoder(Unknown)
_encoder = msgspec.json.Encoder()
_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in CLIENT_MESSAGES)


def parse(text: str | bytes) -> FromClient | Unknown:
    """Read what a page sent. Raises BadMessage, which says what is wrong and where."""
    try:
        return _known.decode(text)
    except msgspec.ValidationError as error:
        return _unknown(text, str(error))
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadMessage("not JSON") from error


def encode(message: ServerMessage) -> bytes:
    """The message as JSON, UTF-8, ready for ``frames.text_frame``."""
    return _encoder.encode(message)


def name_of(kind: type[Message]) -> str:
    """The ``type`` of a message, such as ``floor.request``."""
    return str(kind.__struct_config__.tag)


def _unknown(text: str | bytes, problem: str) -> Unknown:
    """A message that is well formed but of an unknown type; raises BadMessage for any other."""
    try:
        found = _any.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        raise BadMessage(problem) from None
    if found.type in _TYPES:
        raise BadMessage(problem)
    return found


def schema_components(template: str) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """JSON Schema of every message: a reference for each, and the definitions they lead to."""
    return msgspec.json.schema_components((*CLIENT_MESSAGES, *SERVER_MESSAGES), ref_template=template)
