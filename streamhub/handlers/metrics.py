"""Figures of the service itself for Prometheus: how busy it is, never who is there or what was opened.

Labels are words of ours alone: methods, paths of the route table, statuses.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from streamhub.handlers.request import services
from streamhub.kit.clock import SECOND
from streamhub.kit.errors import NotFound
from streamhub.services import Services

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class Metrics:
    """What one server counts of itself."""

    def __init__(self, use: Services) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_Now(use))
        self.requests = Counter(
            "streamhub_http_requests", "Answers.", ("method", "path", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "streamhub_http_seconds", "Time to the answer.", buckets=SECONDS, registry=self.registry
        )

    def answered(self, request: web.Request, status: int, took_ms: int) -> None:
        """Count an answer, and how long all but sockets took."""
        resource = request.match_info.route.resource
        path = resource.canonical if resource is not None else "-"
        self.requests.labels(request.method if resource is not None else "-", path, status).inc()
        if status != HTTPStatus.SWITCHING_PROTOCOLS:  # a socket stays open
            self.seconds.observe(took_ms / SECOND)


METRICS: Final = web.AppKey("metrics", Metrics)


class _Now(Collector):
    """What is so at the moment of asking."""

    def __init__(self, use: Services) -> None:
        self._use = use

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        use = self._use
        yield GaugeMetricFamily("streamhub_live_pages", "Open live sockets.", len(use.hub))
        yield GaugeMetricFamily("streamhub_beating_pages", "Pages that beat over HTTP.", len(use.beats))
        yield GaugeMetricFamily("streamhub_writes_waiting", "Writes that wait.", use.db.waiting)
        yield GaugeMetricFamily("streamhub_ready", "New people may come.", use.started and not use.draining)


async def show(request: web.Request) -> web.Response:
    """GET /metrics. Raises NotFound where the setting is off."""
    if not services(request).settings.metrics:
        raise NotFound("metrics are switched off")
    body = generate_latest(request.app[METRICS].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
