"""Node-chrF: character n-grams that the elements of a text share with those of its reference."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.lexical import Measure
from qualmetrics.structure.builder import check_options, measure_of, structure
from qualmetrics.structure.comparison import align
from qualmetrics.text.trees import Tree


def node_chrf(*, markup: str = "xml", max_nodes: int = 2_000) -> Scorer:
    """Mean chrF of the elements of a reference with those of the text in their place, in [0, 1].

    Elements are put beside each other by the cheapest edit of one tree into the other (see
    ``tree_sim``); of equally cheap ones, the one that keeps alike texts together. Each element of
    the reference that has a text of its own counts by its characters, white space aside: with the
    chrF (6-grams, beta 2, by sacrebleu, as a share) of the element beside it, 0 where there is
    none of its tag. Text outside of all elements counts as one more. Inspired by FormatRL: **our
    reading of the paper**, whose formula was not to be had. **Elements that the text has too many
    cost nothing**: put ``tree_sim`` beside it.

    Outputs ``parsed`` (0 or 1), ``aligned`` (the share of those characters that have an element
    beside them) and ``node_chrf``, the primary one. A text that does not parse is worth 0 in all
    three. Of several references the best counts, without those that do not parse or have no
    text; *not applicable* where none is left, *empty* where the text or all its
    references are blank. Where a tree has more than ``max_nodes`` elements, or two would take too
    much work, the k-th element of a tag goes with the k-th, flagged ``truncated``.

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
        With the first text scored, without the extra ``lexical``; for Markdown also ``markup``.

    Examples
    --------
    >>> scores = node_chrf()(["<p>the cat</p>"], ["<p>the cat sat</p>"])
    """
    check_options(markup, max_nodes)
    spec = Spec(
        "node_chrf",
        description=inspect.getdoc(node_chrf) or "",
        tier="experimental",
        outputs=("parsed", "aligned", "node_chrf"),
        bounds=(0.0, 1.0),
        unit="share",
        parameters={"markup": markup, "max_nodes": max_nodes},
        source="FormatRL (our reading); chrF: Popović 2015, doi 10.18653/v1/W15-3049",
        licence="Apache-2.0 (sacrebleu, not included)",
    )
    settings = ("over:in_order", "chars:6", "beta:2")
    return structure(spec, _open, libraries=("sacrebleu",), settings=settings)


def _open(markup: str, max_nodes: int) -> Measure:
    from sacrebleu.metrics import CHRF

    metric = CHRF()

    def compare(made: Tree, reference: Tree) -> tuple[Sequence[float], bool]:
        sizes = [len("".join(text.split())) for text in reference.texts]
        aligned = shared = 0.0
        pairs, is_exact = align(made, reference, max_nodes=max_nodes)
        for i, j in pairs:
            if sizes[j]:
                aligned += sizes[j]
                if made.texts[i]:
                    text, beside = made.texts[i], reference.texts[j]
                    shared += sizes[j] * metric.sentence_score(text, [beside]).score / 100
        return (aligned / sum(sizes), shared / sum(sizes)), is_exact

    return measure_of(compare, markup, outputs=3, is_usable=_has_text)


def _has_text(tree: Tree) -> bool:
    return any(tree.texts)
