"""The settings as a file to start from and as a page to read, both made from their declarations."""

import json
from typing import Any

from streamhub.kit.settings import PREFIX, declared


def toml_text() -> str:
    """``config/streamhub.toml``: every setting with its default, commented out."""
    blocks = [f"# {field.metadata['help']}\n#{field.name} = {_toml(field.default)}\n" for field in declared()]
    head = "# Settings of streamhub. Every line is a default: remove the # to change it.\n"
    tail = f"# Each may also be given as {PREFIX}<NAME>, which wins over this file.\n\n"
    return head + tail + "\n".join(blocks)


def markdown_text() -> str:
    """``docs/settings.md``."""
    rows = [
        f"| `{field.name}` | `{_toml(field.default)}` | {'yes' if field.metadata['of_summit'] else ''} "
        f"| {field.metadata['help']} |"
        for field in declared()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Made by `streamhub config doc`; a test compares. Precedence, the later wins: default,",
            "`summit.toml`,",
            "the file of `--config`, the environment (`STREAMHUB_<NAME>`), an option of the command line.",
            "",
            "| setting | default | also in `summit.toml` | meaning |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _toml(value: Any) -> str:  # noqa: ANN401 - one of the declared types
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
