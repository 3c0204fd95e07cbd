"""Plain words ``plain/1``: lower-case runs of letters and digits, of any script, by one pass.

What guards against repetition and copying compare: whether two words are the same matters there,
not how many a reader would count. Characters of scripts without spaces are one word each.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PART: Final = "words:plain/1"
"""Piece of the signature of whatever reads these words."""

MAX_REMEMBERED: Final = 20_000
"""A longer text is cut into words each time: it would fill the memory of many short ones."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]++(?:['’][^\W_{_UNSPACED}]++)*+")


def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, lower-case, in order.

    Examples
    --------
    >>> plain_words("It's 5 o'clock: STOP_now!")
    ("it's", '5', "o'clock", 'stop', 'now')
    """
    return _remembered(text) if len(text) <= MAX_REMEMBERED else _cut(text)


def _cut(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.replace("’", "'").lower()))


_remembered = lru_cache(maxsize=4096)(_cut)
