"""chrF: character n-grams that a text shares with its reference."""

from __future__ import annotations

import inspect

from qualmetrics.core import Scorer, Spec, Status
from qualmetrics.errors import InputError
from qualmetrics.lexical import Measure, Row, lexical


def chrf(*, char_order: int = 6, word_order: int = 0, beta: float = 2) -> Scorer:
    """Character n-gram F-score of a text against its reference, by sacrebleu's sentence chrF.

    From 0 (nothing shared) to 100 (the same characters, white space aside), sacrebleu's scale.
    Of several references, the one with the best score counts: sacrebleu's rule. Undefined where
    the text or all its references are blank. A reference whose words are shuffled still gets about
    60, and one that is contradicted about 80 (docs/human-agreement.md).

    Parameters
    ----------
    char_order : int
        Longest character n-gram.
    word_order : int
        Longest word n-gram; 2 is chrF++.
    beta : float
        How many times recall weighs more than precision.

    Returns
    -------
    Scorer
        One output, ``chrf``.

    Raises
    ------
    InputError
        For an order or beta that makes no sense.
    MissingExtraError
        With the first text scored, without the extra ``lexical``.

    Examples
    --------
    >>> scores = chrf()(["the cat sat"], ["the cat sat"])
    """
    if char_order < 1 or word_order < 0 or not beta > 0:
        raise InputError(
            f"chrf takes char_order >= 1, word_order >= 0 and beta > 0; got {char_order}, "
            f"{word_order} and {beta}"
        )
    spec = Spec(
        "chrf",
        description=inspect.getdoc(chrf) or "",
        tier="verified",
        bounds=(0.0, 100.0),
        unit="points of 100",
        parameters={"char_order": char_order, "word_order": word_order, "beta": beta},
        source="Popović 2015, doi 10.18653/v1/W15-3049; word_order: Popović 2017; as in sacrebleu",
        licence="Apache-2.0 (sacrebleu, not included)",
    )
    settings = ("case:mixed", "eff:yes", "space:no")
    return lexical(spec, _open, libraries=("sacrebleu",), settings=settings)


def _open(char_order: int, word_order: int, beta: float) -> Measure:
    from sacrebleu.metrics import CHRF

    metric = CHRF(char_order=char_order, word_order=word_order, beta=beta)

    def measure(text: str, references: tuple[str, ...]) -> Row:
        return (metric.sentence_score(text, references).score,), Status.OK

    return measure
