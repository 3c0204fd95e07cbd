"""``explain``: which sentences and words drive a score, with offsets into the text as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text and its share of the score.

    ``contribution`` is in the unit of the score, None where the formula has no additive shares;
    ``counts`` are the counts of the piece that the scorer reads, without zeros.
    """

    start: int
    end: int
    text: str
    contribution: float | None
    counts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text has its score.

    ``sum(s.contribution for s in sentences) + rest == value - reference_value``; likewise for
    ``words`` with ``words_rest``, which then holds what sentence boundaries did.
    """

    scorer: str
    signature: str
    unit: str
    increases_with: str
    value: float
    status: Status
    reference_value: float
    reference: str
    counts: Mapping[str, float]
    sentences: tuple[Span, ...]
    rest: float
    words: tuple[Span, ...]
    words_rest: float
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; an undefined value is None."""
        from dataclasses import asdict

        data = asdict(self)
        data["status"] = str(self.status)
        data["value"] = None if self.value != self.value else self.value
        return data


def explain(
    scorer: Scorer | str,
    text: str,
    *,
    reference: str | Sequence[str] | Mapping[str, float] | None = None,
    **options: Any,
) -> Explanation:
    """Say which sentences and words drive the score of a text.

    Parameters
    ----------
    scorer : Scorer or name
        Formulas and rankers of counts have exact shares; of any other scorer that reads nothing
        but the text, a sentence's share is what the value loses without it.
    text : str
    reference : texts, or counts by column, optional
        What the text is compared with. By default a bundled profile of plain news English for
        English rules, and the text's own average rates for other languages.
    **options
        Parameters of a scorer that is named, such as ``lang="de"``.

    Returns
    -------
    Explanation
        Exact shares add up to the distance between the two values; ``note`` says where they do
        not.

    Raises
    ------
    InputError
        When the scorer cannot explain itself, or the text is no string.
    """
    if not isinstance(text, str):
        raise InputError(f"explain takes one string; got {type(text).__name__}")
    if isinstance(scorer, str):
        from qualmetrics.registry import get

        scorer = get(scorer, **options)
    ability = scorer.abilities.get("explain")
    if ability is None:
        from qualmetrics.occlusion import explain_by_occlusion

        return explain_by_occlusion(scorer, text, reference)
    explanation: Explanation = ability(scorer, text, reference)
    return explanation
