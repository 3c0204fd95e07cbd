"""Machinery: what scorers read of an encoder: states of tokens (``Vectors``) and ids (``Tokens``).

Both are inputs in the sense of ``qualmetrics.core``. Texts of like length go through the encoder
together, and the states of references and columns are remembered within a bound, because the same
reference often stands beside several texts; none of it changes a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import (
    UNDEFINED,
    Batch,
    Cost,
    Layout,
    References,
    Rows,
    Scorer,
    Status,
    status_array,
)
from qualmetrics.encoder.bundle import Encoded, Encoder, Ids, States
from qualmetrics.encoder.long_texts import Policy
from qualmetrics.errors import BundleError, InputError
from qualmetrics.memo import Memo
from qualmetrics.onnx.runtime import read_checked

ROWS_BUDGET = 4
"""A batch of rows holds this many times the encoder's budget, and is cut again by length."""

STATE_MEMO = 64_000_000  # bytes

# -- tokens to states -----------------------------------------------------------------------------


class TextState(NamedTuple):
    """What an input makes of one text: arrays without a batch axis, and a status."""

    vectors: States
    ids: Ids
    special: NDArray[np.bool_]
    status: int

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self.vectors.nbytes + self.ids.nbytes + self.special.nbytes + 64


_states: Memo[TextState] = Memo(STATE_MEMO)


def _encode(item: Vectors, texts: Sequence[str]) -> list[TextState]:
    """Encode distinct texts; windows of like length go through the encoder together."""
    encoder = item.encoder
    encoded = encoder.tokenize(texts, policy=item.policy)
    jobs = [
        (i, row.ids[window])
        for i, row in enumerate(encoded)
        if row.n_words
        for window in row.windows
    ]
    outputs: list[list[States]] = [[] for _ in texts]
    done = _run_jobs(item, [ids for _, ids in jobs])
    for (i, _), states in zip(jobs, done, strict=True):
        outputs[i].append(states)
    return [
        TextState(_join(item, row, parts), row.ids, row.special, _status(text, row))
        for text, row, parts in zip(texts, encoded, outputs, strict=True)
    ]


def _status(text: str, row: Encoded) -> int:
    if row.n_words:
        return int(Status.TRUNCATED) if row.truncated else 0
    return int(Status.NO_WORDS if text.strip() else Status.EMPTY)


def _run_jobs(item: Vectors, rows: Sequence[Ids]) -> list[States]:
    """Return the states, or the pooled vector, of each row of ids."""
    lengths = np.array([len(row) for row in rows])
    order = np.argsort(lengths, kind="stable").tolist()
    results: list[States] = [np.empty(0, dtype=np.float32)] * len(rows)
    start, budget = 0, item.encoder.budget
    for end in range(1, len(order) + 1):
        if end < len(order) and (end + 1 - start) * lengths[order[end]] <= budget:
            continue
        batch = order[start:end]
        ids, mask = _pad_ids([rows[i] for i in batch])
        states = item.encoder.states(ids, mask, item.layer)
        for k, i in enumerate(batch):
            results[i] = _pool(item.pool, states[k, : lengths[i]])
        start = end
    return results


def _pad_ids(rows: Sequence[Ids]) -> tuple[Ids, Ids]:
    shape = len(rows), max(map(len, rows))
    ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return ids, mask


def _pool(pool: str, states: States) -> States:
    if pool == "none":
        return states.copy()  # not a view, which would keep the whole batch alive
    pooled: States = states[0] if pool == "cls" else states.mean(axis=0, dtype=np.float32)
    return pooled


def _join(item: Vectors, row: Encoded, parts: list[States]) -> States:
    """Put the windows of one text together; it has the states of no text where there is none."""
    width = item.encoder.width
    if item.pool == "none":
        if len(parts) == 1:
            return parts[0]
        total = np.zeros((len(row.ids), width), dtype=np.float32)
        count = np.zeros((len(row.ids), 1), dtype=np.float32)
        for window, states in zip(row.windows, parts, strict=bool(parts)):
            total[window] += states
            count[window] += 1
        joined: States = (total / np.maximum(count, 1)).astype(np.float32)
        return joined
    if not parts:
        return np.zeros(width, dtype=np.float32)
    weights = np.array([len(window) for window in row.windows], dtype=np.float32)
    pooled: States = np.average(np.stack(parts), axis=0, weights=weights).astype(np.float32)
    if item.normalised:
        pooled = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
    return pooled


# -- what scorers read ----------------------------------------------------------------------------

POOLS = ("none", "mean", "cls")


@dataclass(frozen=True)
class Vectors:
    """States of a text, of its references, or of a column of texts.

    ``side`` is ``text``, ``reference`` or the name of a column; ``layer`` counts from 0 (the
    embeddings' output), negative from the last; ``pool`` is ``none`` (a state per token) or
    ``mean`` or ``cls`` (one vector a text). That vector is brought to length 1 where the encoder
    says so, or as ``normalise`` says. Of several windows it is the mean, weighted by their length.

    Without pooling it yields ``{side}_vectors`` ``(n, tokens, width)``, ``{side}_ids``,
    ``{side}_mask`` (1 for every token, special ones included) and ``{side}_special`` (1 for those
    put there by the tokenizer), all ``(n, tokens)``. Pooled, it yields ``{side}_vector``
    ``(n, width)``. References have one more axis after ``n``; pooled, ``reference_mask``
    ``(n, references)`` is 1 where there is one. What is masked is zero.

    A row is *empty* without a character but white space, *no_words* without a token, *truncated*
    where the policy leaves something out. Of several references, those without a token are masked,
    and the row is undefined where all of them are.
    """

    side: str
    encoder: Encoder
    layer: int
    pool: str = "none"
    policy: Policy = field(default_factory=Policy)
    normalise: bool | None = None

    def __post_init__(self) -> None:
        if self.pool not in POOLS:
            raise InputError(f"pool {self.pool!r} is not one of {', '.join(POOLS)}")
        object.__setattr__(self, "layer", self.encoder.checked_layer(self.layer))
        self.encoder.check_policy(self.policy)
        if self.pool == "none" or self.normalise == self.encoder.normalise:
            object.__setattr__(self, "normalise", None)  # two ways to say the same are one value

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The arrays it yields; see the class."""
        rows = _axes(self.side)
        width = self.encoder.width
        if self.pool == "none":
            tokens = (*rows, f"{self.side}_tokens")
            states = {f"{self.side}_vectors": Layout((*tokens, width), "float32")}
            return states | _token_layout(self.side)
        pooled = {f"{self.side}_vector": Layout((*rows, width), "float32")}
        if self.side == "reference":
            pooled["reference_mask"] = Layout(rows, "float32")
        return pooled

    @property
    def needs(self) -> frozenset[str]:
        """References, a column, or nothing beside the text."""
        return _needs(self.side)

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature."""
        pool = () if self.pool == "none" else (f"pool:{self.pool}",)
        if self.normalise is not None:
            pool = (*pool, f"norm:{'yes' if self.normalise else 'no'}")
        return (
            *_side_part(self.side),
            self.encoder.part,
            f"layer:{self.layer}",
            *pool,
            self.policy.part,
        )

    def cost(self, rows: Rows) -> Cost | None:
        """Tokens of each row, as they will be padded."""
        return _cost(self.encoder, self.policy, side_texts(self.side, rows))

    def read(self, rows: Rows) -> Batch:
        """Encode what is not known yet, each distinct text once."""
        several = side_texts(self.side, rows)
        known = self._known({text for row in several for text in row}, rows.references)
        flat = [[known[text] for text in row] for row in several]
        status = row_status(flat)
        if self.pool == "none":
            return Batch(pad_states(self.side, flat, self.encoder.width), status)
        n_wide = max(map(len, flat), default=1)
        vectors = np.zeros((len(flat), n_wide, self.encoder.width), dtype=np.float32)
        mask = np.zeros((len(flat), n_wide), dtype=np.float32)
        for i, row in enumerate(flat):
            for j, state in enumerate(row):
                vectors[i, j] = state.vectors
                mask[i, j] = not state.status & UNDEFINED
        if self.side == "reference":
            return Batch({"reference_vector": vectors, "reference_mask": mask}, status)
        return Batch({f"{self.side}_vector": vectors[:, 0]}, status)

    @property
    def normalised(self) -> bool:
        """Whether pooled vectors are brought to length 1."""
        return self.encoder.normalise if self.normalise is None else self.normalise

    def placed(self, providers: Sequence[str], threads: int) -> Vectors:
        """Return the same input, run by these providers and threads."""
        encoder = replace(self.encoder, providers=tuple(providers), threads=threads)
        return replace(self, encoder=encoder)

    def ids_form(self, scorer: Scorer) -> Scorer:
        """Return a scorer that reads this input alone as one of token ids, for a single graph."""
        from qualmetrics.neural_ranker import from_ids

        return from_ids(scorer)

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Copy the encoder to a bundle's folder and return what ``from_bundle`` needs."""
        home = folder / "encoder"
        described = read_checked(Path(self.encoder.folder) / "encoder.json", self.encoder.sha256)
        if home.is_dir() and (home / "encoder.json").read_bytes() != described:
            raise BundleError("one bundle carries one encoder; these inputs read two")
        home.mkdir(exist_ok=True)
        (home / "encoder.json").write_bytes(described)
        for name in self.encoder.data["files"]:
            path, sha256 = self.encoder.file(name)
            (home / name).write_bytes(read_checked(Path(path), sha256))
        names = ("side", "layer", "pool", "normalise")
        settings = {name: getattr(self, name) for name in names}
        return {**settings, "sha256": self.encoder.sha256, "policy": asdict(self.policy)}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Vectors:
        """Return the input that ``to_bundle`` wrote."""
        given = dict(settings)
        encoder = Encoder(str(folder / "encoder"), str(given.pop("sha256")))
        return cls(encoder=encoder, **{**given, "policy": Policy(**given["policy"])})

    def prepared(self, texts: Iterable[str]) -> dict[tuple[Vectors, str], TextState]:
        """Encode texts beforehand: what goes into ``References.prepared``."""
        return {(self, text): state for text, state in self._known(set(texts), None).items()}

    def _known(self, texts: set[str], references: References | None) -> dict[str, TextState]:
        """Return the state of each text: prepared, remembered, or encoded now.

        Texts of completions rarely come again and are not remembered; references and columns do.
        """
        prepared = references.prepared if references and self.side == "reference" else {}
        remember = self.side != "text"
        known: dict[str, TextState] = {}
        for text in sorted(texts):
            found = prepared.get((self, text))
            if found is None and remember:
                found = _states.get((self, text))
            if found is not None:
                known[text] = found
        new = sorted(texts - known.keys())
        for text, state in zip(new, _encode(self, new), strict=True):
            known[text] = state
            if remember:
                _states.put((self, text), state, state.size + len(text))
        return known


@dataclass(frozen=True)
class Tokens:
    """Token ids of a text, of its references, or of a column of texts.

    ``{side}_ids`` int64, ``{side}_mask`` and ``{side}_special`` float32, all ``(n, tokens)``, or
    ``(n, references, tokens)``. Statuses are those of ``Vectors``.
    """

    side: str
    encoder: Encoder
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        self.encoder.check_policy(self.policy)

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The arrays it yields; see the class."""
        return _token_layout(self.side)

    @property
    def needs(self) -> frozenset[str]:
        """References, a column, or nothing beside the text."""
        return _needs(self.side)

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature."""
        return (*_side_part(self.side), self.encoder.part, self.policy.part)

    def cost(self, rows: Rows) -> Cost | None:
        """Tokens of each row, as they will be padded."""
        return _cost(self.encoder, self.policy, side_texts(self.side, rows))

    def read(self, rows: Rows) -> Batch:
        """Tokenise."""
        several = side_texts(self.side, rows)
        nothing = np.empty((0, 0), dtype=np.float32)
        flat = []
        for row in several:
            encoded = self.encoder.tokenize(row, policy=self.policy)
            flat.append(
                [
                    TextState(nothing, item.ids, item.special, _status(text, item))
                    for text, item in zip(row, encoded, strict=True)
                ]
            )
        return Batch(pad_states(self.side, flat, None), row_status(flat))

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Copy the tokenizer to a bundle's folder and return what ``from_bundle`` needs."""
        home = folder / "tokenizer"
        home.mkdir(exist_ok=True)
        path, sha256 = self.encoder.file("tokenizer.json")
        (home / "tokenizer.json").write_bytes(read_checked(Path(path), sha256))
        described = Path(self.encoder.folder) / "encoder.json"
        (home / "encoder.json").write_bytes(read_checked(described, self.encoder.sha256))
        return {"side": self.side, "sha256": self.encoder.sha256, "policy": asdict(self.policy)}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Tokens:
        """Return the input that ``to_bundle`` wrote; its encoder can tokenise and nothing else."""
        encoder = Encoder(str(folder / "tokenizer"), str(settings["sha256"]))
        return cls(str(settings["side"]), encoder, Policy(**settings["policy"]))


def prepare(inputs: Iterable[Any], references: Sequence[str | Sequence[str]]) -> References:
    """Return references with the states that these inputs read of them."""
    rows = tuple((row,) if isinstance(row, str) else tuple(row) for row in references)
    texts = {text for row in rows for text in row}
    prepared: dict[Any, Any] = {}
    for item in inputs:
        if isinstance(item, Vectors) and item.side == "reference":
            prepared |= item.prepared(texts)
    return References(rows, prepared)


def _axes(side: str) -> tuple[str, ...]:
    return ("n", "references") if side == "reference" else ("n",)


def _token_layout(side: str) -> dict[str, Layout]:
    tokens = (*_axes(side), f"{side}_tokens")
    return {
        f"{side}_ids": Layout(tokens, "int64"),
        f"{side}_mask": Layout(tokens, "float32"),
        f"{side}_special": Layout(tokens, "float32"),
    }


def _needs(side: str) -> frozenset[str]:
    if side == "text":
        return frozenset()
    return frozenset({"references" if side == "reference" else side})


def _side_part(side: str) -> tuple[str, ...]:
    return () if side in ("text", "reference") else (f"column:{side}",)


def side_texts(side: str, rows: Rows) -> Sequence[tuple[str, ...]]:
    """Return the texts of a side, one or several a row."""
    if side == "text":
        return [(text,) for text in rows.texts]
    if side == "reference":
        if rows.references is None:
            raise InputError("there are no references to encode")
        return rows.references.rows
    cells = rows.columns[side]
    for i, cell in enumerate(cells):
        if not (cell is None or isinstance(cell, str)):
            raise InputError(
                f"column {side!r} must hold strings or None; cell {i} is {type(cell).__name__}"
            )
    return [(cell or "",) for cell in cells]


def _cost(encoder: Encoder, policy: Policy, several: Sequence[tuple[str, ...]]) -> Cost:
    units = [
        len(row) * max(sum(map(len, item.windows)) for item in encoder.tokenize(row, policy=policy))
        for row in several
    ]
    return Cost(np.array(units, dtype=np.int64), ROWS_BUDGET * encoder.budget)


def row_status(flat: Sequence[Sequence[TextState]]) -> NDArray[np.uint16]:
    """Return a status a row: what its texts that have tokens say, or why none of them has."""
    status = status_array(len(flat))
    for i, row in enumerate(flat):
        good = [state.status for state in row if not state.status & UNDEFINED]
        status[i] = np.bitwise_or.reduce(good) if good else row[0].status
    return status


def pad_states(side: str, flat: Sequence[Sequence[TextState]], width: int | None) -> dict[str, Any]:
    """Pad tokens, and states where ``width`` is given; texts without a token stay masked."""
    n_wide = max(map(len, flat), default=1)
    n_tokens = max((len(state.ids) for row in flat for state in row), default=1)
    shape = (len(flat), n_wide, max(n_tokens, 1))
    ids = np.zeros(shape, dtype=np.int64)
    mask, special = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    vectors = np.zeros((*shape, width or 0), dtype=np.float32)
    for i, row in enumerate(flat):
        for j, state in enumerate(row):
            n = len(state.ids)
            if state.status & UNDEFINED:
                continue
            ids[i, j, :n], mask[i, j, :n], special[i, j, :n] = state.ids, 1, state.special
            if width is not None:
                vectors[i, j, :n] = state.vectors
    arrays: dict[str, Any] = {f"{side}_ids": ids, f"{side}_mask": mask, f"{side}_special": special}
    if width is not None:
        arrays[f"{side}_vectors"] = vectors
    return arrays if side == "reference" else {key: array[:, 0] for key, array in arrays.items()}
