"""Secrets reach a command by standard input or the environment, so that no shell history keeps them."""

import os
import sys

import click

VARIABLE = "STREAMHUB_TOKEN"
STDIN = "-"


def one_secret(argument: str | None) -> str:
    """The token given as argument, as ``-`` on standard input, or in ``STREAMHUB_TOKEN``."""
    given = argument if argument is not None else os.environ.get(VARIABLE)
    if given is None:
        raise click.UsageError(f"give a token, - for standard input, or {VARIABLE}")
    return sys.stdin.readline().strip() if given == STDIN else given


def many_secrets(arguments: tuple[str, ...]) -> list[str]:
    """The tokens given as arguments; ``-`` stands for the lines of standard input, as they are."""
    if not arguments:
        return [one_secret(None)]
    return [text for argument in arguments for text in (_lines() if argument == STDIN else [argument])]


def _lines() -> list[str]:
    """Lines without their line feed: any other character belongs to the token and is judged."""
    raw = sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape")
    return raw.removesuffix("\n").split("\n") if raw else []
