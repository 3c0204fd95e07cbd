"""Rewards for verl: ``compute_score``, for one completion a call, awaited, or for a whole batch.

Either name this module and the reward's file in verl's configuration::

    reward.custom_reward_function.path=pkg://qualmetrics.adapters.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.config=/abs/reward.yaml

or a file of your own, of two lines::

    from qualmetrics.adapters import verl
    compute_score = verl.reward("/abs/reward.yaml")
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qualmetrics.adapters.coroutine import like
from qualmetrics.adapters.micro_batch import reward_one, reward_one_async
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.memo import once
from qualmetrics.reward.config import RewardConfig
from qualmetrics.reward.rows import Outcome, as_reward, component_names, numeric, reward_batch

OWN = ("score", "defined", "failed")
"""Keys of every result beside the terms."""

FORMS = ("sample", "async", "batch")

log = logging.getLogger("qualmetrics.reward")


class _Score:
    """A reward as verl holds it."""

    form = "sample"

    def __init__(self, config: RewardConfig) -> None:
        numeric(config, "verl")
        taken = sorted(set(OWN) & set(component_names(config.scorer)))
        if taken:
            raise InputError(
                f"a term of {config.name} is called {taken[0]}, which is a key of verl's results "
                "already; give it another name"
            )
        self.config = config
        self.__name__ = config.name
        log.info("reward %s: %s", config.name, config.signature)

    @property
    def signature(self) -> str:
        """One line that names all that the reward depends on."""
        return self.config.signature

    def __repr__(self) -> str:
        return f"<reward {self.__name__}: {self.signature}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self.config, self.form)


class ComputeScore(_Score):
    """What ``reward`` returns: one completion a call, from any thread."""

    def __call__(
        self,
        data_source: Any,
        solution_str: Any,
        ground_truth: Any,
        extra_info: Any = None,
        **kwargs: Any,
    ) -> dict[str, float]:
        """Score one completion.

        Returns
        -------
        dict
            ``score``; each term under its name; ``defined`` and ``failed``, 1.0 or 0.0. The same
            keys for every row, and numbers only: what is undefined is worth the configuration's
            ``undefined``.
        """
        fields, prompt = _fields(data_source, ground_truth, extra_info)
        return _results(self.config, reward_one(self.config, solution_str, prompt, fields))[0]


async def _shape(
    data_source: Any, solution_str: Any, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> Any:
    """Say how an asynchronous reward is called."""


@like(_shape)
class AsyncComputeScore(_Score):
    """What ``reward(form="async")`` returns: a coroutine function."""

    form = "async"

    async def __call__(
        self,
        data_source: Any,
        solution_str: Any,
        ground_truth: Any,
        extra_info: Any = None,
        **kwargs: Any,
    ) -> dict[str, float]:
        """Score one completion; see ``ComputeScore``."""
        fields, prompt = _fields(data_source, ground_truth, extra_info)
        outcome = await reward_one_async(self.config, solution_str, prompt, fields)
        return _results(self.config, outcome)[0]


class ComputeScoreBatch(_Score):
    """What ``reward(form="batch")`` returns, for the batch reward manager."""

    form = "batch"

    def __call__(
        self,
        data_sources: Sequence[Any],
        solution_strs: Sequence[Any],
        ground_truths: Sequence[Any],
        extra_infos: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> list[dict[str, float]]:
        """Score a batch; one result a row, see ``ComputeScore``."""
        n = len(solution_strs)
        infos = [None] * n if extra_infos is None else extra_infos
        for name, cells in (
            ("data_sources", data_sources),
            ("ground_truths", ground_truths),
            ("extra_infos", infos),
        ):
            if len(cells) != n:
                raise InputError(f"{n} solution_strs but {len(cells)} {name}")
        rows = [_fields(*cells) for cells in zip(data_sources, ground_truths, infos, strict=True)]
        shared = set.intersection(*(set(fields) for fields, _ in rows)) if rows else set()
        columns = {key: [fields[key] for fields, _ in rows] for key in sorted(shared)}
        if not rows:
            return []
        prompts = [prompt for _, prompt in rows]
        return _results(self.config, reward_batch(self.config, solution_strs, prompts, columns))


def _fields(data_source: Any, ground_truth: Any, extra_info: Any) -> tuple[dict[str, Any], Any]:
    """Return what may be read of a row, and its prompt, which verl tells only in ``extra_info``."""
    info = dict(extra_info) if isinstance(extra_info, Mapping) else {}
    fields = {"data_source": data_source, "ground_truth": ground_truth, "reference": ground_truth}
    return {**fields, **info}, info.get("prompt")


def _results(config: RewardConfig, outcome: Outcome) -> list[dict[str, float]]:
    worth = numeric(config, "verl")
    columns: dict[str, Sequence[float | None]] = {
        "score": outcome.rewards,
        **outcome.components,
        "defined": [float(value) for value in outcome.defined],
        "failed": [float(value) for value in outcome.failed],
    }
    return [
        {key: worth if value is None else value for key, value in zip(columns, row, strict=True)}
        for row in zip(*columns.values(), strict=True)
    ]


_CLASSES: dict[str, type[ComputeScore | AsyncComputeScore | ComputeScoreBatch]] = {
    made.form: made for made in (ComputeScore, AsyncComputeScore, ComputeScoreBatch)
}


def _make(config: RewardConfig, form: str) -> ComputeScore | AsyncComputeScore | ComputeScoreBatch:
    if form not in _CLASSES:
        raise InputError(f"form {form!r} is not one of {', '.join(FORMS)}")
    return _CLASSES[form](config)


def reward(
    source: str | Path | Mapping[str, Any] | RewardConfig | Scorer, *, form: str = "sample"
) -> ComputeScore | AsyncComputeScore | ComputeScoreBatch:
    """Return ``compute_score`` for verl.

    Parameters
    ----------
    source : path, mapping, RewardConfig or Scorer
        A reward's configuration, which must say what is undefined in a number. References are read
        from ``ground_truth``, columns from the keys of ``extra_info``, unless it says otherwise.
    form : "sample", "async" or "batch"
        One completion a call; the same as a coroutine function; or all of a batch.

    Raises
    ------
    InputError
        For a configuration that is wrong, or leaves undefined rows without a number.

    Examples
    --------
    >>> short = reward({"name": "short", "undefined": 0, "reward": {
    ...     "use": "soft_overlong", "of": "words", "limit": 6, "cache": 2}})
    >>> short("my_data", "One two three four five.", None)
    {'score': -0.5, 'words': 5.0, 'defined': 1.0, 'failed': 0.0}
    """
    return _make(as_reward(source), form)


# -- functions by name, for verl's configuration --------------------------------------------------


@once()
def _loaded(config: str, form: str) -> Any:
    return reward(config, form=form)


def _named(config: Any, form: str) -> Any:
    if not isinstance(config, (str, Path)):
        raise InputError(
            "name the reward's file in verl's configuration: "
            f"reward_kwargs.config=/abs/reward.yaml; got config={config!r}"
        )
    return _loaded(str(config), form)


def compute_score(
    data_source: Any,
    solution_str: Any,
    ground_truth: Any,
    extra_info: Any = None,
    *,
    config: Any = None,
    **kwargs: Any,
) -> dict[str, float]:
    """Score one completion by the reward in the file ``config``; see ``ComputeScore``."""
    made = _named(config, "sample")
    found: dict[str, float] = made(data_source, solution_str, ground_truth, extra_info)
    return found


async def compute_score_async(
    data_source: Any,
    solution_str: Any,
    ground_truth: Any,
    extra_info: Any = None,
    *,
    config: Any = None,
    **kwargs: Any,
) -> dict[str, float]:
    """Score one completion without holding up the loop; see ``compute_score``."""
    made = _named(config, "async")
    found: dict[str, float] = await made(data_source, solution_str, ground_truth, extra_info)
    return found


def compute_score_batch(
    data_sources: Sequence[Any],
    solution_strs: Sequence[Any],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Any] | None = None,
    *,
    config: Any = None,
    **kwargs: Any,
) -> list[dict[str, float]]:
    """Score a batch by the reward in the file ``config``; see ``ComputeScoreBatch``."""
    made = _named(config, "batch")
    found: list[dict[str, float]] = made(data_sources, solution_strs, ground_truths, extra_infos)
    return found
