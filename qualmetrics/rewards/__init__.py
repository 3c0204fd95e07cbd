"""Reward presets, one a file: published rewards as they are, and with guards (``guarded=True``)."""
