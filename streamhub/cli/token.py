"""``token inspect`` and ``token verify``."""

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path

import click

from streamhub.access import keys, tokens
from streamhub.access.keys import KeyRefused, VerifyingKey
from streamhub.access.model import Verdict
from streamhub.cli import config_option, run
from streamhub.cli.folder import DEFAULT_URL, open_folder, settings_of
from streamhub.cli.secret import many_secrets, one_secret
from streamhub.kit.clock import SECOND, SystemClock, rfc3339
from streamhub.kit.errors import StreamhubError
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import SessionSlug

_TIMES = ("nbf", "iat", "exp")
LATEST_SECOND = 253_402_300_799  # the last one of the year 9999


@click.group()
def token() -> None:
    """Look into tokens and check them."""


@token.command()
@config_option
@click.option("--session", help="Would it open this session?")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.argument("text", metavar="TOKEN", required=False)
def inspect(config: Path | None, data: Path, session: str | None, text: str | None, *, as_json: bool) -> None:
    """Explain a token: what it claims, who signed it, why it would be refused."""
    given = one_secret(text)
    verdict, own = run(_verdict(config, data, given, session))
    header, claims = _segment(given, 0), _segment(given, 1)
    if as_json:
        found = {"header": header, "claims": claims, "valid": verdict.valid, "code": verdict.code}
        more = {"reason": verdict.reason or None, "signer": verdict.signer}
        click.echo(json.dumps(found | more, ensure_ascii=False, indent=2))
    else:
        _explain(verdict, header, claims, own)
    raise SystemExit(0 if verdict.valid else 1)


@token.command()
@config_option
@click.option(
    "--jwks",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The key set (RFC 7517) that must have signed.",
)
@click.option("--raw", is_flag=True, help="Check the JWS alone: no claims, no typ.")
@click.argument("texts", metavar="[TOKEN]...", nargs=-1)
def verify(config: Path | None, data: Path, jwks: Path, texts: tuple[str, ...], *, raw: bool) -> None:
    """Say ok or refused for each token; - reads them from standard input, one a line."""
    try:
        loaded = keys.load_jwks(jwks.read_bytes())
    except KeyRefused as error:
        raise click.UsageError(f"{jwks.name}: the key set is refused: {error}") from None
    check = _raw(loaded) if raw else _strict(loaded, _issuer(config, data))
    codes = [_code(check, text) for text in many_secrets(texts)]
    for code in codes:
        click.echo("ok" if code is None else f"refused {code}")
    raise SystemExit(1 if any(codes) else 0)


def _raw(loaded: tuple[VerifyingKey, ...]) -> Callable[[str], object]:
    return lambda text: tokens.verify_raw(text, loaded)


def _strict(loaded: tuple[VerifyingKey, ...], issuer: str) -> Callable[[str], object]:
    known, clock = keys.key_set(issuer, loaded), SystemClock()
    return lambda text: tokens.decode(text, known, clock.now())


def _code(check: Callable[[str], object], text: str) -> str | None:
    """The code of the refusal, or None."""
    try:
        check(text)
    except StreamhubError as error:
        return error.code
    return None


def _issuer(config: Path | None, data: Path) -> str:
    folder = DataFolder(data)
    settings = settings_of(config, folder)
    return settings.issuer or settings.public_url or folder.url() or DEFAULT_URL


async def _verdict(config: Path | None, data: Path, text: str, session: str | None) -> tuple[Verdict, str]:
    """What is thought of the token, and the name under which we sign."""
    async with open_folder(config, data) as use:
        slug = None if session is None else SessionSlug(session)
        return await use.access.verify(text, slug), use.access.signer.issuer


def _segment(text: str, which: int) -> object:
    """What a segment holds, checked by nobody; None when it is not JSON."""
    segments = text.split(".")
    if which >= len(segments):
        return None
    try:
        padded = segments[which] + "=" * (-len(segments[which]) % 4)
        return json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        return None


def _explain(verdict: Verdict, header: object, claims: object, own: str) -> None:
    kid = header.get("kid") if isinstance(header, dict) else None
    click.echo(f"signed by: {_signer(verdict.signer, own, kid)}")
    for title, found in (("header", header), ("claims", claims)):
        click.echo(f"{title}:" if isinstance(found, dict) else f"{title}: not readable")
        for name, value in found.items() if isinstance(found, dict) else ():
            click.echo(f"  {name}: {_shown(name, value)}")
    if verdict.valid:
        click.echo("good now")
    else:
        click.echo(f"refused: {verdict.code} ({verdict.reason}: {verdict.explanation})")


def _signer(signer: str | None, own: str, kid: object) -> str:
    if signer is None:
        return "nobody we know"
    return f"our key {kid}" if signer == own else f"key {kid} of {signer}"


def _shown(name: str, value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    if name in _TIMES and isinstance(value, int) and 0 <= value <= LATEST_SECOND:
        return f"{text} ({rfc3339(value * SECOND)})"
    return text
