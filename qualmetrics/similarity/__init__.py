"""Machinery: what similarity scorers are made of. The scorers are in ``similarities/``.

``builder`` makes scorers from an encoder and a match, ``matching`` is the arithmetic, ``tables``
are idf weights and baselines in files, ``references`` are texts encoded once for many calls,
``explain`` aligns the pieces of a pair, ``sentence_vectors`` reads a text as its sentences.
"""

from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy
from qualmetrics.similarity.explain import Alignment, Piece, heat_map_html, heat_map_svg
from qualmetrics.similarity.references import load_references, save_references
from qualmetrics.similarity.tables import write_baseline, write_idf

__all__ = [
    "Alignment",
    "Piece",
    "Similarity",
    "as_encoder",
    "as_policy",
    "heat_map_html",
    "heat_map_svg",
    "load_references",
    "save_references",
    "write_baseline",
    "write_idf",
]
