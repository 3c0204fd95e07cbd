"""Which class a text is of, told from its features: logistic regression, out of fold.

Here and not in the audit that asks for it, since fitting is this room's work and scikit-learn is
imported nowhere else.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError, MissingExtraError

MAX_STEPS = 300


def out_of_fold(
    features: Any, classes: Any, groups: Any, *, folds: int = 5, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Predict the class of each row from features, by a model that has not seen its group.

    Multinomial logistic regression with an L2 penalty of 1 on features that are standardised by
    the rows it is fitted on; folds hold whole groups and about the same share of each class.

    Parameters
    ----------
    features : array (n, d)
        Finite numbers.
    classes : array (n,)
        Whole numbers from 0.
    groups : array (n,)
        What is held out together.
    folds, seed : int

    Returns
    -------
    predicted, majority : arrays (n,)
        What the model says, and the commonest class of the rows that it was fitted on.

    Raises
    ------
    InputError
        For fewer groups than folds, or rows that do not belong together.
    MissingExtraError
        Without the extra ``fit``.
    """
    table = np.asarray(features, dtype=np.float64)
    wanted, units = np.asarray(classes, dtype=np.int64), np.asarray(groups)
    if table.ndim != 2 or not len(table) == len(wanted) == len(units):
        raise InputError(
            f"features {table.shape}, classes {wanted.shape} and groups {units.shape}: expected "
            "(n, d), (n,) and (n,)"
        )
    if folds < 2 or len(np.unique(units)) < folds:
        raise InputError(f"{folds} folds need as many groups; got {len(np.unique(units))}")
    model, splitter = _parts(folds, seed)
    predicted, majority = np.empty_like(wanted), np.empty_like(wanted)
    with warnings.catch_warnings():
        # A class that is missing in a fold, and a fit that stops early, cost accuracy only.
        warnings.simplefilter("ignore")
        for fitted, held in splitter.split(table, wanted, units):
            counts = np.bincount(wanted[fitted])
            majority[held] = predicted[held] = int(counts.argmax())
            if np.count_nonzero(counts) > 1:
                predicted[held] = model.fit(table[fitted], wanted[fitted]).predict(table[held])
    return predicted, majority


def _parts(folds: int, seed: int) -> tuple[Any, Any]:
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedGroupKFold
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise MissingExtraError("scikit-learn", "fit", "probing features") from None
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MAX_STEPS))
    return model, StratifiedGroupKFold(folds, shuffle=True, random_state=seed)


__all__ = ["out_of_fold"]
