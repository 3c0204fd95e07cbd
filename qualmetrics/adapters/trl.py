"""Rewards for TRL: ``GRPOTrainer(reward_funcs=qualmetrics.adapters.trl.reward("reward.yaml"))``.

For every trainer of TRL that takes reward functions (GRPO, RLOO, async GRPO, online DPO), and for
Axolotl and Unsloth, which hand them on. ``watch(trainer)`` adds to the logs what to watch.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qualmetrics.adapters.coroutine import like
from qualmetrics.core import Scorer, Scores
from qualmetrics.errors import InputError
from qualmetrics.reward.completion import last_user, plain
from qualmetrics.reward.config import RewardConfig, limits_of
from qualmetrics.reward.rows import Outcome, as_reward, reward_batch

OWN = frozenset(
    ("prompts", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric")
)
"""What TRL passes beside the columns of the data set."""

REMEMBERED = 64
"""Calls that are kept for the next log."""

log = logging.getLogger("qualmetrics.reward")


@dataclass(frozen=True)
class Call:
    """What one call scored, kept for ``watch``."""

    scores: Scores
    rewards: tuple[float | None, ...]
    lengths: tuple[int, ...]
    groups: tuple[Hashable, ...]


class _Reward:
    """A reward as TRL holds it: a name for its logs, and what is needed to make it elsewhere."""

    asynchronous = False

    def __init__(self, config: RewardConfig, name: str) -> None:
        self.config = config
        self.__name__ = name
        self.calls: deque[Call] | None = None
        log.info("reward %s: %s", name, config.signature)

    @property
    def signature(self) -> str:
        """One line that names all that the reward depends on."""
        return self.config.signature

    def __repr__(self) -> str:
        return f"<reward {self.__name__}: {self.signature}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self.config, self.__name__, self.asynchronous)

    def score(self, prompts: Any, completions: Any, given: Mapping[str, Any]) -> list[float | None]:
        """Return one number a completion; None where the reward does not apply."""
        if completions is None or isinstance(completions, (str, Mapping)):
            raise InputError(
                f"{self.__name__} takes completions=[...], one for each prompt; "
                f"got {type(completions).__name__}"
            )
        fields = {key: cells for key, cells in given.items() if key not in OWN}
        if prompts is not None:
            asked = [last_user(prompt) for prompt in prompts]
            fields = {"prompt": asked, "prompts": asked, **fields}
        outcome = reward_batch(self.config, completions, prompts, fields)
        self._log(outcome, given)
        rewards = outcome.rewards
        if self.calls is not None:
            self.calls.append(_call(outcome, rewards, prompts, completions, given))
        return rewards

    def _log(self, outcome: Outcome, given: Mapping[str, Any]) -> None:
        extra, metric = given.get("log_extra"), given.get("log_metric")
        components = outcome.components
        if extra is not None:
            for name, values in components.items():
                extra(f"{self.__name__}/{name}", values)
        if metric is None or not len(outcome.scores):
            return
        for name, values in components.items():
            metric(f"rewards/{self.__name__}/terms/{name}", _mean(values))
        undefined = [not defined for defined in outcome.defined]
        metric(f"rewards/{self.__name__}/undefined", _mean(undefined))
        metric(f"rewards/{self.__name__}/failed", _mean(outcome.failed))


def _call(
    outcome: Outcome,
    rewards: Sequence[float | None],
    prompts: Any,
    completions: Sequence[Any],
    given: Mapping[str, Any],
) -> Call:
    """Return a call as ``watch`` reads it; lengths are in tokens where TRL tells them."""
    ids = given.get("completion_ids")
    texts = ids if ids is not None else [plain(completion) for completion in completions]
    groups = [repr(prompt) for prompt in prompts or ()] or list(map(str, range(len(completions))))
    return Call(outcome.scores, tuple(rewards), tuple(map(len, texts)), tuple(groups))


def _mean(values: Sequence[float | None]) -> float:
    there = [value for value in values if value is not None]
    return math.fsum(there) / len(there) if there else math.nan


class Reward(_Reward):
    """What ``reward`` returns."""

    def __call__(
        self, prompts: Any = None, completions: Any = None, **kwargs: Any
    ) -> list[float | None]:
        """Score the completions of one step.

        Parameters
        ----------
        prompts, completions : lists of length n
            Strings, or messages; a completion may hold several, with tool calls between.
        **kwargs : lists of length n
            The columns of the data set; ``log_extra`` and ``log_metric`` get the terms.

        Returns
        -------
        list of length n of float or None
        """
        return self.score(prompts, completions, kwargs)


async def _shape(prompts: Any = None, completions: Any = None, **kwargs: Any) -> Any:
    """Say how an asynchronous reward is called."""


@like(_shape)
class AsyncReward(_Reward):
    """What ``reward(asynchronous=True)`` returns: TRL runs such rewards beside each other."""

    asynchronous = True

    async def __call__(
        self, prompts: Any = None, completions: Any = None, **kwargs: Any
    ) -> list[float | None]:
        """Score the completions of one step in a thread; see ``Reward``."""
        return await asyncio.to_thread(self.score, prompts, completions, kwargs)


def _make(config: RewardConfig, name: str, asynchronous: bool) -> Reward | AsyncReward:  # noqa: FBT001 - of pickle
    return AsyncReward(config, name) if asynchronous else Reward(config, name)


def reward(
    source: str | Path | Mapping[str, Any] | RewardConfig | Scorer,
    *,
    name: str | None = None,
    asynchronous: bool = False,
) -> Reward | AsyncReward:
    """Return a reward function for TRL.

    Parameters
    ----------
    source : path, mapping, RewardConfig or Scorer
        A reward's configuration, or a scorer as it is: its references are then read from the column
        ``reference``, other columns by their own names, and what is undefined is None.
    name : str, optional
        In TRL's logs, ``rewards/NAME/mean``; that of the configuration by default. Two rewards of
        one trainer need two names.
    asynchronous : bool
        Make it a coroutine function, which TRL runs beside others of its kind.

    Raises
    ------
    InputError
        For a configuration that is wrong.

    Examples
    --------
    >>> easy = reward({"name": "easy", "undefined": None, "reward": {
    ...     "use": "target_band", "of": "flesch_reading_ease", "target": 80}})
    >>> easy.__name__, len(easy(prompts=["Why?"], completions=["The cat sat on the mat."]))
    ('easy', 1)
    """
    config = as_reward(source)
    return _make(config, name or config.name, asynchronous)


# -- what to watch --------------------------------------------------------------------------------


def watch(trainer: Any) -> Any:
    """Add to a trainer's logs what to watch of its rewards; returns the callback that does.

    For each reward of this module, under ``rewards/NAME/``, over all rows since the last log:
    ``length_correlation``, ``group_spread``, ``flat_groups``, ``at_top``, ``at_bottom`` and
    ``without_value`` (see ``qualmetrics.reward.watch``), and for a composition ``share/TERM``, the
    share of the variance inside groups that each term brings, which is what the advantage is made
    of. Each process logs what it scored itself. TRL's async GRPO scores in another process, of
    which nothing is seen here.

    Raises
    ------
    InputError
        For a trainer without a reward of this module.
    """
    rewards = [item for item in trainer.reward_funcs if isinstance(item, _Reward)]
    if not rewards:
        raise InputError("this trainer has no reward of qualmetrics.adapters.trl")
    made = callback(*rewards)
    # In front: Weights & Biases and its like are callbacks too, and see what is there before them.
    trainer.callback_handler.callbacks.insert(0, made)
    return made


def callback(*rewards: _Reward) -> Any:
    """Return the ``transformers.TrainerCallback`` of ``watch``, for other trainers."""
    for item in rewards:
        item.calls = deque(maxlen=REMEMBERED)
    return _callback_class()(rewards)


@lru_cache(maxsize=1)
def _callback_class() -> Callable[[Sequence[_Reward]], Any]:
    from transformers import TrainerCallback

    class Watch(TrainerCallback):  # type: ignore[misc, unused-ignore]
        """Adds what to watch to each log."""

        def __init__(self, rewards: Sequence[_Reward]) -> None:
            self.rewards = rewards

        def on_log(
            self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any
        ) -> None:
            found = {key: value for item in self.rewards for key, value in _found(item).items()}
            if logs is not None:
                logs.update(found)
            if state.log_history:  # a copy of the logs, made before callbacks are asked
                state.log_history[-1].update(found)

    return Watch


def _found(item: _Reward) -> dict[str, float]:
    from qualmetrics.reward.watch import watched

    calls = []
    while item.calls:
        calls.append(item.calls.popleft())
    if not calls:
        return {}
    groups = [(k, group) for k, call in enumerate(calls) for group in call.groups]
    values = [math.nan if v is None else v for call in calls for v in call.rewards]
    lengths = [length for call in calls for length in call.lengths]
    limits = limits_of(item.config.scorer, item.config.scale)
    found = watched(values, lengths, groups, limits)
    found |= _shares(item.config.scorer, Scores.join([call.scores for call in calls]), groups)
    return {f"rewards/{item.__name__}/{key}": value for key, value in found.items()}


def _shares(scorer: Scorer, scores: Scores, groups: Sequence[Hashable]) -> dict[str, float]:
    from qualmetrics.reward.explain import explain_groups

    try:
        shares = explain_groups(scorer, scores, groups).shares
    except InputError:  # no composition, or nothing differs
        return {}
    return {f"share/{term}": value for term, value in shares.items()}
