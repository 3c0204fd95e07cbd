"""Machinery: which elements of a text are too many, missing or called otherwise, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.structure.comparison import kept_and_renamed
from qualmetrics.text.trees import MalformedError, Tree, read_tree

SNIPPET = 60
"""Characters of an element's text that are shown."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One step from a text to its reference.

    ``what`` is ``missing`` (in the reference only), ``surplus`` (in the text only) or ``renamed``;
    ``path`` leads to the element, such as ``task/ol/li[2]``: in the text, for a missing one in the
    reference; ``becomes`` is the reference's tag for a renamed one.
    """

    what: str
    path: str
    text: str
    becomes: str = ""


@dataclass(frozen=True, slots=True)
class Edits:
    """Why two trees of tags are as alike as they are.

    ``edits`` are the fewest that turn one into the other: renamed, missing and surplus elements,
    each kind in the order of its document. ``note`` says why there are none to name.
    """

    scorer: str
    signature: str
    value: float
    status: Status
    edits: tuple[Edit, ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; an undefined value is None."""
        value = None if self.value != self.value else self.value
        return {**asdict(self), "value": value, "status": str(self.status)}


def explain_structure(scorer: Scorer, text: str, reference: str | Sequence[str] | None) -> Edits:
    """Return the edits between a text and the reference that its value comes from.

    Raises
    ------
    InputError
        Without a reference.
    """
    if reference is None:
        raise InputError(
            f"{scorer.spec.name} explains a pair: explain(scorer, text, reference='...')"
        )
    several = [reference] if isinstance(reference, str) else list(reference)
    scores = scorer([text] * len(several), several)
    order = [-1.0 if value != value else value for value in scores.primary.tolist()]
    best = order.index(max(order))
    status = Status(int(scores.status[best]))
    found, note = _compared(scorer, text, several[best], status)
    value = float(scores.primary[best])
    return Edits(scorer.spec.name, scorer.signature, value, status, tuple(found), note)


def _compared(scorer: Scorer, text: str, reference: str, status: Status) -> tuple[list[Edit], str]:
    markup = str(scorer.spec.parameters["markup"])
    if status & Status.EMPTY:
        return [], "one of the two is blank"
    trees = []
    for name, side in (("the reference", reference), ("the text", text)):
        try:
            trees.append(read_tree(side, markup))
        except MalformedError as error:
            return [], f"{name} does not parse: {error}"
    if status.undefined:
        return [], "the reference has nothing to compare"
    if status & Status.TRUNCATED:
        return [], "too large to compare element by element"
    expected, made = trees
    return sorted(_edits(made, expected), key=lambda edit: edit.what != "renamed"), ""


def _edits(made: Tree, expected: Tree) -> Iterator[Edit]:
    pairs = kept_and_renamed(made, expected)
    here, there = _paths(made), _paths(expected)
    for i, j in pairs:
        if made.tags[i] != expected.tags[j]:
            yield Edit("renamed", here[i], made.texts[i][:SNIPPET], expected.tags[j])
    known = {i for i, _ in pairs}, {j for _, j in pairs}
    for what, tree, paths, paired in (
        ("missing", expected, there, known[1]),
        ("surplus", made, here, known[0]),
    ):
        for node in range(1, len(tree.tags)):
            if node not in paired:
                yield Edit(what, paths[node], tree.texts[node][:SNIPPET])


def _paths(tree: Tree) -> list[str]:
    """Name the way to each node; the k-th of several siblings of one tag has ``[k]``."""
    total = Counter(zip(tree.parents, tree.tags, strict=True))
    seen: Counter[tuple[int, str]] = Counter()
    paths = [""]
    for parent, tag in zip(tree.parents[1:], tree.tags[1:], strict=True):
        seen[parent, tag] += 1
        step = f"{tag}[{seen[parent, tag]}]" if total[parent, tag] > 1 else tag
        paths.append(f"{paths[parent]}/{step}" if paths[parent] else step)
    return paths
