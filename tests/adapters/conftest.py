"""A reward with three terms, one of which reads a reference and one a column."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters import toys


@pytest.fixture
def config() -> dict[str, Any]:
    """Return what its file says."""
    return {
        "name": "easy_edit",
        "undefined": None,
        "reward": {
            "use": "weighted_mean",
            "terms": {
                "ease": {"use": "target_band", "of": "flesch_reading_ease", "target": "level"},
                "kept": {"use": "edit_similarity"},
                "copied": {"use": "copy_fraction"},
            },
            "weights": {"ease": 1, "kept": 1, "copied": 1},
        },
        "columns": {"references": "answer", "level": "target_level"},
        "completion": {"strip_think": True, "special_tokens": ["<|im_end|>"]},
    }


@pytest.fixture(autouse=True)
def seen() -> Iterator[list[Any]]:
    """Return what the toys have read in this test."""
    toys.SEEN.clear()
    yield toys.SEEN
    toys.SEEN.clear()
