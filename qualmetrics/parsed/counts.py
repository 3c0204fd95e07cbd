"""Machinery: count columns by spaCy's words and sentences, in place of those that our rules find.

A word is a token with a letter or a digit, so ``do`` and ``n't`` are two; a sentence is one of
spaCy's that holds a word. Syllables, word lists and what a character counts as are those of the
language's own rules. A name is a word that is capitalised inside a sentence, not written in
capitals like the word before it, and not after a colon or an opening quote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Batch, Cost, Layout, Rows, Status
from qualmetrics.parsed.docs import DocSource, is_word, status_of
from qualmetrics.text.columns import NAME, NAMED_BEFORE, PLAIN, columns
from qualmetrics.text.inputs import STATUS_COLUMNS, Counts, statuses
from qualmetrics.text.language import Language
from qualmetrics.text.lexemes import WordTable, WordView, classes
from qualmetrics.text.marks import is_name_like
from qualmetrics.text.rules import Rules
from qualmetrics.text.skeleton import ENDER, PUNCTUATION, UNCOUNTED, spelling

_OPENING = frozenset("\"“„‘'«‹")


@dataclass(frozen=True, slots=True)
class DocCounts:
    """What ``Counts`` yields of a text, for the words and sentences of its document."""

    rules: Rules
    columns: tuple[str, ...]
    source: DocSource

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a document for each column."""
        return dict.fromkeys(self.columns, Layout())

    @property
    def needs(self) -> frozenset[str]:
        """The column of documents, or the text alone."""
        return self.source.needs

    @property
    def requires(self) -> tuple[str, ...]:
        """Annotations that the columns depend on: sentences, if any does."""
        registry = columns()
        has_sentences = any("sent" in registry[name].needs for name in self.columns)
        return ("SENT_START",) if has_sentences else ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of the rules, with spaCy's words and sentences."""
        own = self.rules.signature_parts(self.columns)
        kept = [part for part in own if not part.startswith(("words:", "sent:"))]
        cut = [part.partition(":")[0] for part in own if part not in kept]
        return (*(f"{unit}:{self.source.name}" for unit in cut), *kept)

    def union(self, other: Any) -> DocCounts | None:
        """Return the columns of both as one input: documents are walked once."""
        if not isinstance(other, DocCounts) or (other.rules, other.source) != (
            self.rules,
            self.source,
        ):
            return None
        if self.requires != other.requires:  # a row without sentences has a status for one only
            return None
        return DocCounts(
            self.rules, tuple(dict.fromkeys((*self.columns, *other.columns))), self.source
        )

    def cost(self, rows: Rows) -> Cost | None:
        """Counting pads nothing."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Count each document."""
        names = tuple(dict.fromkeys((*self.columns, *STATUS_COLUMNS)))
        self.rules.check(names)
        table = {name: np.zeros(len(rows)) for name in names}
        docs = self.source.read(rows)
        status = np.array([status_of(doc, self.requires) for doc in docs], dtype=np.uint16)
        language = self.rules.language
        lexemes = WordTable(language)
        for i in np.flatnonzero(status == Status.OK).tolist():
            for name, value in _Counted(docs[i], lexemes, language).columns(names).items():
                table[name][i] = value
        good = status == Status.OK
        status[good] = statuses(table)[good]
        return Batch({name: table[name] for name in self.layout}, status)


def by_documents(counts: Counts, source: DocSource) -> DocCounts | None:
    """Return counts of documents for counts of texts; None where only our own cut will do.

    That is so for learned word weights, which belong to the words that they were learned of, and
    for the rules of textstat, which are that program's.
    """
    from qualmetrics.text.rules import get_rules

    rules = get_rules(counts.rules)
    if counts.tables or not isinstance(rules, Rules):
        return None
    return DocCounts(rules, counts.columns, source)


class _Counted:
    """One document, token by token."""

    def __init__(self, doc: Any, lexemes: WordTable, language: Language) -> None:
        self.tokens = [token for token in doc if token.text.strip()]
        self.words = [token for token in self.tokens if is_word(token)]
        spelled = [spelling(token.text) for token in self.words]
        self.indices = lexemes.indices(spelled)
        self.types = lexemes.type_of(self.indices)
        self.view = WordView(lexemes, self.indices)
        self.doc = doc
        self.language = language
        self._cases: NDArray[np.int8] | None = None

    def columns(self, names: Sequence[str]) -> dict[str, float]:
        registry = columns()
        found: dict[str, float] = {}
        for name in names:
            column = registry[name]
            if column.kind == "text" or column.compute is None:
                found[name] = getattr(self, f"_{name}")()
            elif column.kind == "word":
                found[name] = column.compute(self.view).sum()
            elif column.kind == "named":
                found[name] = column.compute(self.view, self.cases).sum()
            else:
                found[name] = column.compute(self).sum()
        return found

    # -- characters: this object is what a character column looks at ------------------------------

    @property
    def characters(self) -> NDArray[np.int64]:
        """Visible characters of each token."""
        return _without(self.tokens, UNCOUNTED)

    @property
    def punctuation(self) -> NDArray[np.int64]:
        """Punctuation of each token that is no word."""
        return _with(self.tokens, PUNCTUATION)

    @property
    def enders(self) -> NDArray[np.int64]:
        """Sentence enders of each token that is no word."""
        return _with(self.tokens, ENDER)

    # -- sequences --------------------------------------------------------------------------------

    @property
    def cases(self) -> NDArray[np.int8]:
        """For each word whether it is a name where it stands, and named before."""
        if self._cases is None:
            seen: set[str] = set()
            found = []
            for token, is_name in zip(self.words, self._are_names(), strict=True):
                key = token.text.lower()
                found.append((NAMED_BEFORE if key in seen else NAME) if is_name else PLAIN)
                seen |= {key} if is_name else set()
            self._cases = np.array(found, np.int8)
        return self._cases

    def _are_names(self) -> list[bool]:
        firsts, names = set(self._first_words()), []
        for before, token in zip([None, *self.words], self.words, strict=False):
            mark = self.doc[token.i - 1].text[-1] if token.i else ""
            shouted = before is not None and _is_shouted(before) and _is_shouted(token)
            excused = token.i in firsts or mark == ":" or mark in _OPENING or shouted
            names.append(not excused and is_name_like(token.text, self.language))
        return names

    def _first_words(self) -> list[int]:
        found = []
        for sentence in self.doc.sents:
            first = next((token.i for token in sentence if is_word(token)), None)
            found += [] if first is None else [first]
        return found

    def _sentences(self) -> float:
        return len(self._first_words())

    def _units(self) -> float:
        firsts, is_open, count = set(self._first_words()), True, 0
        for token in self.tokens:
            if is_word(token):
                count += is_open or token.i in firsts
                is_open = False
            elif token.text in (":", ";"):
                is_open = True
        return count

    def _types(self) -> float:
        return len(set(self.types.tolist()))

    def _unfamiliar_spache_types(self) -> float:
        compute = columns()["unfamiliar_spache"].compute
        assert compute is not None  # noqa: S101 - a named column has a body
        return len(set(self.types[compute(self.view, self.cases)].tolist()))

    def _paragraphs(self) -> float:
        count, is_open = 0, True
        for token in self.doc:
            if not token.text.strip() and token.text.count("\n") > 1:
                is_open = True
            elif is_open and is_word(token):
                count, is_open = count + 1, False
        return count


def _is_shouted(token: Any) -> bool:
    return len(token.text) > 1 and token.text.isupper() and token.text.isalpha()


def _without(tokens: Sequence[Any], bit: int) -> NDArray[np.int64]:
    found, _ = classes([token.text for token in tokens])
    return np.array([((found & bit) == 0).sum()])


def _with(tokens: Sequence[Any], bit: int) -> NDArray[np.int64]:
    found, _ = classes([token.text for token in tokens if not is_word(token)])
    return np.array([((found & bit) != 0).sum()])
