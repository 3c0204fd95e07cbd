"""Machinery: several scorers of one kind as one, with how far they disagree beside their mean.

Members that were trained alike but for the seed (a deep ensemble) disagree more on texts unlike
those they were trained on. Dropout at scoring time, the other usual way, would make a score depend
on chance, which no scorer here does, so it is not offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qualmetrics.arrays import xp
from qualmetrics.core import Arrays, Scorer, Spec
from qualmetrics.errors import InputError


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of one column of several arrays.

    ``columns`` are (array, column) of each member.
    """

    columns: tuple[tuple[str, int], ...]

    def __call__(self, arrays: Arrays) -> Any:
        """Return mean and standard deviation, ``(n, 2)``."""
        found = [arrays[name][:, k] for name, k in self.columns]
        n = len(found)
        mean = sum(found[1:], start=found[0]) / n
        squares = [(value - mean) * (value - mean) for value in found]
        spread = xp.sqrt(sum(squares[1:], start=squares[0]) / (n - 1))
        return xp.stack([mean, spread], axis=1)


def ensemble(name: str, members: Sequence[Scorer]) -> Scorer:
    """Return the mean of several scorers, and the standard deviation over them.

    Outputs: ``NAME`` (primary) and ``NAME_std``, with ``n - 1`` in its denominator: in the unit of
    the members, 0 where they agree. A text is undefined where it is for one of them. The members'
    own scores are in ``Scores.children``, as ``NAME_0``, ``NAME_1`` and so on.

    Parameters
    ----------
    name : str
    members : sequence of Scorer
        At least two, which increase with the same thing; their primary outputs count. For
        uncertainty, let them differ in nothing but the seed they were trained with.

    Raises
    ------
    InputError
        For fewer than two members, the same one twice, or several directions.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> two = ensemble("grade", [qm.get("flesch_kincaid_grade"), qm.get("gunning_fog")])
    >>> two.spec.outputs
    ('grade', 'grade_std')
    """
    several = tuple(members)
    if len(several) < 2:
        raise InputError(f"an ensemble has at least two members; got {len(several)}")
    directions = {member.spec.increases_with for member in several}
    if len(directions) > 1:
        raise InputError(
            f"members increase with {', '.join(sorted(directions))}; a mean of these means nothing"
        )
    if len(set(several)) < len(several):
        raise InputError("a member is there twice; it would count twice and agree with itself")
    children = [member.named(f"{name}_{i}") for i, member in enumerate(several)]
    columns = tuple((c.spec.name, c.spec.outputs.index(c.spec.primary)) for c in children)
    first = several[0].spec
    spec = Spec(
        name,
        description=f"Mean of {len(several)} scorers, and their standard deviation.",
        family=first.family,
        outputs=(name, f"{name}_std"),
        primary=name,
        increases_with=first.increases_with,
        unit=first.unit,
        languages=first.languages,
        source="Lakshminarayanan, Pritzel & Blundell 2017, NeurIPS, sec. 2.4",
        tolerance=max(member.spec.tolerance for member in several),
    )
    return Scorer(spec, tuple(children), Spread(columns))


__all__ = ["ensemble"]
