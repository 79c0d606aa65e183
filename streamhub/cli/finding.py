"""What ``doctor`` says of one thing that it looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``mend`` is empty where it is good."""

    what: str
    mend: str = ""
