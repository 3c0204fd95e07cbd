"""``xp``: array functions for ``forward`` bodies, on numpy arrays and ONNX symbols alike.

``numpy.sqrt`` fails on the symbols from which a graph is traced. Each array type says itself where
its functions live (``__array_namespace__``), and that is asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np


class _ArrayNamespace:
    """Functions of the array API, found where their first array argument says they live."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(_dispatch, name)


def _dispatch(name: str, *args: Any, **keywords: Any) -> Any:
    flat = args[0] if args and isinstance(args[0], (list, tuple)) else args
    for argument in flat:
        if hasattr(argument, "__array_namespace__"):
            return getattr(argument.__array_namespace__(), name)(*args, **keywords)
    return getattr(np, name)(*args, **keywords)


xp: Any = _ArrayNamespace()
"""``xp.sqrt``, ``xp.where``, ``xp.sum`` ...: the names of the Python array API standard."""
