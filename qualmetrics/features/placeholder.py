"""Texts that answer nothing: master keys and placeholders."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import feature
from qualmetrics.reward.attacks import MASTER_KEYS
from qualmetrics.text.plain import PART, plain_words

PLACEHOLDERS = (
    "answer", "the answer is", "here is the answer", "here is my answer", "response", "output",
    "todo", "tbd", "n/a", "none", "null", "lorem ipsum", "insert text here", "your answer here",
    "i don't know", "i do not know", "as an ai language model", "let me think", "step by step",
    "let's think step by step", "sure", "of course", "yes", "no", "ok", "final answer",
)  # fmt: skip
"""What models write in place of an answer; our own list."""


def placeholder(*, extra: Sequence[str] = ()) -> Scorer:
    """1 where a text is nothing but a master key or a placeholder, else 0.

    Compared are the words, so neither case nor punctuation nor repetition hides one; a text without
    a word is one, too. Undefined for a blank text.

    Parameters
    ----------
    extra : sequence of str
        More of them.

    Raises
    ------
    InputError
    """
    more = (extra,) if isinstance(extra, str) else tuple(extra)
    if not all(isinstance(item, str) for item in more):
        raise InputError(f"extra must hold strings; got {extra!r}")
    spec = Spec(
        name="placeholder",
        description=placeholder.__doc__ or "",
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="0 or 1",
        parameters={"extra": more} if more else {},
        source="Zhao et al. 2025, One Token to Fool LLM-as-a-Judge (arXiv 2507.08794); own list",
    )
    arguments = {"extra": more} if more else {}
    return feature(spec, _measure, options={"extra": more}, uses=(PART,), arguments=arguments)


def _measure(text: str, *, extra: tuple[str, ...]) -> Sequence[float]:
    words = plain_words(text)
    keys = {plain_words(key) for key in (*MASTER_KEYS, *PLACEHOLDERS, *extra)}
    return (float(any(_repeats(words, key) for key in keys)),)


def _repeats(words: tuple[str, ...], key: tuple[str, ...]) -> bool:
    """Return True where the words are a key, once or several times over."""
    if not key:
        return not words
    times, rest = divmod(len(words), len(key))
    return not rest and times > 0 and words == key * times


__all__ = ["MASTER_KEYS", "PLACEHOLDERS", "placeholder"]
