"""One person's devices: how many at the same moment, and which give way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from streamhub.access.model import DevicePolicy


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one more device means: it is kept out, or these go as soon as it is in."""

    refused: bool = False
    moved: tuple[str, ...] = ()


def judge(policy: DevicePolicy, limit: int, others: Sequence[str]) -> Verdict:
    """One more device beside ``others``, which are connected now, the longest first.

    Within the limit nothing happens, whatever the policy. A device is a browser: its second
    tab is not one more, and is not asked about here.
    """
    over = len(others) + 1 - limit
    if over <= 0:
        return Verdict()
    if policy is DevicePolicy.REFUSE:
        return Verdict(refused=True)
    return Verdict(moved=tuple(others if policy is DevicePolicy.TAKE_OVER else others[:over]))
