"""Documents in, rows out: finds and reads files, and scores them in batches of bounded size."""

from qualmetrics.corpus.readers import Document, Found, find, read_documents, read_found
from qualmetrics.corpus.references import aligned, read_lists
from qualmetrics.corpus.scoring import ScoredBatch, score_documents

__all__ = [
    "Document",
    "Found",
    "ScoredBatch",
    "aligned",
    "find",
    "read_documents",
    "read_found",
    "read_lists",
    "score_documents",
]
