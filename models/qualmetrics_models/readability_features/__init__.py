"""The ranker ``readability_features``: the folder of this package is the bundle; see card.md."""
