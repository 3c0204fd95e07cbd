"""Counts that could be of a real text, drawn by a seeded generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text import column_names

SHARES = {
    "letters": (3.0, 7.0),
    "strokes": (3.2, 7.4),
    "characters": (3.5, 8.0),
    "syllables": (1.0, 2.6),
    "letters_sq": (30.0, 70.0),
}


def plausible(n: int, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """Return every count column for ``n`` texts of 30 to 900 words, whole numbers."""
    random = np.random.default_rng(seed)
    words = np.floor(random.uniform(30, 900, n))
    table = {}
    for name in column_names():
        low, high = SHARES.get(name, (0.01, 0.6))
        table[name] = np.maximum(1.0, np.floor(words * random.uniform(low, high, n)))
    table["words"] = words
    table["sentences"] = np.maximum(1.0, np.floor(words / random.uniform(4.0, 40.0, n)))
    table["units"] = table["sentences"] + np.floor(table["sentences"] * random.uniform(0, 0.5, n))
    for name in ("syllables_4", "syllables_5", "syllables_6plus"):
        table[name] = np.floor(table["syllables_4plus"] / 3)
    return table
