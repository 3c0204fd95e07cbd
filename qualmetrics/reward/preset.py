"""Machinery: what a preset in ``rewards/`` is made of, and how the lists show one.

A preset is a function, one a file, of the file's name. It composes what is in this folder, and
``preset`` gives the composition its name, source and version. The file also holds

- ``EXAMPLE``: arguments beside ``undefined`` with which lists, documents and tests make it;
- ``BLIND_TO``: the attacks of ``attacks.ATTACKS`` that nothing it reads can show, without guards.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import Any

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import as_whole, from_node, with_node


def preset(
    function: Callable[..., Scorer],
    inner: Scorer,
    *,
    undefined: float | None,
    arguments: Mapping[str, Any],
    source: str,
    version: int = 1,
    tier: str = "experimental",
    parameters: Mapping[str, Any] | None = None,
) -> Scorer:
    """Return a composition as the preset of a function.

    Parameters
    ----------
    function : the preset
        Its name and docstring become those of the scorer.
    inner : Scorer
        What computes it.
    arguments : mapping
        What the function was called with, beside ``undefined``: the recipe. None is left out.
    source : str
        Where its definition stands.
    parameters : mapping, optional
        What the signature shows beside the parts of the composition.
    """
    given = {key: value for key, value in arguments.items() if value is not None}
    if not isinstance(given.get("guarded", False), bool):
        raise InputError(f"guarded must be true or false; got {given['guarded']!r}")
    made = as_whole(
        inner,
        name=function.__name__,
        undefined=undefined,
        description=getdoc(function) or "",
        source=source,
        version=version,
        tier=tier,
        parameters={**inner.spec.parameters, **(parameters or {})},
    )
    return with_node(made, {"use": function.__name__, **given, "undefined": undefined})


def shown(name: str) -> Scorer:
    """Return a preset as lists and documents show it: with its module's ``EXAMPLE``.

    Raises
    ------
    UnknownNameError
    """
    function = registry.factory(name)
    given = getattr(importlib.import_module(function.__module__), "EXAMPLE", {})
    return from_node({"use": name, **given, "undefined": None})


def as_part(what: str, value: Any, default: Callable[[], Scorer] | None = None) -> Scorer:
    """Return a part of a preset: a scorer, one by its name, or what it is unless told.

    Raises
    ------
    InputError
        For anything else.
    """
    if value is None and default is not None:
        return default()
    if isinstance(value, Scorer):
        return value
    if isinstance(value, str):
        return from_node(value)
    raise InputError(f"{what} must be a scorer or the name of one; got {value!r}")


def as_share(what: str, value: Any, default: Callable[[], Scorer] | None = None) -> Scorer:
    """Return a part whose values lie in [0, 1]; see ``as_part``.

    Raises
    ------
    InputError
        Also for a scorer with other bounds, such as a formula.
    """
    part = as_part(what, value, default)
    low, high = part.spec.bounds
    if low is None or high is None or low < 0 or high > 1:
        raise InputError(
            f"{what} must be in [0, 1]; {part.spec.name} is not. Map it with target_band, "
            "range_map or clip"
        )
    return part
