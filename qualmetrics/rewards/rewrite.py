"""Rewrite: a text that keeps what its source says and gains a property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.beside import REFERENCES
from qualmetrics.reward.composition import geometric, harmonic, weighted_mean
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.preset import as_share, preset
from qualmetrics.reward.shaping import clip

EXAMPLE: Final = {"goal": {"use": "target_band", "of": "flesch_reading_ease", "target": 70}}

BLIND_TO: Final = ("shuffled_reference", "shuffled_answer", "copied_prompt")

COMBINE: Final[dict[str, Callable[..., Scorer]]] = {
    "harmonic": harmonic,
    "geometric": geometric,
    "arithmetic": weighted_mean,
}

SOURCE: Final = (
    "timonziegenbein/inappropriateness-mitigation: content (rescaled BERTScore F1 of "
    "deberta-xlarge-mnli) and property (a classifier's probability), by the weighted harmonic mean "
    "1/(w/a + (1-w)/s); here with our encoder and any property"
)


def rewrite(
    *,
    goal: Scorer | str,
    undefined: float | None,
    content: Scorer | str | None = None,
    combine: str = "harmonic",
    weight: float = 0.5,
    guarded: bool = False,
    encoder: str = "minilm",
) -> Scorer:
    """Reward a rewrite for keeping the content of its source and for reaching a goal.

    The harmonic mean of the two: an unchanged source, which has the content alone, and an unrelated
    text on target, which has the goal alone, both stay near 0. By the arithmetic mean each would
    get .5. **The references are the sources.**

    BERTScore, which judges the content, hardly sees the order of words. With ``guarded`` a word
    salad, a loop and an unchanged source are worth 0, and so is another topic.

    Parameters
    ----------
    goal : Scorer or str
        The property, in [0, 1], such as a ``target_band`` or a classifier's bundle.
    undefined : float or None
        What a row without a value is worth; None leaves it NaN.
    content : Scorer or str, optional
        Similarity to the source, in [0, 1]; BERTScore F1, cut to it.
    combine : {"harmonic", "geometric", "arithmetic"}
    weight : float
        Of the content, between 0 and 1; the goal has the rest. The paper tried .4 to .6.
    guarded : bool
    encoder : name or folder of an encoder bundle

    Raises
    ------
    InputError
    """
    if combine not in COMBINE:
        raise InputError(f"combine {combine!r} is not one of {', '.join(COMBINE)}")
    if isinstance(weight, (bool, str)) or not 0 < weight < 1:
        raise InputError(f"weight lies between 0 and 1, both left out; got {weight!r}")
    kept = as_share("content", content, lambda: _content(encoder))
    reached = as_share("goal", goal)
    inner = COMBINE[combine](
        {"content": kept, "goal": reached},
        weights={"content": weight, "goal": 1 - weight},
        undefined=None,
    )
    if guarded:
        inner = with_guards(
            inner, undefined=None, unchanged_from=REFERENCES, topic_of=REFERENCES, encoder=encoder
        )
    arguments = {
        "goal": reached,
        "content": None if content is None else kept,
        "combine": combine,
        "weight": float(weight),
        "guarded": guarded or None,
        "encoder": encoder,
    }
    return preset(
        rewrite,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        parameters={"guarded": True} if guarded else {},
    )


def _content(encoder: str) -> Scorer:
    similarity = registry.get("bertscore", encoder=encoder)
    return clip(similarity, low=0, high=1, undefined=None)
