"""How far a text can be packed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Flagged, check_count, feature

LEVEL = 9


def compression_ratio(*, window: int = 8192) -> Scorer:
    """Bytes of UTF-8 by the bytes that zlib makes of them: high for a text that repeats itself.

    The ratio rises with length, so it is that of windows of so many bytes that follow each other,
    all together; the rest behind the last is left out. A text shorter than a window is one window,
    and flagged ``too_short``. Implementations of zlib differ by a few bytes: compare values of one
    machine.

    Parameters
    ----------
    window : int
        Bytes; values of different windows do not compare.

    Raises
    ------
    InputError
    """
    check_count("window", window)
    given = {"window": window}
    spec = Spec(
        name="compression_ratio",
        description=compression_ratio.__doc__ or "",
        tier="secondary",
        increases_with="quantity",
        bounds=(0.0, None),
        unit="ratio of bytes",
        parameters=given,
        source="Compression ratio of Shaib et al. 2024; own windows",
    )
    return feature(spec, _measure, options=given, uses=(f"zlib:{LEVEL}",), arguments=given)


def _measure(text: str, *, window: int) -> Sequence[float] | Flagged:
    data = text.encode("utf-8", "surrogatepass")
    ends = range(window, len(data) + 1, window)
    parts = [data[end - window : end] for end in ends] or [data]
    ratio = sum(map(len, parts)) / sum(len(zlib.compress(part, LEVEL)) for part in parts)
    return Flagged((ratio,)) if len(data) < window else (ratio,)
