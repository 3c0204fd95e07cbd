"""How alike neighbouring sentences are in meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Scorer, Spec
from qualmetrics.similarity.builder import as_encoder, as_policy, given
from qualmetrics.similarity.matching import normalise
from qualmetrics.similarity.sentence_vectors import SentenceVectors
from qualmetrics.text.language import normalise as language_code


def adjacent_similarity(
    *, encoder: Any = "minilm", layer: int = -1, lang: str = "en", max_tokens: int | None = None
) -> Scorer:
    """Mean cosine between the vectors of a sentence and the next one: coherence of a text.

    In [-1, 1]; a text that stays with its subject lies higher, and one that says the same thing
    over and over highest. Outputs ``second_order`` (a sentence with the one after the next) and
    ``adjacent_similarity``, the primary one. Not applicable to a single sentence; of two, the
    second order is NaN (*partial*). Sentences are those of our rules; the spaCy component reads
    spaCy's.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
    layer : int
        Whose states are pooled; negative counts from the last.
    lang : str
        Whose rules split sentences.
    max_tokens : int, optional
        Read of each sentence; by default as many as the encoder was made for.

    Raises
    ------
    InputError, BundleError, MissingExtraError, UnknownLanguageError
    """
    made = as_encoder(encoder)
    vectors = SentenceVectors(
        "text",
        made,
        made.checked_layer(layer),
        language_code(lang),
        as_policy(made, "cut", max_tokens),
    )
    vectors.spans("")  # a language without rules is refused now
    spec = Spec(
        name="adjacent_similarity",
        description=adjacent_similarity.__doc__ or "",
        family="feature",
        tier="experimental",
        outputs=("second_order", "adjacent_similarity"),
        increases_with="ease",
        bounds=(-1.0, 1.0),
        unit="mean cosine",
        source="Foltz, Kintsch & Landauer 1998, on sentence embeddings",
        tolerance=1e-6,
    )
    arguments = given(encoder=encoder, layer=layer, lang=lang, max_tokens=max_tokens)
    made_of = Scorer(spec, (vectors,), Adjacent())
    return made_of.with_recipe(
        "qualmetrics.registry:get", name="adjacent_similarity", **dict(arguments)
    )


@dataclass(frozen=True)
class Adjacent:
    """The forward: mean cosines of sentences one and two apart, NaN where there are none."""

    def __call__(self, arrays: Arrays) -> Any:
        """Return ``(n, 2)``, the second order first."""
        vectors = normalise(arrays["text_vectors"].astype(np.float64))
        mask = arrays["text_mask"].astype(np.float64)
        return np.stack([_mean(vectors, mask, gap) for gap in (2, 1)], axis=1)


def _mean(vectors: Any, mask: Any, gap: int) -> Any:
    pairs = mask[:, :-gap] * mask[:, gap:]
    cosines = np.clip((vectors[:, :-gap] * vectors[:, gap:]).sum(axis=-1), -1, 1)
    return (cosines * pairs).sum(axis=1) / pairs.sum(axis=1)
