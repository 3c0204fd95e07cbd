"""What a server is told: where it listens, who may ask, and how much of everything it takes."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, fields

from qualmetrics.errors import InputError

LOOPBACK_NAMES = ("localhost",)
TOKEN_LENGTH = 16
"""A shorter token could be guessed."""


@dataclass(frozen=True)
class Settings:
    """All that can be chosen about a server; wrong values are refused when it is made.

    Parameters
    ----------
    host, port
        Where it listens; port 0 takes a free one. Any address but a loopback one needs a token.
    token
        What requests must carry: ``Authorization: Bearer``, ``X-API-Key``, or ``/t/TOKEN`` before
        the path for clients that send no header.
    reward
        Which scorer ``/get_reward``, ``/predict``, ``/rerank`` and ``/similarity`` answer with;
        by default the first.
    undefined
        What an undefined row is worth in ``/get_reward``, whose clients read numbers only. None
        answers null.
    strip
        Whether ``/get_reward`` takes the prompt and special tokens off each query, which OpenRLHF
        sends with both.
    workers
        Processes that score. Each loads its own copy of every scorer.
    max_body, max_items, max_characters
        Limits of one request: bytes, texts, and characters of one text.
    max_connections, max_queue, max_queue_characters
        What is held at once: requests, texts that wait, and their characters. What is beyond is
        answered 503 with Retry-After.
    batch_items, batch_characters, batch_wait
        Requests that ask for the same scorers go through them together, up to so many texts and
        characters; seconds that a batch waits for more when several came together before.
    deadline
        Seconds after which a request is answered 504.
    patience
        Seconds after which a batch counts as hung: its process is ended, its rows tried singly.
    exact
        Whether scorers whose laws allow a difference between batches (neural ones, 1e-6) score
        each request by itself, so that answers equal the library's to the last bit. Without it
        they share batches, which is faster on a GPU.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    reward: str | None = None
    undefined: float | None = None
    strip: bool = True
    workers: int = 1
    max_body: int = 2_000_000
    max_items: int = 256
    max_characters: int = 100_000
    max_connections: int = 1024
    max_queue: int = 2048
    max_queue_characters: int = 16_000_000
    batch_items: int = 64
    batch_characters: int = 65_536
    batch_wait: float = 0.004
    deadline: float = 30.0
    patience: float = 10.0
    exact: bool = True

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            least = 0 if item.name in ("port", "batch_wait") else 1
            if item.type == "int" and (type(value) is not int or value < least):
                raise InputError(f"{item.name} must be a whole number from {least}; got {value!r}")
            seconds = value if item.type == "float" else 1.0
            if not (math.isfinite(seconds) and (seconds > 0 or seconds == least)):
                raise InputError(f"{item.name} must be a number of seconds; got {value!r}")
        if self.undefined is not None and not math.isfinite(self.undefined):
            raise InputError(f"undefined must be a finite number; got {self.undefined!r}")
        _check_token(self.token)
        if not is_loopback(self.host) and self.token is None:
            raise InputError(
                f"{self.host} can be reached from other machines, so a token is required: put one "
                f"of at least {TOKEN_LENGTH} characters into QUALMETRICS_TOKEN or a file named by "
                "--token-file, or listen on 127.0.0.1"
            )


def _check_token(token: str | None) -> None:
    if token is None:
        return
    plain = all("!" <= c <= "~" and c not in "/?#%" for c in token)  # it stands in paths
    if not plain or len(token) < TOKEN_LENGTH:
        raise InputError(
            f"a token is {TOKEN_LENGTH} or more visible ASCII characters without / ? # %; make one "
            "with: python -c 'import secrets; print(secrets.token_urlsafe())'"
        )


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine only."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
