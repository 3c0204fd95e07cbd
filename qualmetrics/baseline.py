"""A baseline: what failed the gates on a day, in a file, so that only what is worse fails today.

::

    {"schema": "qualmetrics-baseline/1",
     "signatures": {"flesch_kincaid_grade": "flesch_kincaid_grade|words:en/1|..."},
     "reading": {"level": "document", "markup": "auto(markdown/1,html/1)"},
     "texts": [{"path": "docs/a.md", "id": "", "values": {"flesch_kincaid_grade": 13.2}}],
     "all": {"p90(flesch_kincaid_grade)": 12.7}}

Paths are those from the folder of the file, and an id goes on from the path of its file where it
begins with that: a checkout somewhere else, or a call from another folder, finds the same texts.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from qualmetrics.errors import InputError, cannot_write

SCHEMA = "qualmetrics-baseline/1"

SLACK = 1e-6
"""A value that differs by less than this share is the same: another processor, or float32."""


class Key(NamedTuple):
    """Which text: its file, its id, and the how-manieth of that id."""

    path: str
    id: str
    nth: int = 1

    def __str__(self) -> str:
        """As people know it."""
        inside = not self.id or self.id[0] in "#:@"
        name = self.path + self.id if inside else f"{self.path} ({self.id})"
        return name if self.nth == 1 else f"{name} (number {self.nth})"


class Limit(NamedTuple):
    """A comparison and the value on record that it is held against."""

    comparison: str
    value: float

    def worse(self, value: float) -> bool:
        """Tell whether a value is further on the side that fails."""
        return self._further(value - self.value)

    def better(self, value: float) -> bool:
        """Tell whether a value is further on the side that passes."""
        return self._further(self.value - value)

    def _further(self, step: float) -> bool:
        ahead = step if self.comparison.startswith(">") else -step
        return ahead > SLACK * max(1.0, abs(self.value))


@dataclass(frozen=True)
class Baseline:
    """What failed, with the values it had."""

    signatures: Mapping[str, str]
    """Scorer -> what its number depends on."""
    reading: Mapping[str, str]
    """What else all numbers depend on: ``level`` and ``markup``."""
    texts: Mapping[Key, Mapping[str, float]] = field(default_factory=dict)
    """Text -> scorer -> value."""
    whole: Mapping[str, float] = field(default_factory=dict)
    """Of all texts together: ``p90(words)`` -> value."""

    def check(self, signatures: Mapping[str, str], reading: Mapping[str, str]) -> None:
        """Refuse values that are not to be compared: other signatures, or texts read otherwise.

        Raises
        ------
        InputError
            With what differs.
        """
        for mine, known in ((signatures, self.signatures), (reading, self.reading)):
            for name, value in mine.items():
                if known.get(name, value) != value:
                    raise InputError(
                        f"it was written with {name} {known[name]}, and now it is {value}"
                    )

    def without(self, paths: Collection[str], folder: str) -> dict[Key, Mapping[str, float]]:
        """Return the texts of files that are none of these and that are still there."""
        files = {key.path for key in self.texts} - set(paths)
        left = {path for path in files if there(path, folder)}
        return {key: values for key, values in self.texts.items() if key.path in left}

    def write(self, path: str) -> None:
        """Write a file, whole or not at all.

        Raises
        ------
        InputError
            Where it cannot be written.
        """
        data = {
            "schema": SCHEMA,
            "signatures": dict(sorted(self.signatures.items())),
            "reading": dict(self.reading),
            "texts": [
                {**_named(key), "values": dict(sorted(values.items()))}
                for key, values in sorted(self.texts.items())
            ],
            "all": dict(sorted(self.whole.items())),
        }
        part = Path(f"{path}.part")
        try:
            part.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise cannot_write(path, error) from error
        finally:
            with suppress(OSError):  # where nothing can be written, nothing is left
                part.unlink(missing_ok=True)


def _named(key: Key) -> dict[str, Any]:
    return {"path": key.path, "id": key.id} | ({"nth": key.nth} if key.nth > 1 else {})


def read_baseline(path: str) -> Baseline:
    """Read a file that ``Baseline.write`` wrote.

    Raises
    ------
    InputError
        Where it is not there, or is none.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r}, where this version reads {SCHEMA!r}")
        return _from_dict(data)
    except OSError as error:
        raise InputError(f"cannot read the baseline {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as a baseline: {_reason(error)}") from None


def _from_dict(data: Mapping[str, Any]) -> Baseline:
    texts = {
        Key(_text(row["path"]), _text(row["id"]), int(row.get("nth", 1))): _values(row["values"])
        for row in data["texts"]
    }
    signatures = {_text(name): _text(sign) for name, sign in data["signatures"].items()}
    reading = {name: _text(data["reading"][name]) for name in ("level", "markup")}
    return Baseline(signatures, reading, texts, _values(data["all"]))


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return "it is no such object" if isinstance(error, (TypeError, AttributeError)) else str(error)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is no string")
    return value


def _values(data: Mapping[str, Any]) -> dict[str, float]:
    for name, value in data.items():
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError(f"{name} is {value!r:.60}, which is no number")
    return {name: float(value) for name, value in data.items()}


# -- names ----------------------------------------------------------------------------------------


def folder_of(path: str) -> str:
    """Return the folder that paths in a baseline begin from."""
    return str(Path(os.path.realpath(path)).parent)


def there(path: str, folder: str) -> bool:
    """Tell whether a file that a baseline names can be found; what is no file cannot be gone."""
    return _is_no_file(path) or os.path.lexists(os.path.join(folder, path))  # noqa: PTH118


def _is_no_file(path: str) -> bool:
    return path in ("", "-") or "://" in path


@dataclass
class Names:
    """Gives texts the keys that they have in a baseline; counts how often each came."""

    folder: str = ""
    files: dict[str, str] = field(default_factory=dict)
    """Path as it was typed -> path from the folder."""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def file(self, path: str) -> str:
        """Return the path of a file from the folder of the baseline."""
        if path not in self.files:
            self.files[path] = path if _is_no_file(path) else self._from_here(path)
        return self.files[path]

    def key(self, path: str, name: str) -> Key:
        """Return the key of the next text; every text must be asked for, in order."""
        inner = name[len(path) :] if path and name.startswith(path) else name
        found = self.file(path), inner
        self.seen[found] = self.seen.get(found, 0) + 1
        return Key(*found, self.seen[found])

    def _from_here(self, path: str) -> str:
        head, tail = os.path.split(path)
        real = os.path.join(os.path.realpath(head), tail)  # noqa: PTH118 - a link keeps its name
        try:
            return os.path.relpath(real, self.folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return real
