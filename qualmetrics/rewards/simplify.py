"""Simplify: simpler than the source, and still what it says."""

from __future__ import annotations

from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.beside import REFERENCES, beside
from qualmetrics.reward.composition import product, weighted_mean, weighted_sum
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.preset import as_share, preset
from qualmetrics.reward.shaping import clip, logistic

EXAMPLE: Final[dict[str, float]] = {}

BLIND_TO: Final = ("shuffled_reference", "shuffled_answer", "word_salad", "copied_prompt")

COMBINE: Final = ("product", "weighted")

SOURCE: Final = (
    "After Health Text Simplification (SimpleDC, arXiv 2401.15043), where a light discriminator of "
    "original and simplified text is the reward; its form, weights and relevance term are not "
    "public, so product, meaning and the discriminator against the source are our definition"
)


def simplify(
    *,
    undefined: float | None,
    discriminator: Scorer | str | None = None,
    meaning: Scorer | str | None = None,
    combine: str = "product",
    guarded: bool = False,
    encoder: str = "minilm",
) -> Scorer:
    """Reward a simplification for being simpler than its source and meaning the same.

    The probability that the text is easier than its source, times similarity to it. **The
    references are the sources.** Unless told, the probability is that of a ranker trained on pairs
    of originals and simplifications (``readability_features``): its score of the source less that
    of the text is the log-odds. It needs no threshold for what is simple, and an unchanged source
    gets exactly .5.

    Nothing here sees the order of words. With ``guarded`` an unchanged source, a word salad, a loop
    and another topic are worth 0.

    Parameters
    ----------
    undefined : float or None
        What a row without a value is worth; None leaves it NaN.
    discriminator : Scorer or str, optional
        How simple the text is, in [0, 1], such as the bundle of a classifier of your own.
    meaning : Scorer or str, optional
        Similarity to the source, in [0, 1]; the cosine of embeddings, cut to it.
    combine : {"product", "weighted"}
        ``weighted`` is the plain mean, by which an unrelated simple text gets half.
    guarded : bool
    encoder : name or folder of an encoder bundle

    Raises
    ------
    InputError
    """
    if combine not in COMBINE:
        raise InputError(f"combine {combine!r} is not one of {', '.join(COMBINE)}")
    terms = {
        "simpler": as_share("discriminator", discriminator, _simpler),
        "meaning": as_share("meaning", meaning, lambda: _meaning(encoder)),
    }
    together = product if combine == "product" else weighted_mean
    inner = together(terms, undefined=None)
    if guarded:
        inner = with_guards(
            inner, undefined=None, unchanged_from=REFERENCES, topic_of=REFERENCES, encoder=encoder
        )
    arguments = {
        "discriminator": None if discriminator is None else terms["simpler"],
        "meaning": None if meaning is None else terms["meaning"],
        "combine": combine,
        "guarded": guarded or None,
        "encoder": encoder,
    }
    return preset(
        simplify,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        parameters={"guarded": True} if guarded else {},
    )


def _simpler() -> Scorer:
    """Return how likely the text is easier than its source."""
    ranker = registry.get("readability_features")
    gained = weighted_sum(
        {"text": ranker, "source": beside(ranker)},
        weights={"text": -1, "source": 1},
        undefined=None,
    )
    return logistic(gained, undefined=None)


def _meaning(encoder: str) -> Scorer:
    return clip(registry.get("embedding_cosine", encoder=encoder), low=0, high=1, undefined=None)
