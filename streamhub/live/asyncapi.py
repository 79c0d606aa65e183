"""The AsyncAPI 3.0 document of the live socket, made from the messages themselves."""

from typing import Any

import msgspec

from streamhub.access.roles import Role
from streamhub.kit.channel import Channel
from streamhub.live.close_codes import CLOSE_CODE, CloseCode
from streamhub.live.messages import (
    CLIENT_MESSAGES,
    SERVER_MESSAGES,
    SUBPROTOCOL,
    Beat,
    Bye,
    Closing,
    Count,
    DelegationCount,
    DelegationRow,
    Floor,
    FloorRequest,
    FloorWithdraw,
    Hello,
    Message,
    Notice,
    PersonRow,
    PresenceDiff,
    PresenceState,
    Queue,
    QueueItem,
    Resync,
    Source,
    SourcesChanged,
    SourceSwitched,
    State,
    Waiting,
    Welcome,
    name_of,
    schema_components,
)
from streamhub.presence.model import PersonState
from streamhub.programme.model import SessionState

ADDRESS = "/api/v1/live"

_SOURCE = Source(
    id="src_1",
    provider="youtube",
    channel="floor",
    embed_url="https://www.youtube-nocookie.com/embed/M7lc1UVf-VE",
    link_url=None,
    personal=False,
    label="YouTube",
)
_PERSON = PersonRow(
    participant="p_a",
    delegation="BJ",
    role=Role.DELEGATE,
    label="BJ-03",
    state=PersonState.ONLINE,
    channels=(Channel.WEB,),
    connections=1,
    since="2021-11-04T13:30:00.000Z",
)

EXAMPLES: tuple[Message, ...] = (
    Hello(token="eyJhbGciOiJFZERTQSJ9.e30.c2ln"),
    Beat(visible=True, player="closed"),
    Resync(),
    FloorRequest(subject="Données de santé"),
    FloorWithdraw(),
    Bye(),
    Welcome(
        participant="p_a",
        session="atelier-1",
        revision=7,
        state=SessionState.LIVE,
        source=_SOURCE,
        heartbeat_seconds=8,
        since="2021-11-04T13:30:00.000Z",
    ),
    Waiting(reason="doors", opens_at="2021-11-04T13:00:00.000Z"),
    State(
        state=SessionState.PAUSED,
        starts_at="2021-11-04T13:30:00.000Z",
        ends_at="2021-11-04T15:30:00.000Z",
    ),
    SourceSwitched(source=_SOURCE),
    SourcesChanged(),
    Count(present=45, remote=25, on_site=20, delegations=(DelegationCount("BJ", 5),)),
    Notice(text="La séance reprend dans dix minutes.", lang="fr"),
    Floor(request="f_1", state="asked", position=3),
    PresenceState(
        revision=7,
        people=(_PERSON,),
        delegations=(
            DelegationRow("BJ", present=1, on_site=0, remote=1, elsewhere=0, waiting=0, seats=2, excused=1),
        ),
        excused=("p_c",),
        removed=("p_d",),
    ),
    PresenceDiff(revision=8, joins=(_PERSON,), leaves=("p_b",), updates=()),
    Queue(
        items=(QueueItem("f_1", "p_a", "BJ", "BJ-03", "Données de santé", 2, "asked", 1),), order="protocol"
    ),
    Closing(code=CloseCode.RESTART, reason="restart", retry_after_ms=1_240),
)
"""One of each message."""


def document(server_url: str, version: str) -> dict[str, Any]:
    """The document; ``server_url`` is the public origin, such as ``https://live.example.org``."""
    scheme, _, host = server_url.partition("://")
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "streamhub live", "version": version},
        "defaultContentType": "application/json",
        "servers": {"public": {"host": host, "protocol": "wss" if scheme == "https" else "ws"}},
        "channels": {"live": _channel()},
        "operations": {
            "fromPage": _operation("receive", CLIENT_MESSAGES),
            "toPage": _operation("send", SERVER_MESSAGES),
        },
        "components": _components(),
    }


def _channel() -> dict[str, Any]:
    return {
        "address": ADDRESS,
        "description": f"Text frames, one JSON object each; subprotocol {SUBPROTOCOL}.",
        "messages": {
            name_of(kind): {"$ref": f"#/components/messages/{kind.__name__}"}
            for kind in (*CLIENT_MESSAGES, *SERVER_MESSAGES)
        },
        "bindings": {
            "ws": {
                "query": {
                    "type": "object",
                    "required": ["session"],
                    "properties": {"session": {"type": "string", "description": "slug of the session"}},
                }
            }
        },
        "x-close-codes": [_close_code(code) for code in CloseCode],
    }


def _close_code(code: CloseCode) -> dict[str, Any]:
    return {
        "code": int(code),
        "name": code.name.lower(),
        "comes_back": code.comes_back,
        "errors": sorted(error.code for error, found in CLOSE_CODE.items() if found is code),
    }


def _operation(action: str, kinds: tuple[type[Message], ...]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{name_of(kind)}"} for kind in kinds],
    }


def _components() -> dict[str, Any]:
    kinds = (*CLIENT_MESSAGES, *SERVER_MESSAGES)
    references, schemas = schema_components("#/components/schemas/{name}")
    examples = {type(example): msgspec.to_builtins(example) for example in EXAMPLES}
    return {
        "schemas": schemas,
        "messages": {
            kind.__name__: {
                "name": name_of(kind),
                "summary": (kind.__doc__ or "").partition("\n")[0],
                "payload": reference,
                "examples": [{"payload": examples[kind]}],
            }
            for kind, reference in zip(kinds, references, strict=True)
        },
    }
