"""The rules that FineWeb added to those of C4 and Gopher, as datatrove counts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, feature
from qualmetrics.text.pieces import check_tokenizer, pieces
from qualmetrics.text.repeats import extra_copies
from qualmetrics.text.web import TERMINAL

SHORT_LINE: Final = 30
"""Characters of the longest short line."""
THRESHOLDS: Final = (
    Threshold("punctuated_lines", "<", 0.12, "line_punct_ratio"),
    Threshold("short_lines", ">", 0.67, "short_line_ratio"),
    Threshold("repeated_line_characters", ">", 0.01, "char_dup_ratio"),
    Threshold("line_breaks_per_word", ">", 0.3, "list_ratio"),
)


def fineweb_quality__datatrove(*, tokenizer: str = "pieces") -> Scorer:
    """Values of the rules that made FineWeb from Common Crawl, as datatrove's filter counts them.

    Outputs ``short_lines`` (of 30 characters or fewer) as a share of the lines that hold something;
    ``repeated_line_characters``, the characters of lines that have occurred before as a share of
    all but line breaks; ``line_breaks_per_word``; and ``punctuated_lines``, the primary one, the
    share of lines that end with a mark that ends sentences in some script (a closing quotation mark
    is none).

    Parameters
    ----------
    tokenizer : {"pieces", "spacy"}
        ``spacy`` cuts as datatrove does; ``pieces`` nearly so, and much faster.

    Raises
    ------
    InputError, MissingExtraError
    """
    given = {"tokenizer": tokenizer}
    spec = Spec(
        name="fineweb_quality@datatrove",
        description=fineweb_quality__datatrove.__doc__ or "",
        tier="secondary",
        outputs=(
            *("short_lines", "repeated_line_characters", "line_breaks_per_word"),
            "punctuated_lines",
        ),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of lines",
        source="Penedo et al. 2024, FineWeb, section 3.6; datatrove 0.10.1, "
        "fineweb_quality_filter.py",
    )
    uses = (check_tokenizer(tokenizer),)
    return feature(spec, _measure, options=given, uses=uses, arguments=given, thresholds=THRESHOLDS)


def _measure(text: str, *, tokenizer: str) -> Sequence[float] | None:
    found = pieces(text, tokenizer)
    lines = [line for line in text.split("\n") if line.strip()]
    if not found or not lines:
        return None
    breaks = text.count("\n")
    return (
        sum(len(line) <= SHORT_LINE for line in lines) / len(lines),
        extra_copies(lines)[1] / (len(text) - breaks),
        breaks / len(found),
        sum(line[-1] in TERMINAL for line in lines) / len(lines),
    )
