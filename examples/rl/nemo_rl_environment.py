"""NeMo-RL: an environment of one turn. Untested here; by the documented interface.

Register ``QualityEnvironment`` under a task's name, and give it ``{"config": "/abs/reward.yaml"}``.
"""

from typing import Any

import ray
import torch
from nemo_rl.environments.interfaces import EnvironmentInterface, EnvironmentReturn

from qualmetrics.adapters import verl


@ray.remote
class QualityEnvironment(EnvironmentInterface):
    """Gives the last message of the assistant its reward, and ends."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.score = verl.reward(settings["config"], form="batch")

    def step(
        self, message_log_batch: list[list[dict[str, Any]]], metadata: list[Any]
    ) -> EnvironmentReturn:
        """Score a batch; ``metadata`` holds each row's ``ground_truth``, as the data set says."""
        answers = [log[-1]["content"] for log in message_log_batch]
        truths = [(row or {}).get("ground_truth") for row in metadata]
        found = self.score(["nemo_rl"] * len(answers), answers, truths, metadata)
        n = len(answers)
        return EnvironmentReturn(
            observations=[{"role": "environment", "content": ""} for _ in range(n)],
            metadata=metadata,
            next_stop_strings=[None] * n,
            rewards=torch.tensor([row["score"] for row in found]),
            terminateds=torch.ones(n),
            answers=None,
        )

    def global_post_process_and_metrics(self, batch: Any) -> tuple[Any, dict[str, Any]]:
        """Add nothing."""
        return batch, {}
