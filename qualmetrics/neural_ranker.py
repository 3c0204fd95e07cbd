"""Machinery: rankers that are a linear head on one vector of a text, in three forms of graph.

As ``values`` a ranker is an encoder bundle and a small graph from vectors to scores; as ``ids``
one graph from token ids; as ``text`` one from strings. Nothing here knows how a head was trained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.arrays import xp
from qualmetrics.core import Arrays, Forward, Scorer, Spec
from qualmetrics.encoder import Policy, Tokens, Vectors
from qualmetrics.errors import ExportError, InputError
from qualmetrics.similarity.builder import pooled

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Head:
    """Scores of a vector: ``text_vector @ weights + bias``, one column a criterion.

    With ``limits`` (low, high) each score goes through a sigmoid into that range. The arithmetic is
    in float64, so that nothing is added to what the encoder's rounding does.
    """

    weights: Floats
    bias: Floats
    limits: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        weights = np.array(self.weights, dtype=np.float32)
        bias = np.array(self.bias, dtype=np.float32)
        if weights.ndim != 2 or bias.shape != weights.shape[1:]:
            raise InputError(
                f"a head has weights (width, criteria) and bias (criteria,); got {weights.shape} "
                f"and {bias.shape}"
            )
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise InputError("the weights of a head must be finite numbers")
        if self.limits is not None and not self.limits[0] < self.limits[1]:
            raise InputError(f"limits must be (low, high) with low < high; got {self.limits}")
        for name, value in (("weights", weights), ("bias", bias)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @property
    def digest(self) -> str:
        """First 8 hexadecimal digits of a digest of all numbers in it."""
        found = hashlib.sha256(self.weights.tobytes())
        found.update(self.bias.tobytes() + repr(self.limits).encode())
        return found.hexdigest()[:8]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Head) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __call__(self, arrays: Arrays) -> Any:
        """Return the scores, ``(n, criteria)``."""
        vector = arrays["text_vector"]
        columns = []
        for k in range(self.weights.shape[1]):
            weights = self.weights[:, k].astype(np.float64)
            columns.append(xp.sum(vector * weights, axis=1) + float(self.bias[k]))
        scores = xp.stack(columns, axis=1)
        if self.limits is None:
            return scores
        low, high = self.limits
        return low + (high - low) / (1.0 + xp.exp(-scores))


def neural_ranker(spec: Spec, vectors: Vectors, head: Head) -> Scorer:
    """Return the scorer of a head over one vector of a text.

    A text beyond one window is scored as the mean over its windows, weighted by their length
    (before the sigmoid, where the head has limits). The digest of the head is in the signature.

    Parameters
    ----------
    spec : Spec
        With as many outputs as the head has columns; bounds follow from the head.
    vectors : Vectors
        Pooled, of the text. Not brought to length 1 unless the head was trained so: say
        ``normalise=False`` for an encoder that would.
    head : Head

    Raises
    ------
    InputError
        When these do not fit each other.
    """
    if vectors.side != "text" or vectors.pool == "none":
        raise InputError("a ranker reads one vector of the text: Vectors('text', ..., pool='mean')")
    if head.weights.shape != (vectors.encoder.width, len(spec.outputs)):
        raise InputError(
            f"a head of {head.weights.shape} does not fit an encoder of width "
            f"{vectors.encoder.width} and the outputs {spec.outputs}"
        )
    parameters = {**spec.parameters, "head": head.digest}
    bounds = (None, None) if head.limits is None else head.limits
    return Scorer(replace(spec, parameters=parameters, bounds=bounds), (vectors,), head)


# -- one graph ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pool:
    """States and mask of a text -> its one vector."""

    pool: str
    normalise: bool

    def __call__(self, arrays: Arrays) -> Any:
        """Return the vectors, ``(n, width)``."""
        states, mask = arrays["text_vectors"], arrays["text_mask"]
        vector = pooled("text", states, mask, self.pool)["text_vector"]
        if not self.normalise:
            return vector
        length = xp.sqrt(xp.sum(vector * vector, axis=1))[:, None]
        return vector / xp.where(length > 1e-12, length, xp.ones_like(length))


@dataclass(frozen=True)
class FromIds:
    """The forward that encodes by itself: token ids -> states -> vector -> scores."""

    vectors: Vectors
    forward: Forward

    def __call__(self, arrays: Arrays) -> Any:
        """Return the scores, ``(n, k)``."""
        item, mask = self.vectors, arrays["text_mask"]
        states = item.encoder.states(arrays["text_ids"], mask, item.layer)
        vector = Pool(item.pool, item.normalised)({"text_vectors": states, "text_mask": mask})
        return self.forward({"text_vector": vector})


def from_ids(scorer: Scorer) -> Scorer:
    """Return the same scorer reading token ids, which becomes one graph of ids or of strings.

    Raises
    ------
    ExportError
        For windows, which run the encoder several times a text, and for other scorers than a
        forward over one pooled vector of the text.
    """
    (item,) = scorer.inputs
    if not isinstance(item, Vectors) or item.pool == "none" or item.side != "text":
        raise ExportError(f"{scorer.spec.name} has no graph of token ids; graph='values' it has")
    if item.policy.several:
        raise ExportError(
            f"{scorer.spec.name} with windows runs the encoder several times a text, which one "
            "graph cannot; give it policy='cut' or 'head+tail' (qualmetrics.neural_ranker.reading)"
        )
    shown: dict[str, Any] = {"layer": item.layer, "pool": item.pool}
    if item.normalised:
        shown["norm"] = "yes"
    spec = replace(scorer.spec, parameters={**scorer.spec.parameters, **shown})
    inputs = (Tokens("text", item.encoder, item.policy),)
    abilities: Mapping[str, Callable[..., Any]] = {"graph": partial(_graph, scorer)}
    return Scorer(spec, inputs, FromIds(item, scorer.forward), abilities=abilities)


def _graph(scorer: Scorer, form: str) -> Any:
    from qualmetrics.onnx.ranker_graph import ids_graph, text_graph

    return text_graph(scorer) if form == "text" else ids_graph(scorer)


def reading(
    scorer: Scorer, kind: str | None = None, max_tokens: int | None = None, stride: int = 0
) -> Scorer:
    """Return a ranker that reads long texts by another policy; see ``Policy``.

    What is None stays. It has no recipe; export it to keep it.

    Raises
    ------
    InputError
        For a scorer that reads no encoder's vectors or tokens, or a policy it cannot follow.
    """
    (item,) = scorer.inputs
    if not isinstance(item, (Vectors, Tokens)):
        raise InputError(f"{scorer.spec.name} reads no tokens, so no policy cuts them")
    own = item.policy
    if kind in (None, own.kind) and max_tokens is None:
        stride = stride or own.stride
    policy = Policy(kind or own.kind, max_tokens or own.max_tokens, stride)
    return replace(scorer, inputs=(replace(item, policy=policy),), recipe=None)
