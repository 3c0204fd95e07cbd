"""Similarity scorers, one a file: a text against its references, or against a column."""
