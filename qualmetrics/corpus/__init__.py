"""Documents in, rows out: finds and reads files, and scores them in batches of bounded size."""

from qualmetrics.corpus.readers import Document, Found, find, read_documents, read_found
from qualmetrics.corpus.scoring import ScoredBatch, score_documents

__all__ = [
    "Document",
    "Found",
    "ScoredBatch",
    "find",
    "read_documents",
    "read_found",
    "score_documents",
]
