"""The beginning of a text, in whole sentences, up to a number of words."""

from __future__ import annotations

from qualmetrics.errors import InputError
from qualmetrics.text.spans import sentence_spans, word_spans


def first_sentences(text: str, max_words: int, *, lang: str = "en") -> str:
    """Return the whole sentences at the beginning of a text that hold at most so many words.

    Where the first sentence alone is longer, it is cut after its last word that fits; a text that
    fits is returned as it is.

    Examples
    --------
    >>> first_sentences("It rains. We stay in. We read.", 5)
    'It rains. We stay in.'
    """
    if max_words < 1:
        raise InputError(f"max_words must be at least 1; got {max_words}")
    words = word_spans(text, lang=lang)
    if len(words) <= max_words:
        return text
    last = words[max_words - 1][1]
    ends = [end for _, end in sentence_spans(text, lang=lang) if end <= words[max_words][0]]
    whole = [end for end in ends if end >= words[0][1]]
    return text[: whole[-1] if whole else last].rstrip()
