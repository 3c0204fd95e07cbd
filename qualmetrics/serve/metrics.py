"""What ``/metrics`` tells, in Prometheus' text format: counts and times, never a text."""

from __future__ import annotations

from typing import Any

from qualmetrics.errors import MissingExtraError

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Meters:
    """The meters of one server, in a registry of their own."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError:
            raise MissingExtraError("prometheus-client", "serve", "the server") from None
        self.registry = prometheus.CollectorRegistry()
        kept: dict[str, Any] = {"registry": self.registry, "namespace": "qualmetrics"}
        self._requests = prometheus.Counter(
            "requests", "Requests answered.", ("route", "status"), **kept
        )
        self._seconds = prometheus.Histogram(
            "request_seconds", "Time to answer.", ("route",), buckets=SECONDS, **kept
        )
        self._texts = prometheus.Counter("texts", "Texts scored.", ("scorer",), **kept)
        self._undefined = prometheus.Counter(
            "undefined_texts", "Texts whose score is undefined.", ("scorer",), **kept
        )
        self._refused = prometheus.Counter("refused", "Requests refused.", ("reason",), **kept)
        self._batch_texts = prometheus.Histogram(
            "batch_texts", "Texts in a batch.", buckets=ITEMS, **kept
        )
        self._batch_seconds = prometheus.Histogram(
            "batch_seconds", "Time to score a batch.", buckets=SECONDS, **kept
        )
        self._waiting = prometheus.Gauge("waiting_texts", "Texts in the queue.", **kept)
        self._open = prometheus.Gauge("open_requests", "Requests being answered.", **kept)
        self._restarts = prometheus.Counter(
            "worker_restarts", "Workers started again after they ended.", **kept
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def scored(self, name: str, n: int, n_undefined: int) -> None:
        """Texts were scored."""
        self._texts.labels(name).inc(n)
        if n_undefined:
            self._undefined.labels(name).inc(n_undefined)

    def batch(self, n: int, seconds: float) -> None:
        """A batch was scored."""
        self._batch_texts.observe(n)
        self._batch_seconds.observe(seconds)

    def waiting(self, n: int) -> None:
        """So many texts are in the queue now."""
        self._waiting.set(n)

    def open(self, n: int) -> None:
        """So many requests are being answered now."""
        self._open.set(n)

    def refused(self, reason: str) -> None:
        """A request was turned away."""
        self._refused.labels(reason).inc()

    def restarted(self) -> None:
        """A worker is started again."""
        self._restarts.inc()

    def page(self) -> bytes:
        """Return the page."""
        import prometheus_client as prometheus

        text: bytes = prometheus.generate_latest(self.registry)
        return text
