"""Make the instances of a class with ``async def __call__`` known as coroutine functions.

Trainers ask ``inspect.iscoroutinefunction`` of what they were given, which looks at functions only;
but an object that carries a function's attributes counts as one, on every Python since 3.8, and
unlike a closure it can be pickled.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def like(shape: Callable[..., Any]) -> Callable[[Class], Class]:
    """Give a class the code, defaults and annotations of a function: it has the same signature."""
    assert isinstance(shape, FunctionType)  # noqa: S101 - for mypy; it is the decorator's argument

    def decorate(made: Class) -> Class:
        for name in ("__code__", "__defaults__", "__kwdefaults__", "__annotations__"):
            setattr(made, name, getattr(shape, name))
        return made

    return decorate
