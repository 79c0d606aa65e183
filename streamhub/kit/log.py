"""Logs: JSON lines with ids; codes, tokens, cookies and addresses never get in."""

import contextlib
import ipaddress
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from typing import Any

import structlog

# Each can begin only where a word begins, so that a long text costs no more than its length.
_SECRETS = (
    (re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]*)+"), "[token]"),
    (re.compile(r"(?<![\w-])[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}"), "[token]"),  # one with a damaged head
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",;]+"), r"\1 [token]"),
    (re.compile(r"(__Host-[\w-]+=)[^\s'\";,]+"), r"\1[cookie]"),
    (re.compile(r"(?i)([?&](?:pwd|passcode|tk|token|code)=)[^\s'\"&;]+"), r"\1[code]"),
    (re.compile(r"/j/[^\s'\"/?#]+"), "/j/-"),
    # Base32, as in the codes of links, which have 26 characters; people may write them in capitals.
    (re.compile(r"[a-z2-7]{26,}|[A-Z2-7]{26,}"), "[code]"),
    # Base64url of 32 bytes, as in cookies, which have 43 characters. A slug so long has no capitals.
    (re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43,}"), "[cookie]"),
    (
        re.compile(r"(?<![^\s'\"<>(),;:=/\[\]{}])[^\s'\"<>(),;:=/\[\]{}]*(?:@|%40)[\w-]+(?:\.[\w-]+)+"),
        "[mail]",
    ),
    (re.compile(r"\d{1,9}(?:\.\d{1,9}){3,}"), "[address]"),
)
_COLONS = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}")
_PLAIN = (bool, int, float, type(None))
_DEEPEST = 6  # levels of values in values: what lies below is written as one text


def redact(text: str) -> str:
    """The text without link codes, tokens, cookies, e-mail or network addresses."""
    for pattern, word in _SECRETS:
        text = pattern.sub(word, text)
    return _COLONS.sub(_without_address, text)


def _without_address(match: re.Match[str]) -> str:
    """IPv6, which a colon may stand before or after; times of day look like it and stay."""
    text = match[0]
    for first, last in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inner = text[first : len(text) - last]
        with contextlib.suppress(ValueError):
            ipaddress.IPv6Address(inner)
            return text.replace(inner, "[address]", 1)
    return text


def redacted(value: object, depth: int = 0) -> object:
    """Any value, as JSON can hold it, without secrets however deep they lie."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, _PLAIN):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {redact(str(key)): redacted(inner, depth + 1) for key, inner in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | AbstractSet):
        return [redacted(inner, depth + 1) for inner in value]
    return redact(repr(value))


def _redact_event(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if not key.startswith("_"):  # those are structlog's own, and never written
            event[key] = redacted(value)
    return event


class _Lines(logging.StreamHandler[Any]):
    """Standard error. A line that fails must not show its values there either."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f'{{"event": "a log line could not be written", "logger": "{record.name}"}}\n')


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def configure(level: str = "info") -> None:
    """Send every log, those of libraries included, as JSON to standard error."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = _Lines(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; say what happened in a few words and give ids as keywords."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


structlog.configure(
    processors=[*_SHARED, _redact_event, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
