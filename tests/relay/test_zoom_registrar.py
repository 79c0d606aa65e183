"""People registered at Zoom, against a local server that behaves as Zoom's documents say."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from aiohttp import web

from streamhub.access import store as access_store
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.access.service import AccessService
from streamhub.kit.clock import DAY, HOUR, SECOND
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.outgoing import Outgoing
from streamhub.kit.settings import Settings
from streamhub.programme.model import SessionState
from streamhub.programme.service import ProgrammeService
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.model import NewSource
from streamhub.relay.service import RelayService
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_registrants_model import Numbered, ZoomNames
from streamhub.relay.zoom_registrar import Desk, ZoomRegistrar
from tests.programme.samples import loaded
from tests.stand_ins.server import Mood
from tests.stand_ins.zoom import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, scope_missing, too_many, zoom
from tests.support import NOON, FakeClock, open_database

OPEN, ROOM = SessionSlug("ouverture"), SessionSlug("atelier")
NUMBER, WEBINAR = "85512345678", "91112223334"
MEETING = Numbered("ville", NUMBER)
URL, WEBINAR_URL = f"https://us02web.zoom.us/j/{NUMBER}?pwd=a.1", f"https://us02web.zoom.us/j/{WEBINAR}"
DOMAIN = "delegues.example.org"


@dataclass(slots=True)
class World:
    """A summit with one Zoom account, and the Zoom it is registered at."""

    there: object
    db: object
    clock: FakeClock
    programme: ProgrammeService
    access: AccessService
    relay: RelayService
    outgoing: Outgoing
    registrar: ZoomRegistrar | None = None

    def started(self):
        """The job as after a start of the program: it knows what is stored, and nothing else."""
        account = ZoomAccount(
            name="ville",
            account_id=ACCOUNT_ID,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            email_domain=DOMAIN,
        )
        api = ZoomApi(self.outgoing, account, self.clock, self.there.url)
        self.registrar = ZoomRegistrar(
            self.db, self.clock, self.programme, {"ville": Desk(api, DOMAIN)}, days=7
        )
        return self.registrar

    async def show(self, url=URL, slug=ROOM, account="ville"):
        return await self.relay.add(slug, NewSource(url=url, account=account), None)

    async def invite(self, role=Role.DELEGATE, count=1, **words):
        outside = role in {Role.DELEGATE, Role.PRESS, Role.CORRESPONDENT, Role.OBSERVER}
        order = InvitationOrder(
            role=role, delegation=DelegationCode("BJ") if outside else None, count=count, **words
        )
        return [one.invitation for one in await self.access.issue(order, "test")]

    async def settle(self, registrar=None):
        """Steps until nothing is to be done at once."""
        while await (registrar or self.registrar).step("ville"):
            pass

    async def registrants(self, meeting=MEETING):
        return (await self.db.read(lambda tx: store.registrants_of(tx, "ville"))).get(meeting, ())

    async def link(self, invitation, meeting=MEETING):
        links = await self.db.read(lambda tx: store.links_of(tx, meeting))
        return links.get((invitation.id, invitation.generation))

    async def standing(self, meeting=MEETING):
        return await self.db.read(lambda tx: store.standing(tx, meeting))

    async def whom(self, zoom_id):
        return await self.db.read(lambda tx: store.participant_of_registrant(tx, "ville", zoom_id))


@pytest.fixture
async def world(tmp_path):
    clock, outgoing, settings = FakeClock(), Outgoing(total_seconds=0.5), Settings()
    async with zoom() as there, open_database(tmp_path) as db:
        programme = ProgrammeService(db, clock, settings)
        access = AccessService(db, clock, settings, programme, tmp_path / "keys")
        await programme.load(loaded())
        made = World(there, db, clock, programme, access, RelayService(db, clock, settings), outgoing)
        made.started()
        yield made
        await outgoing.close()


# Who is registered, and as whom


async def test_the_audience_is_registered_under_its_public_label(world):
    await world.show()
    [minister] = await world.invite(label="Ministre du Numérique")
    [unnamed] = await world.invite()
    await world.invite(Role.MODERATOR)
    await world.invite(Role.OBSERVER)

    await world.settle()

    assert world.there.names == ["Bénin, Ministre du Numérique", f"Bénin, {unnamed.seat}"]
    assert (await world.link(minister)).startswith(f"https://us02web.zoom.us/w/{NUMBER}?tk=")
    assert all(email.endswith(f"@{DOMAIN}") for email in world.there.registrants)
    assert {one.participant for one in await world.registrants()} == {
        minister.participant,
        unnamed.participant,
    }


async def test_zoom_learns_the_seat_alone_where_the_organiser_chooses_it(world):
    source = await world.show()
    choice = {"account": None, "label": None, "names": ZoomNames.PSEUDONYM}
    await world.db.write(lambda tx: store.choose(tx, source.id, **choice))
    [minister] = await world.invite(label="Ministre du Numérique")

    await world.settle()

    assert world.there.names == [minister.seat]


async def test_who_is_named_otherwise_from_now_on_is_registered_anew(world):
    source = await world.show()
    [minister] = await world.invite(label="Ministre du Numérique")
    await world.settle()
    before = await world.link(minister)
    choice = {"account": None, "label": None, "names": ZoomNames.PSEUDONYM}
    await world.db.write(lambda tx: store.choose(tx, source.id, **choice))

    await world.settle()

    assert world.there.names[-1] == minister.seat
    assert len(world.there.cancelled) == 1
    assert await world.link(minister) != before


async def test_only_invitations_that_open_the_session_are_registered(world):
    await world.show(slug=ROOM)
    await world.invite(sessions=(OPEN,))
    [both] = await world.invite(sessions=(OPEN, ROOM))

    await world.settle()

    assert [one.participant for one in await world.registrants()] == [both.participant]


async def test_one_meeting_of_two_sessions_has_one_registration_a_person(world):
    await world.show(slug=OPEN)
    await world.show(slug=ROOM)
    await world.invite(count=2)

    await world.settle()

    assert len(world.there.registrants) == 2


async def test_nobody_is_registered_before_its_time_or_without_an_account(world):
    await world.show(account="")
    await world.invite()
    await world.settle()
    assert world.there.asked == []

    await world.show()
    world.clock.advance(ms=-8 * DAY)
    await world.settle()
    assert world.there.asked == []


async def test_nobody_is_registered_for_what_is_over(world):
    await world.show()
    await world.invite()
    for state in (SessionState.LIVE, SessionState.ENDED):
        await world.programme.set_state(ROOM, state, "test")

    await world.settle()

    assert world.there.registrants == {}


async def test_thirty_one_people_are_two_batches_and_later_ones_follow(world):
    await world.show()
    await world.invite(count=31)
    await world.settle()
    await world.invite()
    await world.settle()

    assert sum("batch_registrants" in asked for asked in world.there.asked) == 3
    assert len(world.there.registrants) == 32


async def test_in_a_webinar_who_may_speak_is_a_panelist(world):
    world.there.numbers = {WEBINAR: ("webinars", 1)}
    await world.show(WEBINAR_URL)
    [minister] = await world.invite(label="Ministre du Numérique", speak=True)
    [guest] = await world.invite()

    await world.settle()

    webinar = Numbered("ville", WEBINAR)
    assert (await world.link(minister, webinar)).endswith("tk=panel1")
    assert "tk=tk" in await world.link(guest, webinar)
    assert world.there.names == ["Bénin, Ministre du Numérique", f"Bénin, {guest.seat}"]
    [panelist] = [one for one in await world.registrants(webinar) if one.panelist]
    found = await world.db.read(lambda tx: store.participant_of_email(tx, "ville", panelist.email.upper()))
    assert found == minister.participant


async def test_what_zoom_tells_of_a_registrant_leads_to_the_person(world):
    await world.show()
    [minister] = await world.invite()
    await world.settle()
    [registrant] = await world.registrants()

    assert await world.whom(registrant.zoom_id) == minister.participant
    assert await world.whom("somebody else's") is None
    assert await world.whom("") is None


# Whose link must go


async def revoked(world, invitation):
    await world.access.revoke(invitation.id, "test")


async def replaced(world, invitation):
    await world.access.replace(invitation.id, "test")


async def removed(world, invitation):
    await world.access.remove(ROOM, invitation.participant, "test")


async def over(world, _invitation):
    world.clock.advance(ms=30 * DAY)


@pytest.mark.parametrize("end", [revoked, replaced, removed, over])
async def test_the_link_goes_with_the_right_to_come(world, end):
    await world.show()
    [minister] = await world.invite()
    await world.settle()
    [registrant] = await world.registrants()

    await end(world, minister)
    await world.settle()

    assert world.there.cancelled == [registrant.zoom_id]
    assert await world.link(minister) is None
    assert await world.whom(registrant.zoom_id) == minister.participant


async def test_a_new_link_is_a_new_registration_of_the_same_person(world):
    await world.show()
    [minister] = await world.invite()
    await world.settle()
    [before] = await world.registrants()

    again = (await world.access.replace(minister.id, "test")).invitation
    await world.settle()

    [after] = await world.registrants()
    assert after.email != before.email
    assert await world.link(minister) is None
    assert await world.link(again) == after.join_url
    assert {await world.whom(one.zoom_id) for one in (before, after)} == {minister.participant}


async def test_a_session_that_ends_or_loses_its_source_puts_nobody_out(world):
    source = await world.show()
    await world.show("https://us02web.zoom.us/j/80000000000", account="")
    await world.invite()
    await world.settle()
    await world.relay.activate(ROOM, (await world.relay.sources(ROOM))[1].id, None)
    await world.relay.remove(ROOM, source.id, None)

    await world.settle()

    assert world.there.cancelled == []
    assert len(await world.registrants()) == 1


async def test_a_panelist_is_taken_out_one_by_one_and_one_who_is_gone_already_hinders_nobody(world):
    world.there.numbers = {WEBINAR: ("webinars", 1)}
    await world.show(WEBINAR_URL)
    people = await world.invite(count=2, speak=True)
    await world.settle()
    for one in people:
        await world.access.revoke(one.id, "test")
    world.there.forget("pan1")

    await world.settle()

    assert world.there.cancelled == ["pan2"]
    assert await world.registrants(Numbered("ville", WEBINAR)) == ()


async def test_of_an_erased_person_nothing_is_left_once_zoom_has_cancelled(world):
    await world.show()
    [minister] = await world.invite()
    await world.settle()
    [registrant] = await world.registrants()

    def erase(tx):
        store.release(tx, minister.participant)
        access_store.revoke(tx, minister.id, NOON, "test")

    await world.db.write(erase)
    assert await world.whom(registrant.zoom_id) is None
    assert [one.join_url for one in await world.registrants()] == [""]
    await world.settle()

    assert world.there.cancelled == [registrant.zoom_id]
    rows = await world.db.read(lambda tx: tx.all(sa.select(store.zoom_registrants)))
    assert rows == []


# Stopped in any moment


async def test_a_stop_before_the_answer_registers_nobody_twice(world):
    await world.show()
    people = await world.invite(count=3)
    world.there.lost_answers = 1
    await world.settle()
    assert len(world.there.registrants) == 3
    assert {one.unsure for one in await world.registrants()} == {True}

    world.clock.advance(minutes=11)
    await world.settle(world.started())

    assert len(world.there.registrants) == 3
    assert sum("batch_registrants" in asked for asked in world.there.asked) == 1
    assert None not in [await world.link(one) for one in people]


async def test_a_stop_before_the_question_asks_again_under_the_same_address(world):
    await world.show()
    await world.invite()
    world.there.mood = Mood.GONE
    await world.settle()
    [waiting] = await world.registrants() or [None]
    assert waiting is None  # what the number stands for was asked first

    world.there.mood = Mood.WELL
    world.there.numbers = {NUMBER: ("meetings", 1)}
    world.clock.advance(minutes=11)
    world.there.refusals += [None, too_many(retry_after="2021-11-04T14:00:00Z")]
    await world.settle()
    [asked] = await world.registrants()
    world.clock.advance(ms=2 * HOUR)
    await world.settle(world.started())

    assert list(world.there.registrants) == [asked.email]


async def test_a_panelist_whose_answer_was_lost_is_found_among_the_panelists(world):
    world.there.numbers = {WEBINAR: ("webinars", 1)}
    await world.show(WEBINAR_URL)
    [minister] = await world.invite(speak=True)
    world.there.lost_answers = 1
    await world.settle()
    world.clock.advance(minutes=11)
    await world.settle(world.started())

    assert len(world.there.panelists) == 1
    assert await world.link(minister, Numbered("ville", WEBINAR)) is not None


async def test_who_was_revoked_while_nobody_knew_is_found_and_cancelled(world):
    await world.show()
    [minister] = await world.invite()
    world.there.lost_answers = 1
    await world.settle()
    await world.access.revoke(minister.id, "test")
    world.clock.advance(minutes=11)

    await world.settle(world.started())

    assert len(world.there.cancelled) == 1
    assert await world.registrants() == ()


async def test_who_was_revoked_before_zoom_had_them_is_forgotten(world):
    await world.show()
    [minister] = await world.invite()
    world.there.refusals += [None, too_many(retry_after="2021-11-04T13:00:00Z")]
    await world.settle()
    await world.access.revoke(minister.id, "test")
    world.clock.advance(ms=2 * HOUR)

    await world.settle()

    assert (world.there.registrants, world.there.cancelled) == ({}, [])
    assert await world.registrants() == ()


# What staff are told


@pytest.mark.parametrize(
    ("numbers", "refusal", "fault"),
    [
        ({}, None, "not_found"),
        ({NUMBER: ("meetings", 2)}, None, "registration_off"),
        (None, scope_missing("meeting:read:meeting:admin"), "right_missing"),
    ],
)
async def test_what_hinders_is_said_and_tried_again(world, numbers, refusal, fault):
    await world.show()
    [minister] = await world.invite()
    world.there.numbers = numbers
    world.there.refusals += [refusal] if refusal else []
    await world.settle()
    told = await world.standing()
    assert (told.fault, told.right) == (fault, "meeting:read:meeting:admin" if refusal else "")

    world.there.numbers = None
    world.clock.advance(seconds=11)
    await world.settle()

    assert (await world.standing()).fault == ""
    assert await world.link(minister) is not None


async def test_a_webinar_without_registration_has_panelists_and_says_what_is_missing(world):
    world.there.numbers = {WEBINAR: ("webinars", 2)}
    await world.show(WEBINAR_URL)
    [minister], [_] = await world.invite(speak=True), await world.invite()

    await world.settle()

    webinar = Numbered("ville", WEBINAR)
    assert await world.link(minister, webinar) is not None
    assert (await world.standing(webinar)).fault == "registration_off"


async def test_a_daily_limit_is_waited_out(world):
    await world.show()
    await world.invite()
    world.there.refusals += [None, too_many(retry_after="2021-11-05T00:00:00Z")]
    await world.settle()
    asked = len(world.there.asked)
    told = await world.standing()
    assert (told.fault, told.rest_until) == ("throttled", NOON + 12 * HOUR)

    world.clock.advance(ms=12 * HOUR - SECOND)
    await world.settle()
    assert len(world.there.asked) == asked


async def test_a_limit_until_next_year_is_not_believed(world):
    await world.show()
    await world.invite()
    world.there.refusals += [None, too_many(retry_after="2022-11-05T00:00:00Z")]
    await world.settle()

    assert (await world.standing()).rest_until <= NOON + 25 * HOUR


@pytest.mark.parametrize("mood", [Mood.RUBBISH, Mood.HUGE, Mood.GONE, Mood.DOWN, Mood.SILENT])
async def test_a_bad_day_of_zoom_is_a_fault_and_a_pause(world, mood):
    await world.show()
    await world.invite()
    world.there.mood = mood

    await world.settle()

    told = await world.standing()
    assert told.fault in {"rubbish", "too_large", "unreachable", "unavailable", "slow"}
    assert told.rest_until > NOON


async def test_cancelling_goes_on_where_registering_is_refused(world):
    await world.show()
    [first] = await world.invite()
    await world.settle()
    await world.access.revoke(first.id, "test")
    await world.invite()
    world.there.refusals += [None, scope_missing("meeting:write:batch_registrants:admin")]

    await world.settle()

    assert len(world.there.cancelled) == 1
    assert (await world.standing()).fault == "right_missing"


async def test_one_address_is_asked_for_three_times_a_day_at_the_most(world):
    await world.show()
    await world.invite(expires_at=NOON + 5 * DAY)
    down = web.Response(status=500)
    world.there.refusals += [None, down]  # what the number stands for, then the registration
    await world.settle()
    for _ in range(6):
        world.there.refusals += [None, web.Response(status=500)]  # the list, then the registration
        world.clock.advance(minutes=11)
        await world.settle()
        world.there.refusals.clear()
    asked = [one for one in world.there.asked if "batch_registrants" in one]
    assert len(asked) == 3

    world.clock.advance(ms=DAY)
    await world.settle()

    [registrant] = await world.registrants()
    assert list(world.there.registrants) == [registrant.email]
