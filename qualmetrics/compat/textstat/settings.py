"""The settings of the textstat drop-in, and where they live: in the context, not in a global.

A thread or an asyncio task that sets a language changes its own only; one that has set nothing
sees the defaults. (Before Python 3.14 a new thread starts with an empty context, so it does not
inherit what its starter set: ``set_defaults`` is for that.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal

from qualmetrics.errors import InputError

Mode = Literal["compat", "fixed"]
MODES: Final[tuple[Mode, ...]] = ("compat", "fixed")


@dataclass(frozen=True, slots=True)
class Settings:
    """What textstat can be told; the defaults are textstat's, and the mode ``compat``."""

    lang: str = "en_US"
    rounding_points: int | None = None
    rm_apostrophe: bool = True
    mode: Mode = "compat"


def checked_mode(mode: str) -> Mode:
    """Return `mode` if it is one of the two, or say which there are."""
    for known in MODES:
        if mode == known:
            return known
    raise InputError(f"mode is 'compat' or 'fixed', not {mode!r}; write set_mode('fixed').")


class Holder:
    """Settings of one textstat object: a value per context over a default for all contexts."""

    def __init__(self, defaults: Settings) -> None:
        self.defaults = defaults
        self._here: ContextVar[Settings] = ContextVar("qualmetrics.compat.textstat")

    @property
    def current(self) -> Settings:
        """The settings of this context."""
        return self._here.get(self.defaults)

    def change(self, settings: Settings) -> None:
        """Replace the settings of this context."""
        self._here.set(settings)

    @contextmanager
    def changed(self, settings: Settings) -> Iterator[None]:
        """Replace the settings of this context inside a ``with`` block."""
        token = self._here.set(settings)
        try:
            yield
        finally:
            self._here.reset(token)
