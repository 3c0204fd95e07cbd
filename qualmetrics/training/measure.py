"""What a training run measures on its development pairs, always beside length and a formula."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer
from qualmetrics.training.data import Examples
from qualmetrics.training.losses import pairwise_logistic


def pair_accuracy(values: Any, pairs: NDArray[Any], p: NDArray[Any]) -> float:
    """Return the share of judged pairs in the right order; a tie counts half, NaN as wrong.

    ``values`` is (n,) and ``p`` (pairs,), or both with a column a criterion. Pairs whose
    probability is .5 say nothing and are left out; NaN where none is left.
    """
    scores = np.asarray(values, dtype=np.float64)
    told = ~np.isnan(p) & (p != 0.5)
    if not told.any():
        return float("nan")
    gap = (scores[pairs[:, 0]] - scores[pairs[:, 1]])[told]
    gap = np.where(p[told] > 0.5, gap, -gap)
    credit = np.where(gap > 0, 1.0, np.where(gap == 0, 0.5, 0.0))
    return float(credit.mean())


def pair_loss(values: Any, examples: Examples, criterion: int = 0) -> float:
    """Return the mean pairwise logistic loss of scores on judged pairs."""
    scores = np.asarray(values, dtype=np.float64)
    gap = scores[examples.pairs[:, 0]] - scores[examples.pairs[:, 1]]
    p = examples.p[:, criterion]
    judged = ~np.isnan(p) & np.isfinite(gap)
    if not judged.any():
        return float("nan")
    return float(pairwise_logistic(gap[judged], p[judged], examples.margin[judged]).mean())


def length(texts: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the number of words of each text."""
    from qualmetrics.text import count

    return count(texts, ["words"])["words"]


def measured(scorer: Scorer, examples: Examples) -> dict[str, Any]:
    """Return pair accuracy of a scorer on development pairs, and of length and FKGL beside it.

    For several criteria the row of the scorer is one a criterion.
    """
    from qualmetrics.registry import get

    scores = scorer(examples.texts)
    rows = {
        f"{scorer.spec.name}" + (f": {name}" if len(examples.criteria) > 1 else ""): pair_accuracy(
            scores.values[:, k], examples.pairs, examples.p[:, k]
        )
        for k, name in enumerate(examples.criteria)
    }
    words = length(examples.texts)
    grades = get("flesch_kincaid_grade")(examples.texts).primary
    beside = {"length only (words)": words, "FKGL": grades}
    p = examples.p[:, 0]
    rows |= {name: pair_accuracy(values, examples.pairs, p) for name, values in beside.items()}
    return {"pairs": examples.n_pairs, "texts": len(examples.texts), "pair_accuracy": rows}


__all__ = ["length", "measured", "pair_accuracy", "pair_loss"]
