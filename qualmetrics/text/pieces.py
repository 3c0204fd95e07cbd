"""Pieces ``pieces/1``: words and marks apart, as filters of web text count them, by one pass.

Those filters run spaCy's tokeniser for English, whose pieces hold punctuation: ``don't`` is two,
``(U.S.)`` three. These are nearly the same at twenty times the speed; ``spacy`` is the thing itself
where that library is installed. docs/features.md says how often the two differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text.web import TERMINAL

_TITLES = "Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|Co|Corp|Inc|Ltd|Gen|Gov|Rep|Rev|Sen|Messrs|Mt"
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
_PIECE: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"”’)\]]{0,2000}[^\s<>\"”’)\].,;:!?]"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64}){1,8}"
    r"|(?:[A-Za-z]\.)+(?![^\W_])"
    rf"|(?:{_TITLES}|{_MONTHS})\."
    r"|\.{2,}|…"
    r"|-{2,3}"
    r"|(?:(?<!\S)-(?=[^\W_]))?[^\W_]+(?:(?:(?<=[^\W\d_])-(?=\d)|['’.&_](?![A-Z])|(?<=[A-Z])[.&]|(?<=\d)[,:])[^\W_]+)*"
    r"|[^\s\w]|_+"
)
_ENDINGS: Final = re.compile(r"(?i)(n['’]t|['’](?:s|re|ve|ll|d|m)|(?<=^can)not)$")
Cut = Callable[[str], tuple[str, ...]]


def _cut(text: str) -> tuple[str, ...]:
    found: list[str] = _PIECE.findall(text)
    if "'" in text or "’" in text or "annot" in text:
        found = [part for piece in found for part in _parted(piece)]
    return tuple(found)


def _parted(piece: str) -> Iterable[str]:
    """Cut ``don't`` into ``do`` and ``n't``, ``it's`` into ``it`` and ``'s``."""
    match = _ENDINGS.search(piece) if len(piece) > 2 else None
    if match is None or not match.start():
        return (piece,)
    return piece[: match.start()], match.group()


_spacy_lock = Lock()


@lru_cache(maxsize=1)
def _spacy_english() -> Any:
    try:
        import spacy
    except ImportError:
        raise MissingExtraError("spacy", "spacy", "its tokeniser") from None
    return spacy.blank("en")


def _spacy_cut(text: str) -> tuple[str, ...]:
    """Cut as ``spacy.blank("en")`` does, white space left out."""
    english = _spacy_english()
    text = text.encode("utf-8", "replace").decode()  # it refuses lone surrogates
    with _spacy_lock, english.memory_zone():
        english.max_length = len(text) + 10
        return tuple(piece for token in english.make_doc(text) if (piece := token.text.strip()))


REMEMBERED: Final = 600
"""Texts whose pieces are kept: those of one batch, for the next scorer that reads them."""
MAX_REMEMBERED: Final = 20_000
"""A text of more characters is cut each time: it would fill the memory of many short ones."""


def _remembering(cut: Cut) -> Cut:
    kept = lru_cache(maxsize=REMEMBERED)(cut)
    return lambda text: kept(text) if len(text) <= MAX_REMEMBERED else cut(text)


TOKENIZERS: Final[Mapping[str, Cut]] = {
    "pieces": _remembering(_cut),
    "spacy": _remembering(_spacy_cut),
}
"""Name -> function from a text to its pieces."""

PARTS: Final[Mapping[str, str]] = {"pieces": "pieces:1", "spacy": "pieces:spacy-en"}
"""Name -> piece of the signature."""


def check_tokenizer(tokenizer: str) -> str:
    """Return the piece of the signature of a tokeniser.

    Raises
    ------
    InputError
        When there is none of that name.
    MissingExtraError
        When its library is not installed.
    """
    if tokenizer not in PARTS:
        raise InputError(f"tokenizer {tokenizer!r} is not one of {', '.join(PARTS)}")
    if tokenizer == "spacy":
        _spacy_english()
    return PARTS[tokenizer]


def pieces(text: str, tokenizer: str = "pieces") -> tuple[str, ...]:
    """Return the pieces of a text in order: words, numbers, and every mark.

    Examples
    --------
    >>> pieces("Don't pay $3.50 (U.S.) now...")
    ('Do', "n't", 'pay', '$', '3.50', '(', 'U.S.', ')', 'now', '...')
    """
    return TOKENIZERS[tokenizer](text)


def sentences_of(found: Iterable[str]) -> int:
    """Return how many sentences pieces make: one ends where a stop is followed by no mark.

    Examples
    --------
    >>> sentences_of(pieces('She asked: "Why?" Nobody knew.'))
    2
    """
    count, started, stopped = 0, False, False
    for piece in found:
        is_stop = piece in TERMINAL
        if not started or (stopped and not is_stop and not _is_mark(piece)):
            count, started, stopped = count + 1, True, False
        stopped = stopped or is_stop
    return count


def _is_mark(piece: str) -> bool:
    return all(unicodedata.category(character)[0] == "P" for character in piece)
