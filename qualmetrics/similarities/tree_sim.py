"""TreeSim: how alike the tags of a text and of its reference are nested."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.lexical import Measure
from qualmetrics.structure.builder import check_options, measure_of, structure
from qualmetrics.structure.comparison import tag_f1, tree_similarity
from qualmetrics.text.trees import Tree


def tree_sim(*, markup: str = "xml", max_nodes: int = 2_000) -> Scorer:
    """Edit distance of the trees of tags of a text and its reference, as a similarity in [0, 1].

    1 less the fewest insertions, deletions and renames of elements that turn one tree into the
    other (Zhang and Shasha), by the elements of the larger tree. Cut at 0, for two trees of
    different shape can be further apart than either is large. Texts and attributes do not count.
    Inspired by FormatRL: **our reading of the paper**, whose formula was not to be had.

    Outputs ``parsed`` (0 or 1), ``tag_f1`` (tags in common, wherever they stand; never below the
    next) and ``tree_sim``, the primary one. A text that does not parse is worth 0 in all three: a
    broken file is what this term is there to tell. Of several references the best counts, without
    those that do not parse or have no element; *not applicable* where none is left, *empty* where
    the text or all its references are blank. Where a tree has more than ``max_nodes`` elements, or
    two would take too much work, ``tree_sim`` is ``tag_f1`` and flagged ``truncated``.

    Parameters
    ----------
    markup : {"xml", "html", "markdown"}
        XML must be well-formed and declare no entities; no HTML or Markdown is malformed.
    max_nodes : int
        Elements up to which trees are compared exactly; at most 2,000.

    Raises
    ------
    InputError
        For another markup, or a cap out of range.
    MissingExtraError
        With the first Markdown scored, without the extra ``markup``.

    Examples
    --------
    >>> scores = tree_sim()(["<a><b/><c/></a>"], ["<a><b/></a>"])
    """
    check_options(markup, max_nodes)
    spec = Spec(
        "tree_sim",
        description=inspect.getdoc(tree_sim) or "",
        tier="experimental",
        outputs=("parsed", "tag_f1", "tree_sim"),
        bounds=(0.0, 1.0),
        unit="share",
        parameters={"markup": markup, "max_nodes": max_nodes},
        source="FormatRL (our reading); distance: Zhang & Shasha 1989, doi 10.1137/0218082",
    )
    return structure(spec, _open, libraries=(), settings=("over:tag_f1",))


def _open(markup: str, max_nodes: int) -> Measure:
    def compare(made: Tree, reference: Tree) -> tuple[Sequence[float], bool]:
        alike = tree_similarity(made, reference, max_nodes=max_nodes)
        return (tag_f1(made, reference), alike.value), alike.is_exact

    return measure_of(compare, markup, outputs=3, is_usable=_has_elements)


def _has_elements(tree: Tree) -> bool:
    return tree.size > 0
