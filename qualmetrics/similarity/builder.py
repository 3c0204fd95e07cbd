"""Machinery: builds similarity scorers from an encoder and a match. They are in ``similarities/``.

A similarity compares each text with its references and returns several outputs, all from the same
reference: the best one. Words of the two texts meet as vectors: contextual states of an encoder's
layer, or rows of its input-embedding table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Arrays, Input, References, Scorer, Spec
from qualmetrics.encoder import Encoder, Policy, Tokens, Vectors, load_encoder
from qualmetrics.errors import ExportError, InputError
from qualmetrics.similarity.matching import SIDES, Cosine, GreedyMatch, normalise
from qualmetrics.similarity.tables import IdfTable

Match = GreedyMatch | Cosine


# -- what the parameters mean ---------------------------------------------------------------------


def as_encoder(encoder: Any) -> Encoder:
    """Return an encoder by name, folder or value."""
    if isinstance(encoder, Encoder):
        return encoder
    if not isinstance(encoder, (str, Path)):
        raise InputError(
            f"encoder must be a name such as 'minilm', a folder, or an Encoder; got {encoder!r}"
        )
    return load_encoder(encoder)


def as_policy(
    encoder: Encoder, kind: str = "cut", max_tokens: int | None = None, stride: int = 0
) -> Policy:
    """Return what is read of long texts: by default as many tokens as the encoder was made for."""
    return Policy(kind, encoder.max_tokens if max_tokens is None else max_tokens, stride)


def cut_policy(encoder: Encoder) -> Policy:
    """Return the policy of bert-score: as many tokens as the encoder has positions for."""
    return Policy("cut", encoder.max_positions)


# -- the forward ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lookup:
    """The ``forward`` of similarities: makes vectors and weights of token ids, then matches.

    ``encoder`` is None where the inputs already yield vectors. With a ``layer`` the states of that
    layer are computed here, without one rows of the input-embedding table are taken. ``idf``
    weighs tokens. ``pool`` makes one vector a text of the states (for ``Cosine``).
    """

    match: Match
    encoder: Encoder | None = None
    layer: int | None = None
    idf: IdfTable | None = None
    pool: str = "none"

    def __call__(self, arrays: Arrays) -> Any:
        """Return the outputs of the match, ``(n, k)``."""
        return self.match(self.vectors(arrays))

    def vectors(self, arrays: Arrays) -> dict[str, Any]:
        """Return the arrays with ``{side}_vectors`` and ``{side}_weights`` beside the ids."""
        found = dict(arrays)
        for side in SIDES:
            ids = found.get(f"{side}_ids")
            if self.encoder is not None and ids is not None:
                found |= self._look_up(side, ids, found[f"{side}_mask"])
            if self.idf is not None and ids is not None:
                found[f"{side}_weights"] = self.idf.weights(ids)
        return found

    def _look_up(self, side: str, ids: NDArray[Any], mask: NDArray[Any]) -> dict[str, Any]:
        if self.encoder is None:
            return {}
        if self.layer is None:
            return {f"{side}_vectors": unit_table(self.encoder)[ids]}
        flat, there = (a.reshape(-1, a.shape[-1]) for a in (ids, mask))
        states = self.encoder.states(flat, there, self.layer).reshape(*ids.shape, -1)
        if self.pool == "none":
            return {f"{side}_vectors": states}
        return pooled(side, states, mask, self.pool)


def pooled(side: str, states: Any, mask: Any, pool: str) -> dict[str, Any]:
    """Return one vector a text, of numpy arrays or symbols, and for references which are there."""
    from qualmetrics.arrays import xp

    axis = states.ndim - 2
    if pool == "cls":
        vector = states[:, 0, :] if axis == 1 else states[:, :, 0, :]
    else:
        total = xp.sum(mask, axis=axis)
        total = xp.where(total > 0, total, xp.ones_like(total))
        vector = xp.sum(states * mask[..., None], axis=axis) / total[..., None]
    found = {f"{side}_vector": vector}
    if side == "reference":
        found["reference_mask"] = xp.max(mask, axis=axis)
    return found


@lru_cache(maxsize=4)
def unit_table(encoder: Encoder) -> NDArray[np.float32]:
    """Return the input-embedding table with rows of length 1, read-only."""
    table: NDArray[np.float32] = normalise(encoder.table()).astype(np.float32)
    table.flags.writeable = False
    return table


# -- the builder ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Similarity:
    """What the scorers of one family member share, from which each of its forms is made.

    ``layer`` None reads the input-embedding table; ``pool`` other than ``none`` compares one
    vector a text; ``column`` compares with a column of texts in place of references.
    """

    spec: Spec
    match: Match
    encoder: Encoder
    layer: int | None
    policy: Policy
    idf: IdfTable | None = None
    pool: str = "none"
    column: str | None = None
    arguments: tuple[tuple[str, Any], ...] = ()

    def scorer(self) -> Scorer:
        """Return the scorer whose inputs encode, so that texts and references are shared."""
        if self.layer is None:
            made = self._make(self._tokens(), Lookup(self.match, self.encoder, idf=self.idf))
        else:
            other = self.column or "reference"
            inputs = tuple(
                Vectors(side, self.encoder, self.layer, self.pool, self.policy)
                for side in ("text", other)
            )
            made = self._make(inputs, Lookup(self.match, idf=self.idf))
        return made.with_recipe(
            "qualmetrics.registry:get", name=self.spec.name, **dict(self.arguments)
        )

    def from_ids(self) -> Scorer:
        """Return the scorer whose forward encodes: its inputs are token ids, as in a graph."""
        if self.column is not None:
            raise ExportError(f"{self.spec.name} reads a column of texts; it has no graph of ids")
        if self.policy.several and self.layer is not None:
            raise ExportError(
                f"{self.spec.name} with windows runs the encoder several times a text, which one "
                "graph cannot; export it with policy='cut' or 'head+tail'"
            )
        if getattr(self.match, "order_guard", "none") == "lcs":
            raise ExportError(
                "the longest common subsequence is no array arithmetic, so order_guard='lcs' "
                "cannot become a graph; order_guard='bigrams' can"
            )
        forward = Lookup(self.match, self.encoder, self.layer, self.idf, self.pool)
        return self._make(self._tokens(), forward, {"layer": self.layer, "pool": self.pool})

    def _tokens(self) -> tuple[Tokens, ...]:
        return tuple(Tokens(side, self.encoder, self.policy) for side in SIDES)

    def _make(
        self,
        inputs: Sequence[Input],
        forward: Lookup,
        parameters: Mapping[str, Any] | None = None,
    ) -> Scorer:
        shown = {k: v for k, v in (parameters or {}).items() if v not in (None, "none")}
        spec = replace(self.spec, parameters={**self.spec.parameters, **shown})
        abilities: dict[str, Callable[..., Any]] = {"form": self._form}
        if forward.encoder is not None and self.column is None:
            abilities["graph"] = partial(_graph, self)
        if self.column is None:
            abilities["prepare"] = prepare
        if self.pool == "none":
            abilities["explain"] = explain
            abilities["spans"] = self._spans
        return Scorer(spec, tuple(inputs), forward, abilities=abilities)

    def _form(self, graph: str) -> Scorer:
        if graph in ("ids", "text"):
            return self.from_ids()
        raise ExportError(
            f"{self.spec.name} has no {graph!r} graph; it has 'ids' (token ids to scores)"
        )

    def _spans(self, text: str) -> list[tuple[int, int]]:
        (encoded,) = self.encoder.tokenize([text], policy=self.policy)
        return [(int(start), int(end)) for start, end in encoded.offsets]


def _graph(similarity: Similarity, form: str) -> Any:
    from qualmetrics.onnx.similarity_graph import ids_graph, text_graph

    if form == "text":
        return text_graph(similarity)
    if form != "ids":
        raise ExportError(
            f"{similarity.spec.name} has no {form!r} graph; it has 'ids' (token ids to "
            "scores) and 'text' (strings to scores)"
        )
    return ids_graph(similarity)


def prepare(scorer: Scorer, references: Sequence[str | Sequence[str]]) -> References:
    """Encode references once: the ability of every similarity."""
    from qualmetrics.similarity.references import prepare_references

    return prepare_references(scorer, references)


def explain(scorer: Scorer, text: str, reference: Any = None) -> Any:
    """Align the pieces of a pair: the ability of every similarity that matches pieces."""
    from qualmetrics.similarity.explain import align

    return align(scorer, text, reference)


def idf_of(idf: str | None, encoder: Encoder) -> tuple[IdfTable | None, dict[str, str]]:
    """Return the table in a file, and what the signature says of it."""
    if idf is None:
        return None, {}
    from qualmetrics.similarity.tables import read_idf

    if not isinstance(idf, (str, Path)):
        raise InputError(
            "idf is the path of a table made from your references with `qualmetrics tables idf` "
            f"(or write_idf), or None; got {idf!r}. Weights made from each batch would drift"
        )
    table = read_idf(idf, encoder)
    return table, {"idf": table.digest}


def given(**arguments: Any) -> tuple[tuple[str, Any], ...]:
    """Return the arguments that differ from None, for a recipe."""
    plain = {k: str(v) if isinstance(v, Path) else v for k, v in arguments.items()}
    return tuple((key, value) for key, value in plain.items() if value is not None)
