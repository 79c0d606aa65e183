"""The policy of the one page that runs Zoom's own program.

Source: developers.zoom.us/docs/contact-center/web/get-started, which states it for any Zoom web SDK.
It allows far more than our other pages do, so it stands on no other route.
"""

from dataclasses import dataclass

from streamhub.handlers.headers import PagePolicy

ZOOM_CSP = (
    "default-src 'self'; base-uri 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' https://zoom.us *.zoom.us "
    "dmogdx0jrul3u.cloudfront.net blob:; connect-src 'self' https://zoom.us https://*.zoom.us "
    "wss://*.zoom.us; img-src 'self' https:; media-src 'self' https:; font-src 'self' https:"
)
"""Zoom's words."""

OURS = "; frame-ancestors 'none'; form-action 'self'"
"""What Zoom leaves open and we do not."""

_HERE = '(self "https://zoom.us" "https://*.zoom.us")'
_DEVICES = ("camera", "microphone", "display-capture", "autoplay", "fullscreen", "picture-in-picture")

EMBEDDER = "Cross-Origin-Embedder-Policy"


@dataclass(frozen=True, slots=True)
class ZoomPolicy(PagePolicy):
    """Zoom's scripts, and camera, microphone and screen once the person allows them."""

    def csp(self) -> str:
        """Zoom's published policy, and no frame around it."""
        return ZOOM_CSP + OURS

    def permissions(self) -> str:
        """Devices for this page and Zoom's."""
        return ", ".join([*(f"{name}={_HERE}" for name in _DEVICES), "geolocation=(), payment=(), usb=()"])
