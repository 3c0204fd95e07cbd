"""How much of a text is copied from its prompt."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import check_count, feature
from qualmetrics.text.plain import PART, plain_words


def copy_fraction(*, column: str = "prompt", n: int = 5) -> Scorer:
    """Share of a text's words that lie in runs of at least ``n`` words of its prompt.

    Outputs ``longest_run``, the longest run of words that both share, as a share of the prompt's
    words, and ``copy_fraction``, the primary one. 1 for a copy, however often it is repeated; near
    0 for an answer that only names what the prompt is about. Not applicable without a prompt.

    Parameters
    ----------
    column : str
        The column that holds the prompts; ``reference`` compares with the references.
    n : int
        Shorter runs are not copies. A text or prompt shorter than that counts whole.

    Raises
    ------
    InputError
    """
    check_count("n", n)
    spec = Spec(
        name="copy_fraction",
        description=copy_fraction.__doc__ or "",
        outputs=("longest_run", "copy_fraction"),
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share of words",
        parameters={"n": n},
        source="Own definition, against the copying of questions seen with R3's relevance term",
    )
    given = {"column": column, "n": n}
    return feature(spec, _measure, side=column, options={"n": n}, uses=(PART,), arguments=given)


def _measure(text: str, others: tuple[str, ...], *, n: int) -> Sequence[float] | None:
    words = plain_words(text)
    sources = [found for found in map(plain_words, others) if found]
    if not words or not sources:
        return None
    return (
        max(_longest(words, source) / len(source) for source in sources),
        max(_covered(words, source, n) for source in sources),
    )


def _covered(words: Sequence[str], source: Sequence[str], n: int) -> float:
    n = min(n, len(words), len(source))
    runs = set(zip(*(source[i:] for i in range(n)), strict=False))
    copied = bytearray(len(words))
    for i, run in enumerate(zip(*(words[i:] for i in range(n)), strict=False)):
        if run in runs:
            copied[i : i + n] = b"\x01" * n
    return sum(copied) / len(words)


def _longest(words: Sequence[str], source: Sequence[str]) -> int:
    """Return the length of the longest common run: by halving, so that no text takes long."""
    low, high = 0, min(len(words), len(source), 512)
    numbers: dict[str, int] = {}
    left = [numbers.setdefault(word, len(numbers)) for word in words]
    right = [numbers.setdefault(word, len(numbers)) for word in source]
    while low < high:
        n = (low + high + 1) // 2
        if _runs(left, n) & _runs(right, n):
            low = n
        else:
            high = n - 1
    return low


def _runs(numbers: Sequence[int], n: int) -> set[int]:
    """Return a rolling hash of each run of ``n``; 61 bits, so two runs hardly ever meet."""
    prime, base = (1 << 61) - 1, 1_000_003
    power = pow(base, n - 1, prime)
    found, value = set(), 0
    for i, number in enumerate(numbers):
        if i >= n:
            value = (value - (numbers[i - n] + 1) * power) % prime
        value = (value * base + number + 1) % prime
        if i >= n - 1:
            found.add(value)
    return found
