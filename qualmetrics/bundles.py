"""Machinery: bundles that installed packages carry, found by name; nothing is downloaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qualmetrics.core import Scorer
from qualmetrics.errors import BundleError, MissingExtraError
from qualmetrics.ranker import FILE, read_ranker
from qualmetrics.registry import entry_points

GROUP = "qualmetrics.bundles"
"""Entry points of packages that carry bundles: name -> package whose folder it is."""

CARRIER = "qualmetrics-models"
"""The distribution that carries the bundles this library knows by name."""


def installed_bundle(name: str) -> Path:
    """Return the folder of a scorer's bundle that an installed package carries.

    Raises
    ------
    MissingExtraError
        When no package carries bundles at all.
    BundleError
        When none carries this one, or the package lacks its files.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    if not points:
        raise MissingExtraError(CARRIER, "models", f"the ranker {name!r}")
    if name not in points:
        raise BundleError(
            f"no installed package carries a bundle called {name!r}; there are: "
            f"{', '.join(sorted(points))}. Install a newer {CARRIER}"
        )
    try:
        package = points[name].load()
    except ImportError as error:
        raise BundleError(f"the package of the bundle {name!r} cannot be imported: {error}") from (
            error
        )
    folder = Path(next(iter(package.__path__)))
    if not (folder / "scorer.json").is_file():
        raise BundleError(f"{folder} holds no scorer.json; install {CARRIER} again")
    return folder


def installed_scorer(name: str) -> Scorer:
    """Return the scorer in a bundle that an installed package carries, as ``get(name)`` gives it.

    A ranker of counts comes as arithmetic, which needs no ONNX Runtime; any other runs its graph.

    Raises
    ------
    MissingExtraError, BundleError
        As ``installed_bundle``.
    """
    folder = installed_bundle(name)
    if (folder / FILE).is_file():
        scorer = read_ranker(folder)
    else:
        from qualmetrics.onnx.bundle import load

        scorer = load(folder)
    if scorer.spec.name != name:
        raise BundleError(f"{folder} holds {scorer.spec.name!r}, not {name!r}")
    return replace(scorer, recipe=None).with_recipe("qualmetrics.registry:get", name=name)


__all__ = ["CARRIER", "GROUP", "installed_bundle", "installed_scorer"]
