"""What an edit sees of a text, and what an edit is: made by rule, seeded, with a declared relation.

What is drawn depends on the seed, the name of the edit and the text, and on nothing else: the same
in every process, in any order and batch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.training.edits import at_some

RELATIONS: Final = ("invariant", "decrease", "increase", "any")
"""What the score should do: stay, fall, rise, or nothing that is right or wrong."""

Rng = np.random.Generator

_RUN: Final = re.compile(r"[!-~]+")
"""Visible ASCII in a row: where a number, an address or a name of a file is whole."""


@dataclass(frozen=True)
class Draft:
    """One text while it is edited; what several edits need of it is found once."""

    text: str
    rate: float = 0.05
    """Share of the characters, words or spaces that an edit touches; at least one is."""
    protect: bool = True
    """Leave numbers and addresses alone."""
    lang: str = "en"
    seed: int = 0

    def rng(self, name: str) -> Rng:
        """Return a source of randomness of its own for an edit of this name."""
        data = f"{self.seed}|{name}|{self.text}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(data, digest_size=8).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))

    @cached_property
    def held(self) -> bytes:
        """1 for each character of a number or an address that is left alone, else 0."""
        mask = bytearray(len(self.text))
        if self.protect:
            for run in _RUN.finditer(self.text):
                word = run[0]
                if "://" in word or "www." in word or "@" in word or _has_digit(word):
                    mask[run.start() : run.end()] = b"\1" * len(word)
        return bytes(mask)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where its sentences are."""
        from qualmetrics.text import sentence_spans

        return sentence_spans(self.text, lang=self.lang)

    def at_some(
        self, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str], rng: Rng
    ) -> str:
        """Change some matches, each with the chance of ``rate``; none that is held."""
        held = self.held
        return at_some(
            self.text, pattern, change, rng, share=self.rate, skip=lambda m: bool(held[m.start()])
        )

    def everywhere(self, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
        """Change all matches that are not held."""
        held = self.held
        return pattern.sub(lambda m: m[0] if held[m.start()] else change(m), self.text)


def _has_digit(word: str) -> bool:
    return any("0" <= character <= "9" for character in word)


@dataclass(frozen=True)
class Perturbation:
    """An edit: what it does, what the score should do then, and how it is undone."""

    name: str
    relation: str
    what: str
    """In one sentence, of the text."""
    make: Callable[[Draft, Rng], str] = field(repr=False)
    inverse: Callable[[str], str] | None = field(default=None, repr=False)
    """Returns the text again, for every text that the edit changed; None where it cannot."""
    only: str = ""
    """``instructions``: for scorers that follow them; ``references``: for those that compare."""

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise InputError(f"relation {self.relation!r} is not one of {', '.join(RELATIONS)}")

    def of(self, draft: Draft) -> str:
        """Return the edited text; the same text where there is nothing to edit."""
        if not draft.text.strip():
            return draft.text
        made = self.make(draft, draft.rng(self.name))
        return made if made.strip() else draft.text
