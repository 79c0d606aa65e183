"""Whole sessions in short words."""

from streamhub.statistics.summary import SessionMaterial, count_session
from tests.statistics.people import DELEGATIONS, HALL, WEB, ZOOM, stay, window


def crowd(hall=0, zoom=0, web=0, *, minutes=120, of=("BJ",), name="p"):
    """So many people in each channel for so long from the beginning, of the delegations in turn."""
    channels = [HALL] * hall + [ZOOM] * zoom + [WEB] * web
    return [stay(f"{name}{i}", 0, minutes, c, of[i % len(of)]) for i, c in enumerate(channels)]


def material(*groups, session="gala", registered=50, **others):
    stays = tuple(one for group in groups for one in group)
    return SessionMaterial(
        session=session,
        window=window(),
        registered=registered,
        percent=80,
        delegations=DELEGATIONS,
        stays=stays,
        **others,
    )


def session(*groups, **others):
    """The exact figures."""
    return count_session(material(*groups, **others)).statistics
