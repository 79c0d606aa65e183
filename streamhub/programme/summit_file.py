"""``summit.toml``: the event, its brand and contact, and settings of its own."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from streamhub.kit.errors import SettingInvalid
from streamhub.kit.settings import load_settings, summit_setting_names
from streamhub.kit.text import Localised, clean, localised
from streamhub.programme.colours import LEAST_CONTRAST, PAPER, contrast, is_colour
from streamhub.programme.files import SUMMIT_FILE
from streamhub.programme.local_time import parse_day, zone_of
from streamhub.programme.model import Summit, is_email, is_language, is_slug
from streamhub.programme.sheets import Findings

_KEYS = frozenset(
    {
        "slug",
        "timezone",
        "languages",
        "starts_on",
        "ends_on",
        "logo",
        "accent",
        "partners",
        "hashtag",
        "contact_name",
        "contact_phone",
        "contact_email",
        "represented",
    }
)
_LOCALISED = ("title", "fallback_text")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{2,30}")


def parse_summit(text: str, findings: Findings) -> Summit | None:
    """The summit of ``summit.toml``; None if it cannot be taken, the findings say why."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        said = f"{_AT_LINE.sub('', str(error))}; texts stand in quotes, and each key once"
        findings.error(SUMMIT_FILE, int(line[1]) if line else None, None, said)
        return None
    errors_before = len(findings.errors)
    keys = _Keys(text, table, findings)
    keys.warn_of_unknown()
    summit = Summit(
        slug=keys.slug(),
        titles=keys.localised("title", needed=True),
        timezone=keys.timezone(),
        languages=keys.languages(),
        starts_on=keys.day("starts_on"),
        ends_on=keys.day("ends_on"),
        logo=keys.text("logo"),
        accent=keys.accent(),
        partners=keys.texts("partners"),
        hashtag=keys.text("hashtag"),
        contact_name=keys.text("contact_name"),
        contact_phone=keys.matching("contact_phone", _PHONE.fullmatch, "is no telephone number"),
        contact_email=keys.matching("contact_email", is_email, "is no e-mail address"),
        fallback_text=keys.localised("fallback_text"),
        represented=keys.count("represented"),
        settings=keys.settings(),
    )
    if summit.starts_on and summit.ends_on and summit.ends_on < summit.starts_on:
        keys.wrong("ends_on", "is before starts_on")
    return summit if len(findings.errors) == errors_before else None


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of the file, each read with its own rule; reports with the key's line."""

    source: str
    table: Mapping[str, Any]
    findings: Findings

    def wrong(self, key: str, message: str) -> None:
        self.findings.error(SUMMIT_FILE, line_of(key, self.source), key, message)

    def warn_of_unknown(self) -> None:
        for key in self.table:
            prefix, _, language = key.rpartition("_")
            in_a_language = prefix in _LOCALISED and is_language(language)
            if not in_a_language and key not in _KEYS | summit_setting_names():
                self.findings.warn(
                    SUMMIT_FILE, line_of(key, self.source), key, "this key is not known and is passed over"
                )

    def text(self, key: str, *, needed: bool = False) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            self.wrong(key, "must be a text in quotes")
            return ""
        text = clean(value)
        if needed and not text:
            self.wrong(key, "is empty" if key in self.table else "is missing")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.wrong(key, 'must be a list of texts such as ["A", "B"]')
            return ()
        return tuple(text for text in map(clean, items) if text)

    def matching(self, key: str, fits: Callable[[str], object], message: str) -> str:
        value = self.text(key)
        if value and not fits(value):
            self.wrong(key, f"{value!r} {message}")
        return value

    def localised(self, prefix: str, *, needed: bool = False) -> Localised:
        keys = [key for key in self.table if key.startswith(f"{prefix}_")]
        french = f"{prefix}_fr"
        texts = {key: self.text(key, needed=needed and key == french) for key in keys}
        if needed and french not in texts:
            self.wrong(french, "is missing")
        return localised({key.removeprefix(f"{prefix}_"): text for key, text in texts.items()})

    def slug(self) -> str:
        value = self.text("slug", needed=True)
        if value and not is_slug(value):
            self.wrong("slug", f"{value!r}: small letters without accents, digits and hyphens, at most 63")
        return value

    def timezone(self) -> str:
        value = self.text("timezone", needed=True)
        try:
            zone_of(value)
        except ValueError as error:
            if value:
                self.wrong("timezone", str(error))
        return value

    def languages(self) -> tuple[str, ...]:
        given = self.texts("languages")
        for tag in given:
            if not is_language(tag):
                self.wrong("languages", f"{tag!r} is no language tag such as fr")
        titled = (key.removeprefix("title_") for key in self.table if key.startswith("title_"))
        return given or tuple(titled)

    def day(self, key: str) -> date | None:
        value = self.table.get(key)
        if isinstance(value, datetime):
            self.wrong(key, "must be a day without time, such as 2021-11-04")
        elif isinstance(value, date):
            return value
        elif text := self.text(key):
            try:
                return parse_day(text)
            except ValueError as error:
                self.wrong(key, str(error))
        return None

    def count(self, key: str) -> int | None:
        value = self.table.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.wrong(key, "must be a whole number, 0 or more")
        return None

    def accent(self) -> str:
        value = self.text("accent").lower()
        if value and not is_colour(value):
            self.wrong("accent", f"{value!r} is no colour of the form #1c4a9c")
        elif value and (found := contrast(value, PAPER)) < LEAST_CONTRAST:
            self.wrong(
                "accent",
                f"{value} has a contrast of {found:.1f} with white; text needs {LEAST_CONTRAST} or more",
            )
        return value

    def settings(self) -> tuple[tuple[str, int | str], ...]:
        """Checked together, and where they do not fit one by one, so that each is named."""
        given = {key: value for key, value in self.table.items() if key in summit_setting_names()}
        try:
            settings, _ = load_settings(environment={}, summit=given)
        except SettingInvalid as error:
            alone = {key: problem for key in given if (problem := _problem({key: given[key]}))}
            for key, problem in (alone or dict.fromkeys(given, str(error))).items():
                self.wrong(key, problem.removeprefix(f"{key}: ").removesuffix(" (summit.toml)"))
            return ()
        return tuple(sorted((key, getattr(settings, key)) for key in given))


def line_of(key: str, source: str) -> int | None:
    """The line of ``summit.toml`` on which a key stands."""
    found = re.search(rf"^[ \t]*\"?{re.escape(key)}\"?[ \t]*=", source, re.MULTILINE)
    return source.count("\n", 0, found.start()) + 1 if found else None


def _problem(settings: Mapping[str, Any]) -> str:
    try:
        load_settings(environment={}, summit=settings)
    except SettingInvalid as error:
        return str(error)
    return ""
