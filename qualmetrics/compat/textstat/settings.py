"""The settings of the textstat drop-in: four context variables and the process's defaults.

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
    """What a context sees before it sets anything; the first three are textstat's defaults."""

    lang: str = "en_US"
    rounding_points: int | None = None
    rm_apostrophe: bool = True
    mode: Mode = "compat"


_defaults = Settings()

LANG: Final[ContextVar[str]] = ContextVar("qualmetrics.compat.textstat.lang")
POINTS: Final[ContextVar[int | None]] = ContextVar("qualmetrics.compat.textstat.points")
APOSTROPHE: Final[ContextVar[bool]] = ContextVar("qualmetrics.compat.textstat.rm_apostrophe")
MODE: Final[ContextVar[Mode]] = ContextVar("qualmetrics.compat.textstat.mode")


def checked_mode(mode: str) -> Mode:
    """Return `mode` if it is one of the two, or say which there are."""
    for known in MODES:
        if mode == known:
            return known
    raise InputError(f"mode is 'compat' or 'fixed', not {mode!r}; write set_mode('fixed').")


def current() -> Settings:
    """Return the settings of this context."""
    return Settings(
        lang=LANG.get(_defaults.lang),
        rounding_points=POINTS.get(_defaults.rounding_points),
        rm_apostrophe=APOSTROPHE.get(_defaults.rm_apostrophe),
        mode=MODE.get(_defaults.mode),
    )


def lang() -> str:
    """Return the locale of this context."""
    return LANG.get(_defaults.lang)


def is_fixed() -> bool:
    """Tell whether this context asks for our numbers."""
    return MODE.get(_defaults.mode) == "fixed"


def rounded(number: float) -> float:
    """Round as this context asks, which is not at all unless it set a number of decimals."""
    points = POINTS.get(_defaults.rounding_points)
    return number if points is None else round(number, points)


def set_defaults(
    *,
    lang: str = "en_US",
    rounding_points: int | None = None,
    rm_apostrophe: bool = True,
    mode: str = "compat",
) -> None:
    """Say what threads and tasks see that have set nothing themselves.

    Meant for the start of a program, before its threads. What is left out becomes textstat's own
    default again.

    Parameters
    ----------
    lang : str
        A locale such as ``de_DE``.
    rounding_points : int or None
        Decimals of every float; None rounds nothing.
    rm_apostrophe : bool
        What `remove_punctuation` does with apostrophes in contractions.
    mode : {"compat", "fixed"}
        Whose numbers.

    Raises
    ------
    InputError
        For a mode that does not exist.
    """
    global _defaults  # noqa: PLW0603 - the one process-wide value, replaced as a whole
    _defaults = Settings(lang, rounding_points, rm_apostrophe, checked_mode(mode))


@contextmanager
def in_mode(mode: str) -> Iterator[None]:
    """Use a mode inside a ``with`` block, in this context only."""
    token = MODE.set(checked_mode(mode))
    try:
        yield
    finally:
        MODE.reset(token)
