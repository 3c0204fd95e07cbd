"""Sentence BLEU: word n-grams of a text that its references hold."""

from __future__ import annotations

import inspect
from typing import Any

from qualmetrics.core import Scorer, Spec, Status
from qualmetrics.errors import InputError
from qualmetrics.lexical import Measure, Row, lexical

SMOOTHING = {"exp": "", "floor": "[0.10]", "add-k": "[1.00]", "none": ""}
"""Ways to treat an order without a match, and their constant as sacrebleu writes it."""

TOKENIZERS = ("13a", "intl", "zh", "char", "none")
"""Those of sacrebleu's tokenizers that need no download and no further package."""


def bleu(*, smooth: str = "exp", effective_order: bool = True, tokenize: str = "13a") -> Scorer:
    """Word n-gram precision of a text, up to 4, with a penalty for brevity: sentence BLEU.

    From 0 (nothing shared) to 100 (the same tokens), sacrebleu's scale. Several references are
    used together, BLEU's own rule: an n-gram counts up to its most frequent reference, and the
    length is held to the closest. BLEU was made for corpora; of one sentence it says little, and
    how an order without a match is smoothed moves it much, so that both choices are in the
    signature.

    Undefined where the text or all its references are blank (*empty*) or hold no token
    (*no_words*).

    Parameters
    ----------
    smooth : {"exp", "floor", "add-k", "none"}
        What an n-gram order without a match is worth; sacrebleu's names and constants.
    effective_order : bool
        Leave out the orders for which the text is too short. True is what sacrebleu recommends
        for sentences; without it a text of three words gets 0.
    tokenize : {"13a", "intl", "zh", "char", "none"}
        How words are cut.

    Returns
    -------
    Scorer
        One output, ``bleu``.

    Raises
    ------
    InputError
        For another word than those above.
    MissingExtraError
        With the first text scored, without the extra ``lexical``.

    Examples
    --------
    >>> scores = bleu()(["the cat sat"], [["the cat sat", "a cat was sitting"]])
    """
    if smooth not in SMOOTHING:
        raise InputError(f"smooth={smooth!r} is not one of {', '.join(SMOOTHING)}")
    if tokenize not in TOKENIZERS:
        raise InputError(f"tokenize={tokenize!r} is not one of {', '.join(TOKENIZERS)}")
    spec = Spec(
        "bleu",
        description=inspect.getdoc(bleu) or "",
        tier="verified",
        bounds=(0.0, 100.0),
        unit="points of 100",
        parameters={"smooth": smooth, "effective_order": effective_order, "tokenize": tokenize},
        source="Papineni et al. 2002, doi 10.3115/1073083.1073135; as in sacrebleu, Post 2018",
        licence="Apache-2.0 (sacrebleu, not included)",
    )
    return lexical(spec, _open, libraries=("sacrebleu",), settings=("case:mixed",))


KEPT = 1024
"""Lines that sacrebleu's tokenizers may remember; left alone, 65,536 of any length each."""


def _open(smooth: str, effective_order: bool, tokenize: str) -> Measure:  # noqa: FBT001
    from sacrebleu.metrics import BLEU

    metric = BLEU(
        smooth_method=smooth, effective_order=effective_order, tokenize=tokenize, force=True
    )

    def measure(text: str, references: tuple[str, ...]) -> Row:
        # A corpus of one sentence: `sentence_score` is the same, but warns on every call where
        # effective_order is off.
        found = metric.corpus_score([text], [[item] for item in references])
        _forget(metric.tokenizer)
        cut = found.sys_len > 0 and found.ref_len > 0
        return (found.score,), Status.OK if cut else Status.NO_WORDS

    return measure


def _forget(tokenizer: Any) -> None:
    """Empty a tokenizer's memory once it is large: ours must not grow with the corpus."""
    for item in (tokenizer, getattr(tokenizer, "_post_tokenizer", None)):
        call: Any = vars(type(item)).get("__call__")
        if hasattr(call, "cache_info") and call.cache_info().currsize > KEPT:
            call.cache_clear()
