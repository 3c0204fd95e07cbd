"""Long form: similarity to a reference, a fitting length, and no loops."""

from __future__ import annotations

from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.reward.beside import REFERENCES
from qualmetrics.reward.composition import product, weighted_mean
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.preset import as_share, preset
from qualmetrics.reward.shaping import clip, range_map

EXAMPLE: Final[dict[str, float]] = {}

BLIND_TO: Final = ("shuffled_reference", "shuffled_answer", "word_salad")

WEIGHTS: Final = {"similarity": 0.6, "length": 0.2, "variety": 0.2}

TWICE: Final = 0.5
"""Length ratio up to which length costs nothing: from half as long to twice as long."""

SOURCE: Final = (
    "Own definition, after what PrefBERT (zli12321/long_form_rl) reports: similarity to a "
    "reference serves long answers, and policies without a length term wrote 710 words, not 258"
)


def long_form(
    *,
    undefined: float | None,
    similarity: Scorer | str | None = None,
    guarded: bool = False,
    prompt: str = "prompt",
    encoder: str = "minilm",
    policy: str = "windows",
) -> Scorer:
    """Reward a long answer for saying what its reference says, at its length, without loops.

    .6 x similarity + .2 x length term + .2 x variety: BERTScore F1 cut to [0, 1]; 1 from half to
    twice the reference's words, falling beyond; 1 - repetition.

    As a sum it pays for length and variety alone, whatever is said. With ``guarded`` similarity is
    multiplied by the other two, and a word salad, a copy of the prompt or another topic is worth 0.

    Parameters
    ----------
    undefined : float or None
        What a row without a value is worth; None leaves it NaN.
    similarity : Scorer or str, optional
        To the reference, in [0, 1]: for instance the bundle of a pair regressor of your own.
    guarded : bool
    prompt : str
        The column that the guards read.
    encoder : name or folder of an encoder bundle
    policy : {"windows", "cut", "head+tail"}
        What is read of a long answer.

    Raises
    ------
    InputError
    """
    alike = as_share("similarity", similarity, lambda: _similarity(encoder, policy))
    ratio, loops = registry.get("length_ratio"), registry.get("repetition")
    terms = {
        "similarity": alike,
        "length": range_map(ratio, low=0, high=TWICE, undefined=None),
        "variety": range_map(loops, low=1, high=0, undefined=None),
    }
    inner = weighted_mean(terms, weights=WEIGHTS, undefined=None)
    if guarded:
        inner = with_guards(
            product(terms, undefined=None),
            undefined=None,
            copy_of=prompt,
            topic_of=REFERENCES,
            encoder=encoder,
        )
    arguments = {
        "similarity": None if similarity is None else alike,
        "guarded": guarded or None,
        "prompt": prompt if guarded else None,
        "encoder": encoder,
        "policy": policy,
    }
    return preset(
        long_form,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        parameters={"guarded": True} if guarded else {},
    )


def _similarity(encoder: str, policy: str) -> Scorer:
    return clip(
        registry.get("bertscore", encoder=encoder, policy=policy), low=0, high=1, undefined=None
    )
