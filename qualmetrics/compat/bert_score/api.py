"""``score`` and ``BERTScorer`` with the names, arguments and numbers of bert-score 0.3.13."""

from __future__ import annotations

import csv
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.compat.bert_score.kernel import Floats, Weigher, idf_weigher, pair_scores, uniform
from qualmetrics.errors import InputError
from qualmetrics.similarity.builder import as_encoder

HUB_NAMES: Mapping[str, str] = {
    "sentence-transformers/all-MiniLM-L6-v2": "minilm",
    "all-MiniLM-L6-v2": "minilm",
}
"""Names under which the shipped encoder is known elsewhere."""

Triple = tuple[Floats, Floats, Floats]
References = Sequence[str] | Sequence[Sequence[str]]


def score(
    cands: Sequence[str],
    refs: References,
    model_type: str | None = None,
    num_layers: int | None = None,
    verbose: bool = False,  # noqa: FBT001, FBT002
    idf: bool | Mapping[int, float] = False,  # noqa: FBT001, FBT002
    device: str | None = None,
    batch_size: int = 64,
    nthreads: int = 4,
    all_layers: bool = False,  # noqa: FBT001, FBT002
    lang: str | None = None,
    return_hash: bool = False,  # noqa: FBT001, FBT002
    rescale_with_baseline: bool = False,  # noqa: FBT001, FBT002
    baseline_path: str | None = None,
    use_fast_tokenizer: bool = False,  # noqa: FBT001, FBT002
) -> Triple | tuple[Triple, str]:
    """BERTScore's precision, recall and F1 of candidates against references.

    Parameters are those of bert-score 0.3.13; see the package's docstring for what differs.

    Returns
    -------
    (P, R, F), each float32 ``(n,)``, or ``(layers + 1, n)`` with ``all_layers``; with
    ``return_hash`` a pair of that and a string that names what the numbers depend on.

    Raises
    ------
    InputError
        For unequal lengths, a bare string, or a model that is not named.
    """
    scorer = BERTScorer(
        model_type=model_type,
        num_layers=num_layers,
        nthreads=nthreads,
        all_layers=all_layers,
        idf=bool(idf),
        lang=lang,
        rescale_with_baseline=rescale_with_baseline,
        baseline_path=baseline_path,
        use_fast_tokenizer=use_fast_tokenizer,
    )
    flat = _flat(cands, refs)[1]
    if isinstance(idf, Mapping):
        scorer._weigher = _given(idf)
    elif idf:
        scorer._weigher = idf_weigher(scorer.encoder, flat)
    if rescale_with_baseline and not scorer._has_baseline():
        sys.stderr.write(
            f"Warning: Baseline not Found for {scorer.model_type} on {lang} at {baseline_path}\n"
        )
        scorer._rescale_with_baseline = False
    return scorer.score(
        cands, refs, verbose=verbose, batch_size=batch_size, return_hash=return_hash
    )


class BERTScorer:
    """An encoder kept between calls, with the interface of ``bert_score.BERTScorer``."""

    def __init__(
        self,
        model_type: str | None = None,
        num_layers: int | None = None,
        batch_size: int = 64,
        nthreads: int = 4,
        all_layers: bool = False,  # noqa: FBT001, FBT002
        idf: bool = False,  # noqa: FBT001, FBT002
        idf_sents: Sequence[str] | None = None,
        device: str | None = None,
        lang: str | None = None,
        rescale_with_baseline: bool = False,  # noqa: FBT001, FBT002
        baseline_path: str | None = None,
        use_fast_tokenizer: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        if rescale_with_baseline and lang is None:
            raise InputError("rescale_with_baseline=True needs lang, as in bert-score")
        self.encoder = find_encoder(model_type, lang)
        self._model_type = model_type or ""
        self._num_layers = self.encoder.layers if num_layers is None else num_layers
        if not 0 <= self._num_layers <= self.encoder.layers:
            raise InputError(
                f"num_layers={num_layers}; {model_type} has layers 0 to {self.encoder.layers}"
            )
        self.device = device or "cpu"
        self.batch_size, self.nthreads, self.all_layers = batch_size, nthreads, all_layers
        self._lang, self._idf = lang, idf
        self._rescale_with_baseline = rescale_with_baseline
        self.baseline_path = baseline_path
        self.use_custom_baseline = baseline_path is not None
        self._use_fast_tokenizer = use_fast_tokenizer
        self._weigher: Weigher | None = None
        self._baseline: NDArray[np.float32] | None = None
        if idf_sents is not None:
            self.compute_idf(idf_sents)

    @property
    def lang(self) -> str | None:
        """The language given; it chooses nothing here."""
        return self._lang

    @property
    def idf(self) -> bool:
        """True when tokens are weighed."""
        return self._idf

    @property
    def model_type(self) -> str:
        """The encoder as it was named."""
        return self._model_type

    @property
    def num_layers(self) -> int:
        """The layer whose states are compared."""
        return self._num_layers

    @property
    def rescale_with_baseline(self) -> bool:
        """True when values are rescaled."""
        return self._rescale_with_baseline

    @property
    def use_fast_tokenizer(self) -> bool:
        """As given; the one tokenizer here is a fast one."""
        return self._use_fast_tokenizer

    @property
    def baseline_vals(self) -> NDArray[np.float32]:
        """P, R and F of unrelated texts, ``(3,)``, or ``(layers + 1, 1, 3)`` for all layers.

        Raises
        ------
        ValueError
            When there is no file, as in bert-score.
        """
        if self._baseline is None:
            if not self._has_baseline():
                raise ValueError(
                    f"Baseline not Found for {self.model_type} on {self.lang} at "
                    f"{self.baseline_path}"
                )
            table = _read_baseline(str(self.baseline_path))
            self._baseline = table[:, None, :] if self.all_layers else table[self.num_layers]
        return self._baseline

    def _has_baseline(self) -> bool:
        return self.baseline_path is not None and Path(self.baseline_path).is_file()

    @property
    def hash(self) -> str:
        """What the numbers depend on, in one string."""
        weights = "idf" if self.idf else "no-idf"
        rescaled = "-custom-rescaled" if self.rescale_with_baseline else ""
        fast = "_fast-tokenizer" if self.use_fast_tokenizer else ""
        return (
            f"{self.encoder.name}@{self.encoder.digest[:10]}_L{self.num_layers}_{weights}"
            f"_version=0.3.13(qualmetrics){rescaled}{fast}"
        )

    def compute_idf(self, sents: Sequence[str]) -> None:
        """Weigh tokens by how few of these sentences hold them."""
        if self._weigher is not None:
            warnings.warn("Overwriting the previous importance weights.", stacklevel=2)
        self._weigher = idf_weigher(self.encoder, sents)

    def score(
        self,
        cands: Sequence[str],
        refs: References,
        verbose: bool = False,  # noqa: FBT001, FBT002
        batch_size: int = 64,
        return_hash: bool = False,  # noqa: FBT001, FBT002
    ) -> Triple | tuple[Triple, str]:
        """Return P, R and F, as the function ``score`` does.

        As in bert-score, ``batch_size`` is 64 here whatever the constructor was given.
        """
        started = time.perf_counter()
        texts, references, bounds = _flat(cands, refs)
        if self.idf and self._weigher is None:
            raise InputError("IDF weights are not computed: pass idf_sents, or call compute_idf")
        weigher = self._weigher if self.idf and self._weigher else uniform
        layers = range(self.encoder.layers + 1) if self.all_layers else [self.num_layers]
        values = np.stack(
            [pair_scores(self.encoder, n, texts, references, weigher, batch_size) for n in layers]
        )
        values = (
            np.stack([values[:, a:b].max(axis=1) for a, b in bounds], axis=1)
            if bounds
            else (values[:, : len(cands)])
        )
        values = values if self.all_layers else values[0]
        if self.rescale_with_baseline:
            values = (values - self.baseline_vals) / (1 - self.baseline_vals)
        if verbose:
            spent = time.perf_counter() - started
            sys.stdout.write(
                f"done in {spent:.2f} seconds, {len(references) / spent:.2f} sentences/sec\n"
            )
        out = values[..., 0], values[..., 1], values[..., 2]
        return (out, self.hash) if return_hash else out


def find_encoder(model_type: str | None, lang: str | None) -> Any:
    """Return the encoder of a name or folder; a language alone names none here."""
    if model_type is None:
        raise InputError(
            f"lang={lang!r} alone names no model here, and bert-score's own choice is not shipped. "
            "Pass model_type='minilm' for the shipped encoder, or the folder of a bundle that "
            "qualmetrics.training.export_encoder made from yours"
        )
    return as_encoder(HUB_NAMES.get(model_type, model_type))


def _flat(
    cands: Sequence[str], refs: References
) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """Return a candidate for each reference, and where each candidate's references lie."""
    if isinstance(cands, str) or isinstance(refs, str):
        raise InputError("cands and refs are lists; for one pair write score([cand], [ref], ...)")
    if len(cands) != len(refs):
        raise InputError(f"{len(cands)} candidates and {len(refs)} references")
    if not len(refs) or isinstance(refs[0], str):
        return list(cands), [str(ref) for ref in refs], []
    texts: list[str] = []
    flat: list[str] = []
    bounds = []
    for cand, several in zip(cands, refs, strict=True):
        if isinstance(several, str) or not several:
            raise InputError("give each candidate a list with at least one reference, or none one")
        bounds.append((len(flat), len(flat) + len(several)))
        texts += [cand] * len(several)
        flat += several
    return texts, flat, bounds


def _given(weights: Mapping[int, float]) -> Weigher:
    def weigh(encoded: Any) -> Floats:
        return np.array([weights[int(token)] for token in encoded.ids], dtype=np.float32)

    return weigh


def _read_baseline(path: str) -> NDArray[np.float32]:
    """Return rows of P, R and F; as in bert-score a row's position is its layer."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(cell) for cell in row[1:4]] for row in rows], dtype=np.float32)
