"""Machinery: scorers that read a text and its references as trees of tags and compare those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn

from qualmetrics.core import Scorer, Spec, Status
from qualmetrics.errors import ExportError, InputError
from qualmetrics.lexical import AsRead, Measure, Overlap, Row
from qualmetrics.structure.edit_distance import MOST_NODES
from qualmetrics.structure.explain import explain_structure
from qualmetrics.text.trees import MARKUPS, RULES, MalformedError, Tree, read_tree

Compare = Callable[[Tree, Tree], tuple[Sequence[float], bool]]
"""A text and a reference -> outputs between ``parsed`` and the end, and whether they are exact."""


def check_options(markup: str, max_nodes: int) -> None:
    """Refuse a markup that is not read, or a cap that is no whole number in range.

    Raises
    ------
    InputError
    """
    if markup not in MARKUPS:
        raise InputError(f"markup={markup!r} is not one of {', '.join(MARKUPS)}")
    whole = isinstance(max_nodes, int) and not isinstance(max_nodes, bool)
    if not (whole and 1 <= max_nodes <= MOST_NODES):
        raise InputError(
            f"max_nodes must be a whole number from 1 to {MOST_NODES}; got {max_nodes!r}"
        )


def measure_of(
    compare: Compare, markup: str, *, outputs: int, is_usable: Callable[[Tree], bool]
) -> Measure:
    """Return the measure of one row: the best of its usable references by the last output.

    A text that does not parse is worth 0 in every output, for that is what the term is there to
    tell; a row none of whose references parses and is usable is *not applicable*.
    """

    def measure(text: str, references: tuple[str, ...]) -> Row:
        read = [_read(reference, markup) for reference in references]
        trees = [tree for tree in read if tree is not None and is_usable(tree)]
        if not trees:
            return [0.0] * outputs, Status.NOT_APPLICABLE
        made = _read(text, markup)
        if made is None:
            return [0.0] * outputs, Status.OK
        found = [compare(made, tree) for tree in trees]
        values, is_exact = max(found, key=lambda pair: pair[0][-1])
        return [1.0, *values], Status.OK if is_exact else Status.TRUNCATED

    return measure


def _read(text: str, markup: str) -> Tree | None:
    try:
        return read_tree(text, markup)
    except MalformedError:
        return None


def structure(
    spec: Spec, opens: Callable[..., Measure], *, libraries: Sequence[str], settings: Sequence[str]
) -> Scorer:
    """Make a scorer of a comparison of trees.

    Parameters
    ----------
    spec : Spec
        Its ``parameters`` hold ``markup``, and are what ``opens`` takes.
    opens : function of the parameters -> ``Measure``
    libraries : names of distributions that the numbers depend on, beside that of the markup
    settings : pieces of the signature
    """
    markup = str(spec.parameters["markup"])
    parser = ("markdown-it-py",) if markup == "markdown" else ()
    overlap = Overlap(
        name=spec.name,
        outputs=len(spec.outputs),
        libraries=(*parser, *libraries),
        settings=(RULES[markup], *settings),
        opens=opens,
        options=tuple(spec.parameters.items()),
    )

    def form(graph: str) -> NoReturn:
        raise ExportError(
            f"{spec.name} has no {graph!r} graph: no ONNX operator reads {markup} or compares "
            "trees. Ship its recipe instead (scorer.recipe, or its name)"
        )

    spec = replace(spec, family="similarity", increases_with="similarity", needs_references=True)
    made = Scorer(
        spec, (overlap,), AsRead(spec.name), abilities={"form": form, "explain": explain_structure}
    )
    return made.with_recipe("qualmetrics.registry:get", name=spec.name, **spec.parameters)
