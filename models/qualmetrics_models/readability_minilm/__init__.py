"""The ranker ``readability_minilm``: the folder of this package is the bundle; see card.md."""
