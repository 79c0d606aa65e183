"""``demo --simulate``: a wall that lives, without anybody there."""

import json

from tests.client import calling
from tests.process import running

PEOPLE = 30


async def test_pretend_delegates_of_many_delegations_come_to_the_session_that_is_live(tmp_path):
    demo = ("demo", "--port", "0", "--data", str(tmp_path / "demo"), "--json", "--simulate", str(PEOPLE))
    async with running(*demo) as server, calling(server.url) as api:
        links = {row["role"]: row for row in json.loads(server.printed[-1])["links"]}
        live = next(s for s in (await api().get("/api/v1/sessions"))["items"] if s["state"] == "live")
        wall = api(links["moderator"]["token"])
        while True:
            presence = await wall.get(f"/api/v1/sessions/{live['slug']}/presence")
            if presence["present"] == PEOPLE:
                break

        assert sum(row["remote"] > 0 for row in presence["delegations"]) >= 25
        assert {row["state"] for row in presence["people"]} <= {"online", "unstable"}
        assert await server.stop() == 0
