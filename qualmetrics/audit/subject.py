"""What is audited: anything that turns texts into numbers, turned so that higher is better.

A row on which it raises, or says nothing, costs that row alone and is counted. Real texts are
scored once: values are remembered by text, references and columns.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import References, Rows, Scorer, Scores
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import Values
from qualmetrics.memo import Memo
from qualmetrics.reward.completion import last_user

Call = Callable[[Rows], Values]
"""Rows -> one number each, NaN where there is none; it may raise."""

BATCH = 1024
MEMO_CHARACTERS = 256_000_000
TURNED = {"difficulty": "lower"}
"""What a scorer rises with -> the better side, where that is not *higher*."""
NEEDS = {"prompts": "prompt", "references": "references"}
"""Parameters of a function that takes more than texts -> what of the rows they are given."""


@dataclass(frozen=True)
class Scored:
    """Values of some rows, ``(n,)``: higher is better, NaN where there is none."""

    values: Values
    status: tuple[str, ...]
    """``ok``, or why there is no value: a status of the scorer, ``not_finite``, ``raised X``."""

    @property
    def undefined(self) -> NDArray[np.bool_]:
        """True where there is no value."""
        return np.isnan(self.values)

    @property
    def problems(self) -> dict[str, int]:
        """How many rows have no value, by reason."""
        missing = np.flatnonzero(self.undefined)
        return dict(Counter(self.status[i] for i in missing).most_common())


@dataclass(frozen=True, eq=False)
class Subject:
    """A scorer under audit.

    ``score`` is the way to it; ``fresh`` asks again, past what is remembered.
    """

    name: str
    signature: str
    call: Call = field(repr=False)
    """Values as the scorer gives them, not turned."""
    better: str = "higher"
    direction: str = ""
    """Which side is better, and why, in words."""
    needs: frozenset[str] = frozenset()
    """``references``, ``prompt`` or names of columns, without which it cannot be called."""
    reads: frozenset[str] = frozenset()
    """What it takes where it is there, but does not need."""
    pairwise: bool = False
    """It says how likely a text stands above its reference: rows are pairs of texts."""
    scorer: Scorer | None = None
    """Where it is one of this library's."""
    said: dict[str, str] = field(default_factory=dict, repr=False)
    """What it said when it first raised, by status; it may hold text of the material."""
    memo: Memo[tuple[float, str]] = field(default_factory=lambda: Memo(MEMO_CHARACTERS), repr=False)

    def __post_init__(self) -> None:
        if self.better not in ("higher", "lower"):
            raise InputError(f"better={self.better!r} is not one of higher, lower")

    def lacks(self, rows: Rows) -> list[str]:
        """Return what it needs and no row has: references, or names of columns."""
        there = {name for name, cells in rows.columns.items() if any(map(_given, cells))}
        if rows.references is not None and any(rows.references.rows):
            there.add("references")
        return sorted(self.needs - there)

    def score(self, rows: Rows) -> Scored:
        """Score rows; each distinct row once in the life of the subject.

        Raises
        ------
        InputError
            When a scorer does not return one number a row.
        """
        keys = [self._key(rows, i) for i in range(len(rows))]
        known: dict[Any, tuple[float, str]] = {}
        new: dict[Any, int] = {}
        for i, key in enumerate(keys):
            if key in known or key in new:
                continue
            kept = self.memo.get(key)
            if kept is None:
                new[key] = i
            else:
                known[key] = kept
        if new:
            found = self.fresh(rows.take(list(new.values())))
            for key, value, status in zip(new, found.values.tolist(), found.status, strict=True):
                known[key] = (value, status)
                self.memo.put(key, (value, status), len(key[0]) + 64)
        values = np.array([known[key][0] for key in keys], dtype=np.float64)
        return Scored(values, tuple(known[key][1] for key in keys))

    def fresh(self, rows: Rows) -> Scored:
        """Score rows now, whatever is remembered."""
        n = len(rows)
        values, status = np.full(n, np.nan), ["no_reference"] * n
        asked = [i for i in range(n) if self._complete(rows, i)]
        for start in range(0, len(asked), BATCH):
            index = asked[start : start + BATCH]
            for i, value, said in zip(index, *self._halved(rows.take(index)), strict=True):
                values[i], status[i] = value, said
        if self.better == "lower":
            values = -values
        return Scored(values, tuple(status))

    def _halved(self, rows: Rows) -> tuple[list[float], list[str]]:
        """Return values and statuses; where a call raises, of each half, down to single rows."""
        try:
            values, status = _checked(self.call(rows), self.name, len(rows))
        except _ReturnedError as error:
            raise InputError(str(error)) from None
        except Exception as error:
            if len(rows) == 1:
                kind = f"raised {type(error).__name__}"
                self.said.setdefault(kind, str(error)[:200])
                return [float("nan")], [kind]
            middle = len(rows) // 2
            parts = [
                self._halved(rows.take(range(*span))) for span in ((0, middle), (middle, len(rows)))
            ]
            return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
        return values, status

    def _complete(self, rows: Rows, i: int) -> bool:
        return "references" not in self.needs or bool(
            rows.references is not None and rows.references.rows[i]
        )

    def _key(self, rows: Rows, i: int) -> tuple[Any, ...]:
        taken = self.needs | self.reads
        beside = [_hashable(rows.columns[n][i]) for n in sorted(taken & rows.columns.keys())]
        references = rows.references.rows[i] if rows.references and "references" in taken else ()
        return (rows.texts[i], references, *beside)


class _ReturnedError(Exception):
    """A scorer returned something else than one number a row: no row's fault."""


def _given(cell: Any) -> bool:
    return cell is not None and cell != "" and cell != []


def _hashable(cell: Any) -> Any:
    return (
        cell if isinstance(cell, (str, int, float, type(None))) else json.dumps(cell, default=str)
    )


def _checked(given: Any, name: str, n: int) -> tuple[list[float], list[str]]:
    status = ["ok"] * n
    if isinstance(given, Scores):
        given, status = given.primary, given.status_names
    elif isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], list):
        given, status = given  # values and statuses, as RewardModel returns them
    try:
        values = np.asarray(
            given.tolist() if hasattr(given, "tolist") else list(given), dtype=np.float64
        )
    except (TypeError, ValueError):
        raise _ReturnedError(
            f"{name} must return one number a text: it gets a list of texts, and returned "
            f"{type(given).__name__}"
        ) from None
    if values.shape != (n,):
        raise _ReturnedError(
            f"{name} must return one number a text: {n} texts, and it returned the shape "
            f"{values.shape}"
        )
    for i in np.flatnonzero(~np.isfinite(values)).tolist():
        if status[i] == "ok":
            status[i] = "nan" if np.isnan(values[i]) else "not_finite"
        values[i] = np.nan
    return values.tolist(), status


# -- from what people name --------------------------------------------------------------------


def subject_of(
    source: Any,
    *,
    better: str | None = None,
    pairwise: bool | None = None,
    lang: str | None = None,
    name: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Subject:
    """Return what is audited.

    Parameters
    ----------
    source
        A ``Scorer``; a name of the registry or of a plug-in; a bundle folder; a reward file
        (``.yaml``, ``.toml``, ``.json``); ``module:function``; ``hf:FOLDER``, a Hugging Face
        sequence classifier with one output; or a function ``texts -> numbers``, which may also
        take ``prompts`` and ``references`` by these names.
    better : {"higher", "lower"}, optional
        By default *lower* for a scorer that rises with difficulty, else *higher*.
    pairwise : bool, optional
        Whether the reference is a rival and the value says how likely the text stands above it (of
        a function: ``f(first, second)``). By default as the scorer says of itself.
    lang, parameters
        Of a scorer that is named and takes them.
    name : str, optional
        What it is called in the audit.

    Raises
    ------
    QualmetricsError
        For what cannot be found or loaded.
    """
    if isinstance(source, Subject):
        return source
    if isinstance(source, (str, Path)):
        source = _found(str(source), lang, parameters or {})
        if isinstance(source, Subject):
            return source
    if isinstance(source, Scorer):
        return _of_scorer(source, better, pairwise=pairwise, name=name)
    if callable(source):
        return _of_function(source, better, pairwise=bool(pairwise), name=name)
    raise InputError(
        "an audit takes a scorer, the name of one, a bundle folder, a reward file, "
        f"module:function, hf:FOLDER, or a function of texts; got {type(source).__name__}"
    )


def _found(text: str, lang: str | None, parameters: Mapping[str, Any]) -> Any:
    if text.startswith("hf:"):
        from qualmetrics.training.reward_model import load_reward_model

        return load_reward_model(text.removeprefix("hf:"))
    if text.endswith((".yaml", ".yml", ".toml", ".json")):
        from qualmetrics.reward.config import load_reward

        return load_reward(text).scorer
    if ":" in text and not Path(text).exists():
        return _imported(text)
    from qualmetrics.corpus.metrics import resolve

    return next(iter(resolve([text], lang=lang, parameters=parameters).values()))


def _imported(text: str) -> Any:
    module, _, attribute = text.partition(":")
    here = str(Path.cwd())
    path = [] if here in sys.path else [here]
    sys.path[:0] = path
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        if module.endswith(".py"):
            told = module.removesuffix(".py").replace("/", ".")
            raise InputError(
                f"cannot find {text!r}: a module is named without .py; type {told}:{attribute}"
            ) from None
        raise InputError(
            f"cannot find {text!r}: {error}. Expected module:function, importable from {here}"
        ) from None
    finally:
        for one in path:
            sys.path.remove(one)
    return found


def _of_scorer(
    scorer: Scorer, better: str | None, *, pairwise: bool | None, name: str | None
) -> Subject:
    spec = scorer.spec
    side = better or TURNED.get(spec.increases_with, "higher")
    why = "as asked" if better else f"by default: it rises with {spec.increases_with}"
    if pairwise is None:
        pairwise = spec.needs_references and spec.unit == "probability"
    if pairwise and not spec.needs_references:
        raise InputError(
            f"{spec.name} reads one text and compares it with none; leave --pairwise out"
        )
    return Subject(
        name or spec.name,
        scorer.signature,
        lambda rows: _call_scorer(scorer, rows),  # type: ignore[arg-type,return-value]
        side,
        f"{side.capitalize()} is taken as better ({why}).",
        scorer.needs,
        pairwise=pairwise,
        scorer=scorer,
    )


def _call_scorer(scorer: Scorer, rows: Rows) -> Scores:
    columns: dict[str, Sequence[Any]] = {n: rows.columns[n] for n in scorer.spec.columns}
    if "prompt" in columns:
        columns["prompt"] = [last_user(cell) for cell in columns["prompt"]]
    references: References | None = rows.references if scorer.spec.needs_references else None
    return scorer(rows.texts, references, columns=columns)


def _of_function(
    function: Callable[..., Any], better: str | None, *, pairwise: bool, name: str | None
) -> Subject:
    side = better or "higher"
    why = "as asked" if better else "by default: nothing is known of it"
    own = getattr(function, "name", None) or getattr(function, "__qualname__", None)
    called = str(name or own or type(function).__name__)
    signature = getattr(function, "signature", None)
    where = f"{getattr(function, '__module__', None) or 'function'}:{called}"
    takes = {} if pairwise else _extra_parameters(function)
    needs = frozenset(NEEDS[parameter] for parameter, needed in takes.items() if needed)
    if pairwise:
        needs = frozenset({"references"})

    def call(rows: Rows) -> Any:
        if pairwise:
            several = rows.references.rows if rows.references is not None else ()
            return function(list(rows.texts), [one[0] for one in several])
        given: dict[str, Any] = {}
        if "prompts" in takes and "prompt" in rows.columns:
            given["prompts"] = list(rows.columns["prompt"])
        if "references" in takes and rows.references is not None:
            given["references"] = list(rows.references.rows)
        return function(list(rows.texts), **given)

    return Subject(
        called,
        signature if isinstance(signature, str) else where,
        call,
        side,
        f"{side.capitalize()} is taken as better ({why}).",
        needs,
        frozenset(NEEDS[parameter] for parameter in takes),
        pairwise,
    )


def _extra_parameters(function: Callable[..., Any]) -> dict[str, bool]:
    """Return what it takes beside texts, and whether it needs it: has no default."""
    try:
        known = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: known[name].default is inspect.Parameter.empty for name in NEEDS if name in known}


__all__ = ["Scored", "Subject", "subject_of"]
