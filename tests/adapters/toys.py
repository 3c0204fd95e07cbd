"""A scorer that counts how often it runs, and on what; it may wait, load, or fail on a text."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qualmetrics.core import Batch, Column, Cost, Layout, Rows, Scorer, Spec, Status, status_array

SEEN: list[Rows] = []
"""The rows of every read."""


@dataclass(frozen=True)
class Length:
    """The number of characters; a text that holds RAISE raises."""

    needs: frozenset[str] = frozenset()
    wait: float = 0.0

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a text."""
        return {"length": Layout()}

    @property
    def parts(self) -> tuple[str, ...]:
        """Its name."""
        return ("length/1",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Count."""
        SEEN.append(rows)
        time.sleep(self.wait)
        if any("RAISE" in text for text in rows.texts):
            raise ValueError("no such text")
        status = status_array(len(rows))
        status[[i for i, text in enumerate(rows.texts) if not text]] = Status.EMPTY
        return Batch({"length": np.array([float(len(text)) for text in rows.texts])}, status)


def only(arrays: Mapping[str, Any]) -> Any:
    """Return the lengths."""
    return arrays["length"][:, None]


def broken(arrays: Mapping[str, Any]) -> Any:
    """Fail on rows with the level 13, which no input can find out."""
    if (arrays["level"] == 13).any():
        raise ZeroDivisionError("level")
    return arrays["length"][:, None]


def length(*, references: bool = False, wait: float = 0.0) -> Scorer:
    """Return it."""
    needs = frozenset({"references"} if references else ())
    return Scorer(Spec("length", bounds=(0.0, None)), (Length(needs, wait),), only)


def fragile() -> Scorer:
    """Return one whose forward raises on the level 13."""
    return Scorer(Spec("fragile"), (Length(), Column("level")), broken)


def worth(scorer: Scorer, undefined: float) -> Scorer:
    """Return the same with a number for what is undefined."""
    return replace(scorer, spec=replace(scorer.spec, undefined=undefined))


# -- called in other processes --------------------------------------------------------------------


def put(queue: Any, call: Any, *args: Any) -> None:
    """Send what a call returns."""
    queue.put(call(*args))


def together(call: Any, arguments: list[tuple[Any, ...]]) -> list[Any]:
    """Call from as many threads at once, and return the results in the order of the arguments."""
    ready = threading.Barrier(len(arguments))
    found: list[Any] = [None] * len(arguments)

    def one(i: int) -> None:
        ready.wait()
        found[i] = call(*arguments[i])

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(arguments))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
