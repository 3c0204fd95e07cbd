"""Scorers that do what a text tells them to, in a worker process: die, hang, raise, sleep."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.core import Batch, Column, Cost, Layout, Rows, Scorer, Spec, Status, status_array


@dataclass(frozen=True)
class Obedient:
    """The number of characters of a text, after doing what it says."""

    name: str = "size"
    obeys: bool = True

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a text."""
        return {self.name: Layout()}

    @property
    def needs(self) -> frozenset[str]:
        """The text alone."""
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """Its name."""
        return (f"{self.name}/1",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Obey and count."""
        for text in rows.texts:
            if self.obeys:
                obey(text)
        values = np.array([len(text) for text in rows.texts], dtype=np.float64)
        status = status_array(len(rows))
        status[values == 0] = Status.EMPTY
        return Batch({self.name: values}, status)


def obey(text: str) -> None:
    """Do what a text says."""
    if "DIE" in text:
        os._exit(9)
    if "HANG" in text:
        time.sleep(1000)
    if "RAISE" in text:
        raise ValueError(f"cannot read {text}")
    if "SLEEP" in text:
        time.sleep(float(text.split("SLEEP")[1].split()[0]))


@dataclass(frozen=True)
class Shared:
    """How many words a text shares with its best reference."""

    layout = {"shared": Layout()}  # noqa: RUF012 - a constant of the class
    needs = frozenset({"references"})
    parts = ("shared/1",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Compare."""
        assert rows.references is not None
        values = [
            max(len(set(text.split()) & set(reference.split())) for reference in several)
            for text, several in zip(rows.texts, rows.references.rows, strict=True)
        ]
        return Batch({"shared": np.array(values, dtype=np.float64)}, status_array(len(rows)))


def first(arrays: Mapping[str, Any]) -> Any:
    """Return the one array there is."""
    (array,) = arrays.values()
    return array.reshape(len(array), -1)


def difference(arrays: Mapping[str, Any]) -> Any:
    """Return how far a text's size is from the level asked for."""
    return np.abs(arrays["calm"][:, 0] - arrays["level"])[:, None]


def toys() -> dict[str, Scorer]:
    """Return them by name."""
    calm = Scorer(Spec("calm", unit="characters"), (Obedient("plain", obeys=False),), first)
    return {
        "size": Scorer(Spec("size"), (Obedient(),), first),
        "calm": calm,
        "shared": Scorer(
            Spec("shared", increases_with="similarity", bounds=(0.0, 10.0)), (Shared(),), first
        ),
        "near": Scorer(Spec("near", bounds=(0.0, None)), (calm, Column("level")), difference),
    }


def unloadable() -> dict[str, Scorer]:
    """Load here, but not in a worker."""
    import multiprocessing

    if multiprocessing.parent_process() is not None:
        raise RuntimeError("no model here")
    return toys()


def another_fkgl() -> dict[str, Scorer]:
    """Return a scorer under a name that is taken."""
    return {"fkgl": toys()["calm"]}
