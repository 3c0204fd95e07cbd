"""What a word is, for us and for the peers installed here: writes the table of docs/words.md.

Usage: ``python benchmarks/words.py > docs/words.md``. Our column is asserted against the answers
written by hand in ``tests/text/words.jsonl``; a peer that is not installed gets a line saying so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from qualmetrics.text import word_spans

Cut = Callable[[str], list[str]]
ROWS = Path(__file__).resolve().parent.parent / "tests" / "text" / "words.jsonl"

INTRODUCTION = """# What a word is

A word is a maximal run of letters and digits. Inside it may stand, one at a time and between two
of them: an apostrophe (straight or curly), a hyphen, a full stop, an ampersand, an underscore;
between digits also a comma, a colon or a slash. A sign of money, `#` or `+` before it and `%`, `#`
or `++` after it belong to it. Then:

- `U.S.` and `p.m.` (single letters with stops) keep their last stop; where a capital follows a
  stop inside a chunk (`done.But`) two words meet, except in degrees (`Ph.D`).
- A URL or an e-mail address is one word. It counts its letters and one syllable, and no list of
  familiar or hard words takes notice of it.
- Combining marks, soft hyphens and joiners belong to the letter before them; a word is compared
  in Unicode form NFC, lower case, with a straight apostrophe. Zero-width spaces separate.
- A word never crosses whitespace. Symbols and emoji are no words.
- A numeral (`5`, `3.14`, `1,000`, `$45.50`, `5/4/2020`, `10%`, `1st`, `1990s`) is a word of one
  syllable; the column `digit_syllables` reads it digit by digit, by the English names of digits.
- In languages with elisions (`l'homme`) the elided form is a word of its own.
- A run of more than 4,096 characters without whitespace is data: one word, from its first letter
  or digit to its last.

Known to be approximate: `U.S.-led` is two words (the stop ends the first); a hyphen at the end of
a line does not join its halves; a name by our rule is any word capitalised inside a sentence.

The table is written by `benchmarks/words.py`; our answers were written by hand first and are
asserted by `tests/text/test_words_engine.py`. `∅` is no word; words are separated by `·`.
"""


def ours(text: str) -> list[str]:
    """Return our words."""
    return [text[start:end] for start, end in word_spans(text)]


def textstat() -> Cut | None:
    """Return textstat's words: punctuation deleted, then split."""
    try:
        from textstat.backend.selections import list_words
    except ImportError:
        return None

    def cut(text: str) -> list[str]:
        return list(list_words(text, rm_punctuation=True))

    return cut


def spacy() -> Cut | None:
    """Return the tokens of a blank English spaCy pipeline that are no space or punctuation."""
    try:
        import spacy as library
    except ImportError:
        return None
    pipeline = library.blank("en")
    return lambda text: [t.text for t in pipeline(text) if not (t.is_punct or t.is_space)]


def readability() -> Cut | None:
    """Return the words of py-readability-metrics: its tokens without what it calls punctuation."""
    try:
        import readability.text.analyzer as library
        from nltk.tokenize import TweetTokenizer
    except ImportError:
        return None
    analyzer = library.Analyzer()

    def cut(text: str) -> list[str]:
        return [t for t in TweetTokenizer().tokenize(text) if not analyzer._is_punctuation(t)]

    return cut


def shown(words: list[str]) -> str:
    """Return words as a cell of a table."""
    return (
        " · ".join(words).replace("|", "\\|").replace("\u00ad", "(soft)").replace("\u200b", "(zw)")
        or "∅"
    )


def main() -> None:
    """Print the page."""
    peers = {
        "textstat 0.7.13": textstat(),
        "spaCy blank": spacy(),
        "py-readability-metrics": readability(),
    }
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    print(INTRODUCTION)
    for name in (name for name, cut in peers.items() if cut is None):
        print(f"({name} was not installed when this page was made.)\n")
    cuts = {"qualmetrics": ours} | {name: cut for name, cut in peers.items() if cut is not None}
    print("| text | " + " | ".join(cuts) + " |")
    print("|---" * (len(cuts) + 1) + "|")
    for row in rows:
        assert ours(row["text"]) == row["words"], row
        cells = [shown([row["text"]]), *(shown(cut(row["text"])) for cut in cuts.values())]
        print(f"| {' | '.join(cells)} |")
    print("\nTexts on which a peer agrees with us:")
    for name, cut in cuts.items():
        if name != "qualmetrics":
            same = sum(cut(row["text"]) == row["words"] for row in rows)
            print(f"- {name}: {same} of {len(rows)}")


if __name__ == "__main__":
    main()
