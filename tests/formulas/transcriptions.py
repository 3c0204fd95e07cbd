"""Second transcription of the formulas that are no weighted sum of ratios, in plain Python.

Each takes the counts as attributes (``c.words``) and was typed from the published definitions,
not from the formulas. The look-up tables are typed as printed: closed ranges, or the limits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median
from types import SimpleNamespace as Counts
from typing import Any


def asl(c: Any) -> float:
    return c.words / c.sentences


def familiar(c: Any) -> float:
    return 1 - c.unfamiliar_dale / c.words


def last_reached(value: float, table: dict[float, float]) -> float:
    """Entry of the highest limit that is not above the value."""
    return table[max(limit for limit in table if limit <= value)]


LIX = dict(zip([-9e9, 10, 15, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56], range(1, 14), strict=True))
LIX_DE = dict(
    zip([-9e9, 31, 34, 38, 41, 44, 48, 51, 54, 57, 60, 64, 70], range(3, 16), strict=True)
)
LIX_DE_CHILDREN = {-9e9: 1, 24: 2, 27: 3, 30: 4, 32: 5, 34: 6, 36: 7, 38: 8}
RIX = dict(
    zip([-9e9, 0.2, 0.5, 0.8, 1.3, 1.8, 2.4, 3, 3.7, 4.5, 5.3, 6.2, 7.2], range(1, 14), strict=True)
)
FICTION = dict(
    zip(
        [-9e9, 13.51, 17.1, 20.51, 24.1, 27.51, 31.1, 34.51, 38.1, 41.51, 45.1],
        range(1, 12),
        strict=True,
    )
)
NONFICTION = dict(
    zip(
        [-9e9, 26.1, 32.1, 38.1, 45.1, 52.1, 57.1, 66.1, 75.1, 84.1, 100.1],
        range(4, 15),
        strict=True,
    )
)
WHEELER = {-9e9: 0, 8.1: 1, 11.6: 2, 19.1: 3, 26.6: 4}
WHEELER_DE = dict(
    zip([-9e9, 6.1, 9.1, 12.1, 16.1, 20.1, 24.1, 29.1, 34.1, 38.1], range(1, 11), strict=True)
)
DRP = """40 1.6; 41 1.7; 42 1.7; 43 1.8; 44 2.0; 45 2.1; 46 2.3; 47 2.5; 48 2.8; 49 3.0; 50 3.3;
51 3.6; 52 3.9; 53 4.3; 54 4.7; 55 5.1; 56 5.5; 57 5.9; 58 6.3; 59 6.8; 60 7.3; 61 7.8; 62 8.3;
63 8.8; 64 9.4; 65 10.0; 66 10.6; 67 11.2; 68 11.8; 69 12.5; 70 13.1; 71 13.7; 72 14.4; 73 15.0;
74 15.7; 75 16.4; 76 17.1; 77 17.9; 78 18.0"""


def smog(c: Any) -> float:
    return 1.043 * (c.polysyllables * 30 / c.sentences) ** 0.5 + 3.1291


def bormuth(c: Any) -> float:
    f, a = familiar(c), asl(c)
    shape = 0.161911 * f**3 + 0.000577 * a**2 - 0.000005 * a**3
    return 0.886593 + shape - 0.08364 * c.letters / c.words - 0.021401 * a


def bormuth_gp(c: Any, k: float = 0.35) -> float:
    m = bormuth(c)
    in_mean = 12.881 * m - 34.934 * m**2 + 20.388 * m**3
    in_criterion = 26.194 * k - 2.046 * k**2 - 11.767 * k**3
    in_both = -44.285 * m * k + 97.62 * (m * k) ** 2 - 59.538 * (m * k) ** 3
    return 4.275 + in_mean + in_criterion + in_both


def drp_grade(c: Any) -> float:
    table = {-9e9: 1.5}
    for entry in DRP.split(";"):
        units, grade = entry.split()
        table[float(units)] = float(grade)
    return last_reached(math.floor(100 * (1 - bormuth(c)) + 0.5), table)


def linsear(c: Any) -> float:
    r = ((c.words - c.polysyllables) + 3 * c.polysyllables) / c.sentences
    return r / 2 if r > 20 else (r - 2) / 2


def consensus(c: Any) -> float:
    letters, sentences = 100 * c.letters / c.words, 100 * c.sentences / c.words
    cloze = 141.8401 - 0.21459 * letters + 1.079812 * sentences
    return median(
        [
            0.39 * asl(c) + 11.8 * c.syllables / c.words - 15.59,
            4.71 * c.strokes / c.words + 0.5 * asl(c) - 21.43,
            -27.4004 * cloze / 100 + 23.06395,
            smog(c),
            0.4 * (asl(c) + 100 * c.hard_fog / c.words),
            linsear(c),
            0.1155 * 100 * c.unfamiliar_dale / c.words + 0.0596 * asl(c) + 3.2672,
        ]
    )


def mu(c: Any, ddof: int = 0) -> float:
    mean = c.letters / c.words
    squares = c.letters_sq - c.words * mean**2
    return c.words / (c.words - 1) * mean / (squares / (c.words - ddof)) * 100


def pisarek(c: Any, *, more: bool = False) -> float:
    hard = 100 * (c.syllables_4plus - (c.syllables_4 if more else 0)) / c.words
    return math.hypot(asl(c), hard) / 2


def bezirci_yilmaz(c: Any) -> float:
    weights = {
        0.84: c.syllables_3,
        1.5: c.syllables_4,
        3.5: c.syllables_5,
        26.25: c.syllables_6plus,
    }
    return math.sqrt(asl(c) * sum(w * n / c.sentences for w, n in weights.items()))


def lix(c: Any) -> float:
    return asl(c) + c.long_words / c.words * 100


SECOND: dict[str, Callable[[Any], float]] = {
    "smog_index": smog,
    "smog_c": lambda c: 0.9986 * (30 / c.sentences * c.polysyllables + 5) ** 0.5 + 2.8795,
    "smog_simple": lambda c: math.floor((c.polysyllables * 30 / c.sentences) ** 0.5) + 3,
    "smog_de": lambda c: (c.polysyllables / c.sentences * 30) ** 0.5 - 2,
    "ru_smog": lambda c: 1.1 * (64.6 / c.sentences * c.polysyllables) ** 0.5 + 0.05,
    "sol": lambda c: 0.74 * smog(c) - 2.51,
    "dale_chall_1948_worksheet": lambda c: (
        0.1579 * math.floor(c.unfamiliar_dale / c.words * 100 + 0.5)
        + 0.0496 * math.floor(asl(c) + 0.5)
        + 3.6365
    ),
    "linsear_write": linsear,
    "tuldava": lambda c: c.syllables / c.words * math.log(asl(c)),
    "bormuth": bormuth,
    "bormuth_gp": bormuth_gp,
    "bormuth_gp35": lambda c: (
        (3.761864 + 1.053153 * c.letters / c.words - 2.138595 * familiar(c) ** 3)
        + (0.152832 * asl(c) - 0.002077 * asl(c) ** 2)
    ),
    "drp": lambda c: 100 - 100 * bormuth(c),
    "drp_grade": drp_grade,
    "danielson_bryan_1": lambda c: (
        1.0364 * c.strokes / (c.words - 1) + 0.0194 * c.strokes / c.sentences - 0.6059
    ),
    "danielson_bryan_2": lambda c: (
        131.059 - 10.364 * c.strokes / (c.words - 1) - 0.194 * c.strokes / c.sentences
    ),
    "lix_grade": lambda c: last_reached(lix(c), LIX),
    "lix_grade_de": lambda c: last_reached(lix(c), LIX_DE),
    "lix_grade_de_children": lambda c: last_reached(lix(c), LIX_DE_CHILDREN),
    "rix_grade": lambda c: last_reached(c.long_words / c.units, RIX),
    "rix_grade_de_fiction": lambda c: last_reached(10 * (c.long_words / c.units), FICTION),
    "rix_grade_de_nonfiction": lambda c: last_reached(10 * (c.long_words / c.units), NONFICTION),
    "wheeler_smith_grade": lambda c: last_reached(
        10 * (c.words - c.monosyllables) / c.units, WHEELER
    ),
    "wheeler_smith_de_grade": lambda c: last_reached(
        math.floor(100 * c.polysyllables / c.units) / 10, WHEELER_DE
    ),
    "consensus_grade": consensus,
    "mu": mu,
    "dickes_steiwer": lambda c: (
        235.95993
        - 73.021 * math.log1p(c.letters / c.words)
        - 12.56438 * math.log1p(asl(c))
        - 50.03293 * c.types / c.words
    ),
    "pisarek": pisarek,
    "bezirci_yilmaz": bezirci_yilmaz,
    "aari": lambda c: 3.28 * c.characters + 1.43 * c.characters / c.words + 1.24 * asl(c),
}

WITH_OPTIONS: list[tuple[str, dict[str, Any], Callable[[Any], float]]] = [
    ("smog_simple", {"whole": False}, lambda c: (c.polysyllables * 30 / c.sentences) ** 0.5 + 3),
    ("bormuth_gp", {"criterion": 0.45}, lambda c: bormuth_gp(c, 0.45)),
    (
        "danielson_bryan_1",
        {"last_blank": True},
        lambda c: 1.0364 * c.strokes / c.words + 0.0194 * c.strokes / c.sentences - 0.6059,
    ),
    (
        "danielson_bryan_2",
        {"last_blank": True},
        lambda c: 131.059 - 10.364 * c.strokes / c.words - 0.194 * c.strokes / c.sentences,
    ),
    ("mu", {"ddof": 1}, lambda c: mu(c, 1)),
    ("brouwer", {"per_syllable": 67}, lambda c: 195 - 67 * c.syllables / c.words - 2 * asl(c)),
    (
        "fog_pl",
        {"more_than_four": True},
        lambda c: (asl(c) + 100 * (c.syllables_4plus - c.syllables_4) / c.words) / 3 + 1,
    ),
    ("pisarek", {"more_than_four": True}, lambda c: pisarek(c, more=True)),
    ("reading_time", {"words_per_minute": 100}, lambda c: c.words / 100 * 60),
]

__all__ = ["SECOND", "WITH_OPTIONS", "Counts"]
