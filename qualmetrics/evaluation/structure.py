"""StrucAUC: how good the texts of a set are when broken structure is punished ever harder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.evaluation.correlation import aligned


@dataclass(frozen=True)
class StrucAuc:
    """The area under the curve, NaN where no row is defined, and over how many rows it was taken.

    ``curve[k]`` is the mean text score where rows with a structure below ``thresholds[k]`` count 0.
    """

    value: float
    thresholds: NDArray[np.float64]
    curve: NDArray[np.float64]
    n_used: int
    n_total: int


def struc_auc(text_scores: Any, structure_scores: Any, *, steps: int = 100) -> StrucAuc:
    """Return the area under the mean text score against the structure that is asked for.

    At threshold t, from 0 to 1, a row whose structure is below t counts 0. A slight flaw costs a
    row little of the area, a broken file all of it; the curve tells which of the two a system
    makes. The area is exact, not by the steps: the mean of text score times structure. Inspired by
    FormatRL: **our reading of the paper**, whose formula was not to be had.

    Parameters
    ----------
    text_scores : array (n,)
        What a text is worth, such as ``node_chrf``. A row with NaN on either side is left out, and
        counted.
    structure_scores : array (n,)
        In [0, 1], such as ``tree_sim``.
    steps : int
        Of the curve; it changes no value.

    Raises
    ------
    InputError
        For arrays of unequal length, or a structure outside [0, 1].

    Examples
    --------
    >>> struc_auc([0.8, 0.6], [1.0, 0.5], steps=2).curve
    array([0.7, 0.7, 0.4])
    """
    (texts, structures), there = aligned(text_scores, structure_scores)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise InputError(f"steps must be a whole number from 1; got {steps!r}")
    texts, structures = texts[there], structures[there]
    outside = (structures < 0) | (structures > 1)
    if outside.any():
        raise InputError(
            f"structure_scores must lie in [0, 1]; got {structures[outside][0]:g}. The text scores "
            "come first: struc_auc(node_chrf.primary, tree_sim.primary)"
        )
    thresholds = np.linspace(0, 1, steps + 1)
    if not len(texts):
        curve = np.full(len(thresholds), np.nan)
        return StrucAuc(float("nan"), thresholds, curve, 0, len(there))
    curve = np.array([np.where(structures >= t, texts, 0.0).mean() for t in thresholds])
    return StrucAuc(float((texts * structures).mean()), thresholds, curve, len(texts), len(there))
