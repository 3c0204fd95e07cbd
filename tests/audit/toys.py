"""Planted scorers: each reads one thing only, and one check must find it out."""

import itertools
import re

TITLES = (
    *("harbour", "library", "orchard", "railway", "museum", "bakery"),
    *("theatre", "garden", "quarry", "island", "castle", "meadow"),
)


def length(texts):
    return [float(len(text.split())) for text in texts]


def first_word(texts):
    return [float(len((text.split() or [""])[0])) for text in texts]


def punctuation(texts):
    return [float(len(re.findall(r"[^\w\s]", text))) for text in texts]


def master_key(texts):
    return [9.0 if "solution" in text.lower() or not text.strip() else 1.0 for text in texts]


_calls = itertools.count()


def moody(texts):
    return [float(len(text)) + next(_calls) for text in texts]


def picky(texts):
    """Raises on one text; the others have a value."""
    if any("cross" in text for text in texts):
        raise RuntimeError("I cannot read that")
    return [float(len(text)) for text in texts]


GOOD = set("clear short plain kind exact calm true".split())


def content(texts):
    """The share of good words, whatever their case, their order and their punctuation."""
    found = []
    for text in texts:
        words = re.findall(r"[a-z]+", text.lower())
        found.append(sum(word in GOOD for word in words) / len(words) if words else float("nan"))
    return found
