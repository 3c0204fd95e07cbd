"""RefAlign: how much of a reference an answer holds."""

from __future__ import annotations

from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.reward.beside import REFERENCES
from qualmetrics.reward.composition import product
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.preset import preset
from qualmetrics.reward.shaping import clip, pick, range_map

EXAMPLE: Final[dict[str, float]] = {}

BLIND_TO: Final = ("shuffled_reference", "shuffled_answer", "word_salad")

TWICE: Final = 0.5
"""Length ratio up to which length costs nothing: from half as long to twice as long."""

SOURCE: Final = (
    "RefAlign: BERTScore recall (bart-large-mnli) against a strong model's answer, without a "
    "reward model; here with our encoder"
)


def refalign(
    *,
    undefined: float | None,
    guarded: bool = False,
    prompt: str = "prompt",
    encoder: str = "minilm",
    policy: str = "windows",
) -> Scorer:
    """Reward an answer for holding what a strong model's answer holds: BERTScore recall.

    **Nothing that is added can lower recall**, so answers grow; and it hardly sees the order of
    words. Use ``guarded``: the recall is then cut to [0, 1] and multiplied by a length term (1
    from half to twice the reference's words, falling beyond), and what is a word salad, a loop, a
    copy of the prompt or off topic is worth 0.

    Parameters
    ----------
    undefined : float or None
        What a row without a value is worth; None leaves it NaN.
    guarded : bool
    prompt : str
        The column that the guards read.
    encoder : name or folder of an encoder bundle
    policy : {"windows", "cut", "head+tail"}
        What is read of a long answer; ``cut`` is faster and sees its beginning.

    Raises
    ------
    InputError
    """
    similarity = registry.get("bertscore", encoder=encoder, policy=policy)
    recall = pick(similarity, output="recall", undefined=None)
    inner = recall
    if guarded:
        ratio = registry.get("length_ratio")
        terms = {
            "recall": clip(recall, low=0, high=1, undefined=None),
            "length": range_map(ratio, low=0, high=TWICE, undefined=None),
        }
        inner = with_guards(
            product(terms, undefined=None),
            undefined=None,
            copy_of=prompt,
            topic_of=REFERENCES,
            encoder=encoder,
        )
    arguments = {
        "guarded": guarded or None,
        "prompt": prompt if guarded else None,
        "encoder": encoder,
        "policy": policy,
    }
    return preset(
        refalign,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        parameters={"guarded": True} if guarded else {},
    )
