"""Machinery: rows as a trainer hands them over become what a reward reads, and plain numbers again.

The adapters and the server both go this way, so that they agree. A wrong *call* (a field that is
not there, lists of unequal length) raises, whatever ``on_error`` says; what is wrong with one row
(no reference, a completion that is no text, a scorer that fails on it) is that row's alone.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from qualmetrics import planner
from qualmetrics.core import Column, References, Rows, Scorer, Scores, Status
from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.reward.completion import last_user
from qualmetrics.reward.config import RewardConfig, load_reward

Fields = Mapping[str, Sequence[Any]]
"""What a trainer hands over beside the completions: field -> one cell per row."""

SPECIAL: Final = re.compile(
    r"<\|[A-Za-z0-9_/ -]{1,40}\|>|<｜[^｜<>]{1,40}｜>|</?s>|<(?:pad|bos|eos|unk)>"
    r"|<(?:start|end)_of_turn>|\[(?:PAD|UNK|CLS|SEP|MASK)\]|\[/?INST\]"
)
"""Special tokens of common chat models, as they stand in decoded text."""

log = logging.getLogger("qualmetrics.reward")


def as_reward(source: str | Path | Mapping[str, Any] | RewardConfig | Scorer) -> RewardConfig:
    """Return the reward that was given: a file, what a file would say, or a scorer.

    Raises
    ------
    InputError
        As ``load_reward`` does, and for anything else.
    """
    if isinstance(source, RewardConfig):
        return source
    if isinstance(source, Scorer):
        worth = source.spec.undefined
        return RewardConfig(source.spec.name, source, None if math.isnan(worth) else worth)
    if isinstance(source, (str, Path, Mapping)):
        return load_reward(source)
    raise InputError(
        "a reward is a path to a .yaml, .toml or .json file, a mapping, a RewardConfig or a "
        f"scorer; got {type(source).__name__}"
    )


# -- in -------------------------------------------------------------------------------------------


def answer_in(query: Any, prompt: Any) -> Any:
    """Return what was answered, where prompt and answer were decoded into one string.

    The prompt in front and all special tokens are taken off; what is no string is returned as is.
    """
    if not isinstance(query, str):
        return query
    if isinstance(prompt, str):
        if query.startswith(prompt):
            return _bare(query[len(prompt) :])
        return _bare(query).removeprefix(_bare(prompt)).strip()
    return _bare(query)


def _bare(text: str) -> str:
    return SPECIAL.sub("", text).strip()


def read_by(
    scorer: Scorer, fields: Fields, config: RewardConfig | None = None
) -> tuple[Sequence[Any] | None, dict[str, Sequence[Any]]]:
    """Return the references and columns that a reward reads, as far as the fields hold them."""
    found = {}
    for need in scorer.needs:
        default = "reference" if need == "references" else need
        source = default if config is None else config.source_of(need)
        if source in fields:
            found[need] = fields[source]
    references = found.pop("references", None)
    return references, found


@dataclass(frozen=True)
class Asked:
    """Rows to score: those that can be, at which positions, and why others cannot."""

    n: int
    rows: Rows
    index: tuple[int, ...]
    wrong: Mapping[int, QualmetricsError | None]
    """Position -> what is wrong with the row; None where it only has no reference."""


def asked(
    config: RewardConfig,
    completions: Sequence[Any],
    prompts: Sequence[Any] | None,
    fields: Fields,
) -> Asked:
    """Return the rows of one call of a trainer.

    Raises
    ------
    InputError
        For a field that the reward reads and that is not there, and for unequal lengths.
    """
    n = len(completions)
    beside = [None] * n if prompts is None else prompts
    if len(beside) != n:
        raise InputError(f"{n} completions but {len(beside)} prompts")
    references, columns = read_by(config.scorer, fields, config)
    _check(config, n, references, columns, fields)
    limit = config.completion.max_characters
    texts: list[str] = []
    several: list[tuple[str, ...]] = []
    index: list[int] = []
    wrong: dict[int, QualmetricsError | None] = {}
    numeric = [leaf for leaf in planner.leaves(config.scorer) if isinstance(leaf, Column)]
    for i, completion in enumerate(completions):
        try:
            for column in numeric:
                _check_number(column, columns[column.name][i], limit)
            text = config.completion.text(completion, beside[i])
            reference = None if references is None else _reference(references[i], limit)
        except QualmetricsError as error:
            wrong[i] = error
            continue
        if references is not None and reference is None:
            wrong[i] = None
            continue
        index.append(i)
        texts.append("" if text is None else text)
        several.append(reference or ())
    rows = Rows(
        tuple(texts),
        None if references is None else References(tuple(several)),
        {name: [_cell(cells[i], limit) for i in index] for name, cells in columns.items()},
    )
    return Asked(n, rows, tuple(index), wrong)


def _check(
    config: RewardConfig,
    n: int,
    references: Sequence[Any] | None,
    columns: Fields,
    fields: Fields,
) -> None:
    import difflib

    for need in sorted(config.scorer.needs):
        cells = references if need == "references" else columns.get(need)
        source = config.source_of(need)
        if cells is None:
            close = difflib.get_close_matches(source, list(fields), n=1, cutoff=0.5)
            field = close[0] if close else "FIELD"
            raise InputError(
                f"{config.name} reads {need} from the field {source!r}, which is not there; "
                f"there are: {', '.join(sorted(fields)) or 'none'}. Name the one that holds it in "
                f"the reward's configuration, such as columns: {{{need}: {field}}}"
            )
        if isinstance(cells, str) or not hasattr(cells, "__len__"):
            raise InputError(f"the field {source!r} must be a list with a cell for each completion")
        if len(cells) != n:
            raise InputError(f"{n} completions but {len(cells)} cells in the field {source!r}")


def _reference(cell: Any, limit: int) -> tuple[str, ...] | None:
    """Return the references in a cell; None where there are none."""
    cell = _plain(cell)
    if cell is None or cell != cell or cell == []:  # a missing cell of a data frame is NaN
        return None
    several = [cell] if isinstance(cell, str) else cell
    if not isinstance(several, (list, tuple)) or not all(isinstance(r, str) for r in several):
        raise InputError(
            f"a reference is a string, several in a list, or None; got {type(cell).__name__}"
        )
    return tuple(reference[:limit] for reference in several) or None


def _cell(cell: Any, limit: int) -> Any:
    """Return what a column reads: of messages, such as verl's prompts, what was asked last."""
    cell = _plain(cell)
    if isinstance(cell, list) and cell and all(isinstance(m, Mapping) for m in cell):
        cell = last_user(cell)
    return cell[:limit] if isinstance(cell, str) else cell


def _check_number(column: Column, cell: Any, limit: int) -> None:
    wrong = column.problem(_cell(cell, limit))
    if wrong:
        raise InputError(wrong)


def _plain(cell: Any) -> Any:
    """Return what an array or a scalar of numpy or torch holds."""
    return cell.tolist() if hasattr(cell, "tolist") else cell


# -- scoring --------------------------------------------------------------------------------------


def score_rows(scorer: Scorer, rows: Rows) -> tuple[Scores, dict[int, Exception]]:
    """Score rows; where that raises, each alone, so that a row which fails keeps no other's.

    Returns the scores, with the status *error* where a row failed, and what it raised.
    """
    try:
        return planner.run((scorer,), rows)[0], {}
    except Exception as error:
        if len(rows) == 1:
            # Type only: the message may quote the text.
            log.warning("%s failed on a row: %s", scorer.spec.name, type(error).__name__)
            return _without(scorer, Status.ERROR), {0: error}
    singly = [score_rows(scorer, rows.take([i])) for i in range(len(rows))]
    errors = {i: failed[0] for i, (_, failed) in enumerate(singly) if failed}
    return Scores.join([scores for scores, _ in singly]), errors


def _without(scorer: Scorer, status: Status) -> Scores:
    """Return one row without a value."""
    return _blank(planner.run((scorer,), Rows(()))[0], status)


def _blank(scores: Scores, status: Status) -> Scores:
    values = np.full((1, len(scores.spec.outputs)), scores.spec.undefined)
    children = {name: _blank(child, status) for name, child in scores.children.items()}
    return replace(
        scores,
        values=values,
        status=np.array([status], dtype=np.uint16),
        children=children,
    )


def complete(
    config: RewardConfig, ask: Asked, scores: Scores, errors: Mapping[int, Exception]
) -> Outcome:
    """Put rows that could not be scored back in their place.

    Raises
    ------
    QualmetricsError
        For a row that failed, where the configuration says ``on_error: raise``.
    """
    failed = {ask.index[k]: error for k, error in errors.items()}
    failed |= {i: error for i, error in ask.wrong.items() if error is not None}
    for i, error in ask.wrong.items():
        if error is not None:  # what came, but never the text itself
            log.warning("%s cannot read row %d: %s", config.name, i, type(error).__name__)
    if ask.wrong:
        blanks = [
            _without(config.scorer, Status.NOT_APPLICABLE if error is None else Status.ERROR)
            for error in ask.wrong.values()
        ]
        order = np.argsort([*ask.index, *ask.wrong], kind="stable")
        scores = Scores.join([scores, *blanks]).take(order)
    if config.on_error == "raise":
        _raise_first(config, scores, failed)
    return Outcome(config, scores)


def _raise_first(config: RewardConfig, scores: Scores, failed: Mapping[int, Exception]) -> None:
    rows = np.flatnonzero(scores.status & np.uint16(Status.ERROR)).tolist()
    if rows:
        cause = failed.get(rows[0])
        said = f": {cause}" if isinstance(cause, QualmetricsError) else "; the log says why"
        raise QualmetricsError(f"{config.name} failed on row {rows[0]}{said}") from cause


# -- out ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a trainer reads: for each row a number, or None, and the terms beside it."""

    config: RewardConfig
    scores: Scores

    @property
    def failed(self) -> list[bool]:
        """True where a row could not be scored at all."""
        return [bool(code & Status.ERROR) for code in self.scores.status.tolist()]

    @property
    def defined(self) -> list[bool]:
        """True where the value was computed; False where it is what ``undefined`` says."""
        return [not missing for missing in self.scores.undefined.tolist()]

    @property
    def rewards(self) -> list[float | None]:
        """The reward of each row; None where there is none and ``undefined`` is no number."""
        found = numbers(self.scores)
        worth = 0.0 if self.config.on_error == "zero" else None
        return [worth if bad else v for v, bad in zip(found, self.failed, strict=True)]

    @property
    def components(self) -> dict[str, list[float | None]]:
        """The main value of each term; the same keys for every call."""
        return {
            name: numbers(self.scores.children[name])
            if name in self.scores.children
            else _numbers(self.scores, name)
            for name in component_names(self.config.scorer)
        }


def numeric(config: RewardConfig, trainer: str) -> float:
    """Return what undefined rows are worth to a trainer that takes numbers only.

    Raises
    ------
    InputError
        Where the configuration says ``undefined: null``.
    """
    if config.undefined is None:
        raise InputError(
            f"{trainer} needs a number for every row, and {config.name} leaves undefined ones "
            "without; write for example undefined: 0 in its configuration"
        )
    return config.undefined


def component_names(scorer: Scorer) -> tuple[str, ...]:
    """Return the names of a reward's terms; of its other outputs where it has none."""
    inner = tuple(child.spec.name for child in planner.children(scorer))
    spec = scorer.spec
    return inner or tuple(name for name in spec.outputs if name != spec.primary)


def numbers(scores: Scores) -> list[float | None]:
    """Return the main value of each row; None where there is none."""
    return _numbers(scores, scores.spec.primary)


def _numbers(scores: Scores, output: str) -> list[float | None]:
    column = scores.values[:, scores.spec.outputs.index(output)].tolist()
    return [value if math.isfinite(value) else None for value in column]


def reward_batch(
    config: RewardConfig,
    completions: Sequence[Any],
    prompts: Sequence[Any] | None,
    fields: Fields,
) -> Outcome:
    """Return what the rows of one call of a trainer are worth.

    Raises
    ------
    InputError
        As ``asked`` does.
    """
    ask = asked(config, completions, prompts, fields)
    scores, errors = score_rows(config.scorer, ask.rows)
    return complete(config, ask, scores, errors)
