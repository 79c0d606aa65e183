"""Words in options, and numbers in what a command says."""

from collections.abc import Callable, Sequence

import click

Known = Callable[[], Sequence[str]]


def word_of(known: Known) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Read one known word; a wrong one is wrong usage. ``known`` is asked when the option is given."""

    def read(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
        return None if text is None else _checked(text, known())

    return read


def words_of(known: Known) -> Callable[[click.Context, click.Parameter, str], tuple[str, ...]]:
    """The same for several with commas between, each once."""

    def read(_context: click.Context, _parameter: click.Parameter, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_checked(word, known()) for word in text.split(",")))

    return read


def _checked(text: str, known: Sequence[str]) -> str:
    word = text.strip().lower()
    if word not in known:
        raise click.BadParameter(f"{word!r} is none of: {', '.join(known)}")
    return word


def counted(number: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
