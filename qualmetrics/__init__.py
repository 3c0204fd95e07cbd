"""Put a number on text quality: every measure is a scorer, every scorer is called the same way."""

from qualmetrics.core import Recipe, Scorer, Scores, Spec, Status
from qualmetrics.errors import QualmetricsError
from qualmetrics.registry import get, names, score, score_iter, score_one

__version__ = "0.1.0"


def load(folder: str, **options: object) -> Scorer:
    """Return the scorer in a bundle folder; see ``qualmetrics.onnx.load``."""
    from qualmetrics.onnx.bundle import load as load_bundle

    return load_bundle(folder, **options)  # type: ignore[arg-type]


def export(scorer: Scorer | str, folder: str, **options: object) -> str:
    """Write a scorer, or the one of that name, to a folder; see ``qualmetrics.onnx.export``."""
    from qualmetrics.onnx.export import export as export_bundle

    made = get(scorer) if isinstance(scorer, str) else scorer
    return str(export_bundle(made, folder, **options))  # type: ignore[arg-type]


__all__ = [
    "QualmetricsError",
    "Recipe",
    "Scorer",
    "Scores",
    "Spec",
    "Status",
    "__version__",
    "export",
    "get",
    "load",
    "names",
    "score",
    "score_iter",
    "score_one",
]
