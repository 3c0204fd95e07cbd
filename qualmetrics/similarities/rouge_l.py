"""ROUGE-L: the longest sequence of words that a text shares with its reference."""

from __future__ import annotations

import inspect

from qualmetrics.core import Scorer, Spec, Status
from qualmetrics.errors import InputError
from qualmetrics.lexical import Measure, Row, lexical


def rouge_l(*, stemmer: bool = False, max_words: int = 2048) -> Scorer:
    """Longest common subsequence of words, as precision, recall and F: rouge-score's rougeL.

    From 0 (no word shared) to 1 (the same words in the same order), rouge-score's scale. Of
    several references, the one with the best F gives all three numbers: rouge-score's rule.

    Its words are runs of ``a-z0-9`` after lower-casing: an accented letter cuts a word, and other
    scripts have no words at all, so that two equal Russian texts get 0 there. Here such a text
    is *not_applicable*, and punctuation alone *no_words*.

    Parameters
    ----------
    stemmer : bool
        Strip English suffixes first (Porter, from nltk).
    max_words : int
        Longer sides are cut here and the row is flagged *truncated*: the library's table grows
        with words times words, 2,048 of each take about 40 MB.

    Returns
    -------
    Scorer
        Outputs ``precision``, ``recall``, ``f1``; the last is the primary one.

    Raises
    ------
    InputError
        For ``max_words`` below 1.
    MissingExtraError
        With the first text scored, without the extra ``lexical``.

    Examples
    --------
    >>> scores = rouge_l()(["the cat sat"], ["the cat sat down"])
    """
    if max_words < 1:
        raise InputError(f"max_words must be at least 1; got {max_words}")
    spec = Spec(
        "rouge_l",
        description=inspect.getdoc(rouge_l) or "",
        tier="verified",
        outputs=("precision", "recall", "f1"),
        bounds=(0.0, 1.0),
        unit="share of words",
        languages=("en",),
        parameters={"stemmer": stemmer, "max_words": max_words},
        source="Lin 2004, aclanthology.org/W04-1013, section 3.1; as in rouge-score",
        licence="Apache-2.0 (rouge-score, not included)",
    )
    libraries = ("rouge-score", "nltk") if stemmer else ("rouge-score",)
    return lexical(spec, _open, libraries=libraries, settings=("refs:best-f",))


def _open(stemmer: bool, max_words: int) -> Measure:  # noqa: FBT001
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import DefaultTokenizer

    words = DefaultTokenizer(use_stemmer=stemmer)
    library = RougeScorer(["rougeL"], tokenizer=_Split())

    def measure(text: str, references: tuple[str, ...]) -> Row:
        ours = words.tokenize(text)
        theirs = [words.tokenize(item) for item in references]
        if not ours:
            return (0.0,) * 3, _without_words((text,))
        if not any(theirs):
            return (0.0,) * 3, _without_words(references)
        long = max(map(len, (ours, *theirs))) > max_words
        targets = [" ".join(item[:max_words]) for item in theirs]
        found = library.score_multi(targets, " ".join(ours[:max_words]))["rougeL"]
        triple = found.precision, found.recall, found.fmeasure
        return triple, Status.TRUNCATED if long else Status.OK

    return measure


class _Split:
    """A tokenizer for texts that are cut into words already: the library must not do it twice."""

    def tokenize(self, text: str) -> list[str]:
        return text.split()


def _without_words(texts: tuple[str, ...]) -> Status:
    letters = any(character.isalnum() for text in texts for character in text)
    return Status.NOT_APPLICABLE if letters else Status.NO_WORDS
