"""OpenRLHF: ``--reward.remote_url examples/rl/openrlhf_reward.py``."""

from pathlib import Path

from qualmetrics.adapters import openrlhf

reward_func = openrlhf.reward(Path(__file__).with_name("reward.yaml"))
