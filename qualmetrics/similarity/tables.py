"""Machinery: the two frozen tables a similarity may read, idf weights and a rescaling baseline.

Both are made once from texts of yours, written as JSON, and named in the signature by digest. None
is ever made from the batch at hand: a reward whose weights depend on the batch drifts. From the
shell (one text a line)::

    qualmetrics tables idf references.txt -o idf.json
    qualmetrics tables baseline texts.txt -o baseline.json
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import BundleError, InputError

IDF_FORMAT = "qualmetrics-idf/1"
BASELINE_FORMAT = "qualmetrics-baseline/1"
MAX_BYTES = 64_000_000


# -- idf ------------------------------------------------------------------------------------------


def idf_weight(documents: int, containing: int) -> float:
    """Return ln((documents + 1) / (containing + 1)), as bert-score weighs a token."""
    return math.log((documents + 1) / (containing + 1))


@dataclass(frozen=True)
class IdfTable:
    """A file of token weights, held by path and digest; the numbers belong to the process."""

    path: str
    sha256: str

    @property
    def digest(self) -> str:
        """The first characters of the digest, for signatures."""
        return self.sha256[:10]

    def weights(self, ids: NDArray[Any]) -> NDArray[np.float32]:
        """Return the weight of each token id; one that no document held weighs ln(n + 1)."""
        dense = self.dense()
        found: NDArray[np.float32] = dense[np.minimum(ids, len(dense) - 1)]
        return found

    def dense(self, size: int = 0) -> NDArray[np.float32]:
        """Return weights by token id, at least ``size`` of them; the last is that of the unseen."""
        dense = _dense(self.path, self.sha256)
        if size <= len(dense):
            return dense
        return np.concatenate([dense, np.repeat(dense[-1:], size - len(dense))])


def write_idf(path: str | Path, references: Iterable[str], encoder: Any = "minilm") -> IdfTable:
    """Count in how many references each token occurs, write the weights, return the table.

    Parameters
    ----------
    path : where the JSON goes
    references : iterable of str
        One document each. White space around them is not part of them, nor is what lies beyond
        the encoder's limit, as in bert-score.
    encoder : name, folder or Encoder
        Whose tokens are counted; a table fits encoders with the same tokenizer only.

    Raises
    ------
    InputError
        Without references.
    """
    from qualmetrics.similarity.builder import as_encoder, cut_policy

    made = as_encoder(encoder)
    policy = cut_policy(made)
    counts: Counter[int] = Counter()
    documents = 0
    for reference in _texts(references):
        (encoded,) = made.tokenize([reference.strip()], policy=policy)
        counts.update({int(token) for token in encoded.ids})
        documents += 1
    if not documents:
        raise InputError("idf weights need at least one reference")
    data = {
        "format": IDF_FORMAT,
        "tokenizer": tokenizer_of(made),
        "documents": documents,
        "unseen": idf_weight(documents, 0),
        "weights": {str(t): idf_weight(documents, n) for t, n in sorted(counts.items())},
    }
    return IdfTable(str(Path(path).resolve()), _write(path, data))


def read_idf(path: str | Path, encoder: Any) -> IdfTable:
    """Return the table in a file that ``write_idf`` wrote for this encoder's tokenizer.

    Raises
    ------
    BundleError
        When the file is missing, of another format, or made with another tokenizer.
    """
    data, sha256 = _read(path, IDF_FORMAT)
    expected = tokenizer_of(encoder)
    if data.get("tokenizer") != expected:
        raise BundleError(
            f"{path} was made with another tokenizer ({data.get('tokenizer')}) than the encoder's "
            f"({expected}); make it again with write_idf(path, references, encoder), or "
            "qualmetrics tables idf FILE -o IDF"
        )
    table = IdfTable(str(Path(path).resolve()), sha256)
    table.dense()  # what cannot be read is refused before any text comes
    return table


def tokenizer_of(encoder: Any) -> str:
    """Return the digest of an encoder's tokenizer."""
    return str(encoder.file("tokenizer.json")[1])


@lru_cache(maxsize=16)
def _dense(path: str, sha256: str) -> NDArray[np.float32]:
    data, found = _read(path, IDF_FORMAT)
    if found != sha256:
        raise BundleError(f"{path} was altered: sha256 is {found}, expected {sha256}")
    try:
        weights = {int(token): float(weight) for token, weight in data["weights"].items()}
        unseen = float(data["unseen"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path} is no table of idf weights: {error!r}") from error
    values = [unseen, *weights.values()]
    if not all(math.isfinite(v) and v >= 0 for v in values) or min(weights, default=0) < 0:
        raise BundleError(f"{path} holds a weight that is negative or no number")
    dense = np.full(max(weights, default=-1) + 2, unseen, dtype=np.float32)
    dense[list(weights)] = list(weights.values())
    dense.flags.writeable = False
    return dense


# -- baseline -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """What unrelated texts score: one number per output, and the digest of the file."""

    values: tuple[float, ...]
    sha256: str

    @property
    def digest(self) -> str:
        """The first characters of the digest, for signatures."""
        return self.sha256[:10]


def write_baseline(
    path: str | Path,
    texts: Iterable[str],
    scorer: Any = "bertscore",
    *,
    pairs: int = 2000,
    seed: int = 0,
    **parameters: Any,
) -> Baseline:
    """Score random pairs of unrelated texts, write the mean of each output, return it.

    Parameters
    ----------
    path : where the JSON goes
    texts : iterable of str
        From your own domain; pairs of two different ones are drawn from them.
    scorer : name or Scorer
        A similarity without a baseline, whose outputs are averaged.
    pairs : int
        How many pairs; the standard error is in the file.
    seed : int
        Of the drawing; the same seed and texts give the same file.
    **parameters
        Of a scorer that is named, such as ``encoder`` or ``layer``.

    Raises
    ------
    InputError
        With fewer than two different texts.
    """
    from qualmetrics.registry import get

    made = get(scorer, **parameters) if isinstance(scorer, str) else scorer
    if made.spec.parameters.get("baseline"):
        raise InputError("a baseline is made with a scorer that has none yet")
    distinct = list(dict.fromkeys(text for text in _texts(texts) if text.strip()))
    if len(distinct) < 2:
        raise InputError(f"random pairs need two different texts; got {len(distinct)}")
    chosen = random_pairs(len(distinct), pairs, seed)
    scores = made([distinct[i] for i, _ in chosen], [distinct[j] for _, j in chosen])
    values = scores.values[~scores.undefined]
    if not len(values):
        raise InputError("no pair of these texts has a score")
    data = {
        "format": BASELINE_FORMAT,
        "signature": made.signature,
        "outputs": list(made.spec.outputs),
        "values": values.mean(axis=0).tolist(),
        "standard_error": (values.std(axis=0) / math.sqrt(len(values))).tolist(),
        "pairs": len(values),
        "texts": len(distinct),
        "seed": seed,
    }
    sha256 = _write(path, data)
    return Baseline(tuple(data["values"]), sha256)


def random_pairs(n: int, pairs: int, seed: int) -> list[tuple[int, int]]:
    """Draw pairs of two different positions under ``n``."""
    rng = np.random.default_rng(seed)
    left = rng.integers(0, n, size=pairs)
    right = (left + rng.integers(1, n, size=pairs)) % n
    return list(zip(left.tolist(), right.tolist(), strict=True))


def read_baseline(path: str | Path, signature: str) -> Baseline:
    """Return the baseline in a file that was made with the scorer of this signature.

    Raises
    ------
    BundleError
        When the file is missing, of another format, or of another scorer.
    """
    data, sha256 = _read(path, BASELINE_FORMAT)
    if data.get("signature") != signature:
        raise BundleError(
            f"{path} was made with {data.get('signature')!r}, but the scorer is {signature!r}: "
            "make it again with the same parameters: write_baseline(path, texts, ...), or "
            "qualmetrics tables baseline FILE -o BASELINE"
        )
    values = data.get("values")
    if not isinstance(values, list) or not all(
        isinstance(v, float) and math.isfinite(v) and v < 1 for v in values
    ):
        raise BundleError(f"{path} holds no baseline values below 1")
    return Baseline(tuple(values), sha256)


# -- files ----------------------------------------------------------------------------------------


def _texts(texts: Iterable[str]) -> Iterable[str]:
    if isinstance(texts, (str, bytes)):
        raise InputError("got one string where several texts are expected")
    return texts


def _write(path: str | Path, data: Mapping[str, Any]) -> str:
    raw = (json.dumps(data, indent=1, allow_nan=False) + "\n").encode("utf-8")
    Path(path).write_bytes(raw)
    return hashlib.sha256(raw).hexdigest()


def _read(path: str | Path, expected: str) -> tuple[dict[str, Any], str]:
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise BundleError(f"{path} is larger than {MAX_BYTES} bytes")
        raw = Path(path).read_bytes()
        data = json.loads(raw)
    except OSError as error:
        raise BundleError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BundleError(f"{path} is no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != expected:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise BundleError(f"{path} has format {found!r}; expected {expected}")
    return data, hashlib.sha256(raw).hexdigest()
