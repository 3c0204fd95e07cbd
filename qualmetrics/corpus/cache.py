"""Keeps the scores of files in a folder, by a digest of all that they depend on.

An entry is a JSON file that is written whole or not at all; what cannot be read is scored again.
Nothing in it is a text: ids, lines, values, statuses.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from qualmetrics.core import Scorer, Scores
from qualmetrics.corpus import places
from qualmetrics.corpus.readers import STDIN, Document
from qualmetrics.corpus.scoring import ScoredBatch
from qualmetrics.errors import InputError

LARGEST_FILE = 16_000_000
"""Bytes; the rows of a larger file are not held in memory to be kept."""

MOST_BYTES = 256_000_000
"""The entries that were not used for longest go when a folder holds more."""

MARK = "CACHEDIR.TAG"
"""Says what the folder is; nothing is removed from a folder without it."""

Scoring = Callable[[Sequence[str]], Iterator[ScoredBatch]]
"""Scores files, in order."""


class _Place(NamedTuple):
    """Where the scores of a file go: nowhere without a key; not if its state is another then."""

    key: str
    state: tuple[int, int] | None


def _state(path: str) -> tuple[int, int] | None:
    """Return time and size of a file; None for what is no file of this machine, or too large."""
    if path == STDIN or places.is_remote(path):
        return None
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size) if found.st_size <= LARGEST_FILE else None


@dataclass
class Cache:
    """A folder of scores."""

    folder: str
    scorers: Mapping[str, Scorer]
    options: Mapping[str, Any]
    """What else the numbers depend on: how texts are read and cut, the version."""
    found: int = 0
    """Files whose scores were here."""

    def open(self) -> None:
        """Make the folder, or check that it is one of this kind.

        Raises
        ------
        InputError
            Where it holds something else, or cannot be written.
        """
        folder, mark = Path(self.folder), Path(self.folder, MARK)
        try:
            if not mark.exists():
                folder.mkdir(parents=True, exist_ok=True)
                if any(folder.iterdir()):
                    raise InputError(
                        f"{folder} holds something else; name a new folder: --cache DIR"
                    )
                mark.write_text("Signature: 8a477f597d28d172789f06886806bc55\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot use {folder} as a cache: {error.strerror}") from None

    def over(self, files: Iterable[str], score: Scoring) -> Iterator[ScoredBatch]:
        """Yield the scores of files in order; those that are not here are scored, and kept."""
        waiting: dict[str, _Place] = {}
        for path in files:
            state = _state(path)
            key = "" if state is None else self._key(path)
            batch = self._kept(path, key) if key else None
            if batch is None:
                waiting[path] = _Place(key, state)
                continue
            self.found += 1
            yield from self._scored(waiting, score)
            waiting = {}
            yield batch
        yield from self._scored(waiting, score)

    def _scored(self, places_: Mapping[str, _Place], score: Scoring) -> Iterator[ScoredBatch]:
        held: list[tuple[str, ScoredBatch]] = []
        for batch in score(list(places_)) if places_ else ():
            yield batch
            for path, rows in groupby(enumerate(batch.documents), lambda row: row[1].path):
                if held and held[0][0] != path:
                    self._keep(places_[held[0][0]], held)
                    held = []
                if path in places_ and places_[path].key:
                    held.append((path, _part(batch, [i for i, _ in rows])))
        if held:
            self._keep(places_[held[0][0]], held)

    def _key(self, path: str) -> str:
        """Return the digest of a file and all else; empty where it cannot be read."""
        try:
            content = sha256(Path(path).read_bytes()).hexdigest()
        except (OSError, ValueError):
            return ""
        signatures = {name: scorer.signature for name, scorer in self.scorers.items()}
        whole = [path, content, signatures, dict(self.options)]
        return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    # -- entries ----------------------------------------------------------------------------------

    def _kept(self, path: str, key: str) -> ScoredBatch | None:
        entry = Path(self.folder, f"{key}.json")
        try:
            data = json.loads(entry.read_text(encoding="utf-8"))
            documents = tuple(
                Document(str(name), path, None if line is None else int(line), warning=str(warning))
                for name, line, warning in data["documents"]
            )
            scores = {
                name: _scores(data["scores"][name], scorer, len(documents))
                for name, scorer in self.scorers.items()
            }
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):
            os.utime(entry)
        return ScoredBatch(documents, scores)

    def _keep(self, place: _Place, held: Sequence[tuple[str, ScoredBatch]]) -> None:
        """Write an entry, but not of a file that could not be read, or was changed meanwhile."""
        batches = [batch for _, batch in held]
        documents = [document for batch in batches for document in batch.documents]
        bad = any(document.problem for document in documents)
        if bad or not documents or _state(held[0][0]) != place.state:
            return
        joined = {name: Scores.join([b.scores[name] for b in batches]) for name in self.scorers}
        data = {
            "documents": [[d.id, d.line, d.warning] for d in documents],
            "scores": {
                name: {
                    "values": [[None if v != v else v for v in row] for row in one.values.tolist()],
                    "status": one.status.tolist(),
                }
                for name, one in joined.items()
            },
        }
        text = json.dumps(data, allow_nan=False).encode()

        def write(stream: BinaryIO) -> None:
            stream.write(text)

        places.write_atomically(str(Path(self.folder, f"{place.key}.json")), write)

    def trim(self) -> None:
        """Remove the entries that were not used for longest, until the rest is small enough."""
        there = Path(self.folder).glob("*.json")
        entries = [(e.stat().st_mtime, e.stat().st_size, e) for e in there]
        size = sum(bytes_ for _, bytes_, _ in entries)
        for _, bytes_, entry in sorted(entries):
            if size <= MOST_BYTES:
                return
            entry.unlink(missing_ok=True)
            size -= bytes_


def _part(batch: ScoredBatch, rows: list[int]) -> ScoredBatch:
    scores = {name: one.take(np.array(rows)) for name, one in batch.scores.items()}
    return ScoredBatch(tuple(batch.documents[i] for i in rows), scores)


def _scores(data: Mapping[str, Any], scorer: Scorer, n: int) -> Scores:
    values = np.array(data["values"], dtype=np.float64).reshape(n, len(scorer.spec.outputs))
    status = np.array(data["status"], dtype=np.uint16).reshape(n)
    return Scores(values, status, scorer.spec, scorer.signature)
