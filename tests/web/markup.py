"""Reading a page as a strict reader does: what is open, what is named, what is inline."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_SELF_CLOSED = frozenset({"path", "rect", "circle", "line", "use", "svg", "polyline", "text"})
_NAMED_BY = ("aria-labelledby", "aria-describedby", "for", "list")


@dataclass
class Markup:
    """What was found in one page."""

    problems: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    blocks: dict[str, Any] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    buttons: int = 0
    words: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self._open: list[str] = []
        self._block = ""
        self._skip = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attributes}
        self._look(tag, named, [key for key, _ in attributes])
        if tag not in VOID:
            self._open.append(tag)
        self._skip += tag in {"script", "style", "template"}
        self._block = named.get("id", "") if named.get("type") == "application/json" else self._block

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._look(tag, {key: value or "" for key, value in attributes}, [key for key, _ in attributes])
        if tag not in VOID | _SELF_CLOSED:
            self.found.problems.append(f"<{tag}/> is not closed by its slash")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.found.problems.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._skip -= tag in {"script", "style", "template"}

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"] and self._block:
            self.found.blocks[self._block] = json.loads(data)
            self._block = ""
        elif not self._skip and data.strip():
            self.found.words.append(data)

    def _look(self, tag: str, named: dict[str, str], keys: list[str]) -> None:
        found = self.found
        if len(set(keys)) != len(keys):
            found.problems.append(f"<{tag}> has an attribute twice: {keys}")
        if "style" in named or any(key.startswith("on") for key in named):
            found.problems.append(f"<{tag}> has inline style or script")
        if tag == "style" or (tag == "script" and "src" not in named and "json" not in named.get("type", "")):
            found.problems.append(f"inline <{tag}>")
        if tag == "script" and "src" in named:
            found.scripts.append(named["src"])
        titled = "xmlns" in named and named.get("role") == "img"  # a picture with its own <title>
        if tag in {"img", "svg"} and not (titled or {"alt", "aria-hidden", "aria-label"} & named.keys()):
            found.problems.append(f"<{tag}> has no words")
        if named.get("target") == "_blank" and "noopener" not in named.get("rel", ""):
            found.problems.append("a new tab that keeps its opener")
        if tag in {"h1", "h2", "h3"}:
            found.headings.append(tag)
        found.buttons += tag == "button"
        found.ids += [named["id"]] if "id" in named else []
        found.references += [name for key in _NAMED_BY for name in named.get(key, "").split()]
        if named.get("href", "").startswith("#"):
            found.references.append(named["href"][1:])


def read(html: str) -> Markup:
    """Read a whole page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader._open:
        reader.found.problems.append(f"left open: {reader._open}")
    return reader.found
