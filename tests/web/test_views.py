"""From domain values to what pages show."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs

from streamhub.access.roles import Role
from streamhub.handlers.views.desk import desk_page
from streamhub.handlers.views.enter import enter_page
from streamhub.handlers.views.figures import figures_page
from streamhub.handlers.views.frame import Links, dialled, grant_view, navigation, summit_view
from streamhub.handlers.views.problem import problem_page
from streamhub.handlers.views.programme import after, programme_page
from streamhub.handlers.views.session import OnStage, channel_rows, session_page
from streamhub.handlers.views.wall import heads, how, projector_page, wall_page
from streamhub.kit import errors
from streamhub.kit.clock import HOUR, MINUTE, SECOND, parse_rfc3339
from streamhub.kit.ids import SessionSlug
from streamhub.kit.times import days, duration, number, times_of
from streamhub.programme.model import SessionState
from tests.web import samples as s
from tests.web import samples_figures as f
from tests.web import samples_live as live


def test_times_are_those_of_the_summit_with_the_name_of_its_zone():
    times = times_of("Europe/Brussels", "fr")

    shown = times.moment(parse_rfc3339("2021-11-03T13:30:00Z"))

    assert (shown.hm, shown.day, shown.date) == ("14:30", "mercredi 3 novembre", "3 novembre 2021")
    assert (times.city, times_of("Europe/Brussels", "en").city) == ("Bruxelles", "Brussels")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2021, 11, 2), date(2021, 11, 5), "2–5 novembre 2021"),
        (date(2021, 11, 2), date(2021, 11, 2), "2 novembre 2021"),
        (date(2021, 10, 30), date(2021, 11, 2), "30 octobre – 2 novembre 2021"),
        (date(2021, 12, 30), date(2022, 1, 2), "30 décembre 2021 – 2 janvier 2022"),
    ],
)
def test_days_are_said_as_short_as_they_can(first, last, said):
    assert days(first, last, "fr") == said


def test_durations_are_floored_never_rounded_up():
    assert duration(7_401 * SECOND) == "2\u00a0h\u00a003"
    assert duration(59 * MINUTE + 59 * SECOND) == "59\u00a0min"
    assert duration(35_999) == "35\u00a0s"


def test_numbers_are_written_as_the_reader_writes_them():
    assert (number(1012, "fr"), number(1012, "en")) == ("1\u202f012", "1,012")


def test_a_language_that_was_asked_for_is_carried_by_links():
    assert Links("en")("/figures", audience="public") == "/figures?audience=public&lang=en"
    assert Links(None)("/") == "/"


def test_a_telephone_number_is_dialled_without_its_spaces():
    assert dialled("+32 81 00 00 00") == "+3281000000"
    assert summit_view(s.SUMMIT, "fr").phone_href == "tel:+3225550123"


def test_in_zoom_a_delegate_takes_seat_and_function_as_name():
    shown = grant_view(s.grant(), s.DELEGATIONS[20], "fr")

    assert shown.screen_name == "SN-02 · Maire de Dakar"
    assert grant_view(s.grant(label=""), s.DELEGATIONS[20], "fr").screen_name == "SN-02 · Sénégal"


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        (Role.DELEGATE, []),
        (Role.MODERATOR, ["programme", "wall", "desk"]),
        (Role.TECHNICIAN, ["programme", "wall"]),
        (Role.DESK, ["programme", "desk"]),
        (Role.COMMUNICATIONS, ["programme", "figures"]),
        (Role.ORGANISER, ["programme", "console", "wall", "desk", "figures"]),
        (Role.OBSERVER, ["programme"]),
    ],
)
def test_each_role_is_led_only_where_it_may_go(role, keys):
    assert [item.key for item in navigation(role, "/", SessionSlug("a"))] == keys


def test_the_programme_opens_only_what_the_invitation_opens():
    narrow = replace(s.grant(), sessions=frozenset({SessionSlug("egalite")}))

    page = programme_page(s.SESSIONS, s.reader("fr", narrow))

    opened = {row.slug for day in page.days for row in day.sessions if row.href}
    assert opened == {"egalite"}  # not even the public ones: the server refuses them to this invitation
    assert page.now == ()


def test_a_moved_session_says_both_times():
    page = programme_page(s.SESSIONS, s.reader("fr", s.grant()))

    assert (page.now[0].starts.hm, page.now[0].planned.hm) == ("13:41", "13:30")


def test_what_follows_is_in_time_order_and_never_what_has_ended():
    following = after(s.SESSIONS, s.LIVE, s.reader("fr", s.grant()))

    assert [row.slug for row in following] == ["egalite", "table-ronde", "cloture"]


@pytest.mark.parametrize(
    ("given", "invited", "counted"),
    [
        (s.grant(), True, True),
        (s.grant(Role.INTERPRETER, "STAFF"), True, False),
        (s.grant(Role.DELEGATE, "REHEARSAL"), True, False),
        (None, False, False),
    ],
)
def test_a_page_promises_to_count_only_whom_we_count(given, invited, counted):
    page = session_page(s.LIVE, s.SESSIONS, (), OnStage(), s.reader("fr", given))

    assert (page.invited, page.counted) == (invited, counted)


def test_before_the_doors_no_address_of_a_provider_is_on_the_page():
    page = session_page(s.LIVE, s.SESSIONS, s.DOCUMENTS, OnStage(), s.reader("fr", s.grant()))

    assert page.source is page.words is page.beside is None
    assert [page.island[name] for name in ("sources", "words", "beside")] == [(), None, None]


@pytest.mark.parametrize(
    ("channel", "light", "shown"),
    [
        ("", "", "floor"),
        ("", "0", "floor"),
        ("", "1", "audio"),
        ("floor", "1", "floor"),
        ("wo", "", "wo"),
        ("xx", "", "floor"),
    ],
)
def test_the_channel_asked_for_is_shown_and_on_a_weak_line_the_sound(channel, light, shown):
    stage = OnStage((s.YOUTUBE, *s.CHANNELS), channel=channel, light=light)
    page = session_page(s.LIVE, s.SESSIONS, (), stage, s.reader("fr"))

    assert page.source.channel == shown
    assert [row.channel for row in page.channels if row.current] == [shown]
    assert page.sound == (shown == "audio")


def test_a_language_is_named_as_its_speakers_name_it_and_one_channel_is_no_choice():
    rows = channel_rows(OnStage((s.YOUTUBE, *s.CHANNELS)))

    assert {row.channel: row.name for row in rows} == {
        "floor": "", "audio": "", "sign": "", "en": "English", "wo": "Wolof",
    }  # fmt: skip
    assert channel_rows(OnStage((s.YOUTUBE,))) == ()


def test_unstable_people_are_present_and_those_gone_to_zoom_are_not():
    counts = heads(person for person in live.people() if person.who.counted)

    assert counts.present == counts.hall + counts.online + counts.unstable + counts.zoom
    assert counts.elsewhere > 0
    assert counts.band().total == counts.present + counts.elsewhere + counts.waiting


def test_a_person_in_zoom_and_on_the_page_is_shown_in_zoom_as_the_figures_count():
    by_zoom = next(person for person in live.people() if how(person) == "zoom")

    assert how(structs.replace(by_zoom, channels=(*by_zoom.channels, *live.people()[8].channels))) == "zoom"


def test_the_wall_keeps_the_order_of_the_file_and_staff_out_of_every_number():
    page = wall_page(live.wall_input("fr"), s.reader("fr", s.grant(Role.MODERATOR, "STAFF")))

    assert [tile.code for tile in page.tiles] == [d.code for d in s.DELEGATIONS]
    assert sum(tile.heads.present for tile in page.tiles) + page.unknown == page.heads.present
    assert page.unknown == 2
    assert any(person["role"] == "interpreter" for person in page.island["people"])


def test_a_tile_is_full_where_somebody_waits_for_one_of_its_seats():
    tiles = {tile.code: tile for tile in wall_page(live.wall_input("fr"), s.reader("fr", None)).tiles}

    assert (tiles["MG"].used, tiles["MG"].seats, tiles["MG"].full) == (4, 4, True)
    assert (tiles["GA"].used, tiles["GA"].heads.waiting, tiles["GA"].full) == (5, 0, False)
    assert not tiles["VN"].full
    assert not tiles["BE"].full


def test_the_gauge_has_no_seat_for_organisations():
    page = wall_page(live.wall_input("fr"), s.reader("fr", None))

    assert page.gauge.total == 24
    assert page.gauge.taken == sum(
        tile.heads.present > 0 for tile in page.tiles if tile.kind in {"country", "region"}
    )


def test_whoever_is_excused_is_not_called():
    page = wall_page(live.wall_input("fr"), s.reader("fr", None))

    absent = [tile for tile in page.tiles if not tile.heads.present]
    assert page.missing == len(absent) - sum(tile.excused > 0 for tile in absent)


def test_whoever_was_removed_or_excused_is_known_to_a_wall_that_opens_later():
    island = wall_page(live.wall_input("fr"), s.reader("fr", None)).island

    assert (island["excused"], island["removed"]) == (("p_CH1",), ("p_MA9",))


def test_a_wall_that_opens_before_the_session_has_a_curve_to_draw_in():
    early = replace(live.wall_input("fr"), points=())

    curve = wall_page(early, s.reader("fr", None)).curve

    assert (curve.rows, curve.present, len(curve.x_labels)) == ((), "", 5)


def test_technicians_see_the_wall_and_change_nothing():
    page = wall_page(live.wall_input("fr"), s.reader("fr", s.grant(Role.TECHNICIAN, "STAFF")))

    assert not page.moderates


def test_the_projector_names_no_person():
    given = live.wall_input("fr")

    page = projector_page(s.LIVE, given.snapshot, s.DELEGATIONS, None, given.floor, s.reader("fr", None))

    assert {(item.label, item.subject) for item in page.floor.items} == {("", "")}
    assert "people" not in page.island


def test_the_desk_counts_delegations_and_lists_the_team_last():
    page = desk_page(f.desk_input(), s.reader("fr").times, s.NOW)

    assert page.groups[-1].name == ""
    assert page.expected == sum(len(group.people) for group in page.groups[:-1])
    assert page.arrived == sum(group.arrived for group in page.groups[:-1])


def test_the_desk_stands_first_where_a_session_runs():
    other = replace(
        s.LIVE, slug=SessionSlug("b"), venue="Parlement", state=SessionState.SCHEDULED, starts_at=0
    )

    page = desk_page(replace(f.desk_input(), sessions=(other, s.LIVE)), s.reader("fr").times, s.NOW)

    assert [door.value for door in page.venues] == ["venue:Palais des congrès", "venue:Parlement"]


def test_people_are_found_without_accents():
    page = desk_page(f.desk_input(), s.reader("fr").times, s.NOW)

    benin = next(group for group in page.groups if group.code == "BJ")
    assert all("benin" in person.search for person in benin.people)


def test_a_hidden_number_is_none_and_a_true_nought_is_written():
    page = figures_page(f.figures_input(f.PUBLISHED, "fr", "public"), s.reader("fr"))

    assert page.measured.channels.zoom is None
    assert page.measured.channels.band is None
    exact = figures_page(f.figures_input(f.EXACT, "fr", "internal"), s.reader("fr"))
    assert next(row.attended for row in exact.delegations if row.name == "Laos") == "0"


def test_a_figure_says_what_else_it_covers():
    page = figures_page(f.figures_input(f.EXACT, "fr", "internal"), s.reader("fr"))

    views = next(row for row in page.declared if row.metric == "views")
    assert (views.shared, views.covers) == (True, ("Cérémonie d’ouverture",))


@pytest.mark.parametrize(
    ("error", "code", "minutes"),
    [
        (errors.InvitationRevoked("x", replaced=True), "replaced", 1),
        (errors.InvitationRevoked("x"), "invitation_revoked", 1),
        (errors.RateLimited("x", retry_after=61), "rate_limited", 2),
    ],
)
def test_an_error_page_says_what_to_do_next(error, code, minutes):
    page = problem_page(error, s.reader("fr").times)

    assert (page.code, page.minutes) == (code, minutes)


def test_a_link_for_later_says_from_when():
    at = s.NOW + HOUR

    page = problem_page(errors.TokenNotYetValid("x", opens_at=at), s.reader("fr").times)

    assert page.at.hm == "15:12"


def test_the_page_behind_a_link_is_the_same_for_every_code():
    assert enter_page("a.example") == enter_page("a.example", open_for=None)
    assert enter_page("a.example", participant="p_1").island == {"open_for": None, "participant": None}
