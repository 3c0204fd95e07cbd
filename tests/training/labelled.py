"""A small labelled world: hard and easy texts on many subjects, made by rule."""

import json

import numpy as np

EASY = ("The cat sat", "A dog ran", "We like the sun", "She has a red hat", "He ate his food")
HARD = (
    "Notwithstanding considerable institutional deliberation, the administration prevaricated",
    "Comprehensive regulatory frameworks, which necessitate interpretation, were promulgated",
    "The epistemological ramifications of contemporary methodological pluralism proliferate",
)


def text(level, subject, rng):
    """Return a text of a level from 0 to 2."""
    parts = []
    for _ in range(int(rng.integers(3, 7))):
        hard = rng.random() < (0.05, 0.5, 0.95)[level]
        start = str(rng.choice(HARD if hard else EASY))
        parts.append(f"{start} in {subject}.")
    return " ".join(parts)


def ratings(n=200, seed=0):
    """Return rows of ``text``, ``score`` and ``group``."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        level = int(rng.integers(3))
        subject = f"place{i}"
        rows.append({"text": text(level, subject, rng), "score": level + 1.0, "group": subject})
    return rows


def pairs(n=100, seed=0):
    """Return rows of ``harder`` and ``easier``."""
    rng = np.random.default_rng(seed)
    return [
        {"harder": text(2, f"place{i}", rng), "easier": text(0, f"place{i}", rng)} for i in range(n)
    ]


def write(path, rows):
    """Write rows as JSON lines and return the path."""
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path
