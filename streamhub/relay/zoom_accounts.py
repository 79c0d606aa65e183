"""Zoom accounts: named by the organiser, chosen per source, none of them required.

A TOML file with one table for each, named by ``zoom_accounts_file``::

    [ville]
    account_id = "Acc0unt-Id"
    client_id = "…"            # of a Server-to-Server OAuth app
    client_secret = "…"
    secret_token = "…"         # of its event subscription; checks what Zoom sends us
    email_domain = "delegues.example.org"   # registrants get addresses here, never their own
    sdk_key = "…"              # client id of an app with Meeting SDK in the same account
    sdk_secret = "…"

What is missing stays off: without ``secret_token`` no webhook is taken, without the first
three nothing is asked from Zoom, without the last two nobody joins in our page. Source: Zoom
Marketplace, Server-to-Server OAuth and General app.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamhub.kit.errors import SettingInvalid

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DOMAIN = re.compile(r"(?=.{4,190}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_FIELDS = frozenset(
    {"account_id", "client_id", "client_secret", "secret_token", "email_domain", "sdk_key", "sdk_secret"}
)
_OAUTH = ("account_id", "client_id", "client_secret")
_SDK = frozenset({"sdk_key", "sdk_secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomAccount:
    """One account; its secrets are kept out of ``repr``, hence of logs."""

    name: str
    account_id: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    secret_token: str = field(default="", repr=False)
    email_domain: str = ""
    sdk_key: str = ""
    sdk_secret: str = field(default="", repr=False)

    @property
    def embeds(self) -> bool:
        """Whether its meetings can be joined in our page."""
        return bool(self.sdk_secret)

    @property
    def asks(self) -> bool:
        """Whether Zoom can be asked: for registrants and reports."""
        return bool(self.client_secret)

    @property
    def hears(self) -> bool:
        """Whether what Zoom sends can be checked, hence taken."""
        return bool(self.secret_token)


def load_accounts(file: Path) -> tuple[ZoomAccount, ...]:
    """The accounts of a file, in its order; raises SettingInvalid naming what is wrong."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingInvalid(f"zoom_accounts_file: {file}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(f"zoom_accounts_file: {file}: {error}") from None
    return tuple(_account(name, table) for name, table in tables.items())


def _account(name: str, table: object) -> ZoomAccount:
    if not _NAME.fullmatch(name):
        raise _wrong(name, "an account is named by small letters, digits and -")
    if not isinstance(table, Mapping):
        raise _wrong(name, "must be a table")
    given: Mapping[str, Any] = table
    if unknown := sorted(given.keys() - _FIELDS):
        raise _wrong(name, f"no such entry: {', '.join(unknown)}")
    for entry, value in given.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise _wrong(name, f"{entry} must be a text")
    missing = [entry for entry in _OAUTH if entry not in given]
    if len(missing) not in {0, len(_OAUTH)}:
        raise _wrong(name, f"{', '.join(missing)}: account_id, client_id and client_secret go together")
    if len(_SDK - given.keys()) == 1:
        raise _wrong(name, "sdk_key and sdk_secret go together")
    if not missing and "email_domain" not in given:
        raise _wrong(name, "email_domain: name a domain of yours, under which registrants get addresses")
    if "email_domain" in given and not _DOMAIN.fullmatch(given["email_domain"]):
        raise _wrong(name, "email_domain must be a domain such as delegues.example.org")
    return ZoomAccount(name=name, **{entry: value.strip() for entry, value in given.items()})


def _wrong(name: str, what: str) -> SettingInvalid:
    return SettingInvalid(f"zoom_accounts_file: [{name}]: {what}")
