"""Machinery: a reward is a scorer over scorers, elementwise, described by a tree of plain data.

``shaping`` makes one number of one scorer, ``composition`` one of several; both build here. What
they build holds a **node**, ``{"use": "target_band", "of": "flesch_reading_ease", "target": 60}``,
which is its recipe, what stands in a configuration file, and what a bundle carries.

Two rules hold for all of them. What an undefined row is worth is the caller's to say: ``undefined``
has no default; None leaves it NaN, which trainers that know None are told. And a child whose own
``undefined`` is a number counts with that number, while one left NaN makes the whole undefined.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qualmetrics.core import (
    FACTORIES,
    Arrays,
    Batch,
    Column,
    Cost,
    Forward,
    Input,
    Layout,
    Lenient,
    Recipe,
    Rows,
    Scorer,
    Spec,
    Status,
    status_array,
)
from qualmetrics.errors import InputError, RecipeError
from qualmetrics.reward.group import OPERATORS as GROUP_OPERATORS

Terms = Mapping[str, Scorer]
"""The parts of a composition by the names under which their values are shown."""

OPERATORS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "target_band",
            "range_map",
            "clip",
            "zscore",
            "saturate",
            "logistic",
            "threshold",
            "pick",
            "column",
        ),
        "qualmetrics.reward.shaping",
    ),
    "beside": "qualmetrics.reward.beside",
    "guarded": "qualmetrics.reward.guards",
    **dict.fromkeys(
        (
            "soft_overlong",
            "surrogate_length",
            "lppo_length",
            "keep_long",
            "target_length",
            "unit_increase",
            "cosine_length",
            "linear_outside",
        ),
        "qualmetrics.reward.length_curves",
    ),
    **dict.fromkeys(
        (
            "weighted_sum",
            "weighted_mean",
            "harmonic",
            "geometric",
            "product",
            "minimum",
            "gate",
            "veto",
            "cascade",
        ),
        "qualmetrics.reward.composition",
    ),
    "rubric": "qualmetrics.reward.rubric",
}
"""What a node may use beside names of scorers: operator -> the module of that function."""


# -- the forward ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Elementwise:
    """Arithmetic on one number a row from each child: the ``forward`` of every reward.

    ``reads`` names an array and which of its columns is meant, None where it has one number a row.
    """

    function: Callable[..., Any]
    reads: tuple[tuple[str, int | None], ...]
    options: tuple[tuple[str, Any], ...] = ()

    def __call__(self, arrays: Arrays) -> Any:
        """Run on numpy arrays or on symbols, ``(n, 1)``."""
        values = [
            arrays[name] if output is None else arrays[name][:, output]
            for name, output in self.reads
        ]
        return self.function(*values, **dict(self.options))[:, None]


@dataclass(frozen=True, slots=True)
class Present:
    """Nothing but a status: a blank text is *empty*, whatever its reward makes of its parts."""

    @property
    def layout(self) -> Mapping[str, Layout]:
        """No array."""
        return {}

    @property
    def needs(self) -> frozenset[str]:
        """The text alone."""
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """Every reward reads it, so it tells nothing apart."""
        return ()

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Tell blank texts."""
        status = status_array(len(rows))
        status[[i for i, text in enumerate(rows.texts) if not text.strip()]] = Status.EMPTY
        return Batch({}, status)


# -- the builder ----------------------------------------------------------------------------------


def worth(undefined: float | None) -> float:
    """Return the number that undefined rows get: NaN for None.

    Raises
    ------
    InputError
        For anything but a finite number, NaN or None.
    """
    if undefined is None:
        return math.nan
    if isinstance(undefined, bool) or not isinstance(undefined, (int, float)):
        raise InputError(
            f"undefined={undefined!r} must be a number, or None to leave it NaN: it says what a "
            "row without a value is worth, such as undefined=0.0"
        )
    if math.isinf(undefined):
        raise InputError("undefined must be finite, or None")
    return float(undefined)


@dataclass(frozen=True)
class Operator:
    """What one operator is, from which its scorers are made."""

    name: str
    function: Callable[..., Any]
    description: str
    source: str = "Own definition"
    unit: str = "reward"


def build(
    operator: Operator,
    children: Terms,
    *,
    undefined: float | None,
    arguments: Mapping[str, Any],
    options: Mapping[str, Any],
    parameters: Mapping[str, Any],
    name: str | None = None,
    bounds: tuple[float | None, float | None] = (None, None),
    lenient: bool = False,
    columns: Sequence[str] = (),
    gain: float = 1.0,
    extra: Sequence[Input] = (),
) -> Scorer:
    """Return the scorer of an operator over its children.

    Parameters
    ----------
    operator : Operator
    children : mapping of name -> Scorer
        Their values stay visible in ``Scores.children`` under these names.
    undefined : float or None
        What an undefined row is worth; None leaves it NaN.
    arguments : mapping
        What the operator was called with, scorers included: its node.
    options : mapping
        Keywords of the function.
    parameters : mapping
        What the signature shows.
    lenient : bool
        Whether a child without a value leaves the others standing; the function sees its NaN.
    columns : names of columns that follow the children as arguments of the function
    gain : float
        How much the function can enlarge a difference between two values of a child; the
        tolerance grows by it.
    extra : inputs that yield no array
    """
    check_children(operator.name, children)
    named = {
        key: child if child.spec.name == key else child.named(key)
        for key, child in children.items()
    }
    inputs: list[Input] = [
        Lenient(child) if lenient or not math.isnan(child.spec.undefined) else child
        for child in named.values()
    ]
    reads: list[tuple[str, int | None]] = [
        (key, child.spec.outputs.index(child.spec.primary)) for key, child in named.items()
    ]
    inputs += [Column(column) for column in columns]
    reads += [(column, None) for column in columns]
    tolerance = max([1e-12, *(child.spec.tolerance * max(1.0, gain) for child in named.values())])
    value = worth(undefined)
    if not math.isnan(value):  # what the caller chose is a value of the reward, too
        low, high = bounds
        bounds = (
            None if low is None else min(low, value),
            None if high is None else max(high, value),
        )
    spec = Spec(
        name=name or operator.name,
        description=operator.description,
        family="reward",
        increases_with="quality",
        bounds=bounds,
        unit=operator.unit,
        languages=_languages(named),
        parameters=parameters,
        source=operator.source,
        tolerance=tolerance,
        undefined=value,
    )
    forward = Elementwise(operator.function, tuple(reads), tuple(options.items()))
    scorer = Scorer(
        spec,
        (*inputs, *extra, Present()),
        forward,
        abilities={"graph": Traced(tuple(inputs), forward)},
    )
    node = {"use": operator.name, **arguments, "undefined": undefined}
    return with_node(scorer, node if name is None else {**node, "name": name})


def _languages(children: Terms) -> tuple[str, ...]:
    """Return the languages for which every child is made; ``any`` where none is particular."""
    made_for = [set(c.spec.languages) for c in children.values() if c.spec.languages != ("any",)]
    return tuple(sorted(set.intersection(*made_for))) if made_for else ("any",)


def check_children(operator: str, children: Mapping[str, Any]) -> None:
    """Refuse what is no mapping of names to scorers."""
    for key, child in children.items():
        if not isinstance(key, str) or not key.isidentifier():
            raise InputError(f"a term of {operator} is called {key!r}; use letters, digits and _")
        if not isinstance(child, Scorer):
            raise InputError(
                f"{operator} takes scorers; {key!r} is {type(child).__name__}. "
                "Name one with qualmetrics.get('...')"
            )
    if not children:
        raise InputError(f"{operator} needs at least one scorer")


def as_whole(inner: Scorer, *, name: str, undefined: float | None, **changes: Any) -> Scorer:
    """Return a composition as one scorer under a name of its own, without a recipe.

    ``changes`` are fields of its spec; ``undefined`` widens its bounds where they exclude it.
    """
    worth_of = worth(undefined)
    low, high = inner.spec.bounds
    if not math.isnan(worth_of):
        low = None if low is None else min(low, worth_of)
        high = None if high is None else max(high, worth_of)
    changed = {"undefined": worth_of, "bounds": (low, high), **changes}
    made = replace(inner, spec=replace(inner.named(name).spec, **changed), recipe=None)
    form: Any = inner.abilities.get("form")
    if form is None or not hasattr(form, "spec"):
        return made
    return replace(made, abilities={**made.abilities, "form": replace(form, spec=made.spec)})


def as_scorer(operator: str, value: Any) -> Scorer:
    """Return a scorer that was given, or say what was expected."""
    if not isinstance(value, Scorer):
        raise InputError(
            f"{operator} takes a scorer; got {value!r}. Name one with qualmetrics.get('...')"
        )
    return value


@dataclass(frozen=True)
class Traced:
    """A reward's graph: elementwise over its children's values, in whatever form they are."""

    inputs: tuple[Input, ...]
    forward: Forward

    def __call__(self, form: str) -> Any:
        """Return the ``onnx.ModelProto``.

        Raises
        ------
        ExportError
            For ``text``: the children read the strings, and each has a graph of its own.
        """
        from qualmetrics.errors import ExportError
        from qualmetrics.onnx.export import trace

        if form == "text":
            raise ExportError(
                "a reward is arithmetic over its children, so its graph reads their values; "
                "export it with graph='values', and its children go with it"
            )
        layout = {key: item for source in self.inputs for key, item in source.layout.items()}
        return trace(self.forward, layout, "reward")


# -- nodes: rewards as plain data -----------------------------------------------------------------


def with_node(scorer: Scorer, node: Mapping[str, Any]) -> Scorer:
    """Return the scorer with the recipe that its node makes; none where a child has none."""
    try:
        plain = _to_node(node)
    except RecipeError:
        return replace(scorer, recipe=None)
    factory = "from_node" if _is_open(plain) else "from_trusted_node"
    recipe = Recipe(f"qualmetrics.reward.builder:{factory}", {"node": plain}, scorer.signature)
    return replace(scorer, recipe=recipe)


def node_of(scorer: Scorer) -> dict[str, Any]:
    """Return a scorer as plain data that ``from_node`` reads.

    Raises
    ------
    RecipeError
        When it has no recipe.
    """
    recipe = scorer.recipe
    if recipe is None:
        raise RecipeError(f"{scorer.spec.name!r} has no recipe, so it cannot be written down")
    arguments = dict(recipe.arguments)
    module = recipe.factory.partition(":")[0]
    if module == "qualmetrics.reward.builder":
        return dict(arguments["node"])
    if recipe.factory == "qualmetrics.registry:get":
        name = arguments.pop("name")
        return {"use": name, **_to_node(arguments)}
    if recipe.factory == "qualmetrics.corpus.metrics:count_scorer":
        return {"use": arguments["column"], "rules": arguments["rules"]}
    if recipe.factory == "qualmetrics.onnx:load":
        return {"use": "bundle", **_to_node(arguments)}
    return {"use": "recipe", **recipe.to_dict()}


def _to_node(value: Any) -> Any:
    if isinstance(value, Scorer):
        return node_of(value)
    if isinstance(value, Mapping):
        return {key: _to_node(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_node(item) for item in value]
    return value


def _is_open(node: Any) -> bool:
    """Return True where a node from a file may be built: it runs nothing but what FACTORIES may."""
    if isinstance(node, Mapping):
        if node.get("use") == "recipe" and node.get("factory") not in FACTORIES:
            return False
        return all(_is_open(item) for item in node.values())
    return all(_is_open(item) for item in node) if isinstance(node, list) else True


def from_node(node: Mapping[str, Any] | str) -> Scorer:
    """Return the scorer that a node describes.

    Parameters
    ----------
    node : mapping or str
        ``{"use": NAME, ...}`` with an operator of ``OPERATORS``, a scorer's name or alias, a count
        column, or ``bundle`` with its ``folder``; the rest are its parameters, which may be nodes.
        A string is short for ``{"use": string}``.

    Raises
    ------
    InputError
        For an unknown key, with the close match, and for one that is missing.
    UnknownNameError
        For a name that nothing has.
    RecipeError
        For a factory that a file may not name.
    """
    return _built(node, "reward", trusted=False)


def from_trusted_node(node: Mapping[str, Any]) -> Scorer:
    """Return the scorer of a node that this user's own process made: it may name any factory."""
    return _built(node, "reward", trusted=True)


def _built(node: Any, where: str, *, trusted: bool) -> Scorer:
    if isinstance(node, Scorer):
        return node
    if isinstance(node, str):
        node = {"use": node}
    if not isinstance(node, Mapping) or not isinstance(node.get("use"), str):
        raise InputError(
            f"{where} must be a name, or a mapping with the key 'use', such as "
            f"{{use: target_band, of: flesch_reading_ease, target: 60}}; got {node!r}"
        )
    use = node["use"]
    given = {key: item for key, item in node.items() if key != "use"}
    if use == "recipe":
        return Recipe(**given).build(trusted=trusted)
    if use == "bundle":
        from qualmetrics.onnx.bundle import load

        return _called(load, use, given, where, trusted=trusted)
    if use in GROUP_OPERATORS:
        raise InputError(
            f"{where}: {use} looks at all completions of a prompt, and a reward sees one row. Call "
            f"qualmetrics.reward.group.{use}(values, group_ids) where the groups are"
        )
    if use in OPERATORS:
        function = getattr(importlib.import_module(OPERATORS[use]), use)
        return _called(function, use, given, where, trusted=trusted)
    return _by_name(use, given, where, trusted=trusted)


def _by_name(use: str, given: dict[str, Any], where: str, *, trusted: bool) -> Scorer:
    from qualmetrics import registry
    from qualmetrics.corpus.metrics import count_scorer
    from qualmetrics.errors import UnknownNameError
    from qualmetrics.text import column_names

    name = given.pop("name", None)
    if use in column_names():
        made = _called(count_scorer, use, {"column": use, **given}, where, trusted=trusted)
        return _renamed(made, name)
    try:
        factory = registry.factory(use)
    except UnknownNameError:
        raise UnknownNameError(
            use, [*OPERATORS, *registry.names(), *registry.reward_names(), *registry.ALIASES]
        ) from None
    if factory is None:
        known = registry.parameters(use)
        _refuse_unknown(given, known, use, where)
        made = registry.get(use, **{key: _frozen(item) for key, item in given.items()})
    else:
        made = _called(factory, use, given, where, trusted=trusted)
    return _renamed(made, name)


def _renamed(scorer: Scorer, name: str | None) -> Scorer:
    if name is None or name == scorer.spec.name:
        return scorer
    return with_node(scorer.named(name), {**node_of(scorer), "name": name})


def _called(
    function: Callable[..., Any], use: str, given: Mapping[str, Any], where: str, *, trusted: bool
) -> Scorer:
    known = inspect.signature(function).parameters
    _refuse_unknown(given, tuple(known), use, where)
    arguments: dict[str, Any] = {}
    for key, item in given.items():
        kind = str(known[key].annotation)
        arguments[key] = _argument(kind, item, f"{where}.{key}", trusted=trusted)
    if "undefined" in known:
        arguments.setdefault("undefined", None)
    empty = inspect.Parameter.empty
    missing = [key for key, p in known.items() if p.default is empty and key not in arguments]
    if missing:
        raise InputError(f"{where} ({use}) needs {', '.join(map(repr, missing))}")
    made = function(**arguments)
    if not isinstance(made, Scorer):
        raise InputError(f"{where}: {use} made a {type(made).__name__}, not a scorer")
    return made


def _argument(kind: str, item: Any, where: str, *, trusted: bool) -> Any:
    if kind.startswith("Terms"):
        if not isinstance(item, Mapping) or "use" in item:
            raise InputError(f"{where} must map names to scorers; got {item!r}")
        return {
            key: _built(child, f"{where}.{key}", trusted=trusted) for key, child in item.items()
        }
    if kind.startswith("Scorer") and item is not None:
        return _built(item, where, trusted=trusted)
    if kind.startswith("Mapping") and isinstance(item, Mapping):
        return dict(item)
    return _frozen(item)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str], use: str, where: str) -> None:
    for key in given:
        if key not in known:
            raise InputError(unknown_key(key, known, f"{where} ({use})"))


def unknown_key(key: str, known: Sequence[str], where: str) -> str:
    """Return the message for a key that is not known, with the close match."""
    close = difflib.get_close_matches(str(key), list(known), n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"{where} has no key {key!r}.{hint} It takes: {', '.join(known) or 'nothing'}"


# -- arithmetic that operators share --------------------------------------------------------------


def at_most(values: Any, limit: float) -> Any:
    """Return values cut at an upper limit; NaN stays NaN, on arrays and on symbols."""
    from qualmetrics.arrays import xp

    return xp.where(values > limit, values * 0 + limit, values)


def at_least(values: Any, limit: float) -> Any:
    """Return values cut at a lower limit; NaN stays NaN."""
    from qualmetrics.arrays import xp

    return xp.where(values < limit, values * 0 + limit, values)


def finite(name: str, value: Any) -> float:
    """Return a parameter as a float, or say what it must be."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise InputError(f"{name} must be a number; got {value!r}")
    if not math.isfinite(value):
        raise InputError(f"{name} must be finite; got {value!r}")
    return float(value)


def positive(name: str, value: Any) -> float:
    """Return a parameter that must lie above 0."""
    number = finite(name, value)
    if number <= 0:
        raise InputError(f"{name} must be above 0; got {value!r}")
    return number
