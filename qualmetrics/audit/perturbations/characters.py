"""Slips of the fingers, and letters that only look right; numbers and addresses stay."""

from __future__ import annotations

import re
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng

LETTER: Final = re.compile(r"[^\W\d_]")
KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS: Final = {
    key: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in KEYS
    for at, key in enumerate(row)
}
"""Keys to the left and right, on an English keyboard."""

LOOK_ALIKE: Final = dict(zip("aeopcxyisjABEHKMOPCTX", "аеорсхуіѕјАВЕНКМОРСТХ", strict=True))
"""Latin letters and the Cyrillic ones that look the same."""
_BACK: Final = str.maketrans({other: letter for letter, other in LOOK_ALIKE.items()})
_KEY: Final = re.compile("[a-zA-Z]")
_TWIN: Final = re.compile(f"[{''.join(LOOK_ALIKE)}]")


def _letters(draft: Draft) -> list[str]:
    """Return the letters that the text itself is written in: right for every script."""
    found = sorted({character.lower() for character in LETTER.findall(draft.text)})
    return found if len(found) > 1 else list("abcdefghijklmnopqrstuvwxyz")


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() and len(letter.upper()) == 1 else letter


def _substituted(draft: Draft, rng: Rng) -> str:
    letters = _letters(draft)

    def other(match: re.Match[str]) -> str:
        drawn = int(rng.integers(len(letters) - 1))
        now = match[0].lower()
        at = letters.index(now) if now in letters else len(letters) - 1
        return _cased(letters[drawn + (drawn >= at)], match[0])

    return draft.at_some(LETTER, other, rng)


def _inserted(draft: Draft, rng: Rng) -> str:
    letters = _letters(draft)
    return draft.at_some(LETTER, lambda m: m[0] + letters[int(rng.integers(len(letters)))], rng)


def _deleted(draft: Draft, rng: Rng) -> str:
    return draft.at_some(LETTER, lambda m: "", rng)


def _neighbour(draft: Draft, rng: Rng) -> str:
    def slipped(match: re.Match[str]) -> str:
        near = NEIGHBOURS[match[0].lower()]
        return _cased(near[int(rng.integers(len(near)))], match[0])

    return draft.at_some(_KEY, slipped, rng)


def _twins(draft: Draft, rng: Rng) -> str:
    if draft.text.translate(_BACK) != draft.text:
        return draft.text  # written in Cyrillic letters already: there would be no way back
    return draft.at_some(_TWIN, lambda m: LOOK_ALIKE[m[0]], rng)


def _plain_again(text: str) -> str:
    return text.translate(_BACK)


PERTURBATIONS: Final = (
    Perturbation(
        "homoglyphs", "invariant", "some letters become Cyrillic ones that look the same",
        _twins, _plain_again,
    ),
    Perturbation("neighbour_keys", "decrease", "some letters become the key beside", _neighbour),
    Perturbation("letter_substitution", "decrease", "some letters become others", _substituted),
    Perturbation("letter_insertion", "decrease", "a letter too many after some", _inserted),
    Perturbation("letter_deletion", "decrease", "some letters are missing", _deleted),
)  # fmt: skip
