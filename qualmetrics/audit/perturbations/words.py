"""Other words for the same, words too few, and words in no order."""

from __future__ import annotations

import re
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng
from qualmetrics.audit.perturbations.spelling import AMERICAN, BRITISH

_WORD: Final = re.compile(r"[A-Za-z]+")
_TOKEN: Final = re.compile(r"\S+\s*")

EXPANDED: Final = {
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "can't": "cannot",
    "couldn't": "could not", "won't": "will not", "wouldn't": "would not",
    "shouldn't": "should not", "mustn't": "must not", "needn't": "need not", "isn't": "is not",
    "aren't": "are not", "wasn't": "was not", "weren't": "were not", "hasn't": "has not",
    "haven't": "have not", "hadn't": "had not", "i'm": "I am", "i've": "I have",
    "i'll": "I will", "you're": "you are", "you've": "you have", "you'll": "you will",
    "we're": "we are", "we've": "we have", "we'll": "we will", "they're": "they are",
    "they've": "they have", "they'll": "they will", "he'll": "he will", "she'll": "she will",
    "it'll": "it will", "let's": "let us",
}  # fmt: skip
"""Contractions with one long form; those in 's and 'd have two, and are left alone."""
_CONTRACTION: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]++['’](?i:t|m|ve|ll|re|s)\b")


def like(word: str, model: str) -> str:
    """Return a word in the case of another: Colour for Color, COLOUR for COLOR."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def _spelt(draft: Draft, table: dict[str, str]) -> str:
    return draft.everywhere(_WORD, lambda m: like(table.get(m[0].lower(), m[0]), m[0]))


def _british(draft: Draft, rng: Rng) -> str:
    del rng
    return _spelt(draft, BRITISH) if draft.lang.startswith("en") else draft.text


def _american(draft: Draft, rng: Rng) -> str:
    del rng
    return _spelt(draft, AMERICAN) if draft.lang.startswith("en") else draft.text


def _long(match: re.Match[str]) -> str:
    short = match[0].replace("’", "'")
    found = EXPANDED.get(short.lower())
    return match[0] if found is None else like(found, short if short[0] != "I" else "I")


def _expanded(draft: Draft, rng: Rng) -> str:
    del rng
    return draft.everywhere(_CONTRACTION, _long) if draft.lang.startswith("en") else draft.text


def _fewer(draft: Draft, rng: Rng) -> str:
    return draft.at_some(_TOKEN, lambda m: "", rng)


def _shuffled(draft: Draft, rng: Rng) -> str:
    words = draft.text.split()
    return " ".join(words[i] for i in rng.permutation(len(words))) if len(words) > 1 else draft.text


PERTURBATIONS: Final = (
    Perturbation("british_spelling", "invariant", "American spellings become British", _british),
    Perturbation("american_spelling", "invariant", "British spellings become American", _american),
    Perturbation("contractions_expanded", "invariant", "don't becomes do not", _expanded),
    Perturbation("word_deletion", "decrease", "some words are missing", _fewer),
    Perturbation("word_shuffle", "decrease", "all words in random order", _shuffled),
)
