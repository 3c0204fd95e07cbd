"""Word weights as graph operators: ``text.weights``, its words, its n-grams and its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from qualmetrics.errors import ExportError
from qualmetrics.onnx.counting_chunks import Counting
from qualmetrics.onnx.counting_syllables import cut, moved_left
from qualmetrics.onnx.nodes import ML, Graph, Name
from qualmetrics.text.weights import (
    DIGIT,
    END,
    LIMIT,
    LONGEST_GRAM,
    OTHER,
    READ_CLOSELY,
    START,
    SYMBOLS,
    WordWeights,
)

_ABSENT: Final = 1 << 30
"""What a look-up says of a word that a table lacks; no weight is so large."""


def channels(tables: Sequence[WordWeights]) -> dict[str, tuple[WordWeights, int]]:
    """Return where the sums of some tables come from: channel -> (table, its column)."""
    found = {name: (table, k) for table in tables for k, name in enumerate(table.channels)}
    if len(found) < sum(len(table.channels) for table in tables):
        raise ExportError(f"two tables share a channel: {', '.join(found)}")
    return found


def draw_channel(counting: Counting, table: WordWeights, column: int) -> Name:
    """Draw the sums of one channel of a table, by text."""
    g, keys = counting.g, counting.keys
    weights = _weights(g, keys, table, column)
    if table.proper is None:
        return counting.by_word(weights)
    named = g.constant(table.proper[column])
    return counting.by_place(g.op("Where", counting.is_name(), named, counting.of_words(weights)))


def _weights(g: Graph, keys: Name, table: WordWeights, column: int) -> Name:
    """Return what each distinct word weighs; names are not looked for."""
    words = {word: row[column] for word, row in table.words.items()}
    absent = g.constant(_ABSENT)
    if words:
        # Both forms in one look-up: a table is large, and stands in the graph once for this.
        both = g.op("Concat", keys, cut(g, keys, "'s$"), axis=0)
        whole, bare = g.ops(2, "Split", g.look_up(both, words, _ABSENT), axis=0, num_outputs=2)
        found = g.op("Where", g.equal(whole, absent), bare, whole)
    else:
        found = g.op("Expand", absent, g.size(keys, 0))
    asked = g.where_true(g.equal(found, absent))
    grams = {gram: row[column] for gram, row in table.grams.items() if row[column]}
    start = g.constant(table.unknown[column])
    estimate = g.by_length(g.take(keys, asked), lambda group: _of_grams(g, group, grams))
    total = g.op("Clip", g.op("Add", estimate, start), g.constant(-LIMIT), g.constant(LIMIT))
    return g.put(found, asked, total)


def _of_grams(g: Graph, words: Name, grams: Mapping[str, int]) -> Name:
    """Sum the weights of the n-grams of each word, as ``WordWeights.estimate`` does."""
    marked = g.op("StringConcat", g.op("StringConcat", g.text(START), words), g.text(END))
    sides = (g.constant([0]), g.constant([READ_CLOSELY]), g.constant([1]))
    spelled = _symbols(g, g.op("Slice", g.characters(marked), *sides))
    longer, rest, total = spelled, spelled, _gram_sum(g, spelled, grams, 1)
    for size in range(2, 1 + min(LONGEST_GRAM, max(map(len, grams), default=0))):
        rest = moved_left(g, rest)
        ended = g.equal(rest, g.text(""))
        longer = g.op("Where", ended, g.text(""), g.op("StringConcat", longer, rest))
        total = g.op("Add", total, _gram_sum(g, longer, grams, size))
    return total


def _symbols(g: Graph, characters: Name) -> Name:
    """Return single characters as n-grams spell them: all digits are 0, what is unknown is ~."""
    table = {symbol: symbol for symbol in SYMBOLS} | dict.fromkeys("0123456789", DIGIT) | {"": ""}
    return g.op(
        "LabelEncoder",
        characters,
        domain=ML,
        keys_strings=list(table),
        values_strings=list(table.values()),
        default_string=OTHER,
    )


def _gram_sum(g: Graph, matrix: Name, grams: Mapping[str, int], size: int) -> Name:
    """Sum the weights of the n-grams of one size in each row."""
    weights = {gram: w for gram, w in grams.items() if len(gram) == size}
    found = g.look_up(matrix, weights or {"": 0}, 0)
    return g.op("ReduceSum", found, g.constant([1]), keepdims=0)


__all__ = ["channels", "draw_channel"]
