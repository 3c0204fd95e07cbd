"""One check of an audit: a name, what it needs, and a function from subject and material."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qualmetrics.audit.finding import Finding
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS

SAMPLE = 500
NEEDS: Mapping[str, str] = {
    "pairs": "pairs of a better and a worse text: rows with the fields chosen and rejected, or "
    "texts with a label and a group",
    "labels": "labels: rows with the fields text and label",
    "groups": "groups of at least two texts: a field prompt or group",
    "prompts": "prompts: a field prompt",
    "references": "references: a field reference",
    "single": "a scorer of single texts; this one compares two",
    "pairwise": "a scorer that compares two texts (--pairwise)",
}
"""What a check may need, and how to come by it; any other word is the name of a column."""


@dataclass(frozen=True)
class Settings:
    """What every check is told."""

    seed: int = 0
    draws: int = DRAWS
    sample: int = SAMPLE
    """Texts that checks which score altered texts look at: whole groups, drawn once."""
    rate: float = 0.05
    """Share of the characters or words that an edit touches."""
    lang: str = "en"
    """Of the texts where they have no column ``lang``."""
    covariates: tuple[str, ...] = ()
    """The caller's own columns to look at as confounders."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """``gold``: a scorer for what is meant, in place of labels; ``n``: of ``best_of_n``."""

    def __post_init__(self) -> None:
        if self.draws < 1 or self.sample < 2:
            raise InputError("draws must be at least 1 and sample at least 2")
        if not 0 < self.rate <= 1:
            raise InputError(f"rate is a share above 0 and up to 1; got {self.rate:g}")


@dataclass(frozen=True)
class Check:
    """A question about a scorer."""

    name: str
    question: str
    """What it asks, in one sentence."""
    needs: tuple[str, ...]
    """Keys of ``NEEDS``, or names of columns; where one is missing, a note says so."""
    run: Callable[[Subject, Material, Settings], list[Finding]]

    def lacks(self, subject: Subject, material: Material) -> list[str]:
        """Return in words what it needs and is not there."""
        return [
            NEEDS.get(need, f"a column {need!r}")
            for need in self.needs
            if not _there(need, subject, material)
        ]


def _there(need: str, subject: Subject, material: Material) -> bool:
    if need in ("single", "pairwise"):
        return subject.pairwise == (need == "pairwise")
    if need == "pairs":
        return bool(len(material.pairs))
    if need == "labels":
        return bool((material.labels == material.labels).any())
    if need == "groups":
        return len(set(material.groups)) < len(material)
    if need in ("prompts", "references"):
        return bool(getattr(material, need))
    return need in material.columns
