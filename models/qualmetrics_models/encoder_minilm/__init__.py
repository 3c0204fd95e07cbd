"""The encoder ``minilm``: the folder of this package is the bundle; ``card.md`` tells about it."""
