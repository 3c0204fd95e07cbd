"""Whether words stand in an order that English allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature

_SPLIT: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?;:,()\[\]{}\"“”\n]|\d+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ARTICLES: Final = _set("the a an")
POSSESSIVES: Final = _set("my your our their its every")
DETERMINERS: Final = ARTICLES | POSSESSIVES
SUBJECTS: Final = _set("i he she we they")
PREPOSITIONS: Final = _set("of at from with into for by to in on")
CONJUNCTIONS: Final = _set("and or but than because if")
AUXILIARIES: Final = _set(
    "is are was were be been has have had will would can could may might must am"
)
CLOSED: Final = (
    DETERMINERS | SUBJECTS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | _set("that it this which")
)
STOPS: Final = frozenset(".!?;:,)]}\n") | {"END"}

AFTER_DETERMINER: Final = (
    DETERMINERS
    | SUBJECTS
    | PREPOSITIONS
    | CONJUNCTIONS
    | AUXILIARIES
    | STOPS
    | _set("it them him me us that this these those")
) - _set("in on may can will might must to for by than have")
"""What an article or a possessive is not followed by, without homographs of nouns and adverbs."""
AFTER_PREPOSITION: Final = (AUXILIARIES | SUBJECTS | CONJUNCTIONS | _set(". ! ? ;")) - _set(
    "be have been if or and but because may will must can"
)
AFTER_SUBJECT: Final = DETERMINERS | SUBJECTS | _set("of from into at with")
AFTER_CONJUNCTION: Final = _set("of . ! ? ; , ) and or but")

FOLLOWERS: Final = (
    *((word, AFTER_DETERMINER) for word in DETERMINERS),
    *((word, AFTER_PREPOSITION) for word in _set("of at from with into")),
    *((word, AFTER_SUBJECT) for word in SUBJECTS - {"i"}),
    *((word, AFTER_CONJUNCTION) for word in _set("and or because than")),
)
_FORBIDDEN: Final = dict(FOLLOWERS)

CAPITALISED: Final = frozenset(word.capitalize() for word in CLOSED) - {"I", "May", "Will"}
ENDS: Final = frozenset(".!?")
MARKS: Final = ENDS | frozenset(':;()[]{}"“”\n')

FENCES: Final = ("```", "~~~")
CODE_SIGNS: Final = "{}()[]=<>_;/*+|&%$#@\\"
CODE_SHARE: Final = 0.05
"""Of the characters of a block, white space apart; prose has about .01."""

NEUTRAL: Final = 2.0
"""So many places that are right are added to each text, so that one slip in a short text is no
verdict."""


def word_order() -> Scorer:
    """Share of places in an English text at which the order of words is possible.

    Looked at: what follows a function word (an article never stands before a preposition), a
    function word with a capital letter (only where something begins), and what follows a stop
    (nothing in lower case, in a text that has capitals). Near 1 for prose, .5 to .85 for the same
    words shuffled.

    Outputs ``judged`` (places that were looked at), ``function_words`` (their share of all words,
    about .3 to .5 in prose, near 0 in a list of content words) and ``word_order``, the primary
    one. A text without such places has 1: there is nothing to judge, which is what the second
    output is for.

    A fenced block of code is left out, so that an answer may hold a program; a block without the
    signs of code is read like the rest, so that no salad hides in one.

    It guards against word salad, nothing more: it is no grammar check, and in another language
    there is hardly a word that it looks at. Undefined for a blank text.
    """
    spec = Spec(
        name="word_order",
        version=2,
        description=word_order.__doc__ or "",
        outputs=("judged", "function_words", "word_order"),
        languages=("en",),
        increases_with="quality",
        bounds=(0.0, None),
        unit="share",
        source="Own definition: places that English word order excludes",
    )
    return feature(spec, _measure, uses=("order:en/1",))


def _prose(text: str) -> str:
    """Return a text without its fenced blocks, those apart that hold no code."""
    if not any(fence in text for fence in FENCES):
        return text
    kept: list[str] = []
    block: list[str] | None = None
    for line in text.splitlines():
        if line.lstrip().startswith(FENCES):
            if block is not None and not _is_code("".join(block)):
                kept += block
            block = [] if block is None else None
        else:
            (kept if block is None else block).append(line)
    return "\n".join([*kept, *(block or ())])


def _is_code(block: str) -> bool:
    signs = sum(map(block.count, CODE_SIGNS))
    return signs >= CODE_SHARE * (len(block) - block.count(" "))


def _measure(text: str) -> Sequence[float]:
    spelled = _SPLIT.findall(_prose(text).replace("’", "'"))
    tokens = [token.lower() for token in spelled]
    words = sum(token[0].isalnum() for token in tokens)
    has_capitals = spelled != tokens
    judged = wrong = 0
    before = "\n"
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else "END"
        forbidden = _FORBIDDEN.get(token)
        if forbidden is not None:
            judged += 1
            wrong += following in forbidden
        if spelled[i] in CAPITALISED:
            judged += 1
            wrong += before not in MARKS
        if has_capitals and token in ENDS and following[0].isalpha() and following != "END":
            judged += 1
            wrong += spelled[i + 1].islower()
        before = token
    share = sum(token in CLOSED for token in tokens) / words if words else 0.0
    return float(judged), share, 1.0 - wrong / (judged + NEUTRAL)
