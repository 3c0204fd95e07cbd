"""Policies for texts that are longer than an encoder reads: what is read, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError

KINDS = ("cut", "head+tail", "windows", "begin+middle+end")
MAX_WINDOWS = 64


@dataclass(frozen=True, slots=True)
class Policy:
    """What is read of a text that has more tokens than fit.

    ``cut`` reads the first ``max_tokens``; ``head+tail`` the first and the last half of them;
    ``windows`` all of it, in windows of ``max_tokens`` that start ``stride`` tokens apart (0 means
    half a window), up to 64 of them; the last one is moved back so that it is full.
    ``begin+middle+end`` reads three windows, evenly spaced, or two where these hold all of it.
    Special tokens count and are put around every window. A text of which something is left out has
    the status *truncated*.
    """

    kind: str = "cut"
    max_tokens: int = 256
    stride: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"policy {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.max_tokens < 4:
            raise InputError(f"max_tokens must be at least 4; got {self.max_tokens}")
        if not 0 <= self.stride <= self.max_tokens:
            raise InputError(
                f"stride must lie between 0 and max_tokens={self.max_tokens}; got {self.stride}"
            )
        if self.stride and self.kind != "windows":
            raise InputError(f"stride belongs to the policy 'windows', not to {self.kind!r}")

    @property
    def several(self) -> bool:
        """True where a text may go through the encoder in several windows."""
        return self.kind in ("windows", "begin+middle+end")

    @property
    def part(self) -> str:
        """Piece of the signature: ``cut:256``, ``head+tail:256`` or ``windows:256/128``."""
        if self.kind == "windows":
            return f"windows:{self.max_tokens}/{self.stride or self.max_tokens // 2}"
        return f"{self.kind}:{self.max_tokens}"

    def windows(self, n: int, n_special: int) -> list[NDArray[np.intp]]:
        """Return the positions that each window reads of ``n`` tokens, beside the special ones.

        Only kinds that are ``several`` give more than one.
        """
        room = self.max_tokens - n_special
        if room < 1:
            raise InputError(
                f"max_tokens={self.max_tokens} leaves no room beside {n_special} special tokens"
            )
        if n <= room:
            return [np.arange(n)]
        if self.kind == "cut":
            return [np.arange(room)]
        if self.kind == "head+tail":
            tail = room // 2
            return [np.concatenate([np.arange(room - tail), np.arange(n - tail, n)])]
        if self.kind == "begin+middle+end":
            last = min(3, -(-n // room)) - 1
            return [np.arange(room) + (n - room) * i // last for i in range(last + 1)]
        step = min(self.stride or self.max_tokens // 2, room)
        starts = [*range(0, n - room, step), n - room][:MAX_WINDOWS]
        return [np.arange(start, start + room) for start in starts]
