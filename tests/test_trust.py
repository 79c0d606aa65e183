"""docs/trust.md: each promise names tests, and each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = [
    line
    for line in (ROOT / "docs" / "trust.md").read_text().splitlines()
    if re.match(r"\| (?!---|promise|mistake)", line)
]


def test_each_promise_names_a_test_that_exists():
    missing = []
    for row in ROWS:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert named, row
        missing += [f"{file}::{name}" for file, name in named if not is_there(file, name)]

    assert len(ROWS) > 40
    assert missing == []


def is_there(file, name):
    path = ROOT / file
    return path.exists() and re.search(rf"^(async )?def {name}\(", path.read_text(), re.MULTILINE)
