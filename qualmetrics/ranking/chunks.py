"""Long documents with a scorer of short texts: whole sentences at a time, averaged by length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics import planner
from qualmetrics.core import (
    UNDEFINED,
    Arrays,
    Batch,
    Cost,
    Layout,
    Recipe,
    Rows,
    Scorer,
    status_array,
)
from qualmetrics.errors import ExportError, InputError
from qualmetrics.text.spans import sentence_spans, word_spans


def chunks(text: str, max_words: int, *, lang: str = "en") -> list[tuple[str, int]]:
    """Cut a text into runs of whole sentences of at most so many words, each with its words.

    A sentence that is longer stays whole: a scorer that cannot read it says so by its status.
    """
    if max_words < 1:
        raise InputError(f"max_words must be at least 1; got {max_words}")
    starts = [start for start, _ in word_spans(text, lang=lang)]
    found: list[tuple[str, int]] = []
    begin, words, last = 0, 0, 0
    for start, end in sentence_spans(text, lang=lang):
        n = int(np.searchsorted(starts, end) - np.searchsorted(starts, start))
        if words and words + n > max_words:
            found.append((text[begin:last], words))
            begin, words = start, 0
        words, last = words + n, end
    if words or not found:
        found.append((text[begin:], words))
    return found


@dataclass(frozen=True)
class Chunks:
    """What a scorer says of the chunks of a text: their mean, weighted by words, ``(n, k)``.

    A chunk without a value is left out; a text of which no chunk has one is undefined for the
    reasons of its chunks, and the flags of all chunks are the text's.
    """

    scorer: Scorer
    max_words: int
    lang: str

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One row of values a text, under the scorer's name."""
        return {self.scorer.spec.name: Layout(("n", len(self.scorer.spec.outputs)))}

    @property
    def needs(self) -> frozenset[str]:
        """What the scorer needs; each chunk has the references and columns of its text."""
        return self.scorer.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """How texts are cut, and the scorer's signature."""
        return (f"chunks:{self.max_words}/1", f"sent:{self.lang}/1", *self.scorer.parts)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing of its own: the planner asks the scorer's inputs."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Cut, score all chunks at once, and average."""
        several = [chunks(text, self.max_words, lang=self.lang) for text in rows.texts]
        owner = np.repeat(np.arange(len(rows)), [len(row) for row in several])
        flat = replace(
            rows.take(owner.tolist()), texts=tuple(chunk for row in several for chunk, _ in row)
        )
        scores = planner.run((self.scorer,), flat)[0]
        words = np.array([n for row in several for _, n in row], dtype=np.float64)
        lengths = [len(row) for row in several]
        columns = [weighted_means(column, words, lengths) for column in scores.values.T]
        return Batch(
            {self.scorer.spec.name: np.stack(columns, axis=1)},
            _status(scores.status, owner, len(rows)),
        )


def _status(status: NDArray[np.uint16], owner: NDArray[np.intp], n: int) -> NDArray[np.uint16]:
    undefined = np.uint16(UNDEFINED)
    flags, reasons, defined = (status_array(n) for _ in range(3))
    np.bitwise_or.at(flags, owner, status & ~undefined)
    np.bitwise_or.at(reasons, owner, status & undefined)
    np.add.at(defined, owner, ((status & undefined) == 0).astype(np.uint16))
    return np.where(defined > 0, flags, flags | reasons).astype(np.uint16)


@dataclass(frozen=True)
class _Given:
    name: str

    def __call__(self, arrays: Arrays) -> Any:
        return arrays[self.name]


def _no_graph(form: str) -> Any:
    raise ExportError(
        f"a chunked scorer has no {form!r} graph: texts are cut outside of it. Export the scorer "
        "itself, and put chunked(load(folder)) around it"
    )


def chunked(scorer: Scorer, max_words: int = 200, *, lang: str = "en") -> Scorer:
    """Return a scorer that reads long texts in chunks: the mean over them, weighted by words.

    Parameters
    ----------
    scorer : Scorer
        Such as a ranker that was trained on texts of one or two hundred words.
    max_words : int
        Whole sentences are put together up to so many words.
    lang : str
        Whose sentences.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> chunked(qm.get("fkgl"), 100).signature.split("|")[:3]
    ['flesch_kincaid_grade_chunked', 'chunks:100/1', 'sent:en/1']
    """
    if max_words < 1:
        raise InputError(f"max_words must be at least 1; got {max_words}")
    own = scorer.spec.name

    def renamed(name: str) -> str:
        return f"{own}_chunked" if name == own else name

    spec = replace(
        scorer.spec,
        name=f"{own}_chunked",
        outputs=tuple(map(renamed, scorer.spec.outputs)),
        primary=renamed(scorer.spec.primary),
        valid_range={},  # each chunk is flagged by its own
        parameters={},  # those of the scorer stand in its own signature
        tolerance=max(1e-9, scorer.spec.tolerance),
    )
    made = Scorer(
        spec,
        (Chunks(scorer, max_words, lang),),
        _Given(own),
        abilities={"graph": _no_graph},
    )
    if scorer.recipe is None:
        return made
    of = scorer.recipe.to_dict()
    return made.with_recipe(
        "qualmetrics.ranking.chunks:remade", of=of, max_words=max_words, lang=lang
    )


def remade(of: Mapping[str, Any], max_words: int, lang: str) -> Scorer:
    """Return the scorer that a recipe of ``chunked`` describes."""
    child = Recipe(of["factory"], of["arguments"], of["signature"]).build(trusted=True)
    return chunked(child, max_words, lang=lang)


def weighted_means(
    values: NDArray[np.float64], weights: NDArray[np.float64], lengths: Sequence[int]
) -> NDArray[np.float64]:
    """Return the weighted mean of each run of values; undefined ones are left out.

    Examples
    --------
    >>> weighted_means(np.array([0.2, 0.8, 0.5]), np.array([512.0, 512.0, 100.0]), [3]).round(6)
    array([0.5])
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    used = np.where(np.isfinite(values), weights, 0.0)
    total = np.bincount(owner, used * np.nan_to_num(values), len(lengths))
    weight = np.bincount(owner, used, len(lengths))
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
