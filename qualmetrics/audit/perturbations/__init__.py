"""Edits by rule, each with what the score should do then: stay, fall, rise.

``perturb(texts, "homoglyphs")`` edits texts; ``PERTURBATIONS`` holds all by name. Those of
reWordBench (Wu et al. 2025) that need no model, and those that a scorer of text quality must stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from qualmetrics.audit.perturbations import (
    characters,
    code,
    markdown,
    structure,
    typography,
    words,
    wrappers,
)
from qualmetrics.audit.perturbations.draft import RELATIONS, Draft, Perturbation
from qualmetrics.errors import InputError

PERTURBATIONS: Final[Mapping[str, Perturbation]] = {
    one.name: one
    for module in (typography, wrappers, characters, words, structure, markdown, code)
    for one in module.PERTURBATIONS
}
"""By name, in the order of the report."""


def perturb(
    texts: Sequence[str],
    name: str,
    *,
    seed: int = 0,
    rate: float = 0.05,
    protect: bool = True,
    lang: str = "en",
) -> list[str]:
    """Edit texts; one that there is nothing to edit in comes back as it is.

    Parameters
    ----------
    texts : sequence of str
    name : str
        One of ``PERTURBATIONS``.
    seed : int
        With the name and the text, all that what is drawn depends on.
    rate : float
        Share of the letters, words or spaces that are touched; at least one is.
    protect : bool
        Leave numbers and addresses as they are.
    lang : str
        How sentences are found.

    Raises
    ------
    InputError
        For an unknown name, or a rate that is no share.

    Examples
    --------
    >>> perturb(["Don't colour 3.5 lines."], "american_spelling")
    ["Don't color 3.5 lines."]
    """
    edited = perturb_all(texts, [name], seed=seed, rate=rate, protect=protect, lang=lang)
    return next(iter(edited))[1]


def perturb_all(
    texts: Sequence[str],
    names: Sequence[str] | None = None,
    *,
    seed: int = 0,
    rate: float = 0.05,
    protect: bool = True,
    lang: str | Sequence[str] = "en",
) -> Iterator[tuple[Perturbation, list[str]]]:
    """Yield each edit with the texts after it; what several edits need of a text is found once.

    Arguments as for ``perturb``; ``lang`` may be one a text.
    """
    unknown = [name for name in names or () if name not in PERTURBATIONS]
    if unknown:
        there = ", ".join(PERTURBATIONS)
        raise InputError(f"no perturbation is called {unknown[0]!r}; there are: {there}")
    if not 0 < rate <= 1 or isinstance(texts, str):
        raise InputError(
            f"perturb takes a list of texts, and a rate above 0 and up to 1; got {rate}"
        )
    several = [lang] * len(texts) if isinstance(lang, str) else lang
    drafts = [
        Draft(text, rate, protect, one, seed) for text, one in zip(texts, several, strict=True)
    ]
    for name in PERTURBATIONS if names is None else names:
        yield PERTURBATIONS[name], [PERTURBATIONS[name].of(draft) for draft in drafts]


__all__ = ["PERTURBATIONS", "RELATIONS", "Draft", "Perturbation", "perturb", "perturb_all"]
