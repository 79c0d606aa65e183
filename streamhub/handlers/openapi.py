"""``openapi.json`` (OpenAPI 3.1), made from the route table: it lists exactly what exists."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from streamhub.handlers.routing import Route

_PARAMETER = re.compile(r"\{(\w+)\}")
PROBLEM = "#/components/schemas/Problem"


class FieldError(msgspec.Struct):
    """One field that is wrong."""

    field: str
    message: str


class Problem(msgspec.Struct, omit_defaults=True):
    """An error (RFC 9457) with its stable code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = []
    opens_at: str | None = None
    reason: str | None = None


def document(routes: Iterable[Route], public_url: str, version: str) -> dict[str, Any]:
    """The whole description of the HTTP interface."""
    routes = list(routes)
    kinds = {kind for route in routes for kind in (route.body, route.answer) if kind is not None}
    ordered = sorted(kinds, key=str)
    schemas, components = msgspec.json.schema_components(
        [*ordered, Problem], ref_template="#/components/schemas/{name}"
    )
    by_kind: dict[type[Any], Any] = dict(zip([*ordered, Problem], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": "streamhub", "version": version, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-streamhub"},
            },
        },
    }


def _path(route: Route) -> str:
    return re.sub(r"\{(\w+):[^}]+\}", r"{\1}", route.path)


def _words(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", path.lower()).strip("_")


def _operation(route: Route, by_kind: dict[type[Any], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}_{_words(_path(route))}",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PARAMETER.findall(_path(route))
        ]
        + [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query],
        "responses": _responses(route, by_kind),
        "x-roles": "anybody" if route.allow is None else sorted(route.allow),
    }
    if route.allow is not None:
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route, by_kind[route.body])}
    return operation


def _content(route: Route, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON schema
    return {"application/x-www-form-urlencoded" if route.form else "application/json": {"schema": schema}}


def _responses(route: Route, by_kind: dict[type[Any], Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done"}
    if route.page:
        answer["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif route.answer is not None:
        answer["content"] = {"application/json": {"schema": by_kind[route.answer]}}
    refused: dict[str, Any] = {"description": "Refused; `code` says why"}
    if not route.page:
        refused["content"] = {"application/problem+json": {"schema": {"$ref": PROBLEM}}}
    return {str(route.status): answer, "4XX": refused}
