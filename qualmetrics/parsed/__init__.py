"""Machinery: what is read of texts that spaCy has parsed. The scorers are in ``features/``.

``docs`` says where the parsed documents come from, ``feature`` makes scorers of functions of one
document, ``counts`` counts by spaCy's words and sentences, ``sentences`` encodes its sentences,
``clauses`` finds clauses and phrases in a dependency tree, ``swap`` turns a scorer of texts into
one of documents. Documents are looked at, never made: only ``docs`` imports spaCy.
"""
