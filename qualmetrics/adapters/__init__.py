"""Rewards in the call shapes of trainers: ``trl``, ``verl`` and ``openrlhf``.

Each has one function, ``reward(source)``, which makes what that trainer calls out of a reward's
configuration file, of a mapping that says the same, or of a scorer. Importing one imports neither
torch nor transformers, and makes no session; both would break a worker that forks.
"""
