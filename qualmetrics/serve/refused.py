"""Why a request gets no scores, as an HTTP status and a sentence; raised anywhere in a handler."""

from __future__ import annotations

KINDS = {
    400: "json",
    401: "token",
    403: "origin",
    404: "not_found",
    408: "slow_request",
    413: "too_large",
    415: "encoding",
    421: "host",
    422: "validation",
    424: "scorer",
    500: "defect",
    503: "overloaded",
    504: "deadline",
}
"""What ``error_type`` says for each status."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """An answer other than 200."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after

    @property
    def kind(self) -> str:
        """One word for programs."""
        return KINDS.get(self.status, "error")
