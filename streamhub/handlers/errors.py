"""The one table from errors to HTTP statuses, and problem documents (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import hdrs, web

from streamhub.kit import errors
from streamhub.kit.clock import rfc3339

HTTP_STATUS: dict[type[errors.StreamhubError], int] = {
    errors.TokenInvalid: 401,
    errors.TokenExpired: 401,
    errors.TokenNotYetValid: 403,
    errors.DoorsClosed: 403,
    errors.WrongSession: 403,
    errors.InvitationRevoked: 410,
    errors.Removed: 403,
    errors.DeviceLimit: 409,
    errors.RoleForbidden: 403,
    errors.UnknownSession: 404,
    errors.CodeUnknown: 404,
    errors.CrossOrigin: 403,
    errors.InsecureOrigin: 403,
    errors.RateLimited: 429,
    errors.StorageUnavailable: 503,
    errors.FieldInvalid: 422,
    errors.StateConflict: 409,
    errors.LinkRefused: 422,
    errors.NotConfigured: 503,
    errors.MailUnavailable: 503,
    errors.NotFound: 404,
    errors.FileInvalid: 422,
    errors.SettingInvalid: 500,
    errors.OpensLater: 403,
    errors.SignatureMissing: 401,
    errors.SignatureStale: 401,
    errors.BodyUnreadable: 400,
    errors.StreamhubError: 500,
}

Headers = Mapping[str, str]

PROBLEM = "application/problem+json"
_TITLES = {
    "token_invalid": "No valid invitation",
    "token_expired": "The invitation is over",
    "rate_limited": "Too many tries",
    "field_invalid": "A field is not valid",
    "storage_unavailable": "Nothing could be stored",
}
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
RETRY_AFTER_STORAGE = 5  # seconds


def status_of(error: errors.StreamhubError) -> int:
    """The status of an error: that of its class, else that of the nearest class above."""
    return next(HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS)


def problem(error: errors.StreamhubError) -> web.Response:
    """The problem document of an error."""
    document: dict[str, Any] = _document(error.code, status_of(error), str(error))
    headers: dict[str, str] = {}
    if isinstance(error, errors.OpensLater) and error.opens_at is not None:
        document["opens_at"] = rfc3339(error.opens_at)
    if isinstance(error, errors.InvitationRevoked) and error.replaced:
        document["replaced"] = True
    if isinstance(error, errors.LinkRefused):
        document["reason"] = error.reason
    if isinstance(error, errors.FieldInvalid):
        document["errors"] = [{"field": p.field, "message": p.message} for p in error.problems]
    if isinstance(error, errors.FileInvalid):
        document["errors"] = [
            {"file": p.file, "line": p.line, "field": p.field or "", "message": str(p)}
            for p in error.problems
        ]
    if isinstance(error, errors.RateLimited):
        headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    if isinstance(error, errors.StorageUnavailable):
        headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_STORAGE)
    return _answer(document, headers)


def http_problem(error: web.HTTPException) -> web.Response:
    """The problem document of an answer that aiohttp itself gives: 404, 405, 413, 415."""
    code = _HTTP_CODES.get(error.status, "bad_request")
    allowed: Headers = {hdrs.ALLOW: error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else {}
    return _answer(_document(code, error.status, error.reason), allowed)


def internal_problem() -> web.Response:
    """What anybody is told of a fault of ours: nothing but that there was one."""
    return _answer(_document("internal", 500, "a fault of this service; it is in its log"), {})


def _document(code: str, status: int, detail: str) -> dict[str, Any]:
    title = _TITLES.get(code, code.replace("_", " ").capitalize())
    return {
        "type": f"urn:streamhub:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def _answer(document: dict[str, Any], headers: Headers) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document),
        status=document["status"],
        content_type=PROBLEM,
        headers={hdrs.CACHE_CONTROL: "no-store", **headers},
    )
