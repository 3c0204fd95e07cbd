"""Types against tokens: the ratio, and its corrections for length."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature
from qualmetrics.text.plain import PART, plain_words


def type_token_ratio() -> Scorer:
    """Different words as a share of all words, and what was made of the two numbers since.

    With V different ones of N plain words, outputs ``root`` V/√N (Guiraud), ``corrected`` V/√(2N)
    (Carroll), ``herdan_c`` log V / log N, ``summer_s`` log log V / log log N, ``dugast_u``
    (log N)² / (log N - log V), ``maas_a2`` (log N - log V) / (log N)², natural logarithms, and
    ``type_token_ratio`` V/N, the primary one. An output is NaN where its denominator is 0 or a
    logarithm has no value. All of them move with length, most of all the primary one: for texts of
    unequal length take ``mattr``, ``mtld`` or ``hdd``. Not applicable without a word.
    """
    spec = Spec(
        name="type_token_ratio",
        description=type_token_ratio.__doc__ or "",
        tier="secondary",
        outputs=(
            *("root", "corrected", "herdan_c", "summer_s", "dugast_u", "maas_a2"),
            "type_token_ratio",
        ),
        increases_with="quantity",
        unit="share of words",
        source="Templin 1957; Guiraud 1954; Carroll 1964; Herdan 1964; Somers 1966; Dugast 1980; "
        "Maas 1972",
    )
    return feature(spec, _measure, uses=(PART,))


def _measure(text: str) -> Sequence[float] | None:
    words = plain_words(text)
    if not words:
        return None
    n, v = len(words), len(set(words))
    log_n, log_v = math.log(n), math.log(v)
    return (
        v / math.sqrt(n),
        v / math.sqrt(2 * n),
        log_v / log_n if n > 1 else math.nan,
        math.log(log_v) / math.log(log_n) if v > 1 and n > 2 else math.nan,
        log_n**2 / (log_n - log_v) if v < n else math.nan,
        (log_n - log_v) / log_n**2 if n > 1 else math.nan,
        v / n,
    )
