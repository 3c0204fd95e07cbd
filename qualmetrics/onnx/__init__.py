"""ONNX: ``export`` a scorer to a bundle folder, ``load`` it back as the same kind of object."""

from qualmetrics.onnx.bundle import load
from qualmetrics.onnx.export import export

__all__ = ["export", "load"]
