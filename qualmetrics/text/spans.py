"""Where words and sentences are: character offsets into the text as given.

The same rows and the same logic as the counts, so the numbers of spans are the counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.text import chunks, memo
from qualmetrics.text import marks as m
from qualmetrics.text import sentences as sent
from qualmetrics.text.language import Language, load
from qualmetrics.text.marks import parse
from qualmetrics.text.skeleton import skeleton

Span = tuple[int, int]


def word_spans(text: str, lang: str = "en") -> list[Span]:
    """Return the ``[start, end)`` character offsets of the words of a text.

    Raises
    ------
    InputError
        For something that is not a string.
    UnknownLanguageError
        For a language without rules.

    Examples
    --------
    >>> word_spans("It's 5%.")
    [(0, 4), (5, 7)]
    """
    language = load(lang)
    pieces, starts = chunks.split_with_offsets(_checked(text))
    return [
        (start + word.start, start + word.end)
        for piece, start in zip(pieces, starts, strict=True)
        for word in parse(piece, language).words
    ]


def sentence_spans(text: str, lang: str = "en") -> list[Span]:
    """Return the ``[start, end)`` character offsets of the sentences of a text.

    A sentence reaches from its first to its last visible character; stretches without a word
    (a row of asterisks) belong to none.

    Raises
    ------
    InputError
        For something that is not a string.
    UnknownLanguageError
        For a language without rules.

    Examples
    --------
    >>> sentence_spans("Mr. Low left. Why?")
    [(0, 13), (14, 18)]
    """
    language = load(lang)
    pieces, starts = chunks.split_with_offsets(_checked(text))
    kept = [index for index, piece in enumerate(pieces) if piece != chunks.NEWLINE]
    spans: list[Span] = []
    for first, last in _stretches(pieces, language):
        spans += _cut(
            [(starts[kept[i]], pieces[kept[i]]) for i in range(first, last + 1)], language
        )
    return spans


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise InputError(f"expected one text as str, got {type(text).__name__}.")
    return text


def _stretches(pieces: list[str], language: Language) -> Iterator[Span]:
    """Yield first and last chunk of each stretch with a word; line breaks are not numbered."""
    generation = memo.generation(language)
    rows = generation.look_up(pieces)
    hot = generation.hot.data.take(rows)
    s = sent.stream(rows, hot, np.array([0, len(rows)], np.intp))
    ends = sent.sentence_ends(s, generation.cold.data, sent.paragraph_ends(s), language)
    last = np.flatnonzero(ends).tolist()
    with_word = set(sent.firsts(ends, s.hot)[1].tolist())
    first = 0
    for end in last:
        if end in with_word:
            yield first, end
        first = end + 1


def _cut(stretch: list[tuple[int, str]], language: Language) -> Iterator[Span]:
    """Cut a stretch of chunks where a sentence ends inside a chunk."""
    start = stretch[0][0]
    for offset, piece in stretch:
        parsed = parse(piece, language)
        for index in parsed.inner:
            before, after = parsed.words[index - 1], parsed.words[index]
            cut = _after_stop(piece, before.end, after.start)
            yield start, offset + cut
            start = offset + cut
    end = stretch[-1][0] + len(stretch[-1][1])
    yield start, end


def _after_stop(piece: str, start: int, end: int) -> int:
    """Return where the stop between two words, with its closing marks, is over."""
    shadow = skeleton(piece)
    cut = 1 + max(i for i in range(start, end) if shadow[i] in m.STOP_CHARACTERS)
    while cut < end and shadow[cut] in "\"')]}":
        cut += 1
    return cut
