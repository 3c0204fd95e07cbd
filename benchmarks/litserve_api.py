"""What ``server.py`` gives to LitServe, in a module of its own because LitServe pickles it."""

from __future__ import annotations

from typing import Any

import litserve


class Api(litserve.LitAPI):
    """Scores batches of one text a request."""

    model: str = "dummy"

    def setup(self, device: Any) -> None:
        """Load in the worker process."""
        from server import catalogue

        self.scorers = list(catalogue(self.model).load().values())

    def decode_request(self, request) -> Any:  # noqa: ANN001 - an annotation would be its schema
        """Return a text and its reference."""
        return request["query"][0], (request.get("labels") or [None])[0]

    def predict(self, rows: Any) -> Any:
        """Score a batch."""
        texts, references = zip(*rows, strict=True)
        beside = None if references[0] is None else references
        found = [scorer(texts, beside).primary.tolist() for scorer in self.scorers]
        return found[-1]

    def encode_response(self, output: Any) -> Any:
        """Return one answer."""
        return {"rewards": [output]}
