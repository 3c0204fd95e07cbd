"""The repetition rules of Gopher, as datatrove counts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, feature
from qualmetrics.text.pieces import check_tokenizer, pieces
from qualmetrics.text.repeats import extra_copies, most_common, repeated

TOP: Final = {2: 0.2, 3: 0.18, 4: 0.16}
REPEATED: Final = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
THRESHOLDS: Final = (
    Threshold("paragraphs", ">", 0.3, "dup_para_frac"),
    Threshold("paragraph_characters", ">", 0.2, "dup_para_char_frac"),
    Threshold("lines", ">", 0.3, "dup_line_frac"),
    Threshold("line_characters", ">", 0.2, "dup_line_char_frac"),
    *(Threshold(f"top_{n}", ">", limit, f"top_{n}_gram") for n, limit in TOP.items()),
    *(
        Threshold(f"repeated_{n}", ">", limit, f"duplicated_{n}_n_grams")
        for n, limit in REPEATED.items()
    ),
)
_PARAGRAPHS: Final = re.compile(r"\n{2,}")
_LINES: Final = re.compile(r"\n+")


def gopher_repetition__datatrove(*, tokenizer: str = "pieces") -> Scorer:
    """Values of Gopher's repetition rules, as datatrove's filter counts them.

    Outputs ``paragraphs`` and ``lines``, the share of those that have occurred before, and
    ``paragraph_characters`` and ``line_characters``, their characters as a share of the text's;
    ``top_2`` to ``top_4``, the share of characters in the most common n-gram, spaces included; and
    ``repeated_5`` to ``repeated_10``, that in n-grams which have occurred before, spaces left out.
    The primary one is ``repeated_5``. An n-gram that occurs once is the most common of a short
    text, which is why ``top_2`` of five words is high, and passes 1 where marks stand without the
    spaces that join an n-gram: read it together with a length.

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
        name="gopher_repetition@datatrove",
        description=gopher_repetition__datatrove.__doc__ or "",
        tier="secondary",
        outputs=tuple(dict.fromkeys(threshold.output for threshold in THRESHOLDS)),
        primary="repeated_5",
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of characters",
        languages=("en",),
        source="Rae et al. 2021, Gopher, table A1; datatrove 0.10.1, gopher_repetition_filter.py",
    )
    uses = (check_tokenizer(tokenizer),)
    return feature(spec, _measure, options=given, uses=uses, arguments=given, thresholds=THRESHOLDS)


def _measure(text: str, *, tokenizer: str) -> Sequence[float]:
    size = len(text)
    paragraphs, lines = _PARAGRAPHS.split(text.strip()), _LINES.split(text)
    found = pieces(text, tokenizer)
    copies, characters = extra_copies(paragraphs)
    again, characters_again = extra_copies(lines)
    return (
        copies / len(paragraphs),
        characters / size,
        again / len(lines),
        characters_again / size,
        *(most_common(found, n) / size for n in TOP),
        *(repeated(found, n) / size for n in REPEATED),
    )
