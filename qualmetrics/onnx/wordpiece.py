"""WordPiece as a graph: strings in, token ids out, on the ordinary onnxruntime.

What a character becomes (lower case, without accents, gone, a space, a word of its own) is read
off the tokenizer itself, one code point after the other, so that the table in the graph cannot
drift from the library. What remains to be drawn is the greedy search for the longest piece.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qualmetrics.core import Status
from qualmetrics.errors import ExportError, MissingExtraError
from qualmetrics.onnx.nodes import Graph, Name, character_class, library, raised, renamed

LONGEST_RAW: Final = 256
"""Characters of a word before normalisation; a longer one is unknown, whatever it holds."""

DIFFERENCES: Final = (
    "a special token spelled out in the text ([MASK]) is read as text",
    f"a word of more than {LONGEST_RAW} characters is unknown even if most of them are accents",
    "lone surrogates cannot be passed to onnxruntime",
)
"""Where the ids may differ from those of the tokenizers library; also written into the graph."""

_MARK: Final = "a"
"""A letter that is set beside a character to see whether both make one word."""


@dataclass(frozen=True)
class Alphabet:
    """What a tokenizer makes of each character."""

    becomes: Mapping[str, str]
    """Characters of words that change: to lower case, to several characters, to nothing."""
    spaces: frozenset[int]
    alone: frozenset[int]
    """Code points that are a word of their own: punctuation, and the characters of Chinese."""
    dropped: frozenset[int]

    @property
    def word(self) -> str:
        """An expression for one word."""
        inside = character_class(self.spaces | self.alone, inverse=True)
        first = character_class(self.spaces | self.alone | self.dropped, inverse=True)
        return f"{first}{inside}*|{character_class(self.alone)}"


@dataclass(frozen=True)
class WordPiece:
    """A WordPiece tokenizer, read: its table of characters, its pieces, its special tokens."""

    alphabet: Alphabet
    pieces: Mapping[str, int]
    prefix: str
    longest: int
    """Characters of the longest piece, without its prefix."""
    limit: int
    """Characters of a word beyond which it is unknown."""
    unknown: int
    start: int
    end: int
    pad: int


def wordpiece_graph(
    tokenizer: str | Path | Mapping[str, int], max_tokens: int = 512, *, side: str = ""
) -> Any:
    """Draw a tokenizer as a graph from strings to token ids.

    Parameters
    ----------
    tokenizer : path or mapping
        A ``tokenizer.json`` of a BERT-like WordPiece tokenizer, or a vocabulary (piece -> id),
        which is read by the rules of BERT uncased.
    max_tokens : int
        Longest sequence, with its special tokens; what is beyond is cut.
    side : str
        Prefix of all names, such as ``text``: input ``text``, outputs ``text_ids``, ``text_mask``
        and ``text_special``. Without it they are ``texts``, ``ids``, ``mask``, ``special``.

    Returns
    -------
    onnx.ModelProto
        Strings ``(n,)`` -> int64 ``(n, tokens)``: ids padded to the longest of the batch, mask (1
        on tokens), special (1 on the first and last token). No text gives no rows. A fourth output,
        ``truncated`` ``(n,)``, is 1 where a text was cut.

    Raises
    ------
    ExportError
        When the tokenizer is of another kind, or does more than single characters tell.
    MissingExtraError
        Without the packages onnx and tokenizers.
    """
    if max_tokens < 3:
        raise ExportError(f"max_tokens={max_tokens} leaves no room between two special tokens")
    read = read_wordpiece(tokenizer)
    graph = Graph()
    source = side or "texts"
    *outputs, truncated = _ids(graph, source, read, max_tokens)
    stem = f"{side}_" if side else ""
    int64 = library().TensorProto.INT64
    return graph.model(
        {source: ("n",)},
        {
            f"{stem}{name}": (value, int64, ("n", f"{stem}tokens"))
            for name, value in zip(KINDS, outputs, strict=True)
        }
        | {f"{stem}truncated": (truncated, int64, ("n",))},
        {"max_tokens": str(max_tokens), "tokenizer_differences": "; ".join(DIFFERENCES)},
    )


# -- reading a tokenizer -------------------------------------------------------------------------


def read_wordpiece(tokenizer: str | Path | Mapping[str, int]) -> WordPiece:
    """Read a ``tokenizer.json`` or a vocabulary."""
    try:
        import tokenizers
    except ImportError:
        raise MissingExtraError("tokenizers", "onnx", "reading a tokenizer") from None
    if isinstance(tokenizer, Mapping):
        made = tokenizers.Tokenizer(
            tokenizers.models.WordPiece(dict(tokenizer), unk_token="[UNK]")  # noqa: S106
        )
        made.normalizer = tokenizers.normalizers.BertNormalizer()
        made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    else:
        made = tokenizers.Tokenizer.from_file(str(tokenizer))
    data = json.loads(made.to_str())
    model = data["model"]
    kinds = [(data[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer")]
    if model["type"] != "WordPiece" or kinds != ["BertNormalizer", "BertPreTokenizer"]:
        raise ExportError(
            f"expected a WordPiece tokenizer with BERT's normalisation, got {model['type']} with "
            f"{kinds[0]} and {kinds[1]}"
        )
    pieces = model["vocab"]
    missing = [name for name in ("[UNK]", "[CLS]", "[SEP]", "[PAD]") if name not in pieces]
    if missing:
        raise ExportError(f"the vocabulary lacks {', '.join(missing)}")
    prefix = model["continuing_subword_prefix"]
    return WordPiece(
        alphabet=_alphabet(made),
        pieces=pieces,
        prefix=prefix,
        longest=max(len(piece.removeprefix(prefix)) for piece in pieces),
        limit=model["max_input_chars_per_word"],
        unknown=pieces["[UNK]"],
        start=pieces["[CLS]"],
        end=pieces["[SEP]"],
        pad=pieces["[PAD]"],
    )


def _characters() -> Iterator[tuple[int, str]]:
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            yield code, chr(code)


def _alphabet(tokenizer: Any) -> Alphabet:
    normalise = tokenizer.normalizer.normalize_str
    split = tokenizer.pre_tokenizer.pre_tokenize_str
    becomes: dict[str, str] = {}
    spaces, alone, dropped = set(), set(), set()
    for code, character in _characters():
        made = normalise(character)
        if not made:
            dropped.add(code)
            becomes[character] = ""
            continue
        words = [word for word, _ in split(f"{_MARK}{made}{_MARK}")]
        inner = made.strip()
        if words == [_MARK, _MARK]:
            spaces.add(code)
        elif words == [_MARK, inner, _MARK]:
            alone.add(code)
            becomes[character] = inner
        elif words == [f"{_MARK}{made}{_MARK}"]:
            becomes[character] = made
        else:
            raise ExportError(f"U+{code:04X} becomes {words[1:-1]}, which no table of words holds")
    changed = {key: value for key, value in becomes.items() if key != value}
    return Alphabet(changed, frozenset(spaces), frozenset(alone), frozenset(dropped))


# -- drawing ---------------------------------------------------------------------------------------


def _ids(g: Graph, texts: Name, w: WordPiece, max_tokens: int) -> tuple[Name, ...]:
    # One word more, behind all others, so that no array below is ever empty.
    every = g.op("Concat", texts, g.text("a"), axis=0)
    rows, words = g.filled(g.find_all(every, w.alphabet.word))
    is_long = g.matches(words, f"(?s).{{{LONGEST_RAW // 2}}}.{{{LONGEST_RAW // 2}}}.+")
    words = g.op("Where", is_long, g.text("a" * (w.limit + 1)), words)
    distinct, which = g.unique(words)
    plain = g.mapped(distinct, w.alphabet.becomes)
    normal, which_normal = g.unique(plain)
    n_pieces, pieces = _pieces(g, normal, w)
    return _lay_out(
        g, rows, g.take(which_normal, which), (n_pieces, pieces), (texts, w, max_tokens)
    )


def _pieces(g: Graph, words: Name, w: WordPiece) -> tuple[Name, Name]:
    """Return how many pieces each word has, and the ids of all pieces one after the other."""
    known = g.look_up(words, w.pieces, -1)
    is_known = g.op("GreaterOrEqual", known, g.constant(0))
    n_words = g.size(words, 0)
    whole = g.where_true(is_known)
    owners, steps, ids = _search(g, words, g.no(is_known), w)
    owners = g.op("Concat", whole, owners, axis=0)
    steps = g.op("Concat", g.whole(0, g.size(whole, 0)), steps, axis=0)
    ids = g.op("Concat", g.keep(known, is_known), ids, axis=0)
    # One piece that is not found makes the whole word unknown.
    failed = g.integer(g.op("Less", ids, g.constant(0)))
    is_lost = g.op("Greater", g.sums(owners, failed, n_words), g.constant(0))
    kept = g.either(g.no(g.take(is_lost, owners)), g.equal(steps, g.constant(0)))
    owners, steps, ids = (g.keep(value, kept) for value in (owners, steps, ids))
    ids = g.op("Where", g.take(is_lost, owners), g.constant(w.unknown), ids)
    n_pieces = g.sums(owners, g.whole(1, g.size(owners, 0)), n_words)
    starts = g.running(n_pieces, before=True)
    place = g.op("Add", g.take(starts, owners), steps)
    return n_pieces, g.put(g.whole(0, g.size(ids, 0)), place, ids)


def _search(g: Graph, words: Name, asked: Name, w: WordPiece) -> tuple[Name, Name, Name]:
    """Cut words greedily; a step a turn of the loop, for all words that are not finished.

    Returns (word, step, id) of every piece; an id of -1 says that none was found.
    """
    owner = g.where_true(asked)
    # A blank row goes along, so that the matrix has a row even where every word is known.
    text = g.op("Concat", g.keep(words, asked), g.text("a"), axis=0)
    letters = g.characters(text)
    n_letters = g.count_filled(letters)
    width = g.op("Concat", g.size(letters, 0), g.constant([w.longest]), axis=0)
    padded = g.op("Concat", letters, g.op("Expand", g.text(""), width), axis=1)
    proto = library().TensorProto
    turn, going = g.fresh("turn"), g.fresh("going")
    state = [g.fresh(name) for name in ("row", "position", "rows", "steps", "ids")]

    def draw(b: Graph) -> Sequence[tuple[Name, int]]:
        row, position, *found = state
        candidates = _candidates(b, padded, row, position, turn, w)
        ids = b.look_up(candidates, w.pieces, -1)
        lengths = b.op(
            "Where",
            b.op("GreaterOrEqual", ids, b.constant(0)),
            b.constant([list(range(1, w.longest + 1))]),
            b.constant(0),
        )
        best = b.op("ReduceMax", lengths, b.constant([1]), keepdims=1)
        column = b.op("Max", b.op("Sub", best, b.constant(1)), b.constant(0))
        chosen = b.flat(b.op("GatherElements", ids, column, axis=1))
        best = b.flat(best)
        hit = b.op("Greater", best, b.constant(0))
        chosen = b.op("Where", hit, chosen, b.constant(-1))
        step = b.op("Expand", turn, b.op("Shape", row))
        grown = [
            b.op("Concat", old, new, axis=0)
            for old, new in zip(found, (row, step, chosen), strict=True)
        ]
        position = b.op("Add", position, best)
        more = b.both(hit, b.op("Less", position, b.take(n_letters, row)))
        row, position = b.keep(row, more), b.keep(position, more)
        some = b.op("Greater", b.op("Size", row), b.constant(0))
        kinds = (proto.BOOL, *[proto.INT64] * 5)
        return list(zip((some, row, position, *grown), kinds, strict=True))

    body = g.nested(
        [(turn, proto.INT64), (going, proto.BOOL), *((name, proto.INT64) for name in state)], draw
    )
    n_asked = g.size(owner, 0)
    within = g.op(
        "LessOrEqual",
        g.op("Slice", n_letters, g.constant([0]), g.constant([-1])),
        g.constant(w.limit),
    )
    # A word beyond the limit starts behind its end, where there is nothing to be found.
    begin = g.op("Where", within, g.constant(0), g.size(letters, 1))
    none = g.whole(0, g.constant([0]))
    some = g.op("Squeeze", g.op("Greater", n_asked, g.constant([0])))
    start = (g.upto(n_asked), begin, none, none, none)
    _, _, rows, steps, ids = g.ops(5, "Loop", "", some, *start, body=body)
    return g.take(owner, rows), steps, ids


def _candidates(b: Graph, letters: Name, row: Name, at: Name, turn: Name, w: WordPiece) -> Name:
    """Return the strings of 1, 2, ... characters from a position on, ``(rows, longest)``.

    Behind the end of a word they repeat its rest, which does no harm: the longest hit ends there.
    """
    # From the flattened matrix: GatherElements of onnxruntime 1.32 loses strings behind the first
    # where the rows are wider than the window.
    begin = b.op("Add", b.op("Mul", row, b.size(letters, 1)), at)
    window = b.op(
        "Add", b.op("Unsqueeze", begin, b.constant([1])), b.constant([list(range(w.longest))])
    )
    shown = b.take(b.flat(letters), window)
    is_first = b.equal(turn, b.constant(0))
    so_far = b.op("Where", is_first, b.text(""), b.text(w.prefix))
    columns = []
    for k in range(w.longest):
        letter = b.op("Slice", shown, b.constant([k]), b.constant([k + 1]), b.constant([1]))
        so_far = b.op("StringConcat", so_far, letter)
        columns.append(so_far)
    return b.op("Concat", *columns, axis=1)


def _lay_out(
    g: Graph,
    rows: Name,
    which: Name,
    pieces: tuple[Name, Name],
    limits: tuple[Name, WordPiece, int],
) -> tuple[Name, ...]:
    """Write the pieces of each text between its special tokens, cut and padded."""
    texts, w, max_tokens = limits
    n_pieces, ids = pieces
    n = g.op("Add", g.size(texts, 0), g.constant([1]))
    counts = g.take(n_pieces, which)
    total = g.op("ReduceSum", counts, keepdims=1)
    starts = g.running(counts, before=True)
    marks = g.put(g.whole(0, total), starts, g.whole(1, g.size(starts, 0)))
    word = g.op("Sub", g.running(marks), g.constant(1))
    in_word = g.op("Sub", g.upto(total), g.take(starts, word))
    first = g.take(g.running(n_pieces, before=True), which)
    id_ = g.take(ids, g.op("Add", g.take(first, word), in_word))
    row = g.take(rows, word)
    per_text = g.sums(rows, counts, n)
    place = g.op("Sub", g.upto(total), g.take(g.running(per_text, before=True), row))
    room = g.constant(max_tokens - 2)
    fits = g.both(g.op("Less", place, room), g.op("Less", row, g.op("Squeeze", g.size(texts, 0))))
    row, place, id_ = (g.keep(value, fits) for value in (row, place, id_))
    length = g.op("Min", per_text, room)
    # The word that was added does not count: no text may be padded for it.
    real = g.op("Slice", length, g.constant([0]), g.constant([-1]))
    longest = g.op("ReduceMax", g.op("Concat", g.constant([0]), real, axis=0), keepdims=1)
    width = g.op("Add", longest, g.constant([2]))
    at = g.op("Add", g.op("Mul", row, width), g.op("Add", place, g.constant(1)))
    sheet = g.put(g.whole(w.pad, g.op("Mul", n, width)), at, id_)
    sheet = g.op("Reshape", sheet, g.op("Concat", n, width, axis=0))
    column = g.op("Unsqueeze", g.upto(width), g.constant([0]))
    last = g.op("Unsqueeze", g.op("Add", length, g.constant(1)), g.constant([1]))
    is_first = g.equal(column, g.constant([[0]]))
    is_last = g.equal(column, last)
    sheet = g.op("Where", is_first, g.constant(w.start), sheet)
    sheet = g.op("Where", is_last, g.constant(w.end), sheet)
    mask = g.integer(g.op("LessOrEqual", column, last))
    special = g.integer(g.either(is_first, is_last))
    cut = g.integer(g.op("Greater", per_text, room))
    return tuple(
        g.op("Slice", value, g.constant([0]), g.constant([-1]), g.constant([0]))
        for value in (sheet, mask, special, cut)
    )


# -- strings to scores -----------------------------------------------------------------------------

KINDS: Final = ("ids", "mask", "special")
EMPTY, NO_WORDS, TRUNCATED = (int(Status[name]) for name in ("EMPTY", "NO_WORDS", "TRUNCATED"))


def merge(tokenizer: Any, scores: Any) -> Any:
    """Set a tokenizer before a graph from token ids to scores, so that it reads strings.

    Parameters
    ----------
    tokenizer : onnx.ModelProto
        What ``wordpiece_graph`` draws without a ``side``.
    scores : onnx.ModelProto
        Reads ``SIDE_ids`` and, where it wants them, ``SIDE_mask`` and ``SIDE_special`` for one or
        several sides, such as ``text`` and ``reference``: ``(n, tokens)``, or
        ``(n, references, tokens)``. Inputs that end otherwise stay inputs. Gives ``values``.

    Returns
    -------
    onnx.ModelProto
        Reads one tensor of strings for each side, ``(n,)`` or ``(n, references)``, under the name
        of the side; in a row with fewer references than others the missing ones are the empty
        string. Gives ``values``, NaN where the status is undefined, and ``status`` ``(n,)``: 0,
        or the bits *empty*, *no words* (no token) and *truncated* of ``qualmetrics.core.Status``.
        The mask of a text without a token is 0 throughout.

    Raises
    ------
    ExportError
        When ``scores`` reads no ids, or gives no values.
    """
    sides = _sides(scores)
    gives = [item.name for item in scores.graph.output]
    if not sides or gives != ["values"]:
        names = [item.name for item in scores.graph.input]
        raise ExportError(
            f"expected a graph that reads SIDE_ids and gives values; this one reads {names} and "
            f"gives {gives}"
        )
    merged = raised(scores)
    later = renamed(merged.graph.node, "", {"values": "scores"})
    wanted = {item.name: item.type.tensor_type for item in merged.graph.input}
    fed = {f"{side}_{kind}" for side in sides for kind in KINDS}
    others = [item for item in merged.graph.input if item.name not in fed]
    del merged.graph.node[:], merged.graph.input[:]
    statuses = [_set_before(merged, tokenizer, *side, wanted) for side in sides.items()]
    merged.graph.input.extend(others)
    merged.graph.node.extend(later)
    _add_status(merged, statuses)
    notes = {e.key: e.value for model in (tokenizer, scores) for e in model.metadata_props}
    library().helper.set_model_props(merged, notes)
    merged.producer_name = "qualmetrics"
    return merged


def _sides(scores: Any) -> dict[str, int]:
    initial = {item.name for item in scores.graph.initializer}
    return {
        item.name.removesuffix("_ids"): len(item.type.tensor_type.shape.dim)
        for item in scores.graph.input
        if item.name.endswith("_ids") and item.name not in initial
    }


def _set_before(
    model: Any, tokenizer: Any, side: str, rank: int, wanted: Mapping[str, Any]
) -> Name:
    """Append the tokenizer for one side, in the axes and types it wants; returns its status."""
    onnx = library()
    axes = ("n",) if rank == 2 else ("n", f"{side}s")
    source = onnx.helper.make_tensor_value_info(side, onnx.TensorProto.STRING, axes)
    model.graph.input.append(source)
    prefix = f"{side}/tokenizer/"
    reads, *gives = (
        prefix + item.name for item in (*tokenizer.graph.input, *tokenizer.graph.output)
    )
    g = Graph(prefix=f"{side}/strings/")
    g.op("Reshape", side, g.constant([-1]), into=reads)
    g.include(renamed(tokenizer.graph.node, prefix), renamed(tokenizer.graph.initializer, prefix))
    ids, mask, special, truncated = gives
    there = g.op("ReduceSum", g.op("Sub", mask, special), g.constant([1]), keepdims=1)
    there = g.op("Greater", there, g.constant(0))
    zero = g.constant(0)
    shown = (ids, *(g.op("Where", there, value, zero) for value in (mask, special)))
    for kind, value in zip(KINDS, shown, strict=True):
        name = f"{side}_{kind}"
        if name in wanted:
            shape = g.op("Concat", g.op("Shape", side), g.size(value, 1), axis=0)
            g.op("Cast", g.op("Reshape", value, shape), to=wanted[name].elem_type, into=name)
    flags = g.op("Mul", truncated, g.constant(TRUNCATED))
    space = character_class(c for c in range(0x110000) if chr(c).isspace())
    blank = g.matches(reads, f"(?s){space}*")
    undefined = g.op("Where", blank, g.constant(EMPTY), g.constant(NO_WORDS))
    there = g.flat(there)
    status = g.op("Where", there, flags, undefined)
    if rank == 3:
        status = _best_of_references(g, side, (status, there, undefined))
    g.append_to(model.graph)
    return status


def _best_of_references(g: Graph, side: Name, found: tuple[Name, Name, Name]) -> Name:
    """Say of each row what its usable references say, or what its first one lacks."""
    shape = g.op("Shape", side)
    status, there, undefined = (g.op("Reshape", value, shape) for value in found)
    flags = g.op("Where", there, status, g.constant(0))
    some = g.op("ReduceMax", g.integer(there), g.constant([1]), keepdims=0)
    flags = g.op("ReduceMax", flags, g.constant([1]), keepdims=0)
    first = g.op("Gather", undefined, g.constant(0), axis=1)
    return g.op("Where", g.op("Greater", some, g.constant(0)), flags, first)


def _add_status(model: Any, statuses: Sequence[Name]) -> None:
    """Append the status of each row, and NaN where it is undefined."""
    onnx = library()
    kind = model.graph.output[0].type.tensor_type.elem_type
    g = Graph(prefix="status/")
    first, *rest = statuses
    for other in rest:
        first = g.op("BitwiseOr", first, other)
    bad = g.op("BitwiseAnd", first, g.constant(EMPTY | NO_WORDS))
    bad = g.op("Unsqueeze", g.op("Greater", bad, g.constant(0)), g.constant([1]))
    nan = g.op("Cast", g.constant(math.nan, "float64"), to=kind)
    g.op("Where", bad, nan, "scores", into="values")
    g.op("Identity", first, into="status")
    g.append_to(model.graph)
    model.graph.output.append(
        onnx.helper.make_tensor_value_info("status", onnx.TensorProto.INT64, ["n"])
    )
