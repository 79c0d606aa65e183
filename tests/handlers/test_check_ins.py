"""Checking in over HTTP: what the desk is told."""

import pytest

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from tests.handlers.house import open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def test_a_code_of_before_is_told_from_one_that_was_withdrawn(house):
    desk = await house.guest(Role.DESK)
    links = []
    for change in (house.use.access.replace, house.use.access.revoke):
        [issued] = await house.use.access.issue(InvitationOrder(role=Role.OBSERVER, delegation="BJ"), "test")
        await change(issued.invitation.id, "test")
        links.append(issued.link)

    answers = [
        await house.ask("POST", "/check-ins", desk, {"code": link, "direction": "in", "nonce": f"nonce-{i}"})
        for i, link in enumerate(links)
    ]

    assert [(status, answer["code"], answer.get("replaced")) for status, answer in answers] == [
        (410, "invitation_revoked", True),
        (410, "invitation_revoked", None),
    ]
