"""Coleman-Liau index for Russian."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="as in ruTS, after I. Begtin, plainrussian.ru",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
)
def ru_cli(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters against sentences, both per 100 words, fitted to Russian.

    A school grade; higher is harder; undefined for a text without words.
    """
    return 0.055 * (100.0 * letters / words) - 0.35 * (100.0 * sentences / words) - 20.33
