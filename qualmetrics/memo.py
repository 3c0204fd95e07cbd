"""Memos of the process: what was computed once and may be asked for again, within a bound.

A memo is safe to share between threads and to meet in a forked child. It never changes a number.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

Value = TypeVar("Value")
Parameters = ParamSpec("Parameters")

_loading = threading.RLock()

_memos: weakref.WeakSet[Memo[object]] = weakref.WeakSet()


class Memo(Generic[Value]):
    """The values used last, up to a total size; one larger than an eighth of it is not kept."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = 0
        self._items: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()
        _memos.add(self)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Hashable) -> Value | None:
        """Return the value kept under a key, None where there is none."""
        with self._lock:
            found = self._items.get(key)
            if found is None:
                return None
            self._items.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value; those that were not asked for longest make room for it."""
        if size * 8 > self.capacity:
            return
        with self._lock:
            if key in self._items:
                self.size -= self._items.pop(key)[1]
            self._items[key] = (value, size)
            self.size += size
            while self.size > self.capacity:
                self.size -= self._items.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self.size = 0

    def unlock(self) -> None:
        """Take a new lock: in a forked child a thread of the parent may seem to hold the old."""
        self._lock = threading.Lock()


def once(
    *, keep: int | None = None
) -> Callable[[Callable[Parameters, Value]], Callable[Parameters, Value]]:
    """Keep what a loader returns, and let no two threads load at the same time.

    ``functools.cache`` alone would let two threads read the same file side by side. Only the first
    call takes the lock. With ``keep``, no more than so many results are kept, the newest.
    """

    def decorate(function: Callable[Parameters, Value]) -> Callable[Parameters, Value]:
        kept: dict[Hashable, Value] = {}

        @wraps(function)
        def load(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Value:
            key = (args, *kwargs.items())
            try:
                return kept[key]
            except KeyError:
                pass
            with _loading:
                if key not in kept:
                    made = function(*args, **kwargs)
                    while keep is not None and len(kept) >= keep:
                        del kept[next(iter(kept))]
                    kept[key] = made
                return kept[key]

        return load

    return decorate


def _after_fork() -> None:
    global _loading  # noqa: PLW0603 - a thread of the parent may seem to hold it
    _loading = threading.RLock()
    for memo in list(_memos):
        memo.unlock()
        memo.clear()  # it may have been in the middle of a change


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
