"""Machinery: scorers whose model reads a text and a reference in one sequence.

A cross-encoder says how likely a text stands higher than its reference (NPRM); a pair regressor
rates a text against its reference (PrefBERT). Their forward is a graph of token ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer, Spec
from qualmetrics.encoder.pairs import PairTokens
from qualmetrics.errors import ExportError, InputError
from qualmetrics.onnx.runtime import OnnxForward, read_checked


def pair_scorer(spec: Spec, tokens: PairTokens, forward: OnnxForward) -> Scorer:
    """Return the scorer of a graph that reads pairs of texts.

    Its digest is in the signature. ``graph="ids"`` is the one form it exports in.
    """
    named = replace(spec, parameters={**spec.parameters, "model": forward.sha256[:8]})
    abilities = {"form": partial(_form, spec, tokens, forward), "graph": partial(_graph, forward)}
    return Scorer(named, (tokens,), forward, abilities=abilities)


def _form(spec: Spec, tokens: PairTokens, forward: OnnxForward, graph: str) -> Scorer:
    if graph == "ids":
        return pair_scorer(spec, tokens, forward)
    raise ExportError(
        f"{spec.name} reads two texts in one sequence and has no {graph!r} graph; "
        "graph='ids' it has"
    )


def _graph(forward: OnnxForward, form: str) -> Any:
    from qualmetrics.onnx.nodes import library

    del form
    return library().load_from_string(read_checked(Path(forward.path), forward.sha256))


def softmax_sum(scorer: Scorer, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return a score for each of some texts: how much it wins against all others.

    ``scorer`` gives the probability that a text stands higher than its reference; each text is put
    against each other one, ``n (n - 1)`` runs of the model (Lee & Vajjala 2022, sec. 3). The score
    is the sum of these, in ``[0, n - 1]``; NaN where a text cannot be read.

    Raises
    ------
    InputError
        When the scorer reads no references.
    """
    if "references" not in scorer.needs:
        raise InputError(f"{scorer.spec.name} scores single texts; order them by their scores")
    several = list(texts)
    at = [(i, j) for i in range(len(several)) for j in range(len(several)) if i != j]
    if not at:
        return np.zeros(len(several))
    found = scorer([several[i] for i, _ in at], [several[j] for _, j in at]).primary
    table = np.full((len(several), len(several)), np.nan)
    table[tuple(np.array(at).T)] = found
    wins: NDArray[np.float64] = np.nansum(table, axis=1)
    wins[np.isnan(table).all(axis=1)] = np.nan
    return wins


__all__ = ["pair_scorer", "softmax_sum"]
