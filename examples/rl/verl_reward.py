"""verl: ``reward.custom_reward_function.path=examples/rl/verl_reward.py name=compute_score``."""

from pathlib import Path

from qualmetrics.adapters import verl

compute_score = verl.reward(Path(__file__).with_name("reward.yaml"))
