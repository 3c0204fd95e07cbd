"""Completions that were cut off."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature

_END = frozenset(".!?…。！？؟।:;)]}\"'”’»」』`*_|>~#=-")
"""What a finished text ends with: a stop, something that closes, or markup."""


def truncated() -> Scorer:
    """1 where a text looks cut off, else 0: it ends without a stop, or inside a code block.

    A guess from the text alone, for completions that hit a token limit. A last line that is a
    heading, a list item or a table row may end without a stop; so may a text of one line that
    never had a stop. Where the trainer knows why generation ended, use that instead, by
    ``column("...")``. Undefined for a blank text.
    """
    spec = Spec(
        name="truncated",
        description=truncated.__doc__ or "",
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="0 or 1",
        source="Own definition",
    )
    return feature(spec, _measure)


def _measure(text: str) -> Sequence[float]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fences = sum(line.startswith(("```", "~~~")) for line in lines)
    if fences % 2:
        return (1.0,)
    last = lines[-1]
    structured = last.startswith(("#", "-", "*", "+", "|", ">")) or last[:1].isdigit()
    # A text without any stop, such as a title or a line of verse, ends as it went on.
    stops = any(character in "".join(lines) for character in ".!?。！？؟।")
    return (float(last[-1] not in _END and stops and not structured),)
