"""Models for qualmetrics: a folder each, found by the entry points ``qualmetrics.bundles``."""
