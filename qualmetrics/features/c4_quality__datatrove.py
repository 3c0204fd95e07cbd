"""The page and line rules of C4, as datatrove counts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, feature
from qualmetrics.text.pieces import check_tokenizer, pieces, sentences_of

CITATION: Final = re.compile(r"\[[0-9]{0,20}\]|\[edit\]|\[citation needed\]")
ENDINGS: Final = (".", "?", "!", '"', "'")
POLICY: Final = (
    *("terms of use", "privacy policy", "cookie policy"),
    *("uses cookies", "use of cookies", "use cookies"),
)
LEAST_WORDS: Final = 3
LONGEST_WORD: Final = 1000
DROPPED: Final = ("long_word", "unpunctuated", "few_words", "javascript", "policy")
"""Why a line goes, in the order in which it is asked."""
THRESHOLDS: Final = (
    Threshold("lorem_ipsum", ">", 0, "lorem_ipsum"),
    Threshold("curly_bracket", ">", 0, "curly_bracket"),
    Threshold("sentences", "<", 5, "too_few_sentences"),
)


def c4_quality__datatrove(*, tokenizer: str = "pieces") -> Scorer:
    """Values of C4's rules for pages and lines, as datatrove's filter counts them.

    Outputs, as shares of the lines, those that the filter takes out: ``long_word`` (a word of more
    than 1,000 characters), ``unpunctuated`` (no . ? ! " ' at the end, or an ellipsis),
    ``few_words`` (under three), ``javascript``, ``policy`` (cookies, terms of use), each line under
    the first that applies; ``lorem_ipsum`` and ``curly_bracket``, how many lines left hold either;
    and ``sentences`` in the lines that stay, the primary one.

    Unlike the filter it goes on to the end of a page that it drops. Bad words are not counted:
    that list is no part of this package.

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
        name="c4_quality@datatrove",
        description=c4_quality__datatrove.__doc__ or "",
        tier="secondary",
        outputs=(*DROPPED, "lorem_ipsum", "curly_bracket", "sentences"),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="sentences",
        languages=("en",),
        source="Raffel et al. 2020, C4, section 2.2; datatrove 0.10.1, c4_filters.py",
    )
    uses = (check_tokenizer(tokenizer),)
    return feature(spec, _measure, options=given, uses=uses, arguments=given, thresholds=THRESHOLDS)


def _measure(text: str, *, tokenizer: str) -> Sequence[float]:
    lines = text.splitlines()
    reasons: Counter[str] = Counter()
    sentences = 0
    for whole in lines:
        words, line = whole.split(), CITATION.sub("", whole.strip())
        reason = _reason(words, line)
        reasons[reason] += 1
        if not reason:
            sentences += sentences_of(pieces(line, tokenizer))
    shares = (reasons[name] / len(lines) for name in DROPPED)
    return (
        *shares,
        float(reasons["lorem_ipsum"]),
        float(reasons["curly_bracket"]),
        float(sentences),
    )


def _reason(words: Sequence[str], line: str) -> str:
    """Return why a line is taken out, or its page; the empty string where it stays."""
    lower = line.lower()
    asked = (
        ("long_word", any(len(word) > LONGEST_WORD for word in words)),
        ("unpunctuated", not line.endswith(ENDINGS) or line.endswith("...")),
        ("few_words", len(words) < LEAST_WORDS),
        ("lorem_ipsum", "lorem ipsum" in lower),
        ("javascript", "javascript" in lower),
        ("curly_bracket", "{" in line),
        ("policy", any(phrase in lower for phrase in POLICY)),
    )
    return next((name for name, applies in asked if applies), "")
