"""Machinery: what a text's token scores say of it, whoever made them.

A token score is a number per word or token: its surprise under a language model (a negative log
likelihood), or how rare it is. The functions here run no model; they take the numbers of one
sentence or text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualmetrics.errors import InputError


class Jargon(NamedTuple):
    """Tokens and runs of neighbouring tokens that score above a threshold, and their share."""

    tokens: int
    spans: int
    share: float


def rsrs(token_nll: ArrayLike, oov_mask: ArrayLike | None = None, oov_weight: float = 1.0) -> float:
    """Ranked sentence readability score: the surprise of a sentence, its hard words weighing more.

    The surprises are sorted, least first, each is multiplied by the root of its rank, and the sum
    is divided by the number of words. A document's score is the mean over its sentences.

    Parameters
    ----------
    token_nll : array_like, ``(n,)``
        Negative log likelihood of each word of a sentence, at least 0.
    oov_mask : array_like of bool, ``(n,)``, optional
        True for words that the model does not know.
    oov_weight : float
        What the term of such a word is multiplied by.

    Returns
    -------
    float
        NaN for a sentence without a word.

    Raises
    ------
    InputError
        For values that are not finite and at least 0, or a mask of another length.

    Notes
    -----
    Martinc, Pollak & Robnik-Šikonja 2021, Supervised and unsupervised neural approaches to text
    readability. Their code is said to double the weight of unknown words; 1 is the formula as it
    is printed.

    Examples
    --------
    >>> round(rsrs([1.0, 4.0]), 4)  # (1 * 1 + √2 * 4) / 2
    3.3284
    """
    values = _finite(token_nll, "token_nll")
    if (values < 0).any():
        raise InputError(f"token_nll must be at least 0; got {values.min():g}")
    unknown = np.zeros(len(values), bool) if oov_mask is None else np.asarray(oov_mask, bool)
    if unknown.shape != values.shape:
        raise InputError(f"oov_mask has {unknown.size} values for {len(values)} words")
    if not len(values):
        return float("nan")
    order = np.argsort(values, kind="stable")
    weights = np.where(unknown[order], oov_weight, 1.0) * np.sqrt(np.arange(1, len(values) + 1))
    return float((weights * values[order]).sum() / len(values))


def jargon_count(token_scores: ArrayLike, threshold: float) -> Jargon:
    """Count what a reader may not know: tokens that score above a threshold, and runs of them.

    Parameters
    ----------
    token_scores : array_like, ``(n,)``
        How rare or surprising each token is, in the order of the text.
    threshold : float

    Returns
    -------
    Jargon
        ``share`` is that of the tokens, NaN where there are none.

    Raises
    ------
    InputError
        For a score that is not finite.

    Examples
    --------
    >>> jargon_count([1.0, 9.0, 8.0, 2.0, 9.0], threshold=7)
    Jargon(tokens=3, spans=2, share=0.6)
    """
    above = _finite(token_scores, "token_scores") > threshold
    tokens = int(above.sum())
    spans = int((above & ~np.concatenate(([False], above[:-1]))).sum()) if len(above) else 0
    return Jargon(tokens, spans, tokens / len(above) if len(above) else float("nan"))


def _finite(values: ArrayLike | Sequence[float], name: str) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise InputError(f"{name} must be one row of finite numbers, a number a token")
    return found
