"""What a server serves: scorers by the names that requests use, and how a worker makes them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qualmetrics.core import Lenient, Scorer
from qualmetrics.errors import InputError

if TYPE_CHECKING:
    from qualmetrics.reward.config import RewardConfig

EXACT = 1e-12
"""A scorer of this tolerance gives the same bits in every batch."""


@dataclass(frozen=True)
class Catalogue:
    """A plain value that makes the scorers, here and in each worker process.

    ``metrics`` are names, aliases, counts or folders of bundles, as after ``-m``; ``config`` is a
    reward's file. ``factory``, ``module:function`` without arguments, returns a mapping of your
    own instead.
    """

    metrics: tuple[str, ...] = ()
    lang: str | None = None
    rules: str | None = None
    config: str | None = None
    factory: str | None = None

    def load(self) -> dict[str, Scorer]:
        """Return name -> scorer.

        Raises
        ------
        QualmetricsError
            For an unknown name, a broken bundle or configuration, or two of one name.
        """
        from qualmetrics.corpus.metrics import resolve

        found: dict[str, Scorer] = {}
        reward = self.reward()
        if reward is not None:
            found[reward.name] = reward.scorer
        if self.factory is not None:
            module, _, attribute = self.factory.partition(":")
            made = getattr(importlib.import_module(module), attribute)()
            found = _joined(found, made)
        if self.metrics:
            named = resolve(self.metrics, lang=self.lang, rules=self.rules)
            found = _joined(found, named)
        if not found:
            raise InputError("nothing to serve; type for example: qualmetrics serve -m fkgl,fre")
        return found

    def reward(self) -> RewardConfig | None:
        """Return the reward that the configuration describes, if there is one."""
        if self.config is None:
            return None
        from qualmetrics.reward.config import load_reward

        return load_reward(self.config)


def _joined(some: Mapping[str, Scorer], more: Mapping[str, Scorer]) -> dict[str, Scorer]:
    twice = sorted(set(some) & set(more))
    if twice:
        raise InputError(f"two served scorers are called {', '.join(twice)}; leave one out")
    return {**some, **more}


def same_in_batches(scorer: Scorer) -> bool:
    """Tell whether a scorer and all it is made of give the same bits in every batch."""
    if scorer.spec.tolerance > EXACT:
        return False
    inner = (item.input if isinstance(item, Lenient) else item for item in scorer.inputs)
    return all(same_in_batches(item) for item in inner if isinstance(item, Scorer))


def describe(name: str, scorer: Scorer) -> dict[str, Any]:
    """Return what a client needs to know about one scorer, as plain data."""
    return {
        "name": name,
        "signature": scorer.signature,
        "needs": sorted(scorer.needs),
        "exact_in_batches": same_in_batches(scorer),
        "spec": scorer.spec.to_dict(),
    }
