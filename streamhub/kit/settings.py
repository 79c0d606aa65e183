"""Settings: each declared once with its default and its help.

Order of precedence, the later wins: default, ``summit.toml``, the TOML file,
``STREAMHUB_<NAME>`` in the environment, an option of the command line. An unknown
name or a bad value stops the start and names itself.
"""

import dataclasses
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streamhub.kit.errors import SettingInvalid
from streamhub.kit.setting_forms import as_browsers_write, is_host, is_instant, is_network, is_origin

PREFIX = "STREAMHUB_"
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_NOT_SETTINGS = frozenset(
    {"STREAMHUB_TOKEN", "STREAMHUB_DATA", "STREAMHUB_CONFIG", "STREAMHUB_LONG", "STREAMHUB_BROWSER"}
)


DEVICE_POLICIES = ("refuse", "replace_oldest", "take_over")
"""What may be done with one device too many: the words of ``access.model.DevicePolicy``."""


SMTP_SECURITY = ("starttls", "tls", "none")
"""How a mail server is talked to; in the open only where it is this machine."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

HIDDEN = "…"
"""What is shown instead of a secret."""

MAX_PORT = 65_535


def setting(  # typed by the field
    default: Any,  # noqa: ANN401
    help_text: str,
    *,
    minimum: int | None = None,
    of_summit: bool = False,
    secret: bool = False,
) -> Any:  # noqa: ANN401
    """Declare one setting; ``of_summit`` ones may also stand in ``summit.toml``.

    ``secret`` ones are never shown.
    """
    return field(
        default=default,
        metadata={"help": help_text, "minimum": minimum, "of_summit": of_summit, "secret": secret},
        repr=not secret,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of the service."""

    public_url: str = setting(
        "", "Address under which people reach this service. Empty: http://127.0.0.1:<port>."
    )
    issuer: str = setting("", "Issuer written into join tokens. Empty: public_url.")
    log_level: str = setting("info", "debug, info, warning or error.")
    metrics: bool = setting(
        False, "Answer GET /metrics (Prometheus) to whoever reaches this port: how busy it is, nobody's data."
    )
    doors_minutes: int = setting(
        30, "Minutes before the start at which a session's page opens.", minimum=0, of_summit=True
    )
    overrun_minutes: int = setting(
        60, "Minutes after the planned end at which an automatic session ends.", minimum=0, of_summit=True
    )
    grace_seconds: int = setting(
        20, "Silence after which a delegate is counted as gone.", minimum=1, of_summit=True
    )
    unstable_seconds: int = setting(
        12, "Silence after which a line is shown as unstable.", minimum=1, of_summit=True
    )
    heartbeat_seconds: int = setting(8, "Seconds between two pings to each open page.", minimum=1)
    restart_gap_seconds: int = setting(
        60,
        "After a restart, a delegate back within this time was never away.",
        minimum=0,
        of_summit=True,
    )
    disclosure_threshold: int = setting(
        5, "Published numbers from 1 to one below this are hidden; 0 hides none.", minimum=0, of_summit=True
    )
    attended_percent: int = setting(
        80, "Share of the session that counts as having followed it.", minimum=1, of_summit=True
    )
    identities_days: int = setting(
        30, "Days after the summit for which names and e-mails are kept.", minimum=1, of_summit=True
    )
    stays_days: int = setting(
        365, "Days after the summit for which single stays are kept.", minimum=1, of_summit=True
    )
    device_limit: int = setting(2, "Devices on which one link may be open at once.", minimum=1)
    device_policy: str = setting(
        "replace_oldest",
        "One device more than that: refuse it, replace_oldest, or take_over from all others"
        " (then one device, unless an invitation says otherwise).",
    )
    enforce_seats: bool = setting(
        False,
        "Let in no more remote people of a delegation than it has seats; the next ones wait.",
        of_summit=True,
    )
    access_requests_until: str = setting(
        "",
        "Until when the press and members of delegations may ask to be let in, as"
        " 2021-10-29T18:00:00+02:00; empty: not at all.",
        of_summit=True,
    )
    access_requests_per_minute: int = setting(
        10, "Requests for access per minute from one address before its sender must wait.", minimum=1
    )
    peertube_hosts: tuple[str, ...] = setting((), "Hosts of PeerTube servers whose videos may be shown.")
    hls_hosts: tuple[str, ...] = setting((), "Hosts of HLS streams (.m3u8) that may be shown.")
    stream_hosts: tuple[str, ...] = setting(
        (), "Hosts of plain audio streams (.mp3, .aac, .ogg, .opus, .m4a, a mount of Icecast, or HLS)."
    )
    dailymotion_player_id: str = setting(
        "", "Player ID that Dailymotion asks for in embeds; empty: link only."
    )
    youtube_api_key: str = setting(
        "", "Key of the YouTube Data API v3 for its counts; empty: none are read.", secret=True
    )
    youtube_units_per_day: int = setting(10_000, "Units of that key's quota per day.", minimum=1)
    facebook_page: str = setting("", "Number of the Facebook page whose lives are shown, for its counts.")
    facebook_token: str = setting(
        "", "Token of that page with pages_read_engagement; empty: none are read.", secret=True
    )
    platform_days: int = setting(
        30, "Days after which what platforms reported is forgotten; YouTube's terms ask for 30.", minimum=1
    )
    zoom_accounts_file: str = setting(
        "", "TOML file of the Zoom accounts that are asked and heard; empty: none (docs/operations.md)."
    )
    zoom_register_days: int = setting(
        7, "Days before a session from which people are registered for its Zoom meeting.", minimum=0
    )
    zoom_embedded: bool = setting(
        False,
        "Let people at a computer join Zoom in our page, where the account has sdk_key and sdk_secret.",
    )
    zoom_isolated: bool = setting(
        False, "Isolate that page (COEP) for Zoom's larger pictures; without it everything else works."
    )
    stand_ins: tuple[str, ...] = setting(
        (),
        "For tests and demonstrations: local servers in place of platforms, as youtube=http://127.0.0.1:9000.",
    )
    smtp_host: str = setting("", "Mail server that takes the mails of `invite send`; empty: no mail.")
    smtp_port: int = setting(587, "Its port: usually 587 for starttls, 465 for tls.", minimum=1)
    smtp_security: str = setting(
        "starttls", "How it is talked to: starttls, tls, or none (only where it is this machine)."
    )
    smtp_user: str = setting("", "User name there; empty: none is asked for.")
    smtp_password: str = setting("", "Password there. Better in the environment than in a file.", secret=True)
    smtp_from: str = setting("", "Address from which mails come, such as `links@summit.example`.")
    smtp_seconds: int = setting(30, "Seconds to wait for an answer of the mail server.", minimum=1)
    mail_per_minute: int = setting(30, "Mails per minute at the most; providers refuse bursts.", minimum=1)
    verify_per_minute: int = setting(
        60,
        "Wrong codes or tokens per minute from one address before their sender must wait.",
        minimum=1,
    )
    link_per_minute: int = setting(
        60, "Tries per minute with one and the same link or token before it must wait.", minimum=1
    )
    connections_per_token: int = setting(
        30, "Pages that one link or token may have open at once, on all its devices.", minimum=1
    )
    sockets_per_token_second: int = setting(
        50, "New pages that one link or token may open per second.", minimum=1
    )
    sockets_per_address_second: int = setting(
        200, "New sockets per second from one address that have not shown a good token.", minimum=1
    )
    trusted_proxies: tuple[str, ...] = setting(
        (), "Addresses or networks of proxies whose X-Forwarded-For is believed."
    )
    issuers_file: str = setting("", "TOML file of other issuers whose tokens are taken; empty: none.")
    live_outbox_bytes: int = setting(256_000, "Unsent bytes at which a slow page is cut.", minimum=10_000)
    live_messages_per_second: int = setting(10, "Messages that one page may send per second.", minimum=1)
    live_controls_per_second: int = setting(
        20, "Control frames that one page may send per second.", minimum=1
    )
    live_message_bytes: int = setting(16_384, "Size of the largest message of a page.", minimum=1_024)
    live_hello_seconds: int = setting(10, "Seconds in which a page must say who it is.", minimum=1)
    live_direct_frames: bool = setting(
        True, "Write one ready-made frame to every page; false uses the library's own sending."
    )
    head_seconds: int = setting(
        15, "Seconds in which the head of a connection's first request must be whole.", minimum=1
    )
    body_bytes: int = setting(65_536, "Size of the largest request body.", minimum=1_024)
    upload_bytes: int = setting(10_485_760, "Size of the largest uploaded file.", minimum=1_024)
    drain_seconds: int = setting(8, "Seconds that an orderly stop may take at the most.", minimum=1)

    def check(self) -> None:
        """Raise SettingInvalid for values that are wrong together or by form."""
        if self.public_url and not is_origin(self.public_url):
            raise SettingInvalid("public_url: must be an origin such as https://live.example.org")
        if self.unstable_seconds > self.grace_seconds:
            raise SettingInvalid("unstable_seconds: must not be above grace_seconds")
        if self.device_policy not in DEVICE_POLICIES:
            raise SettingInvalid(f"device_policy: must be one of {', '.join(DEVICE_POLICIES)}")
        for proxy in self.trusted_proxies:
            if not is_network(proxy):
                raise SettingInvalid(f"trusted_proxies: {proxy} is no address or network such as 10.0.0.0/8")
        if self.access_requests_until and not is_instant(self.access_requests_until):
            raise SettingInvalid("access_requests_until: must be a time such as 2021-10-29T18:00:00+02:00")
        if self.attended_percent > 100:  # noqa: PLR2004 - per cent
            raise SettingInvalid("attended_percent: must not be above 100")
        self._check_platforms()
        self._check_mail()

    def stand_in(self, platform: str) -> str:
        """The origin of the local server in place of a platform; empty for the platform itself."""
        return dict(one.split("=", 1) for one in self.stand_ins).get(platform, "")

    def _check_platforms(self) -> None:
        for name in ("peertube_hosts", "hls_hosts", "stream_hosts"):
            for host in getattr(self, name):
                if not is_host(host):
                    raise SettingInvalid(
                        f"{name}: {host} is not the name of a host such as video.example.org"
                    )
        for one in self.stand_ins:
            _, equals, origin = one.partition("=")
            if not equals or not is_origin(origin) or urlsplit(origin).hostname not in LOOPBACK:
                raise SettingInvalid(f"stand_ins: {one} is not such as youtube=http://127.0.0.1:9000")
        if bool(self.facebook_page) != bool(self.facebook_token):
            raise SettingInvalid("facebook_page: goes with facebook_token, neither without the other")
        if self.facebook_page and not self.facebook_page.isdigit():
            raise SettingInvalid("facebook_page: must be the number of the page")

    def _check_mail(self) -> None:
        if self.smtp_security not in SMTP_SECURITY:
            raise SettingInvalid(f"smtp_security: must be one of {', '.join(SMTP_SECURITY)}")
        if self.smtp_host and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            raise SettingInvalid("smtp_security: none only where smtp_host is this machine")
        if self.smtp_port > MAX_PORT:
            raise SettingInvalid(f"smtp_port: must not be above {MAX_PORT}")
        if self.smtp_host and not _ADDRESS.fullmatch(self.smtp_from):
            raise SettingInvalid("smtp_from: must be an address such as links@summit.example")


@dataclass(frozen=True, slots=True)
class SettingOrigin:
    """One setting with its value, unless that is a secret, and where it came from."""

    name: str
    value: Any
    origin: str
    help_text: str
    default: Any


def load_settings(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    summit: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[Settings, tuple[SettingOrigin, ...]]:
    """Gather the settings and say where each came from.

    ``file`` must exist when it is given. Raises SettingInvalid naming the setting.
    """
    environment = os.environ if environment is None else environment
    layers = [
        ("summit.toml", dict(summit or {})),
        (str(file), _read_toml(file) if file else {}),
        ("environment", _from_environment(environment)),
        ("option", {k: v for k, v in (options or {}).items() if v is not None}),
    ]
    values: dict[str, tuple[Any, str]] = {}
    for origin, layer in layers:
        for name, raw in layer.items():
            values[name] = (_value(name, raw, origin), origin)
    settings = Settings(**{name: value for name, (value, _) in values.items()})
    settings.check()
    return settings, tuple(_origins(settings, values))


def declared() -> tuple[dataclasses.Field[Any], ...]:
    """Every declared setting, in order."""
    return dataclasses.fields(Settings)


def summit_setting_names() -> frozenset[str]:
    """The settings that may also stand in ``summit.toml``."""
    return frozenset(f.name for f in declared() if f.metadata["of_summit"])


def _origins(settings: Settings, values: Mapping[str, tuple[Any, str]]) -> list[SettingOrigin]:
    return [
        SettingOrigin(
            f.name,
            _shown(f, getattr(settings, f.name)),
            values[f.name][1] if f.name in values else "default",
            f.metadata["help"],
            f.default,
        )
        for f in declared()
    ]


def _shown(declared_field: dataclasses.Field[Any], value: Any) -> Any:  # noqa: ANN401
    return HIDDEN if declared_field.metadata["secret"] and value else value


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingInvalid(f"{file}: no such file") from None
    except UnicodeDecodeError:
        raise SettingInvalid(f"{file}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingInvalid(f"{file}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS
    }


def _value(name: str, raw: Any, origin: str) -> Any:  # noqa: ANN401 - one of the declared types
    known = {f.name: f for f in declared()}
    if name not in known:
        raise SettingInvalid(f"{name}: no such setting ({origin})")
    declared_field = known[name]
    value = _converted(name, raw, type(declared_field.default), origin)
    minimum = declared_field.metadata["minimum"]
    if minimum is not None and value < minimum:
        raise SettingInvalid(f"{name}: must be at least {minimum} ({origin})")
    return value


def _converted(name: str, raw: Any, kind: type, origin: str) -> Any:  # noqa: ANN401
    if kind is tuple:
        items = raw.split(",") if isinstance(raw, str) else raw
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(item.strip() for item in items if item.strip())
    elif kind is bool:
        if isinstance(raw, bool) or str(raw).lower() in {"true", "false", "1", "0"}:
            return raw if isinstance(raw, bool) else str(raw).lower() in {"true", "1"}
    elif kind is int and not isinstance(raw, bool):
        if isinstance(raw, int) or (isinstance(raw, str) and raw.strip().lstrip("-").isdecimal()):
            return int(raw)
    elif kind is str and isinstance(raw, str):
        if name == "public_url":
            return as_browsers_write(raw)
        return raw.strip().rstrip("/") if name == "issuer" else raw.strip()
    secret = any(f.name == name and f.metadata["secret"] for f in declared())
    raise SettingInvalid(f"{name}: {HIDDEN if secret else repr(raw)} is not {_KIND_WORDS[kind]} ({origin})")


_KIND_WORDS: dict[type, str] = {
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    tuple: "a list of texts",
}
