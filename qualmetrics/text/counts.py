"""Texts to count columns: one pass over the chunks, whatever number of columns is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.text import chunks, lookup, memo
from qualmetrics.text import marks as m
from qualmetrics.text import sentences as sent
from qualmetrics.text.columns import NAME, NAMED_BEFORE, PLAIN, columns
from qualmetrics.text.lexemes import WordView
from qualmetrics.text.rules import Rules, TextstatRules, get_rules
from qualmetrics.text.weights import WordWeights

Counted = NDArray[np.float64]
_BATCH_CHARACTERS = 1 << 18  # chunks of a batch fit the second-level cache
_PADDING = b" " * 25  # keys are read eight bytes at a time and may reach beyond the end


def count(
    texts: Sequence[str],
    columns: Iterable[str],
    rules: str = "en/1",
    *,
    tables: Sequence[WordWeights] = (),
) -> dict[str, Counted]:
    """Count words, sentences, syllables and more in each text.

    Parameters
    ----------
    texts
        The texts; a text is never refused, an empty one counts 0 everywhere.
    columns
        Names of ``column_names()``.
    rules
        Named counting rules: ``en/1``, ``de/1``, ..., ``textstat``, ``textstat:de``.
    tables
        Learned word weights, summed over the words of each text in the same pass.

    Returns
    -------
    dict
        For each column, and each channel of a table, an array of float64 ``(n,)`` that holds whole
        numbers.

    Raises
    ------
    InputError
        For a bare string, something that is not a string, an unknown column, or a column of an
        English word list under the rules of another language; for tables that share a channel, or
        tables under the rules of textstat.
    UnknownLanguageError
        For rules that are not bundled.

    Examples
    --------
    >>> count(["It rains. We stay in."], ["words", "sentences"])
    {'words': array([5.]), 'sentences': array([2.])}
    """
    names = tuple(dict.fromkeys(columns))
    checked = get_rules(rules)
    given = _checked(texts)
    _check_tables(tables, checked)
    if isinstance(checked, TextstatRules):
        from qualmetrics.text import textstat_rules

        counted: dict[str, Counted] = textstat_rules.count(given, names, checked.lang)
        return counted
    checked.check(names)
    channels = [channel for item in tables for channel in item.channels]
    table = {name: np.zeros(len(given)) for name in (*names, *channels)}
    generation = memo.generation(checked.language)
    for start, stop in _batches(given):
        batch = _Batch(generation, given[start:stop], checked)
        found = batch.columns(names)
        for item in tables:
            found |= batch.weighed(item)
        for name, values in found.items():
            table[name][start:stop] = values
    return table


def _check_tables(tables: Sequence[WordWeights], rules: Rules | TextstatRules) -> None:
    if tables and isinstance(rules, TextstatRules):
        raise InputError(f"words are not weighed under the rules {rules.name}; ask for en/1")
    channels = [channel for table in tables for channel in table.channels]
    twice = sorted({channel for channel in channels if channels.count(channel) > 1})
    if twice:
        raise InputError(f"two tables have a channel called {', '.join(twice)}: count them apart")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The words of some texts as they stand, one after the other."""

    text: NDArray[np.intp]
    """Which text each belongs to."""
    word: NDArray[np.intp]
    """Which of ``keys``."""
    is_name: NDArray[np.bool_]
    """Whether it is a proper name where it stands: capitalised inside a sentence."""
    keys: tuple[str, ...]
    """The distinct words in lower case."""

    def weights(self, table: WordWeights) -> NDArray[np.int32]:
        """Return what each word adds to the sums of its text, ``(n, channels)``."""
        found = table.weigh(self.keys)[self.word]
        if table.proper is not None:
            found[self.is_name] = table.proper
        return found


def occurrences(texts: Sequence[str], rules: str = "en/1") -> Occurrences:
    """Return the words of texts as the counts see them: what a table is learnt from."""
    checked = get_rules(rules)
    given = _checked(texts)
    if isinstance(checked, TextstatRules):
        raise InputError(f"words are not listed under the rules {checked.name}; ask for en/1")
    generation = memo.generation(checked.language)
    index: dict[str, int] = {}
    parts = []
    for start, stop in _batches(given):
        at, words, is_name = _Batch(generation, given[start:stop], checked).words()
        distinct, which = np.unique(words, return_inverse=True)
        numbers = [index.setdefault(key, len(index)) for key in generation.table.keys(distinct)]
        parts.append((at + start, np.array(numbers, np.intp)[which], is_name))
    none = np.zeros(0, np.intp)
    text, word, is_name = (
        map(np.concatenate, zip(*parts, strict=True)) if parts else (none, none, none.astype(bool))
    )
    return Occurrences(text, word, is_name, tuple(index))


def _checked(texts: Sequence[str]) -> list[str]:
    if isinstance(texts, str | bytes):
        raise InputError(
            f"expected a sequence of texts, got one {type(texts).__name__}: type count([text], ...)"
        )
    given = list(texts)
    for index, text in enumerate(given):
        if not isinstance(text, str):
            raise InputError(
                f"texts[{index}] is {type(text).__name__}, expected str; "
                "decode bytes, and leave missing values out"
            )
    return given


def _batches(texts: list[str]) -> Iterator[tuple[int, int]]:
    start = size = 0
    for index, text in enumerate(texts):
        size += len(text) + 64
        if size >= _BATCH_CHARACTERS:
            yield start, index + 1
            start, size = index + 1, 0
    if start < len(texts):
        yield start, len(texts)


class _Batch:
    """The chunks of some texts and what is derived from them on demand."""

    def __init__(self, generation: memo.Generation, texts: list[str], rules: Rules) -> None:
        self._generation = generation
        self._rules = rules
        self._n = len(texts)
        self._stream = _stream(generation, texts)
        self._cold = generation.cold.data

    def columns(self, names: Iterable[str]) -> dict[str, Counted]:
        registry = columns()
        table: dict[str, Counted] = {}
        wanted = {
            kind: {n for n in names if registry[n].kind == kind}
            for kind in ("word", "character", "named", "text")
        }
        table |= self._packed(wanted["word"] | wanted["character"])
        if wanted["named"] or wanted["text"] - {"types", "paragraphs"}:
            self._cut()
        if wanted["named"]:
            table |= self._named(wanted["named"])
        for name in wanted["text"]:
            table[name] = getattr(self, "_" + name)()
        return table

    # --- sums ---------------------------------------------------------------------------------

    def _packed(self, names: set[str]) -> dict[str, Counted]:
        table: dict[str, Counted] = {}
        for number, members in enumerate(memo.lanes(named=False)):
            if any(column.name in names for column, _ in members):
                lane = self._generation.lane(number, named=False)
                table |= _lane_sums(lane, self._stream, names)
        return table

    def _named(self, names: set[str]) -> dict[str, Counted]:
        """Sum as if no word were a name, then put right the few that are."""
        s, generation = self._stream, self._generation
        table: dict[str, Counted] = {}
        for number, members in enumerate(memo.lanes(named=True)):
            if any(column.name in names for column, _ in members):
                table |= _lane_sums(generation.lane(number, named=True), s, names)
        found = sent.names(s, self._cold, self._first)
        texts = s.texts_of(found)
        rows = s.rows[found]
        words = generation.word.data[generation.word_start.data[rows]]
        with generation.lock:
            repeated = _seen_before((texts << 32) | generation.table.name_of(words))
            view = WordView(generation.table, words)
            plain = np.full(len(words), PLAIN, np.int8)
            cases = np.where(repeated, np.int8(NAMED_BEFORE), np.int8(NAME))
            for name in table:
                compute = columns()[name].compute
                assert compute is not None  # noqa: S101 - a named column has a body
                change = compute(view, cases).astype(np.int8) - compute(view, plain)
                table[name] += np.bincount(texts, change, self._n)
        return table

    def weighed(self, table: WordWeights) -> dict[str, Counted]:
        """Sum the weights of a table by text, one sum a channel."""
        s, generation = self._stream, self._generation
        lane = generation.weight_lane(table)
        filled = np.flatnonzero(np.diff(s.offsets))
        sums = np.zeros((len(table.channels), self._n))
        for channel, of_rows in enumerate(lane.sums if len(filled) else ()):
            sums[channel, filled] = np.add.reduceat(of_rows.data.take(s.rows), s.offsets[filled])
        if table.proper is not None:
            found = self._first_names()
            words = generation.word.data[generation.word_start.data[s.rows[found]]]
            with generation.lock:
                change = np.array(table.proper) - generation.table.weights(table)[words]
            texts = s.texts_of(found)
            for channel in range(len(table.channels)):
                sums[channel] += np.bincount(texts, change[:, channel], self._n)
        return dict(zip(table.channels, sums, strict=True))

    def words(self) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.bool_]]:
        """Return text, number in the word table, and whether it is a name, of every word."""
        s, generation = self._stream, self._generation
        owners, flat = _expand(generation, s.rows)
        is_name = generation.word_is_name.data[flat]
        heads = np.ones(len(owners), np.bool_)
        np.not_equal(owners[1:], owners[:-1], out=heads[1:])
        named = np.zeros(len(s.rows), np.bool_)
        named[self._first_names()] = True
        is_name[heads] = named[owners[heads]]
        texts = np.repeat(np.arange(self._n), np.diff(s.offsets))
        return texts[owners], generation.word.data[flat], is_name

    # --- sequences ----------------------------------------------------------------------------

    def _first_names(self) -> NDArray[np.intp]:
        """Return the chunks whose first word is a name."""
        if not hasattr(self, "_first"):
            self._cut()
        return sent.names(self._stream, self._cold, self._first)

    def _cut(self) -> None:
        s = self._stream
        self._paragraph_ends = sent.paragraph_ends(s)
        self._ends = sent.sentence_ends(s, self._cold, self._paragraph_ends, self._rules.language)
        self._first, _ = sent.firsts(self._ends, s.hot)
        several = np.flatnonzero(s.hot & m.MULTIPLE)
        inner = self._generation.inner.data[s.rows[several]]
        self._inner = np.bincount(s.texts_of(several), inner, self._n)

    def _sentences(self) -> Counted:
        return self._stream.per_text(self._first) + self._inner

    def _units(self) -> Counted:
        s = self._stream
        first, _ = sent.firsts(self._ends | ((s.hot & m.COLON) != 0), s.hot)
        return s.per_text(first) + self._inner

    def _paragraphs(self) -> Counted:
        s = self._stream
        return s.per_text(sent.firsts(sent.paragraph_ends(s), s.hot)[0])

    def _types(self) -> Counted:
        s, generation = self._stream, self._generation
        words = generation.first_word.data.take(s.rows)
        texts = np.repeat(np.arange(self._n), np.diff(s.offsets))
        several = np.flatnonzero(s.hot & m.MULTIPLE)
        if len(several):
            owners, flat = _expand(generation, s.rows[several])
            words = np.concatenate((words, generation.word_type.data[flat]))
            texts = np.concatenate((texts, texts[several[owners]]))
        return _distinct(texts[words >= 0], words[words >= 0], self._n)

    def _holding(self, name: str) -> NDArray[np.intp]:
        """Return the chunks for which a named column may count something."""
        s = self._stream
        for number, members in enumerate(memo.lanes(named=True)):
            for column, shift in members:
                if column.name == name:
                    lane = self._generation.lane(number, named=True)
                    mask = np.uint64(((1 << column.bits) - 1) << shift)
                    some = (lane.packed.data.take(s.rows) & mask) != 0
                    return np.flatnonzero(some | ((s.hot & m.WIDE) != 0))
        raise KeyError(name)

    def _unfamiliar_spache_types(self) -> Counted:
        s, generation = self._stream, self._generation
        is_name = np.zeros(len(s.rows), np.bool_)
        is_name[sent.names(s, self._cold, self._first)] = True
        candidates = self._holding("unfamiliar_spache")
        owners, flat = _expand(generation, s.rows[candidates])
        cases = np.where(generation.word_is_name.data[flat], NAME, PLAIN)
        heads = np.concatenate(([True], owners[1:] != owners[:-1]))[: len(owners)]
        owners = candidates[owners]
        cases[heads & is_name[owners]] = NAME
        compute = columns()["unfamiliar_spache"].compute
        assert compute is not None  # noqa: S101 - a named column has a body
        with generation.lock:
            unfamiliar = compute(WordView(generation.table, generation.word.data[flat]), cases)
        texts = s.texts_of(owners[unfamiliar])
        return _distinct(texts, generation.word_type.data[flat][unfamiliar], self._n)


def _stream(generation: memo.Generation, texts: list[str]) -> sent.Stream:
    """Return the chunks of all texts as rows, from their bytes where their layout is plain."""
    pieces = [piece for text in texts for piece in chunks.pieces(text)]
    data = [piece.encode("utf-8", "surrogatepass") for piece in pieces]
    ends = np.cumsum([len(piece) + 1 for piece in data])
    if len(texts) < len(pieces):
        counts = [sum(1 for _ in chunks.pieces(text)) for text in texts]
        ends = ends[np.cumsum(counts) - 1]
    found = lookup.layout(b" " + b" ".join(data) + _PADDING)
    if found is None:
        return _irregular(generation, texts)
    rows = generation.look_up_bytes(found)
    offsets = np.concatenate(([0], np.searchsorted(found.starts, ends)))
    followers = np.searchsorted(found.starts, found.breaks)
    return sent.Stream(
        rows, generation.hot.data.take(rows), offsets, *sent.runs(followers[followers < len(rows)])
    )


def _irregular(generation: memo.Generation, texts: list[str]) -> sent.Stream:
    everything: list[str] = []
    ends = [0]
    for text in texts:
        everything += chunks.split(chunks.plain_breaks(text))
        ends.append(len(everything))
    rows = generation.look_up(everything)
    return sent.stream(rows, generation.hot.data.take(rows), np.array(ends, np.intp))


def _lane_sums(lane: memo.Lane, s: sent.Stream, names: set[str]) -> dict[str, Counted]:
    """Sum the packed rows of each text, block by block, and unpack the sums."""
    n_texts = len(s.offsets) - 1
    sums = {column.name: np.zeros(n_texts) for column, _ in lane.members if column.name in names}
    if not len(s.rows):
        return sums
    filled = np.flatnonzero(np.diff(s.offsets))
    starts = s.offsets[filled]
    blocks = np.sort(np.concatenate((starts, np.arange(0, len(s.rows), memo.BLOCK))))
    blocks = blocks[np.diff(blocks, prepend=-1) > 0]  # np.unique would import numpy.ma, 15 ms
    packed = np.add.reduceat(lane.packed.data.take(s.rows), blocks)
    owner = np.searchsorted(blocks, starts)
    for column, shift in lane.members:
        if column.name in sums:
            field = (packed >> np.uint64(shift)) & np.uint64((1 << column.bits) - 1)
            sums[column.name][filled] = np.add.reduceat(field, owner)
    wide = np.flatnonzero(s.hot & m.WIDE)
    if len(wide):
        texts = s.texts_of(wide)
        exact = np.array([lane.wide[row] for row in s.rows[wide].tolist()], np.float64)
        for index, (column, _) in enumerate(lane.members):
            if column.name in sums:
                sums[column.name] += np.bincount(texts, exact[:, index], n_texts)
    return sums


def _expand(
    generation: memo.Generation, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return, for every word of these rows, the index of its row here and its flat position."""
    starts = generation.word_start.data[rows]
    counts = generation.word_start.data[rows + 1] - starts
    owners = np.repeat(np.arange(len(rows)), counts)
    ends = np.cumsum(counts)
    flat = np.arange(len(owners)) - np.repeat(ends - counts, counts) + np.repeat(starts, counts)
    return owners, flat


def _distinct(texts: NDArray[Any], words: NDArray[Any], n_texts: int) -> Counted:
    keys = np.sort((texts.astype(np.int64) << 32) | words)
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return np.bincount(keys[new] >> 32, minlength=n_texts).astype(np.float64)


def _seen_before(keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the keys that occurred earlier in the array."""
    order = np.argsort(keys, kind="stable")
    seen = np.zeros(len(keys), np.bool_)
    seen[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return seen
