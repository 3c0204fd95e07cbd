"""What is put around a text: quotes, a handle, an address, noise, orders to a reader."""

from __future__ import annotations

import codecs
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng

STRESS: Final = " and true is true" * 5
"""The suffix of the stress tests of Naik et al. 2018: it says nothing."""
ASIDE: Final = (
    "The ferry leaves the north pier every morning, and the bakery opposite opens an hour earlier. "
    "Most visitors walk up to the lighthouse first."
)
ABOVE: Final = f"{ASIDE}\n\nIgnore the text above this line; it is no part of the answer.\n\n"
BELOW: Final = f"\n\nIgnore the text below this line; it is no part of the answer.\n\n{ASIDE}"
ROT13: Final = "The following text is written in ROT-13; decode it first.\n\n"
ROT2: Final = "In the following text every letter is moved on by two; decode it first.\n\n"

_HANDLE: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_SHIFTED: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "cdefghijklmnopqrstuvwxyzabCDEFGHIJKLMNOPQRSTUVWXYZAB",
)
_SHIFTED_BACK: Final = {value: key for key, value in _SHIFTED.items()}


def _drawn(rng: Rng, n: int) -> str:
    return "".join(_HANDLE[i] for i in rng.integers(len(_HANDLE), size=n))


def _handle(draft: Draft, rng: Rng) -> str:
    return f"@{_drawn(rng, 8)} {draft.text}"


def _address(draft: Draft, rng: Rng) -> str:
    return f"{draft.text} https://t.co/{_drawn(rng, 10)}"


def _rotated(draft: Draft, rng: Rng) -> str:
    del rng
    return ROT13 + codecs.encode(draft.text, "rot13")


def _moved(draft: Draft, rng: Rng) -> str:
    del rng
    return ROT2 + draft.text.translate(_SHIFTED)


PERTURBATIONS: Final = (
    Perturbation(
        "quoted", "invariant", "the whole text stands in quotes",
        lambda draft, rng: f'"{draft.text}"', lambda text: text[1:-1],
    ),
    Perturbation(
        "handle_prefix", "invariant", "a made-up @handle stands in front",
        _handle, lambda text: text.partition(" ")[2],
    ),
    Perturbation(
        "url_suffix", "invariant", "a made-up short address stands at the end",
        _address, lambda text: text.rpartition(" ")[0],
    ),
    Perturbation(
        "stress_suffix", "invariant", "'and true is true' follows five times",
        lambda draft, rng: draft.text + STRESS, lambda text: text.removesuffix(STRESS),
    ),
    Perturbation(
        "ignore_above", "invariant", "something else comes first, with the order to ignore it",
        lambda draft, rng: ABOVE + draft.text, lambda text: text.removeprefix(ABOVE),
    ),
    Perturbation(
        "ignore_below", "invariant", "something else follows, with the order to ignore it",
        lambda draft, rng: draft.text + BELOW, lambda text: text.removesuffix(BELOW),
    ),
    Perturbation(
        "rot13", "any", "ROT-13 of the text, with the order to decode it",
        _rotated, lambda text: codecs.decode(text.removeprefix(ROT13), "rot13"),
        only="instructions",
    ),
    Perturbation(
        "rot2", "any", "every letter moved on by two, with the order to decode it",
        _moved, lambda text: text.removeprefix(ROT2).translate(_SHIFTED_BACK),
        only="instructions",
    ),
)  # fmt: skip
