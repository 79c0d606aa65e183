"""The demonstration from link to figures, with programs at the other end."""

import csv

from tests.process import streamhub
from tests.waiting import seconds_of, within


async def test_the_example_summit_runs_now(demo):
    states = [session["state"] for session in demo.sessions]

    assert states.count("live") == 1
    assert states.count("ended") >= 1
    soon = next(s for s in demo.sessions if s["state"] in {"scheduled", "doors"})
    assert soon["starts_at"] > next(s for s in demo.sessions if s["state"] == "live")["starts_at"]
    sources = (await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/sources"))["items"]
    assert {"youtube", "zoom", "text"} <= {source["provider"] for source in sources}


async def test_the_wall_shows_a_delegate_within_a_second_and_a_second_tab_changes_nothing(demo):
    me = demo.links["delegate"]["participant"]
    async with demo.by["moderator"].socket(demo.live) as wall:
        await wall.next("presence_state")

        async def shown():
            async with demo.by["delegate"].socket(demo.live) as page:
                took = await seconds_of(comes(wall, "joins", me))
                await page.say("bye")
                await comes(wall, "leaves", me)
                return took

        await within(1, shown)
        async with demo.by["delegate"].socket(demo.live) as page:
            await comes(wall, "joins", me)
            welcome = await page.next("welcome")

            async with demo.by["delegate"].socket(demo.live) as tab:
                assert (await tab.next("welcome"))["since"] == welcome["since"]
                presence = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")

    [person] = [one for one in presence["people"] if one["participant"] == me]
    assert (person["state"], person["connections"]) == ("online", 2)
    assert presence["present"] == presence["remote"] == 1


async def comes(wall, field, participant):
    """A change of the presence that names this person."""
    await wall.until("presence_diff", lambda diff: participant in str(diff[field]))


async def test_a_check_in_at_the_door_counts_in_the_hall_and_on_line_too_counts_once(demo):
    venue = await _venue(demo)
    press = demo.links["press"]["participant"]
    body = {"participant": press, "venue": venue, "direction": "in", "nonce": "nonce-0001"}
    async with demo.by["press"].socket(demo.live) as page:
        await page.next("welcome")

        done = await demo.by["desk"].post("/api/v1/check-ins", body)
        again = await demo.by["desk"].post("/api/v1/check-ins", body)
        presence = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")

    assert (done["state"], done["repeated"], again["repeated"]) == ("hall", False, True)
    assert done["elsewhere_since"]
    assert (presence["present"], presence["on_site"], presence["remote"]) == (1, 1, 0)
    [person] = [p for p in presence["people"] if p["participant"] == press]
    assert (person["state"], sorted(person["channels"])) == ("hall", ["hall", "web"])


async def _venue(demo):
    exported = demo.data.parent / "export"
    await streamhub("summit", "export", str(exported), "--data", str(demo.data))
    with (exported / "programme.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row["venue"] for row in csv.DictReader(file) if row["slug"] == demo.live)


async def test_a_switch_reaches_every_page_and_only_the_invited_get_the_passcode(demo):
    sources = (await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/sources"))["items"]
    zoom = next(s for s in sources if s["provider"] == "zoom")
    async with (
        demo.by["delegate"].socket(demo.live) as page,
        demo.api().socket(demo.live, hello={}) as public,
    ):
        await page.next("welcome")
        viewer = await public.next("welcome")
        await demo.by["moderator"].put(f"/api/v1/sessions/{demo.live}/source", {"id": zoom["id"]})

        invited, anonymous = await page.next("source"), await public.next("source")

    assert "viewer" in viewer
    assert "pwd=" in invited["source"]["link_url"]
    assert "pwd=" not in anonymous["source"]["link_url"]


async def test_who_leaves_for_zoom_is_elsewhere_and_back_when_the_page_is_looked_at_again(demo):
    sources = (await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/sources"))["items"]
    zoom = next(s for s in sources if s["provider"] == "zoom")
    await demo.by["moderator"].put(f"/api/v1/sessions/{demo.live}/source", {"id": zoom["id"]})
    async with demo.by["delegate"].socket(demo.live) as page:
        await page.next("welcome")
        await demo.by["delegate"].post(f"/api/v1/sessions/{demo.live}/source:open", status=204)
        gone = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")

        await page.say("beat", visible=False, player="closed")
        await page.say("beat", visible=True, player="closed")
        await page.next("welcome")
        back = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")

    assert (gone["present"], gone["elsewhere"]) == (0, 1)
    assert (back["present"], back["elsewhere"]) == (1, 0)


async def invited(demo):
    """A new delegate."""
    body = {"role": "delegate", "delegation": demo.links["delegate"]["delegation"]}
    [made] = (await demo.by["organiser"].post("/api/v1/invitations", body, status=201))["items"]
    return made


async def test_revoking_closes_the_page_within_a_second_and_the_past_stays(demo):
    revoked = []

    async def closed_by_the_page():
        revoked.append(person := await invited(demo))
        async with demo.api(person["token"]).socket(demo.live) as page:
            await page.next("welcome")
            await demo.by["organiser"].post(f"/api/v1/invitations/{person['id']}:revoke")
            took = await seconds_of(page.socket.wait_closed())
            assert (await page.next("closing"))["code"] == page.socket.close_code == 4410
            return took

    await within(1, closed_by_the_page)
    await demo.api(revoked[0]["token"]).get("/api/v1/me", status=410)
    figures = await demo.by["communications"].get(
        f"/api/v1/sessions/{demo.live}/statistics?audience=internal"
    )
    assert figures["attended"] == len(revoked)


async def test_the_command_line_revokes_beside_the_running_server(demo):
    async def closed_by_the_command():
        person = await invited(demo)
        async with demo.api(person["token"]).socket(demo.live) as page:
            await page.next("welcome")
            await streamhub("invite", "revoke", person["id"], "--data", str(demo.data))
            took = await seconds_of(page.socket.wait_closed())
            assert page.socket.close_code == 4410
            return took

    await within(1, closed_by_the_command)


async def test_a_removed_person_cannot_walk_back_in_until_admitted(demo):
    me = demo.links["delegate"]["participant"]
    async with demo.by["delegate"].socket(demo.live) as page:
        await page.next("welcome")
        await demo.by["moderator"].post(f"/api/v1/sessions/{demo.live}/people/{me}:remove")
        assert await page.closed() == 4410

    await demo.by["delegate"].get(f"/api/v1/sessions/{demo.live}/source", status=403)
    async with demo.by["delegate"].socket(demo.live) as page:
        assert (await page.next("waiting", "welcome"))["reason"] == "removed"
        await demo.by["moderator"].post(f"/api/v1/sessions/{demo.live}/people/{me}:admit")
        await page.next("welcome")


async def test_before_the_doors_a_page_waits_and_is_let_in_on_the_same_socket(demo):
    later = next(s for s in demo.sessions if s["state"] == "scheduled")
    async with demo.by["delegate"].socket(later["slug"]) as page:
        waiting = await page.next("waiting", "welcome")
        assert (waiting["reason"], waiting["opens_at"]) == ("doors", later["doors_at"])

        await demo.by["moderator"].put(f"/api/v1/sessions/{later['slug']}/state", {"state": "doors"})

        assert (await page.next("state"))["state"] == "doors"
        assert (await page.next("welcome"))["state"] == "doors"


async def test_the_end_closes_the_stays_and_reopening_counts_on(demo):
    async with demo.by["delegate"].socket(demo.live) as page:
        await page.next("welcome")
        state = f"/api/v1/sessions/{demo.live}/state"
        await demo.by["moderator"].put(state, {"state": "ended"})
        await page.until("state", lambda m: m["state"] == "ended")
        stays = (await demo.by["delegate"].get("/api/v1/me/stays"))["items"]
        assert [s["until"] is None for s in stays] == [False]

        await demo.by["moderator"].put(state, {"state": "live"})
        await page.next("welcome")

        stays = (await demo.by["delegate"].get("/api/v1/me/stays"))["items"]
        assert sorted(s["until"] is None for s in stays) == [False, True]


async def test_presence_by_beats_where_sockets_are_blocked(demo):
    path = f"/api/v1/sessions/{demo.live}/beat"
    first = await demo.by["delegate"].post(path, {"page": "page-0001"})
    await demo.by["moderator"].post(f"/api/v1/sessions/{demo.live}/notices", {"text": "Bonjour"}, status=201)

    second = await demo.by["delegate"].post(path, {"page": "page-0001"})
    presence = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")

    assert first["messages"][0]["type"] == "welcome"
    assert "notice" in [m["type"] for m in second["messages"]]
    assert presence["present"] == 1
    await demo.by["delegate"].post(path, {"page": "page-0001", "bye": True})
    presence = await demo.by["moderator"].get(f"/api/v1/sessions/{demo.live}/presence")
    assert presence["present"] == 0


async def test_a_stop_tells_every_page_its_own_delay_and_the_gap_is_no_gap(demo):
    sockets = [demo.by[role].socket(demo.live) for role in ("delegate", "press", "moderator")]
    pages = [await socket.__aenter__() for socket in sockets]
    for page in pages:
        await page.next("welcome")

    exit_code = await demo.server.stop()

    closings = [await page.next("closing") for page in pages]
    assert exit_code == 0
    assert {c["code"] for c in closings} == {4001}
    assert all(0 <= c["retry_after_ms"] <= 2_000 for c in closings)
    for socket in sockets:
        await socket.__aexit__(None, None, None)
    doctor = await streamhub("doctor", "--rebuild", "--data", str(demo.data), check=False)
    assert "good      ledger:" in doctor


async def test_the_figures_of_the_page_and_of_the_interface_agree(demo):
    slug = demo.ended[-1]
    figures = await demo.by["communications"].get(f"/api/v1/sessions/{slug}/statistics?audience=internal")
    page = await demo.by["communications"].get(f"/figures/{slug}")

    assert figures["attended"] > 100
    assert figures["attended"] == sum(figures["by_channel"].values())
    assert figures["attended"] == sum(row["attended"] for row in figures["by_delegation"])
    assert f">{figures['attended']}<" in page


async def test_the_summit_attended_as_in_the_report_the_product_was_made_for(demo):
    summit = await demo.by["communications"].get("/api/v1/statistics?audience=internal")

    assert summit["attended"] == 131
    represented = summit["represented"]
    assert (represented["countries"] + represented["regions"], represented["organisations"]) == (24, 3)


async def test_a_replaced_link_closes_its_pages_says_so_and_the_new_one_goes_on(demo):
    async with demo.by["delegate"].socket(demo.live) as page:
        since = (await page.next("welcome"))["since"]
        path = f"/api/v1/invitations/{demo.links['delegate']['invitation']}:replace"
        [replaced] = (await demo.by["organiser"].post(path, status=201))["items"]

        assert (await page.next("closing"))["reason"] == "replaced"
        assert await page.closed() == 4410

    await demo.by["delegate"].get("/api/v1/me", status=410)
    assert replaced["participant"] == demo.links["delegate"]["participant"]
    async with demo.api(replaced["token"]).socket(demo.live) as page:
        assert (await page.next("welcome"))["since"] > since
