"""bert-score's names with our numbers: those of ``qualmetrics.get("bertscore")``.

What is mended: padding is masked by minus infinity, so a score is the same in every batch; zero
vectors and empty texts give NaN with a status in place of NaN or 0; special tokens neither weigh
nor are matched; several references give P, R and F of one reference; rescaled values lie in
[0, 1]; idf weights and baselines come from frozen files (``qualmetrics.similarity.tables``), never
from the batch; texts over the encoder's limit are flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import References, Scores
from qualmetrics.errors import InputError
from qualmetrics.registry import get

Triple = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def score(
    cands: Sequence[str],
    refs: Sequence[str] | Sequence[Sequence[str]],
    model_type: str = "minilm",
    num_layers: int | None = None,
    *,
    idf: str | None = None,
    baseline_path: str | None = None,
    return_hash: bool = False,
) -> Triple | tuple[Triple, str]:
    """Return precision, recall and F1, each float64 ``(n,)``, NaN where undefined.

    ``idf`` and ``baseline_path`` are files that ``write_idf`` and ``write_baseline`` made; a
    baseline rescales. With ``return_hash`` the signature comes beside them.
    """
    scorer = BERTScorer(model_type, num_layers, idf=idf, baseline_path=baseline_path)
    found = scorer.score(cands, refs)
    return (found, scorer.hash) if return_hash else found


class BERTScorer:
    """The scorer behind ``score``, kept between calls; ``scores`` has the statuses, too."""

    def __init__(
        self,
        model_type: str = "minilm",
        num_layers: int | None = None,
        *,
        idf: str | None = None,
        baseline_path: str | None = None,
    ) -> None:
        if isinstance(idf, bool):
            raise InputError(
                "idf is the path of a frozen table here (qualmetrics.similarity.tables.write_idf): "
                "weights made from each batch would make the score depend on it"
            )
        layer = -1 if num_layers is None else num_layers
        given: dict[str, Any] = {"encoder": model_type, "layer": layer}
        given |= {"idf": idf} if idf else {}
        given |= {"baseline": baseline_path} if baseline_path else {}
        self.scorer = get("bertscore", **given)

    @property
    def hash(self) -> str:
        """The signature: all that the numbers depend on."""
        return self.scorer.signature

    def prepare(self, refs: Sequence[str] | Sequence[Sequence[str]]) -> References:
        """Encode references once, for many calls of ``score``."""
        return self.scorer.prepare(refs)

    def scores(
        self, cands: Sequence[str], refs: Sequence[str] | Sequence[Sequence[str]] | References
    ) -> Scores:
        """Return values with statuses."""
        return self.scorer(cands, refs)

    def score(
        self, cands: Sequence[str], refs: Sequence[str] | Sequence[Sequence[str]] | References
    ) -> Triple:
        """Return precision, recall and F1."""
        values = self.scorer(cands, refs).values
        return values[:, 0], values[:, 1], values[:, 2]
