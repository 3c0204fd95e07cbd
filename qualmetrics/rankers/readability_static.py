"""Readability as a small transformer sees it, in a table of word weights."""

from __future__ import annotations

from qualmetrics.bundles import installed_scorer
from qualmetrics.core import Scorer


def readability_static() -> Scorer:
    """Estimate how hard an English text is to read, as a small transformer would.

    Higher is harder; the difference of two texts is the log-odds that the first is harder. Needs
    the package qualmetrics-models; runs on numpy alone, inside the counting pass.

    Raises
    ------
    MissingExtraError, BundleError
        Without that package.
    """
    return installed_scorer("readability_static")
