"""TRL, and through it Axolotl and Unsloth: a reward at the top of a module.

Axolotl (untested here; by its documented interface)::

    rl: grpo
    trl:
      reward_funcs: ["trl_reward.easy_answers"]

Unsloth (untested here) patches TRL: ``GRPOTrainer(reward_funcs=[easy_answers], ...)`` as in TRL.
"""

from pathlib import Path

from qualmetrics.adapters import trl

easy_answers = trl.reward(Path(__file__).with_name("reward.yaml"))
