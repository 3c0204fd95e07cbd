"""verifiers and prime-rl: a rubric of one function. Untested here; by the documented interface.

verifiers gives arguments by name and takes a float for one rollout; a function with the plural
names of TRL (prompts, completions) would be taken for one over a group.
"""

from pathlib import Path
from typing import Any

from qualmetrics.adapters import verl

_score = verl.reward(Path(__file__).with_name("reward.yaml"), form="async")


async def easy_answers(prompt: Any, completion: Any, answer: Any, **kwargs: Any) -> float:
    """Score one rollout; rollouts that run beside each other are scored together."""
    found = await _score("verifiers", completion, answer, {"prompt": prompt})
    return float(found["score"])


def rubric() -> Any:
    """Return the rubric of an environment."""
    import verifiers

    return verifiers.Rubric(funcs=[easy_answers], weights=[1.0])
