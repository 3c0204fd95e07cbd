"""Edits that leave the meaning alone, and texts without any: a ranker must not fall for them.

A ranker trained for consistency (reWordBench, Wu et al. 2025) is shown a text and an edited copy
and pays for the difference of their scores. One trained against degenerate texts (One Token to
Fool, Zhao et al. 2025) must set them below every real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

Rng = np.random.Generator

STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
"""Curly quotes and dashes -> straight ones."""


def spaces(text: str, rng: Rng) -> str:
    """Double some spaces."""
    return at_some(text, r" ", lambda _: "  ", rng, share=0.2)


def lines(text: str, rng: Rng) -> str:
    """Break the line at one space."""
    found = [m.start() for m in re.finditer(r" ", text)]
    if not found:
        return text
    at = int(rng.choice(found))
    return f"{text[:at]}\n{text[at + 1 :]}"


def quotes(text: str, rng: Rng) -> str:
    """Straighten curly quotes and dashes, or put the text in quotes where it has none."""
    del rng
    straight = text.translate(STRAIGHT)
    return straight if straight != text else f'"{text}"'


def first_letter(text: str, rng: Rng) -> str:
    """Change the case of the first letter."""
    del rng
    at = next((i for i, character in enumerate(text) if character.isalpha()), len(text))
    return text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]


def end_mark(text: str, rng: Rng) -> str:
    """Drop the full stop at the end, or add one."""
    del rng
    bare = text.rstrip()
    return bare[:-1] if bare.endswith(".") else f"{bare}."


def typo(text: str, rng: Rng) -> str:
    """Swap two letters inside a few longer words."""

    def swapped(match: re.Match[str]) -> str:
        word = match[0]
        at = int(rng.integers(1, len(word) - 2))
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return at_some(text, r"\b[a-z]{5,}\b", swapped, rng, share=0.03)


def contractions(text: str, rng: Rng) -> str:
    """Write common contractions out, or contract them."""
    del rng
    for long, short in CONTRACTIONS:
        if short in text:
            return text.replace(short, long)
        if long in text:
            return text.replace(long, short)
    return text


CONTRACTIONS = (
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("did not", "didn't"),
    ("is not", "isn't"),
    ("cannot", "can't"),
    ("it is", "it's"),
)

EDITS: Mapping[str, Callable[[str, Rng], str]] = {
    "spaces": spaces,
    "lines": lines,
    "quotes": quotes,
    "first_letter": first_letter,
    "end_mark": end_mark,
    "typo": typo,
    "contractions": contractions,
}
"""Name -> edit."""

DEGENERATE = (
    ":", ".", ",", "!", "...", "The", "Solution", "Answer:", "Thought process:", "Okay.", "Yes.",
    "Let's solve this problem step by step.", "Let me think about this.",
    "As an AI language model,", "I don't know.", "N/A", "* * *", "# Title", "1. 2. 3.",
    "the the the the the the the the",
)  # fmt: skip
"""Texts without content that have fooled rankers and judges."""


def edited(text: str, rng: Rng) -> str:
    """Return a text after one edit at random that changes it, or the text where none does."""
    names = list(EDITS)
    rng.shuffle(names)
    for name in names:
        changed = EDITS[name](text, rng)
        if changed != text and changed.strip():
            return changed
    return text


def degenerate(text: str, rng: Rng) -> str:
    """Return a text without content: one of ``DEGENERATE``, or some words of this one shuffled."""
    words = text.split()
    if len(words) > 3 and rng.random() < 0.3:
        rng.shuffle(words)
        return " ".join(words[: int(rng.integers(2, 30))])
    return str(rng.choice(np.array(DEGENERATE, dtype=object)))


def at_some(
    text: str,
    pattern: str | re.Pattern[str],
    change: Callable[[re.Match[str]], str],
    rng: Rng,
    *,
    share: float,
    skip: Callable[[re.Match[str]], bool] | None = None,
) -> str:
    """Change some matches of a pattern: each with the chance of ``share``, and at least one.

    ``skip`` says which matches are left alone.
    """
    found = [m for m in re.finditer(pattern, text) if skip is None or not skip(m)]
    if not found:
        return text
    chosen = {int(rng.integers(len(found)))}
    chosen |= set(np.flatnonzero(rng.random(len(found)) < share).tolist())
    parts, last = [], 0
    for i, match in enumerate(found):
        if i in chosen:
            parts += [text[last : match.start()], change(match)]
            last = match.end()
    return "".join([*parts, text[last:]])


__all__ = ["DEGENERATE", "EDITS", "STRAIGHT", "at_some", "degenerate", "edited"]
