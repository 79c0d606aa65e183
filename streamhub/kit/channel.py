"""By which way a person attends."""

from enum import StrEnum


class Channel(StrEnum):
    """Ways to attend, in the order in which one counts: hall, else zoom, else web."""

    HALL = "hall"
    ZOOM = "zoom"
    WEB = "web"
