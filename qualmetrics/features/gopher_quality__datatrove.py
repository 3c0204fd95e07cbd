"""The quality rules of Gopher, as datatrove counts them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, feature
from qualmetrics.text.pieces import check_tokenizer, pieces
from qualmetrics.text.web import MARKS

STOP_WORDS: Final = frozenset("the be to of and that have with".split())
THRESHOLDS: Final = (
    Threshold("words", "<", 50, "gopher_short_doc"),
    Threshold("words", ">", 100_000, "gopher_long_doc"),
    Threshold("mean_word_length", "<", 3, "gopher_below_avg_threshold"),
    Threshold("mean_word_length", ">", 10, "gopher_above_avg_threshold"),
    Threshold("hashes", ">", 0.1, "gopher_too_many_hashes"),
    Threshold("ellipses", ">", 0.1, "gopher_too_many_ellipsis"),
    Threshold("bullet_lines", ">", 0.9, "gopher_too_many_bullets"),
    Threshold("ellipsis_lines", ">", 0.3, "gopher_too_many_end_ellipsis"),
    Threshold("alphabetic_words", "<", 0.8, "gopher_below_alpha_threshold"),
    Threshold("stop_words", "<", 2, "gopher_enough_stop_words"),
)


def gopher_quality__datatrove(*, tokenizer: str = "pieces") -> Scorer:
    """Values of Gopher's quality rules for web text, as datatrove's filter counts them.

    Outputs ``words`` (pieces that are not all punctuation) and their ``mean_word_length``;
    ``hashes`` and ``ellipses`` per piece; ``bullet_lines`` (that begin with • or -) and
    ``ellipsis_lines`` (that end with ... or …) as shares of all lines, blank ones included;
    ``stop_words``, how many *different* ones of eight occur; and ``alphabetic_words``, the primary
    one, the share of pieces with a letter. The mean length is NaN where there is no word.
    ``thresholds_of`` returns the limits.

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
        name="gopher_quality@datatrove",
        description=gopher_quality__datatrove.__doc__ or "",
        tier="secondary",
        outputs=(
            *("words", "mean_word_length", "hashes", "ellipses", "bullet_lines"),
            *("ellipsis_lines", "stop_words", "alphabetic_words"),
        ),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of pieces",
        languages=("en",),
        source="Rae et al. 2021, Gopher, appendix A.1; datatrove 0.10.1, gopher_quality_filter.py",
    )
    uses = (check_tokenizer(tokenizer),)
    return feature(spec, _measure, options=given, uses=uses, arguments=given, thresholds=THRESHOLDS)


def _measure(text: str, *, tokenizer: str) -> Sequence[float] | None:
    found = pieces(text, tokenizer)
    if not found:
        return None
    total = len(found)
    words = [piece for piece in found if not MARKS.issuperset(piece)]
    lines = [line.strip() for line in text.splitlines()]
    return (
        float(len(words)),
        sum(map(len, words)) / len(words) if words else math.nan,
        text.count("#") / total,
        (text.count("...") + text.count("…")) / total,
        sum(line.startswith(("•", "-")) for line in lines) / len(lines),
        sum(line.endswith(("...", "…")) for line in lines) / len(lines),
        float(len(STOP_WORDS.intersection(found))),
        sum(piece.isalpha() or any(map(str.isalpha, piece)) for piece in found) / total,
    )
