"""Learned word weights: a number or several for each word, summed over a text in the counting pass.

A table maps lower-case words to whole numbers. A word it lacks is looked up without its ``'s``; one
that is still unknown gets the sum of the weights of its character n-grams, so its length, its
endings and its spelling speak for it. All weights are integers: sums are the same in any order, on
any machine, and inside an ONNX graph.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import BundleError, InputError

FORMAT: Final = "qualmetrics-weights/1"
LIMIT: Final = 32767
"""The largest weight, and the bound of what the n-grams of a word add up to."""
READ_CLOSELY: Final = 66
"""Characters of a word, its two end marks included, that n-grams are made of."""
LONGEST_GRAM: Final = 6
START: Final = "\x02"
END: Final = "\x03"
DIGIT: Final = "0"
OTHER: Final = "~"
SYMBOLS: Final = OTHER + "abcdefghijklmnopqrstuvwxyz'-" + DIGIT + START + END
"""The characters that n-grams tell apart; all digits are 0, and all else is ~."""
MAX_BYTES: Final = 1 << 26
"""Of the text of a table: a file that unpacks to more is refused."""

_CODES: Final = np.zeros(128, np.uint64)
for _number, _symbol in enumerate(SYMBOLS):
    _CODES[ord(_symbol)] = _number
_CODES[ord(OTHER)] = 0
for _symbol in "0123456789":
    _CODES[ord(_symbol)] = SYMBOLS.index(DIGIT)

Weights = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class WordWeights:
    """A named table of word weights; two are equal when their contents are.

    ``channels`` name the sums that it yields, which no count column may be called; ``words`` and
    ``grams`` hold one whole number for each channel. ``proper`` is what a proper name weighs (a
    word capitalised inside a sentence, wherever it stands so); None treats it as any other word.
    """

    name: str
    channels: tuple[str, ...]
    words: Mapping[str, tuple[int, ...]] = field(repr=False)
    grams: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    unknown: tuple[int, ...] = ()
    """What a word without a known n-gram starts from; 0 where it is not given."""
    proper: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "unknown", tuple(self.unknown) or (0,) * len(self.channels))
        if self.proper is not None:
            object.__setattr__(self, "proper", tuple(self.proper))
        for key in ("words", "grams"):
            rows = {text: tuple(map(int, row)) for text, row in getattr(self, key).items()}
            object.__setattr__(self, key, MappingProxyType(rows))
        self._check()

    def _check(self) -> None:
        from qualmetrics.text.columns import columns

        k = len(self.channels)
        if not self.name or set(self.name) & set(" |:\n"):
            raise InputError(f"a table's name is a word; got {self.name!r}")
        taken = set(self.channels) & set(columns())
        if not k or len(set(self.channels)) < k or taken or not all(map(_is_word, self.channels)):
            raise InputError(
                f"channels must be different words that no count column is called; got "
                f"{', '.join(map(repr, self.channels)) or 'none'}"
            )
        extra = [self.unknown] if self.proper is None else [self.unknown, self.proper]
        for row in (*self.words.values(), *self.grams.values(), *extra):
            if len(row) != k or max(map(abs, row)) > LIMIT:
                raise InputError(
                    f"a row of {self.name} is {row}; expected {k} numbers of at most {LIMIT}"
                )
        for word in self.words:
            if not word or word.split() != [word]:
                raise InputError(f"{word!r} in the table {self.name} is no word")
        for gram in self.grams:
            if not 0 < len(gram) <= LONGEST_GRAM or set(gram) - set(SYMBOLS):
                raise InputError(
                    f"{gram!r} is no n-gram of 1 to {LONGEST_GRAM} of the characters {SYMBOLS!r}"
                )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordWeights) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return WordWeights.from_text, (self.to_text(),)

    @property
    def part(self) -> str:
        """Its piece of a signature: the name, and enough of the digest to tell it apart."""
        return f"weights:{self.name}/{self.digest[:8]}"

    @cached_property
    def digest(self) -> str:
        """The sha256 of the table as text."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()

    # -- what a word weighs ----------------------------------------------------------------------

    def weigh(self, keys: Sequence[str]) -> Weights:
        """Return the weights of lower-case words, ``(n, channels)``; names are not looked for."""
        index = self._index
        found = np.fromiter((index.get(key, -1) for key in keys), np.int64, len(keys))
        for at in np.flatnonzero(found < 0).tolist():
            found[at] = index.get(keys[at].removesuffix("'s"), -1)
        weights = self._matrix[found]
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            weights[unknown] = self.estimate([keys[at] for at in unknown.tolist()])
        return weights

    def estimate(self, keys: Sequence[str]) -> Weights:
        """Estimate the weights of words from their n-grams alone, ``(n, channels)``."""
        marked = [f"{START}{key}{END}"[:READ_CLOSELY] for key in keys]
        codes, starts = gram_codes(marked)
        total = np.zeros((len(codes), len(self.channels)), np.int64)
        grown = np.zeros(len(codes), np.uint64)
        for size, (known, rows) in enumerate(self._gram_tables, 1):
            if len(codes) < size:
                break
            grown = grown[: len(codes) - size + 1] << np.uint64(5) | codes[size - 1 :]
            if len(known) > 1:
                where = np.searchsorted(known, grown)
                hit = known[where] == grown
                hit &= _inside(starts, len(codes), size)
                total[: len(grown)][hit] += rows[where[hit]]
        sums = np.add.reduceat(total, starts[:-1], axis=0) + np.array(self.unknown, np.int64)
        clipped: NDArray[np.int64] = np.clip(sums, -LIMIT, LIMIT)
        return clipped.astype(np.int32)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _matrix(self) -> Weights:
        rows = [*self.words.values(), self.unknown]
        return np.array(rows, np.int32).reshape(-1, len(self.channels))

    @cached_property
    def _gram_tables(self) -> tuple[tuple[NDArray[np.uint64], NDArray[np.int64]], ...]:
        """Return for each size the codes of its n-grams in order, and their weights."""
        tables = []
        k = len(self.channels)
        for size in range(1, 1 + max(map(len, self.grams), default=0)):
            pairs = sorted((_code(g), row) for g, row in self.grams.items() if len(g) == size)
            known = np.array([code for code, _ in pairs] + [2**63], np.uint64)
            rows = np.array([row for _, row in pairs] + [(0,) * k], np.int64)
            tables.append((known, rows.reshape(-1, k)))
        return tuple(tables)

    # -- files -----------------------------------------------------------------------------------

    def to_text(self) -> str:
        """Return the table as text: a line of JSON, then a line for each row of weights."""
        head = {
            "format": FORMAT,
            "name": self.name,
            "channels": self.channels,
            "unknown": self.unknown,
            "proper": self.proper,
        }
        lines = [json.dumps(head)]
        for mark, table in (("w", self.words), ("g", self.grams)):
            groups: dict[tuple[int, ...], list[str]] = {}
            for key, row in table.items():
                groups.setdefault(row, []).append(key)
            for row in sorted(groups):
                numbers = ",".join(map(str, row))
                lines.append(f"{mark}{numbers} {' '.join(sorted(groups[row]))}")
        return "\n".join(lines) + "\n"

    @staticmethod
    def from_text(text: str) -> WordWeights:
        """Read what ``to_text`` wrote.

        Raises
        ------
        BundleError
            For a text of another format.
        """
        first, _, rest = text.partition("\n")
        try:
            head = json.loads(first)
            if head["format"] != FORMAT:
                raise ValueError(f"its format is {head['format']!r}, not {FORMAT}")
            tables: dict[str, dict[str, tuple[int, ...]]] = {"w": {}, "g": {}}
            for line in rest.split("\n")[:-1]:
                numbers, *keys = line[1:].split(" ")
                tables[line[0]].update(dict.fromkeys(keys, tuple(map(int, numbers.split(",")))))
            return WordWeights(
                name=head["name"],
                channels=tuple(head["channels"]),
                words=tables["w"],
                grams=tables["g"],
                unknown=tuple(head["unknown"]),
                proper=None if head["proper"] is None else tuple(head["proper"]),
            )
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise BundleError(f"this is no table of word weights: {error}") from error

    def save(self, path: str | Path) -> None:
        """Write the table to a file."""
        Path(path).write_bytes(gzip.compress(self.to_text().encode(), 9, mtime=0))

    @staticmethod
    def load(path: str | Path, digest: str = "") -> WordWeights:
        """Read a table from a file that ``save`` wrote.

        Raises
        ------
        BundleError
            When the file is missing, of another format, or its digest is not the one given.
        """
        return _load(Path(path).resolve(), digest)


@lru_cache(maxsize=16)
def _load(path: Path, digest: str) -> WordWeights:
    try:
        unpack = zlib.decompressobj(wbits=31)
        raw = unpack.decompress(path.read_bytes(), MAX_BYTES)
        text = raw.decode()
    except (OSError, zlib.error, UnicodeDecodeError) as error:
        raise BundleError(f"{path} cannot be read as a table of word weights: {error}") from error
    if not unpack.eof:
        raise BundleError(f"{path} is cut short, or unpacks to more than {MAX_BYTES} bytes")
    found = hashlib.sha256(raw).hexdigest()
    if digest and found != digest:
        raise BundleError(f"{path} was altered: sha256 is {found}, expected {digest}")
    return WordWeights.from_text(text)


def gram_codes(marked: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """Return the symbol of every character of marked words, and where each begins: ``(n + 1,)``."""
    points = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.where(points < 128, _CODES[np.minimum(points, 127)], np.uint64(0))
    lengths = np.fromiter(map(len, marked), np.intp, len(marked))
    return codes, np.concatenate(([0], np.cumsum(lengths)))


def _inside(starts: NDArray[np.intp], n: int, size: int) -> NDArray[np.bool_]:
    """Mark the positions from which ``size`` characters stay inside one word."""
    inside = np.ones(n - size + 1, np.bool_)
    for back in range(1, size):
        at = starts[1:] - back
        inside[at[(at >= 0) & (at < len(inside))]] = False
    return inside


def _code(gram: str) -> int:
    code = 0
    for symbol in gram:
        code = code << 5 | SYMBOLS.index(symbol)
    return code


def _is_word(channel: str) -> bool:
    return channel.isidentifier()
