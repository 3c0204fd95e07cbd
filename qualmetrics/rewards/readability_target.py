"""Readability target: how near a text is to the level that was asked for."""

from __future__ import annotations

from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.reward.composition import gate
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.preset import as_part, preset
from qualmetrics.reward.shaping import target_band

EXAMPLE: Final = {"target": 60}

BLIND_TO: Final = (
    "copied_prompt",
    "shuffled_reference",
    "shuffled_answer",
    "word_salad",
    "stop_words",
    "off_topic",
)

WIDTH: Final = 10.0
"""Sigma of the published reward, in points of Flesch's scale."""

SOURCE: Final = (
    "Ribeiro et al. 2023, Generating Summaries with Controllable Readability Levels, EMNLP: "
    "exp(-(F - target)^2 / (2 x 10^2)), readability weighted 1 and BERTScore 0 as released"
)


def readability_target(
    *,
    target: float | str,
    undefined: float | None,
    metric: Scorer | str | None = None,
    width: float | None = None,
    min_words: int = 0,
    guarded: bool = False,
    prompt: str = "prompt",
    encoder: str = "minilm",
) -> Scorer:
    """Reward a text for being as easy to read as was asked: exp(-(F - target)^2 / 200).

    1 on the target, .61 ten points off, .14 twenty, .01 thirty. F is Flesch Reading Ease, by which
    the paper aimed at 90 (11-year-olds), 70 (middle school), 50 (high school) and 30 (college).

    It sees words and sentences as counts: **any text of the right lengths scores 1**, whatever it
    says and in whatever order. With ``guarded`` it also reads the prompt, and what is short, a
    loop, the prompt unchanged, a word salad or off topic is worth 0.

    The released code gave every text under 100 words the ease 0, by an exception that it caught.
    Here a short text is scored like any other; ``min_words`` says from where on there is a score
    at all.

    Parameters
    ----------
    target : float or str
        In units of the metric, or the name of a column that holds one for each row.
    undefined : float or None
        What a row without a value is worth (blank, no words, fewer than ``min_words``, no
        target); None leaves it NaN.
    metric : Scorer or str, optional
        Another formula than Flesch, such as ``flesch_kincaid_grade``, or one of another language.
    width : float, optional
        Distance at which .61 is left; 10 points, or 1 school grade.
    min_words : int
        A text with fewer words has no value.
    guarded : bool
    prompt : str
        The column that the guards read: what was asked, or the document that was summarised.
    encoder : name or folder of an encoder bundle
        Of the guard that looks at the topic.

    Raises
    ------
    InputError
    """
    formula = as_part("metric", metric, lambda: registry.get("flesch_reading_ease"))
    inner = target_band(formula, target=target, width=width, undefined=None)
    if min_words:
        words = registry.get("length")
        inner = gate(inner, when=words, at_least=min_words, floor="undefined", undefined=None)
    if guarded:
        inner = with_guards(
            inner, undefined=None, unchanged_from=prompt, topic_of=prompt, encoder=encoder
        )
    arguments = {
        "target": float(target) if not isinstance(target, str) else target,
        "metric": None if metric is None else formula,
        "width": width,
        "min_words": min_words or None,
        "guarded": guarded or None,
        "prompt": prompt if guarded else None,
        "encoder": encoder if guarded else None,
    }
    return preset(
        readability_target,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        tier="verified",
        parameters={"guarded": True} if guarded else {},
    )
