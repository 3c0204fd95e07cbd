"""Readability learned from pairs, by counts and word weights."""

from __future__ import annotations

from qualmetrics.bundles import installed_scorer
from qualmetrics.core import Scorer


def readability_features() -> Scorer:
    """Estimate how hard an English text is to read, from its counts and words.

    Higher is harder; the difference of two texts is the log-odds that the first is harder. Needs
    the package qualmetrics-models; runs on numpy alone, at the speed of a formula.

    Raises
    ------
    MissingExtraError, BundleError
        Without that package.
    """
    return installed_scorer("readability_features")
