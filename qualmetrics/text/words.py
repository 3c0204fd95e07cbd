"""Where the words of a chunk are: one expression over the shadow, then rules on its dots.

A word is a maximal run of letters and digits with single apostrophes, hyphens, full stops,
ampersands or underscores inside it; digits may also be joined by comma, colon and slash. A sign
of money or a # or + before it and a %, # or ++ after it belong to it. URLs and e-mail addresses
are one word each. See docs/words.md for the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from qualmetrics.text.language import Language, word_set
from qualmetrics.text.skeleton import normal_form, spelling

# The possessive quantifiers (*+, ++) accept the same strings as the greedy ones here, because
# what follows never begins like what was repeated; they keep a chunk of 1 MB free of backtracking
# stacks. Counted repeats keep the attempt at every position bounded.
_UNIT = r"(?:[0-9]++(?:[.,:/][0-9]++)*+|[A-Za-z])[A-Za-z0-9\x01]*+"
_TOKEN: Final = re.compile(rf"[$#+]?{_UNIT}(?:['\-.&_]{_UNIT})*+(?:\+\+|#|%)?")
_ADDRESS: Final = re.compile(
    r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ff][Tt][Pp]://|[Ww][Ww][Ww]\.)[!-~]{0,2000}[A-Za-z0-9/_=&#%+~-]"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64}){1,8}"
)
_LETTERS_WITH_DOTS: Final = re.compile(r"[A-Za-z](?:\.[A-Za-z])++")
_STOP_CAPITAL: Final = re.compile(r"\.[A-Z]")
DEGREES: Final = word_set("ph.d m.d b.a m.a b.s m.s b.sc m.sc d.phil m.phil ed.d ll.b ll.m ll.d")
MONSTER: Final = 4096
"""A chunk of more characters is data, not prose: it is one word, whatever is inside."""
_ALPHANUMERIC: Final = re.compile(r"[^\W_]")


class Word(NamedTuple):
    """One word of a chunk."""

    start: int
    end: int
    spelled: str
    """As it stands, but NFC and with plain apostrophes and hyphens."""
    is_address: bool = False
    """A URL or an e-mail address."""

    @property
    def key(self) -> str:
        """The form that is compared: lower case."""
        return normal_form(self.spelled)


def words(chunk: str, shadow: str, language: Language) -> list[Word]:
    """Return the words of a chunk in order."""
    found: list[Word] = []
    position = 0
    if "@" in shadow or "://" in shadow or "www." in shadow.lower():
        for match in _ADDRESS.finditer(shadow):
            found += _plain(chunk, shadow, position, match.start(), language)
            address = spelling(chunk[match.start() : match.end()])
            found.append(Word(*match.span(), address, is_address=True))
            position = match.end()
    return found + list(_plain(chunk, shadow, position, len(shadow), language))


def _plain(chunk: str, shadow: str, start: int, end: int, language: Language) -> Iterator[Word]:
    for match in _TOKEN.finditer(shadow, start, end):
        for first, last in _pieces(shadow, match.start(), match.end(), end):
            yield from _elided(chunk, shadow, first, last, language)


def _pieces(shadow: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Cut a token at the full stops that are not inside a word.

    ``U.S.`` and ``p.m.`` keep their last stop; ``Ph.D``, ``file.txt``, ``3.14`` stay whole;
    ``done.But`` is two words because a capital follows the stop.
    """
    token = shadow[start:end]
    if "." not in token:
        yield start, end
        return
    if _LETTERS_WITH_DOTS.fullmatch(token):
        has_final = end < limit and shadow[end] == "."
        yield start, end + has_final
        return
    if token.lower() in DEGREES:
        yield start, end
        return
    for stop in _STOP_CAPITAL.finditer(shadow, start + 1, end):
        yield start, stop.start()
        start = stop.start() + 1
    yield start, end


def _elided(chunk: str, shadow: str, start: int, end: int, language: Language) -> Iterator[Word]:
    """Cut ``l'homme`` after the apostrophe where the language says the first part is a word."""
    while language.elisions:
        mark = shadow.find("'", start, min(end, start + 12))
        if mark < 0 or normal_form(spelling(chunk[start : mark + 1])) not in language.elisions:
            break
        yield Word(start, mark + 1, spelling(chunk[start : mark + 1]))
        start = mark + 1
    if start < end:
        yield Word(start, end, spelling(chunk[start:end]).rstrip("."))


def monster_word(chunk: str) -> Word | None:
    """Return the one word of a chunk of monstrous length, from its first letter to its last."""
    first = _ALPHANUMERIC.search(chunk)
    if first is None:
        return None
    end = len(chunk)
    while not chunk[end - 1].isalnum():
        end -= 1
    return Word(first.start(), end, spelling(chunk[first.start() : end]))
