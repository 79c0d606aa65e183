"""``watch``: who is there, live, in the terminal. It is a client like any other (websockets)."""

import asyncio
import json
import os
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import click
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from streamhub.cli.secret import one_secret
from streamhub.kit.errors import NotFound, StreamhubError, TokenInvalid
from streamhub.live.close_codes import CloseCode
from streamhub.live.messages import SUBPROTOCOL

RETRY_SECONDS = 2.0
_STOPS = {code.value for code in CloseCode if not code.comes_back}


@click.command()
@click.argument("session")
@click.option("--url", required=True, help="Address of the service, such as https://live.example.org.")
@click.option("--token", help="A moderator's token; - reads it from stdin; else STREAMHUB_TOKEN.")
@click.option("--json", "as_json", is_flag=True, help="Every message as it comes, one per line.")
@click.option("--config", hidden=True)
@click.option("--data", hidden=True)
def watch(session: str, url: str, token: str | None, *, as_json: bool, config: str, data: str) -> None:  # noqa: ARG001 - every command takes both
    """Watch who is there in SESSION."""
    try:
        asyncio.run(_watch(_address(url, session), one_secret(token), as_json=as_json))
    except KeyboardInterrupt:
        os._exit(0)


def _address(url: str, session: str) -> str:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, "/api/v1/live", urlencode({"session": session}), ""))


async def _watch(address: str, token: str, *, as_json: bool) -> None:
    """Follow until told to stop; a restart of the service is waited for."""
    while True:
        try:
            await _follow(address, token, as_json=as_json)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
            if code in _STOPS:
                raise _refusal(code) from None
            click.echo("connection lost, trying again", err=True)
        except InvalidStatus as refused:
            raise TokenInvalid(f"the service refused: HTTP {refused.response.status_code}") from None
        except OSError as error:
            click.echo(f"cannot connect: {error}", err=True)
        await asyncio.sleep(RETRY_SECONDS)


async def _follow(address: str, token: str, *, as_json: bool) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    protocol = [Subprotocol(SUBPROTOCOL)]
    async with connect(address, additional_headers=headers, subprotocols=protocol) as socket:
        async for text in socket:
            message = json.loads(text)
            line = json.dumps(message, ensure_ascii=False) if as_json else _line(message)
            if line:
                click.echo(line)


def _refusal(code: int) -> StreamhubError:
    if code == CloseCode.UNKNOWN_SESSION:
        return NotFound("no such session")
    return TokenInvalid(f"the service refused this token (close code {code})")


def _line(message: dict[str, Any]) -> str:
    """One message in one line; what says nothing new to a reader is left out."""
    kind = message["type"]
    if kind == "count":
        return f"present {message['present']}: {message['on_site']} in the hall, {message['remote']} remote"
    if kind == "presence_diff":
        came = [f"+ {row['label']} ({row['state']})" for row in message["joins"]]
        changed = [f"~ {row['label']} ({row['state']})" for row in message["updates"]]
        left = [f"- {participant}" for participant in message["leaves"]]
        return "\n".join([*came, *changed, *left])
    if kind == "presence_state":
        return f"{len(message['people'])} people in the list"
    if kind in {"state", "welcome"}:
        return f"the session is {message['state']}"
    if kind == "source":
        source = message["source"]
        return f"source: {source['label'] if source else 'none'}"
    return f"closing: {message['reason']}" if kind == "closing" else ""
