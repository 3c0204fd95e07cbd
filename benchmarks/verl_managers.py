"""verl's own reward managers, and OpenRLHF's agent, call our rewards; no GPU, no training.

pip install torch tensordict ray omegaconf hydra-core codetiming cachetools
pip install --no-deps verl openrlhf
python benchmarks/verl_managers.py
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import tempfile
import types
from importlib.metadata import version
from pathlib import Path
from typing import Any

REWARD = {
    "name": "easy",
    "undefined": 0,
    "scale": [0, 1],
    "reward": {
        "use": "weighted_mean",
        "terms": {
            "ease": {"use": "target_band", "of": "flesch_reading_ease", "target": 90},
            "kept": {"use": "edit_similarity"},
        },
        "weights": {"ease": 1, "kept": 1},
    },
}
TEXTS = ["the cat sat on the mat .", "", "indeed committees deliberate .", "the cat sat ."]
TRUTH = "the cat sat ."
KEYS = ["score", "ease", "kept", "defined", "failed"]


class Words:
    """A tokenizer that knows the words of ``TEXTS``."""

    words = ("", *sorted({word for text in TEXTS for word in text.split()}))

    def ids(self, text: str) -> list[int]:
        """Return the ids of a text."""
        return [self.words.index(word) for word in text.split()]

    def decode(self, ids: Any, **_: Any) -> str:
        """Return the text of ids."""
        return " ".join(self.words[int(i)] for i in ids)


def batch() -> Any:
    """Return prompts and responses as verl holds them."""
    import numpy as np
    import torch
    from verl import DataProto

    tokens = [Words().ids(text) for text in TEXTS]
    width = max(map(len, tokens))
    responses = torch.tensor([row + [0] * (width - len(row)) for row in tokens])
    mask = torch.tensor([[1, 1] + [1] * len(row) + [0] * (width - len(row)) for row in tokens])
    n = len(TEXTS)
    return DataProto.from_dict(
        tensors={
            "prompts": torch.ones((n, 2), dtype=torch.long),
            "responses": responses,
            "attention_mask": mask,
        },
        non_tensors={
            "data_source": np.array(["mine"] * n, dtype=object),
            "reward_model": np.array([{"ground_truth": TRUTH}] * n, dtype=object),
            "extra_info": np.array([{} for _ in range(n)], dtype=object),
        },
    )


def expected() -> list[float]:
    """Return what the scorer says."""
    from qualmetrics.reward.config import load_reward

    values: list[float] = load_reward(REWARD).scorer(TEXTS, [TRUTH] * len(TEXTS)).primary.tolist()
    return values


def loop_managers(path: Path) -> None:
    """Run the managers of the reward loop, which score one completion at a time."""
    from omegaconf import OmegaConf
    from verl.experimental.reward_loop.reward_manager import get_reward_manager_cls
    from verl.trainer.ppo.reward import get_custom_reward_fn

    for manager in ("naive", "gdpo", "dapo"):
        for name in ("compute_score", "compute_score_async"):
            config = OmegaConf.create(
                {
                    "reward": {
                        "custom_reward_function": {
                            "path": "pkg://qualmetrics.adapters.verl",
                            "name": name,
                            "reward_kwargs": {"config": str(path)},
                        },
                        "reward_kwargs": {},
                    },
                    "trainer": {"experiment_name": "x"},
                }
            )
            asyncio.run(
                _singly(manager, get_reward_manager_cls(manager), config, get_custom_reward_fn)
            )
            print(f"verl {version('verl')}, reward loop, {manager}, {name}: as the scorer says")


async def _singly(manager: str, made: Any, config: Any, load: Any) -> None:
    running = made(config=config, tokenizer=Words(), compute_score=load(config))
    running.loop = asyncio.get_running_loop()
    data = batch()
    found = await asyncio.gather(*[running.run_single(data[i : i + 1]) for i in range(len(data))])
    assert [row["reward_score"] for row in found] == expected(), (manager, found)
    assert all(list(row["reward_extra_info"])[: len(KEYS)] == KEYS for row in found), found


def batch_managers() -> None:
    """Run the older managers, which score a batch in the driver."""
    from verl.workers.reward_manager import get_reward_manager_cls

    from qualmetrics.adapters import verl as adapter

    for manager, form in (("naive", "sample"), ("batch", "batch")):
        running = get_reward_manager_cls(manager)(
            tokenizer=Words(), num_examine=0, compute_score=adapter.reward(REWARD, form=form)
        )
        data = batch()
        found = running(data, return_dict=True)
        totals = found["reward_tensor"].sum(dim=1).tolist()
        assert all(abs(a - b) < 1e-6 for a, b in zip(totals, expected(), strict=True)), totals
        assert list(found["reward_extra_info"]) == KEYS
        print(f"verl {version('verl')}, {manager} manager: as the scorer says")


def openrlhf_agent(folder: Path, path: Path) -> None:
    """Run OpenRLHF's agent on a file of two lines; only the generation is stood in for."""
    agent = _agent()
    file = folder / "my_reward.py"
    file.write_text(
        "from qualmetrics.adapters import openrlhf\n"
        f"reward_func = openrlhf.reward({str(path)!r})\n",
        encoding="utf-8",
    )
    executor = agent.SingleTurnAgentExecutor(str(file))

    async def all_at_once() -> list[Any]:
        calls = [
            executor._fetch_rewards_via_func(
                [f"Why?<|im_end|>{text}</s>"], ["Why?<|im_end|>"], [TRUTH]
            )
            for text in TEXTS
        ]
        return [found[0] for found in await asyncio.gather(*calls)]

    found = asyncio.run(all_at_once())
    assert [row["rewards"][0] for row in found] == expected(), found
    assert all(sorted(row["extra_logs"]) == ["ease", "kept"] for row in found)
    print(f"OpenRLHF {version('openrlhf')}, SingleTurnAgentExecutor: as the scorer says")


def _agent() -> Any:
    """Load the module of the agent by itself: its package imports vLLM and DeepSpeed."""
    spec = importlib.util.find_spec("openrlhf")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations)))
    logging_utils = types.ModuleType("openrlhf.utils.logging_utils")
    logging_utils.init_logger = __import__("logging").getLogger  # type: ignore[attr-defined]
    for name in ("openrlhf", "openrlhf.utils"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["openrlhf.utils.logging_utils"] = logging_utils
    made = importlib.util.spec_from_file_location("openrlhf_agent", folder / "utils" / "agent.py")
    assert made is not None
    assert made.loader is not None
    module = importlib.util.module_from_spec(made)
    made.loader.exec_module(module)
    return module


def main() -> None:
    """Run them all."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "reward.json"
        path.write_text(json.dumps(REWARD), encoding="utf-8")
        for run in (
            lambda: openrlhf_agent(Path(name), path),
            lambda: loop_managers(path),
            batch_managers,
        ):
            run()


if __name__ == "__main__":
    main()
