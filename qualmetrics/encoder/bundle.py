"""Machinery: encoder bundles, found, checked and run, and the tokens of texts.

An encoder bundle is a folder: ``encoder.json`` (name, layers, limits, pooling, and the digests of
the other two), ``model.onnx`` (token ids -> one state per token and layer) and ``tokenizer.json``.
``Encoder`` is a small value that names it; tokenizer, sessions and memos belong to the process and
are made on first use. ONNX Runtime and ``tokenizers`` run it: neither torch nor a network.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualmetrics.encoder.long_texts import Policy
from qualmetrics.errors import BundleError, InputError, MissingExtraError
from qualmetrics.memo import Memo, once
from qualmetrics.onnx.runtime import CPU, CUDA, Graph, read_checked

FORMAT = "qualmetrics-encoder/1"
GROUP = "qualmetrics.bundles"
"""Entry points of packages that carry encoder bundles: name -> package whose folder it is."""

MAX_JSON_BYTES = 1_000_000
BUDGET = {"cpu": 1_024, "cuda": 16_384}
"""Tokens that go through the encoder at once: on a CPU, more only falls out of its cache."""

TOKEN_MEMO = 2_000_000  # tokens

Ids = NDArray[np.int64]
States = NDArray[np.float32]


class Encoded(NamedTuple):
    """The tokens that are read of one text.

    ``ids`` ``(tokens,)`` with the special ones; ``special`` is True where a token was put there by
    the tokenizer; ``offsets`` ``(tokens, 2)`` say from which to which character a token stands for
    (0, 0 for special ones); ``windows`` holds the positions in ``ids`` that go through the encoder
    together; ``truncated`` says that something was left out.
    """

    ids: Ids
    special: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    windows: tuple[NDArray[np.intp], ...]
    truncated: bool

    @property
    def n_words(self) -> int:
        """Tokens that are not special."""
        return int((~self.special).sum())


class EncodedPair(NamedTuple):
    """The tokens that are read of two texts in one sequence.

    ``ids`` and ``types`` ``(tokens,)``; ``n_first`` and ``n_second`` count the tokens of each text
    that are read; ``truncated`` says that something was left out.
    """

    ids: Ids
    types: Ids
    n_first: int
    n_second: int
    truncated: bool


@dataclass(frozen=True)
class Encoder:
    """A text encoder in a bundle folder; ``sha256`` is that of its ``encoder.json``.

    ``providers`` and ``threads`` say how ONNX Runtime runs it; they are in no signature, because
    they do not choose the number beyond its tolerance.
    """

    folder: str
    sha256: str
    providers: tuple[str, ...] = CPU
    threads: int = 1

    @property
    def data(self) -> Mapping[str, Any]:
        """What ``encoder.json`` says.

        Raises
        ------
        BundleError
            When it is missing, altered, or of another format.
        """
        return _describe(self.folder, self.sha256)

    @property
    def name(self) -> str:
        """What signatures call it, such as ``minilm-int8``."""
        return str(self.data["name"])

    @property
    def layers(self) -> int:
        """Number of layers; states are there for 0 (embeddings) to this one."""
        return int(self.data["layers"])

    @property
    def width(self) -> int:
        """Length of a state."""
        return int(self.data["width"])

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that it was trained to read."""
        return int(self.data["max_tokens"])

    @property
    def max_positions(self) -> int:
        """Tokens of a text that it can read at all."""
        return int(self.data["max_positions"])

    @property
    def pooling(self) -> str:
        """How its states become one vector: ``mean`` or ``cls``."""
        return str(self.data["pooling"])

    @property
    def normalise(self) -> bool:
        """Whether that vector is brought to length 1."""
        return bool(self.data["normalise"])

    @property
    def digest(self) -> str:
        """First 8 hexadecimal digits of ``sha256``."""
        return self.sha256[:8]

    @property
    def part(self) -> str:
        """Piece of the signature."""
        return f"encoder:{self.name}/{self.digest}"

    @property
    def budget(self) -> int:
        """Tokens that go through it at once."""
        return BUDGET["cuda" if self.providers[0] in CUDA else "cpu"]

    def tokenize(self, texts: Iterable[str], *, policy: Policy) -> list[Encoded]:
        """Return the tokens that are read of each text.

        Raises
        ------
        BundleError
            When the tokenizer is missing or altered.
        InputError
            When the policy reads more tokens than the encoder has positions for.
        MissingExtraError
            Without the extra ``onnx``.
        """
        self.check_policy(policy)
        return [_tokenize(self, text, policy) for text in texts]

    def tokenize_pair(self, first: str, second: str, *, max_tokens: int) -> EncodedPair:
        """Return two texts as one sequence, in the tokenizer's own way; the longer is cut first.

        Raises
        ------
        BundleError
            When the tokenizer is missing or altered.
        InputError
            When ``max_tokens`` is more than there are positions for.
        MissingExtraError
            Without the extra ``onnx``.
        """
        self.check_policy(Policy("cut", max_tokens))
        bodies = [_whole(self, text).body for text in (first, second)]
        frame = _pair_frame(self)
        whole = len(bodies[0]), len(bodies[1])
        kept = _longest_first(*whole, max_tokens - len(frame.special))
        parts = [body[:n] for body, n in zip(bodies, kept, strict=True)]
        lead, between = frame.places
        types = [*frame.types[:lead], *[frame.of[0]] * kept[0]]
        types += [*frame.types[lead:between], *[frame.of[1]] * kept[1]]
        ids = [frame.special[:lead], parts[0], frame.special[lead:between], parts[1]]
        return EncodedPair(
            np.concatenate([*ids, frame.special[between:]]).astype(np.int64),
            np.array([*types, *frame.types[between:]], dtype=np.int64),
            *kept,
            kept != whole,
        )

    def check_policy(self, policy: Policy) -> None:
        """Refuse a policy that reads more tokens at once than there are positions for."""
        if policy.max_tokens > self.max_positions:
            raise InputError(
                f"{self.name} reads at most {self.max_positions} tokens at once; the policy asks "
                f"for {policy.max_tokens}. For longer texts use Policy('windows', ...)"
            )

    def states(self, ids: Ids, mask: NDArray[Any], layer: int) -> States:
        """Return the states of a layer, float32 ``(n, tokens, width)``.

        ``ids`` and ``mask`` are ``(n, tokens)``; states under a 0 of the mask mean nothing.
        """
        feeds = {
            "input_ids": np.ascontiguousarray(ids, dtype=np.int64),
            "attention_mask": np.ascontiguousarray(mask, dtype=np.int64),
        }
        output = f"layer_{self.checked_layer(layer)}"
        states: States = self._graph((output,)).run(output, feeds)
        if states.shape != (*np.shape(ids), self.width):
            raise BundleError(
                f"{self.folder} is inconsistent: model.onnx gives states of shape {states.shape} "
                f"for ids of shape {np.shape(ids)}, encoder.json says width {self.width}"
            )
        return states

    def checked_layer(self, layer: int) -> int:
        """Return a layer that is there; negative ones count from the last."""
        positive = layer + self.layers + 1 if layer < 0 else layer
        if not 0 <= positive <= self.layers:
            raise InputError(f"{self.name} has the layers 0 to {self.layers}, not {layer}")
        return positive

    def table(self) -> States:
        """Return the input-embedding matrix, float32 ``(vocabulary, width)``, read-only."""
        return _table(self._graph(()), json.dumps(self.data["table"], sort_keys=True))

    def _graph(self, outputs: tuple[str, ...]) -> Graph:
        path, sha256 = self.file("model.onnx")
        return Graph(path, sha256, outputs, self.providers, self.threads)

    def file(self, name: str) -> tuple[str, str]:
        """Return the path and the digest of one of its files."""
        if name not in self.data["files"]:
            raise BundleError(f"{self.folder} names no {name} in its encoder.json")
        return str(Path(self.folder) / name), str(self.data["files"][name])


@lru_cache(maxsize=64)
def _describe(folder: str, sha256: str) -> Mapping[str, Any]:
    path = Path(folder) / "encoder.json"
    if path.is_file() and path.stat().st_size > MAX_JSON_BYTES:
        raise BundleError(f"{path} is larger than {MAX_JSON_BYTES} bytes")
    try:
        data = json.loads(read_checked(path, sha256))
    except ValueError as error:
        raise BundleError(f"{path} is no JSON: {error}") from error
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise BundleError(f"{path} has format {found!r}; this version reads {FORMAT}")
    fields = ("name", "layers", "width", "max_tokens", "max_positions", "pooling", "normalise")
    missing = [key for key in (*fields, "table", "files") if key not in data]
    if missing:
        raise BundleError(f"{path} is incomplete: it lacks {', '.join(missing)}")
    return dict(data)


@once(keep=4)
def _table(graph: Graph, names: str) -> States:
    from qualmetrics.onnx.wire import initializer

    model = read_checked(Path(graph.path), graph.sha256)
    keys = json.loads(names)
    try:
        table = initializer(model, keys["values"]).astype(np.float32)
        if "scales" in keys:
            table *= initializer(model, keys["scales"]).reshape(-1, 1)
    except ValueError as error:
        raise BundleError(f"{graph.path} has no embedding matrix to read: {error}") from error
    table.flags.writeable = False
    return table


def stamp(model: Any, data: Mapping[str, Any]) -> None:
    """Write what ``encoder.json`` says, but digests of files, into an ``onnx.ModelProto``."""
    shown = {key: value for key, value in data.items() if key not in ("files", "parity")}
    del model.metadata_props[:]
    entry = model.metadata_props.add()
    entry.key, entry.value = "qualmetrics", json.dumps(shown, sort_keys=True)


# -- finding a bundle -----------------------------------------------------------------------------


def load_encoder(
    name: str | Path = "minilm",
    *,
    providers: Sequence[str] | None = None,
    threads: int | None = None,
) -> Encoder:
    """Return an encoder by the name that a package gives it, or from its folder.

    Parameters
    ----------
    name : str or path
        ``minilm`` comes with the package ``qualmetrics-models``; a folder is what
        ``export_encoder`` wrote.
    providers : sequence of str, optional
        ONNX Runtime execution providers; by default those in the environment variable
        ``QUALMETRICS_PROVIDERS`` (with commas between), or the CPU. One that is not active is an
        error on the first call.
    threads : int, optional
        Threads inside one operator; by default ``QUALMETRICS_THREADS``, or 1.

    Raises
    ------
    BundleError
        When the folder holds no encoder, or a damaged one, or no installed package carries the
        name.
    MissingExtraError
        When that name is ``minilm``.
    """
    folder = Path(name) if _is_folder(name) else _installed(str(name))
    folder = folder.resolve()
    path = folder / "encoder.json"
    if not path.is_file():
        raise BundleError(f"{folder} is no encoder bundle: it holds no encoder.json")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    given = os.environ.get("QUALMETRICS_PROVIDERS", "")
    chosen = tuple(providers or (p.strip() for p in given.split(",") if p.strip())) or CPU
    if threads is None:
        threads = _threads(os.environ.get("QUALMETRICS_THREADS", "1"))
    encoder = Encoder(str(folder), sha256, chosen, threads)
    _describe(encoder.folder, sha256)
    return encoder


def _threads(word: str) -> int:
    if not word.isdecimal() or not int(word):
        raise InputError(f"QUALMETRICS_THREADS must be a number of at least 1; got {word!r}")
    return int(word)


def _is_folder(name: str | Path) -> bool:
    # A bare word is a name, also where a folder is called so: a number must not depend on the
    # directory that a program happens to run in.
    return isinstance(name, Path) or os.sep in name or "/" in name


def _installed(name: str) -> Path:
    from importlib.metadata import entry_points

    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        if name == "minilm":
            raise MissingExtraError("qualmetrics-models", "models", "the encoder 'minilm'")
        folders = {key: _folder(point) for key, point in points.items()}
        holding = (key for key, at in folders.items() if at and (at / "encoder.json").is_file())
        there = ", ".join(sorted(holding)) or "none"
        raise BundleError(
            f"no installed package carries an encoder called {name!r}; there are: {there}. A "
            "folder is given with a slash, such as './my-encoder'"
        )
    return Path(next(iter(points[name].load().__path__)))


def _folder(point: Any) -> Path | None:
    """Return the folder of a package; None where it cannot be imported, which hides no other."""
    try:
        return Path(next(iter(point.load().__path__)))
    except Exception:  # whatever a package raises
        return None


# -- text to tokens -------------------------------------------------------------------------------


class _Whole(NamedTuple):
    """All tokens of a text: the special ones at both ends, the others between them."""

    lead: tuple[int, ...]
    body: NDArray[np.int32]
    offsets: NDArray[np.int32]
    trail: tuple[int, ...]


_wholes: Memo[_Whole] = Memo(TOKEN_MEMO)


@once(keep=16)
def _tokenizer(path: str, sha256: str) -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtraError("tokenizers", "onnx", "reading text with an encoder") from None
    text = read_checked(Path(path), sha256).decode("utf-8")
    try:
        made = tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # it raises plain Exception
        raise BundleError(f"{path} is no tokenizer: {error}") from error
    made.no_truncation()
    made.no_padding()
    return made


class _Frame(NamedTuple):
    """What a tokenizer puts around two texts: special tokens, and the types of all."""

    special: tuple[int, ...]
    types: tuple[int, ...]
    of: tuple[int, int]
    places: tuple[int, int]
    """How many of the special tokens stand before the first and the second text."""


@lru_cache(maxsize=16)
def _pair_frame(encoder: Encoder) -> _Frame:
    # Read off a pair once: the library's own cut of pairs lists all that it left out, which of two
    # long texts takes seconds.
    made = _tokenizer(*encoder.file("tokenizer.json")).encode("a", "a")
    sides = list(made.sequence_ids)
    if 0 not in sides or 1 not in sides or sides.index(0) > sides.index(1):
        raise BundleError(
            f"the tokenizer of {encoder.name} does not join two texts in one sequence"
        )
    added = [i for i, side in enumerate(sides) if side is None]
    return _Frame(
        tuple(made.ids[i] for i in added),
        tuple(made.type_ids[i] for i in added),
        (made.type_ids[sides.index(0)], made.type_ids[sides.index(1)]),
        tuple(sum(i < sides.index(k) for i in added) for k in (0, 1)),  # type: ignore[arg-type]
    )


def _longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Return how many tokens of each text are kept: the longer is cut, then both to halves."""
    if first + second <= room:
        return first, second
    short, long = sorted((first, second))
    long = max(short, room - short)
    if short + long > room:
        short, long = room // 2, room - room // 2
    return (short, long) if first <= second else (long, short)


def _tokenize(encoder: Encoder, text: str, policy: Policy) -> Encoded:
    whole = _whole(encoder, text)
    n, n_lead, n_special = len(whole.body), len(whole.lead), len(whole.lead) + len(whole.trail)
    parts = policy.windows(n, n_special)
    kept = parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))
    ids = np.concatenate([whole.lead, whole.body[kept], whole.trail]).astype(np.int64)
    special = np.ones(len(ids), dtype=bool)
    special[n_lead : n_lead + len(kept)] = False
    offsets = np.zeros((len(ids), 2), dtype=np.int64)
    offsets[~special] = whole.offsets[kept]
    if len(parts) == 1:
        windows: tuple[NDArray[np.intp], ...] = (np.arange(len(ids)),)
    else:
        lead, trail = np.arange(n_lead), np.arange(n_lead + len(kept), len(ids))
        places = [np.searchsorted(kept, part) + n_lead for part in parts]
        windows = tuple(np.concatenate([lead, place, trail]) for place in places)
    return Encoded(ids, special, offsets, windows, truncated=len(kept) < n)


def _whole(encoder: Encoder, text: str) -> _Whole:
    key = (encoder.folder, encoder.sha256, text)
    whole = _wholes.get(key)
    if whole is None:
        # One text at a time: its batch calls start threads, which a forked child must not meet.
        made = _tokenizer(*encoder.file("tokenizer.json")).encode(_no_surrogates(text))
        added = np.array(made.special_tokens_mask, dtype=bool)
        ids = np.array(made.ids, dtype=np.int32)
        inner = np.flatnonzero(~added)
        start = int(inner[0]) if len(inner) else _n_lead(encoder)
        end = int(inner[-1]) + 1 if len(inner) else start
        offsets = np.array(made.offsets, dtype=np.int32).reshape(-1, 2)[start:end]
        whole = _Whole(
            tuple(ids[:start].tolist()), ids[start:end], offsets, tuple(ids[end:].tolist())
        )
        _wholes.put(key, whole, len(ids) + 16)
    return whole


def _n_lead(encoder: Encoder) -> int:
    """Count the special tokens in front, from a text that surely has tokens of its own."""
    return len(_whole(encoder, "a").lead)


def _no_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which UTF-8 has no bytes for, one for one."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
