"""The ranker ``readability_static``: the folder of this package is the bundle; see card.md."""
