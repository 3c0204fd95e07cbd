"""Rewards for OpenRLHF: a file of two lines, named as ``--reward.remote_url /abs/my_reward.py``.

::

    from qualmetrics.adapters import openrlhf
    reward_func = openrlhf.reward("/abs/reward.yaml")

The other way is over HTTP: ``qualmetrics serve --config reward.yaml``. Both give the same numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qualmetrics.adapters.micro_batch import reward_one
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.config import RewardConfig
from qualmetrics.reward.rows import Outcome, answer_in, as_reward, numeric, reward_batch

log = logging.getLogger("qualmetrics.reward")


class RewardFunc:
    """What ``reward`` returns."""

    def __init__(self, config: RewardConfig, *, strip: bool = True) -> None:
        numeric(config, "OpenRLHF")
        config.limits()  # scores need to know what 0 and 1 are
        self.config = config
        self.strip = strip
        self.__name__ = config.name
        log.info("reward %s: %s", config.name, config.signature)

    @property
    def signature(self) -> str:
        """One line that names all that the reward depends on."""
        return self.config.signature

    def __repr__(self) -> str:
        return f"<reward {self.__name__}: {self.signature}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self.config, self.strip)

    def __call__(
        self, queries: Sequence[Any], prompts: Sequence[Any], labels: Sequence[Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Score answers.

        Parameters
        ----------
        queries : list of length n
            Prompt and answer as decoded, special tokens included.
        prompts, labels : lists of length n

        Returns
        -------
        dict
            ``rewards``, ``scores`` in [0, 1] for dynamic filtering, and ``extra_logs`` with a list
            for each term.
        """
        labels = [None] * len(queries) if labels is None else labels
        if not len(queries) == len(prompts) == len(labels):
            raise InputError(
                f"{len(queries)} queries, {len(prompts)} prompts and {len(labels)} labels"
            )
        answers = list(queries)
        if self.strip:
            answers = [answer_in(query, prompt) for query, prompt in zip(queries, prompts)]  # noqa: B905 - checked above
        names = {"prompt": prompts, "label": labels, "reference": labels}
        names |= {"prompts": prompts, "labels": labels, "references": labels}
        if len(answers) == 1:  # one answer a call, from many threads
            cells = {name: cell[0] for name, cell in names.items()}
            return self._reply(reward_one(self.config, answers[0], prompts[0], cells))
        return self._reply(reward_batch(self.config, answers, prompts, names))

    def _reply(self, outcome: Outcome) -> dict[str, Any]:
        worth = numeric(self.config, "OpenRLHF")

        def filled(values: Sequence[float | None]) -> list[float]:
            return [worth if value is None else value for value in values]

        rewards = filled(outcome.rewards)
        return {
            "rewards": rewards,
            "scores": [self.config.unit(value) for value in rewards],
            "extra_logs": {name: filled(cells) for name, cells in outcome.components.items()},
        }


def _make(config: RewardConfig, strip: bool) -> RewardFunc:  # noqa: FBT001 - of pickle
    return RewardFunc(config, strip=strip)


def reward(
    source: str | Path | Mapping[str, Any] | RewardConfig | Scorer, *, strip: bool = True
) -> RewardFunc:
    """Return ``reward_func`` for OpenRLHF.

    Parameters
    ----------
    source : path, mapping, RewardConfig or Scorer
        A reward's configuration, which must say what is undefined in a number, and have bounds or a
        ``scale``. References are read from ``labels``; ``prompt`` and ``label`` are columns.
    strip : bool
        Take the prompt and special tokens off a query, before what the configuration says.

    Raises
    ------
    InputError
        For a configuration that is wrong, leaves undefined rows without a number, or has no scale.

    Examples
    --------
    >>> short = reward({"name": "short", "undefined": 0, "reward": {
    ...     "use": "soft_overlong", "of": "words", "limit": 6, "cache": 2}})
    >>> short(["Count!<|im_end|>One two three four five.</s>"], ["Count!<|im_end|>"], [None])
    {'rewards': [-0.5], 'scores': [0.5], 'extra_logs': {'words': [5.0]}}
    """
    return RewardFunc(as_reward(source), strip=strip)
