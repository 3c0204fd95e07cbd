"""Learned rankers, one a file: each finds the bundle that an installed package carries."""
